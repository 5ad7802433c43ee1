// Going through what is 待复核 by keyboard: j and k move, y says that it is still right, e opens the editor.
(function () {
  "use strict";
  const every = Array.prototype.slice.call(document.querySelectorAll("[data-doubt]"));
  const keys = document.querySelector("[data-keys]");
  if (!every.length) return;
  if (keys) keys.hidden = false;
  let at = -1;

  function go(to) {
    if (to < 0 || to >= every.length) return;
    at = to;
    every[at].focus({ preventScroll: true });
    every[at].scrollIntoView({ block: "start" });
  }

  document.addEventListener("focusin", function (event) {
    const inside = event.target.closest("[data-doubt]");
    if (inside) at = every.indexOf(inside);
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const press = { y: "[data-right]", e: "[data-change]" }[event.key];
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at - 1);
    else if (press && at >= 0) {
      const target = every[at].querySelector(press);
      if (target) target.click();
    } else return;
    event.preventDefault();
  });
})();
