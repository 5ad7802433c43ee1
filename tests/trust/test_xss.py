"""Nothing that a person types becomes a program, an element or an address of its own in anybody's page.

Plain fields (names, titles, evidence): a page with the payloads has exactly the elements and attributes of the same
page with a harmless word. Markdown: only what the sanitiser allows, on every page that shows it. And once in a browser.
"""

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from lms.accounts.models import ApiToken, Cohort, Person, Shop, Team
from lms.content import actions as content
from lms.content.actions import Unpublishable
from lms.content.grammar.findings import Severity
from lms.content.models import Document, ReviewRequest
from lms.core import clock, markup
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.markup import render, shown
from lms.kb.models import Comment, Gap, Suggestion, UrgentNotice
from lms.kb.views import looked
from lms.learning.models import TaskWork, Upload
from lms.notifications.models import Notice
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, an_article_text
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of
from tests.support.make_quizzes import answered_right, begun, handed_in
from tests.support.payloads import PAYLOADS

WHO = ["own", "lead", "trainer", "hr"]
ONLY_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")
"""What becomes of a text in a page does not depend on the database; on this one a name may be as long as it likes."""
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "background", "srcset", "poster"}
BANNED = {
    "iframe", "object", "embed", "applet", "base", "style", "math", "template", "marquee", "keygen", "isindex",
    "foreignobject", "animate", "set", "use", "audio", "video", "xss",
}  # fmt: skip
FROM_MARKDOWN = {
    "a", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "input",
    "label", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
    "button", "svg", "path",
}  # fmt: skip
"""What rendered Markdown may consist of, the copy button and its picture included."""


