// The forms of courses and curricula: finding a document to add, what stands open stays open when the form is drawn
// anew, a new lesson beside its course. Without this script the same is done by selects and buttons of the form.
(function () {
  "use strict";
  const shared = window.academy && window.academy.form;
  if (!shared) return;
  const panel = shared.panel, form = document.getElementById("src"), WAIT = 200;
  const opened = new Set();
  let timer = 0, turn = 0, adding = false;

  function one(selector, inside) { return (inside || panel).querySelector(selector); }

  // what stands open

  panel.addEventListener("toggle", function (event) {
    const key = event.target.dataset && event.target.dataset.keep;
    if (key) { if (event.target.open) opened.add(key); else opened.delete(key); }
    if (event.target.open && event.target.classList.contains("board-menu")) panel.querySelectorAll(".board-menu[open]").forEach(function (menu) { if (menu !== event.target) menu.open = false; });
  }, true);
  // A toggle is told of a moment later: the form may be drawn anew before it.
  panel.addEventListener("click", function (event) {
    const summary = event.target.closest("summary"), details = summary && summary.parentNode, key = details && details.dataset.keep;
    if (key) { if (details.open) opened.delete(key); else opened.add(key); }
  });
  document.addEventListener("click", function (event) { panel.querySelectorAll(".board-menu[open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; }); });
  panel.addEventListener("keydown", function (event) {
    const menu = event.target.closest(".board-menu[open]");
    if (event.key === "Escape" && menu) { menu.open = false; one("summary", menu).focus(); }
    if (event.key === "Escape" && adding && event.target.closest("[data-add-panel]")) { event.preventDefault(); close(); }
  });

  function drawn() {
    panel.querySelectorAll("[data-keep]").forEach(function (details) { if (opened.has(details.dataset.keep)) details.open = true; });
    const live = one("[data-picker-live]");
    if (live) live.hidden = false;
    const home = one("[data-add-home]");
    if (home) home.hidden = true;
    const active = document.activeElement;
    if (adding && active && active.hasAttribute("data-add-to")) open(active); else adding = false;
  }

  // the panel for adding stands in the day that it adds to

  function open(button) {
    const box = one("[data-add-panel]");
    if (!box) return;
    one("#add-to").value = button.dataset.addTo;
    button.after(box);
    adding = true;
    one("[data-picker-words]", box).focus();
    find();
  }

  function close() {
    const box = one("[data-add-panel]"), button = box && box.previousElementSibling;
    adding = false;
    if (!box) return;
    one("[data-add-home]").appendChild(box);
    if (button && button.focus) button.focus();
  }

  panel.addEventListener("click", function (event) {
    const add = event.target.closest("[data-add-to]"), found = event.target.closest("[data-pick-path]");
    if (add) { if (adding && add.nextElementSibling === one("[data-add-panel]")) close(); else open(add); }
    if (found) {
      adding = Boolean(one("[data-add-home]"));
      form.elements["add-path"].value = found.dataset.pickPath;
      form.elements["add-title"].value = found.dataset.pickTitle;
      shared.act("add");
    }
  });

  // finding

  function find() {
    const box = one("[data-picker]"), mine = ++turn;
    if (!box) return;
    const query = new URLSearchParams({ q: one("[data-picker-words]", box).value });
    const kind = one("[data-picker-kind]", box);
    (kind.value ? [kind.value] : Array.prototype.map.call(kind.options, function (option) { return option.value; }).filter(Boolean)).forEach(function (name) { query.append("kind", name); });
    fetch(box.dataset.from + "?" + query, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (data) { if (mine === turn && box.isConnected) show(box, data.items); }, function () { /* the next key asks again */ });
  }

  function show(box, items) {
    const list = one("[data-picker-found]", box);
    list.textContent = "";
    if (!items.length) {
      const none = document.createElement("li");
      none.className = "tiny dim";
      none.textContent = box.dataset.none;
      list.appendChild(none);
    }
    items.forEach(function (item) {
      const line = document.createElement("li"), button = document.createElement("button"), more = document.createElement("span");
      button.type = "button";
      button.className = "board-pick";
      button.dataset.pickPath = item.path;
      button.dataset.pickTitle = item.title;
      button.textContent = item.title;
      more.className = "tiny dim";
      more.textContent = [item.kind_word, item.minutes ? box.dataset.minutes.replace("{n}", item.minutes) : "", item.state === "draft" ? box.dataset.draft : ""].filter(Boolean).join(" · ");
      button.appendChild(more);
      line.appendChild(button);
      list.appendChild(line);
    });
  }

  panel.addEventListener("input", function (event) {
    if (!event.target.hasAttribute("data-picker-words")) return;
    clearTimeout(timer);
    timer = setTimeout(find, WAIT);
  });
  panel.addEventListener("change", function (event) { if (event.target.hasAttribute("data-picker-kind")) find(); });
  panel.addEventListener("focusin", function (event) {
    if (event.target.hasAttribute("data-picker-words") && !one("[data-picker-found]").firstElementChild) find();
  });

  // a new lesson beside its course

  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (event.target !== form || !button || !button.hasAttribute("data-new-lesson")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const field = form.elements["new-lesson"], studio = window.academy.studio;
    studio.ask(button.formAction, { "new-lesson": field.value }).then(function (answer) {
      if (answer.status !== 200) { studio.complain(answer.data.error); field.focus(); return; }
      form.elements["add-path"].value = answer.data.path;
      form.elements["add-title"].value = answer.data.title;
      field.value = "";
      shared.act("add");
    }, function (error) { studio.complain(studio.explain(error)); });
  }, true);

  // A move that is refused is taken back on the page as well.
  panel.addEventListener("reorder", function (event) {
    event.preventDefault();
    ["item", "list", "position"].forEach(function (name) { form.elements.namedItem(name).value = event.detail[name]; });
    shared.act("move").then(function (done) { if (!done) event.detail.undo(); });
  });

  // Saving and publishing wait for a field that is on its way into the text.
  document.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (event.target !== form || !button || button.name === "do" || panel.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    shared.act("").then(function () { if (button.isConnected && !button.disabled) form.requestSubmit(button); });
  }, true);

  panel.addEventListener("form:drawn", drawn);
  drawn();
})();
