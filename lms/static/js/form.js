// The document as a form. Every act sends the text on the desk and the fields, and puts the text that comes back into
// the editor, so that saving, undo, preview and findings are those of the source; then the form is drawn anew.
// What is typed into the open card goes the same way after a short pause, as soon as it can be read; what can't be
// read yet stays in the card (card.js). Acts go one after the other. Without this script every button sends the whole page.
(function () {
  "use strict";
  const root = document.querySelector("[data-studio]"), studio = window.academy && window.academy.studio;
  if (!root || !studio || !root.dataset.form) return;
  const MEDIA = /\.(mp4|webm|m4a)\)/;
  const PAUSE = 600, OWN = /^(markdown|base_revision|csrf_token|view|do|(was-)?front-.*)$/;
  const form = document.getElementById("src"), area = document.getElementById("markdown");
  const panel = one("[data-form-here]"), undoButton = one("[data-undo]");
  let chain = Promise.resolve(), drawnFrom = root.dataset.view === "form" ? area.value : null;
  let timer = 0, composing = false, passing = false, drawing = false, done = [];

  function one(selector, inside) { return (inside || document).querySelector(selector); }
  function all(selector, inside) { return Array.prototype.slice.call((inside || panel).querySelectorAll(selector)); }
  function card() { return one("[data-card]", panel); }
  function unsent() { const open = card(); return Boolean(open && (timer || open.hasAttribute("data-unsent"))); }

  function fields() {
    const values = {};
    new FormData(form).forEach(function (value, name) {
      if (OWN.test(name) || typeof value !== "string") return;
      (values[name] = values[name] || []).push(value);
    });
    return values;
  }

  // acting: one after the other, each with what the page holds when its turn comes

  function act(what, more, quiet) {
    clearTimeout(timer);
    timer = 0;
    chain = chain.then(function () { return run(what, more, quiet); });
    return chain;
  }

  function run(what, more, quiet) {
    const text = area.value, open = card(), values = Object.assign(fields(), more || {}, { do: what });
    if (quiet && !open) return true; // closed before its turn came: what it held went along
    const typed = JSON.stringify(fields());
    if (!quiet) panel.setAttribute("aria-busy", "true");
    return studio.ask(root.dataset.form, values).then(function (answer) {
      panel.removeAttribute("aria-busy");
      const data = answer.data;
      if (answer.status !== 200) { refuse(data); return false; }
      if (text !== area.value) { drawnFrom = null; return act(""); } // typed meanwhile in the source
      if (data.changed) { keepForUndo(text); studio.take(data); }
      drawnFrom = area.value;
      if (quiet && card() === open && open) merge(data.form, typed !== JSON.stringify(fields()));
      else {
        const meanwhile = what === "fields" ? since(JSON.parse(typed)) : {};
        draw(data.form, data.focus, meanwhile);
        if (Object.keys(meanwhile).length) act(what);
      }
      return true;
    }, function (error) {
      panel.removeAttribute("aria-busy");
      if (!quiet) studio.complain(studio.explain(error));
      return false;
    });
  }

  // What was put into other fields while the answer was on its way, by name.
  function since(sent) {
    const now = fields(), found = {};
    Object.keys(Object.assign({}, sent, now)).forEach(function (name) {
      if (JSON.stringify(now[name]) !== JSON.stringify(sent[name])) found[name] = now[name] || [];
    });
    return found;
  }

  function putBack(values) {
    all("[name]").forEach(function (field) {
      const given = values[field.name];
      if (!given) return;
      if (field.type === "checkbox" || field.type === "radio") field.checked = given.indexOf(field.value) >= 0;
      else if (given.length === 1) field.value = given[0];
    });
  }

  function parsed(html) {
    const found = document.createElement("template");
    found.innerHTML = html;
    return found.content;
  }

  function caret(field, at) { try { field.setSelectionRange(at, at); } catch (_) { /* not a field of text */ } }

  // What the summary says, which tells one menu from another; where one can be in it with the keyboard.
  function nameOf(menu) { const summary = one("summary", menu); return summary.getAttribute("aria-label") || summary.textContent.trim(); }
  function stops(menu) { return all("summary, button", menu); }

  // A menu that was opened while the answer was on its way stays open, with the keyboard where it was.
  function draw(html, focus, meanwhile) {
    const active = panel.contains(document.activeElement) ? document.activeElement : null;
    const id = focus || (active && active.id), at = active && active.selectionStart, y = active ? active.getBoundingClientRect().top : null;
    const menu = one(".form-menu[open], .form-add[open]", panel), label = menu && nameOf(menu), stop = menu ? stops(menu).indexOf(active) : -1;
    drawing = true; // a field that is taken away with the focus says that it was changed
    panel.textContent = "";
    drawing = false;
    panel.appendChild(parsed(html));
    putBack(meanwhile || {});
    const same = label && all(".form-menu, .form-add").filter(function (each) { return nameOf(each) === label; })[0];
    if (same) same.open = true;
    const next = same && stop >= 0 ? stops(same)[stop] : id && (document.getElementById(id) || document.getElementById(id.replace(/^[a-z]+-(?=\d)/, "piece-")));
    if (next) {
      const folded = next.closest("details");
      if (folded) folded.open = true;
      next.focus({ preventScroll: true });
      if (!focus && y !== null) window.scrollBy(0, next.getBoundingClientRect().top - y);
      else reveal(next);
      if (focus && typeof next.value === "string" && next.tagName !== "BUTTON") caret(next, next.value.length);
      if (!focus && typeof at === "number") caret(next, at);
    }
    panel.dispatchEvent(new CustomEvent("form:drawn", { bubbles: true }));
  }

  function reveal(element) {
    const box = (element.closest("[data-card]") || element).getBoundingClientRect(), bar = one(".appbar");
    const top = bar ? bar.getBoundingClientRect().bottom + 8 : 8;
    if (box.top < top) window.scrollBy(0, box.top - top);
    else if (box.bottom > window.innerHeight - 72) window.scrollBy(0, Math.min(box.top - top, box.bottom - window.innerHeight + 88));
  }

  // What was typed goes on being typed: only what stands around the fields is renewed.
  function merge(html, typing) {
    const fresh = parsed(html), open = card(), after = one("[data-card]", fresh);
    if (!after) { draw(html, ""); return; }
    const was = one("[name=card-ref]", open), now = one("[name=card-ref]", after), old = was && was.value;
    if (was && now && old !== now.value) {
      if (old.startsWith("new")) { transplant(fresh, after, open); return; }
      all("*").forEach(function (element) {
        ["value", "data-item", "data-list"].forEach(function (name) {
          const held = element.getAttribute(name);
          if (held && held.indexOf(old) >= 0) element.setAttribute(name, held.replace(old, now.value));
        });
      });
      was.value = now.value;
    }
    renew(open, after, typing);
  }

  function transplant(fresh, after, open) {
    const active = document.activeElement, at = active.selectionStart;
    one("[name=card-ref]", open).value = one("[name=card-ref]", after).value;
    renew(open, after, false);
    one(".form-foot", open).replaceWith(one(".form-foot", after)); // it is no longer a card that may be dropped
    after.replaceWith(open);
    panel.textContent = "";
    panel.appendChild(fresh);
    if (!open.contains(active)) return;
    active.focus({ preventScroll: true });
    if (typeof at === "number") caret(active, at);
  }

  function renew(open, after, typing) {
    const look = one("[data-look]", open), seen = one("[data-look]", after);
    if (look && seen && look.innerHTML !== seen.innerHTML) look.innerHTML = seen.innerHTML;
    const name = one("[data-card-name]", open), named = one("[data-card-name]", after);
    if (name && named) name.textContent = named.textContent;
    open.toggleAttribute("data-unsent", typing || after.hasAttribute("data-unsent"));
    if (!after.hasAttribute("data-unsent")) all("[data-error]", open).forEach(clear);
  }

  // refusals, beside the field that they are about

  function refuse(data) {
    if (data.form) draw(data.form, "");
    else Object.keys(data.fields || {}).forEach(function (name) { mark(name, data.fields[name]); });
    const first = one("[aria-invalid=true]", panel);
    if (first) { first.focus({ preventScroll: true }); reveal(first); first.scrollIntoView({ block: "nearest" }); } else studio.complain(data.error);
  }

  function mark(name, sentence) {
    const field = one('[name="' + name + '"]', panel) || one('[data-field="' + name + '"]', panel);
    if (!field) return;
    const said = document.createElement("p");
    said.className = "field-error";
    said.id = "error-of-" + name;
    said.setAttribute("data-error", name);
    said.textContent = sentence;
    const old = document.getElementById(said.id);
    if (old) old.remove();
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", said.id);
    field.after(said);
  }

  function clear(said) {
    all("[aria-invalid=true]").forEach(function (field) { if (field.getAttribute("aria-describedby") === said.id) field.removeAttribute("aria-invalid"); });
    said.remove();
  }

  // taking back

  function keepForUndo(text) {
    done.push({ before: text, after: null });
    if (done.length > 200) done.shift();
    setTimeout(function () { done[done.length - 1].after = area.value; undoButton.hidden = false; }, 0);
  }

  function undo() {
    const step = done.pop();
    undoButton.hidden = !done.length;
    if (!step || area.value !== step.after) { done = []; undoButton.hidden = true; return; }
    studio.take({ markdown: step.before });
    act("", { "card-ref": "" });
  }

  // the open card goes into the text after a pause

  function later() {
    if (drawing) return;
    clearTimeout(timer);
    if (!card()) return;
    timer = setTimeout(function () { if (composing) later(); else act("keep", null, true); }, PAUSE);
  }

  function flush() {
    if (!timer) return chain;
    return act("keep", null, true);
  }

  panel.addEventListener("input", later);
  panel.addEventListener("change", function (event) {
    if (drawing || event.target.type === "file") return;
    if (event.target.hasAttribute("data-act")) act(event.target.dataset.act); else later();
  });
  panel.addEventListener("compositionstart", function () { composing = true; });
  panel.addEventListener("compositionend", function () { composing = false; });

  // fields that follow what is typed: their height, which of them there are

  function grow(area) {
    area.style.height = "auto";
    area.style.height = Math.min(area.scrollHeight + 2, 480) + "px";
  }

  function growAll() { all("[data-grow]").forEach(function (area) { if (area.offsetParent !== null) grow(area); }); }

  panel.addEventListener("input", function (event) {
    if (event.target.hasAttribute("data-grow")) grow(event.target);
    if (event.target.id === "card-body" && MEDIA.test(event.target.value)) all("[data-where-media]").forEach(function (field) { field.hidden = false; });
    if (event.target.hasAttribute("data-mode")) one("[data-modes]", panel).dataset.modes = event.target.value;
  });
  panel.addEventListener("toggle", growAll, true);
  panel.addEventListener("form:drawn", ready);

  function ready() {
    all("[data-picture-tool]").forEach(function (tool) { tool.hidden = !root.dataset.files; });
    all("[data-text-tools]").forEach(function (tools) { tools.hidden = false; });
    growAll();
  }
  window.addEventListener("resize", growAll);

  const rows = window.academy.card({ root: root, panel: panel, card: card, later: later });

  document.addEventListener("click", function (event) {
    const place = event.target.closest("[data-goto]"), inner = event.target.closest("[data-to-line]");
    if (inner) { event.preventDefault(); show("source"); studio.goTo(Number(inner.dataset.toLine)); return; }
    if (place && root.dataset.view === "form") show("source");
  }, true);

  // The page's buttons are heard before studio.js hears them.
  document.addEventListener("submit", function (event) {
    if (event.target !== form || passing) return;
    const button = event.submitter, stop = function () { event.preventDefault(); event.stopPropagation(); };
    if (button && button.hasAttribute("data-tab")) { stop(); show(button.dataset.tab); return; }
    if (button && button.dataset.rowAct) {
      stop();
      const row = button.closest("[data-row]");
      if (button.dataset.rowAct === "add") rows.add(button);
      else if (button.dataset.rowAct === "drop") rows.drop(row);
      else rows.move(row, button.dataset.rowAct === "up");
      return;
    }
    if (button && button.name === "do") {
      stop();
      if (button.dataset.sure && !window.confirm(button.dataset.sure)) return;
      const what = button.value, menu = button.closest(".form-menu[open], .form-add[open]");
      if (menu) { menu.open = false; one("summary", menu).focus(); }
      if (timer && what.split(":")[0] !== "card") flush().then(function () { act(button.isConnected ? button.value : what); }); else act(what);
      return;
    }
    if (!unsent()) return;
    // Saving takes along what is typed; what can't be read yet is shown, nothing is saved without it.
    stop();
    flush().then(function () {
      const open = card();
      if (open && open.hasAttribute("data-unsent")) { show("form"); act("card"); return; }
      passing = true;
      try { form.requestSubmit(button && button.isConnected ? button : undefined); } finally { passing = false; }
    });
  }, true);

  document.addEventListener("keydown", function (event) {
    const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (ctrl && event.key.toLowerCase() === "s" && unsent()) {
      event.preventDefault();
      event.stopPropagation();
      one("[data-save]").click();
      return;
    }
    const rowField = panel.contains(event.target) && /^row-\d+-(text|other)$/.test(event.target.name || "");
    if (rowField && event.key === "Enter" && !ctrl && !event.shiftKey && !event.isComposing && !composing) {
      event.preventDefault(); // Enter goes on to the next row, Shift+Enter to the next line
      const row = event.target.closest("[data-row]"), next = row.nextElementSibling, first = next && rows.field(next);
      if (first && !first.value) first.focus(); else rows.add(null, row);
      return;
    }
    if (!panel.contains(event.target) || event.key !== "Enter" || event.isComposing || composing) return;
    if (ctrl) {
      const ready = one(".form-done", panel);
      if (ready) { event.preventDefault(); ready.click(); }
    } else if (event.target.tagName === "INPUT") {
      event.preventDefault(); // Enter sends no form
      if (event.target.dataset.enter) one('[value="' + event.target.dataset.enter + '"]', panel).click();
    }
  }, true);

  // One menu at a time; a click elsewhere or Esc closes it.
  function closeMenus(but) { all(".form-menu[open]").forEach(function (menu) { if (menu !== but) menu.open = false; }); }
  document.addEventListener("click", function (event) { closeMenus(event.target.closest(".form-menu")); });
  panel.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && event.target.closest(".form-menu[open]");
    if (menu) { menu.open = false; one("summary", menu).focus(); }
  });

  // An item that was put elsewhere: rows are taken as they now stand, everything else is told to the server.
  panel.addEventListener("reorder", function (event) {
    if (event.target.hasAttribute("data-row")) { event.preventDefault(); later(); }
  });

  // tabs

  function show(view) {
    if (root.dataset.view === view) return;
    root.dataset.view = view;
    all("[data-tab]", document).forEach(function (tab) {
      if (tab.dataset.tab === view) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
    });
    var secure = root.dataset.cookie.indexOf("__Secure-") === 0 ? ";secure" : "";
    document.cookie = root.dataset.cookie + "=" + view + ";path=" + root.dataset.root + ";max-age=31536000;samesite=lax" + secure;
    document.dispatchEvent(new CustomEvent("studio:view"));
    if (view === "form" && drawnFrom !== area.value) act("");
    else if (view === "source" && timer) flush();
  }

  // In the form a property is written as soon as it is chosen or left.
  form.addEventListener("change", function (event) {
    if (root.dataset.view === "form" && event.target.closest(".properties")) one("[data-write]").click();
  });
  // The text came from elsewhere: a fix, a property, an unsaved text put back.
  document.addEventListener("studio:changed", function () {
    if (root.dataset.view !== "form") return;
    setTimeout(function () { if (drawnFrom !== null && drawnFrom !== area.value && !timer) act(""); }, 50);
  });
  window.addEventListener("beforeunload", function (event) {
    if (!unsent() || passing) return;
    event.preventDefault();
    event.returnValue = "";
  });
  undoButton.addEventListener("click", undo);
  ready();
  window.academy.form = { act: act, later: later, panel: panel };
})();
