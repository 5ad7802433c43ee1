// What every page may use: "/" focuses the search, copy buttons copy, long forms are sent once.
// Written for Chromium 86: no optional syntax that it lacks; copying works without the Clipboard API (LAN without HTTPS).
(function () {
  "use strict";

  function isTyping(target) {
    return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    // The last one that is to be seen: a page's own search comes after the one in the bar.
    var fields = Array.prototype.filter.call(document.querySelectorAll("[data-focus-key]"), function (one) {
      return one.dataset.focusKey === event.key && one.offsetParent !== null;
    });
    var field = fields[fields.length - 1];
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "/") {
      var link = document.querySelector("a[data-search-link]");
      if (link) { event.preventDefault(); link.click(); }
    }
  });

  function say(message) {
    var old = document.querySelector(".toast-line");
    if (old) old.remove();
    var line = document.createElement("p");
    line.className = "toast-line";
    line.setAttribute("role", "status");
    line.textContent = message;
    document.body.appendChild(line);
    setTimeout(function () { line.remove(); }, 4000);
  }

  function copyText(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  }

  // What is sent: the paragraphs of the 话术. A place that is not filled in stays to be seen as one: “{昵称}”, never a
  // bare word that is sent as it is.
  function scriptText(script) {
    return Array.prototype.map.call(script.querySelectorAll(".script-text"), function (part) {
      var copy = part.cloneNode(true);
      copy.querySelectorAll(".slot:not(.is-filled)").forEach(function (slot) { slot.textContent = "{" + slot.textContent + "}"; });
      copy.querySelectorAll("br").forEach(function (line) { line.replaceWith("\n"); });
      return copy.textContent.trim();
    }).join("\n");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    var script = button.closest(".script");
    var open = script.querySelector(".slot:not(.is-filled)");
    var words = button.closest("[data-copied]");
    copyText(scriptText(script)).then(function () {
      button.focus();
      if (words) say(open ? words.dataset.copiedSlots.replace("{}", open.textContent) : words.dataset.copied);
    }, function () {
      // No browser that we know refuses both ways; if one does, the text is selected for Ctrl+C.
      getSelection().selectAllChildren(script.querySelector(".script-text"));
      if (words && words.dataset.copyFailed) say(words.dataset.copyFailed);
    });
  });

  // 内部 can't be selected; where a browser takes it along with what stands around it, it is left out all the same.
  document.addEventListener("copy", function (event) {
    var selection = getSelection();
    if (!selection.rangeCount || isTyping(document.activeElement || document.body)) return;
    var box = document.createElement("div");
    box.appendChild(selection.getRangeAt(0).cloneContents());
    var inside = box.querySelectorAll(".internal");
    if (!inside.length || !event.clipboardData) return;
    var words = selection.toString();
    inside.forEach(function (one) { words = words.split(one.innerText).join(""); one.remove(); });
    event.preventDefault();
    event.clipboardData.setData("text/plain", words.replace(/\n{3,}/g, "\n\n"));
    event.clipboardData.setData("text/html", box.innerHTML);
  });

  // A second press while the first is under way is the commonest way to do a thing twice.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-many")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });

  // What is folded over the page closes like any list that one has opened.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details[data-folds][open]").forEach(function (each) { if (!each.contains(event.target)) each.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-folds][open]").forEach(function (each) { each.open = false; each.querySelector("summary").focus(); });
  });

  // On a phone the tab of this page may lie outside its strip.
  document.querySelectorAll(".tabs [aria-current]").forEach(function (tab) {
    var strip = tab.parentElement;
    var place = tab.getBoundingClientRect(), room = strip.getBoundingClientRect();
    strip.scrollLeft += place.left - room.left - (room.width - place.width) / 2;
  });

  window.academy = { say: say, copyText: copyText, scriptText: scriptText };
})();
