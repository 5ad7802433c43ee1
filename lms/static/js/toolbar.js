// The toolbar above the source: one stop for the Tab key, arrows inside, menus, a picker of documents, keys of its own.
(function () {
  "use strict";
  const bar = document.querySelector("[data-tools]"), writing = window.academy && window.academy.writing;
  if (!bar || !writing) return;
  const words = document.querySelector("[data-tool-words]").dataset;
  const pick = document.querySelector("[data-pick-dialog]"), field = pick.querySelector("[data-pick-words]"), list = pick.querySelector("[data-pick-list]");
  const pickState = pick.querySelector("[data-pick-state]"), help = document.querySelector("[data-help-dialog]");
  const tools = Array.prototype.slice.call(bar.querySelectorAll(".tool"));
  const LIST = /^(\s*)(?:[-*+]|\d+\.) +/, CHIPS = /^\s*(?:`[^`\n]+`\s*)+$/;
  let open = null, timer = 0, asked = 0, active = 0, held = { start: 0, end: 0 };

  // one stop for Tab

  function stop(tool, focus) {
    tools.forEach(function (each) { each.tabIndex = each === tool ? 0 : -1; });
    if (focus) { tool.focus(); tool.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  }

  function shown(each) { return each.offsetParent !== null; }

  function step(from, by) {
    const usable = tools.filter(shown), at = usable.indexOf(from);
    stop(usable[(at + by + usable.length) % usable.length], true);
  }

  // menus

  function items(menu) { return Array.prototype.filter.call(menu.querySelectorAll("[role=menuitem]"), function (each) { return !each.hidden; }); }

  function openMenu(button, focus) {
    closeMenu();
    const menu = document.getElementById(button.getAttribute("aria-controls"));
    if (button.dataset.menu === "settings") offerChips(menu);
    menu.hidden = false;
    const box = button.getBoundingClientRect();
    menu.style.left = Math.max(8, Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)) + "px";
    menu.style.top = Math.max(8, box.bottom + menu.offsetHeight + 8 > window.innerHeight ? box.top - menu.offsetHeight - 4 : box.bottom + 4) + "px";
    button.setAttribute("aria-expanded", "true");
    open = { button: button, menu: menu, y: window.scrollY, x: bar.scrollLeft };
    const inside = items(menu);
    inside.forEach(function (each, at) { each.tabIndex = at ? -1 : 0; }); // a long menu can be scrolled by keys, too
    if (focus && inside[0]) inside[0].focus();
  }

  function closeMenu(back) {
    if (!open) return;
    open.menu.hidden = true;
    open.button.setAttribute("aria-expanded", "false");
    if (back) open.button.focus();
    open = null;
  }

  // settings: what may stand where the caret is

  function chipPlaces() {
    const line = writing.lineAt(writing.selection().start), found = [];
    if (/^\s*!?\[[^\]]*\]\([^)]*\)\s*(`[^`]*`\s*)*$/.test(line.text)) found.push({ name: "link", line: line });
    if (LIST.test(line.text)) found.push({ name: "item", line: line });
    let at = line;
    while (!/^#{2,6} /.test(at.text) && at.start > 0) at = writing.lineAt(at.start - 1);
    if (/^## /.test(at.text)) found.push({ name: "section", line: at });
    if (/^#{3,6} /.test(at.text)) found.push({ name: "question", line: at });
    return found;
  }

  function offerChips(menu) {
    const names = chipPlaces().map(function (place) { return place.name; });
    let count = 0;
    Array.prototype.forEach.call(menu.querySelectorAll("[data-chip]"), function (each) {
      each.hidden = !each.dataset.places.split(" ").some(function (place) { return names.indexOf(place) >= 0; });
      if (!each.hidden) count++;
    });
    menu.querySelector("[data-no-chip]").hidden = count > 0;
  }

  function addChip(chip, places) {
    const place = chipPlaces().filter(function (each) { return places.indexOf(each.name) >= 0; })[0];
    if (!place) return;
    const written = "`" + chip + "`";
    if (place.name === "item" || place.name === "link") {
      const gap = /\s$/.test(place.line.text) ? "" : " ";
      const from = place.line.end + gap.length + 1;
      writing.replace(place.line.end, place.line.end, gap + written, from, from + chip.length);
      return;
    }
    const next = place.line.end < writing.value().length ? writing.lineAt(place.line.end + 1) : null;
    if (next && CHIPS.test(next.text)) {
      const from = next.end + 2;
      writing.replace(next.end, next.end, " " + written, from, from + chip.length);
    } else {
      const from = place.line.end + 2, gap = next && next.text.trim() ? "\n" : "";
      writing.replace(place.line.end, place.line.end, "\n" + written + gap, from, from + chip.length);
    }
  }

  // shapes of a line

  function bold() {
    const chosen = writing.selection(), text = writing.value().slice(chosen.start, chosen.end);
    if (!text) {
      const sample = bar.dataset.boldSample;
      writing.replace(chosen.start, chosen.end, "**" + sample + "**", chosen.start + 2, chosen.start + 2 + sample.length);
      return;
    }
    if (/^\*\*[^*]+\*\*$/.test(text)) { writing.replace(chosen.start, chosen.end, text.slice(2, -2), chosen.start, chosen.end - 4); return; }
    const made = text.split("\n").map(function (line) { return line.replace(/^(\s*(?:(?:[-*+>]|\d+\.|#+) +)?)(\S(?:.*\S)?)(\s*)$/, "$1**$2**$3"); }).join("\n");
    writing.replace(chosen.start, chosen.end, made, chosen.start, chosen.start + made.length);
  }

  function heading() {
    const line = writing.lineAt(writing.selection().start), found = /^(#{2,4}) +/.exec(line.text);
    if (found) {
      const bare = line.text.slice(found[0].length);
      const made = found[1].length < 4 ? found[1] + "# " + bare : bare;
      writing.replace(line.start, line.end, made);
    } else if (line.text.trim()) writing.replace(line.start, line.end, "## " + line.text.trim());
    else {
      const sample = bar.dataset.headingSample;
      writing.replace(line.start, line.end, "## " + sample, line.start + 3, line.start + 3 + sample.length);
    }
  }

  function makeList(numbered) {
    const chosen = writing.selection(), first = writing.lineAt(chosen.start), last = writing.lineAt(Math.max(chosen.start, chosen.end - (chosen.end > chosen.start && writing.value()[chosen.end - 1] === "\n" ? 1 : 0)));
    const lines = writing.value().slice(first.start, last.end).split("\n");
    const marked = numbered ? /^\s*\d+\. +/ : /^\s*[-*+] +/;
    const full = lines.filter(function (line) { return line.trim(); });
    if (!full.length) {
      const gap = gapAbove(first.start), mark = numbered ? "1. " : "- ", sample = bar.dataset.itemSample, from = first.start + gap.length + mark.length;
      writing.replace(first.start, last.end, gap + mark + sample, from, from + sample.length);
      return;
    }
    const off = full.every(function (line) { return marked.test(line); });
    let count = 0;
    const made = (off ? lines.map(function (line) { return line.replace(marked, ""); }) : full.map(function (line) {
      return (numbered ? ++count + ". " : "- ") + line.replace(LIST, "").trim();
    })).join("\n");
    const gap = off ? "" : gapAbove(first.start), behind = off || !writing.value()[last.end + 1] || writing.value()[last.end + 1] === "\n" ? "" : "\n";
    writing.replace(first.start, last.end, gap + made + behind, first.start + gap.length, first.start + gap.length + made.length);
  }

  // A list needs an empty line above it, unless it goes on with one.
  function gapAbove(start) {
    if (!start) return "";
    const above = writing.lineAt(start - 1).text;
    return above.trim() && !LIST.test(above) ? "\n" : "";
  }

  // the picker of documents

  function relative(target) {
    const from = bar.dataset.path.split("/").slice(0, -1), to = target.split("/");
    while (from.length && to.length > 1 && from[0] === to[0]) { from.shift(); to.shift(); }
    return from.map(function () { return "../"; }).join("") + to.join("/");
  }

  function anchorOf(title) { return title.replace(/[`*]/g, "").trim().replace(/\s+/g, "-").replace(/[()<>"[\]\\]/g, ""); }

  function openPicker() {
    const chosen = held = writing.selection(), text = writing.value().slice(chosen.start, chosen.end);
    pick.dataset.label = text.indexOf("\n") < 0 ? text : "";
    field.value = pick.dataset.label.length <= 30 ? pick.dataset.label : "";
    list.textContent = "";
    pickState.textContent = "";
    showDialog(pick);
    field.focus();
    field.select();
    search();
  }

  function option(label, remark, link, title, inner) {
    const made = document.createElement("div"), name = document.createElement("span");
    made.setAttribute("role", "option");
    made.id = "pick-" + list.children.length;
    made.className = inner ? "pick-option pick-section" : "pick-option";
    made.dataset.link = link;
    made.dataset.title = title;
    name.textContent = label;
    made.appendChild(name);
    if (remark) { const small = document.createElement("small"); small.className = "dim"; small.textContent = remark; made.appendChild(document.createTextNode(" ")); made.appendChild(small); }
    list.appendChild(made);
  }

  function search() {
    const query = field.value.trim(), turn = ++asked;
    fetch(bar.dataset.pick + "?q=" + encodeURIComponent(query), { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (response) { if (!response.ok || response.redirected) throw new Error("failed"); return response.json(); })
      .then(function (data) { if (turn === asked) showFound(query, data.items); })
      .catch(function () { if (turn === asked) { showFound(query, []); pickState.textContent = words.sayOffline; } });
  }

  function showFound(query, found) {
    list.textContent = "";
    if (/^(https?:\/\/|mailto:|tel:)\S+$/i.test(query)) option(words.sayOutside.replace("{address}", query), "", query.replace(/[()<>"\\]/g, encodeURIComponent), query, false);
    writing.value().split("\n").forEach(function (line) {
      const own = /^#{2,6} +(.+)$/.exec(line);
      if (own && query && own[1].indexOf(query) >= 0) option(own[1], words.sayHere, "#" + anchorOf(own[1]), own[1], false);
    });
    found.forEach(function (each) {
      const remark = each.kind_word + (each.state === "draft" ? " · " + words.sayDraft : "") + " · " + each.path;
      option(each.title, remark, relative(each.path), each.title, false);
      if (found.length < 6) each.sections.slice(0, 12).forEach(function (section) {
        option(section.title, words.saySection, relative(each.path) + "#" + section.anchor, each.title + " · " + section.title, true);
      });
    });
    pickState.textContent = list.children.length ? "" : words.sayEmpty;
    mark(0);
  }

  function mark(index) {
    const options = list.children;
    active = options.length ? (index + options.length) % options.length : 0;
    Array.prototype.forEach.call(options, function (each, at) { each.setAttribute("aria-selected", at === active ? "true" : "false"); });
    if (!options.length) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function choose(made) {
    if (!made) return;
    const label = (pick.dataset.label || made.dataset.title).replace(/[[\]`*|]/g, " ").replace(/\s+/g, " ").trim() || bar.dataset.linkSample;
    closeDialog(pick);
    writing.replace(held.start, held.end, "[" + label + "](" + made.dataset.link + ")");
  }

  // Dialogs: showModal keeps the focus inside and gives Escape; who has no dialog element gets an open box.
  function showDialog(dialog) { if (dialog.showModal) { if (!dialog.open) dialog.showModal(); } else dialog.setAttribute("open", ""); }
  function closeDialog(dialog) { if (dialog.close) { if (dialog.open) dialog.close(); } else dialog.removeAttribute("open"); }

  // doing

  const acts = {
    bold: bold, heading: heading, list: function () { makeList(false); }, numbers: function () { makeList(true); },
    link: openPicker, file: function () { bar.querySelector("[data-file-input]").click(); }, help: function () { showDialog(help); },
  };

  bar.addEventListener("mousedown", function (event) { if (event.target.closest("button")) event.preventDefault(); }); // the selection stays
  bar.addEventListener("click", function (event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.menu) { if (open && open.button === button) closeMenu(); else openMenu(button, event.detail === 0); stop(button); return; }
    const holder = open && open.menu.contains(button) ? open.button : button;
    closeMenu();
    stop(holder);
    if (button.dataset.insert) writing.putBehind(button.dataset.insert);
    else if (button.dataset.chip) addChip(button.dataset.chip, button.dataset.places.split(" "));
    else acts[button.dataset.tool]();
  });
  bar.addEventListener("keydown", function (event) {
    const key = event.key;
    if (open && open.menu.contains(event.target)) {
      const inside = items(open.menu), at = inside.indexOf(event.target);
      if (key === "ArrowDown" || key === "ArrowUp") { event.preventDefault(); inside[(at + (key === "ArrowDown" ? 1 : -1) + inside.length) % inside.length].focus(); }
      else if (key === "Home" || key === "End") { event.preventDefault(); inside[key === "Home" ? 0 : inside.length - 1].focus(); }
      else if (key === "Escape") { event.preventDefault(); event.stopPropagation(); closeMenu(true); }
      else if (key === "Tab") closeMenu();
      else if (key === "ArrowLeft" || key === "ArrowRight") { event.preventDefault(); const from = open.button; closeMenu(); step(from, key === "ArrowRight" ? 1 : -1); }
      return;
    }
    const tool = event.target.closest(".tool");
    if (!tool) return;
    if (key === "ArrowRight" || key === "ArrowLeft") { event.preventDefault(); step(tool, key === "ArrowRight" ? 1 : -1); }
    else if (key === "Home") { event.preventDefault(); stop(tools.filter(shown)[0], true); }
    else if (key === "End") { event.preventDefault(); stop(tools.filter(shown).pop(), true); }
    else if (key === "ArrowDown" && tool.dataset.menu) { event.preventDefault(); openMenu(tool, true); }
    else if (key === "Escape") { event.preventDefault(); if (open) closeMenu(true); else writing.focus(); }
  });
  document.addEventListener("click", function (event) { if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) closeMenu(); });
  function moved() { if (open && (Math.abs(open.y - window.scrollY) > 4 || Math.abs(open.x - bar.scrollLeft) > 4)) closeMenu(); }
  window.addEventListener("scroll", moved, { passive: true });
  bar.addEventListener("scroll", moved, { passive: true });

  document.addEventListener("keydown", function (event) {
    const key = event.key.toLowerCase(), control = event.ctrlKey || event.metaKey;
    if (event.altKey && event.key === "F10" && shown(bar)) { event.preventDefault(); stop(tools.filter(function (each) { return each.tabIndex === 0; })[0] || tools[0], true); return; }
    if (!control && !event.altKey && event.key === "?" && !writing.hasFocus() && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !event.target.isContentEditable) { event.preventDefault(); showDialog(help); return; }
    if (!control || !writing.hasFocus()) return;
    const act = !event.shiftKey && !event.altKey && key === "b" ? "bold" : !event.shiftKey && !event.altKey && key === "k" ? "link"
      : event.altKey && event.code === "Digit2" ? "heading" : event.shiftKey && event.code === "Digit8" ? "list" : event.shiftKey && event.code === "Digit7" ? "numbers" : "";
    if (act) { event.preventDefault(); acts[act](); }
  });

  field.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(search, 200); });
  field.addEventListener("keydown", function (event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(active + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter") { event.preventDefault(); choose(list.children[active]); }
  });
  list.addEventListener("click", function (event) { choose(event.target.closest("[role=option]")); });
  pick.querySelector("[data-pick-close]").addEventListener("click", function () { closeDialog(pick); });
  help.querySelector("[data-help-close]").addEventListener("click", function () { closeDialog(help); });
  pick.addEventListener("close", function () { writing.select(held.start, held.end); });

  stop(tools[0]);
})();
