"""An article that is meant for others leaks nowhere: no list, search, suggestion, back-link, count, diff, panel, API.

Its title, address, aliases, tags, summary, headings, text, scripts and history each hold a token. Everything that can
be got is got, by somebody for whom it is not meant; and the trainer's crawl sees every token, so the crawl can see.
It was once for everybody: who kept it, read it, talked below it, proposed a change and confirmed it has lost it since.
"""

import re

import pytest

from lms.content import actions as content
from lms.content.models import Document
from lms.core.db import session, transaction
from lms.kb.actions import gaps, keeping, suggestions, talk
from lms.kb.models import Gap
from lms.reports.knowledge.rules import SECTIONS
from tests.support.canary import HEAD, Canary, crawled
from tests.support.make import as_actor
from tests.support.make_cards import has_read, number_of, owes_card
from tests.support.make_content import (
    a_document,
    a_lesson_text,
    a_question,
    a_quiz_text,
    an_article_text,
    edited,
)
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of
from tests.support.make_kb import searched, viewed, voted
from tests.support.make_search import indexed
from tests.support.make_urgent import an_urgent

# What is meant for whom is decided by SQL that tests/content proves on both databases.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")

SLUG = "after-sales/secret"
OUTSIDERS = ["own", "lead", "stranger", "hr"]


def secret_text(canary, version):
    plant = lambda where: canary.plant(f"{where} of version {version}")  # noqa: E731
    return f"""---
类型: 知识
摘要: {plant("summary")}
标签: [{plant("tag")}]
别名: [{plant("alias")}]
可见: [隐藏岗位]
必读: [客服]
依据: 公司规定
---
# {plant("title")}

{plant("intro")}

## {plant("heading")}
{plant("text")}，见[怎么退货](how.md)。

> 话术：{plant("script")}

> 内部：{plant("internal")}

## 时限
{plant("section on which a lesson rests")}

## {plant("dated heading")}
`生效:2026-11-01..2026-11-20` `按下单日`

{plant("dated text")}

## 运费
由商家承担。
"""


OPEN_TEXT = an_article_text(
    "寄回的规定", "见[怎么退货](how.md)。\n\n## 时限\n七天。\n\n## 运费\n由商家承担。", 必读="[客服]"
)
RESTS = "见[规定](../kb_content/after-sales/secret.md#时限)。"


class Shelf:
    """A house with one article that is meant for a position that nobody here has; others refer to it."""

    def __init__(self, world):
        self.world, self.house, self.canary = world, a_house(), Canary()
        self.trainer = trainer = as_actor(self.house.people["trainer"])
        secret = a_document(trainer, OPEN_TEXT, slug=SLUG)
        self.rests(trainer)
        self.while_it_was_open(secret)
        edited(trainer, secret, secret_text(self.canary, 1))
        edited(trainer, secret, secret_text(self.canary, 2))
        a_document(trainer, an_article_text("相关", "见[内部规定](secret.md)。"), slug="after-sales/near")
        with transaction():
            content.create(trainer, "article", "after-sales/unfinished", secret_text(self.canary, 3))
        self.since_it_is_not(secret)
        self.canary.tokens["address of version 2"] = token = self.canary.tokens["title of version 2"].lower() + "x"
        with transaction():
            content.rename(trainer, secret.id, f"after-sales/{token}")
        indexed()

    def rests(self, trainer):
        a_document(trainer, a_lesson_text("寄回的课", f"## 一步\n{RESTS}"), kind="lesson", slug="rests")
        quiz = a_quiz_text(a_question("谁付运费？") + f"\n\n> 解析：{RESTS}", title="寄回的题")
        a_document(trainer, quiz, kind="quiz", slug="rests")

    def while_it_was_open(self, secret):
        """阿南 and his lead do with it what anybody may do with an article."""
        for who in ("own", "lead"):
            person = self.house.people[who]
            has_read(person, secret)
            viewed(person, secret)
            voted(person, secret)
            searched(person, "寄回", hits=1, clicked_id=secret.id)
            with transaction() as s:
                document = s.get_one(Document, secret.id)
                keeping.keep(as_actor(person), document.id)
                self.asked = talk.speak(as_actor(person), document, "谁来付？").public_id
                proposed = [
                    suggestions.suggest_edit(
                        as_actor(person), document.id, document.published_id, OPEN_TEXT.replace("由商家", new), "改"
                    ).public_id
                    for new in ("由我们", "由顾客")
                ]
                gap = gaps.ask(as_actor(person), "谁付寄回的钱")
        self.proposed, self.gap = proposed, gap.public_id

    def since_it_is_not(self, secret):
        """What the trainer does now reaches those who can read it no more."""
        trainer = self.trainer
        with transaction() as s:
            talk.speak(trainer, s.get_one(Document, secret.id), "我们付。", answers=self.asked)
            suggestions.decline(trainer, self.proposed[0], "现在不对所有人公开")
            suggestions.accept(trainer, self.proposed[1])
        with transaction() as s:
            draft = s.get_one(Document, secret.id).draft_id
            s.query(Gap).filter_by(public_id=self.gap).update({"draft_document_id": secret.id})
        with transaction():
            content.publish(trainer, secret.id, draft)
        assert session().query(Gap.state).filter_by(public_id=self.gap).scalar() == "closed"
        self.urgent = an_urgent(trainer, "请看新规定", document_id=secret.id)

    def pages(self, who):
        client, _ = browser_of(self.world, self.house.people[who])
        return crawled(client, self.addresses())

    def addresses(self):
        for rule in all_rules(self.world):
            if "GET" in rule.methods:
                for values in values_of(self.house, rule) if rule.arguments else [{}]:
                    yield address(self.world, rule, values)
                if rule.arguments == {"slug"}:
                    yield address(self.world, rule, {"slug": SLUG})
                if {"kind", "slug"} <= rule.arguments:
                    more = {"number": 1} if "number" in rule.arguments else {}
                    yield address(self.world, rule, {"kind": "article", "slug": SLUG, **more})
        for query in (HEAD, "怎么退货", "内部", SLUG):
            for page in ("/kb", "/panel", "/kb/search/hints", "/api/v1/kb/search", "/studio", "/reports/knowledge"):
                yield f"{page}?q={query}"
        for what in [
            "",
            "/history",
            "/diff",
            "/diff?from=1&to=2",
            "/change?since=1",
            "/print",
            "/talk",
            "/uses",
            "/suggest",
        ]:
            yield f"/kb/{SLUG}{what}"
        for section in SECTIONS:
            yield from (f"/reports/knowledge?section={section}{more}" for more in ("", "&format=csv", "&format=xlsx"))
        yield from (f"/kb/suggestions/{public_id}" for public_id in self.proposed)
        yield from (f"/kb/care/urgent/{self.urgent}", f"/urgent/{self.urgent}/article", f"/kb/care/gaps/{self.gap}")
        yield from (
            f"/panel?open={SLUG}",
            "/learn/lesson/rests",
            "/quizzes/rests",
            "/inbox?show=unread",
            "/studio/marks",
        )
        yield from (f"/api/v1/kb/articles/{SLUG}?revision={number}" for number in (1, 2, 3, 4, 5))
        yield from ("/kb?folder=after-sales", "/kb?tag=退货")


