// The clocks of a drill: the server's instants, counted here by the server's own time. They are silent for a screen
// reader but for 30 and 10 seconds; at their end the server is asked what happens, nothing is decided here.
(function () {
  "use strict";
  window.lmsDrill = window.lmsDrill || {};
  var GRACE = 2200;      // a little more than the server gives the way of a reply
  var MARKS = [30, 10];

  // on: due() is called when something must have happened, again and again until the page shows it;
  // speak(text) is heard by a screen reader; say(name, values) -> words.
  window.lmsDrill.clock = function (root, on) {
    var offset = 0, asked = 0, spoken = {};

    function now() { return performance.now() + offset; }
    function room() { return root.querySelector("[data-room]"); }
    function lanes() { return Array.from(root.querySelectorAll("[data-lane]")); }
    function at(text) { return text ? Date.parse(text) : 0; }
    function write(place, text) { if (place && place.textContent !== text) place.textContent = text; }
    function minutes(seconds) { return Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2); }
    function seconds(n) { return n >= 100 ? minutes(n) : on.say("seconds", { n: n }); }
    function left(instant) { return Math.max(Math.ceil((instant - now()) / 1000), 0); }

    // Said once at each mark; a clock that begins at or below a mark does not say it, one that was not looked at for
    // a while says what is left by then.
    function speakAt(key, remaining, whole, words) {
      MARKS.forEach(function (mark, index) {
        if (remaining > mark || spoken[key + mark]) return;
        spoken[key + mark] = true;
        if (whole > mark && remaining > (MARKS[index + 1] || 0)) on.speak(words(remaining));
      });
    }

    function showWhole() {
      var end = at(room().getAttribute("data-deadline"));
      var place = document.querySelector("[data-whole]");
      if (!place) return end;
      place.hidden = !end;
      if (!end) return 0;
      var remaining = left(end);
      write(place.querySelector("[data-whole-text]"), minutes(remaining));
      place.classList.toggle("is-short", remaining <= 30);
      speakAt("whole", remaining, Infinity, function (n) { return on.say("left_whole", { n: n }); });
      return end;
    }

    function showLane(lane) {
      var number = lane.getAttribute("data-lane");
      var waits = at(lane.getAttribute("data-waits")), end = at(lane.getAttribute("data-deadline"));
      var whole = Number(lane.getAttribute("data-seconds"));
      var way = root.querySelector('[data-to="' + number + '"]');
      var remaining = end ? Math.min(left(end), whole) : null;
      if (end) {
        write(lane.querySelector("[data-clock-text]"), seconds(remaining));
        var ring = lane.querySelector("[data-ring]");
        if (ring) ring.setAttribute("stroke-dasharray", Math.round(100 * remaining / (whole || 1)) + " 100");
        lane.querySelector("[data-part='status']").classList.toggle("is-short", remaining <= 10);
        speakAt(number + "." + lane.getAttribute("data-step") + ".", remaining, whole, function (n) {
          return on.say(way ? "left" : "left_one", { n: n, name: lane.getAttribute("data-name") });
        });
      }
      if (lane.hasAttribute("data-channel") && lane.getAttribute("data-channel") === "phone" && !lane.getAttribute("data-end")) {
        var call = at(lane.querySelector("[data-call]").getAttribute("data-call"));
        write(lane.querySelector("[data-call-text]"), call ? minutes(Math.max(Math.floor((now() - call) / 1000), 0)) : "");
      }
      if (way) {
        var place = way.querySelector("[data-waits]");
        var waited = Math.max(Math.floor((now() - waits) / 1000), 0);
        write(place, lane.getAttribute("data-end") ? on.say("ended", {}) : waits ? on.say("waiting", { time: minutes(waited) }) : "");
        place.classList.toggle("is-short", remaining !== null && remaining <= 15);
      }
      return end;
    }

    function tick() {
      var here = room();
      if (here.getAttribute("data-state") !== "open" || here.hasAttribute("data-paused")) { showWhole(); return; }
      var due = [];
      var whole = showWhole();
      if (whole) due.push(whole + GRACE);
      lanes().forEach(function (lane) {
        if (lane.hasAttribute("data-comes")) { due.push(at(lane.getAttribute("data-comes")) + 100); return; }
        var end = showLane(lane);
        if (end) due.push(end + GRACE);
      });
      if (due.some(function (instant) { return instant <= now(); }) && performance.now() - asked > 1000) {
        asked = performance.now();
        on.due();
      }
    }

    return {
      now: now,
      // The server's time, as it was when its answer came.
      sync: function () { offset = at(room().getAttribute("data-now")) - performance.now(); },
      start: function () { tick(); setInterval(tick, 250); },
      show: tick
    };
  };
})();
