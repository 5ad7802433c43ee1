// The bell and the urgent notices of an open page: asked for once a minute while somebody looks at it; a 确认 is sent
// without leaving the page, so that nothing that was typed is lost. Without this script both work by whole pages.
(function () {
  "use strict";
  const box = document.getElementById("urgents");
  if (!box || !window.fetch || !window.DOMParser) return;
  const EVERY = 60000, SOONEST = 5000;
  let last = Date.now(), stopped = false;

  function put(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.getElementById("urgents"), bell = page.getElementById("bell"), old = document.getElementById("bell");
    if (!fresh) { stopped = true; return; } // signed out meanwhile
    if (bell && old) old.replaceWith(document.importNode(bell, true));
    if (fresh.innerHTML !== box.innerHTML && !box.contains(document.activeElement)) box.innerHTML = fresh.innerHTML;
  }

  function ask() {
    if (stopped || document.visibilityState !== "visible" || Date.now() - last < SOONEST) return;
    last = Date.now();
    fetch(box.dataset.ask, { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text().then(put) : null;
    }, function () { /* the next minute asks again */ });
  }

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (!form.hasAttribute("data-urgent-confirm")) return;
    event.preventDefault();
    const notice = form.closest("[data-urgent]");
    fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    }).then(function (answer) {
      if (!answer.ok) { form.submit(); return; }
      notice.remove();
      window.academy.say(box.dataset.done);
      last = 0;
      ask();
    }, function () { form.submit(); });
  });

  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", ask);
})();
