// Everything on a page can be done with the keyboard. Keys act only where nobody is writing.
(function () {
  "use strict";
  const GO = { t: "/", d: "/decisions/", e: "/entries/", p: "/prebills/", b: "/bills/", i: "/imports/", a: "/people/" };
  let going = false;

  function rows() {
    return Array.from(document.querySelectorAll("[data-row]"));
  }
  function current() {
    return rows().findIndex(function (row) { return row.classList.contains("at"); });
  }
  function move(step) {
    const all = rows();
    if (!all.length) return;
    const from = current();
    const to = from < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(from + step, 0), all.length - 1);
    all.forEach(function (row) { row.classList.remove("at"); });
    all[to].classList.add("at");
    all[to].scrollIntoView({ block: "nearest" });
    const first = all[to].querySelector("a[href], input:not([type=hidden]), summary");
    if (first) first.focus({ preventScroll: true });
  }
  function press(name) {
    const found = document.querySelector("[data-key='" + name + "']");
    if (!found || found.disabled) return false;
    if (found.matches("input, textarea, select")) found.focus();
    else if (found.matches("details")) { found.open = true; const to = found.querySelector("textarea, input:not([type=hidden])"); if (to) to.focus(); }
    else found.click();
    return true;
  }
  function writing(target) {
    return target.matches("textarea, select, [contenteditable]") ||
      (target.matches("input") && !["checkbox", "radio", "submit", "button"].includes(target.type));
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (writing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const key = event.key;
    if (going) {
      going = false;
      if (GO[key]) { event.preventDefault(); window.location.assign(GO[key]); }
      return;
    }
    if (key === "g") { going = true; window.setTimeout(function () { going = false; }, 1500); }
    else if (key === "j") { event.preventDefault(); move(1); }
    else if (key === "k") { event.preventDefault(); move(-1); }
    else if (key === "x") {
      const row = rows()[current()];
      const box = row && row.querySelector("input[type=checkbox]");
      if (box) { event.preventDefault(); box.click(); }
    }
    else if (key === "?") { event.preventDefault(); help(); }
    else if (key === "Enter") {
      const row = rows()[current()];
      const link = row && !event.target.matches("a, button, summary") && row.querySelector("a[href]");
      if (link) { event.preventDefault(); link.click(); }
    }
    else if (press(key)) event.preventDefault();
  });

  function help() {
    const dialog = document.getElementById("keys");
    if (dialog) dialog.showModal();
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-help], [data-print], [data-tick-all]");
    if (!button) return;
    if (button.matches("[data-help]")) help();
    else if (button.matches("[data-print]")) window.print();
    else {
      button.closest("form").querySelectorAll("input[type=checkbox][name]").forEach(function (box) {
        box.checked = button.checked;
      });
      count(button.closest("form"));
    }
  });

  // The number and the sum of what is ticked, at once.
  function count(form) {
    const box = form && form.querySelector("[data-ticked]");
    if (!box) return;
    const on = form.querySelectorAll("input[type=checkbox][name]:checked").length;
    box.textContent = on ? on + " ticked" : "Nothing ticked";
    form.querySelectorAll("[data-needs-tick]").forEach(function (button) { button.disabled = !on; });
  }
  document.addEventListener("change", function (event) {
    if (event.target.matches("input[type=checkbox]")) count(event.target.form);
  });
  document.querySelectorAll("form").forEach(count);
})();
