// The knowledge base beside the conversation: search, read, put a 话术 into the reply. What is looked up is told to the
// server (query, article, section, seconds), so that "did not know" and "could not find" can be told apart.
(function () {
  "use strict";
  window.lmsDrill = window.lmsDrill || {};
  var LEAST = 3;  // seconds of a section that were no passing by

  // on: token; front() is the lane in front; focus() goes back to the reply; use(text) puts it there, false if it can't.
  window.lmsDrill.lookup = function (root, on) {
    var box = root.querySelector("[data-lookup]");
    var words = JSON.parse(box.getAttribute("data-kb-words"));
    var body = box.querySelector("[data-lookup-body]");
    var input = box.querySelector("input[type=search]");
    var opener = document.querySelector("[data-lookup-open]");
    var start = Array.from(body.childNodes);
    var COUNT = "lms.drill.looks." + root.getAttribute("data-run");
    var noted = Number(box.getAttribute("data-noted"));
    var trail = [];        // what Esc goes back to: functions
    var open = null;       // the article in front: {slug, note, sections, anchor}
    var asked = 0;

    function say(name, values) { return words[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; }); }
    function speak(text) { box.querySelector("[data-lookup-said]").textContent = text; }
    function make(tag, name, text) {
      var made = document.createElement(tag);
      if (name) made.className = name;
      if (text) made.textContent = text;
      return made;
    }
    function show(nodes) {
      body.replaceChildren.apply(body, nodes);
      box.scrollTop = 0;
    }
    function get(url) {
      return fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }).then(function (response) {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      });
    }

    // --- what the server is told

    function next() {
      try { noted = Math.max(noted, Number(localStorage.getItem(COUNT)) || 0); } catch (error) { /* this page's own count */ }
      noted += 1;
      try { localStorage.setItem(COUNT, String(noted)); } catch (error) { /* likewise */ }
      return noted;
    }
    function tell(note) {
      fetch(box.getAttribute("data-report"), {
        method: "POST", credentials: "same-origin", keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRFToken": on.token }, body: JSON.stringify(note)
      }).catch(function () { /* a look-up that is not told costs nobody anything */ });
    }
    function lane() { return Number(on.front().getAttribute("data-lane")); }
    function flush() {
      if (!open) return;
      open.notes.forEach(function (note) {
        if (!note.number && note.seconds < LEAST && note.kind === "section") return;
        if (note.told === note.seconds) return;
        note.number = note.number || next();
        note.told = note.seconds;
        tell({ number: note.number, kind: note.kind, slug: open.slug, anchor: note.anchor, seconds: note.seconds, lane: note.lane });
      });
    }
    function noteOf(kind, anchor) {
      var found = open.notes.filter(function (note) { return note.kind === kind && note.anchor === anchor; })[0];
      if (!found) {
        found = { kind: kind, anchor: anchor, seconds: 0, told: -1, number: 0, lane: lane() };
        open.notes.push(found);
      }
      return found;
    }
    // The last heading that has passed the middle of what is to be seen.
    function section() {
      var middle = (Math.max(box.getBoundingClientRect().top, 0) + Math.min(box.getBoundingClientRect().bottom, window.innerHeight)) / 2;
      var passed = Array.from(body.querySelectorAll("h2[id], h3[id], h4[id]")).filter(function (head) { return head.getBoundingClientRect().top <= middle; });
      return passed.length ? passed[passed.length - 1].id : "";
    }
    function seen() { return document.visibilityState === "visible" && box.offsetParent !== null && (!isSheet() || root.classList.contains("kb-shown")); }
    setInterval(function () {
      if (!open || !seen()) return;
      noteOf("article", "").seconds += 1;
      var anchor = section();
      if (anchor) noteOf("section", anchor).seconds += 1;
      if (noteOf("article", "").seconds % 10 === 0) flush();
    }, 1000);

    // --- looking up

    function isSheet() { return window.matchMedia("(max-width: 991.98px)").matches; }
    function sheet(yes) {
      root.classList.toggle("kb-shown", yes);
      opener.setAttribute("aria-expanded", String(yes));
      if (yes) input.focus();
      else { flush(); on.focus(); }
    }
    function close() {
      flush();
      open = null;
      root.classList.remove("kb-reading");
    }
    function backLine() {
      var line = make("p", "kb-back");
      var button = make("button", "btn btn-bare btn-sm", words.back);
      button.type = "button";
      button.addEventListener("click", back);
      line.appendChild(button);
      return line;
    }
    function back() {
      close();
      trail.pop();
      var last = trail[trail.length - 1];
      if (last) last(); else show(start);
    }
    function home() { close(); trail = []; show(start); }

    function search(query) {
      close();
      var mine = asked += 1;
      get(box.getAttribute("data-search") + "?limit=8&q=" + encodeURIComponent(query)).then(function (answer) {
        if (mine !== asked) return;
        tell({ number: next(), kind: "query", words: query, found: answer.items.length, lane: lane() });
        var listed = function () { hits(query, answer); };
        trail = [listed];
        listed();
      }, function () { if (mine === asked) show([make("p", "small", words.failed)]); });
    }
    function hits(query, answer) {
      var n = answer.items.length;
      speak(n ? say(n === 1 ? "found_one" : "found", { n: n }) : say("none", { query: query }));
      var nodes = [backLine()];
      if (!n) nodes.push(make("p", "small", say("none", { query: query })));
      if (!n && answer.did_you_mean) {
        var meant = make("button", "btn btn-quiet btn-sm", say("meant", { query: answer.did_you_mean }));
        meant.type = "button";
        meant.addEventListener("click", function () { input.value = answer.did_you_mean; search(answer.did_you_mean); });
        nodes.push(meant);
      }
      answer.items.forEach(function (item) {
        var link = make("a", "hit");
        link.href = box.getAttribute("data-page").replace("~", item.slug) + (item.anchor ? "#" + item.anchor : "");
        link.setAttribute("data-open", item.slug);
        link.setAttribute("data-at", item.anchor);
        link.appendChild(make("h3", "small", item.title));
        var line = make("p");
        if (item.section) line.appendChild(make("span", "hit-section", item.section + " "));
        line.insertAdjacentHTML("beforeend", item.snippet_html);
        link.appendChild(line);
        if (item.other_shop) link.appendChild(make("span", "tag tag-warn", words.other_shop));
        nodes.push(link);
      });
      show(nodes);
    }

    function read(slug, anchor) {
      close();
      var mine = asked += 1;
      get(box.getAttribute("data-article").replace("~", slug)).then(function (answer) {
        if (mine !== asked) return;
        trail.push(function () { read(slug, anchor); trail.pop(); });
        open = { slug: slug, notes: [] };
        noteOf("article", "");
        root.classList.add("kb-reading");
        var text = make("div", "reading");
        text.innerHTML = answer.html;  // the server's own, rendered and cleaned as on the article's page
        text.querySelectorAll(".script").forEach(useButton);
        text.querySelectorAll("a[href]").forEach(aim);
        show([backLine(), make("h3", "", answer.title), text]);
        body.focus({ preventScroll: true });
        var place = anchor && text.querySelector('[id="' + CSS.escape(anchor) + '"]');
        if (place) { place.scrollIntoView({ block: "start" }); noteOf("section", anchor); }
        flush();
      }, function () { if (mine === asked) show([backLine(), make("p", "small", words.failed)]); });
    }
    function aim(link) {
      var prefix = box.getAttribute("data-page").replace("~", "");
      var href = link.getAttribute("href");
      if (href.charAt(0) === "#") return;
      if (href.indexOf(prefix) === 0) {
        link.setAttribute("data-open", decodeURIComponent(href.slice(prefix.length).split("#")[0]));
        link.setAttribute("data-at", decodeURIComponent(href.split("#")[1] || ""));
        return;
      }
      link.target = "_blank";
      link.rel = "noopener";
      link.appendChild(make("span", "visually-hidden", words.window));
    }
    function useButton(script) {
      var button = make("button", "btn btn-quiet btn-sm script-use", words.use);
      button.type = "button";
      button.addEventListener("click", function () { put(script); });
      script.appendChild(button);
    }
    function put(script) {
      if (!on.use(window.academy.scriptText(script))) { var copy = script.querySelector("[data-copy]"); if (copy) copy.click(); return; }
      window.academy.say(words.used);
      if (isSheet()) sheet(false); else on.focus();
    }

    // --- hands and keys

    box.querySelector("[data-lookup-form]").addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation();
      var query = input.value.trim();
      if (query) search(query); else home();
    });
    box.addEventListener("click", function (event) {
      var link = event.target.closest("[data-open]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      read(link.getAttribute("data-open"), link.getAttribute("data-at") || "");
    });
    box.addEventListener("keydown", function (event) {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      if (trail.length) back();
      else if (isSheet()) sheet(false);
      else on.focus();
    });
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      var script = body.querySelector(".script");
      if (/^c$/i.test(event.key) && open && script) { event.preventDefault(); put(script); }
      else if (event.key === "/" && isSheet()) { event.preventDefault(); sheet(true); }
    });
    opener.hidden = false;
    opener.setAttribute("aria-expanded", "false");
    opener.addEventListener("click", function () { sheet(true); });
    var closer = box.querySelector("[data-lookup-close]");
    closer.hidden = false;
    closer.addEventListener("click", function () { sheet(false); });
    window.addEventListener("pagehide", flush);

    return {
      // Before a reply is sent: what was read until now belongs to this step, what is read from now on to the next.
      settle: function () {
        if (!open) return;
        flush();
        open.notes = [];
      }
    };
  };
})();
