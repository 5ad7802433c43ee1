"""Whatever is sent, the answer is a page that says what to do: never a 500, never half of it kept.

What single rooms prove of their own files and forms stands with them; here is what every route must bear.
"""

import json

import pytest

from lms.core.access import Role, allows
from lms.core.db import session
from lms.learning.models import TaskWork
from lms.web.auth import gate_of
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.make_house import a_house, address, all_rules, ask, browser_of, values_of
from tests.support.make_learning import a_task
from tests.support.make_quizzes import a_quiz, begun, paper, right_value
from tests.support.pages import token

ONLY_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")
JUNK = {
    "a NUL": "a\x00b",
    "half a pair": "\ud800",
    "an enormous number": "9" * 40,
}
MIXED = [
    "9" * 4_500, "-1", "²", "2026-02-31", "\x01\x1b[31m\u202e\ufeff", "长" * 700, "👩‍👩‍👧‍👦" * 40, "", "0", "1e999", "%s%00",
]  # fmt: skip
ROUNDS = [*JUNK, "mixed 1", "mixed 2"]
"""What stands in every field at once; mixed: one of MIXED in each, another one in each round. Drivers differ in JUNK."""
FIELDS = [
    "q",
    "name",
    "title",
    "slug",
    "kind",
    "language",
    "markdown",
    "note",
    "base_revision",
    "revision",
    "mine",
    "take",
    "then",
    "fix",
    "from",
    "old",
    "new",
    "employee_no",
    "password",
    "old",
    "again",
    "code",
    "label",
    "scope",
    "locale",
    "theme",
    "team",
    "from_on",
    "until_on",
    "hired_on",
    "leaving_on",
    "starts_on",
    "month",
    "day",
    "weekday",
    "owner",
    "number",
    "numbers",
    "person",
    "mentor",
    "trainer",
    "room",
    "position",
    "employment",
    "email",
    "phone",
    "role",
    "shops",
    "platform",
    "version",
    "evidence",
    "remark",
    "do",
    "tick",
    "photo",
    "answer",
    "seconds",
    "next",
    "reason",
    "go",
    "flag",
    "check",
    "stage",
    "key",
    "digest",
    "file",
    "who",
    "minor",
    "format",
    "sort",
    "page",
    "parent",
    "status",
    "cohort",
    "quarter",
    "view",
    "by",
    "goal",
    "left",
    "state",
    "tag",
    "folder",
    "limit",
    "after",
    "curriculum",
    "section",
    "heading",
    "body",
    "anchor",
    "answers",
    "words",
    "script",
    "shape",
    "people",
    "step",
    "due",
    "until",
    "on",
    "teams",
    "shops",
    "roles",
    "article",
    "audience",
    "public_id",
    "mark",
    "doc",
    "case",
    "case_kind",
    "day_kind",
    "seen",
    "into",
    "item",
    "row",
    "solved",
    "back",
    "open",
    "source",
    "for",
    "since",
    "stopped",
    "at",
    "shop",
    "in_review",
    "add",
    "all",
    "drop",
    "partial",
    "reviewer",
    "restricted",
    "days",
    "category",
    "cause",
    "show",
    "before",
    "team_id",
    "new-lesson",
    "seconds",
    "one",
    "duty",
    "out",
    "pick",
]
"""Every name that a form or an address of ours uses, and some more."""


def everywhere(world, house, *, method=None):
    for rule in all_rules(world):
        for verb in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            if method in {None, verb}:
                for values in values_of(house, rule)[:1] if rule.arguments else [{}]:
                    yield rule, verb, values


def junk_in_all(what, *more):
    """Return every field with its junk, as bytes of a form."""
    words = [*FIELDS, *more]
    if what in JUNK:
        junk = [JUNK[what]] * len(words)
    else:
        junk = [MIXED[(index * int(what[-1]) + 3) % len(MIXED)] for index in range(len(words))]
    return {name: each.encode("utf-8", "surrogatepass") for name, each in zip(words, junk, strict=True)}


