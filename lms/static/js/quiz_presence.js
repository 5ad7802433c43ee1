// One page at a time holds a paper; it tells the server that it is there, how long each question was in front, and,
// where the quiz says so, how long another window was. An older page is covered until it is asked to go on here; a
// paper that a trainer has paused is covered until it goes on.
(function () {
  "use strict";
  if (!window.lmsPaper) return;
  var all = window.lmsPaper.all;
  var BEAT = 30000;      // between two words to the server
  var PAUSED_BEAT = 5000;
  var SHORTEST_AWAY = 2; // seconds; anything shorter is a slip

  // on: call(method, url, body) -> Promise of {status, body, code}; onHeld(standing), onCovered(name), onOver(),
  // onTrouble(answer or null); front() -> the section in front or null.
  window.lmsPaper.presence = function (form, on) {
    var attempt = form.getAttribute("data-attempt");
    var url = form.getAttribute("data-api") + "/presence";
    var watches = form.hasAttribute("data-watch");
    var tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
    var place = window.lmsPaper.TAB + attempt;
    var held = false, covered = form.hidden ? "paused" : "", asking = null, timer = 0;
    var opened = performance.now(), last = opened;
    var seconds = {}, sent = {};
    var base = { times: 0, seconds: 0 }, own = { times: 0, seconds: 0 }, since = null;

    all("[data-question]", form).forEach(function (section) {
      seconds[section.getAttribute("data-question")] = Number(section.getAttribute("data-seconds") || 0);
    });

    // --- counting

    function count() {
      var now = performance.now();
      var passed = (now - last) / 1000;
      last = now;
      if (passed > 170) opened = now;        // the machine slept: nobody was here
      if (passed > 5 || covered || document.visibilityState !== "visible" || !document.hasFocus()) return;
      var section = on.front();
      if (section) seconds[section.getAttribute("data-question")] += passed;
    }
    function whole(key) { return Math.floor(seconds[key] || 0); }
    function leave() { if (watches && since === null && !covered) since = performance.now(); }
    function comeBack() {
      if (since === null) return;
      var length = (performance.now() - since) / 1000;
      since = null;
      if (length < SHORTEST_AWAY) return;
      own.times += 1;
      own.seconds += length;
    }
    function away() {
      var now = since === null ? 0 : (performance.now() - since) / 1000;
      var counts = now >= SHORTEST_AWAY;
      return { times: base.times + own.times + (counts ? 1 : 0), seconds: Math.floor(base.seconds + own.seconds + (counts ? now : 0)) };
    }

    // --- speaking

    function words(take) {
      var news = {};
      Object.keys(seconds).forEach(function (key) { if (whole(key) > (sent[key] || 0)) news[key] = whole(key); });
      var gone = away();
      return {
        tab: tab, take: take, here_seconds: Math.floor((performance.now() - opened) / 1000),
        away_times: gone.times, away_seconds: gone.seconds, seconds: news
      };
    }
    // Resolves to true when this page holds the paper and it is not paused.
    function tell(take) {
      if (asking) return asking.then(function () { return take && !held ? tell(true) : held && !covered; });
      count();
      var said = words(take);
      asking = on.call("PUT", url, said).then(function (answer) {
        asking = null;
        if (answer.status !== 200) { on.onTrouble(answer); return false; }
        return hear(said, answer.body);
      }, function () { asking = null; on.onTrouble(null); return false; });
      return asking.then(function (fine) { plan(); return fine; });
    }
    function hear(said, standing) {
      if (standing.state !== "open") { on.onOver(); return false; }
      if (!standing.held) { lose(); return false; }
      Object.keys(said.seconds).forEach(function (key) { sent[key] = Math.max(sent[key] || 0, said.seconds[key]); });
      if (!held) {
        held = true;
        base = { times: standing.away_times, seconds: standing.away_seconds };
        try { localStorage.setItem(place, tab); } catch (error) { /* other pages hear of it from the server */ }
      }
      if (standing.paused) { cover("paused"); return false; }
      var was = covered;
      cover("");
      on.onHeld(standing, was);
      return true;
    }
    function plan() {
      clearTimeout(timer);
      if (covered === "elsewhere") return;
      timer = setTimeout(function () { if (covered !== "elsewhere") tell(!held); }, covered === "paused" ? PAUSED_BEAT : BEAT);
    }

    // --- the cover

    function cover(name) {
      if (covered === name) return;
      if (name) comeBack();
      covered = name;
      form.hidden = Boolean(name);
      all("[data-cover]").forEach(function (each) { each.hidden = each.getAttribute("data-cover") !== name; });
      var shown = document.querySelector('[data-cover="' + name + '"]');
      if (name && shown) shown.focus();
      if (name) on.onCovered(name);
    }
    // From now on only the button takes the paper back: no beat that was planned before may do it.
    function lose() { held = false; clearTimeout(timer); cover("elsewhere"); }

    all("[data-here]").forEach(function (button) {
      button.addEventListener("click", function () { tell(true); });
    });
    window.addEventListener("storage", function (event) { if (event.key === place && event.newValue && event.newValue !== tab && held) lose(); });
    window.addEventListener("blur", leave);
    window.addEventListener("focus", comeBack);
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "visible") comeBack(); else leave(); });
    setInterval(count, 1000);

    return {
      tab: tab,
      seconds: function (key) { count(); return whole(key); },
      covered: function () { return covered; },
      // Resolves to true once this page holds the paper.
      ready: function () {
        if (held && !covered) return Promise.resolve(true);
        return covered === "elsewhere" ? Promise.resolve(false) : tell(!held);
      },
      tell: function () { return tell(false); },
      lose: lose,
      pause: function () { cover("paused"); plan(); },
      // The page goes: the last counts, without waiting for an answer.
      leave: function () {
        if (!held) return;
        count();
        on.call("PUT", url, words(false)).catch(function () { /* the next page or beat says it again */ });
      }
    };
  };
})();
