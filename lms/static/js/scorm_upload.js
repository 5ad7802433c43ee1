// Shows how far an upload is. Without this script the form is sent as any other.
(function () {
  "use strict";
  var form = document.querySelector("form[data-course-upload]");
  if (!form || !window.XMLHttpRequest) return;
  var bar = form.querySelector("progress"), said = form.querySelector("[data-course-progress]"), button = form.querySelector("button");
  var box = document.querySelector("[data-course-refused]"), list = document.querySelector("[data-course-reasons]");

  function refuse(reasons) {
    list.textContent = "";
    reasons.forEach(function (reason) {
      var line = document.createElement("li");
      line.textContent = reason;
      list.appendChild(line);
    });
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
    bar.hidden = true;
    said.textContent = "";
    button.disabled = false;
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (button.disabled) return;
    var request = new XMLHttpRequest();
    button.disabled = true;
    box.hidden = true;
    bar.hidden = false;
    bar.value = 0;
    request.upload.addEventListener("progress", function (step) {
      if (!step.lengthComputable) return;
      bar.value = Math.floor(100 * step.loaded / step.total);
      said.textContent = step.loaded < step.total ? bar.value + "%" : said.dataset.checking;
    });
    request.addEventListener("load", function () {
      var data = {};
      try { data = JSON.parse(request.responseText); } catch (error) { /* a page of the proxy */ }
      if (data.next) window.location.assign(data.next); else refuse(data.reasons || [data.error || said.dataset.lost]);
    });
    request.addEventListener("error", function () { refuse([said.dataset.lost]); });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(new FormData(form));
  });
})();
