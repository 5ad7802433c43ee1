/* The form of a rule: what it says and whom it would reach is shown while one fills in; saving asks the server again. */
(function () {
  "use strict";
  const form = document.querySelector("[data-rule-form]"), shown = document.getElementById("rule-preview");
  if (!form || !shown || !window.fetch) return;
  let waits = 0, asked = 0;
  function look() {
    const number = ++asked;
    fetch(form.dataset.ruleForm, { method: "POST", body: new FormData(form), credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
      .then(function (html) { if (number === asked) shown.innerHTML = html; }) // the server's own markup, escaped there
      .catch(function () { /* the button shows the same */ });
  }
  form.addEventListener("input", function () {
    clearTimeout(waits);
    waits = setTimeout(look, 400);
  });
}());
