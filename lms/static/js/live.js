// A part of a page that is asked for again every few seconds while somebody looks at it; without it, a reload shows it.
(function () {
  "use strict";
  const box = document.querySelector("[data-live]"), note = document.querySelector("[data-live-note]");
  if (!box || !window.fetch) return;
  const EVERY = 5000;
  if (note) note.hidden = false;

  function open() { // which details stand open stays as it is
    return Array.prototype.map.call(box.querySelectorAll("details"), function (each) { return each.open; });
  }

  setInterval(function () {
    if (document.visibilityState !== "visible") return;
    fetch(box.dataset.live, { credentials: "same-origin", redirect: "error" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (text) {
      if (!text || text === box.dataset.last) return;
      if (box.contains(document.activeElement)) return; // somebody reads there with the keyboard
      box.dataset.last = text;
      const was = open();
      box.innerHTML = text;
      box.querySelectorAll("details").forEach(function (each, place) { each.open = Boolean(was[place]); });
    }, function () { /* the next time asks again */ });
  }, EVERY);
})();
