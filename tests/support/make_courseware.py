"""Builders of SCORM packages: small real courses of the demo's shop, and whatever a hostile one may hold."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.courseware.actions import documents, packages
from lms.courseware.actions.documents import Wishes
from lms.courseware.actions.packages import Looked
from lms.courseware.models import CoursewarePackage
from lms.courseware.spec import DoneWhen, Rule

PASSED = DoneWhen(rule=Rule.PASSED)
SPACES12 = (
    'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
)
SPACES2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)


def manifest12(
    items: str = '<item identifier="I1" identifierref="R1"><title>退换货沟通</title></item>',
    resources: str = '<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="index.html"/>',
    *,
    title: str = "退换货沟通",
    more: str = "",
) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest identifier="M" {SPACES12}><metadata><schema>ADL SCORM</schema>'
        f'<schemaversion>1.2</schemaversion></metadata><organizations default="O"><organization identifier="O"><title>'
        f"{title}</title>{items}</organization>{more}</organizations><resources>{resources}</resources></manifest>"
    )


def manifest2004(items: str, resources: str, *, title: str = "售后三步", version: str = "2004 4th Edition") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest identifier="M" {SPACES2004}><metadata><schema>ADL SCORM</schema>'
        f'<schemaversion>{version}</schemaversion></metadata><organizations default="O"><organization identifier="O">'
        f"<title>{title}</title>{items}</organization></organizations><resources>{resources}</resources></manifest>"
    )


def a_zip(files: Mapping[str, str | bytes]) -> bytes:
    """Return an archive with these files, each entry of the same day."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 11, 2, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    return made.getvalue()


API_JS = """
function find(win, name) { for (var n = 0; n < 20 && win; n += 1) { try { if (win[name]) return win[name]; } catch (e) {}
  if (win.parent === win) return null; win = win.parent; } return null; }
"""

TALK_HTML = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>退换货沟通</title><style>
body { font: 16px/1.6 sans-serif; max-width: 40rem; margin: 1rem auto; padding: 0 1rem } button { font: inherit; padding: .5rem 1rem }
</style><script src="api.js"></script></head><body>
<section id="one"><h1>先听完，再说怎么办</h1><p>顾客说“穿一次就开线了”，先复述他的难处，再说能做什么。</p>
<button id="next">下一页</button></section>
<section id="two" hidden><h1>小测</h1><p>顾客要退已拆封的耳机，第一句怎么回？</p>
<label><input type="radio" name="a" value="a"> 拆封了不能退。</label><br>
<label><input type="radio" name="a" value="b"> 抱歉给您添麻烦，我先看下订单，马上告诉您能怎么处理。</label><br>
<button id="send">交卷</button></section><p id="end" hidden>学完了，可以退出。</p>
<script src="talk.js"></script></body></html>"""

TALK_JS = """
var api = find(window, "API"), began = Date.now();
api.LMSInitialize("");
if (api.LMSGetValue("cmi.core.lesson_status") === "not attempted") api.LMSSetValue("cmi.core.lesson_status", "incomplete");
function show(two) { document.getElementById("one").hidden = two; document.getElementById("two").hidden = !two; }
show(api.LMSGetValue("cmi.core.lesson_location") === "two");
function time() { var s = Math.round((Date.now() - began) / 1000); function p(n) { return (n < 10 ? "0" : "") + n; }
  return "00" + p(Math.floor(s / 3600)) + ":" + p(Math.floor(s / 60) % 60) + ":" + p(s % 60); }
document.getElementById("next").onclick = function () { show(true); api.LMSSetValue("cmi.core.lesson_location", "two");
  api.LMSSetValue("cmi.suspend_data", "第一页看完"); api.LMSCommit(""); };
var ended = false;
function leave(exit) { if (ended) return; ended = true; api.LMSSetValue("cmi.core.session_time", time());
  api.LMSSetValue("cmi.core.exit", exit); api.LMSFinish(""); }
document.getElementById("send").onclick = function () {
  var chosen = document.querySelector("[name=a]:checked"), right = Boolean(chosen) && chosen.value === "b";
  api.LMSSetValue("cmi.interactions.0.id", "q1"); api.LMSSetValue("cmi.interactions.0.type", "choice");
  api.LMSSetValue("cmi.interactions.0.correct_responses.0.pattern", "b");
  api.LMSSetValue("cmi.interactions.0.student_response", chosen ? chosen.value : "");
  api.LMSSetValue("cmi.interactions.0.result", right ? "correct" : "wrong");
  api.LMSSetValue("cmi.core.score.raw", right ? "100" : "0");
  api.LMSSetValue("cmi.core.lesson_status", right ? "passed" : "failed");
  document.getElementById("end").hidden = false; leave(""); };
