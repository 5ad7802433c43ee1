// Work that takes longer than one request: a form with data-progress is sent again and again until nothing is left.
// The answer says {"left": n}, or {"made": n, "total": m}. Without this script the button does one step at a time.
// Leaving the page loses nothing: what is made is made, and the next visit goes on. data-progress-start begins by itself.
(function () {
  "use strict";
  document.querySelectorAll("form[data-progress]").forEach(function (form) {
    const bar = form.querySelector("progress"), said = form.querySelector("[data-progress-text]");
    const button = form.querySelector("button");
    let most = 0, running = false;

    function step() {
      fetch(form.dataset.progress, {
        method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" },
      }).then(function (answer) {
        if (answer.redirected) throw new Error("stopped");
        return answer.json().then(function (data) {
          if (!answer.ok && said && typeof data.error === "string") said.textContent = data.error;
          if (!answer.ok) throw new Error("stopped");
          return data;
        });
      }).then(function (data) {
        const left = data.left !== undefined ? data.left : data.total - data.made;
        most = Math.max(most, data.total || 0, left + (data.made || 0));
        if (bar) { bar.hidden = false; bar.max = Math.max(1, most); bar.value = most - left; }
        if (said) said.textContent = (most - left) + " / " + most;
        if (left > 0) step(); else if (data.next) window.location.assign(data.next); else window.location.reload();
      }).catch(function () { running = false; button.disabled = false; });
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation();
      if (running) return;
      running = true;
      button.disabled = true;
      if (bar) bar.hidden = false;
      step();
    });
    if (form.hasAttribute("data-progress-start")) form.requestSubmit ? form.requestSubmit() : button.click();
  });
})();
