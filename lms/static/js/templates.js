/* Shows how a template reads while one types: the page's own preview, asked for and put in place. */
(function () {
  "use strict";
  const form = document.querySelector("[data-preview-form]");
  if (!form || !window.fetch || !window.DOMParser) return;
  let waiting = 0, asked = 0;
  function show() {
    const number = ++asked, body = new FormData(form);
    body.append("do", "preview");
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", redirect: "error" }).then(function (answer) {
      return answer.status === 200 || answer.status === 422 ? answer.text() : "";
    }).then(function (html) {
      if (!html || number !== asked) return;
      const page = new DOMParser().parseFromString(html, "text/html");
      form.querySelectorAll("[data-example]").forEach(function (box) {
        const fresh = page.getElementById(box.id);
        if (fresh) box.replaceChildren(...Array.from(fresh.childNodes));
      });
      form.querySelectorAll("input[id], textarea[id]").forEach(function (field) {
        const said = document.getElementById(field.id + "-error"), fresh = page.getElementById(field.id + "-error");
        if (said) said.remove();
        field.classList.toggle("is-invalid", Boolean(fresh));
        if (fresh) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", fresh.id); field.after(fresh); }
        else { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
      });
    }).catch(function () { /* the button shows it all the same */ });
  }
  form.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
})();
