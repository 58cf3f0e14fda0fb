// On a narrow screen a row of a table is shown as a list of its cells, each under the name of its column.
(function () {
  "use strict";
  function name(table) {
    const heads = Array.from(table.querySelectorAll("thead th"));
    if (!heads.length) return;
    table.querySelectorAll("tbody tr, tfoot tr").forEach(function (row) {
      let at = 0;
      Array.from(row.children).forEach(function (cell) {
        const head = heads[at];
        if (head && head.textContent.trim() && cell.matches("td")) cell.dataset.label = head.textContent.trim();
        at += cell.colSpan || 1;
      });
    });
  }
  function all() { document.querySelectorAll("table.table").forEach(name); }
  all();
  document.addEventListener("htmx:afterSwap", all);
})();
