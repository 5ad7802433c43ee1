// Pasting and dropping: rich text comes back from the server as Markdown, files are sent with a bar that shows how far.
// Ctrl+Shift+V stays plain. What could not come along is said above the text.
(function () {
  "use strict";
  const bar = document.querySelector("[data-tools]"), writing = window.academy && window.academy.writing;
  if (!bar || !writing) return;
  const form = document.getElementById("src"), frame = document.querySelector("[data-frame]"), input = bar.querySelector("[data-file-input]");
  const words = document.querySelector("[data-tool-words]").dataset, uploads = document.querySelector("[data-uploads]");
  const notice = document.querySelector("[data-pasted]"), noticeText = notice.querySelector("[data-pasted-text]");
  // Without any of these a page's text is no more than text: what an editor of code or a chat puts on the clipboard.
  const RICH = /<(table|ul|ol|li|h[1-6]|b|strong|em|i|a|img|blockquote|pre|section|card|ne-\w+)[\s>]|mso-list|font-weight:\s*(?:bold|[6-9]00)|<p[\s>][\s\S]*<p[\s>]/i;
  let plainNext = 0;

  function tell(text) {
    noticeText.textContent = text;
    notice.hidden = !text;
  }

  function plain(text) {
    const chosen = writing.selection();
    writing.replace(chosen.start, chosen.end, text.replace(/\r\n?/g, "\n"));
  }

  // rich text

  function send(html, text) {
    const body = new FormData();
    body.append("html", new Blob([html], { type: "text/html" }), "paste.html");
    const waiting = setTimeout(function () { tell(words.sayReading); }, 400);
    frame.setAttribute("aria-busy", "true");
    return window.academy.studio.post(bar.dataset.paste, body)
      .then(function (answer) {
        const data = answer.data;
        clearTimeout(waiting);
        if (data.error) { plain(text); tell(words.sayPlain + " " + data.error); return; }
        if (data.markdown) writing.put(data.markdown); else if (!data.notice) plain(text);
        tell(data.notice);
      }).catch(function (error) {
        clearTimeout(waiting);
        plain(text);
        tell(words.sayPlain + " " + (error.message === "expired" ? words.sayExpired : error.message === "large" ? words.sayTooLarge : words.sayOffline));
      }).finally(function () { frame.removeAttribute("aria-busy"); });
  }

  function pasted(event) {
    const data = event.clipboardData;
    if (!data || !writing.hasFocus()) return;
    const types = Array.prototype.slice.call(data.types), html = data.getData("text/html"), text = data.getData("text/plain");
    const isPlain = Date.now() - plainNext < 1000;
    plainNext = 0;
    if (data.files.length && !/<table[\s>]|mso-|<p[\s>]/i.test(html) && !isPlain) { // Excel and Word add a picture of what they give as text
      event.preventDefault();
      event.stopPropagation();
      takeFiles(data.files);
      return;
    }
    const place = writing.place(writing.selection().start);
    if (isPlain || !html || place !== "text" || types.indexOf("vscode-editor-data") >= 0 || !RICH.test(html)) return; // the editor's own way
    event.preventDefault();
    event.stopPropagation();
    send(html, text);
  }

  // files

  function takeFiles(files) {
    Array.prototype.slice.call(files).reduce(function (before, file) {
      return before.then(function () { return upload(file); });
    }, Promise.resolve());
  }

  function row(name) {
    const line = document.createElement("p"), label = document.createElement("span"), progress = document.createElement("progress");
    line.className = "upload small";
    label.textContent = words.sayUploading.replace("{name}", name);
    progress.max = 100;
    progress.value = 0;
    progress.setAttribute("aria-label", label.textContent);
    line.appendChild(label);
    line.appendChild(progress);
    uploads.appendChild(line);
    uploads.hidden = false;
    return { line: line, label: label, progress: progress };
  }

  function upload(file) {
    const shown = row(file.name), body = new FormData(), request = new XMLHttpRequest();
    body.append("file", file, file.name || "picture.png");
    return new Promise(function (resolve) {
      function failed(why) {
        shown.line.textContent = words.sayRefused.replace("{name}", file.name).replace("{why}", why);
        shown.line.className = "upload small bad";
        setTimeout(function () { shown.line.remove(); uploads.hidden = !uploads.children.length; }, 12000);
        resolve();
      }
      request.open("POST", bar.dataset.files);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", form.csrf_token.value);
      request.upload.addEventListener("progress", function (event) {
        if (!event.lengthComputable) return;
        shown.progress.value = Math.round(event.loaded / event.total * 100);
        if (event.loaded === event.total) { shown.label.textContent = words.sayReadingFile.replace("{name}", file.name); shown.progress.removeAttribute("value"); }
      });
      request.addEventListener("error", function () { failed(words.sayOffline); });
      request.addEventListener("load", function () {
        let data = null;
        try { data = JSON.parse(request.responseText); } catch (_) { data = null; }
        if (request.status === 200 && data && data.markdown) {
          shown.line.remove();
          uploads.hidden = !uploads.children.length;
          writing.put(data.markdown);
          resolve();
        } else failed(data && data.error && (data.error.message || data.error) || (request.status === 413 ? words.sayTooLarge : request.status === 401 || request.status === 200 ? words.sayExpired : words.sayOffline));
      });
      request.send(body);
    });
  }

  // The caret goes to where something is dropped.
  function caretTo(event) {
    const area = document.getElementById("markdown");
    if (area.contains(event.target) || !document.caretRangeFromPoint) { area.focus(); return; }
    const range = document.caretRangeFromPoint(event.clientX, event.clientY);
    if (!range || !frame.contains(range.startContainer)) { writing.focus(); return; }
    const list = frame.querySelector(".source");
    if (list) list.focus({ preventScroll: true });
    document.getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.startContainer, range.startOffset);
  }

  function holdsFiles(event) { return event.dataTransfer && Array.prototype.indexOf.call(event.dataTransfer.types, "Files") >= 0; }

  frame.addEventListener("paste", pasted, true);
  frame.addEventListener("dragover", function (event) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    frame.classList.add("is-over");
  });
  frame.addEventListener("dragleave", function (event) { if (!frame.contains(event.relatedTarget)) frame.classList.remove("is-over"); });
  frame.addEventListener("drop", function (event) {
    frame.classList.remove("is-over");
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    caretTo(event);
    takeFiles(event.dataTransfer.files);
  }, true);
  // A file dropped beside the text would replace the page and what is unsaved in it.
  document.addEventListener("dragover", function (event) { if (holdsFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", function (event) { if (holdsFiles(event)) event.preventDefault(); });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "v") plainNext = Date.now();
  }, true);
  input.addEventListener("change", function () { takeFiles(input.files); input.value = ""; });
  notice.querySelector("[data-pasted-drop]").addEventListener("click", function () { tell(""); writing.focus(); });
})();
