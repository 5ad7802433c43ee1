// The marker's sheet: a total while it is filled in, points by one key, and no way on that loses what was typed.
// Without this script the page is a form like any other. Written for Chromium 86.
(function () {
  "use strict";
  var form = document.querySelector("[data-marking]");
  if (!form) return;
  var lines = Array.prototype.slice.call(form.querySelectorAll("[data-line]"));
  var inputs = lines.map(function (line) { return line.querySelector("input"); });
  var total = form.querySelector("[data-total]");
  var note = form.querySelector("textarea");
  var current = 0, sent = false;
  var first = values();

  function values() {
    return inputs.map(function (input) { return input.value; }).concat([note.value]).join("\u0000");
  }
  function isChanged() { return values() !== first; }
  function add() {
    var sum = inputs.reduce(function (all, input) { return all + (parseFloat(input.value) || 0); }, 0);
    total.textContent = String(Math.max(Math.round(sum * 100) / 100, 0));
    lines.forEach(function (line, index) {
      line.querySelectorAll("[data-points]").forEach(function (button) {
        button.setAttribute("aria-pressed", String(inputs[index].value !== "" && Number(inputs[index].value) === Number(button.dataset.points)));
      });
    });
  }
  function give(index, points) {
    var input = inputs[index];
    var most = Number(input.max), least = Number(input.min);
    input.value = String(most === 0 ? Math.max(least, -Math.abs(points)) : Math.min(most, points));
    add();
  }
  function goTo(index) {
    current = (index + inputs.length) % inputs.length;
    inputs[current].focus();
    inputs[current].select();
  }
  function save(go) {
    var button = form.querySelector("button[name=go]");
    button.value = go;
    if (form.reportValidity()) button.click();
    button.value = "next";
  }
  function move(go, address) {
    // What was typed is saved first; the next page comes only with the answer of the server.
    if (isChanged()) save(go); else if (address && !sent) { sent = true; location.href = address; }
  }

  lines.forEach(function (line, index) {
    line.querySelector("[data-quick]").hidden = false;
    line.addEventListener("focusin", function () { current = index; });
    line.addEventListener("click", function (event) {
      var button = event.target.closest("[data-points]");
      if (button) give(index, Number(button.dataset.points));
    });
    inputs[index].addEventListener("input", function () {
      // What must not be said only costs: 4 means that four points are taken.
      if (Number(inputs[index].max) === 0 && Number(inputs[index].value) > 0) inputs[index].value = String(-Number(inputs[index].value));
      add();
    });
    inputs[index].addEventListener("focus", function () { inputs[index].select(); });
  });
  document.querySelectorAll("[data-fills]").forEach(function (row) { row.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-fill]");
    if (!button) return;
    button.dataset.fill.split(" ").forEach(function (points, index) { inputs[index].value = points; });
    add();
    goTo(0);
  });
  form.addEventListener("submit", function (event) {
    if (sent) { event.preventDefault(); return; }
    sent = true;
  });
  window.addEventListener("pageshow", function () { sent = false; });
  window.addEventListener("beforeunload", function (event) {
    if (!sent && isChanged()) { event.preventDefault(); event.returnValue = ""; }
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var target = event.target;
    var inLine = inputs.indexOf(target) >= 0;
    if (!inLine && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    var undo = document.getElementById("undo");
    if (event.key === "ArrowDown" && inLine) goTo(current + 1);
    else if (event.key === "ArrowUp" && inLine) goTo(current - 1);
    else if (/^[0-9]$/.test(event.key) && !inLine) { give(current, Number(event.key)); goTo(current); }
    else if (event.key === "Enter" && !inLine && !target.closest("a, button, summary")) save("next");
    else if (event.key === "n") move("next", form.dataset.next);
    else if (event.key === "p") move("back", form.dataset.previous);
    else if (event.key === "u" && undo && !sent) { sent = true; undo.submit(); }
    else if (event.key === "?") {
      var keys = document.querySelector("[data-keys]");
      keys.open = !keys.open;
      if (keys.open) keys.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });

  add();
  var wrong = form.querySelector("[aria-invalid]");
  var empty = inputs.filter(function (input) { return input.value === ""; })[0];
  if (wrong) wrong.focus();
  else if (window.matchMedia("(pointer: fine)").matches) goTo(inputs.indexOf(empty || inputs[0]));
})();
