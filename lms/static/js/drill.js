// A drill while it is played: what is sent stands there at once and is confirmed by the server, which alone decides what
// happens and when. A step bears the number of its place in the conversation, so that sent twice it is one step; what
// could not be sent is kept in this browser and sent again, while the server's clock goes on.
(function () {
  "use strict";
  var root = document.querySelector("[data-drill]");
  if (!root) return;
  var words = JSON.parse(root.getAttribute("data-words"));
  var run = root.getAttribute("data-run");
  var token = root.getAttribute("data-token");
  var QUEUE = "lms.drill.sent." + run, SEEN = "lms.drill.at." + run;
  var queue = read(QUEUE);    // lane -> what is on its way: {seq, choice, text, words}
  var busy = {};              // lane -> true while a request for it runs
  var asking = false, again = false;
  var failures = 0, retry = 0, stopped = "";

  function say(name, values) { return words[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; }); }
  function speak(text) { document.querySelector("[data-speaker]").textContent = text; }
  function read(name) { try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (error) { return {}; } }
  function write(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); } catch (error) { /* it is sent all the same, it only does not outlive the page */ }
  }
  function room() { return root.querySelector("[data-room]"); }
  function foot(lane) { return lane.querySelector("[data-foot]"); }
  function over() { return room().getAttribute("data-state") !== "open"; }

  var lanes = window.lmsDrill.lanes(root, { say: say, speak: speak, turned: function (lane) { count(lane); chat.toEnd(lane); clock.show(); } });
  var chat = window.lmsDrill.chat(root, { say: say, shown: lanes.shown, now: function () { return clock.now(); }, done: finished });
  var clock = window.lmsDrill.clock(root, { say: say, speak: speak, due: function () { ask(true); } });
  var lookup = window.lmsDrill.lookup(root, { token: token, front: lanes.front, focus: function () { lanes.focus(lanes.front()); }, use: useScript });

  var merging = window.lmsDrill.merging(root, {
    clock: clock, chat: chat, lanes: lanes, count: count, copy: words.copy, copied: words.copied,
    isSent: function (number) { return Boolean(queue[number]); },
    moved: function (version) { write(SEEN, version); }
  });

  // --- asking the server

  function call(url, fields) {
    var aborter = new AbortController();
    var limit = setTimeout(function () { aborter.abort(); }, 12000);
    var options = { credentials: "same-origin", redirect: "manual", signal: aborter.signal };
    if (fields) {
      options.method = "POST";
      options.body = new URLSearchParams(Object.assign({ csrf_token: token, part: "1" }, fields));
    }
    return fetch(url, options).then(function (response) {
      return response.text().then(function (text) {
        clearTimeout(limit);
        return { status: response.type === "opaqueredirect" ? 401 : response.status, html: text };
      });
    }).catch(function (error) { clearTimeout(limit); throw error; });
  }
  function look() { return call(root.getAttribute("data-play") + "?part=1&lane=" + root.getAttribute("data-shown")); }

  // Asks how things stand; with `tick` the server first writes down what the clocks have brought.
  function ask(tick) {
    if (asking) { again = true; return; }
    if (stopped || Object.keys(busy).length) return;
    asking = true;
    (tick ? call(root.getAttribute("data-tick"), { lane: root.getAttribute("data-shown") }) : look()).then(function (answer) {
      asking = false;
      if (answer.status === 200) { fine(); merging(answer.html); }
      else if (answer.status === 401 || answer.status === 400) newSession();
      else if (answer.status === 404) location.reload();
      else trouble("busy");
      if (again) { again = false; ask(tick); }
    }, function () { asking = false; trouble("offline"); });
  }

  // --- sending

  function send(lane, step) {
    var number = lane.getAttribute("data-lane");
    if (queue[number] || foot(lane).hidden) return;
    queue[number] = Object.assign({ seq: lane.getAttribute("data-step") }, step);
    write(QUEUE, queue);
    merging.clear();
    lookup.settle();
    pend(lane, number);
    pump();
  }
  function pend(lane, number) {
    chat.pend(lane, queue[number].words);
    foot(lane).classList.add("is-sent");
    var field = foot(lane).querySelector("[data-reply]");
    if (field) field.readOnly = true;
  }
  function pump() {
    if (stopped) return;
    Object.keys(queue).forEach(function (number) {
      if (busy[number]) return;
      busy[number] = true;
      var entry = queue[number];
      var fields = { seq: entry.seq, lane: number };
      if (entry.choice) fields.choice = entry.choice; else fields.text = entry.text;
      call(root.getAttribute("data-send"), fields).then(function (answer) {
        delete busy[number];
        heard(number, entry, answer);
      }, function () {
        delete busy[number];
        trouble("offline");
      });
    });
  }
  function heard(number, entry, answer) {
    if (answer.status === 200 || answer.status === 409 || answer.status === 422) {
      fine();
      unqueue(number);
      var lane = lanes.lane(number);
      if (lane) chat.forget(lane);
      if (lane && foot(lane)) foot(lane).classList.remove("is-sent");
      if (lane && lane.querySelector("[data-reply]")) lane.querySelector("[data-reply]").readOnly = false;
      if (answer.status !== 422) lanes.dropDraft(lane, number, entry.seq);
      merging(answer.html, answer.status !== 200);
      return;
    }
    if (answer.status === 401 || answer.status === 400) { newSession(); return; }
    if (answer.status === 404) { unqueue(number); location.reload(); return; }
    trouble("busy");
  }
  function unqueue(number) {
    delete queue[number];
    write(QUEUE, queue);
  }

  // --- when it does not get through

  function banner(name) {
    var place = document.querySelector("[data-banner]");
    place.hidden = !name;
    if (name) place.querySelector("[data-banner-text]").textContent = words[name];
    place.querySelector("[data-banner-link]").hidden = name !== "signedout";
  }
  function fine() { failures = 0; banner(""); }
  function trouble(name) {
    failures += 1;
    banner(name);
    Object.keys(queue).forEach(function (number) { if (lanes.lane(number)) chat.noted(lanes.lane(number), words.unsent); });
    clearTimeout(retry);
    retry = setTimeout(function () { if (Object.keys(queue).length) pump(); else ask(true); }, Math.min(700 * Math.pow(2, failures), 5000));
  }
  // The session is gone, or it is another one than this page was made for (signed in again in another tab).
  function newSession() {
    look().then(function (answer) {
      if (answer.status === 200 && performance.now() > 5000) { location.reload(); return; }
      stopped = "signedout";
      banner("signedout");
    }, function () { trouble("offline"); });
  }

  function finished(lane) {
    if (!lanes.shown(lane)) return;
    if (document.activeElement === document.body || document.activeElement === null) lanes.focus(lane);
    chat.toEnd(lane);
  }
  // --- what the person does

  function length(text) { return Array.from(text.trim()).length; }
  function problem(form, text) {
    var least = Math.max(Number(form.getAttribute("data-shortest")), 1), most = Number(form.getAttribute("data-longest"));
    var n = length(text);
    if (!n) return words.empty;
    return n < least ? say("short", { n: least - n }) : most && n > most ? say("long", { n: n - most }) : "";
  }
  function count(lane) {
    root.classList.toggle("no-reply", !lanes.front().querySelector("[data-reply]"));
    var field = lane.querySelector("[data-reply]"), place = lane.querySelector("[data-count]");
    if (!field || !place) return;
    var n = length(field.value);
    var wrong = n ? problem(foot(lane), field.value) : "";
    place.textContent = n ? say("count", { n: n }) + (wrong ? " · " + wrong : "") : "";
  }
  function submit(form, button) {
    var lane = form.closest("[data-lane]");
    if (form.getAttribute("data-foot") === "choices") {
      if (button) send(lane, { choice: button.value, words: button.querySelector(".grow").textContent });
      return;
    }
    var field = form.querySelector("[data-reply]");
    var wrong = problem(form, field.value);
    if (wrong) { window.academy.say(wrong); field.focus(); return; }
    send(lane, { text: field.value, words: field.value.trim() });
  }
  function useScript(text) {
    var field = lanes.front().querySelector("[data-reply]");
    if (!field || field.readOnly) return false;
    field.value = (field.value.trim() ? field.value.replace(/\s+$/, "") + "\n" : "") + text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
  function isTyping(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName); }

  root.addEventListener("submit", function (event) {
    var form = event.target;
    if (!/^(free|choices)$/.test(form.getAttribute("data-foot"))) return;
    event.preventDefault();
    submit(form, event.submitter);
  });
  root.addEventListener("input", function (event) { if (event.target.matches("[data-reply]")) count(event.target.closest("[data-lane]")); });
  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey) return;
    var field = event.target;
    if (event.key === "Enter" && !event.shiftKey && field.matches("[data-reply]")) {
      if (field.closest("[data-lane]").getAttribute("data-channel") === "mail" && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      submit(field.closest("form"));
    } else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !isTyping(field) && !over()) {
      var place = foot(lanes.front());
      var button = place && !place.hidden && place.querySelectorAll(".drill-choice")[Number(event.key) - 1];
      if (button) { event.preventDefault(); submit(place, button); }
    } else if (event.key === "?" && !isTyping(field)) {
      var keys = root.querySelector("[data-keys]");
      if (keys) keys.open = !keys.open;
    }
  });

  // --- beginning

  root.classList.add("has-script");
  document.querySelectorAll("[data-plain]").forEach(function (each) { each.remove(); });
  clock.sync();
  lanes.all().forEach(function (lane) { merging.fold(lane); count(lane); if (!over()) chat.open(lane); });
  lanes.turn(root.getAttribute("data-shown"), true);
  if (!isTyping(document.activeElement)) lanes.focus(lanes.front());
  chat.toEnd(lanes.front());
  clock.start();
  // What was on its way when the page went: the server knows by its number whether it came.
  Object.keys(queue).forEach(function (number) { if (lanes.lane(number) && !over()) pend(lanes.lane(number), number); });
  pump();
  window.addEventListener("online", function () { failures = 0; if (Object.keys(queue).length) pump(); else ask(true); });
  window.addEventListener("offline", function () { trouble("offline"); });
  window.addEventListener("storage", function (event) { if (event.key === SEEN && event.newValue !== JSON.stringify(merging.version())) ask(false); });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "visible" && !over()) ask(false); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) ask(false); });
})();
