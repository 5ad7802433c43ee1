// One page or slide at a time, with the pages before and after it. Without this script they all stand one below the other.
(function () {
  "use strict";
  document.querySelectorAll("[data-deck]").forEach(function (deck) {
    var leaves = Array.prototype.slice.call(deck.querySelectorAll("[data-leaf]"));
    var bar = deck.querySelector("[data-deck-bar]"), said = deck.querySelector("[data-deck-at]");
    var back = deck.querySelector("[data-deck-back]"), on = deck.querySelector("[data-deck-on]");
    var all = deck.querySelector("[data-deck-all]"), whole = all && all.textContent;
    var at = 0;
    if (!bar || leaves.length < 2) return;

    function show(number) {
      at = Math.max(0, Math.min(leaves.length - 1, number));
      leaves.forEach(function (leaf, index) { leaf.classList.toggle("is-current", index === at); });
      said.textContent = said.dataset.words.replace("{n}", at + 1).replace("{count}", leaves.length);
      back.disabled = at === 0;
      on.disabled = at === leaves.length - 1;
      // The next page is fetched before it is asked for; the others wait.
      [at, at + 1].forEach(function (index) {
        if (leaves[index]) leaves[index].querySelectorAll("img").forEach(function (picture) { picture.loading = "eager"; });
      });
    }

    function turn(step) {
      var top = deck.getBoundingClientRect().top;
      show(at + step);
      if (top < 0) deck.scrollIntoView();
    }

    back.addEventListener("click", function () { turn(-1); });
    on.addEventListener("click", function () { turn(1); });
    bar.addEventListener("keydown", function (event) {
      if (event.key === "ArrowLeft") turn(-1);
      else if (event.key === "ArrowRight") turn(1);
      else return;
      event.preventDefault();
    });
    all.addEventListener("click", function () {
      var paged = deck.classList.toggle("is-paged");
      all.setAttribute("aria-pressed", String(!paged));
      all.textContent = paged ? whole : all.dataset.words;
      [back, on, said].forEach(function (part) { part.hidden = !paged; });
    });
    window.addEventListener("beforeprint", function () {
      leaves.forEach(function (leaf) {
        leaf.querySelectorAll("img").forEach(function (picture) { picture.loading = "eager"; });
      });
    });

    // A link to one page opens it.
    var wanted = leaves.findIndex(function (leaf) { return "#" + leaf.id === window.location.hash; });
    deck.classList.add("is-paged");
    bar.hidden = false;
    show(wanted < 0 ? 0 : wanted);
  });
})();
