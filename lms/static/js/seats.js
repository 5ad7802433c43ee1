// Who sits a quiz now is asked for again every ten seconds while somebody looks; what is ticked stays ticked, and the
// keyboard stays where it is. Without it, a reload shows the same.
(function () {
  "use strict";
  var box = document.querySelector("[data-seats]"), note = document.querySelector("[data-seats-note]");
  if (!box || !window.fetch) return;
  var EVERY = 10000;
  if (note) note.hidden = false;

  function named(element) {
    return element && element.name ? element.name + "=" + element.value.replace(/^\w+:/, "") : "";
  }

  function show(text) {
    var ticked = {}, held = box.contains(document.activeElement) ? named(document.activeElement) : "";
    box.querySelectorAll("input:checked").forEach(function (each) { ticked[each.value] = true; });
    box.innerHTML = text;
    box.querySelectorAll("input[type=checkbox]").forEach(function (each) { each.checked = Boolean(ticked[each.value]); });
    if (!held) return;
    Array.prototype.some.call(box.querySelectorAll("input, button"), function (each) {
      if (named(each) !== held) return false;
      each.focus({ preventScroll: true });
      return true;
    });
  }

  setInterval(function () {
    if (document.visibilityState !== "visible") return;
    fetch(box.dataset.seats, { credentials: "same-origin", redirect: "error" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      if (!text || text === box.dataset.last) return;
      box.dataset.last = text;
      show(text);
    }, function () { /* the next time asks again */ });
  }, EVERY);
})();