def fives(world, house, requests):
    """Return the requests that were answered with a 5xx to people whom the gate lets in, as (who, method, path)."""
    wrong = []
    askers = {
        name: (as_actor(house.people[name]), *browser_of(world, house.people[name]))
        for name in ("own", "trainer", "hr")
    }
    for name, (actor, client, csrf) in askers.items():
        for rule, verb, path, body in requests:
            gate = gate_of(world.view_functions[rule.endpoint])
            if gate is None or allows(actor, gate):
                status, _ = ask(world, client, csrf, verb, path, **body)
                if status >= 500:
                    wrong.append((name, verb, rule.endpoint, status))
    return wrong


def rounds(world):
    return ROUNDS if world.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite") else JUNK


def test_junk_in_every_field_of_every_form_is_no_500(world):
    house = a_house()
    forms = [junk_in_all(what, "mentor-1", "q1", "q1.was", "was-owner") for what in rounds(world)]
    requests = [
        (rule, verb, address(world, rule, values), {"data": form})
        for rule, verb, values in everywhere(world, house, method="POST")
        for form in forms
        if not rule.rule.startswith("/api/")
    ]
    assert fives(world, house, requests) == []


def test_junk_in_every_address_is_no_500(world):
    house = a_house()
    questions = [
        {name: junk[:600] for name, junk in junk_in_all(what).items() if name != "format"} for what in rounds(world)
    ]
    requests = [
        (rule, verb, address(world, rule, values), {"query_string": asked})
        for rule, verb, values in everywhere(world, house, method="GET")
        for asked in questions
    ]
    assert fives(world, house, requests) == []


def test_a_thing_with_a_junk_name_is_not_found(world):
    house = a_house()
    requests = []
    for rule, verb, values in everywhere(world, house):
        for name in rule.arguments - {"kind"}:
            marked = address(world, rule, {**values, name: 987_654_321 if isinstance(values[name], int) else "JUNK"})
            named = [marked.replace("987654321", "9" * 40).replace("JUNK", quoted(junk)) for junk in JUNK.values()]
            requests += [(rule, verb, path, {}) for path in dict.fromkeys(named)]
    assert fives(world, house, requests) == []


def quoted(text):
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))[:600]


FORM = "application/x-www-form-urlencoded"
BODIES = {
    "no JSON at all": b"{",
    "a list": b"[]",
    "a word": b'"x"',
    "null": b"null",
    "brackets without end": b"[" * 100_000,
    "no UTF-8": b'{"value": "\xff\xfe"}',
    "an infinite number": b'{"value": Infinity, "seq": 1e999, "version": NaN, "revision": 1e999}',
    "an enormous number": json.dumps(dict.fromkeys(["seq", "version", "revision", "section", "base_revision"], 10**40)).encode(),
    "digits without end": b'{"seq": ' + b"9" * 5_000 + b"}",
    "a NUL": json.dumps({"value": "\x00", "seq": 1, "remark": "\x00", "version": 1, "markdown": "\x00", "note": "\x00"}).encode(),
    "half a pair": b'{"value": "\\ud800", "seq": 1, "remark": "\\ud800", "version": 1, "markdown": "\\ud800", "q": "\\ud800"}',
    "a tree": json.dumps({"value": {"a": {"b": [{}]}}, "seq": 1, "ticked": [[1]], "document": {"a": 1}}).encode(),
}  # fmt: skip


def test_a_junk_body_of_the_api_is_a_clear_refusal(world):
    house, wrong = a_house(), []
    browsers = {who: browser_of(world, house.people[who]) for who in ("trainer", "own")}
    for rule, verb, values in everywhere(world, house):
        if verb == "GET" or not rule.rule.startswith("/api/"):
            continue
        path = address(world, rule, values)
        for what, junk in BODIES.items():
            for who, browser in browsers.items():
                status, text = ask(world, *browser, verb, path, data=junk, content_type="application/json")
                if status >= 500 or (status >= 400 and "error" not in json.loads(text)):
                    wrong.append((what, who, verb, rule.endpoint, status))
    assert wrong == []