class Page(HTMLParser):
    """Reads a page: skeleton = its elements with the names of their attributes; troubles = what may never be there."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.skeleton, self.tags, self.troubles = [], set(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.skeleton.append((tag, *sorted(name for name, _ in attrs)))
        given = dict(attrs)
        if tag in BANNED and not frames_a_package(tag, given):
            self.troubles.append(f"<{tag}>")
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.troubles.append(f"script: {given}")
        if tag == "meta" and "http-equiv" in given:
            self.troubles.append("meta http-equiv")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.troubles.append(f"{tag} {name}={value}")
            drawn_here = tag == "img" and QR.fullmatch(unquote(value or ""))
            if name in ADDRESSES and not harmless(value or "") and not drawn_here:
                self.troubles.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


def frames_a_package(tag, given):
    """Say whether this is the player's frame: the program of strangers in it has an origin that is nobody's."""
    sandbox = (given.get("sandbox") or "").split()
    inside = (given.get("src") or "").startswith("/scorm/")
    return tag == "iframe" and inside and "allow-scripts" in sandbox and "allow-same-origin" not in sandbox


QR = re.compile(
    r"data:image/svg\+xml;charset=utf-8,<svg xmlns='http://www\.w3\.org/2000/svg' width='\d+' height='\d+' class='segno'>"
    r"(<g transform='scale\(4\)'>)?"
    r"(<path( transform='scale\(4\)'| class='qrline'| fill='#[0-9a-f]+'| stroke='#[0-9a-f]+'| d='[Mmhvz0-9. -]+')+/>)+"
    r"(</g>)?</svg>"
)
"""A code that is drawn here: squares and nothing else."""


def harmless(target):
    """Say whether an address stays here or leads openly to the web."""
    plain = "".join(letter for letter in target if letter > " ").replace("\\", "/").lower()
    if plain.startswith("//"):
        return False
    scheme = plain.partition(":")[0]
    if ":" not in plain or any(mark in scheme for mark in "/?#"):
        return True
    return scheme in {"http", "https", "mailto", "tel", "lms"}


def test_there_are_enough_payloads_and_the_reader_sees_them():
    assert len(set(PAYLOADS)) >= 150
    raw = [payload for payload in PAYLOADS if Page(f"<p>{payload}</p>").troubles]
    assert len(raw) > 80


@pytest.mark.parametrize(
    "around", ["{}", "[看]({})", "**{}**", "> 话术：{}", "1. {}", "| a |\n|---|\n| {} |", "### {}"]
)
def test_markdown_lets_no_payload_through(around):
    for payload in PAYLOADS:
        stored = render(around.format(payload), link=lambda target: f"kb/{target}")
        page = Page(str(shown(stored, lambda reference: "/kb/a", str)))
        assert page.troubles == [], payload
        assert page.tags <= FROM_MARKDOWN, payload


def test_the_sanitiser_alone_lets_no_payload_through():
    """The grammar takes no raw HTML at all; were that to fail, the sanitiser still stands behind it."""
    for payload in PAYLOADS:
        page = Page(markup._clean(f"<p>{payload}</p>"))
        assert page.troubles == [], payload
        assert page.tags <= FROM_MARKDOWN, payload


# plain fields


def fill(house, words):
    """Write the words into every plain field that somebody can type."""
    person = [house.own.id, house.people["mentor"].id, house.people["lead"].id, house.people["trainer"].id]
    with transaction() as s:
        s.execute(update(Person).where(Person.id.in_(person)).values(name=words, position=words, email=words))
        s.execute(update(Team).values(name=words))
        s.execute(update(Cohort).values(name=words, room=words))
        s.execute(update(TaskWork).values(evidence=words, remark=words))
        s.execute(update(Upload).values(name=words))
        s.execute(update(ApiToken).values(label=words))
        s.execute(update(Document).values(title=words, summary=words, tags=[words], aliases=[words]))
        s.execute(update(Shop).values(name=words))
        s.execute(update(Suggestion).values(title=words, reason=words, answer=words))
        s.execute(update(Comment).values(text=words))
        s.execute(update(UrgentNotice).values(title=words, body=words))
        s.execute(update(Gap).values(title=words, reason=words))
        s.execute(update(ReviewRequest).values(note=words, answer=words))
        s.execute(update(Notice).values(sentence={"id": "%(name)s", "values": {"name": words}}))


def pages(world, house, who):
    """Return skeleton and troubles of every page that this person can get, by address."""
    client, _ = browser_of(world, house.people[who])
    found = {}
    for rule in all_rules(world):
        for values in (values_of(house, rule) if rule.arguments else [{}]) if "GET" in rule.methods else []:
            path = address(world, rule, values)
            with client.get(path) as answer:
                assert answer.status_code < 500, path
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                if path.startswith("/scorm/"):  # a program of strangers, whatever it holds, in its sandbox
                    policy = answer.headers["Content-Security-Policy"]
                    assert answer.status_code != 200 or policy.startswith("sandbox allow-scripts")
                    assert "allow-same-origin" not in policy
                elif answer.mimetype == "text/html" and answer.status_code == 200:
                    found[path] = Page(answer.text)
    return found


@ONLY_SQLITE
@pytest.mark.parametrize("who", WHO)
def test_a_page_with_payloads_has_the_elements_of_a_harmless_one(world, who):
    house = a_house()
    with world.app_context(), looked.buffer().taken():
        pass  # what tests before this one have looked at is of people and articles that are gone
    with clock.frozen(clock.now()):  # views are written, and counted on some pages, once they are ten seconds old
        fill(house, "甲")
        pages(world, house, who)  # what one has looked at stands on a page of its own afterwards
        harmless_pages = pages(world, house, who)
        fill(house, " ".join(PAYLOADS))
        wicked_pages = pages(world, house, who)
    wrong = []
    for path, page in wicked_pages.items():
        if page.skeleton != harmless_pages[path].skeleton:
            wrong.append((path, "an element came from a payload"))
        wrong += [(path, trouble) for trouble in page.troubles]
    assert wrong == []
    assert len(harmless_pages) > 12


@ONLY_SQLITE
def test_what_is_searched_or_asked_for_is_never_an_element(world):
    house = a_house()
    for who, asked in (("own", "/kb?q="), ("own", "/kb?tag="), ("hr", "/people?q="), ("hr", "/roster?person="),
                       ("trainer", "/studio?q="), ("trainer", "/reports/completion?q="), ("own", "/sign-in?next=/")):  # fmt: skip
        client, _ = browser_of(world, house.people[who])
        path, _, name = asked.partition("?")
        name, _, start = name.partition("=")
        skeleton = Page(client.get(path, query_string={name: f"{start}甲乙丙丁"}).text).skeleton
        for payload in PAYLOADS[::7]:
            page = Page(client.get(path, query_string={name: start + payload}).text)
            assert page.troubles == [], (asked, payload)
            assert name == "tag" or len(page.skeleton) <= len(skeleton) + 3, (asked, payload)


# Markdown on the pages that show it


def published(trainer, kind, slug, head, blocks):
    """Publish a document of all the blocks that the checks let through; return how many these are."""
    for _ in range(12):
        text = head + "\n\n".join(blocks) + "\n"
        made = a_draft(trainer, text, kind=kind, slug=f"{slug}{len(blocks)}")
        try:
            with transaction():
                content.publish(trainer, made.document_id, made.revision_id)
            return f"{slug}{len(blocks)}", len(blocks)
        except Unpublishable as refused:
            bad = {finding.line for finding in refused.findings if finding.severity is Severity.ERROR}
        line, kept = head.count("\n") + 1, []
        for block in blocks:
            if not bad & set(range(line, line + block.count("\n") + 1)):
                kept.append(block)
            line += block.count("\n") + 2
        assert len(kept) < len(blocks), bad
        blocks = kept
    raise AssertionError("nothing could be published")


def question(number, payload):
    return (
        f"### 第{number}题 {payload}\n`2分`\n\n1. [x] 对 {payload}\n    - 解析：{payload}\n2. [ ] 错 {number} {payload}\n\n"
        f"> 提示：{payload}\n\n> 解析：{payload}"
    )


ARTICLE = "---\n类型: 知识\n---\n# 坏字符\n\n## 一节\n"
LESSON = "---\n类型: 课时\n时长: 9分钟\n---\n# 坏字符的课\n\n## 一节\n"
TASK = "---\n类型: 任务\n时长: 9分钟\n确认人: 带教\n---\n# 坏字符的任务\n\n说明\n\n- [ ] 一步\n\n"
QUIZ = "---\n类型: 测验\n用途: 练习\n---\n# 坏字符的题\n\n## 一节\n`全部`\n\n"


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("kind", "head"), [("article", ARTICLE), ("lesson", LESSON), ("task", TASK)], ids=["article", "lesson", "task"]
)
def test_published_markdown_is_harmless_on_every_page_of_it(world, kind, head):
    trainer, learner = a_person(Role.TRAINER), a_person(Role.AGENT)
    slug, count = published(as_actor(trainer), kind, "bad", head, PAYLOADS)
    assert count > 100
    open_at = {"article": "/kb", "lesson": "/learn/lesson", "task": "/learn/task"}[kind]
    look(world, learner, [f"{open_at}/{slug}", "/kb?q=alert", "/"])
    look(
        world, trainer, [f"/studio/{kind}/{slug}/{each}" for each in ("edit", "diff?whole=1", "versions/1", "history")]
    )


@ONLY_SQLITE
def test_questions_are_harmless_on_the_paper_and_on_the_result(world):
    trainer, learner = a_person(Role.TRAINER), a_person(Role.AGENT)
    blocks = [question(number, payload) for number, payload in enumerate(PAYLOADS[::2])]
    slug, count = published(as_actor(trainer), "quiz", "bad", QUIZ, blocks)
    assert count > 40
    attempt = begun(as_actor(learner), slug)
    look(world, learner, [f"/quizzes/{slug}", f"/attempts/{attempt}", f"/attempts/{attempt}/confirm"])
    answered_right(as_actor(learner), attempt)
    handed_in(as_actor(learner), attempt)
    look(world, learner, [f"/attempts/{attempt}/result"])
    look(world, trainer, [f"/studio/quiz/{slug}/edit", f"/attempts/{attempt}/result"])


def look(world, person, paths):
    client, _ = browser_of(world, person)
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert Page(answer.text).troubles == [], path


@ONLY_SQLITE
def test_the_preview_of_a_source_with_payloads_is_harmless(world):
    trainer = a_person(Role.TRAINER)
    a_document(as_actor(trainer), an_article_text(), slug="fine")
    client, csrf = browser_of(world, trainer)
    for payload in PAYLOADS[::5]:
        sent = {"markdown": ARTICLE + payload + "\n"}
        headers = {"X-CSRFToken": csrf, "Accept": "application/json"}
        answer = client.post("/studio/article/fine/preview", data=sent, headers=headers)
        assert answer.mimetype == "application/json"
        if answer.status_code == 200:
            assert Page(answer.get_json()["preview"]).troubles == [], payload


@pytest.mark.browser
def test_a_browser_runs_nothing_of_it_and_asks_no_other_host(floor):
    house = a_house()
    slug, _ = published(as_actor(house.people["trainer"]), "article", "bad", ARTICLE, PAYLOADS)
    fill(house, " ".join(PAYLOADS))
    seen = []
    # A picture of another host is stopped by the policy before it is asked for; `leaves` below is what would go out.
    floor.allowed += [
        r"violates the following Content Security Policy directive: \"img-src",
        r"asked another host.*png$",
    ]
    visits = {
        "own": ["/", "/courses", "/kb", f"/kb/{slug}", "/kb?q=alert", "/learn/task/own-task", "/me"],
        "trainer": ["/confirm", "/people", f"/people/{house.own.employee_no}", "/reports/completion", "/studio",
                    f"/studio/article/{slug}/edit", "/cohorts"],
    }  # fmt: skip
    floor.fresh_read()
    for who, paths in visits.items():
        page = floor.page_of(house.people[who])
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.route(
            lambda url: not url.startswith(floor.url), lambda leaves: (seen.append(leaves.request.url), leaves.abort())
        )
        for path in paths:
            page.goto(path)
            page.wait_for_load_state("load")
    assert seen == []
