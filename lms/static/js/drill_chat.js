// What stands in a conversation: new lines come in the order of the talk, the customer's after a pause in which three
// dots are typing; what is on its way to the server stands there at once and says so.
(function () {
  "use strict";
  window.lmsDrill = window.lmsDrill || {};
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");
  var narrow = window.matchMedia("(max-width: 991.98px)");

  // on: now() is the server's time; say(name, values) -> words; shown(lane) whether the lane is in front;
  // done(lane) is called when the customer has typed.
  window.lmsDrill.chat = function (root, on) {
    var typing = {};  // lane -> number of the typing that is under way

    function make(tag, name, text) {
      var made = document.createElement(tag);
      if (name) made.className = name;
      if (text) made.textContent = text;
      return made;
    }
    function number(lane) { return lane.getAttribute("data-lane"); }
    function list(lane) { return lane.querySelector("[data-chat]"); }
    function foot(lane) { return lane.querySelector("[data-foot]"); }

    function toEnd(lane) {
      if (!on.shown(lane)) return;
      var log = lane.querySelector("[data-log]");
      log.scrollTop = log.scrollHeight;
      if (narrow.matches) window.scrollTo(0, document.documentElement.scrollHeight);
    }

    // Shows the lines one after the other, until the instant at which the customer's clock starts.
    function type(lane, lines) {
      var theirs = lines.filter(function (line) { return /them|system/.test(line.getAttribute("data-who") || ""); });
      var rest = Date.parse(lane.getAttribute("data-waits") || "") - on.now();
      if (!(rest > 250) || still.matches || lane.getAttribute("data-channel") === "mail" || !theirs.length) {
        on.done(lane);
        return;
      }
      var mine = typing[number(lane)] = (typing[number(lane)] || 0) + 1;
      var lengths = theirs.map(function (line) { return line.getAttribute("data-who") === "system" ? 1 : 16 + line.textContent.length; });
      var all = lengths.reduce(function (sum, each) { return sum + each; }, 0);
      var dots = make("li", "turn turn-follow turn-dots");
      dots.setAttribute("aria-hidden", "true");
      dots.appendChild(make("span", "bubble typing"));
      for (var i = 0; i < 3; i += 1) dots.firstChild.appendChild(make("i"));
      theirs.forEach(function (line) { line.hidden = true; });
      wait(lane, true);
      show(0);

      function show(index) {
        if (typing[number(lane)] !== mine) return;
        if (index === theirs.length) {
          dots.remove();
          wait(lane, false);
          on.done(lane);
          return;
        }
        list(lane).insertBefore(dots, theirs[index]);
        toEnd(lane);
        setTimeout(function () {
          if (typing[number(lane)] !== mine) return;
          theirs[index].hidden = false;
          dots.remove();
          toEnd(lane);
          show(index + 1);
        }, rest * lengths[index] / all);
      }
    }
    // Whoever types is not interrupted: the replies come when he has said what he wants.
    function wait(lane, yes) {
      var place = foot(lane);
      var words = lane.querySelector(".typing-words");
      if (words) words.remove();
      if (place) place.hidden = yes;
      if (yes && place) {
        words = make("p", "composer typing-words", on.say("typing", { name: lane.getAttribute("data-name") }));
        words.tabIndex = -1;
        place.parentNode.insertBefore(words, place);
      }
    }
    function stop(lane) {
      typing[number(lane)] = (typing[number(lane)] || 0) + 1;
      list(lane).querySelectorAll(".turn-dots").forEach(function (each) { each.remove(); });
      list(lane).querySelectorAll("[hidden]").forEach(function (each) { each.hidden = false; });
      wait(lane, false);
    }

    return {
      toEnd: toEnd,
      isTyping: function (lane) { return Boolean(lane.querySelector(".typing-words")); },
      // Lines that came with the last step while this page was not there yet.
      open: function (lane) { type(lane, Array.from(list(lane).querySelectorAll("[data-fresh]"))); },
      // Puts what the server's transcript has more than this one; returns the new lines.
      merge: function (lane, transcript, waited) {
        var known = {};
        list(lane).querySelectorAll("[data-line]").forEach(function (line) { known[line.getAttribute("data-line")] = true; });
        var added = Array.from(transcript.querySelectorAll("[data-line]")).filter(function (line) { return !known[line.getAttribute("data-line")]; });
        if (!added.length) return added;
        if (waited) this.forget(lane);
        stop(lane);
        added.forEach(function (line) { list(lane).insertBefore(line, list(lane).querySelector(".turn-pending")); });
        toEnd(lane);
        return added;
      },
      type: type,
      // What was sent stands there at once.
      pend: function (lane, text) {
        this.forget(lane);
        var channel = lane.getAttribute("data-channel");
        var name = channel === "phone" ? "turn call-line call-me" : channel === "mail" ? "turn letter letter-me" : "turn turn-me";
        var line = make("li", name + " turn-pending");
        if (channel === "chat") {
          var avatar = make("span", "avatar avatar-sm", root.getAttribute("data-me"));
          avatar.setAttribute("aria-hidden", "true");
          line.appendChild(avatar);
          var bubble = make("p", "bubble");
          bubble.appendChild(make("span", "visually-hidden", on.say("me", {})));
          bubble.appendChild(document.createTextNode(text));
          line.appendChild(bubble);
        } else {
          if (channel === "phone") line.appendChild(make("strong", "call-name", on.say("you", {})));
          line.appendChild(make("div", channel === "phone" ? "call-words" : "letter-words", text));
        }
        var note = make("li", "turn-note turn-pending", on.say("sending", {}));
        note.setAttribute("data-pending", "");
        list(lane).appendChild(line);
        list(lane).appendChild(note);
        toEnd(lane);
      },
      noted: function (lane, text) {
        var note = list(lane).querySelector("[data-pending]");
        if (note && note.textContent !== text) note.textContent = text;
      },
      forget: function (lane) { list(lane).querySelectorAll(".turn-pending").forEach(function (each) { each.remove(); }); }
    };
  };
})();
