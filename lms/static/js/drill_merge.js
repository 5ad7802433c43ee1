// The server's picture of a run comes into the page piece by piece: what somebody is typing, where the focus stands and
// what is folded stay as they are.
(function () {
  "use strict";
  window.lmsDrill = window.lmsDrill || {};

  // on: clock, chat, lanes; count(lane) the characters; isSent(number) whether something is still on its way;
  // moved(version) after a change; copy, copied: words. Returns merge(html, refused) with its .clear, .fold, .version.
  window.lmsDrill.merging = function (root, on) {
    var clock = on.clock, chat = on.chat, lanes = on.lanes;

    function room() { return root.querySelector("[data-room]"); }
    function foot(lane) { return lane.querySelector("[data-foot]"); }

    function merge(html, refused) {
      var fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-room]");
      if (!fresh || isOld(fresh)) return;
      var before = version(), here = room();
      ["data-state", "data-now", "data-deadline", "data-paused"].forEach(function (name) { copy(name, fresh, here); });
      clock.sync();
      if (refused) { clear(); var said = fresh.querySelector("[data-refusal]"); if (said) { here.insertBefore(said, here.firstChild); copyButton(said); } }
      mergeWays(fresh, here);
      fresh.querySelectorAll("[data-lane]").forEach(function (lane) { mergeLane(lane, here); });
      document.querySelectorAll("[data-pause]").forEach(function (each) { each.hidden = here.getAttribute("data-state") !== "open"; });
      lanes.retitle();
      clock.show();
      if (version() !== before) on.moved(version());
    }
    // An answer that was overtaken by that to a later step.
    function isOld(fresh) {
      return lanes.all().some(function (lane) {
        var then = fresh.querySelector('[data-lane="' + lane.getAttribute("data-lane") + '"][data-step]');
        return then && Number(then.getAttribute("data-step")) < Number(lane.getAttribute("data-step"));
      });
    }
    function copy(name, from, to) {
      if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name)); else to.removeAttribute(name);
    }
    function version() { return lanes.all().map(function (lane) { return lane.getAttribute("data-step") + lane.getAttribute("data-end"); }).join(".") + room().getAttribute("data-state"); }
    function mergeWays(fresh, here) {
      var strip = here.querySelector("[data-lanes]");
      if (!strip) return;
      fresh.querySelectorAll("[data-to]").forEach(function (way) {
        var old = strip.querySelector('[data-to="' + way.getAttribute("data-to") + '"]');
        way.removeAttribute("aria-current");
        if (!old) strip.insertBefore(way, strip.querySelector("[data-part='more']"));
        else old.querySelector(".lane-facts").replaceWith(way.querySelector(".lane-facts"));
      });
      strip.querySelector("[data-part='more']").hidden = fresh.querySelector("[data-part='more']").hidden;
    }
    function mergeLane(lane, here) {
      var number = lane.getAttribute("data-lane");
      var old = here.querySelector('[data-lane="' + number + '"]');
      if (lane.hasAttribute("data-comes")) return;
      if (!old.hasAttribute("data-step")) {
        lane.hidden = true;
        old.replaceWith(lane);
        fold(lane);
        lanes.heard(lane);
        chat.open(lane);
        return;
      }
      var same = foot(old).getAttribute("data-foot") === foot(lane).getAttribute("data-foot") && old.getAttribute("data-step") === lane.getAttribute("data-step");
      ["data-step", "data-typing", "data-deadline", "data-seconds", "data-waits", "data-end"].forEach(function (name) { copy(name, lane, old); });
      replace(lane, old, "status");
      replace(lane, old, "order");
      var added = chat.merge(old, lane, !on.isSent(number));
      if (!same) {
        var held = foot(old).contains(document.activeElement) || old.contains(document.activeElement) && document.activeElement.matches(".typing-words");
        var next = foot(lane);
        foot(old).replaceWith(next);
        lanes.restore(old);
        on.count(old);
        if (added.length) chat.type(old, added);
        if (lanes.shown(old) && (held || document.activeElement === document.body)) lanes.focus(old);
      }
      if (added.some(function (line) { return /them/.test(line.getAttribute("data-who") || ""); })) lanes.heard(old);
    }
    function replace(from, to, name) {
      var next = from.querySelector('[data-part="' + name + '"]'), old = to.querySelector('[data-part="' + name + '"]');
      if (!next || old && old.lastElementChild.innerHTML === next.lastElementChild.innerHTML && name === "order") return;
      if (old) { if (name === "order") next.open = old.open; old.replaceWith(next); } else { to.insertBefore(next, to.querySelector(".chat-frame")); fold(to); }
    }
    function clear() { root.querySelectorAll("[data-refusal]").forEach(function (each) { each.remove(); }); }
    function copyButton(refusal) {
      var kept = refusal.querySelector("[data-kept]");
      if (!kept) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-quiet btn-sm mt-2";
      button.textContent = on.copy;
      button.addEventListener("click", function () { window.academy.copyText(kept.textContent).then(function () { window.academy.say(on.copied); }, function () { getSelection().selectAllChildren(kept); }); });
      kept.after(button);
    }
    function fold(lane) {
      var order = lane.querySelector(".drill-order");
      if (order && window.matchMedia("(max-width: 991.98px)").matches) order.open = false;
    }

    merge.clear = clear;
    merge.fold = fold;
    merge.version = version;
    return merge;
  };
})();
