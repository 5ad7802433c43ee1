"""The player in a real browser: a package is taken from its first page to the log, and a hostile one reaches nothing."""

import json
import os
import signal
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.core.access import Role
from lms.core.db import session
from lms.courseware.models import CoursewareAttempt, CoursewareState
from lms.courseware.rules.cmi import is_valid
from lms.courseware.rules.elements import MODELS, READ
from lms.courseware.spec import DoneWhen
from lms.records.models import Standing
from tests.support.live import PHONE, Floor, press
from tests.support.make import a_person
from tests.support.make_content import a_trainer
from tests.support.make_courseware import a_zip, courseware, manifest12, one_page, steps2004
from tests.support.waiting import until


def opened(floor: Floor, person, slug="returns/speaking", **options) -> Page:
    page = floor.page_of(person, **options)
    page.goto(f"/courseware/{slug}")
    press(page)
    return page


def stored(floor, person, place=0):
    """Return what the server keeps of the person's last attempt."""
    floor.fresh_read()
    found = (
        session()
        .execute(
            select(CoursewareState.cmi, CoursewareState.seq)
            .join(CoursewareAttempt, CoursewareAttempt.id == CoursewareState.attempt_id)
            .where(CoursewareAttempt.person_id == person.id, CoursewareState.place == place)
            .order_by(CoursewareAttempt.number.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return found.cmi if found else {}


def test_a_package_is_taken_left_and_gone_on_with_and_passed(floor):
    document = courseware(a_trainer())
    document_id = document.id
    agent = a_person(Role.AGENT, name="沈一")
    page = opened(floor, agent)
    inside = page.frame_locator(".course-frame")
    inside.get_by_role("button", name="下一页").click()
    expect(page.locator("[data-course-said]")).to_have_text("已保存")
    page.goto("/courseware/returns/speaking")  # the page goes away: what it says on leaving is kept
    until(lambda: stored(floor, agent).get("cmi.core.exit") == "suspend")
    press(page)
    inside.get_by_label("抱歉给您添麻烦").check()
    inside.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-course-said]")).to_have_text("已达到完成条件")
    floor.fresh_read()
    assert session().get(Standing, (agent.id, document_id)).state == "done"
    assert stored(floor, agent)["cmi.interactions.0.result"] == "correct"
    press(page)
    expect(page.locator("main")).to_contain_text("100 分")


def test_parts_follow_each_other(floor):
    document = courseware(a_trainer(), steps2004())
    document_id = document.id
    agent = a_person(Role.AGENT)
    page = opened(floor, agent, size=PHONE)
    for number in range(3):
        button = page.frame_locator(".course-frame").get_by_role("button", name="看完了")
        if number < 2:
            with page.expect_navigation(url=f"**/{number + 1}"):
                button.click()
        else:
            button.click()
            expect(page.locator("[data-course-said]")).to_have_text("已达到完成条件")
    floor.fresh_read()
    assert session().get(Standing, (agent.id, document_id)).state == "done"


HOSTILE = """
api.LMSInitialize("");
var found = {};
function attempt(name, act) { try { found[name] = String(act()); } catch (error) { found[name] = "no"; } }
attempt("parent page", function () { return parent.document.title; });
attempt("top page", function () { return top.document.body.innerHTML; });
attempt("parent place", function () { return parent.location.href; });
attempt("own origin", function () { return self.origin; });
attempt("cookie", function () { return Object.getOwnPropertyDescriptor(Document.prototype, "cookie").get.call(document); });
attempt("database", function () { return indexedDB.open("x") && "yes"; });
attempt("opened", function () { return window.open("/me"); });
attempt("top moved", function () { top.location = "/me"; return "asked"; });
attempt("parent moved", function () { parent.location.href = "/me"; return "asked"; });
function form(target) { var f = document.createElement("form"); f.action = "/courseware/returns/speaking/start"; f.method = "post"; f.target = target;
  document.body.appendChild(f); f.submit(); }
attempt("form", function () { form("_top"); return "asked"; });
var calls = [["me", "/me"], ["api", "/api/v1/me"], ["other package", "/scorm/x/files/index.html"], ["elsewhere", "http://127.0.0.1:9/x"]];
var left = calls.length + 3;
function one() { left -= 1; if (left) return; api.LMSSetValue("cmi.suspend_data", JSON.stringify(found)); api.LMSCommit(""); }
calls.forEach(function (call) { fetch(call[1], { credentials: "include" }).then(function (a) { return a.text(); }).then(function (t) { found[call[0]] = t.slice(0, 200); }, function () { found[call[0]] = "no"; }).then(one); });
var image = new Image(); image.onload = function () { found.image = "loaded"; one(); }; image.onerror = function () { found.image = "no"; one(); };
image.src = "/static/favicon.svg";
var frame = document.createElement("iframe"); frame.src = "/me"; document.body.appendChild(frame);
setTimeout(function () { attempt("framed", function () { return frame.contentDocument && frame.contentDocument.title; }); one(); }, 300);
try { var worker = new Worker("/static/js/app.js"); worker.onerror = function () { found.worker = "no"; one(); }; } catch (error) { found.worker = "no"; one(); }
"""


def test_a_hostile_package_reads_and_moves_nothing_of_the_academy(floor):
    floor.allowed += [".*"]  # it is all refused, and the browser says so
    courseware(a_trainer(), one_page(HOSTILE), done_when=DoneWhen())
    agent = a_person(Role.AGENT)
    page = opened(floor, agent)
    where = page.url
    until(lambda: "cmi.suspend_data" in stored(floor, agent))
    found = json.loads(stored(floor, agent)["cmi.suspend_data"])
    assert found.pop("own origin") == "null"
    assert {name: value for name, value in found.items() if value not in ("no", "null", "asked")} == {}
    assert len(found) == 16
    assert page.url == where  # neither the top nor the page around it went anywhere
    assert len(page.context.pages) == 1
    assert page.evaluate("document.cookie") == ""
    assert all(
        urlsplit(frame.url).path not in ("/me",) or frame.evaluate("!document.body.innerText") for frame in page.frames
    )


def test_a_package_that_goes_elsewhere_ends_at_its_own_edge(floor):
    floor.allowed += [".*"]
    courseware(a_trainer(), one_page('location.href = "/me";'), done_when=DoneWhen())
    page = opened(floor, a_person(Role.AGENT, name="不该看见"))
    page.wait_for_timeout(300)  # nothing will come, so nothing can be waited for
    assert not any("不该看见" in frame.content() for frame in page.frames if frame != page.main_frame)


FRAMED = {
    "imsmanifest.xml": manifest12(),
    "index.html": """<!doctype html><html><head><script>var kept = "outer"; window.localStorage.setItem("a", "b");</script></head>
<body><iframe src="inner/page.html" name="inner"></iframe></body></html>""",
    "inner/page.html": """<!doctype html><html><head></head><body><script>
var win = window, api = null; while (!api && win) { api = win.API; win = win.parent === win ? null : win.parent; }
api.LMSInitialize(""); api.LMSSetValue("cmi.core.lesson_location", parent.kept + " " + localStorage.getItem("a"));
try { api.LMSSetValue("cmi.comments", String(top.document.title)); } catch (error) { api.LMSSetValue("cmi.comments", "no"); }
api.LMSSetValue("cmi.core.lesson_status", "completed"); api.LMSFinish("");</script></body></html>""",
}


def test_with_an_origin_of_its_own_a_package_of_frames_works_and_is_still_apart(floor):
    floor.allowed += [".*"]
    own = f"http://localhost:{urlsplit(floor.url).port}"
    floor.app.extensions["lms_settings"] = replace(floor.app.extensions["lms_settings"], courseware_origin=own)
    courseware(a_trainer(), a_zip(FRAMED), done_when=DoneWhen())
    agent = a_person(Role.AGENT)
    page = opened(floor, agent)
    expect(page.locator("[data-course-said]")).to_have_text("已达到完成条件")
    assert stored(floor, agent)["cmi.core.lesson_location"] == "outer b"
    assert stored(floor, agent)["cmi.comments"] == "no"
    served_there = next(frame.url for frame in page.frames if "/files/" in frame.url)
    assert served_there.startswith(own)
    there = urlsplit(served_there).path
    assert (status(floor, own, there), status(floor, floor.url, there)) == (200, 404)
    assert status(floor, own, "/sign-in") == 404  # nothing else of the academy stands there


def status(floor: Floor, origin: str, path: str) -> int:
    with floor.app.test_client().get(path, headers={"Host": urlsplit(origin).netloc}) as answer:
        return answer.status_code


def test_what_is_thrown_away_with_the_page_is_what_was_acknowledged_last(floor):
    cut_off(floor, points=(0, 2, 5))


@pytest.mark.soak
def test_twenty_tabs_that_were_killed(floor):
    cut_off(floor, points=range(20))


TYPING = """
api.LMSInitialize("");
var number = 0, button = document.createElement("button");
button.textContent = "写";
button.onclick = function () { number += 1; api.LMSSetValue("cmi.core.lesson_location", String(number));
  api.LMSSetValue("cmi.suspend_data", new Array(number + 1).join("字")); api.LMSCommit(""); };
document.body.appendChild(button);
"""


def acknowledged(page: Page) -> list[str]:
    """Return the list in which the address of each acknowledged message is noted from now on."""
    found: list[str] = []
    page.on(
        "response", lambda answer: found.append(answer.url) if answer.url.endswith("/commit") and answer.ok else None
    )
    return found


def renderers(floor: Floor) -> set[int]:
    """Return the processes in which the pages of this browser run."""
    found = floor.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return {each["id"] for each in found if each["type"] == "renderer"}


def cut_off(floor: Floor, points):
    """Kill the tab's process after so many commits; what the server keeps is what it acknowledged last, or later."""
    floor.allowed += [".*"]
    courseware(a_trainer(), one_page(TYPING), done_when=DoneWhen())
    for point in points:
        agent = a_person(Role.AGENT)
        before = renderers(floor)
        page = opened(floor, agent)
        acked = acknowledged(page)
        button = page.frame_locator(".course-frame").get_by_role("button", name="写")
        button.wait_for()
        for _ in range(point):
            button.click()
        seen = len(acked)
        for pid in renderers(floor) - before:
            os.kill(pid, signal.SIGKILL)
        kept = stored(floor, agent)
        location = int(kept.get("cmi.core.lesson_location", 0))
        assert seen <= location <= point
        assert kept.get("cmi.suspend_data", "") == "字" * location  # never half of a message
        page.context.close()


CALLS12 = """
var said = [];
function note(answer) { said.push(answer + "/" + api.LMSGetLastError()); }
note(api.LMSGetValue("cmi.core.student_name")); note(api.LMSCommit("")); note(api.LMSInitialize("x")); note(api.LMSInitialize(""));
note(api.LMSInitialize("")); note(api.LMSGetValue("cmi.core.entry")); note(api.LMSGetValue("cmi.core.lesson_status"));
note(api.LMSGetValue("cmi.core.score._children")); note(api.LMSGetValue("cmi.interactions._count"));
note(api.LMSGetValue("cmi.core._count")); note(api.LMSGetValue("cmi.nothing")); note(api.LMSSetValue("cmi.core.student_id", "x"));
note(api.LMSGetValue("cmi.core.exit")); note(api.LMSSetValue("cmi.core._children", "x")); note(api.LMSSetValue("cmi.core.score.raw", "101"));
note(api.LMSSetValue("cmi.core.lesson_status", "done")); note(api.LMSSetValue("cmi.interactions.1.id", "q")); note(api.LMSSetValue("cmi.interactions.0.id", "q"));
note(api.LMSGetValue("cmi.interactions._count")); note(api.LMSGetValue("cmi.interactions.0.id")); note(api.LMSSetValue("cmi.core.score.raw", "100"));
note(api.LMSGetErrorString("403"));
api.LMSSetValue("cmi.suspend_data", JSON.stringify(said)); api.LMSFinish("");
"""
ANSWERS12 = [
    "/301", "false/301", "false/201", "true/0", "false/101", "ab-initio/0", "not attempted/0", "raw,max,min/0", "0/0",
    "/203", "/201", "false/403", "/404", "false/402", "false/405", "false/405", "false/201", "true/0",
    "1/0", "/404", "true/0", "Element is read only/0",
]  # fmt: skip
CALLS2004 = """
var said = [];
function note(answer) { said.push(answer + "/" + api.GetLastError()); }
note(api.GetValue("cmi.mode")); note(api.SetValue("cmi.location", "x")); note(api.Terminate("")); note(api.Initialize("")); note(api.Initialize(""));
note(api.GetValue("cmi._version")); note(api.GetValue("cmi.location")); note(api.GetValue("cmi.completion_status")); note(api.SetValue("cmi.mode", "x"));
note(api.SetValue("cmi.score.scaled", "1.5")); note(api.SetValue("cmi.score.scaled", "x")); note(api.GetValue("cmi.session_time"));
note(api.SetValue("cmi.interactions.0.type", "choice")); note(api.SetValue("cmi.objectives.0.id", "a")); note(api.SetValue("cmi.objectives.1.id", "a"));
note(api.SetValue("cmi.objectives.3.id", "c")); note(api.GetValue("cmi.objectives.5.id")); note(api.GetValue("cmi.nothing"));
note(api.GetValue("cmi.mode._count")); note(api.GetDiagnostic("406"));
api.SetValue("cmi.suspend_data", JSON.stringify(said)); api.Terminate("");
"""
ANSWERS2004 = [
    "/122", "false/132", "false/112", "true/0", "false/103", "1.0/0", "/403", "unknown/0", "false/404",
    "false/407", "false/406", "/405", "false/408", "true/0", "false/351",
    "false/351", "/301", "/401", "/301", "Data model element type mismatch/301",
]  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "calls", "answers"), [("1.2", CALLS12, ANSWERS12), ("2004", CALLS2004, ANSWERS2004)]
)
def test_the_run_time_answers_with_the_codes_of_its_edition(floor, edition, calls, answers):
    courseware(a_trainer(), one_page(calls, edition=edition), done_when=DoneWhen())
    agent = a_person(Role.AGENT)
    opened(floor, agent)
    until(lambda: "cmi.suspend_data" in stored(floor, agent))
    assert json.loads(stored(floor, agent)["cmi.suspend_data"]) == answers


