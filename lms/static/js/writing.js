// One way to write into the source, whichever editor is open: places are offsets into the text, each change is one step
// that can be undone. Used by the toolbar and by pasting. Written for Chromium 86.
(function () {
  "use strict";
  const studio = window.academy && window.academy.studio, area = document.getElementById("markdown");
  if (!studio || !area || area.readOnly) return;
  let last = null; // the selection before the focus went to a menu or a dialog

  function value() { return area.value; }

  function offsetOf(place, lines) {
    let offset = 0;
    for (let index = 0; index < place.line && index < lines.length; index++) offset += lines[index].length + 1;
    return offset + place.col;
  }

  function placeOf(offset, lines) {
    let line = 0;
    while (line + 1 < lines.length && offset > lines[line].length) { offset -= lines[line].length + 1; line++; }
    return { line: line, col: Math.min(offset, lines[line].length) };
  }

  function now() {
    const rich = studio.rich();
    if (!rich) return { start: area.selectionStart, end: area.selectionEnd };
    const chosen = rich.selection();
    return { start: offsetOf(chosen.start, rich.lines), end: offsetOf(chosen.end, rich.lines) };
  }

  function hasFocus() {
    const rich = studio.rich(), chosen = document.getSelection();
    // A dialog that closes gives the focus back, not the selection.
    return rich ? rich.hasFocus() && rich.list.contains(chosen.anchorNode) : document.activeElement === area;
  }

  function selection() {
    if (hasFocus() || (last === null && !studio.rich())) return now();
    const most = value().length;
    if (last === null) return { start: most, end: most };
    return { start: Math.min(last.start, most), end: Math.min(last.end, most) };
  }

  function select(start, end) {
    const rich = studio.rich();
    if (rich) {
      rich.list.focus({ preventScroll: true });
      rich.select(placeOf(start, rich.lines), placeOf(end, rich.lines));
      rich.follow();
    } else {
      area.focus();
      area.setSelectionRange(start, end);
    }
    last = { start: start, end: end };
  }

  // Put text in place of what lies between two offsets; then select from..to, by default behind it.
  function replace(start, end, text, from, to) {
    const rich = studio.rich();
    if (rich) {
      rich.list.focus({ preventScroll: true });
      rich.edit(placeOf(start, rich.lines), placeOf(end, rich.lines), text);
    } else {
      area.focus();
      area.setSelectionRange(start, end);
      // The browser's own way of typing keeps its undo.
      const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
      if (!done) {
        area.setRangeText(text, start, end, "end");
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    const behind = start + text.length;
    select(from === undefined ? behind : from, to === undefined ? (from === undefined ? behind : from) : to);
  }

  // What the caret is in: the properties, a block of code, or text.
  function place(offset) {
    const before = value().slice(0, offset).split("\n"), all = value().split("\n");
    if (all[0] === "---") {
      const end = all.indexOf("---", 1);
      if (end > 0 && before.length <= end + 1) return "front";
    }
    const fences = before.slice(0, -1).filter(function (line) { return /^(```|~~~)/.test(line); }).length;
    return fences % 2 ? "code" : "text";
  }

  // Blocks get an empty line on each side; one plain line goes into the line it is put in.
  function put(markdown) {
    const chosen = selection(), text = markdown.replace(/\n+$/, "");
    if (!text) return;
    const isLine = text.indexOf("\n") < 0 && !/^(#|>|\||- |\d+\. |!\[|```)/.test(text);
    if (isLine || place(chosen.start) === "code") { replace(chosen.start, chosen.end, text); return; }
    const before = value().slice(0, chosen.start), behind = value().slice(chosen.end);
    const above = !before || /\n\s*\n$/.test(before) ? "" : /\n$/.test(before) ? "\n" : "\n\n";
    const below = !behind ? "\n" : /^\n[ \t]*(\n|$)/.test(behind) ? "" : /^\n/.test(behind) ? "\n" : "\n\n";
    const from = chosen.start + above.length + text.length;
    replace(chosen.start, chosen.end, above + text + below, from, from);
  }

  // A whole shape goes behind the paragraph or list in which the caret is; what is selected stays.
  function putBehind(markdown) {
    if (markdown.indexOf("\n") >= 0 || /^[#>|-]/.test(markdown)) {
      let line = lineAt(selection().end);
      while (line.text.trim() && line.end < value().length && lineAt(line.end + 1).text.trim()) line = lineAt(line.end + 1);
      select(line.end, line.end);
    }
    put(markdown);
  }

  function lineAt(offset) {
    const text = value(), start = text.lastIndexOf("\n", offset - 1) + 1, end = text.indexOf("\n", offset);
    return { start: start, end: end < 0 ? text.length : end, text: text.slice(start, end < 0 ? text.length : end) };
  }

  document.addEventListener("selectionchange", function () { if (hasFocus()) last = now(); });
  area.addEventListener("blur", function () { if (!studio.rich()) last = { start: area.selectionStart, end: area.selectionEnd }; });

  window.academy.writing = {
    value: value, selection: selection, select: select, replace: replace, put: put, putBehind: putBehind, place: place, lineAt: lineAt, hasFocus: hasFocus,
    focus: function () { const chosen = selection(); select(chosen.start, chosen.end); },
  };
})();
