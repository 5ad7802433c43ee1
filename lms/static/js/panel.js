// Keys of the side panel: C copies the first 话术, Esc goes one step back, N and P walk through the hits, ? lists them.
(function () {
  "use strict";
  var foot = document.querySelector("[data-back]");
  if (!foot) return;
  var keys = foot.querySelector("[data-keys]");
  var search = document.querySelector(".panel .find input[type=search]");

  function isTyping(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function walk(step) {
    var hits = Array.prototype.slice.call(document.querySelectorAll(".hit"));
    if (!hits.length) return;
    var here = hits.indexOf(document.activeElement);
    var next = here < 0 ? (step > 0 ? 0 : hits.length - 1) : Math.min(hits.length - 1, Math.max(0, here + step));
    hits[next].focus();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (keys.open) keys.open = false;
      else if (event.target === search && search.value !== search.defaultValue) search.value = search.defaultValue;
      else if (new URL(foot.dataset.back, location.href).href !== location.href) location.href = foot.dataset.back;
      else search.blur();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "?") { event.preventDefault(); keys.open = !keys.open; }
    else if (event.key === "c" || event.key === "C") {
      var copy = document.querySelector(".panel [data-copy]");
      if (copy) { event.preventDefault(); copy.click(); }
    } else if (event.key === "n" || event.key === "N") walk(1);
    else if (event.key === "p" || event.key === "P") walk(-1);
  });
})();
