// Says beside a package whether what it reports is kept, and offers the next part once this one has taken its leave.
// The package's frame is a stranger: what it says is only ever shown as one of our own sentences.
(function () {
  "use strict";
  var room = document.querySelector("[data-course]");
  if (!room) return;
  var said = room.querySelector("[data-course-said]"), done = room.querySelector("[data-course-done]");
  var next = done && done.querySelector("form");
  var met = false, finished = false, wish = "", unsaved = false;

  function say(words, bad) {
    if (said.textContent !== words) said.textContent = words;
    said.classList.toggle("bad", Boolean(bad));
  }

  window.addEventListener("message", function (event) {
    var heard = event.data;
    if (!heard || heard.academy !== "courseware" || heard.key !== room.dataset.key) return;
    switch (heard.state) {
      case "saving": unsaved = true; say(room.dataset.saving); break;
      case "failed": say(room.dataset.failed, true); break;
      case "refused": unsaved = false; say(room.dataset.refused, true); break;
      case "finished": finished = true; wish = String(heard.request || ""); break;
      case "saved":
        unsaved = false;
        met = met || heard.met === true;
        say(heard.recorded === false ? room.dataset.review : met ? room.dataset.met : room.dataset.saved);
        if (finished && done) {
          done.hidden = false;
          if (wish === "continue" && next) { wish = ""; next.submit(); }
        }
        break;
    }
  });

  window.addEventListener("beforeunload", function (event) { if (unsaved && said.classList.contains("bad")) event.preventDefault(); });
})();