@pytest.fixture
def shelf(world):
    return Shelf(world)


def places(seen):
    return {each.partition(" at ")[0] for each in seen}


def test_the_trainer_sees_every_token_of_what_is_published_so_the_crawl_can_see_them(shelf):
    seen = places(shelf.canary.seen(shelf.pages("trainer")))
    assert {each for each in shelf.canary.tokens if each.endswith("version 2")} <= seen


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_sees_any(shelf, who):
    assert shelf.canary.seen(shelf.pages(who)) == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_what_is_hidden_is_answered_exactly_like_what_does_not_exist(shelf, who):
    client, _ = browser_of(shelf.world, shelf.house.people[who])
    for base in ("/kb/", "/api/v1/kb/articles/"):
        hidden, missing = client.get(base + SLUG), client.get(base + "after-sales/nobody")
        assert hidden.status_code == missing.status_code == 404
        assert without_token(hidden.text) == without_token(missing.text)


def test_a_version_that_was_meant_for_others_stays_theirs_when_the_article_is_for_everybody(world):
    house, canary = a_house(), Canary()
    trainer = as_actor(house.people["trainer"])
    article = a_document(trainer, secret_text(canary, 1), slug=SLUG)
    secret = number_of(article)
    edited(trainer, article, OPEN_TEXT)
    session().refresh(article)
    client, csrf = browser_of(world, house.own)
    head = {"X-CSRFToken": csrf}
    edit = {"revision": str(number_of(article)), "section": "*", "body": "改成这样", "reason": ""}
    assert client.get(f"/kb/{SLUG}").status_code == 200
    assert client.post(f"/kb/{SLUG}/suggest", data=edit, headers=head).status_code == 422
    proposed = {"article": SLUG, "revision": number_of(article), "markdown": OPEN_TEXT + "补充。", "reason": "改"}
    answers = [
        client.post(f"/kb/{SLUG}/suggest", data=edit | {"revision": str(secret)}, headers=head),
        client.post("/api/v1/kb/suggestions", json=proposed | {"revision": secret}, headers=head),
        client.get(f"/api/v1/kb/articles/{SLUG}?revision={secret}"),
    ]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert canary.seen({str(number): each.text for number, each in enumerate(answers)}) == []
    assert client.post("/api/v1/kb/suggestions", json=proposed, headers=head).status_code == 201


def test_who_learned_a_rule_by_a_lesson_owes_no_change_of_it_that_is_meant_for_others(world):
    house = a_house()
    trainer, learner = as_actor(house.people["trainer"]), house.people["stranger"]
    opened = OPEN_TEXT.replace("必读: [客服]\n", "")
    article = a_document(trainer, opened, slug=SLUG)
    lesson = a_document(trainer, a_lesson_text("寄回的课", f"## 一步\n{RESTS}"), kind="lesson", slug="rests")
    has_read(learner, lesson)
    edited(trainer, article, opened.replace("七天", "九天"))
    assert owes_card(learner, article)
    edited(trainer, article, secret_text(Canary(), 1))
    assert not owes_card(learner, article)


def without_token(page):
    """Return a page without what differs from one request to the next."""
    return re.sub(r'value="[^"]{40,}"|after-sales/\w+', "", page)
