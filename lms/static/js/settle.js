// Who types a text of their own for a place has chosen it.
(function () {
  "use strict";
  document.addEventListener("input", function (event) {
    if (!event.target.hasAttribute("data-own")) return;
    const own = document.getElementById(event.target.id.replace("own-", "choice-") + "-own");
    if (own) own.checked = true;
  });
})();
