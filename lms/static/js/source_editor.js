// A source with line numbers and its problems under their lines. The text is an array of lines; what the keyboard does
// is turned into edits of that array, only what an input method writes is read back from the page afterwards.
// The textarea of the form stays the truth for sending: it is brought in step after each edit.
(function () {
  "use strict";

  const TOO_LONG = 3000; // lines; longer texts are edited in the textarea
  const TOGETHER = 800; // milliseconds within which typing is undone as one
  const CHIPS = /^\s*[`【·]/;

  function el(name, className, text) {
    const node = document.createElement(name);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function SourceEditor(area, frame, words, changed) {
    this.area = area;
    this.words = words;
    this.changed = changed;
    this.lines = area.value.split("\n");
    this.done = [];
    this.undone = [];
    this.composing = false;
    this.waiting = null;
    this.list = el("div", "source is-editing");
    const list = this.list;
    list.setAttribute("contenteditable", area.readOnly ? "false" : "true");
    list.setAttribute("role", "textbox");
    list.setAttribute("aria-multiline", "true");
    list.setAttribute("aria-label", frame.querySelector("label").textContent);
    list.setAttribute("spellcheck", "false");
    list.setAttribute("autocapitalize", "off");
    list.setAttribute("translate", "no"); // a browser that translates pages would write its words into the source
    this.drawAll();
    frame.appendChild(list);
    this.listen();
  }

  SourceEditor.fits = function (text) { return text.split("\n").length <= TOO_LONG; };
  const proto = SourceEditor.prototype;

  // drawing

  proto.drawAll = function () {
    this.list.textContent = "";
    this.lines.forEach(function (line) { this.list.appendChild(this.item(line)); }, this);
    this.classify();
  };

  proto.item = function (line) {
    const item = el("div", "line");
    item.appendChild(el("code"));
    this.draw(item, line, null);
    return item;
  };

  // mark: [from, to] of what is wrong in the line, or null.
  proto.draw = function (item, line, mark) {
    const code = item.firstChild;
    code.textContent = "";
    if (!line) { code.appendChild(el("br")); return; }
    if (!mark) { code.textContent = line; return; }
    if (mark[0] > 0) code.appendChild(document.createTextNode(line.slice(0, mark[0])));
    code.appendChild(el("u", "", line.slice(mark[0], mark[1])));
    if (mark[1] < line.length) code.appendChild(document.createTextNode(line.slice(mark[1])));
  };

  proto.classify = function () {
    let front = this.lines[0] === "---";
    this.lines.forEach(function (line, index) {
      let name = "";
      if (front) {
        name = "meta";
        if (index && line.trim() === "---") front = false;
      } else if (/^#{1,6}/.test(line)) name = "h";
      else if (line.trim() && CHIPS.test(line)) name = "chip";
      const code = this.list.children[index].firstChild;
      if (code.className !== name) code.className = name;
    }, this);
  };

  // Problems: {line, error, message, fix, first, last, lines}. Kept back while an input method is at work.
  proto.showProblems = function (problems) {
    if (this.composing) { this.waiting = problems; return; }
    const caret = this.hasFocus() ? this.selection() : null;
    const top = this.list.getBoundingClientRect().top;
    this.list.querySelectorAll(".finding").forEach(function (each) { each.remove(); });
    Array.prototype.forEach.call(this.list.children, function (item, index) {
      if (item.className !== "line") { item.className = "line"; this.draw(item, this.lines[index], null); }
    }, this);
    problems.forEach(function (problem) {
      const index = Math.min(problem.line, this.lines.length) - 1;
      const item = this.list.children[index];
      if (!item) return;
      if (problem.error || item.className === "line") item.className = problem.error ? "line has-error" : "line has-hint";
      const mark = wrong(this.lines[index], problem, index + 1);
      if (mark) this.draw(item, this.lines[index], mark);
      item.appendChild(this.box(problem));
    }, this);
    if (caret) this.select(caret.start, caret.end);
    window.scrollBy(0, this.list.getBoundingClientRect().top - top);
  };

  proto.box = function (problem) {
    const box = el("div", problem.error ? "finding" : "finding finding-hint");
    box.setAttribute("contenteditable", "false");
    const text = el("span", "grow");
    text.appendChild(el("b", "", problem.error ? this.words.must : this.words.may));
    text.appendChild(document.createTextNode(" " + problem.message));
    box.appendChild(text);
    if (problem.fix && !this.area.readOnly) {
      const button = el("button", "btn btn-bare btn-sm", this.words.mend);
      button.type = "button";
      button.title = problem.fix;
      button.setAttribute("data-mend", problem.id);
      box.appendChild(button);
    }
    return box;
  };

  // What of a line is wrong: what the message quotes, else what the fix would change.
  function wrong(line, problem, number) {
    const quoted = /[“"]([^”"]+)[”"]/.exec(problem.message);
    const at = quoted ? line.indexOf(quoted[1]) : -1;
    if (at >= 0) return [at, at + quoted[1].length];
    if (!problem.fix || problem.first !== number || problem.last !== number || problem.lines.length !== 1) return null;
    const fixed = problem.lines[0], most = Math.min(line.length, fixed.length);
    let from = 0, back = 0;
    while (from < most && line[from] === fixed[from]) from++;
    while (back < most - from && line[line.length - 1 - back] === fixed[fixed.length - 1 - back]) back++;
    return line.length - back > from ? [from, line.length - back] : null;
  }

  // where the caret is

  proto.hasFocus = function () { return this.list.contains(document.activeElement) || document.activeElement === this.list; };

  proto.place = function (node, offset) {
    const list = this.list;
    if (node === list) {
      if (offset >= list.children.length) return this.end();
      return { line: offset, col: 0 };
    }
    let item = node;
    while (item && item.parentNode !== list) item = item.parentNode;
    if (!item) return this.end();
    const line = Array.prototype.indexOf.call(list.children, item);
    const code = item.firstChild;
    if (node === item) return { line: line, col: offset ? this.lines[line].length : 0 };
    if (!code || !code.contains(node)) return { line: line, col: this.lines[line].length };
    const range = document.createRange();
    range.setStart(code, 0);
    range.setEnd(node, offset);
    return { line: line, col: Math.min(range.toString().length, this.lines[line].length) };
  };

  proto.end = function () {
    const last = this.lines.length - 1;
    return { line: last, col: this.lines[last].length };
  };

  proto.selection = function () {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || !this.list.contains(chosen.anchorNode)) return { start: this.end(), end: this.end() };
    const range = chosen.getRangeAt(0);
    return { start: this.place(range.startContainer, range.startOffset), end: this.place(range.endContainer, range.endOffset) };
  };

  proto.point = function (at) {
    const code = this.list.children[at.line].firstChild;
    let left = at.col, node = null;
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    while ((node = walker.nextNode())) {
      if (left <= node.length) return [node, left];
      left -= node.length;
    }
    return [code, 0];
  };

  proto.select = function (start, end) {
    const from = this.point(start), to = end ? this.point(end) : from;
    const chosen = document.getSelection();
    chosen.setBaseAndExtent(from[0], from[1], to[0], to[1]);
  };

  proto.reveal = function (line) {
    const item = this.list.children[Math.min(line, this.lines.length) - 1];
    this.list.focus({ preventScroll: true });
    this.select({ line: Math.min(line, this.lines.length) - 1, col: 0 });
    item.scrollIntoView({ block: "center" });
  };

  // changing

  proto.text = function () { return this.lines.join("\n"); };

  // Put text in place of what lies between two places; return where the caret belongs.
  proto.put = function (start, end, text) {
    const added = (this.lines[start.line].slice(0, start.col) + text + this.lines[end.line].slice(end.col)).split("\n");
    const removed = this.lines.slice(start.line, end.line + 1);
    this.swap(start.line, removed.length, added);
    const last = text.split("\n");
    const caret = { line: start.line + last.length - 1, col: last[last.length - 1].length + (last.length === 1 ? start.col : 0) };
    return { first: start.line, removed: removed, added: added, before: { start: start, end: end }, after: caret };
  };

  proto.swap = function (first, count, added) {
    const list = this.list;
    Array.prototype.splice.apply(this.lines, [first, count].concat(added));
    added.forEach(function (line, offset) {
      const item = list.children[first + offset];
      if (offset < count) this.draw(item, line, null);
      else list.insertBefore(this.item(line), item || null);
    }, this);
    for (let extra = added.length; extra < count; extra++) list.children[first + added.length].remove();
    this.classify();
  };

  proto.edit = function (start, end, text, typed) {
    const change = this.put(start, end, text);
    const last = this.done[this.done.length - 1];
    const now = Date.now();
    if (typed && last && last.typed && now - last.at < TOGETHER && last.added.length === 1 && change.removed.length === 1 &&
        change.added.length === 1 && last.first === change.first) {
      last.added = change.added;
      last.after = change.after;
      last.at = now;
    } else {
      change.typed = Boolean(typed);
      change.at = now;
      this.done.push(change);
    }
    this.undone = [];
    this.select(change.after);
    this.follow();
    this.tell();
  };

  proto.follow = function () {
    const item = this.list.children[this.selection().start.line];
    const box = item.getBoundingClientRect();
    if (box.bottom > window.innerHeight - 70 || box.top < 60) item.scrollIntoView({ block: "nearest" });
  };

  proto.tell = function () {
    this.area.value = this.text();
    this.changed();
  };

  proto.undo = function () {
    const change = this.done.pop();
    if (!change) return;
    this.swap(change.first, change.added.length, change.removed);
    this.undone.push(change);
    this.select(change.before.start, change.before.end);
    this.tell();
  };

  proto.redo = function () {
    const change = this.undone.pop();
    if (!change) return;
    this.swap(change.first, change.removed.length, change.added);
    this.done.push(change);
    this.select(change.after);
    this.tell();
  };

  // Take a whole new text as one step that can be undone; lines that are the same are not touched.
  proto.replaceAll = function (text) {
    const lines = text.split("\n");
    let head = 0, tail = 0;
    const most = Math.min(lines.length, this.lines.length);
    while (head < most && lines[head] === this.lines[head]) head++;
    while (tail < most - head && lines[lines.length - 1 - tail] === this.lines[this.lines.length - 1 - tail]) tail++;
    if (head === lines.length && head === this.lines.length) return;
    const removed = this.lines.slice(head, this.lines.length - tail), added = lines.slice(head, lines.length - tail);
    const before = this.selection();
    this.swap(head, removed.length, added);
    const caret = { line: Math.min(before.start.line, this.lines.length - 1), col: 0 };
    this.done.push({ first: head, removed: removed, added: added, before: before, after: caret, at: 0 });
    this.undone = [];
    this.tell();
  };

  // A block goes behind the paragraph in which the caret is, with an empty line on each side.
  proto.insert = function (text) {
    const at = this.selection().end;
    if (text.indexOf("\n") < 0 && !/^[#>|-]/.test(text)) { this.edit(at, at, text); this.list.focus(); return; }
    let line = at.line;
    while (line + 1 < this.lines.length && this.lines[line].trim()) line++;
    const here = { line: line, col: this.lines[line].length };
    const before = this.lines[line].trim() ? "\n\n" : line && this.lines[line - 1].trim() ? "\n" : "";
    const last = line + 1 === this.lines.length;
    const behind = last ? (this.lines[line] ? "" : "\n") : this.lines[line + 1].trim() ? "\n" : "";
    this.edit(here, here, before + text + behind);
    this.list.focus();
  };

  // What an input method wrote is read back; a structure that the browser has torn is drawn anew.
  proto.readBack = function () {
    const found = [];
    let torn = false;
    Array.prototype.forEach.call(this.list.childNodes, function (item) {
      const whole = item.classList && item.classList.contains("line");
      if (!whole || !item.firstChild || item.firstChild.nodeName !== "CODE") torn = true;
      let text = "";
      if (whole) {
        Array.prototype.forEach.call(item.childNodes, function (part) {
          if (part.nodeName === "CODE") text += part.textContent;
          else if (!(part.classList && part.classList.contains("finding"))) { text += part.textContent; torn = true; }
        });
      } else text = item.textContent;
      found.push(text.replace(/\n/g, ""));
    });
    const caret = this.selection().start;
    if (!found.length) found.push("");
    if (!torn && found.length === this.lines.length) {
      found.forEach(function (line, index) {
        if (line === this.lines[index]) return;
        const removed = [this.lines[index]];
        const col = this.columnIn(index);
        this.lines[index] = line;
        this.draw(this.list.children[index], line, null);
        const after = { line: index, col: col };
        this.done.push({ first: index, removed: removed, added: [line], before: { start: after, end: after }, after: after, at: 0 });
        this.select(after);
      }, this);
      this.classify();
    } else {
      const removed = this.lines;
      this.lines = found;
      this.drawAll();
      const after = { line: Math.min(caret.line, found.length - 1), col: 0 };
      after.col = Math.min(caret.col, found[after.line].length);
      this.done.push({ first: 0, removed: removed, added: found.slice(), before: { start: caret, end: caret }, after: after, at: 0 });
      this.select(after);
    }
    this.undone = [];
    this.tell();
  };

  proto.columnIn = function (index) {
    const chosen = document.getSelection();
    const code = this.list.children[index].firstChild;
    if (!chosen.rangeCount || !code.contains(chosen.anchorNode)) return this.lines[index].length;
    const range = document.createRange();
    range.setStart(code, 0);
    range.setEnd(chosen.anchorNode, chosen.anchorOffset);
    return range.toString().length;
  };

  // the keyboard

  proto.listen = function () {
    const self = this, list = this.list;
    list.addEventListener("compositionstart", function () { self.composing = true; });
    list.addEventListener("compositionend", function () {
      self.composing = false;
      setTimeout(function () {
        if (self.composing) return;
        self.readBack();
        if (self.waiting) { const problems = self.waiting; self.waiting = null; self.showProblems(problems); }
      }, 0);
    });
    list.addEventListener("beforeinput", function (event) {
      if (self.composing || event.isComposing || event.inputType === "insertCompositionText") return;
      event.preventDefault();
      self.obey(event);
    });
    list.addEventListener("input", function () { if (!self.composing) self.readBack(); });
    list.addEventListener("keydown", function (event) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || self.area.readOnly) return;
      const key = event.key.toLowerCase();
      if (key === "z") { event.preventDefault(); if (event.shiftKey) self.redo(); else self.undo(); }
      if (key === "y") { event.preventDefault(); self.redo(); }
    });
    list.addEventListener("copy", function (event) { self.copy(event); });
    list.addEventListener("cut", function (event) {
      self.copy(event);
      if (self.area.readOnly) return;
      const chosen = self.selection();
      self.edit(chosen.start, chosen.end, "");
    });
    list.addEventListener("paste", function (event) {
      event.preventDefault();
      const chosen = self.selection();
      self.edit(chosen.start, chosen.end, event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n"));
    });
    list.addEventListener("drop", function (event) { event.preventDefault(); });
  };

  proto.copy = function (event) {
    const chosen = this.selection();
    const lines = this.lines.slice(chosen.start.line, chosen.end.line + 1);
    lines[lines.length - 1] = lines[lines.length - 1].slice(0, chosen.end.col);
    lines[0] = lines[0].slice(chosen.start.col);
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  };

  proto.obey = function (event) {
    if (this.area.readOnly) return;
    const kind = event.inputType;
    let chosen = this.selection();
    if (kind === "historyUndo") { this.undo(); return; }
    if (kind === "historyRedo") { this.redo(); return; }
    if (kind === "insertParagraph" || kind === "insertLineBreak") { this.edit(chosen.start, chosen.end, "\n"); return; }
    if (kind.indexOf("insert") === 0) {
      const text = event.data !== null ? event.data : event.dataTransfer ? event.dataTransfer.getData("text/plain") : "";
      if (kind === "insertReplacementText") chosen = this.target(event) || chosen;
      this.edit(chosen.start, chosen.end, text.replace(/\r\n?/g, "\n"), true);
      return;
    }
    if (kind.indexOf("delete") !== 0) return;
    const empty = chosen.start.line === chosen.end.line && chosen.start.col === chosen.end.col;
    if (empty && kind === "deleteContentBackward") chosen = { start: this.before(chosen.start), end: chosen.start };
    else if (empty && kind === "deleteContentForward") chosen = { start: chosen.start, end: this.behind(chosen.start) };
    else if (empty) {
      chosen = this.target(event) || chosen;
      if (chosen.start.line === chosen.end.line && chosen.start.col === chosen.end.col) chosen = { start: this.before(chosen.start), end: chosen.start };
    }
    this.edit(chosen.start, chosen.end, "", true);
  };

  proto.target = function (event) {
    const range = event.getTargetRanges()[0];
    if (!range) return null;
    return { start: this.place(range.startContainer, range.startOffset), end: this.place(range.endContainer, range.endOffset) };
  };

  proto.before = function (at) {
    if (at.col > 0) {
      const pair = at.col > 1 && /[\udc00-\udfff]/.test(this.lines[at.line][at.col - 1]);
      return { line: at.line, col: at.col - (pair ? 2 : 1) };
    }
    return at.line ? { line: at.line - 1, col: this.lines[at.line - 1].length } : at;
  };

  proto.behind = function (at) {
    const line = this.lines[at.line];
    if (at.col < line.length) return { line: at.line, col: at.col + (/[\ud800-\udbff]/.test(line[at.col]) ? 2 : 1) };
    return at.line + 1 < this.lines.length ? { line: at.line + 1, col: 0 } : at;
  };

  window.academy = window.academy || {};
  window.academy.SourceEditor = SourceEditor;
})();
