/* A long list of boxes to tick: a field above it that shows only those whose words hold what is typed. */
(function () {
  "use strict";
  document.querySelectorAll("[data-pick-filter]").forEach(function (field) {
    const list = document.getElementById(field.dataset.pickFilter);
    if (!list) return;
    field.hidden = false;
    field.addEventListener("input", function () {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0, head = null;
      Array.prototype.forEach.call(list.children, function (each) {
        if (each.tagName !== "LABEL") { if (head) head.hidden = !shown; head = each; shown = 0; return; }
        const ticked = each.querySelector("input").checked;
        each.hidden = Boolean(wanted) && !ticked && each.textContent.toLowerCase().indexOf(wanted) < 0;
        if (!each.hidden) shown += 1;
      });
      if (head) head.hidden = !shown;
    });
    field.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); }); // no sending by accident
  });
}());
