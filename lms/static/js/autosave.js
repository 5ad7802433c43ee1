// Keeps what is typed on the server every few seconds, and says who else has this document open. What it says is what
// the server answered; while it can't be reached the text stays in this browser (studio.js) and the page says so.
(function () {
  "use strict";
  const root = document.querySelector("[data-studio]"), studio = window.academy && window.academy.studio;
  if (!root || !studio || !root.dataset.autosave) return;
  const AFTER = 2000, LATEST = 10000, BEAT = 25000;
  const box = document.querySelector("[data-others]"), who = document.querySelector("[data-others-text]");
  const left = document.querySelector("[data-left]");
  let timer = 0, since = 0, sending = false, again = false, kept = false;

  // An earlier text is offered: until its author has decided, nothing is written over it.
  function undecided() { return Boolean(left && !left.hidden); }

  function others(text) { who.textContent = text; box.hidden = !text; }

  function later() {
    if (undecided()) { studio.say(left.dataset.first); return; }
    if (!studio.dirty() && !kept) return; // typed and taken back: what the server keeps follows
    if (!since) since = Date.now();
    clearTimeout(timer);
    timer = setTimeout(keep, Math.max(0, Math.min(AFTER, since + LATEST - Date.now())));
  }

  function keep() {
    if (undecided()) return;
    if (sending) { again = true; return; }
    sending = true;
    since = 0;
    studio.ask(root.dataset.autosave).then(function (answer) {
      if (answer.status !== 200) return;
      others(answer.data.others);
      kept = studio.dirty();
      if (!again) studio.say(answer.data.kept);
    }, function () { /* studio.js keeps the text here and complains where it has to */ }).then(function () {
      sending = false;
      if (again) { again = false; later(); }
    });
  }

  function beat() {
    if (document.visibilityState !== "visible" || sending) return;
    studio.ask(root.dataset.autosave, { open: "1" }, true).then(function (answer) {
      if (answer.status === 200) others(answer.data.others);
    }, function () { /* the next beat asks again */ });
  }

  // A saved draft takes the place of what was kept.
  function guard(event) {
    if (!undecided()) return;
    if (window.confirm(left.dataset.sure)) { left.hidden = true; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    left.scrollIntoView({ block: "center" });
  }
  window.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (event.target.id === "src" && button && (button.hasAttribute("data-save") || button.hasAttribute("data-publish"))) guard(event);
  }, true);
  window.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") guard(event);
  }, true);
  document.addEventListener("studio:changed", later);
  document.addEventListener("studio:saved", function () { clearTimeout(timer); since = 0; kept = false; });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden" && studio.dirty()) keep(); });
  setInterval(beat, BEAT);
  beat();
})();
