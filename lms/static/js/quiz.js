// The paper saves each answer by itself and always says truly what is saved.
// An answer is first kept in this browser, with a number, then sent; what the server has not acknowledged stays kept
// and is sent again: when the network is back, after signing in again, after a reload. The server decides everything
// else; without this file the same form saves by its buttons.
(function () {
  "use strict";

  var PREFIX = "lms.answers.";
  var finished = document.querySelector("[data-finished]");
  if (finished) forget(finished.getAttribute("data-finished"));
  var form = document.querySelector("form[data-attempt]");
  if (!form) return;

  var attempt = form.getAttribute("data-attempt");
  var api = form.getAttribute("data-api");
  var words = JSON.parse(form.getAttribute("data-words"));
  var total = Number(form.getAttribute("data-total"));
  var token = form.querySelector('[name="csrf_token"]').value;
  var questions = {};
  var order = [];
  var waiting = kept();
  var sending = null;      // the question whose answer is on its way
  var due = {};            // question -> time (performance.now) before which typing goes on
  var failures = 0;
  var stopped = "";        // "", "signedout" or "over"
  var savedAt = null;
  var timer = 0;
  var ends = null;
  var spoken = {};

  // --- words and small tools

  function say(name, values) {
    return words[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }
  function write(selector, text) { all(selector).forEach(function (each) { if (each.textContent !== text) each.textContent = text; }); }
  function clockOf(instant) {
    var at = new Date(Date.parse(instant) + Number(form.getAttribute("data-zone")) * 60000);  // the office's zone, not this machine's
    return at.toISOString().slice(11, 16);
  }
  function forget(id) { try { localStorage.removeItem(PREFIX + id); } catch (error) { /* no storage: nothing kept */ } }
  function kept() {
    try { return JSON.parse(localStorage.getItem(PREFIX + attempt)) || {}; } catch (error) { return {}; }
  }
  // Another tab of the same paper keeps its answers in the same place: change only one's own question.
  function keep(key, entry) {
    var now = kept();
    if (entry) { now[key] = entry; waiting[key] = entry; } else { delete waiting[key]; delete now[key]; }
    try {
      if (Object.keys(now).length) localStorage.setItem(PREFIX + attempt, JSON.stringify(now));
      else forget(attempt);
    } catch (error) { /* full or forbidden: the answer is still sent, it only does not outlive the page */ }
  }
  function plain(value) {
    if (!value || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
    return JSON.stringify(Object.keys(value).sort().map(function (key) { return [key, value[key]]; }));
  }
  function same(one, other) { return plain(one) === plain(other); }

  // --- what the fields say, in the values of the API

  function read(section) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    var fields = all('[name="' + key + '"], [name^="' + key + '."]:not([type="hidden"])', section);
    var checked = fields.filter(function (field) { return field.checked; }).map(function (field) { return field.value; });
    var value;
    if (kind === "single") return checked.length ? checked[0] : null;
    if (kind === "true_false") return checked.length ? checked[0] === "true" : null;
    if (kind === "multiple") return checked.length ? checked : null;
    if (kind === "fill_in") {
      value = fields.map(function (field) { return field.value; });
      return value.some(Boolean) ? value : null;
    }
    if (kind === "ordering") {
      value = [];
      fields.forEach(function (field) { if (field.value) value[Number(field.value) - 1] = part(field); });
      value = Array.from(value, function (step) { return step || ""; });
      return value.length ? value : null;
    }
    if (kind === "matching") {
      value = {};
      fields.forEach(function (field) { if (field.value) value[part(field)] = field.value; });
      return Object.keys(value).length ? value : null;
    }
    return fields[0].value || null;
  }
  function part(field) { return field.name.split(".")[1]; }

  function show(section, value) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    all('[name="' + key + '"], [name^="' + key + '."]:not([type="hidden"])', section).forEach(function (field, index) {
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = (Array.isArray(value) ? value : [String(value)]).indexOf(field.value) >= 0;
      } else if (kind === "fill_in") field.value = value ? value[index] || "" : "";
      else if (kind === "ordering") field.value = value && value.indexOf(part(field)) >= 0 ? value.indexOf(part(field)) + 1 : "";
      else if (kind === "matching") field.value = (value && value[part(field)]) || "";
      else field.value = value || "";
      field.setAttribute("data-before", field.value);
    });
    count(section);
  }

  function isComplete(section, value) {
    var key = section.getAttribute("data-question");
    var kind = section.getAttribute("data-kind");
    if (value === null) return false;
    var fields = all('select, [name^="' + key + '."]:not([type="hidden"])', section).length;
    if (kind === "fill_in") return value.every(function (word) { return word.trim(); });
    if (kind === "ordering") return value.length === fields && value.every(Boolean);
    if (kind === "matching") return Object.keys(value).length === fields;
    return typeof value !== "string" || Boolean(value.trim());
  }

  function count(section) {
    var place = section.querySelector("[data-length]");
    if (!place) return;
    var most = place.getAttribute("data-longest");
    var length = Array.from(section.querySelector("textarea").value).length;
    place.textContent = most ? say("length", { n: length, most: most }) : say("length_open", { n: length });
  }

  // --- changes

  function changed(section, delay) {
    var key = section.getAttribute("data-question");
    var question = questions[key];
    var value = read(section);
    if (same(value, waiting[key] ? waiting[key].value : question.value)) return;
    question.seq += 1;
    trouble(section, "");
    keep(key, { value: value, seq: question.seq });
    due[key] = performance.now() + delay;
    paint();
    plan(delay);
  }

  form.addEventListener("input", function (event) {
    var section = event.target.closest("[data-question]");
    if (!section || event.isComposing) return;
    if (event.target.tagName === "SELECT") return;
    count(section);
    changed(section, event.target.type === "radio" || event.target.type === "checkbox" ? 0 : 500);
  });
  form.addEventListener("compositionend", function (event) {
    var section = event.target.closest("[data-question]");
    if (section) { count(section); changed(section, 500); }
  });
  form.addEventListener("change", function (event) {
    var section = event.target.closest("[data-question]");
    if (!section) return;
    if (section.getAttribute("data-kind") === "ordering") swap(section, event.target);
    changed(section, 0);
  });

  // Two steps can't stand on one place: the one that stood there goes where the other comes from.
  function swap(section, moved) {
    all("select", section).forEach(function (other) {
      if (other !== moved && other.value && other.value === moved.value) other.value = moved.getAttribute("data-before") || "";
    });
    all("select", section).forEach(function (each) { each.setAttribute("data-before", each.value); });
  }

  // --- sending, one answer at a time

  function plan(delay) {
    clearTimeout(timer);
    timer = setTimeout(pump, delay);
  }
  function next(hurry) {
    var now = performance.now();
    return order.filter(function (key) { return waiting[key] && questions[key] && (hurry || (due[key] || 0) <= now); })[0];
  }
  function call(method, url, body) {
    var aborter = new AbortController();
    var limit = setTimeout(function () { aborter.abort(); }, 15000);
    return fetch(url, {
      method: method,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      keepalive: method === "PUT",
      signal: aborter.signal
    }).then(function (response) {
      return response.json().catch(function () { return {}; }).then(function (answer) {
        clearTimeout(limit);
        return { status: response.status, body: answer, code: answer.error ? answer.error.code : "" };
      });
    }, function (error) { clearTimeout(limit); throw error; });
  }

  // Resolves to true when nothing is left to send, to false when it can't be sent now.
  function pump(hurry) {
    if (sending) return sending.then(function () { return pump(hurry); });
    if (stopped) return Promise.resolve(false);
    var key = next(hurry === true);
    if (!key) {
      if (Object.keys(waiting).length && !hurry) plan(100);
      return Promise.resolve(!Object.keys(waiting).length);
    }
    var entry = waiting[key];
    sending = call("PUT", api + "/answers/" + key, entry).then(function (answer) {
      sending = null;
      return heard(key, entry, answer);
    }, function () {
      sending = null;
      failures += 1;
      banner("offline");
      plan(Math.min(1000 * Math.pow(2, failures), 30000));
      return false;
    });
    paint();
    return sending.then(function (goOn) {
      paint();
      return goOn ? pump(hurry) : false;
    });
  }

  function heard(key, entry, answer) {
    var question = questions[key];
    var still = waiting[key] && waiting[key].seq === entry.seq;
    if (answer.status === 200) {
      failures = 0;
      banner("");
      savedAt = answer.body.saved_at || savedAt;
      if (answer.body.seconds_left !== null) setClock(answer.body.seconds_left);
      if (answer.body.changed || same(answer.body.value, entry.value)) {
        question.value = entry.value;
        if (still) keep(key, null);
        return true;
      }
      // Answered at the same time on another device, which was first: show what is saved; the next touch counts again.
      question.seq = Math.max(question.seq, answer.body.saved_seq);
      if (still) {
        keep(key, null);
        show(question.section, answer.body.value);
        question.value = read(question.section);
        trouble(question.section, words.elsewhere);
      } else {
        question.seq += 1;
        keep(key, { value: waiting[key].value, seq: question.seq });
      }
      return true;
    }
    if (answer.status === 401 || answer.code === "csrf") return newSession();
    if (answer.status === 409 && answer.code !== "answer_final" && answer.code !== "conflict") {
      forget(attempt);
      waiting = {};
      stopped = "over";
      location.assign(form.getAttribute("data-result"));
      return false;
    }
    if (answer.status < 500 && answer.status !== 429) {
      if (still) keep(key, null);
      trouble(question.section, say("refused", { reason: answer.body.error ? answer.body.error.message : "" }));
      return true;
    }
    failures += 1;
    banner("busy");
    plan(Math.min(1000 * Math.pow(2, failures), 30000));
    return false;
  }

  // The session is gone, or it is another one than this page was made for (signed in again in another tab).
  function newSession() {
    return call("GET", api).then(function (answer) {
      if (answer.status === 200 && performance.now() > 10000) {
        location.reload();
      } else {
        stopped = "signedout";
        banner("signedout");
      }
      return false;
    }, function () { banner("offline"); plan(5000); return false; });
  }

  // --- what the page says about itself

  function banner(name) {
    all("[data-banner]").forEach(function (each) {
      each.hidden = !name;
      if (name) each.querySelector("[data-banner-text]").textContent = words[name];
      each.querySelector("[data-banner-link]").hidden = name !== "signedout";
    });
  }
  function trouble(section, text) {
    var place = section.querySelector("[data-trouble]");
    if (place) { place.textContent = text; place.hidden = !text; }
  }
  function speak(text) { write("[data-speaker]", text); }

  function paint() {
    var answered = 0;
    order.forEach(function (key) {
      var question = questions[key];
      var value = waiting[key] ? waiting[key].value : question.value;
      var done = question.checked || isComplete(question.section, value);
      if (done) answered += 1;
      all('[data-cell="' + key + '"]').forEach(function (cell) {
        cell.classList.toggle("is-done", done);
        cell.classList.toggle("is-flag", question.flagged);
        cell.setAttribute("aria-label", say("number", { n: question.number }) + (done ? words.answered : words.open) + (question.flagged ? words.flagged : ""));
      });
    });
    var left = Object.keys(waiting).length;
    var text = left ? (sending || !failures && !stopped ? words.saving : say("waiting", { n: left }))
      : savedAt ? say("saved", { time: clockOf(savedAt) }) : null;
    if (text) write("[data-saved-text]", text);
    all("[data-saved]").forEach(function (each) { each.classList.toggle("is-waiting", left > 0); });
    write("[data-unanswered]", answered < order.length ? say("unanswered", { n: order.length - answered }) : "");
    write("[data-count]", say("count", { n: answered, total: total }));
  }

  // --- moving about

  function current() { return Number(form.getAttribute("data-current")); }
  function go(number, focus) {
    var key = order[number - 1];
    if (!key) return;
    form.setAttribute("data-current", number);
    order.forEach(function (each) { questions[each].section.classList.toggle("is-current", each === key); });
    all("[data-cell]").forEach(function (cell) {
      if (cell.getAttribute("data-cell") === key) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
    });
    all('[data-step]:not([data-step="0"])').forEach(function (button) {
      var to = number + Number(button.getAttribute("data-step"));
      button.value = to;
      if (button.getAttribute("data-step") === "1") button.hidden = to > order.length;
      else button.disabled = to < 1;
    });
    all("[data-last]").forEach(function (button) { button.hidden = number !== order.length; });
    history.replaceState(null, "", location.pathname + "?q=" + number);
    if (focus) {
      questions[key].section.focus({ preventScroll: true });
      questions[key].section.scrollIntoView({ block: "start" });
    }
  }

  form.addEventListener("focusin", function (event) {
    var section = event.target.closest("[data-question]");
    if (section && Number(section.getAttribute("data-number")) !== current()) go(Number(section.getAttribute("data-number")), false);
  });

  form.addEventListener("click", function (event) {
    var cell = event.target.closest("[data-cell]");
    if (cell) {
      event.preventDefault();
      all(".thumb details").forEach(function (each) { each.open = false; });
      go(questions[cell.getAttribute("data-cell")].number, true);
      return;
    }
    var button = event.target.closest('button[type="submit"]');
    if (!button || button.disabled) return;
    event.preventDefault();
    if (button.getAttribute("data-step") === "0") { pump(true); return; }  // Enter in a field: save, stay
    if (button.name === "flag") flag(questions[button.value], button);
    else if (button.name === "check") settle(function () { post("check", button.value); });
    else if (button.value === "finish") settle(function () { location.assign(form.getAttribute("data-confirm")); });
    else go(Number(button.value), true);
  });
  // Enter in a field is no wish to hand in.
  form.addEventListener("submit", function (event) { event.preventDefault(); });

  function post(name, value) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.appendChild(field);
    form.submit();
  }

  function flag(question, button) {
    question.flagged = !question.flagged;
    call("PUT", api + "/flags/" + question.key, { flagged: question.flagged }).then(function (answer) {
      if (answer.status !== 200) throw new Error("flag");
    }).catch(function () { question.flagged = !question.flagged; mark(); });
    mark();
    function mark() {
      button.setAttribute("aria-pressed", String(question.flagged));
      button.querySelector("span").textContent = question.flagged ? words.unflag : words.flag;
      paint();
    }
  }

  // Everything on the screen first, then what was asked for; never the other way round.
  function settle(then) {
    order.forEach(function (key) { if (!questions[key].checked) changed(questions[key].section, 0); });
    failures = 0;
    pump(true).then(function (done) {
      if (done) then();
      else if (stopped !== "over") { if (!stopped) banner("stopped"); window.scrollTo(0, 0); }
    });
  }

  // --- the clock: the server's, counted here; it speaks at 5 minutes, 1 minute, 30 seconds

  function setClock(left) {
    ends = performance.now() + left * 1000;
    if (Object.keys(spoken).length === 0) [300, 60, 30].forEach(function (mark) { spoken[mark] = left <= mark; });
  }
  function minutesOf(n) { return say(n === 1 ? "minute" : "minutes", { n: n }); }
  function tick() {
    if (ends === null || stopped === "over") return;
    var left = Math.max(Math.ceil((ends - performance.now()) / 1000), 0);
    var minutes = Math.floor(left / 60);
    write("[data-clock-text]", left > 300 ? minutesOf(Math.ceil(left / 60)) : minutes + ":" + ("0" + left % 60).slice(-2));
    all("[data-clock]").forEach(function (each) { each.classList.toggle("bad", left <= 60); });
    [300, 60, 30].forEach(function (mark) {
      if (left > mark || spoken[mark]) return;
      spoken[mark] = true;
      if (left > mark - 10) speak(say("left", { time: mark > 30 ? minutesOf(mark / 60) : say("seconds", { n: mark }) }));
    });
    if (left === 0) expire();
  }
  // The page's clock ran out: send what is on the screen, then ask the server, whose clock alone counts.
  function expire() {
    ends = null;
    speak(words.over);
    order.forEach(function (key) { if (!questions[key].checked) changed(questions[key].section, 0); });
    pump(true).then(function () { return call("GET", api); }).then(function (answer) {
      if (answer.status === 401) return newSession();
      if (answer.body.state === "open" && answer.body.seconds_left > 0) return setClock(answer.body.seconds_left);
      return call("POST", api + "/submit").then(function (handed) {
        if (handed.status !== 200 && handed.status !== 409) throw new Error("submit");
        forget(attempt);
        stopped = "over";
        location.assign(form.getAttribute("data-result"));
      });
    }).catch(function () { banner("offline"); setTimeout(expire, 5000); });
  }

  // Back at this page after a while: another device may have gone on meanwhile.
  function refresh() {
    if (document.visibilityState !== "visible") { pump(true); return; }
    if (stopped === "over") return;
    call("GET", api).then(function (answer) {
      if (answer.status === 401) { if (stopped !== "signedout") newSession(); return; }
      if (answer.status !== 200) return;
      if (answer.body.state !== "open") { forget(attempt); stopped = "over"; location.assign(form.getAttribute("data-result")); return; }
      if (stopped === "signedout") { location.reload(); return; }
      if (answer.body.seconds_left !== null) setClock(answer.body.seconds_left);
      answer.body.questions.forEach(function (each) {
        var question = questions[each.id];
        if (!question || question.checked || waiting[each.id] || each.seq <= question.seq) return;
        question.seq = each.seq;
        show(question.section, each.answer);
        question.value = read(question.section);
      });
      paint();
    }, function () { /* the next answer will tell */ });
  }

  // --- keys

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var target = event.target;
    if (/^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && !/^(radio|checkbox)$/.test(target.type))) return;
    if (event.key === "n" || event.key === "p") { event.preventDefault(); go(current() + (event.key === "n" ? 1 : -1), true); }
    else if (event.key === "?") all("[data-keys]").forEach(function (each) { each.open = !each.open; });
    else if (/^[1-9]$/.test(event.key)) {
      var choice = all(".choice input", questions[order[current() - 1]].section)[Number(event.key) - 1];
      if (choice) { event.preventDefault(); choice.click(); choice.focus(); }
    }
  });

  // --- beginning

  all("[data-question]").forEach(function (section) {
    var key = section.getAttribute("data-question");
    var checked = section.hasAttribute("data-checked");
    order.push(key);
    questions[key] = {
      key: key,
      section: section,
      number: Number(section.getAttribute("data-number")),
      seq: Number(section.getAttribute("data-seq")),
      checked: checked,
      flagged: section.querySelector(".flag").getAttribute("aria-pressed") === "true",
      value: null
    };
    // A browser may fill fields by itself when it goes back: the server's word counts, then what is kept here.
    all("input, textarea, select", section).forEach(reset);
    all('[name$=".was"]', section).forEach(function (field) { field.disabled = true; });
    if (!checked) questions[key].value = read(section);
    all("select", section).forEach(function (each) { each.setAttribute("data-before", each.value); });
  });
  function reset(field) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.defaultChecked;
    else if (field.tagName === "SELECT") all("option", field).forEach(function (option) { option.selected = option.defaultSelected; });
    else if (field.type !== "hidden") field.value = field.defaultValue;
  }

  Object.keys(waiting).forEach(function (key) {
    var question = questions[key];
    if (!question || question.checked || waiting[key].seq <= question.seq) { keep(key, null); return; }
    question.seq = waiting[key].seq;
    show(question.section, waiting[key].value);
  });

  form.setAttribute("data-current", (form.querySelector(".question.is-current") || form).getAttribute("data-number") || 1);
  var clock = document.querySelector("[data-clock]");
  if (clock) { setClock(Number(clock.getAttribute("data-left"))); setInterval(tick, 500); tick(); }
  window.addEventListener("online", function () { failures = 0; banner(""); pump(true); });
  window.addEventListener("pagehide", function () { pump(true); });
  window.addEventListener("offline", function () { banner("offline"); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) refresh(); });
  document.addEventListener("visibilitychange", refresh);
  paint();
  if (Object.keys(waiting).length) pump(true);
})();
