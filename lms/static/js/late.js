// The late list: chooses all of a page, copies the words for the group, shows names as soon as they are ticked.
(function () {
  "use strict";
  var all = document.querySelector("[data-pick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", function () {
      var boxes = Array.prototype.slice.call(document.querySelectorAll("input[name=duty]:not(:disabled)"));
      var on = boxes.some(function (box) { return !box.checked; });
      boxes.forEach(function (box) { box.checked = on; });
    });
  }
  var names = document.querySelector("[data-names]");
  if (names) {
    names.querySelector("button").hidden = true;
    names.addEventListener("change", function () { names.submit(); });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy-from]");
    if (!button) return;
    var area = document.getElementById(button.dataset.copyFrom);
    window.academy.copyText(area.value).then(function () {
      window.academy.say(button.dataset.copied);
      button.focus();
    }, function () {
      area.focus();
      area.select();
      window.academy.say(button.dataset.copyFailed);
    });
  });
})();