@ONLY_SQLITE
def test_a_hundred_thousand_characters_in_a_field_are_refused_and_kept_nowhere(world):
    house, long = a_house(), "长" * 100_000
    trainer, own, lead = (browser_of(world, house.people[who]) for who in ("trainer", "own", "lead"))
    article = "/kb/after-sales/how"
    sent = [
        (own, f"{article}/talk", {"words": long}),
        (own, f"{article}/talk", {"words": "甲", "answers": long, "anchor": long}),
        (own, f"{article}/vote", {"solved": "0", "reason": long, "note": long}),
        (own, f"{article}/suggest", {"revision": "2", "section": long, "heading": long, "body": "甲", "reason": long}),
        (own, f"{article}/favourite", {"script": long}),
        (own, "/kb/share", {"title": long, "folder": long, "body": "甲", "reason": long, "shape": long}),
        (own, "/kb/ask", {"q": long, "shop": long}),
        (own, f"{article}/change", {"revision": long}),
        (
            lead,
            "/kb/care/urgent/new",
            {"title": long, "body": long, "article": long, "due": "9" * 9_000, "until": long},
        ),
        (trainer, f"/kb/suggestions/{house.suggestion}/decline", {"answer": long}),
        (trainer, f"/kb/suggestions/{house.suggestion}/accept", {"answer": long, "slug": long}),
        (trainer, f"/kb/care/gaps/{house.gap}", {"do": "rename", "title": long}),
        (trainer, f"/kb/care/gaps/{house.gap}", {"do": "dismiss", "reason": long}),
        (trainer, f"/kb/care/gaps/{house.gap}", {"do": "merge", "into": long}),
        (trainer, f"/kb/care/gaps/{house.gap}", {"do": "write", "title": long, "folder": long}),
        (trainer, "/kb/care/gaps/open", {"words": long}),
        (trainer, "/kb/care/categories", {"folder": long, "reviewer": long}),
        (trainer, "/kb/care/reviews/confirm", {"seen": long, "doc": long}),
        (trainer, "/studio/marks", {"mark": "9" * 9_000}),
        (trainer, f"/studio/reviews/{house.request_id}/return", {"answer": long}),
        (trainer, f"/studio/reviews/{house.request_id}/approve", {"revision": "9" * 9_000, "note": long}),
    ]
    for browser, path, form in sent:
        status, _ = ask(world, *browser, "POST", path, data=form)
        assert status < 500, (path, status)
    for query in ("a" * 9_000, "(" * 9_000, '"' * 9_000):
        for path in (
            "/kb?q=",
            "/panel?q=",
            "/kb/search/hints?stopped&q=",
            "/kb/share?title=",
            f"{article}?for=",
            f"{article}?from=",
        ):
            assert ask(world, *own, "GET", path + query)[0] < 500, path
    assert ask(world, *own, "GET", f"{article}?from=" + "9" * 5_000)[0] == 200


# too much


BOUNDARY = "x" * 20
PART = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
CROWDS = {
    f"multipart/form-data; boundary={BOUNDARY}": (PART * 100_000 + f"--{BOUNDARY}--\r\n").encode(),
    FORM: b"a&" * 100_000,
}


@ONLY_SQLITE
@pytest.mark.parametrize("kind", CROWDS, ids=["multipart", "urlencoded"])
def test_a_form_of_a_hundred_thousand_parts_is_refused(world, kind):
    house = a_house()
    client, csrf = browser_of(world, house.own)
    path = f"/attempts/{house.attempts['open']}"
    status, text = ask(world, client, csrf, "POST", path, data=CROWDS[kind], content_type=kind)
    assert status == 413
    assert "文件太大" in text


