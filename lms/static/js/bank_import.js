// A large file takes seconds to be read: the button rests and the page says what it does. Coming back it is as before.
// The title goes with a new file, the list with one that is there.
(function () {
  "use strict";
  document.querySelectorAll("form[data-reading]").forEach(function (form) {
    const button = form.querySelector("button[type=submit]");
    const bar = form.querySelector("progress"), said = form.querySelector("[data-reading-text]");

    function rest(busy) {
      button.disabled = busy;
      if (bar) bar.hidden = !busy;
      if (said) said.hidden = !busy;
    }

    form.addEventListener("submit", function () { window.setTimeout(rest, 0, true); });
    window.addEventListener("pageshow", function () { rest(false); });

    const title = form.querySelector("#title"), slug = form.querySelector("#slug");
    function asked() {
      const chosen = form.querySelector("input[name=target]:checked");
      const into = chosen && chosen.value === "into";
      if (title) title.closest("div").hidden = Boolean(into);
      if (slug) slug.closest("div").hidden = !into;
    }
    form.querySelectorAll("input[name=target]").forEach(function (radio) { radio.addEventListener("change", asked); });
    if (title) asked();
  });
})();
