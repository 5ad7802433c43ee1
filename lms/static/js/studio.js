// The editor's page: checks what is typed, shows what a learner would see, saves without leaving, keeps unsaved text.
// Without this script the form does the same by loading the page. Written for Chromium 86.
(function () {
  "use strict";
  const root = document.querySelector("[data-studio]");
  if (!root) return;
  const SourceEditor = window.academy.SourceEditor;
  const form = document.getElementById("src"), area = document.getElementById("markdown");
  const frame = one("[data-frame]"), list = one("[data-findings]"), words = one("[data-words]").dataset;
  const count = one("[data-count]"), state = one("[data-state]"), publish = one("[data-publish]");
  const trouble = one("[data-trouble]"), offer = one("[data-offer]"), plainButton = one("[data-plain]"), fixAll = one("[data-fix-all]");
  const KEPT = "studio/" + root.dataset.name, PLAIN = "studio-plain", WAIT = 300;
  let editor = null, problems = [], timer = 0, asked = 0, keeping = 0, leaving = false, saving = false, checking = false, again = false;
  let savedText = root.dataset.saved === "yes" ? area.value : null;

  function one(selector) { return document.querySelector(selector); }
  function plain(text) { return text.replace(/\r\n?/g, "\n"); }
  function dirty() { return area.value !== savedText; }

  // the store of this browser: may be full or switched off

  function recall(key) { try { return localStorage.getItem(key); } catch (_) { return null; } }
  function keep(key, value) { try { if (value === null) localStorage.removeItem(key); else localStorage.setItem(key, value); } catch (_) { /* nothing to be done */ } }

  function keepText() {
    if (dirty()) keep(KEPT, JSON.stringify({ text: area.value, base: form.base_revision.value, at: Date.now() }));
    else keep(KEPT, null);
  }

  // asking the server

  // without: the text is not sent along.
  function ask(address, values, without) {
    const body = new FormData();
    if (!without) body.append("markdown", area.value);
    body.append("base_revision", form.base_revision.value);
    Object.keys(values || {}).forEach(function (name) { [].concat(values[name]).forEach(function (value) { body.append(name, value); }); });
    return post(address, body);
  }

  // The answer as {status, data}; an error whose message is one of the page's words: expired, large, failed, offline.
  function post(address, body) {
    return fetch(address, { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": form.csrf_token.value } })
      .then(function (response) {
        if (response.redirected || response.status === 401 || response.status === 400) throw new Error("expired");
        const type = response.headers.get("Content-Type") || "";
        if (type.indexOf("json") < 0) throw new Error(response.status === 413 ? "large" : "failed");
        return response.json().then(function (data) { return { status: response.status, data: data }; });
      }, function () { throw new Error("offline"); });
  }

  function tooLarge() { return new Blob([area.value]).size > Number(root.dataset.most); }

  function complain(message, where) {
    const go = one("[data-trouble-go]");
    one("[data-trouble-text]").textContent = message;
    go.hidden = !where;
    if (where) go.href = where;
    trouble.hidden = false;
    keepText();
  }

  function explain(error) { return words[error.message] || words.failed; }

  // checking

  function changed() {
    say(dirty() ? words.unsaved : "", !dirty());
    clearTimeout(timer);
    timer = setTimeout(check, WAIT);
    clearTimeout(keeping);
    keeping = setTimeout(keepText, 1000);
    tell("changed");
  }

  // What other scripts of the page listen to: "changed" (the text), "saved" (the draft).
  function tell(what) { document.dispatchEvent(new CustomEvent("studio:" + what, { detail: { dirty: dirty() } })); }

  function say(text, good) {
    if (saving) return;
    state.textContent = text || state.dataset.last || "";
    state.className = good ? "ok" : "warn";
  }

  // One check at a time: a long text that takes seconds is not sent again while it is read.
  function check() {
    if (checking) { again = true; return; }
    const text = area.value, turn = ++asked;
    if (tooLarge()) { show({ problems: [], must: words.large, may: "", errors: 1, fixable: 0, publish: publish ? publish.textContent : "" }); return; }
    checking = true;
    ask(root.dataset.preview).finally(function () {
      checking = false;
      if (again) { again = false; check(); }
    }).then(function (answer) {
      if (turn !== asked || text !== area.value) return;
      if (answer.data.head && String(answer.data.head) !== form.base_revision.value && !saving && trouble.hidden) complain(words.newer);
      if (answer.status !== 200) { show({ problems: [], must: answer.data.error, may: "", errors: 1, fixable: 0, publish: publish ? publish.textContent : "" }); return; }
      show(answer.data);
    }, function (error) {
      if (turn !== asked) return;
      one("[data-preview-state]").textContent = words.stale;
      if (error.message === "expired") complain(explain(error));
    });
  }

  function show(data) {
    problems = data.problems;
    count.textContent = "";
    if (data.must) { const strong = document.createElement("strong"); strong.className = "bad"; strong.textContent = data.must; count.appendChild(strong); }
    if (data.may) count.appendChild(document.createTextNode((data.must ? words.comma : "") + data.may));
    if (!data.must && !data.may) { const good = document.createElement("span"); good.className = "ok"; good.textContent = words.none; count.appendChild(good); }
    if (publish) {
      publish.textContent = data.publish;
      publish.disabled = data.errors > 0 || (!dirty() && publish.dataset.nothing === "yes");
    }
    if (fixAll) fixAll.hidden = !data.fixable;
    if (data.preview !== undefined) {
      one("[data-preview-here]").innerHTML = data.preview;
      one("[data-preview-state]").textContent = words.preview;
    }
    if (data.properties) fillProperties(data.properties);
    if (editor) editor.showProblems(problems);
    if (listed()) showList();
  }

  // Beside the form the problems stand in a list, as they do below the plain textarea.
  function listed() { return !editor || root.dataset.view === "form"; }

  function showList() {
    list.textContent = "";
    if (!problems.length) return;
    const found = document.createElement("ol");
    found.className = "bare findings";
    problems.forEach(function (problem) {
      const item = document.createElement("li");
      item.className = problem.error ? "finding" : "finding finding-hint";
      const text = document.createElement("span"), strong = document.createElement("b"), place = document.createElement("button");
      text.className = "grow";
      strong.textContent = problem.error ? words.must : words.may;
      place.type = "button";
      place.className = "btn btn-bare btn-sm text-nowrap";
      place.textContent = words.line.replace("{n}", problem.line);
      place.dataset.goto = problem.line;
      text.append(strong, " ", place, " ", problem.message);
      item.appendChild(text);
      if (problem.fix && !area.readOnly) {
        const mend = document.createElement("button");
        mend.type = "button";
        mend.className = "btn btn-bare btn-sm";
        mend.textContent = words.mend;
        mend.dataset.mend = problem.id;
        item.appendChild(mend);
      }
      found.appendChild(item);
    });
    list.appendChild(found);
  }

  function setText(text) {
    if (editor) editor.replaceAll(text);
    else if (area.value !== text) { area.value = text; changed(); }
  }

  function change(address, values) {
    const text = area.value;
    ask(address, values).then(function (answer) {
      if (answer.status !== 200) { complain(answer.data.error); return; }
      if (text !== area.value) return; // typed meanwhile: the next check says how things stand
      take(answer.data);
    }, function (error) { complain(explain(error)); });
  }

  // properties

  function fillProperties(values) {
    Object.keys(values).forEach(function (name) {
      const was = form.elements["was-" + name];
      if (!was) return;
      const boxes = form.querySelectorAll('[name="' + name + '"]');
      const now = Array.prototype.filter.call(boxes, function (box) { return box.type !== "checkbox" || box.checked; }).map(function (box) { return box.value; }).join(" ");
      if (now === was.value) Array.prototype.forEach.call(boxes, function (box) {
        if (box.type === "checkbox") box.checked = values[name].split(" ").indexOf(box.value) >= 0;
        else box.value = values[name];
      });
      was.value = values[name];
    });
  }

  function writeProperties() {
    const values = {};
    form.querySelectorAll('[name^="was-front-"]').forEach(function (was) {
      const name = was.name.slice(4);
      values[was.name] = was.value;
      values[name] = Array.prototype.filter.call(form.querySelectorAll('[name="' + name + '"]'), function (box) { return box.type !== "checkbox" || box.checked; }).map(function (box) { return box.value; });
    });
    change(root.dataset.properties, values);
  }

  // saving

  function save() {
    if (saving) return;
    const text = area.value;
    if (tooLarge()) { complain(words.large); return; }
    say(words.saving, true);
    saving = true;
    ask(form.getAttribute("action")).then(function (answer) {
      saving = false;
      if (answer.status === 200) {
        savedText = text;
        form.base_revision.value = answer.data.base_revision;
        if (answer.data.joined) join(answer.data, text);
        else one("[data-joined]").hidden = true;
        state.dataset.last = answer.data.saved;
        one("[data-standing]").textContent = answer.data.standing;
        trouble.hidden = true;
        if (publish) delete publish.dataset.nothing;
        say(dirty() ? words.unsaved : answer.data.saved, !dirty());
        keepText();
        tell("saved");
        check();
      } else {
        say(words.failed, false);
        complain(answer.data.error, answer.data.settle);
        // The server keeps this text as a version of its own: leaving loses nothing.
        if (answer.data.settle) { savedText = text; keep(KEPT, null); }
      }
    }, function (error) {
      saving = false;
      say(words.failed, false);
      complain(explain(error));
    });
  }

  // Somebody else saved meanwhile: the draft holds both changes. Who has typed on goes on from what was sent, and the
  // next save puts that together too.
  function join(data, sent) {
    if (area.value === sent) {
      setText(plain(data.markdown));
      savedText = area.value;
    } else form.base_revision.value = data.behind;
    one("[data-joined-text]").textContent = data.joined;
    one("[data-joined]").hidden = false;
  }

  // which editor

  function useRich() {
    editor = new SourceEditor(area, frame, words, changed);
    area.hidden = true;
    list.hidden = !listed();
    plainButton.textContent = words.plain;
    editor.showProblems(problems);
  }

  function usePlain() {
    if (editor) editor.list.remove();
    editor = null;
    area.hidden = false;
    list.hidden = false;
    plainButton.textContent = words.rich;
    showList();
  }

  function insert(text) {
    if (editor) { editor.insert(text); return; }
    const at = area.selectionEnd, before = area.value.slice(0, at), behind = area.value.slice(at);
    const gap = before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
    area.value = before + gap + text + (behind.startsWith("\n") ? "" : "\n") + behind;
    area.selectionStart = area.selectionEnd = before.length + gap.length;
    area.focus();
    changed();
  }

  function goTo(line) {
    if (editor) { editor.reveal(line); return; }
    const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start);
  }

  document.addEventListener("click", function (event) {
    const mend = event.target.closest("[data-mend]"), place = event.target.closest("[data-goto]"), tool = event.target.closest("[data-insert]");
    if (mend) change(root.dataset.fix, { fix: mend.dataset.mend });
    if (place) goTo(Number(place.dataset.goto));
    if (tool && !tool.closest("[data-tools]")) insert(tool.dataset.insert);
  });
  form.addEventListener("submit", function (event) {
    const button = event.submitter;
    if (button && button.hasAttribute("data-publish") && !tooLarge()) { keepText(); leaving = true; return; }
    event.preventDefault();
    event.stopPropagation(); // the guard against sending twice is for forms that leave the page
    if (button && button.hasAttribute("data-fix-all")) change(root.dataset.fix, { fix: "all" });
    else if (button && button.hasAttribute("data-write")) writeProperties();
    else save();
  });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") { event.preventDefault(); if (!area.readOnly) save(); }
  });
  area.addEventListener("input", changed);
  plainButton.addEventListener("click", function () {
    if (editor) { usePlain(); keep(PLAIN, "1"); } else { useRich(); keep(PLAIN, null); }
  });
  window.addEventListener("beforeunload", function (event) {
    if (leaving || !dirty() || area.readOnly) return;
    keepText();
    event.preventDefault();
    event.returnValue = "";
  });
  window.addEventListener("pageshow", function () { leaving = false; });
  document.addEventListener("studio:view", function () {
    list.hidden = !listed();
    if (listed()) showList();
  });
  // What the server answered to a change of the text: the text, its problems, its preview. One step that can be undone.
  function take(data) {
    trouble.hidden = true;
    setText(plain(data.markdown));
    clearTimeout(timer);
    asked++;
    if (data.problems) show(data); else check();
  }
  window.academy.studio = { ask: ask, post: post, dirty: dirty, take: take, complain: complain, explain: explain, goTo: goTo, insert: insert, rich: function () { return editor; }, say: function (text) { if (dirty()) say(text, true); } };

  // what was left here

  function offerKept() {
    let kept = null;
    try { kept = JSON.parse(recall(KEPT) || "null"); } catch (_) { kept = null; }
    if (!kept || typeof kept.text !== "string" || area.readOnly) return;
    if (kept.text === area.value) { keep(KEPT, null); return; }
    // The server may hold the same text, or a newer one typed on another machine: offered once, the newer one.
    const left = one("[data-left]");
    if (left) {
      if (one("[data-left-text]").value === kept.text || Number(left.dataset.leftAt) * 1000 > kept.at) { keep(KEPT, null); return; }
      left.hidden = true;
    }
    const at = new Date(kept.at);
    const two = function (number) { return String(number).padStart(2, "0"); };
    one("[data-offer-text]").textContent = words.kept.replace("{time}", (at.getMonth() + 1) + "/" + at.getDate() + " " + two(at.getHours()) + ":" + two(at.getMinutes()));
    offer.hidden = false;
    one("[data-offer-take]").addEventListener("click", function () {
      // The base of that text goes along: if somebody saved meanwhile, the save says so and keeps both.
      form.base_revision.value = kept.base || form.base_revision.value;
      setText(kept.text);
      offer.hidden = true;
    });
    one("[data-offer-drop]").addEventListener("click", function () { keep(KEPT, null); offer.hidden = true; });
  }

  one("[data-tools]") && (one("[data-tools]").hidden = false);
  plainButton.hidden = !SourceEditor.fits(area.value);
  state.dataset.last = dirty() ? "" : state.textContent;
  if (publish && publish.disabled && !one("[data-findings] .finding:not(.finding-hint)")) publish.dataset.nothing = "yes";
  if (SourceEditor.fits(area.value) && !recall(PLAIN)) useRich(); else usePlain();
  offerKept();
  const wanted = /^#L(\d+)$/.exec(window.location.hash); // a page that lists problems leads to the line
  if (wanted && area.value) goTo(Math.min(Number(wanted[1]), area.value.split("\n").length));
  check();
})();
