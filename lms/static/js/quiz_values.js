// What this browser keeps of a paper; its fields as the values of the API, and back. Shared by the scripts of the paper.
(function () {
  "use strict";

  // What is not saved yet, by attempt, and which page holds the paper. A result page needs neither any more.
  var PREFIX = "lms.answers.", TAB = "lms.tab.";
  function forget(id) {
    try { localStorage.removeItem(PREFIX + id); localStorage.removeItem(TAB + id); } catch (error) { /* no storage: nothing kept */ }
  }
  var finished = document.querySelector("[data-finished]");
  if (finished) forget(finished.getAttribute("data-finished"));

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function plain(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
    return JSON.stringify(Object.keys(value).sort().map(function (key) { return [key, value[key]]; }));
  }
  function same(one, other) { return plain(one) === plain(other); }
  function part(field) { return field.name.split(".")[1]; }

  function read(section) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    var fields = all('[name="' + key + '"], [name^="' + key + '."]:not([type="hidden"])', section);
    var checked = fields.filter(function (field) { return field.checked; }).map(function (field) { return field.value; });
    var value;
    if (kind === "single") return checked.length ? checked[0] : null;
    if (kind === "true_false") return checked.length ? checked[0] === "true" : null;
    if (kind === "multiple") return checked.length ? checked : null;
    if (kind === "fill_in") {
      value = fields.map(function (field) { return field.value; });
      return value.some(Boolean) ? value : null;
    }
    if (kind === "ordering") {
      value = [];
      fields.forEach(function (field) { if (field.value) value[Number(field.value) - 1] = part(field); });
      value = Array.from(value, function (step) { return step || ""; });
      return value.length ? value : null;
    }
    if (kind === "matching") {
      value = {};
      fields.forEach(function (field) { if (field.value) value[part(field)] = field.value; });
      return Object.keys(value).length ? value : null;
    }
    return fields[0].value || null;
  }

  function show(section, value) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    all('[name="' + key + '"], [name^="' + key + '."]:not([type="hidden"])', section).forEach(function (field, index) {
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = (Array.isArray(value) ? value : [String(value)]).indexOf(field.value) >= 0;
      } else if (kind === "fill_in") field.value = value ? value[index] || "" : "";
      else if (kind === "ordering") field.value = value && value.indexOf(part(field)) >= 0 ? value.indexOf(part(field)) + 1 : "";
      else if (kind === "matching") field.value = (value && value[part(field)]) || "";
      else field.value = value || "";
      field.setAttribute("data-before", field.value);
    });
  }

  function isComplete(section, value) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    if (value === null) return false;
    var fields = all('select, [name^="' + key + '."]:not([type="hidden"])', section).length;
    if (kind === "fill_in") return value.every(function (word) { return word.trim(); });
    if (kind === "ordering") return value.length === fields && value.every(Boolean);
    if (kind === "matching") return Object.keys(value).length === fields;
    return typeof value !== "string" || Boolean(value.trim());
  }

  // What was written by hand in a value, to show it to who would lose it; "" for a choice, which is made again at once.
  function written(section, value) {
    var kind = section.getAttribute("data-kind");
    if (kind === "fill_in") return value ? value.filter(Boolean).join(" / ") : "";
    return kind === "open" || kind === "numeric" ? value || "" : "";
  }

  // Two steps can't stand on one place: the one that stood there goes where the other comes from.
  function swap(section, moved) {
    all("select", section).forEach(function (other) {
      if (other !== moved && other.value && other.value === moved.value) other.value = moved.getAttribute("data-before") || "";
    });
    all("select", section).forEach(function (each) { each.setAttribute("data-before", each.value); });
  }

  // As the server sent it.
  function reset(field) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.defaultChecked;
    else if (field.tagName === "SELECT") all("option", field).forEach(function (option) { option.selected = option.defaultSelected; });
    else if (field.type !== "hidden") field.value = field.defaultValue;
  }

  window.lmsPaper = { PREFIX: PREFIX, TAB: TAB, forget: forget, all: all, same: same, read: read, show: show, isComplete: isComplete, written: written, swap: swap, reset: reset };
})();
