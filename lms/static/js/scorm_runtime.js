// The SCORM run-time as a package sees it: `API` of SCORM 1.2 or `API_1484_11` of SCORM 2004, in the package's own
// window. It runs in a sandbox without the academy's cookie and reaches nothing of it but the one address that takes
// what the package says, under a key that holds for this opening of this part alone.
//
// Everything lives in this window: what is set is valid at once, Commit sends what differs from what the server has
// acknowledged. So a later message holds all of one that got lost, and a doubled or late one changes nothing.
// What is not acknowledged yet is also kept in the name of the window, which outlives a step from page to page.
(function (start) {
  "use strict";
  var old = start.edition === "1.2";
  var MARK = "academy-scorm:";
  var MOST_KEPT_ALIVE = 60000; // browsers carry no more than 64 KiB past the end of a page
  var RETRY = [1000, 2000, 5000, 10000, 30000];
  var AUTOSAVE = 5000;
  var model = {}, values = {}, pending = {};
  var seq = start.seq, acked = start.seq, tries = 0, flying = false, again = false, refused = false, leaving = false;
  var phase = "new", failure = 0, autosave = 0, finishing = false;

  start.commit = new URL(start.commit, document.currentScript.src).href;
  start.model.forEach(function (row) { model[row[0]] = { access: row[1], type: row[2], fallback: row[3] }; });
  Object.keys(start.values).forEach(function (name) { values[name] = start.values[name]; });
  recall();

  // What an earlier page of this opening had said and the server may not have heard.
  function recall() {
    var kept;
    try {
      if (String(window.name).indexOf(MARK) !== 0) return;
      kept = JSON.parse(window.name.slice(MARK.length));
    } catch (error) { return; }
    if (kept.key !== start.key || kept.seq < start.seq) return;
    seq = kept.seq;
    acked = start.seq;
    phase = kept.phase;
    Object.keys(kept.pending).forEach(function (name) {
      values[name] = kept.pending[name];
      pending[name] = { value: kept.pending[name], seq: kept.seq + 1 };
    });
  }

  function remember() {
    if (!start.direct) return;
    var kept = {};
    Object.keys(pending).forEach(function (name) { kept[name] = pending[name].value; });
    try { window.name = MARK + JSON.stringify({ key: start.key, seq: seq, phase: phase, pending: kept }); } catch (error) { /* full */ }
  }

  function tell(state, more) {
    var said = { academy: "courseware", key: start.key, state: state };
    Object.keys(more || {}).forEach(function (name) { said[name] = more[name]; });
    // To whoever holds this frame: only who knows the address of the frame can, and the key is part of that address.
    try { window.top.postMessage(said, "*"); } catch (error) { /* nobody listens */ }
  }

  // ---- sending

  function message(finish) {
    var changed = {};
    seq += 1;
    Object.keys(pending).forEach(function (name) {
      changed[name] = pending[name].value;
      pending[name].seq = Math.min(pending[name].seq, seq);
    });
    remember();
    return JSON.stringify({ key: start.key, seq: seq, set: changed, finish: finish });
  }

  function send() {
    if (refused) return;
    if (flying) { again = true; return; }
    window.clearTimeout(autosave);
    autosave = 0;
    flying = true;
    again = false;
    var body = message(finishing), sent = seq;
    tell("saving");
    fetch(start.commit, {
      method: "POST", body: body, mode: "cors", credentials: "omit", keepalive: body.length < MOST_KEPT_ALIVE / 3,
    }).then(function (answer) {
      return answer.json().then(function (data) { return { ok: answer.ok, status: answer.status, data: data }; });
    }).then(function (answer) {
      if (!answer.ok && answer.status < 500 && answer.status !== 429) {
        refused = true;
        tell("refused", { code: String((answer.data.error || {}).code || ""), reason: String((answer.data.error || {}).message || "") });
        return;
      }
      if (!answer.ok) throw new Error("not kept");
      settled(sent, answer.data);
    }).catch(function () {
      flying = false;
      if (leaving) return;
      tell("failed");
      window.setTimeout(send, RETRY[Math.min(tries, RETRY.length - 1)]);
      tries += 1;
    });
  }

  function settled(sent, data) {
    flying = false;
    tries = 0;
    acked = Math.max(acked, sent);
    Object.keys(pending).forEach(function (name) { if (pending[name].seq <= sent) delete pending[name]; });
    remember();
    tell("saved", { seq: acked, met: data.met === true, recorded: data.recorded === true, finished: phase === "over" });
    if (again || Object.keys(pending).length && finishing) send();
  }

  // The page goes: whatever is not acknowledged goes with it, in one message that outlives it.
  function farewell() {
    if (refused || (!Object.keys(pending).length && !(finishing && acked < seq))) return;
    leaving = true;
    var body = message(finishing);
    if (!(navigator.sendBeacon && navigator.sendBeacon(start.commit, body))) {
      try { fetch(start.commit, { method: "POST", body: body, mode: "cors", credentials: "omit" }); } catch (error) { /* gone */ }
    }
    leaving = false;
  }

  window.addEventListener("pagehide", farewell);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden" && phase === "running" && Object.keys(pending).length) send();
  });

  // ---- what values may be; the server looks again by the same table

  var DECIMAL = /^(-?\d{1,12}(\.\d{1,12})?|-?\.\d{1,12})$/;
  var DURATION = /^P(?=[\dT])(\d{1,4}Y)?(\d{1,4}M)?(\d{1,6}D)?(T(?=\d)(\d{1,8}H)?(\d{1,8}M)?(\d{1,10}(\.\d{1,2})?S)?)?$/;
  var INSTANT = /^(19[7-9]\d|20[0-2]\d|203[0-8])(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])(:[0-5]\d(:[0-5]\d(\.\d{1,2})?)?)?(Z|[+-]\d{2}(:\d{2})?)?)?)?)?$/;
  var NAVIGATION = /^(continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_|\{target=[^{}\s]{1,200}\}(choice|jump))$/;
  var SPAN = /^\d{2,4}:\d{2}:\d{2}(\.\d{1,2})?$/;
  var CLOCK = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?$/;

  function within(value, bounds) {
    if (!bounds.length) return true;
    return Number(value) >= Number(bounds[0]) && Number(value) <= Number(bounds[1]);
  }

  // "" = good, "type" = no such value, "range" = beyond its bounds
  function wrong(type, value) {
    var name = type.split(":")[0], rest = type.slice(name.length + 1), bounds = rest ? rest.split(":") : [];
    function is(good) { return good ? "" : "type"; }
    if (value.indexOf("\u0000") >= 0 || /[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/.test(value)) return "type";
    switch (name) {
      case "string": return is(Array.from(value).length <= Number(rest));
      case "name": return is(value.length > 0 && Array.from(value).length <= Number(rest) && !/\s/.test(value));
      case "vocab": return is(rest.split("|").indexOf(value) >= 0);
      case "result": return is(rest.split("|").indexOf(value) >= 0 || DECIMAL.test(value));
      case "decimal": if (value === "" && rest) return ""; // falls through: a score may be taken back, a weight not
      case "real": if (!DECIMAL.test(value)) return "type"; return within(value, bounds) ? "" : "range";
      case "integer": if (!/^[+-]?\d{1,6}$/.test(value)) return "type"; return within(value, bounds) ? "" : "range";
      case "span": return is(SPAN.test(value));
      case "clock": return is(CLOCK.test(value));
      case "duration": return is(DURATION.test(value));
      case "instant": return is(INSTANT.test(value));
      default: return is(NAVIGATION.test(value));
    }
  }

  // ---- the data model

  var PLACE = /\.(0|[1-9]\d{0,4})(?=\.|$)/g;

  function general(name) { return name.replace(PLACE, ".n"); }

  function kidsOf(where) {
    var prefix = general(where) + ".", list = prefix + "n.", found = [];
    Object.keys(model).forEach(function (name) {
      var from = name.indexOf(list) === 0 ? list.length : name.indexOf(prefix) === 0 ? prefix.length : -1;
      if (from < 0) return;
      var kid = name.slice(from).split(".")[0];
      if (found.indexOf(kid) < 0) found.push(kid);
    });
    return found;
  }

  function isList(where) {
    var list = general(where) + ".n.";
    return Object.keys(model).some(function (name) { return name.indexOf(list) === 0; });
  }

  function count(where) {
    var number = 0, prefix = where + ".";
    Object.keys(values).forEach(function (name) {
      if (name.indexOf(prefix) === 0) number = Math.max(number, parseInt(name.slice(prefix.length), 10) + 1 || 0);
    });
    return number;
  }

  function done(answer, code) { failure = code || 0; return answer; }

  var CODES = old
    ? { unknown: 201, children: 202, noCount: 203, unset: 0, readOnly: 403, writeOnly: 404, type: 405, range: 405, keyword: 402, place: 201, missing: 405, twice: 405 }
    : { unknown: 401, children: 301, noCount: 301, unset: 403, readOnly: 404, writeOnly: 405, type: 406, range: 407, keyword: 404, place: 351, missing: 408, twice: 351 };

  function read(name) {
    if (!name) return done("", old ? 201 : 301);
    if (name === "cmi._version") return done(old ? "3.4" : "1.0");
    var end = /\._(children|count|version)$/.exec(name), where = end ? name.slice(0, end.index) : name;
    if (end && end[1] === "count") return isList(where) ? done(String(count(where))) : done("", CODES.noCount);
    if (end) {
      var kids = end[1] === "children" ? kidsOf(where) : [];
      return kids.length ? done(kids.join(",")) : done("", CODES.children);
    }
    var known = model[general(name)];
    if (!known) return done("", CODES.unknown);
    if (known.access === "w") return done("", CODES.writeOnly);
    if (name in values) return done(values[name]);
    var at = /^(.*)\.(\d+)\.[^0-9]*$/.exec(name);
    if (at && Number(at[2]) >= count(at[1])) return done("", old ? 201 : 301);
    if (known.fallback || old) return done(known.fallback);
    return done("", CODES.unset);
  }

  function write(name, value) {
    if (!name) return done("false", old ? 201 : 351);
    if (/\._(children|count|version)$/.test(name)) return done("false", CODES.keyword);
    var known = model[general(name)];
    if (!known) return done("false", CODES.unknown);
    if (known.access === "r") return done("false", CODES.readOnly);
    var problem = wrong(known.type, value);
    if (problem) return done("false", CODES[problem]);
    var place = null, lists = /\.(\d+)\./g, found;
    while ((found = lists.exec(name))) {
      place = { list: name.slice(0, found.index), number: Number(found[1]) };
      if (place.number > count(place.list)) return done("false", CODES.place);
    }
    if (place) {
      var id = place.list + "." + place.number + ".id";
      if (model[general(id)] && name !== id && !(id in values)) return done("false", CODES.missing);
      if (!old && name === id && /^cmi\.objectives\.\d+\.id$/.test(name)) {
        if (name in values && values[name] !== value) return done("false", 351);
        for (var other = 0; other < count(place.list); other += 1) {
          if (other !== place.number && values[place.list + "." + other + ".id"] === value) return done("false", CODES.twice);
        }
      }
    }
    if (old && name === "cmi.comments") value = ((values[name] || "") + value).slice(0, 4096);
    values[name] = value;
    pending[name] = { value: value, seq: seq + 1 };
    remember();
    if (!autosave) autosave = window.setTimeout(function () { autosave = 0; if (phase === "running") send(); }, AUTOSAVE);
    return done("true");
  }

  // ---- the calls

  function begin(argument) {
    if (String(argument === undefined ? "" : argument) !== "") return done("false", 201);
    if (phase === "running") return done("false", old ? 101 : 103);
    if (phase === "over") return done("false", old ? 101 : 104);
    phase = "running";
    remember();
    tell("begun");
    return done("true");
  }

  function end(argument) {
    if (String(argument === undefined ? "" : argument) !== "") return done("false", 201);
    if (phase === "new") return done("false", old ? 301 : 112);
    if (phase === "over") return done("false", old ? 101 : 113);
    phase = "over";
    finishing = true;
    tell("finished", { request: values["adl.nav.request"] || "" });
    send();
    return done("true");
  }

  function commit(argument) {
    if (String(argument === undefined ? "" : argument) !== "") return done("false", 201);
    if (phase !== "running") return done("false", old ? 301 : phase === "new" ? 142 : 143);
    if (refused) return done("false", old ? 101 : 391);
    send();
    return done("true");
  }

  function getValue(name) {
    if (phase !== "running") return done("", old ? 301 : phase === "new" ? 122 : 123);
    return read(String(name === undefined || name === null ? "" : name));
  }

  function setValue(name, value) {
    if (phase !== "running") return done("false", old ? 301 : phase === "new" ? 132 : 133);
    return write(String(name === undefined || name === null ? "" : name), String(value === undefined || value === null ? "" : value));
  }

  var WORDS = {
    0: "No error", 101: "General exception", 103: "Already initialized", 104: "Content instance terminated",
    112: "Termination before initialization", 113: "Termination after termination", 122: "Retrieve data before initialization",
    123: "Retrieve data after termination", 132: "Store data before initialization", 133: "Store data after termination",
    142: "Commit before initialization", 143: "Commit after termination", 201: "Invalid argument error",
    202: "Element cannot have children", 203: "Element not an array. Cannot have count", 301: old ? "Not initialized" : "General get failure",
    351: "General set failure", 391: "General commit failure", 401: old ? "Not implemented error" : "Undefined data model element",
    402: "Invalid set value, element is a keyword", 403: old ? "Element is read only" : "Data model element value not initialized",
    404: old ? "Element is write only" : "Data model element is read only", 405: old ? "Incorrect data type" : "Data model element is write only",
    406: "Data model element type mismatch", 407: "Data model element value out of range", 408: "Data model dependency not established",
  };

  function lastError() { return String(failure); }
  function errorString(code) { return WORDS[Number(code)] || ""; }
  function diagnostic(code) { return WORDS[Number(code === "" || code === undefined ? failure : code)] || ""; }

  if (old) {
    window.API = {
      LMSInitialize: begin, LMSFinish: end, LMSGetValue: getValue, LMSSetValue: setValue, LMSCommit: commit,
      LMSGetLastError: lastError, LMSGetErrorString: errorString, LMSGetDiagnostic: diagnostic,
    };
  } else {
    window.API_1484_11 = {
      Initialize: begin, Terminate: end, GetValue: getValue, SetValue: setValue, Commit: commit,
      GetLastError: lastError, GetErrorString: errorString, GetDiagnostic: diagnostic, version: "1.0",
    };
  }

  // A sandbox has no storage, and many packages stop where touching it is an error: they get one that forgets.
  if (start.direct) {
    ["localStorage", "sessionStorage"].forEach(function (name) {
      var kept = {};
      var storage = {
        getItem: function (key) { return Object.prototype.hasOwnProperty.call(kept, key) ? kept[key] : null; },
        setItem: function (key, value) { kept[key] = String(value); },
        removeItem: function (key) { delete kept[key]; },
        clear: function () { kept = {}; },
        key: function (number) { return Object.keys(kept)[number] || null; },
        get length() { return Object.keys(kept).length; },
      };
      try { Object.defineProperty(window, name, { value: storage, configurable: true }); } catch (error) { /* it has its own */ }
    });
    var biscuit = "";
    try {
      Object.defineProperty(document, "cookie", { get: function () { return biscuit; }, set: function (one) { biscuit = String(one).split(";")[0]; }, configurable: true });
    } catch (error) { /* it has its own */ }
  }
})
