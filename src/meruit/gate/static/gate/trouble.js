// Tell in words when the browser and the authenticator did not come to an answer.
document.addEventListener("allauth.error", function () {
  const main = document.getElementById("main");
  let box = document.getElementById("trouble");
  if (!box) {
    box = document.createElement("p");
    box.id = "trouble";
    box.className = "alert alert-danger";
    box.setAttribute("role", "alert");
    main.firstElementChild.prepend(box);
  }
  box.textContent = "The authenticator gave no answer: it was cancelled, or it is not one that is enrolled here. Try again, or use another way.";
});
