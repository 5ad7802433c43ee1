// The clock of a paper: the server's time left, counted here; it speaks at 5 minutes, 1 minute, 30 seconds.
(function () {
  "use strict";
  if (!window.lmsPaper) return;
  var all = window.lmsPaper.all;
  var MARKS = [300, 60, 30];

  // say(name, values) -> words; speak(text) is heard by screen readers; onZero() is called once when the time is up.
  window.lmsPaper.clock = function (say, speak, onZero) {
    var ends = null;
    var spoken = null;

    function minutesOf(n) { return say(n === 1 ? "minute" : "minutes", { n: n }); }
    function show(left) {
      var text = left > 300 ? minutesOf(Math.ceil(left / 60)) : Math.floor(left / 60) + ":" + ("0" + left % 60).slice(-2);
      all("[data-clock-text]").forEach(function (each) { if (each.textContent !== text) each.textContent = text; });
      all("[data-clock]").forEach(function (each) { each.classList.toggle("bad", left <= 60); });
    }
    function tick() {
      if (ends === null) return;
      var left = Math.max(Math.ceil((ends - performance.now()) / 1000), 0);
      show(left);
      MARKS.forEach(function (mark) {
        if (left > mark || spoken[mark]) return;
        spoken[mark] = true;
        if (left > mark - 10) speak(say("left", { time: mark > 30 ? minutesOf(mark / 60) : say("seconds", { n: mark }) }));
      });
      if (left === 0) { ends = null; onZero(); }
    }
    setInterval(tick, 500);

    return {
      // left: seconds; null = no limit.
      set: function (left) {
        if (left === null) return;
        ends = performance.now() + left * 1000;
        if (!spoken) { spoken = {}; MARKS.forEach(function (mark) { spoken[mark] = left <= mark; }); }
        tick();
      },
      show: show,
      stop: function () { ends = null; }
    };
  };
})();
