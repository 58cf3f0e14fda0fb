// A file beyond the limit is refused before it is sent; whoever sends it all the same is refused while it arrives.
(function () {
  "use strict";
  document.querySelectorAll("input[type=file][data-limit]").forEach(function (input) {
    function judge() {
      const file = input.files[0];
      input.setCustomValidity(file && file.size > Number(input.dataset.limit) ? input.dataset.tooLarge : "");
    }
    input.addEventListener("change", function () { judge(); input.reportValidity(); });
    judge();
  });
})();
