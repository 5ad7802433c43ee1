"""Whatever anybody types or sends into the knowledge base, and wherever another one meets it, none of it runs."""

from urllib.parse import quote

import pytest
from sqlalchemy import update

from lms.accounts.models import Shop, Team
from lms.accounts.queries import console
from lms.content import actions as content
from lms.content.actions import reviewing
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.actions import gaps, keeping, suggestions, talk
from lms.kb.git.jobs import import_git
from lms.kb.models import GapMiss, Suggestion, Vote
from lms.notifications.models import Notice
from lms.reports.knowledge.rules import SECTIONS
from tests.journeys.test_studio_runs_nothing import HIT, PAYLOADS
from tests.support.live import Floor, press
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_cards import has_read
from tests.support.make_content import a_document, a_draft, a_lesson_text, an_article_text
from tests.support.make_git import Repository
from tests.support.make_kb import a_gap, a_shop, searched, viewed
from tests.support.make_search import indexed
from tests.support.make_urgent import an_urgent
from tests.trust.test_xss import published

pytestmark = pytest.mark.browser

FLAT = [p.replace("\u2028", " ") for p in PAYLOADS]
HEAD = "---\n类型: 知识\n必读: [客服, 组长]\n---\n# 坏字符\n\n## 时限\n七天。\n\n"
RESTS = "见[规定](../kb_content/{slug}.md#时限)。"
WORDS = "---\n类型: 词表\n词表: 同义词\n---\n# 坏词\n\n"


class Bad:
    """A knowledge base in which everything that can be typed or sent is an attack, and its three readers."""

    def __init__(self, tmp_path):
        team = a_team()
        self.agent, self.lead = a_person(Role.AGENT, team=team), a_person(Role.LEAD, team=team)
        self.trainer = a_person(Role.TRAINER)
        self.attackers = [as_actor(a_person(Role.AGENT, team=team, name=p)) for p in FLAT]
        self.author = as_actor(a_person(Role.TRAINER, name=" ".join(FLAT)[:60]))
        self.shop = a_shop(FLAT[1][:40])
        self.write()
        self.say()
        self.miss()
        self.warn()
        self.bring(tmp_path)
        indexed()

    def write(self):
        blocks = [
            f"## 节{number} {p}\n{p}\n\n> 话术：{p} {{{p[:20]}}}\n\n> 内部：{p}" for number, p in enumerate(PAYLOADS)
        ]
        self.slug, count = published(self.author, "article", "bad", HEAD, blocks)
        assert count > 16
        with transaction() as s:
            self.article = s.query(Document).filter_by(kind="article").one()
            source = content_text(self.article)
        checks = "\n\n".join(f"### 第{n}问 {p}\n1. [x] 对 {p}\n2. [ ] 错 {p}" for n, p in enumerate(FLAT[1:4]))
        a_document(
            self.author, a_lesson_text("课", f"## 一步\n{RESTS.format(slug=self.slug)}"), kind="lesson", slug="l"
        )
        for reader in (self.agent, self.lead):
            has_read(reader, self.article)
            viewed(reader, self.article)
        changed = (
            source.replace("七天", "九天").replace("\n\n> 话术：", " 改\n\n> 话术：") + f"\n\n## 自测\n\n{checks}\n"
        )
        with transaction():
            saved = content.save_draft(self.author, self.article.id, self.article.published_id, changed)
            content.publish(self.author, self.article.id, saved.revision_id, note=" ".join(FLAT)[:400])
        lines = "\n".join(f"- {p} | {p[:30]} 别" for p in FLAT)
        self.words = a_draft(self.author, WORDS + lines + "\n", kind="words", slug="words/bad")
        handed = a_draft(self.author, an_article_text("送审", f"## 一\n{FLAT[3]}"), slug="handed")
        with transaction():
            note = " ".join(FLAT)[:400]
            self.request = reviewing.hand_in(self.author, handed.document_id, handed.revision_id, note).id
        with transaction() as s:
            for document, p in zip(s.query(Document).filter_by(kind="article"), FLAT, strict=False):
                document.title, document.summary, document.tags = p, p, [*FLAT[:6]]
                document.aliases = [*FLAT[6:12]]

    def say(self):
        with transaction() as s:
            document = s.get_one(Document, self.article.id)
            for number, (who, p) in enumerate(zip(self.attackers, FLAT, strict=True)):
                asked = talk.speak(who, document, p, anchor="时限" if number % 2 else "")
                talk.speak(self.attackers[-1], document, p, answers=asked.public_id)
                new = an_article_text("换名", f"## 一\n{p}")
                made = suggestions.suggest_new(who, p[:100], "", new, p)
                if number % 3 == 1:
                    suggestions.decline(self.author, made.public_id, p)
                s.add(
                    Vote(person_id=who.id, document_id=document.id, revision_id=document.published_id, solved=False,
                         reason="unclear", note=p, at=clock.now())
                )  # fmt: skip
            source = content_text(document)
            agent = as_actor(self.agent)
            kept = suggestions.suggest_edit(agent, document.id, document.published_id, source + "".join(FLAT), FLAT[3])
            suggestions.decline(self.author, kept.public_id, " ".join(FLAT)[:400])
            keeping.keep(agent, document.id)
        with transaction() as s:
            self.proposals = list(s.scalars(s.query(Suggestion.public_id).statement))[::4]

    def miss(self):
        for who, p in zip(self.attackers, FLAT, strict=True):
            searched(who, p)
        gap = a_gap(*FLAT)
        shut = a_gap("关掉的")
        with transaction() as s:
            s.execute(update(GapMiss).values(shop=self.shop.code))
            for who in self.attackers[:4]:
                gaps.ask(who, FLAT[0])
            gaps.rename(self.author, gap.public_id, FLAT[1])
            gaps.dismiss(self.author, shut.public_id, " ".join(FLAT)[:390])
        self.gaps = [gap.public_id, shut.public_id]

    def warn(self):
        lead = as_actor(a_person(Role.TRAINER, name=FLAT[4]))
        self.urgents = [
            an_urgent(lead, " ".join(FLAT[at : at + 6])[:118], body=" ".join(FLAT)[:400], document_id=self.article.id)
            for at in range(0, len(FLAT), 12)
        ]

    def bring(self, tmp_path):
        repository = Repository(tmp_path / "wiki.git")
        for number, p in enumerate(FLAT[:8]):
            author = f"{p.replace('<', '').replace('>', '')} <{number}{p.replace('<', '').replace('>', '')[:20]}@x>"
            path = f"{p.replace('/', '')[:40]}{number}.md"
            repository.put({path: an_article_text(f"从别处来 {number}", f"## 一\n{p}")}, p, author)
        self.brought = import_git(console(), repository.folder, publish=True)
        with transaction() as s:
            s.execute(update(Team).values(name=" ".join(FLAT)[:100]))
            s.execute(update(Shop).values(name=FLAT[5]))


