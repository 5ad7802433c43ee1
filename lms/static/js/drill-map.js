/* The map of a drill opens at its first scene; without this it is scrolled by hand. */
(function () {
  "use strict";
  var frame = document.querySelector(".map-frame");
  if (frame) {
    frame.scrollLeft = Number(frame.dataset.start) - frame.clientWidth / 2;
  }
})();