@ONLY_SQLITE
@pytest.mark.parametrize(
    "path", ["/people/import", "/roster/import", "/me/preferences", "/language", "/sign-in", "/slip"]
)
def test_more_bytes_than_the_installation_takes_are_413(world, path):
    client, csrf = browser_of(world, a_person(Role.HR))
    body = b"a=" + b"a" * world.config["MAX_CONTENT_LENGTH"]
    status, _ = ask(world, client, csrf, "POST", path, data=body, content_type=FORM)
    assert status == 413


@ONLY_SQLITE
@pytest.mark.parametrize("path", ["/learn/task/own-task", "/people/new", "/me/tokens", "/attempts/{open}"])
def test_ten_megabytes_in_one_field_are_413_and_the_page_says_what_to_do(world, path):
    house = a_house()
    client, csrf = browser_of(world, house.people["hr" if "people" in path else "own"])
    body = b"evidence=" + b"a" * 10_000_000
    status, text = ask(world, client, csrf, "POST", path.format(**house.attempts), data=body, content_type=FORM)
    assert status == 413
    assert "请拆小或压缩后再传" in text


# what was typed is not lost


def test_a_stale_form_is_a_conflict_that_keeps_the_text(world):
    a_task(a_trainer(), "shadowing")
    person = a_person(Role.AGENT)
    client, csrf = browser_of(world, person)

    def save(words, version):
        form = {"evidence": words, "version": version}
        return client.post("/learn/task/shadowing", data=form, headers={"X-CSRFToken": csrf})

    assert save("第一个窗口", "0").status_code == 302
    stale = save("第二个窗口里写了很久的话", "0")
    assert stale.status_code == 409
    assert "第二个窗口里写了很久的话" in stale.text
    assert session().query(TaskWork.evidence).filter_by(person_id=person.id).scalar() == "第一个窗口"


def test_a_text_refused_by_the_desk_stays_in_the_page(world):
    trainer = a_person(Role.TRAINER)
    a_document(as_actor(trainer), an_article_text(), slug="kept")
    client, csrf = browser_of(world, trainer)
    form = {"markdown": "写了很久\x00的话", "base_revision": ""}
    answer = client.post("/studio/article/kept/edit", data=form, headers={"X-CSRFToken": csrf})
    assert answer.status_code == 422
    assert "写了很久的话" in answer.text


@pytest.mark.parametrize("how", ["cookie gone", "signed out elsewhere"])
def test_after_the_session_ended_in_the_middle_of_a_quiz_the_answers_are_there(world, how):
    person = a_person(Role.AGENT, password="good-enough")
    client = world.test_client()
    sign_in(client, person)
    attempt = begun(as_actor(person), a_quiz())
    csrf = token(client, f"/attempts/{attempt}")
    right = right_value(paper(as_actor(person), attempt)["q1"])
    form = {"csrf_token": csrf, "q1": right, "q1.was": ""}
    assert client.post(f"/attempts/{attempt}", data=form).status_code == 303
    if how == "cookie gone":
        client.delete_cookie("lms_session")
    else:
        with client.session_transaction() as kept:
            kept["_user_id"] = f"{person.public_id}.99"
    late = client.post(f"/attempts/{attempt}", data=form, headers={"Referer": f"http://localhost/attempts/{attempt}"})
    assert late.status_code in {302, 400}
    page = client.get(f"/attempts/{attempt}")
    assert page.status_code == 302
    where = {"csrf_token": token(client, page.location), "employee_no": person.employee_no, "password": "good-enough"}
    back = client.post(page.location, data=where)
    assert back.location == f"/attempts/{attempt}"
    assert paper(as_actor(person), attempt)["q1"].shown == right
    assert f'value="{right}" checked' in client.get(back.location).text.replace("  ", " ")
