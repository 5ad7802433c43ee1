// Saves the ticks of a checklist as they are made. Without this script the form's own buttons save them.
(function () {
  "use strict";
  var form = document.querySelector("[data-task]");
  if (!form || !window.fetch) return;
  var count = document.querySelector("[data-tick-count]");
  var said = form.querySelector("[data-saved]");
  var queue = Promise.resolve(), underWay = 0;

  function ticked() {
    return Array.prototype.slice.call(form.querySelectorAll("[name=tick]:checked")).map(function (box) { return Number(box.value); });
  }

  function save() {
    return fetch(form.dataset.task, {
      method: "PUT", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.dataset.token },
      body: JSON.stringify({ ticked: ticked() })
    }).then(function (answer) {
      return answer.json().then(function (body) {
        if (!answer.ok) throw new Error(body.error && body.error.message || "");
        form.elements.version.value = body.version;
        said.textContent = body.saved;
      });
    }).catch(function (error) { said.textContent = error.message; });
  }

  form.addEventListener("change", function (event) {
    if (event.target.name !== "tick") return;
    if (count) count.textContent = ticked().length + "/" + form.querySelectorAll("[name=tick]").length;
    // One after the other, so that an older state never overtakes a newer one.
    underWay += 1;
    queue = queue.then(save).then(function () { underWay -= 1; });
  });

  // What is handed in names the version that it was written on: the one after the last tick, which is still to come.
  form.addEventListener("submit", function (event) {
    if (!underWay) return;
    var button = event.submitter;
    event.preventDefault();
    event.stopPropagation();
    queue.then(function () { form.requestSubmit(button); });
  });
})();
