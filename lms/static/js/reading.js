// Keeps where somebody is in a text and for how long: every 20 seconds and when the page is left.
// Time counts only while the page is on the screen and the person does something; the server caps it by its own clock.
// Also swaps a self-check card in place; without this script its form and links do the same by loading the page.
(function () {
  "use strict";
  var root = document.querySelector("[data-reading]");
  if (!root) return;
  var EVERY = 20, IDLE = 60;
  var headings = Array.prototype.slice.call(root.querySelectorAll("[data-section]"));
  var end = root.querySelector("[data-end]");
  var total = Number(root.dataset.sections);
  var progress = root.querySelector("[data-read]");
  var anchor = "", read = progress ? progress.value : 0, seconds = 0, sent = 0;
  var loaded = Date.now(), touched = Date.now(), changed = false, leaving = false;

  function seen(count, name) {
    if (name && name !== anchor) { anchor = name; changed = true; mark(name); }
    if (count > read) { read = count; changed = true; if (progress) progress.value = read; }
  }

  function mark(name) {
    root.querySelectorAll("[data-outline]").forEach(function (link) {
      if (link.dataset.outline === name) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    });
  }

  // A heading that has come into the upper half of the screen is being read; what stands before it has been.
  if ("IntersectionObserver" in window && headings.length) {
    var observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting || Date.now() - loaded < 1500) return;
        if (entry.target === end) seen(total, anchor);
        else seen(Number(entry.target.dataset.section) - 1, entry.target.id);
      });
    }, { rootMargin: "0px 0px -50% 0px" });
    headings.forEach(function (heading) { observer.observe(heading); });
    new IntersectionObserver(function (entries) {
      if (entries[0].isIntersecting && Date.now() - loaded > 1500) seen(total, anchor);
    }).observe(end);
  }

  ["scroll", "pointerdown", "keydown", "pointermove", "touchstart"].forEach(function (name) {
    document.addEventListener(name, function () { touched = Date.now(); }, { passive: true });
  });

  setInterval(function () {
    if (document.visibilityState !== "visible" || Date.now() - touched > IDLE * 1000) return;
    seconds += 1;
    if (seconds - sent >= EVERY) send(false);
  }, 1000);

  function send(last) {
    var spent = seconds - sent;
    if (leaving || (!changed && (spent < 1 || (last && spent < 3)))) return;
    var body = JSON.stringify({
      document: root.dataset.document, revision: Number(root.dataset.revision),
      anchor: anchor, section: read, sections: total, seconds: spent
    });
    sent = seconds;
    changed = false;
    fetch(root.dataset.reading, {
      method: "POST", keepalive: true, credentials: "same-origin", body: body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": root.dataset.token }
    }).then(function (answer) {
      if (!answer.ok) throw new Error("not saved");
    }).catch(function () { sent = Math.max(0, sent - spent); changed = true; });
  }

  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") send(true); });
  window.addEventListener("pagehide", function () { send(true); });

  // The end of reading carries the rest of the time itself, so that it counts for this completion.
  var form = root.querySelector("[data-complete]");
  if (form) form.addEventListener("submit", function () {
    form.elements.seconds.value = String(seconds - sent);
    leaving = true;
  });

  var card = root.querySelector("[data-check]");
  if (!card || !window.fetch || !window.URLSearchParams) return;

  function swap(address, options) {
    card.setAttribute("aria-busy", "true");
    options.credentials = "same-origin";
    options.headers = Object.assign({ "X-Fragment": "check" }, options.headers || {});
    return fetch(address, options).then(function (answer) {
      if (!answer.ok && answer.status !== 422) throw new Error("check");
      return answer.text();
    }).then(function (html) {
      card.innerHTML = html;
      card.removeAttribute("aria-busy");
      var next = card.querySelector("input:not([type=hidden]), textarea, select, [data-check-go], button");
      if (next) next.focus({ preventScroll: true });
      var finish = root.querySelector("[data-finish]");
      if (finish) {
        var solid = !card.querySelector(".btn-primary");
        finish.classList.toggle("btn-primary", solid);
        finish.classList.toggle("btn-quiet", !solid);
      }
      if (card.getBoundingClientRect().top < 0) card.scrollIntoView();
    });
  }

  card.addEventListener("submit", function (event) {
    var asked = event.target;
    if (!asked.hasAttribute("data-check-form")) return;
    event.preventDefault();
    var data = new URLSearchParams(new FormData(asked));
    var button = event.submitter || document.activeElement;
    if (button && button.name) data.set(button.name, button.value);
    swap(asked.action, { method: "POST", body: data }).catch(function () { asked.submit(); });
  });

  card.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='?q=']");
    if (!link) return;
    event.preventDefault();
    swap(link.getAttribute("href").split("#")[0], {}).catch(function () { window.location.href = link.href; });
  });
})();