window.addEventListener("pagehide", function () { leave("suspend"); });
"""

STEP_HTML = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><script src="../shared/api.js"></script>
</head><body><h1>{title}</h1><p>{words}</p><button id="done">看完了</button><script>
var api = find(window, "API_1484_11"); api.Initialize(""); api.SetValue("cmi.location", "top");
document.getElementById("done").onclick = function () { api.SetValue("cmi.completion_status", "completed");
  api.SetValue("cmi.success_status", "passed"); api.SetValue("cmi.score.scaled", "{scaled}");
  api.SetValue("cmi.session_time", "PT1M5S"); api.SetValue("cmi.exit", "normal");
  api.SetValue("adl.nav.request", "continue"); api.Terminate(""); };
</script></body></html>"""


def talk12(**files: str | bytes) -> bytes:
    """Return 「退换货沟通」, SCORM 1.2: two pages and a check. files: in place of its own, or beside them."""
    return a_zip(
        {
            "imsmanifest.xml": manifest12(
                items='<item identifier="I1" identifierref="R1"><title>退换货沟通</title>'
                "<adlcp:masteryscore>80</adlcp:masteryscore></item>",
                resources='<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="index.html">'
                '<file href="index.html"/><file href="api.js"/><file href="talk.js"/></resource>',
            ),
            "index.html": TALK_HTML,
            "api.js": API_JS,
            "talk.js": TALK_JS,
            **{name.replace("__", "."): content for name, content in files.items()},
        }
    )


STEPS = (
    ("listen", "听", "让顾客把话说完。", "0.8"),
    ("check", "核", "核对订单和时效。", "1"),
    ("solve", "办", "一次说清怎么办。", "0.9"),
)


def steps2004() -> bytes:
    """Return 「售后三步」, SCORM 2004: three parts, one after the other."""
    items = "".join(
        f'<item identifier="I-{name}" identifierref="R-{name}"><title>{title}</title></item>'
        for name, title, *_ in STEPS
    )
    resources = "".join(
        f'<resource identifier="R-{name}" type="webcontent" adlcp:scormType="sco" href="{name}/index.html">'
        f'<file href="{name}/index.html"/></resource>'
        for name, *_ in STEPS
    )
    pages = {
        f"{name}/index.html": STEP_HTML.replace("{title}", title).replace("{words}", words).replace("{scaled}", scaled)
        for name, title, words, scaled in STEPS
    }
    return a_zip({"imsmanifest.xml": manifest2004(items, resources), "shared/api.js": API_JS, **pages})


def one_page(script: str, *, edition: str = "1.2", head: str = "") -> bytes:
    """Return a package of one page with this script; `api` is its run-time."""
    name = "API" if edition == "1.2" else "API_1484_11"
    page = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>t</title>{head}<script src="api.js"></script></head>'
        f'<body><h1>t</h1><script>var api = find(window, "{name}");\n{script}</script></body></html>'
    )
    manifest = (
        manifest12()
        if edition == "1.2"
        else manifest2004(
            '<item identifier="I1" identifierref="R1"><title>t</title></item>',
            '<resource identifier="R1" type="webcontent" adlcp:scormType="sco" href="index.html"/>',
        )
    )
    return a_zip({"imsmanifest.xml": manifest, "index.html": page, "api.js": API_JS})


def looked_at(data: bytes, name: str = "course.zip") -> Looked:
    """Return what is found in a package."""
    return packages.receive(name, io.BytesIO(data))


def a_package(actor: Actor, data: bytes | None = None) -> CoursewarePackage:
    """Return a package that was taken in."""
    looked = looked_at(talk12() if data is None else data)
    assert looked.reasons == ()
    stored = packages.unpack(looked)
    with transaction():
        return packages.keep(actor, looked, stored)


def courseware(
    actor: Actor,
    data: bytes | None = None,
    *,
    slug: str = "returns/speaking",
    title: str = "退换货沟通",
    done_when: DoneWhen = PASSED,
    attempts: int | None = None,
    minutes: int = 15,
) -> Document:
    """Return the published document of a package."""
    package = a_package(actor, data)
    with transaction():
        document_id = documents.begin(
            actor,
            session().get_one(CoursewarePackage, package.id),
            Wishes(slug=slug, title=title, done_when=done_when, attempts=attempts, minutes=minutes),
        )
        assert documents.put_out(actor, document_id)
    return session().get_one(Document, document_id)


def on_disk(folder: Path, packages_by_name: Mapping[str, bytes]) -> Sequence[Path]:
    """Write packages to a folder, to be uploaded from there."""
    found = []
    for name, data in packages_by_name.items():
        (folder / name).write_bytes(data)
        found.append(folder / name)
    return found