def content_text(document):
    from lms.content import queries

    return queries.text(document.published_id)


def visits(bad):
    article = f"/kb/{bad.slug}"
    reading = [f"{article}{more}" for more in ("", "/change?since=2", "/history", "/diff", "/print", "/talk", "/uses",
                                               "/suggest", "/suggest?section=*")]  # fmt: skip
    asked = [f"/{page}?q={quote(p)}" for page, each in (("kb", FLAT[::2]), ("panel", FLAT[1::4])) for p in each]
    yield bad.agent, ["/", "/inbox", "/kb", *reading, "/kb/mine", "/urgent", "/panel", f"/panel?open={bad.slug}",
                      *asked, f"/kb?tag={quote(FLAT[3])}", f"/kb/share?title={quote(FLAT[3])}", "/learn/lesson/l"]  # fmt: skip
    yield bad.lead, ["/", "/inbox", "/kb/care/must-reads", "/kb/care/urgent", "/kb/care/urgent/new",
                     *[f"/reports/knowledge?section={each}" for each in SECTIONS]]  # fmt: skip
    yield bad.trainer, ["/", "/inbox", "/kb/care/submissions", *[f"/kb/suggestions/{each}" for each in bad.proposals],
                        "/kb/care/reviews", "/studio/marks", "/kb/care/gaps", "/kb/care/gaps?state=dismissed",
                        *[f"/kb/care/gaps/{each}" for each in bad.gaps], "/kb/care/categories", "/kb/export",
                        f"/studio/reviews/{bad.request}", f"/kb/care/urgent/{bad.urgents[0]}", article,
                        f"/studio/article/{bad.slug}/history", f"/studio/article/{bad.slug}/edit?view=form",
                        "/studio/words/words/bad/edit?view=form", "/studio/words/words/bad/history"]  # fmt: skip


def test_nothing_that_was_typed_or_sent_runs_in_anybodys_page(floor: Floor, tmp_path):
    bad = Bad(tmp_path)
    floor.fresh_read()
    assert session().query(Notice).count() > 20
    for person, paths in visits(bad):
        page = floor.page_of(person)
        page.on("dialog", lambda dialog: dialog.accept())
        for path in paths:
            answer = page.goto(path)
            assert answer.status == 200, path
            assert page.evaluate("document.documentElement.dataset.hit") is None, path
    box = page.locator("input[type=search]").first
    page.goto("/kb")
    for p in FLAT[::4]:
        with page.expect_response("**/kb/search/hints?*"):
            box.fill(p)
        assert page.evaluate("document.documentElement.dataset.hit") is None, p
    page.goto("/kb/care/gaps/import")
    rows = "".join('"' + p.replace('"', '""') + f'","{"" if n else p[:9]}",3,2026-11-20\n' for n, p in enumerate(FLAT))
    sheet = {
        "name": f'"><img src=x onerror={HIT}>.csv',
        "mimeType": "text/csv",
        "buffer": f"原因,店铺,次数,日期\n{rows}".encode(),
    }
    page.locator("input[type=file]").set_input_files(sheet)
    press(page, page.locator("main form button[type=submit]").first)
    assert page.evaluate("document.documentElement.dataset.hit") is None
