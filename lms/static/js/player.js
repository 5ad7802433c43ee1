// Says what was played of a film or a sound: every ten seconds, when it stops, and when the page is left.
// `played` holds the parts that were really played, so jumping over one never counts; the server caps it by its own
// clock. Each report names all that was played since the page was opened: one that is lost costs nothing.
// Also keeps the speed that somebody likes, in this browser. Without this script a film plays all the same.
(function () {
  "use strict";
  var EVERY = 10000, KEY = "lms-speed";

  function kept() {
    try { return Number(window.localStorage.getItem(KEY)) || 1; } catch (error) { return 1; }
  }

  function keep(speed) {
    try { window.localStorage.setItem(KEY, String(speed)); } catch (error) { /* a browser that keeps nothing */ }
  }

  document.querySelectorAll("[data-film]").forEach(function (figure) {
    var film = figure.querySelector("video, audio");
    var said = figure.querySelector("[data-film-said]");
    var asked = Number(figure.dataset.percent);
    var last = "", at = 0, sending = false, timer = 0;
    if (!film) return;

    function ranges() {
      var parts = [];
      for (var index = 0; index < film.played.length && index < 400; index += 1) {
        parts.push(Math.round(film.played.start(index) * 1000) + "-" + Math.round(film.played.end(index) * 1000));
      }
      return parts.join(",");
    }

    function report(leaving, again) {
      var played = ranges();
      var position = Math.max(0, Math.round(film.currentTime * 1000));
      if (!played || (sending && !leaving) || (played === last && position === at && !again)) return;
      var body = new URLSearchParams({
        csrf_token: figure.dataset.token, file: figure.dataset.film, ranges: played,
        position: String(film.ended ? 0 : position), percent: figure.dataset.percent
      });
      if (leaving && navigator.sendBeacon) {
        if (navigator.sendBeacon(figure.dataset.report, body)) { last = played; at = position; }
        return;
      }
      sending = true;
      fetch(figure.dataset.report, { method: "POST", body: body, credentials: "same-origin", keepalive: leaving })
        .then(function (answer) {
          if (!answer.ok) throw new Error("not kept");
          return answer.json();
        })
        .then(function (data) {
          last = played;
          at = position;
          tell(data);
          // Played while there was no connection: the rest counts as the server's clock goes on.
          if (data.waiting && film.paused) window.setTimeout(function () { report(false, true); }, EVERY);
        })
        .catch(function () { last = ""; })
        .then(function () { sending = false; });
    }

    function tell(data) {
      if (!asked) return;
      if (said) said.textContent = data.said;
      var open = 0;
      document.querySelectorAll("[data-unwatched]").forEach(function (line) {
        if (line.dataset.unwatched === figure.dataset.film) {
          line.hidden = !data.still;
          line.querySelector("span").textContent = data.said;
        }
        if (!line.hidden) open += 1;
      });
      var all = document.querySelector("[data-unwatched-all]");
      if (all) all.hidden = !open;
    }

    film.addEventListener("play", function () {
      if (!timer) timer = window.setInterval(function () { report(false); }, EVERY);
      window.setTimeout(function () { report(false); }, 300);
    });
    ["pause", "ended", "seeked"].forEach(function (name) {
      film.addEventListener(name, function () {
        if (film.paused && timer) { window.clearInterval(timer); timer = 0; }
        report(false);
      });
    });
    window.addEventListener("pagehide", function () { report(true); });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") report(true);
    });

    var speed = figure.querySelector("[data-film-speed]");
    var choice = speed && speed.querySelector("select");
    film.defaultPlaybackRate = film.playbackRate = Math.min(2, Math.max(0.5, kept()));
    if (choice) {
      speed.hidden = false;
      choice.value = String(film.playbackRate);
      choice.addEventListener("change", function () { film.playbackRate = Number(choice.value); });
    }
    film.addEventListener("ratechange", function () {
      if (film.playbackRate > 2) film.playbackRate = 2;
      keep(film.playbackRate);
      if (choice) choice.value = String(film.playbackRate);
    });

    var again = figure.querySelector("[data-film-again]");
    if (again) {
      again.hidden = false;
      again.addEventListener("click", function () {
        film.currentTime = 0;
        film.play();
        figure.querySelector("[data-film-resume]").hidden = true;
      });
    }
  });
})();
