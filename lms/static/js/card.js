// What is done within the open card of a form (form.js): its rows, the pictures and files that go into its texts, and
// what is pasted there. The page's own buttons for these need this script; the fields do not.
(function () {
  "use strict";
  const studio = window.academy && window.academy.studio;
  if (!studio) return;

  function one(selector, inside) { return (inside || document).querySelector(selector); }
  function all(selector, inside) { return Array.prototype.slice.call(inside.querySelectorAll(selector)); }

  // page: root and panel of the form; card() is the one that stands open; later() sends it after a pause.
  window.academy.card = function (page) {
    const root = page.root, panel = page.panel, card = page.card, later = page.later;

    // rows of a card: options, pairs, lines of a rubric

    // The field of a row in which one writes.
    function field(row) { return one("textarea, input:not([type=hidden]):not([type=radio]):not([type=checkbox])", row); }

    function newRow(html) {
      const found = document.createElement("template");
      found.innerHTML = html;
      return found.content.firstElementChild;
    }

    function add(button, after) {
      const rows = one("[data-rows]", card()), shape = one('template[data-row-shape="' + ((button && button.dataset.rowShapeOf) || "") + '"]', card());
      const number = all("[data-row]", rows).reduce(function (most, row) { return Math.max(most, Number(row.dataset.row)); }, 0) + 1;
      const made = newRow(shape.innerHTML.replace(/__n__/g, number));
      if (after) after.after(made); else rows.appendChild(made);
      const first = field(made);
      if (first) first.focus();
      later();
    }

    function move(row, up) {
      const rows = all("[data-row]", row.parentElement), next = rows[rows.indexOf(row) + (up ? -1 : 1)], active = document.activeElement;
      if (!next) return;
      if (up) next.before(row); else next.after(row);
      active.focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
      later();
    }

    function drop(row) {
      const rows = all("[data-row]", row.parentElement), at = rows.indexOf(row), next = rows[at + 1] || rows[at - 1];
      row.remove();
      const first = next ? field(next) : one("[data-row-add]", card());
      if (first) first.focus();
      later();
    }

    // pictures: one is sent or chosen, and goes to where was written last

    let wrote = null;
    panel.addEventListener("focusin", function (event) { if (event.target.hasAttribute("data-grow")) wrote = event.target; });

    function insertPicture(markdown) {
      const area = wrote && panel.contains(wrote) ? wrote : document.getElementById("card-stem") || document.getElementById("card-body");
      const first = area.id === "card-stem" ? (area.value + "\n").indexOf("\n") : 0, at = Math.max(area.selectionEnd, first);
      const inRow = area.name.indexOf("row-") === 0, before = area.value.slice(0, at), behind = area.value.slice(at);
      // Under the question's own line a picture is a paragraph of its own.
      const gap = inRow || !before ? (before && !/\s$/.test(before) ? " " : "") : "\n\n";
      area.value = before.replace(/\n+$/, "") + gap + markdown + (behind && !inRow ? "\n\n" + behind.replace(/^\n+/, "") : behind);
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    // What is shown in place stands alone in its paragraph.
    function insertFile(markdown) {
      if (markdown[0] === "!") insertPicture(markdown); else insertBlock(document.getElementById("card-body") || document.getElementById("card-stem"), markdown);
    }

    function sendFiles(files, area) {
      wrote = area;
      one("[data-pictures]", card()).hidden = false;
      Array.prototype.slice.call(files).reduce(function (before, file) {
        return before.then(function () { return sendFile(file); });
      }, Promise.resolve());
    }

    // A block goes behind the paragraph in which the caret is.
    function insertBlock(area, text) {
      const rest = area.value.slice(area.selectionEnd), end = rest.search(/\n\s*\n/), at = end < 0 ? area.value.length : area.selectionEnd + end;
      const before = area.value.slice(0, at).replace(/\s+$/, ""), behind = area.value.slice(at).replace(/^\s+/, "");
      const start = before ? before.length + 2 : 0;
      area.value = (before ? before + "\n\n" : "") + text + (behind ? "\n\n" + behind : "");
      area.focus();
      area.setSelectionRange(start, start + text.length);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function pictures(button) {
      const open = one("[data-pictures]", card()), list = one("[data-picture-list]", open);
      open.hidden = !open.hidden;
      button.setAttribute("aria-expanded", String(!open.hidden));
      if (open.hidden) return;
      one("input", open).focus();
      fetch(root.dataset.files, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (answer) { return answer.json(); }).then(function (data) {
        list.textContent = "";
        data.files.filter(function (file) { return file.kind === "picture" || list.hasAttribute("data-every-file"); }).forEach(function (file) {
          const choice = document.createElement("button"), image = document.createElement("img");
          choice.type = "button";
          choice.dataset.markdownOf = file.markdown;
          list.appendChild(choice);
          if (file.kind !== "picture") { choice.className = "btn btn-quiet btn-sm"; choice.textContent = file.name; return; }
          choice.className = "form-picture";
          image.src = file.address;
          image.alt = file.name;
          choice.appendChild(image);
        });
      }).catch(function () { /* sending one still works */ });
    }

    function sendFile(file) {
      const body = new FormData(), said = one("[data-picture-said]", card());
      body.append("file", file);
      said.textContent = said.dataset.sending;
      return studio.post(root.dataset.files, body)
        .then(function (answer) {
          const data = answer.data;
          said.textContent = data.error || "";
          if (!data.error) { insertFile(data.markdown); one("[data-pictures]", card()).hidden = true; }
          one("[data-picture-file]", card()).value = "";
        })
        .catch(function () { said.textContent = said.dataset.failed; });
    }

    // What is pasted from Word, Excel or a page comes as Markdown, as it does in the source; a picture is sent.

    const RICH = /<(table|ul|ol|li|h[1-6]|b|strong|em|i|a|img|blockquote|pre)[\s>]|mso-/i;

    function put(area, text) {
      area.focus();
      if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    panel.addEventListener("paste", function (event) {
      const area = event.target.closest("textarea[data-markdown]"), data = event.clipboardData, bar = one("[data-tools][data-paste]");
      if (!area || !data || !bar) return;
      const html = data.getData("text/html"), text = data.getData("text/plain");
      if (data.files.length && !RICH.test(html.replace(/<img[^>]*>/gi, ""))) {
        event.preventDefault();
        if (one("[data-pictures]", card())) sendFiles(data.files, area);
        return;
      }
      if (!RICH.test(html)) return;
      event.preventDefault();
      const body = new FormData();
      body.append("html", new Blob([html], { type: "text/html" }), "paste.html");
      body.append("top", area.dataset.markdown);
      studio.post(bar.dataset.paste, body)
        .then(function (answer) {
          put(area, (answer.data.markdown || text).replace(/\n+$/, ""));
          if (answer.data.notice) studio.complain(answer.data.notice);
        })
        .catch(function () { put(area, text); });
    });

    panel.addEventListener("drop", function (event) {
      const area = event.target.closest("textarea[data-markdown]"), files = event.dataTransfer && event.dataTransfer.files;
      if (!area || !files || !files.length || !one("[data-pictures]", card())) return;
      event.preventDefault();
      event.stopPropagation();
      sendFiles(files, area);
    }, true);

    panel.addEventListener("change", function (event) {
      if (event.target.hasAttribute("data-picture-file") && event.target.files.length) { event.stopPropagation(); sendFile(event.target.files[0]); }
    });

    document.addEventListener("click", function (event) {
      const tool = event.target.closest("[data-picture-tool]"), chosen = event.target.closest("[data-markdown-of]"), piece = event.target.closest("[data-insert-into]");
      if (tool) pictures(tool);
      else if (piece) insertBlock(document.getElementById(piece.dataset.insertInto), piece.dataset.text);
      else if (chosen) { one("[data-pictures]", card()).hidden = true; insertFile(chosen.dataset.markdownOf); }
    }, true);

    return { add: add, move: move, drop: drop, field: field };
  };
})();
