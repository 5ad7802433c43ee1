// Fills the places of 话术 for the customer who is being served. What is typed stays in this tab (sessionStorage), is
// never sent, and is forgotten with “another customer”. Also keeps 内部 out of whatever is copied by hand.
(function () {
  "use strict";
  var KEPT = "kefu-slots";
  var form = document.querySelector("[data-fill]");

  function kept() {
    try { return JSON.parse(sessionStorage.getItem(KEPT)) || {}; } catch (_) { return {}; }
  }

  function keep(values) {
    try { sessionStorage.setItem(KEPT, JSON.stringify(values)); } catch (_) { /* a browser without storage forgets */ }
  }

  function apply(values) {
    document.querySelectorAll(".script-text .slot").forEach(function (slot) {
      var name = slot.dataset.slot || slot.textContent;
      slot.dataset.slot = name;
      var value = (values[name] || "").trim();
      slot.textContent = value || name;
      slot.classList.toggle("is-filled", Boolean(value));
    });
  }

  var values = kept();
  apply(values);

  if (form) {
    var fields = Array.prototype.slice.call(form.querySelectorAll("input[data-slot]"));
    fields.forEach(function (field) { field.value = values[field.dataset.slot] || ""; });
    // In an article it stands above the first 话术, wherever that is.
    var first = document.querySelector(".reading .script");
    if (first) {
      var above = first.previousElementSibling;
      var named = above && above.tagName === "P" && /[：:]$/.test(above.textContent.trim());
      first.parentNode.insertBefore(form, named ? above : first);
    }
    form.hidden = false;
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", function (event) {
      values[event.target.dataset.slot] = event.target.value;
      keep(values);
      apply(values);
    });
    form.querySelector("[data-fill-clear]").addEventListener("click", function () {
      values = {};
      keep(values);
      fields.forEach(function (field) { field.value = ""; });
      apply(values);
      if (fields[0]) fields[0].focus();
    });
  }
})();
