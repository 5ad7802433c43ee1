// Answers under every search box while somebody types: ↑ ↓ choose, Enter opens, Esc closes. Without this script the box
// is a plain form. Written for Chromium 86.
(function () {
  "use strict";
  var PAUSE = 160, STOPPED = 2500, boxes = 0;

  function begin(input) {
    var form = input.form, list = document.createElement("div"), said = document.createElement("p");
    var options = [], active = -1, timer = 0, stopped = 0, asking = null, shown = "", composing = false;
    list.className = "hints";
    list.id = "hints-" + (boxes += 1);
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label"));
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    form.appendChild(list);
    form.appendChild(said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("autocomplete", "off");

    function choose(at) {
      if (options[active]) options[active].setAttribute("aria-selected", "false");
      active = at;
      var option = options[active];
      if (!option) { input.removeAttribute("aria-activedescendant"); return; }
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    }

    function close() {
      clearTimeout(timer);
      if (asking) asking.abort();
      asking = null;
      shown = "";
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    }

    function show(html, words) {
      clearTimeout(stopped);
      list.innerHTML = html; // made by the server, every word in it escaped
      options = Array.prototype.slice.call(list.querySelectorAll("[role=option]"));
      options.forEach(function (option, at) { option.id = list.id + "-" + at; });
      choose(-1);
      shown = words;
      var line = list.querySelector("[data-said]");
      said.textContent = line ? line.textContent : "";
      list.hidden = !options.length;
      input.setAttribute("aria-expanded", options.length ? "true" : "false");
      if (line && line.dataset.total === "0" && input.value.trim() === words) stopped = setTimeout(function () { ask(words, true); }, STOPPED);
    }

    // stopped: nothing was found and nothing more was typed; the search is told once, its answer is known.
    function ask(words, isStopped) {
      var address = input.dataset.hints + "?q=" + encodeURIComponent(words) + (isStopped ? "&stopped=1" : "");
      if (isStopped) { fetch(address, { credentials: "same-origin" }).catch(function () {}); return; }
      if (asking) asking.abort();
      var mine = asking = new AbortController();
      fetch(address, { credentials: "same-origin", signal: mine.signal }).then(function (answer) {
        return answer.ok && !answer.redirected ? answer.text() : "";
      }).then(function (html) {
        if (asking === mine && document.activeElement === input) show(html, words);
      }).catch(function () {}); // a floor without network still has the plain form
    }

    function typed() {
      if (composing) return;
      clearTimeout(timer);
      clearTimeout(stopped);
      var words = input.value.trim();
      if (!words) { close(); return; }
      if (words !== shown) timer = setTimeout(function () { ask(words, false); }, PAUSE);
    }

    input.addEventListener("input", typed);
    input.addEventListener("compositionstart", function () { composing = true; });
    input.addEventListener("compositionend", function () { composing = false; typed(); });
    input.addEventListener("keydown", function (event) {
      if (composing || event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) { if (event.key === "ArrowDown") { shown = ""; typed(); } return; }
        event.preventDefault();
        var step = event.key === "ArrowDown" ? 1 : -1, count = options.length + 1;
        choose(((active + 1 + step + count) % count) - 1); // one step beyond the ends is the box itself
      } else if (event.key === "Enter" && options[active] && !list.hidden) {
        event.preventDefault();
        options[active].click();
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
    form.addEventListener("submit", function () { clearTimeout(stopped); close(); });
    form.addEventListener("focusout", function (event) {
      if (!event.relatedTarget || !form.contains(event.relatedTarget)) close();
    });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the box keeps the focus
  }

  Array.prototype.forEach.call(document.querySelectorAll("input[data-hints]"), begin);
})();
