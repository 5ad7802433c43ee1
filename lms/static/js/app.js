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

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    var source = button.closest(".script").querySelector(".script-text").cloneNode(true);
    var slots = source.querySelectorAll(".slot");
    // A place to fill in stays to be seen as one: “{昵称}”, never a bare word that is sent as it is.
    slots.forEach(function (slot) { slot.textContent = "{" + slot.textContent + "}"; });
    var words = button.closest("[data-copied]");
    copyText(source.textContent.trim()).then(function () {
      if (words) say(slots.length ? words.dataset.copiedSlots.replace("{}", slots[0].textContent) : words.dataset.copied);
    });
  });

  // A second press while the first is under way is the commonest way to do a thing twice.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-many")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 8000);
  });

  window.academy = { say: say, copyText: copyText };
})();
