// Items put in another order, within a list and between lists: by mouse, by finger and by keyboard.
//
// Markup (macros/reorder.html writes the parts that carry words):
//   <ol data-reorder="GROUP" data-list="KEY" data-list-name="第 2 天" data-reorder-form="FORM-ID">
//     <li data-item="KEY" data-item-name="售前接待"><button type="button" data-handle …>…</button> …</li>
//   </ol>
// data-reorder: an item may go to every list of the same group. data-list, data-item: what the server is told.
// Children without data-item stay where they are and take part in nothing.
// data-still on a child (an empty state, say): hidden while anything lies in its list.
// Handle: Space or Enter picks up and puts down, the arrows move (up and down in the list and on into the next one,
// left and right to the list before and behind but for one with data-reorder-aside), Home and End, Esc takes it back. A mouse may take an item anywhere
// but at its links and fields; a finger only by the handle, so that the page can still be scrolled.
// data-reorder-catch: an element around a list in which an item may be let go as well, its heading say.
// A container with data-reorder-scroll scrolls by itself when an item is held to its edge; the page always does.
// Words: one element with data-reorder-words and data-picked, data-moved, data-dropped, data-back, in which {item},
// {list}, {n} and {all} are filled in; they are spoken by a live region.
//
// What comes of it: an event "reorder" on the item, with detail {item, list, position, from, undo}; position counts
// from 0 among the items of the list. If nobody prevents it, the form FORM-ID gets its fields item, list and position
// filled and is sent by its button [data-reorder-send] (name="do" value="move"). The script may run on markup that
// comes later: it listens at the document. Written for Chromium 86.
(function () {
  "use strict";
  const NEAR = 5, EDGE = 56, MOST = 18; // pixels: before a press is a drag, of the edge that scrolls, per frame
  let held = null, live = null, quiet = 0;

  function listOf(item) { return item.parentElement.closest("[data-reorder]"); }
  function listsOf(group) { return Array.prototype.filter.call(document.querySelectorAll("[data-reorder]"), function (list) { return list.dataset.reorder === group && list.offsetParent !== null; }); }
  function itemsOf(list, without) { return Array.prototype.filter.call(list.children, function (child) { return child.hasAttribute("data-item") && child !== without; }); }
  function place(item) { return { list: listOf(item), next: item.nextElementSibling, position: itemsOf(listOf(item)).indexOf(item) }; }

  // without: an item that does not count, as it is about to be taken out.
  function put(list, position, item, without) {
    const others = itemsOf(list, without || item), last = others[others.length - 1];
    if (others[position]) list.insertBefore(item, others[position]);
    else if (last) last.after(item);
    else list.insertBefore(item, list.querySelector("[data-still]"));
    return item;
  }

  function still(list) {
    Array.prototype.forEach.call(list.children, function (child) { if (child.hasAttribute("data-still")) child.hidden = itemsOf(list).length > 0; });
  }

  // what is spoken

  function speak(name, item) {
    const words = document.querySelector("[data-reorder-words]");
    if (!words || !words.dataset[name]) return;
    if (!live) {
      live = document.createElement("p");
      live.className = "visually-hidden";
      live.setAttribute("aria-live", "assertive");
      document.body.appendChild(live);
    }
    const here = place(item);
    const said = { item: item.dataset.itemName || "", list: here.list.dataset.listName || "", n: here.position + 1, all: itemsOf(here.list).length };
    live.textContent = words.dataset[name].replace(/\{(\w+)\}/g, function (_, key) { return said[key]; });
  }

  // what comes of it

  function settle(item, from) {
    const to = place(item);
    still(from.list);
    still(to.list);
    if (to.list === from.list && to.position === from.position) return false;
    const undo = function () { put(from.list, from.position, item); still(from.list); still(to.list); };
    const detail = { item: item.dataset.item, list: to.list.dataset.list, position: to.position, from: from.list.dataset.list, undo: undo };
    const told = item.dispatchEvent(new CustomEvent("reorder", { bubbles: true, cancelable: true, detail: detail }));
    const form = document.getElementById(to.list.dataset.reorderForm || "");
    if (!told || !form) return true;
    ["item", "list", "position"].forEach(function (name) { form.elements.namedItem(name).value = detail[name]; });
    form.requestSubmit(form.querySelector("[data-reorder-send]"));
    return true;
  }

  // by keyboard

  function lift(item) {
    held = { item: item, from: place(item), keyboard: true };
    item.classList.add("is-lifted");
    speak("picked", item);
  }

  function moveTo(list, position) {
    const item = held.item, was = listOf(item);
    put(list, Math.max(0, Math.min(position, itemsOf(list, item).length)), item);
    still(was);
    still(list);
    item.querySelector("[data-handle]").focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
    speak("moved", item);
  }

  function step(key) {
    const item = held.item, list = listOf(item), at = place(item).position, all = listsOf(list.dataset.reorder), here = all.indexOf(list);
    const before = all[here - 1], behind = all[here + 1], main = function (one) { return !one.hasAttribute("data-reorder-aside"); };
    const left = all.slice(0, here).filter(main).pop(), right = all.slice(here + 1).filter(main)[0];
    if (key === "Home") moveTo(list, 0);
    else if (key === "End") moveTo(list, Infinity);
    else if (key === "ArrowUp" && at > 0) moveTo(list, at - 1);
    else if (key === "ArrowDown" && at < itemsOf(list).length - 1) moveTo(list, at + 1);
    else if (key === "ArrowUp" && before) moveTo(before, Infinity);
    else if (key === "ArrowDown" && behind) moveTo(behind, 0);
    else if (key === "ArrowLeft" && left) moveTo(left, at);
    else if (key === "ArrowRight" && right) moveTo(right, at);
  }

  function letGo(keep) {
    const was = held;
    held = null;
    was.item.classList.remove("is-lifted");
    const handle = was.item.querySelector("[data-handle]");
    if (!keep) { const left = listOf(was.item); put(was.from.list, was.from.position, was.item); still(left); still(was.from.list); }
    if (handle) handle.focus({ preventScroll: true });
    speak(keep ? "dropped" : "back", was.item);
    if (keep) settle(was.item, was.from);
  }

  // The page may be drawn anew while something is held: then nothing is held any more.
  function forget() {
    if (!held || held.item.isConnected) return;
    if (held.going) { held.ghost.remove(); held.gap.remove(); document.documentElement.classList.remove("is-reordering"); }
    held = null;
  }

  document.addEventListener("keydown", function (event) {
    forget();
    if (held && !held.keyboard) { if (event.key === "Escape") { event.preventDefault(); drop(false); } return; }
    const handle = event.target.closest && event.target.closest("[data-handle]");
    if (!held) {
      if (!handle || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " || event.key === "Enter") { event.preventDefault(); lift(handle.closest("[data-item]")); }
      return;
    }
    if (event.key === " " || event.key === "Enter") { event.preventDefault(); letGo(true); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); letGo(false); }
    else if (event.key === "Tab") letGo(false);
    else if (/^(Arrow|Home$|End$)/.test(event.key)) { event.preventDefault(); step(event.key); }
  });
  // A button is pressed by Space when the key comes up: it has been heard when it went down.
  document.addEventListener("keyup", function (event) { if (event.key === " " && event.target.closest && event.target.closest("[data-handle]")) event.preventDefault(); });

  // by mouse and finger

  function begin(event) {
    forget();
    if (event.button !== 0 || !event.isPrimary) return;
    const item = event.target.closest("[data-item]");
    if (!item || !item.parentElement || !listOf(item) || !item.querySelector("[data-handle]")) return;
    const handle = event.target.closest("[data-handle]");
    if (!handle && (event.pointerType !== "mouse" || event.target.closest("a, button, input, select, textarea, label, [contenteditable]"))) return;
    if (held) { if (held.keyboard) letGo(false); else drop(false); }
    held = { item: item, from: place(item), pointer: event.pointerId, x: event.clientX, y: event.clientY, going: false, startX: event.clientX, startY: event.clientY };
  }

  function start() {
    const item = held.item, box = item.getBoundingClientRect();
    held.going = true;
    held.gap = document.createElement(item.tagName);
    held.gap.className = "reorder-gap";
    held.gap.setAttribute("aria-hidden", "true");
    held.gap.style.height = Math.min(box.height, 72) + "px";
    held.ghost = item.cloneNode(true);
    held.ghost.removeAttribute("data-item");
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.className += " reorder-ghost";
    Array.prototype.forEach.call(held.ghost.querySelectorAll("[id], [name]"), function (inner) { inner.removeAttribute("id"); inner.removeAttribute("name"); });
    held.ghost.style.width = box.width + "px";
    held.dx = held.startX - box.left;
    held.dy = held.startY - box.top;
    document.body.appendChild(held.ghost);
    document.documentElement.classList.add("is-reordering");
    item.classList.add("is-lifted");
    const selected = window.getSelection();
    if (selected) selected.removeAllRanges();
    frame();
  }

  function follow() {
    held.ghost.style.transform = "translate(" + (held.x - held.dx) + "px," + (held.y - held.dy) + "px)";
    const under = document.elementFromPoint(held.x, held.y);
    const list = under && under.closest("[data-reorder], [data-reorder-catch]");
    const target = list && (list.hasAttribute("data-reorder") ? list : list.querySelector("[data-reorder]"));
    if (!target || target.dataset.reorder !== held.from.list.dataset.reorder) return;
    const others = itemsOf(target, held.item);
    let position = 0;
    while (position < others.length) {
      const box = others[position].getBoundingClientRect();
      if (held.y < box.top + box.height / 2) break;
      position++;
    }
    if (held.target === target && held.position === position) return;
    held.target = target;
    held.position = position;
    put(target, position, held.gap, held.item);
  }

  function scrolls() {
    const found = [];
    let each = document.elementFromPoint(held.x, held.y);
    while (each) { if (each.hasAttribute("data-reorder-scroll")) found.push(each); each = each.parentElement; }
    return found;
  }

  function pull(at, low, high) {
    if (at < low + EDGE) return -Math.ceil(MOST * Math.min(1, (low + EDGE - at) / EDGE));
    if (at > high - EDGE) return Math.ceil(MOST * Math.min(1, (at - high + EDGE) / EDGE));
    return 0;
  }

  function frame() {
    forget();
    if (!held || !held.going) return;
    const bar = document.querySelector(".appbar"), top = bar ? Math.max(0, bar.getBoundingClientRect().bottom) : 0;
    window.scrollBy(0, pull(held.y, top, window.innerHeight));
    scrolls().forEach(function (box) {
      const edges = box.getBoundingClientRect();
      box.scrollLeft += pull(held.x, Math.max(0, edges.left), Math.min(window.innerWidth, edges.right));
      if (box.scrollHeight > box.clientHeight) box.scrollTop += pull(held.y, Math.max(top, edges.top), Math.min(window.innerHeight, edges.bottom));
    });
    follow();
    window.requestAnimationFrame(frame);
  }

  function drop(keep) {
    const was = held;
    held = null;
    if (!was.going) return;
    was.ghost.remove();
    was.gap.remove();
    was.item.classList.remove("is-lifted");
    document.documentElement.classList.remove("is-reordering");
    quiet = Date.now();
    if (!keep || !was.target) { speak("back", was.item); return; }
    put(was.target, was.position, was.item);
    speak("dropped", was.item);
    settle(was.item, was.from);
  }

  document.documentElement.classList.add("can-reorder"); // without it the handles are not shown
  document.addEventListener("pointerdown", begin);
  document.addEventListener("pointermove", function (event) {
    if (!held || held.keyboard || event.pointerId !== held.pointer) return;
    held.x = event.clientX;
    held.y = event.clientY;
    if (!held.going && Math.hypot(held.x - held.startX, held.y - held.startY) >= NEAR) start();
  });
  document.addEventListener("pointerup", function (event) {
    forget();
    if (!held || held.keyboard || event.pointerId !== held.pointer) return;
    held.x = event.clientX;
    held.y = event.clientY;
    if (held.going) follow();
    drop(true);
  });
  document.addEventListener("pointercancel", function (event) { if (held && !held.keyboard && event.pointerId === held.pointer) drop(false); });
  document.addEventListener("dragstart", function (event) { if (held && !held.keyboard) event.preventDefault(); });
  document.addEventListener("selectstart", function (event) { if (held && held.going) event.preventDefault(); });
  // The click that ends a drag opens nothing.
  document.addEventListener("click", function (event) { if (quiet && Date.now() - quiet < 60) { event.preventDefault(); event.stopPropagation(); } quiet = 0; }, true);
})();
