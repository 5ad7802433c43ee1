/* What is typed into a form stays on this device until it has been handed in: a closed page loses nothing. */
(function () {
  "use strict";
  var PREFIX = "lms-typed:";
  function read(key) {
    try { return JSON.parse(window.localStorage.getItem(PREFIX + key) || "null"); } catch (error) { return null; }
  }
  function write(key, values) {
    try {
      if (values) window.localStorage.setItem(PREFIX + key, JSON.stringify(values));
      else window.localStorage.removeItem(PREFIX + key);
    } catch (error) { /* a full or closed store: the form works without it */ }
  }
  function forget(begin) {
    try {
      Object.keys(window.localStorage).forEach(function (name) {
        if (name.indexOf(PREFIX + begin + ":") === 0) window.localStorage.removeItem(name);
      });
    } catch (error) { /* as above */ }
  }
  var sent = document.querySelector("[data-typed-sent]");
  if (sent) forget(sent.getAttribute("data-typed-sent"));

  document.querySelectorAll("form[data-typed]").forEach(function (form) {
    var key = form.getAttribute("data-typed");
    var offer = document.querySelector("[data-typed-offer]");
    var fields = Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.type !== "hidden" && field.type !== "submit" && field.tagName !== "BUTTON";
    });
    var first = {};
    fields.forEach(function (field) { first[field.name] = field.value; });
    var base = form.elements.revision ? form.elements.revision.value : "";
    var kept = read(key);
    var refused = form.querySelector(".is-invalid, [role=alert]");
    if (kept && !refused) {
      var differs = false;
      fields.forEach(function (field) {
        if (kept.values[field.name] !== undefined && kept.values[field.name] !== field.value) {
          field.value = kept.values[field.name];
          differs = true;
        }
      });
      // What was typed was written on top of the version that was read then; the server puts both together.
      if (differs && kept.base && form.elements.revision) form.elements.revision.value = kept.base;
      if (differs && offer) offer.hidden = false;
    }
    var timer = 0;
    form.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () {
        var values = {};
        fields.forEach(function (field) { values[field.name] = field.value; });
        write(key, { base: form.elements.revision ? form.elements.revision.value : base, values: values });
      }, 300);
    });
    var drop = offer && offer.querySelector("[data-typed-drop]");
    if (drop) drop.addEventListener("click", function () {
      window.clearTimeout(timer);
      write(key, null);
      fields.forEach(function (field) { field.value = first[field.name]; });
      if (form.elements.revision) form.elements.revision.value = base;
      offer.hidden = true;
      fields[0].focus();
    });
  });
})();
