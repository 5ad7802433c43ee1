"""An article that is meant for others leaks nowhere: no list, search, suggestion, back-link, count, diff, panel, API.

Its title, aliases, tags, summary, headings, text, scripts, files' names and history each hold a token. Everything that
can be got is got, by somebody for whom it is not meant; and the trainer's crawl sees every token, so the crawl can see.
"""

import re

import pytest

from lms.content import actions as content
from lms.core.db import transaction
from tests.support.canary import HEAD, Canary, crawled
from tests.support.make import as_actor
from tests.support.make_content import a_document, an_article_text, edited
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of
from tests.support.make_search import indexed

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
依据: 公司规定
---
# {plant("title")}

{plant("intro")}

## {plant("heading")}
{plant("text")}，见[怎么退货](how.md)。

> 话术：{plant("script")}

> 内部：{plant("internal")}

## {plant("dated heading")}
`生效:2026-11-01..2026-11-20` `按下单日`

{plant("dated text")}
"""


class Shelf:
    """A house with one article that is meant for a position that nobody here has; others refer to it."""

    def __init__(self, world):
        self.world, self.house, self.canary = world, a_house(), Canary()
        trainer = as_actor(self.house.people["trainer"])
        secret = a_document(trainer, secret_text(self.canary, 1), slug=SLUG)
        edited(trainer, secret, secret_text(self.canary, 2))
        a_document(trainer, an_article_text("相关", "见[内部规定](secret.md)。"), slug="after-sales/near")
        with transaction():
            content.create(trainer, "article", "after-sales/unfinished", secret_text(self.canary, 3))
        indexed()

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
        yield from (f"/api/v1/kb/articles/{SLUG}?revision={number}" for number in (1, 2, 3))
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


def without_token(page):
    """Return a page without what differs from one request to the next."""
    return re.sub(r'value="[^"]{40,}"|after-sales/\w+', "", page)
