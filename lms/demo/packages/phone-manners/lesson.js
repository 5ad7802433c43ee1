// Three pages and three questions; what it says of the learner goes to the run-time of SCORM 1.2, where there is one.
(function () {
  "use strict";

  function found(view) {
    for (var up = 0; up < 20 && view; up += 1) {
      try { if (view.API) return view.API; } catch (error) { return null; }
      if (view.parent === view) return null;
      view = view.parent;
    }
    return null;
  }

  var api = found(window), began = Date.now(), ended = false;
  function say(name, value) { if (api) api.LMSSetValue(name, String(value)); }
  function asked(name) { return api ? api.LMSGetValue(name) : ""; }

  function time() {
    var seconds = Math.round((Date.now() - began) / 1000);
    return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
      .map(function (each, place) { return String(each).padStart(place ? 2 : 4, "0"); }).join(":");
  }

  function show(name) {
    document.querySelectorAll("[data-page]").forEach(function (page) { page.hidden = page.dataset.page !== name; });
    window.scrollTo(0, 0);
  }

  function leave(exit) {
    if (ended || !api) return;
    ended = true;
    say("cmi.core.session_time", time());
    say("cmi.core.exit", exit);
    api.LMSFinish("");
  }

  if (api) api.LMSInitialize("");
  if (asked("cmi.core.lesson_status") === "not attempted") say("cmi.core.lesson_status", "incomplete");
  var last = asked("cmi.core.lesson_location");
  show(document.querySelector('[data-page="' + (/^[a-z]+$/.test(last) ? last : "open") + '"]') ? last || "open" : "open");

  document.querySelectorAll("[data-to]").forEach(function (button) {
    button.addEventListener("click", function () {
      show(button.dataset.to);
      say("cmi.core.lesson_location", button.dataset.to);
      if (api) api.LMSCommit("");
    });
  });

  document.querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = event.target, result = document.getElementById("result"), right = 0;
    var questions = Array.prototype.slice.call(form.querySelectorAll("fieldset"));
    var open = questions.filter(function (each) { return !each.querySelector(":checked"); });
    result.hidden = false;
    if (open.length) { result.textContent = "还有 " + open.length + " 题没有选。"; open[0].querySelector("input").focus(); return; }
    questions.forEach(function (each, place) {
      var chosen = each.querySelector(":checked"), good = chosen.value === each.dataset.right;
      var why = each.querySelector(".why") || each.appendChild(document.createElement("p")), at = "cmi.interactions." + place;
      right += good ? 1 : 0;
      why.className = "why " + (good ? "good" : "bad");
      why.textContent = (good ? "对。" : "不对。") + each.dataset.why;
      say(at + ".id", chosen.name);
      say(at + ".type", "choice");
      say(at + ".correct_responses.0.pattern", each.dataset.right);
      say(at + ".student_response", chosen.value);
      say(at + ".result", good ? "correct" : "wrong");
    });
    say("cmi.core.score.min", 0);
    say("cmi.core.score.max", 100);
    say("cmi.core.score.raw", Math.round(100 * right / questions.length));
    say("cmi.core.lesson_status", right >= 2 ? "passed" : "failed");
    result.textContent = "答对 " + right + " 题，" + (right >= 2 ? "通过了，可以退出。" : "没有通过，看完说明可以再学一次。");
    form.querySelector("[type=submit]").hidden = true;
    leave("");
  });

  window.addEventListener("pagehide", function () { leave("suspend"); });
})();
