// Looking at replies by keyboard: n goes to the next run that waits, j and k to the next and the last button.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    if (event.key === "n") {
      var next = document.querySelector("[data-next]");
      if (next) next.click();
    }
    if (event.key === "j" || event.key === "k") {
      var fields = Array.prototype.filter.call(document.querySelectorAll(".judging-form button"), function (button) {
        return !button.closest("details:not([open])"); // a folded one takes no focus
      });
      if (!fields.length) return;
      var at = fields.indexOf(document.activeElement);
      var to = event.key === "j" ? Math.min(at + 1, fields.length - 1) : Math.max(at - 1, 0);
      fields[to].focus();
      event.preventDefault();
    }
  });
})();
