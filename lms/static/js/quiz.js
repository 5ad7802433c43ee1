// The paper saves each answer by itself and always says truly what is saved.
// An answer is first kept in this browser, with a number, then sent; what the server has not acknowledged stays kept
// and is sent again: when the network is back, after signing in again, after a reload. The server decides everything
// else; without this file the same form saves by its buttons.
(function () {
  "use strict";

  var LONGEST_WAIT = 5000;  // however long somebody types without a pause
  var paper = window.lmsPaper;
  var PREFIX = paper.PREFIX;
  var forget = paper.forget, all = paper.all, same = paper.same, read = paper.read, isComplete = paper.isComplete;
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
  var first = {};          // question -> time of its first change that is not on its way
  var refused = {};        // question -> true: what stands there was not taken
  var keeps = true;        // this browser keeps what is not saved yet
  var failures = 0;
  var stopped = "";        // "", "signedout" or "over"
  var savedAt = null;
  var shown = "";          // the banner
  var ending = false;      // the time is up, what is on the screen is being handed in
  var timer = 0;

  // --- words and small tools

  function say(name, values) {
    return words[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function write(selector, text) { all(selector).forEach(function (each) { if (each.textContent !== text) each.textContent = text; }); }
  function clockOf(instant) {
    var at = new Date(Date.parse(instant) + Number(form.getAttribute("data-zone")) * 60000);  // the office's zone, not this machine's
    return at.toISOString().slice(11, 16);
  }
  function kept() {
    try { return JSON.parse(localStorage.getItem(PREFIX + attempt)) || {}; } catch (error) { return {}; }
  }
  // Another tab of the same paper keeps its answers in the same place: change only one's own question.
  function keep(key, entry) {
    var now = kept();
    var done = waiting[key];
    if (entry) { now[key] = entry; waiting[key] = entry; } else {
      delete waiting[key];
      delete first[key];
      if (done && now[key] && now[key].seq <= done.seq) delete now[key];
    }
    try {
      if (Object.keys(now).length) localStorage.setItem(PREFIX + attempt, JSON.stringify(now));
      else localStorage.removeItem(PREFIX + attempt);
      keeps = true;
    } catch (error) { keeps = false; /* full or forbidden: the answer is still sent, it only does not outlive the page */ }
  }
  function show(section, value) { paper.show(section, value); count(section); }

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
    delete refused[key];
    trouble(section, "");
    keep(key, { value: value, seq: question.seq });
    var now = performance.now();
    first[key] = first[key] || now;
    due[key] = Math.min(now + delay, first[key] + LONGEST_WAIT);
    paint();
    plan(due[key] - now);
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
    if (section.getAttribute("data-kind") === "ordering") paper.swap(section, event.target);
    changed(section, 0);
  });

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
    if (!next(hurry === true)) {
      if (Object.keys(waiting).length && !hurry) plan(100);
      return Promise.resolve(!Object.keys(waiting).length);
    }
    return presence.ready().then(function (ready) {
      if (!ready) return false;
      return sending || stopped ? pump(hurry) : send(hurry);
    });
  }
  function bodyOf(key) {
    return { value: waiting[key].value, seq: waiting[key].seq, tab: presence.tab, seconds: presence.seconds(key) };
  }
  function send(hurry) {
    var key = next(hurry === true);
    if (!key) return pump(hurry);
    var entry = waiting[key];
    first[key] = 0;
    sending = call("PUT", api + "/answers/" + key, bodyOf(key)).then(function (answer) {
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

  // The page goes: everything at once, nobody waits for an answer; what does not arrive is kept.
  function flush() {
    if (stopped || presence.covered()) return;
    order.forEach(function (key) { if (waiting[key] && questions[key]) call("PUT", api + "/answers/" + key, bodyOf(key)).catch(function () { /* kept */ }); });
    presence.leave();
  }

  function heard(key, entry, answer) {
    var question = questions[key];
    var still = waiting[key] && waiting[key].seq === entry.seq;
    if (answer.status === 200) {
      failures = 0;
      banner("");
      savedAt = answer.body.saved_at || savedAt;
      clock.set(answer.body.seconds_left);
      if (answer.body.changed || same(answer.body.value, entry.value)) {
        question.value = entry.value;
        if (still) keep(key, null);
        return true;
      }
      // Answered at the same time on another device, which was first: show what is saved; the next touch counts again.
      question.seq = Math.max(question.seq, answer.body.saved_seq);
      if (still) giveWay(question, answer.body.value);
      else {
        question.seq += 1;
        keep(key, { value: waiting[key].value, seq: question.seq });
      }
      return true;
    }
    if (answer.status === 401 || answer.code === "csrf") return newSession();
    if (answer.code === "other_tab") { presence.lose(); return false; }
    if (answer.code === "paused") { presence.pause(); return false; }
    if (answer.status === 409 && answer.code !== "answer_final" && answer.code !== "conflict") {
      leaveForResult();
      return false;
    }
    if (answer.status < 500 && answer.status !== 429) {
      banner("");  // it was reached; what it did not take is said beside the question
      if (still) { keep(key, null); refused[key] = true; }
      trouble(question.section, say("refused", { reason: answer.body.error ? answer.body.error.message : "" }));
      return true;
    }
    failures += 1;
    banner("busy");
    plan(Math.min(1000 * Math.pow(2, failures), 30000));
    return false;
  }

  function giveWay(question, value) {
    var lost = paper.written(question.section, waiting[question.key].value);
    keep(question.key, null);
    show(question.section, value);
    question.value = read(question.section);
    trouble(question.section, words.elsewhere + (lost ? say("yours", { text: lost }) : ""));
  }
  function leaveForResult() {
    forget(attempt);
    waiting = {};
    stopped = "over";
    clock.stop();
    location.assign(form.getAttribute("data-result"));
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
    if (shown === "stopped" && name && name !== "signedout") return;  // why it was not handed in stays, however often it tries
    shown = name;
    all("[data-banner]").forEach(function (each) {
      each.hidden = !name;
      if (name) each.querySelector("[data-banner-text]").textContent = words[name];
      each.querySelector("[data-banner-link]").hidden = name !== "signedout";
    });
  }
  // The server may be reached again: try at once. Why nothing was handed in stays until the answers are there.
  function again() {
    failures = 0;
    if (shown !== "stopped") banner("");
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
    var untaken = Object.keys(refused);
    var text = left ? (sending || !failures && !stopped ? words.saving : say("waiting", { n: left }))
      : untaken.length ? say("untaken", { n: questions[untaken[0]].number })
      : savedAt ? say("saved", { time: clockOf(savedAt) }) : null;
    if (text) write("[data-saved-text]", text);
    all("[data-saved]").forEach(function (each) { each.classList.toggle("is-waiting", left + untaken.length > 0); });
    write("[data-unanswered]", answered < order.length ? say("unanswered", { n: order.length - answered }) : "");
    write("[data-count]", say("count", { n: answered, total: total }));
  }

  // --- buttons

  form.addEventListener("click", function (event) {
    var cell = event.target.closest("[data-cell]");
    if (cell) {
      event.preventDefault();
      all(".thumb details").forEach(function (each) { each.open = false; });
      moving.go(questions[cell.getAttribute("data-cell")].number, true);
      return;
    }
    var button = event.target.closest('button[type="submit"]');
    if (!button || button.disabled) return;
    event.preventDefault();
    if (button.getAttribute("data-step") === "0") { pump(true); return; }  // Enter in a field: save, stay
    if (button.name === "flag") flag(questions[button.value], button);
    else if (button.name === "check") settle(function () { post("check", button.value); });
    else if (button.value === "finish") settle(function () { location.assign(form.getAttribute("data-confirm")); });
    else moving.go(Number(button.value), true);
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
      else if (stopped !== "over" && !presence.covered()) { if (!stopped) banner("stopped"); window.scrollTo(0, 0); }
    });
  }

  // --- the end

  // Another page holds the paper and hands it in, or the server does: this one only follows.
  function awaitEnd() {
    call("GET", api).then(function (answer) {
      if (answer.status === 200 && answer.body.state !== "open") leaveForResult();
      else if (answer.status === 200 && !answer.body.paused && answer.body.seconds_left > 0) clock.set(answer.body.seconds_left);
      else setTimeout(awaitEnd, 5000);
    }, function () { setTimeout(awaitEnd, 5000); });
  }
  // The page's clock ran out: send what is on the screen, then ask the server, whose clock alone counts.
  function expire() {
    if (ending) return;
    ending = true;
    speak(words.over);
    order.forEach(function (key) { if (!questions[key].checked) changed(questions[key].section, 0); });
    pump(true).then(function () { return presence.tell(); }).then(function () { return call("GET", api); }).then(function (answer) {
      var goesOn = answer.status === 200 && answer.body.state === "open" && answer.body.seconds_left > 0;
      if (answer.status === 401 || presence.covered() || goesOn) {
        ending = false;
        if (answer.status === 401) return newSession();
        return presence.covered() ? awaitEnd() : clock.set(answer.body.seconds_left);
      }
      return call("POST", api + "/submit").then(function (handed) {
        if (handed.status !== 200 && handed.status !== 409) throw new Error("submit");
        leaveForResult();
      });
    }).catch(function () { ending = false; banner("offline"); setTimeout(expire, 5000); });
  }

  // Back at this page after a while, or the paper taken over from another: what was answered there comes in, by number.
  function refresh() {
    if (document.visibilityState !== "visible") { pump(true); return; }
    if (stopped === "over") return;
    presence.tell().then(function (held) { if (held || stopped === "signedout") merge(); });
  }
  function merge() {
    return call("GET", api).then(function (answer) {
      if (answer.status === 401) { if (stopped !== "signedout") newSession(); return; }
      if (answer.status !== 200) return;
      if (answer.body.state !== "open") { leaveForResult(); return; }
      if (stopped === "signedout") { location.reload(); return; }
      clock.set(answer.body.seconds_left);
      answer.body.questions.forEach(function (each) {
        var question = questions[each.id];
        if (!question || question.checked || each.seq < question.seq || each.seq === question.seq && !waiting[each.id]) return;
        question.seq = each.seq;
        if (waiting[each.id] && !same(waiting[each.id].value, each.answer)) giveWay(question, each.answer);
        else {
          keep(each.id, null);
          show(question.section, each.answer);
          question.value = read(question.section);
        }
      });
      paint();
      if (Object.keys(waiting).length) pump(true);
    }, function () { /* the next answer will tell */ });
  }

  // --- beginning

  // Going back or loading anew, a browser fills fields by itself: the server's word counts. In a page that was opened,
  // whoever answered before this script had come has answered.
  var opened = performance.getEntriesByType("navigation")[0];
  var early = {};
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
    var given = opened && opened.type === "navigate" && !checked ? read(section) : null;
    all("input, textarea, select", section).forEach(paper.reset);  // what is kept here comes after the server's word
    all('[name$=".was"]', section).forEach(function (field) { field.disabled = true; });
    if (!checked) questions[key].value = read(section);
    if (given !== null && !same(given, questions[key].value)) early[key] = given;
    all("select", section).forEach(function (each) { each.setAttribute("data-before", each.value); });
  });

  var moving = paper.moving(form, order, questions);
  var clock = paper.clock(say, speak, function () { if (presence.covered()) awaitEnd(); else expire(); });
  var presence = paper.presence(form, {
    call: call,
    front: moving.front,
    onHeld: function (standing, was) {
      if (shown === "offline" || shown === "stopped") { again(); plan(0); }
      clock.set(standing.seconds_left);
      if (was) merge();
    },
    onCovered: function (name) { if (name === "paused") clock.stop(); },
    onOver: leaveForResult,
    onTrouble: function (answer) {
      if (answer && (answer.status === 401 || answer.code === "csrf")) newSession();
      else if (!answer) banner("offline");
    }
  });

  Object.keys(waiting).forEach(function (key) {
    var question = questions[key];
    if (!question || question.checked || waiting[key].seq <= question.seq) { keep(key, null); return; }
    question.seq = waiting[key].seq;
    show(question.section, waiting[key].value);
  });
  Object.keys(early).forEach(function (key) {
    if (waiting[key]) return;
    show(questions[key].section, early[key]);
    changed(questions[key].section, 0);
  });

  var place = document.querySelector("[data-clock]");
  if (place && presence.covered()) clock.show(Number(place.getAttribute("data-left")));
  else if (place) clock.set(Number(place.getAttribute("data-left")));
  window.addEventListener("online", function () { again(); pump(true); });
  window.addEventListener("pagehide", flush);
  window.addEventListener("beforeunload", function (event) {
    if (!keeps && Object.keys(waiting).length) { event.preventDefault(); event.returnValue = ""; }
  });
  window.addEventListener("offline", function () { banner("offline"); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) refresh(); });
  document.addEventListener("visibilitychange", refresh);
  paint();
  presence.ready().then(function () { if (Object.keys(waiting).length) pump(true); });
})();
