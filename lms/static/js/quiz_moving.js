// Moving about a paper: from question to question by buttons, numbers and keys, and which one is looked at now.
(function () {
  "use strict";
  if (!window.lmsPaper) return;
  var all = window.lmsPaper.all;

  window.lmsPaper.moving = function (form, order, questions) {
    function current() { return Number(form.getAttribute("data-current")); }
    function go(number, focus) {
      var key = order[number - 1];
      if (!key) return;
      form.setAttribute("data-current", number);
      order.forEach(function (each) { questions[each].section.classList.toggle("is-current", each === key); });
      all("[data-cell]").forEach(function (cell) {
        if (cell.getAttribute("data-cell") === key) cell.setAttribute("aria-current", "true");
        else cell.removeAttribute("aria-current");
      });
      all('[data-step]:not([data-step="0"])').forEach(function (button) {
        var to = number + Number(button.getAttribute("data-step"));
        button.value = to;
        if (button.getAttribute("data-step") === "1") button.hidden = to > order.length;
        else button.disabled = to < 1;
      });
      all("[data-last]").forEach(function (button) { button.hidden = number !== order.length; });
      history.replaceState(null, "", location.pathname + "?q=" + number);
      if (focus) {
        questions[key].section.focus({ preventScroll: true });
        questions[key].section.scrollIntoView({ block: "start" });
      }
    }
    // The question that is looked at: the only one on a phone, else the one in use, else the one in the upper half.
    function front() {
      var shown = order.map(function (key) { return questions[key].section; }).filter(function (section) { return section.offsetParent; });
      if (shown.length < 2) return shown[0] || null;
      var active = document.activeElement && document.activeElement.closest("[data-question]");
      function onScreen(section) { var box = section.getBoundingClientRect(); return box.bottom > 80 && box.top < innerHeight - 80; }
      if (active && onScreen(active)) return active;
      return shown.filter(function (section) { return section.getBoundingClientRect().bottom > innerHeight * 0.4; })[0] || null;
    }

    form.setAttribute("data-current", (form.querySelector(".question.is-current") || form).getAttribute("data-number") || 1);
    form.addEventListener("focusin", function (event) {
      var section = event.target.closest("[data-question]");
      if (section && Number(section.getAttribute("data-number")) !== current()) go(Number(section.getAttribute("data-number")), false);
    });
    document.addEventListener("keydown", function (event) {
      if (form.hidden || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      var target = event.target;
      if (/^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && !/^(radio|checkbox)$/.test(target.type))) return;
      if (event.key === "n" || event.key === "p") { event.preventDefault(); go(current() + (event.key === "n" ? 1 : -1), true); }
      else if (event.key === "?") all("[data-keys]").forEach(function (each) { each.open = !each.open; });
      else if (/^[1-9]$/.test(event.key)) {
        var choice = all(".choice input", questions[order[current() - 1]].section)[Number(event.key) - 1];
        if (choice) { event.preventDefault(); choice.click(); choice.focus(); }
      }
    });

    return { go: go, front: front };
  };
})();
