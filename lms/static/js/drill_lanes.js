// Several customers at once: one conversation stands in front, the others say who waits and how long. What is typed to
// each of them stays with him, also over a reload of the page.
(function () {
  "use strict";
  window.lmsDrill = window.lmsDrill || {};

  // on: say(name, values) -> words; speak(text); turned(lane) after another conversation came to the front.
  window.lmsDrill.lanes = function (root, on) {
    var run = root.getAttribute("data-run");
    var title = document.title;
    var came = {};

    function all() { return Array.from(root.querySelectorAll("[data-lane][data-step]")); }
    function lane(number) { return root.querySelector('[data-lane="' + number + '"][data-step]'); }
    function way(one) { return root.querySelector('[data-to="' + one.getAttribute("data-lane") + '"]'); }
    function front() { return lane(root.getAttribute("data-shown")) || all()[0]; }
    function shown(one) { return one === front(); }
    function waiting(one) { return !one.getAttribute("data-end") && Boolean(one.getAttribute("data-waits")); }

    function mark(one, yes) {
      var dot = way(one) && way(one).querySelector("[data-dot]");
      if (dot) dot.hidden = !yes;
    }
    function retitle() {
      var count = all().filter(function (one) { return waiting(one) && (!shown(one) || document.hidden); }).length;
      document.title = (count ? "(" + count + ") " : "") + title;
    }

    // --- what is typed

    function place(one) { return "lms.drill.draft." + run + "." + one.getAttribute("data-lane") + "." + one.getAttribute("data-step"); }
    function field(one) { return one.querySelector("[data-reply]"); }
    function keep(one) {
      try {
        if (field(one) && field(one).value) sessionStorage.setItem(place(one), field(one).value);
        else sessionStorage.removeItem(place(one));
      } catch (error) { /* a browser without storage forgets at a reload */ }
    }
    function restore(one) {
      var kept = "";
      try { kept = sessionStorage.getItem(place(one)) || ""; } catch (error) { /* none */ }
      if (field(one) && kept && !field(one).value) field(one).value = kept;
    }

    // --- turning to one of them

    function focus(one) {
      var target = field(one) || one.querySelector("[data-foot]");
      if (one.querySelector(".typing-words")) target = one.querySelector(".typing-words");
      if (target) target.focus({ preventScroll: true });
    }
    function turn(number, quiet) {
      var one = lane(number);
      if (!one) return;
      root.setAttribute("data-shown", number);
      all().forEach(function (each) {
        each.hidden = each !== one;
        if (way(each)) { if (each === one) way(each).setAttribute("aria-current", "true"); else way(each).removeAttribute("aria-current"); }
      });
      mark(one, false);
      retitle();
      history.replaceState(null, "", root.getAttribute("data-play") + (Number(number) ? "?lane=" + number : ""));
      on.turned(one);
      if (!quiet) focus(one);
    }
    function step(by) {
      var every = all();
      if (every.length < 2) return;
      turn(every[(every.indexOf(front()) + by + every.length) % every.length].getAttribute("data-lane"));
    }

    root.addEventListener("click", function (event) {
      var link = event.target.closest("[data-to]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      turn(link.getAttribute("data-to"));
    });
    root.addEventListener("input", function (event) {
      if (event.target.matches("[data-reply]")) keep(event.target.closest("[data-lane]"));
    });
    document.addEventListener("keydown", function (event) {
      if (!event.altKey || event.ctrlKey || event.metaKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
      event.preventDefault();
      step(event.key === "ArrowUp" ? -1 : 1);
    });
    document.addEventListener("visibilitychange", retitle);

    all().forEach(function (one) { came[one.getAttribute("data-lane")] = true; restore(one); });

    return {
      all: all, lane: lane, front: front, shown: shown, focus: focus, turn: turn, restore: restore, retitle: retitle,
      // A customer said something: whoever is not in front gets a sign; a new one is told.
      heard: function (one) {
        var number = one.getAttribute("data-lane");
        if (!came[number]) {
          came[number] = true;
          on.speak(on.say("came", { name: one.getAttribute("data-name") }));
          if (window.academy) window.academy.say(on.say("came", { name: one.getAttribute("data-name") }));
        }
        if (!shown(one)) mark(one, true);
        retitle();
      },
      dropDraft: function (one, number, sent) {
        var key = "lms.drill.draft." + run + "." + number + "." + sent;
        try { sessionStorage.removeItem(key); } catch (error) { /* none */ }
      }
    };
  };
})();
