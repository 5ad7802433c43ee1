// Follows the system's shade before the first paint; loaded only where the person has chosen nothing.
(function () {
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() { document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light"); }
  follow();
  if (dark.addEventListener) dark.addEventListener("change", follow);
})();