SAMPLES = (
    "", "0", "-1", "1", "1.5", ".5", "100", "101", "1e3", "²", "x", "a b", "passed", "completed", "correct", "suspend", "choice",
    "00:00:10", "00:00:10.5", "0000:61:99.99", "24:00:00", "23:59:59.99", "PT1M5S", "P", "PT", "P1Y2M3DT4H5M6.78S", "PT1.234S",
    "2026", "2026-11-23", "2026-13-01", "2026-11-23T10:00:00", "2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00+08:00",
    "字" * 255, "字" * 256, "continue", "{target=a}choice",
)  # fmt: skip


@pytest.mark.parametrize("edition", ["1.2", "2004"])
def test_page_and_server_agree_on_what_a_value_may_be(floor, edition):
    names = {each.type: each.name.replace(".n.", ".0.") for each in reversed(MODELS[edition]) if each.access != READ}
    pairs = [[kind, name, value] for kind, name in sorted(names.items()) for value in SAMPLES]
    start, set_value, end = (
        ("LMSInitialize", "LMSSetValue", "LMSFinish") if edition == "1.2" else ("Initialize", "SetValue", "Terminate")
    )
    first = "".join(
        f'api.{set_value}("{name}", "q0");' for name in sorted({prefix(each) for each in names.values()} - {""})
    )
    script = (
        f'api.{start}(""); {first} var said = "";'
        f"{json.dumps([pair[1:] for pair in pairs])}.forEach(function (pair) {{"
        f' said += api.{set_value}(pair[0], pair[1]) === "true" ? "1" : "0"; }});'
        f'api.{set_value}("cmi.suspend_data", said); api.{end}("");'
    )
    courseware(a_trainer(), one_page(script, edition=edition), done_when=DoneWhen())
    agent = a_person(Role.AGENT)
    opened(floor, agent)
    until(lambda: len(stored(floor, agent).get("cmi.suspend_data", "")) == len(pairs))
    heard = stored(floor, agent)["cmi.suspend_data"]
    assert [pair for pair, yes in zip(pairs, heard, strict=True) if is_valid(pair[0], pair[2]) != (yes == "1")] == []


def prefix(name: str) -> str:
    """Return the id of the list's first member that has to be there before other elements of it are set."""
    parts = name.split(".")
    return f"{parts[0]}.{parts[1]}.0.id" if len(parts) > 2 and parts[2] == "0" and "comments" not in name else ""
