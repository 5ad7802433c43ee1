"""The history that authors use: long ones open fast, two editors lose nothing, file and database are put together."""

import re
from datetime import timedelta

import pytest
from apiflask import APIFlask

from lms.content import actions, queries
from lms.content.actions import autosave
from lms.content.jobs import sync_files
from lms.content.models import Blob, Document, FileState, Revision
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.kb.models import ArticleView
from tests.support.desk import SENTENCE, Desk
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, edited, write
from tests.support.make_studio import address, opened, sent


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def draft_of(document_id: int) -> str:
    document = session().get_one(Document, document_id, populate_existing=True)
    return queries.text(document.draft_id or document.published_id or 0)


# history


def test_two_thousand_versions_open_page_by_page_without_their_texts(client, me, statements):
    made = a_draft(me, an_article_text(), slug="long")
    first = session().get_one(Revision, made.revision_id)
    rows = [
        {"document_id": made.document_id, "number": number, "blob_sha": first.blob_sha, "kind": "draft", "minor": False}
        | {"author_id": me.id, "note": f"改动 {number}", "parser": "", "audience": [], "at": clock.now()}
        for number in range(2, 2_001)
    ]
    with transaction() as current:
        current.execute(Revision.__table__.insert(), rows)
    statements.clear()
    page = client.get(address("article", "long", "history")).text
    assert [int(n) for n in re.findall(r">第 (\d+) 版</a>", page)] == list(range(2_000, 1_950, -1))
    assert 'href="?before=1951"' in page
    assert len(statements) <= 9
    assert not any(f"{Blob.__tablename__}.zlib" in each for each in statements)
    assert "第 1 版</a>" in client.get(address("article", "long", "history?before=3")).text
    assert 'type="number"' in client.get(address("article", "long", "diff?old=1&new=2")).text


def test_the_history_says_how_much_came_and_went(client, me):
    document = a_document(me, an_article_text(body="一"), slug="a")
    edited(me, document, an_article_text(body="一" + "字" * 400))
    edited(me, document, an_article_text(body="一"))
    page = client.get(address("article", "a", "history")).text
    assert page.count("多了</span>1.2 KB") == 1
    assert page.count("少了</span>1.2 KB") == 1


def test_a_merge_names_the_versions_that_it_is_made_of(client, me):
    document = a_document(me, an_article_text(body="一\n\n二\n\n三"), slug="a")
    base, text = document.published_id, queries.text(document.published_id or 0)
    other = a_trainer()
    with transaction():
        actions.save_draft(other, document.id, base, text.replace("一", "壹"))
    sent(client, "article", "a", markdown=text.replace("三", "叁"), base_revision=base)
    page = client.get(address("article", "a", "history")).text
    assert "合并了第 3 版和第 4 版" in page
    assert ">合并</span>" in page


def seen_by(*people, revision_id, document_id):
    with transaction() as current:
        for number, person in enumerate(people):
            at = clock.now() - timedelta(minutes=number)
            current.add(
                ArticleView(
                    person_id=person.id,
                    revision_id=revision_id,
                    document_id=document_id,
                    first_at=at,
                    last_at=at,
                    times=2,
                )
            )


def test_the_history_says_how_many_saw_a_version_and_the_version_says_who(client, me):
    document = a_document(me, slug="a")
    readers = [a_person(Role.AGENT, name=name) for name in ("阿南", "小雨")]
    seen_by(*readers, revision_id=document.published_id, document_id=document.id)
    page = client.get(address("article", "a", "history")).text
    assert ">2 人</a>" in page
    page = client.get(address("article", "a", "versions/2")).text
    assert page.index("阿南") < page.index("小雨")
    assert "看过这一版的人" not in client.get(address("article", "a", "versions/1")).text


def test_side_by_side_and_one_below_the_other_are_addresses(client, me):
    document = a_document(me, an_article_text(body="退货七天"), slug="a")
    edited(me, document, an_article_text(body="退货十天"))
    page = client.get(address("article", "a", "diff?old=1&new=3")).text
    assert "view=sides" in page
    assert "diff-sides" not in page
    page = client.get(address("article", "a", "diff?old=1&new=3&view=sides&whole=1")).text
    assert 'class="diff diff-sides"' in page
    assert 'aria-current="true" href="?old=1&amp;new=3&amp;view=sides&amp;whole=1"' in page


# file and database


THREE = "第一段说明时效。\n\n第二段说明运费。\n\n第三段说明例外。"


@pytest.fixture
def torn(me, tmp_path):
    """A document that file and database have both changed since the last sync: in two places, and in one."""
    text = an_article_text(body=THREE)
    write(tmp_path, "kb_content/a.md", text)
    sync_files(tmp_path)
    document = session().query(Document).one()
    here = text.replace("第一段", "首段").replace("运费", "邮费")
    with transaction():
        saved = actions.save_draft(me, document.id, document.published_id, here)
    with transaction():
        actions.publish(me, document.id, saved.revision_id, "改")
    write(tmp_path, "kb_content/a.md", text.replace("运费", "快递费").replace("第三段", "末段"))
    assert sync_files(tmp_path).conflicts == ["kb_content/a.md"]
    return session().get_one(Document, document.id)


def test_a_file_and_the_database_are_put_together_place_by_place(client, me, torn):
    page = client.get(address("article", "a", "settle")).text
    assert "第 1 处，共 1 处" in page
    assert "文件里的" in page
    values = {"take": "both", "base_revision": torn.published_id, "choice-0": "mine"}
    assert sent(client, "article", "a", "settle-file", **values).status_code == 303
    expected = "首段说明时效。\n\n第二段说明快递费。\n\n末段说明例外。"
    assert draft_of(torn.id) == an_article_text(body=expected)
    assert session().get_one(FileState, torn.id, populate_existing=True).conflict_revision_id is None


def test_a_place_without_a_choice_leaves_file_and_database_as_they_are(client, me, torn):
    answer = sent(client, "article", "a", "settle-file", take="both", base_revision=torn.published_id)
    assert answer.status_code == 422
    assert session().get_one(FileState, torn.id, populate_existing=True).conflict_revision_id is not None


# what was typed and not saved


def test_text_that_was_left_is_put_together_with_what_was_saved_meanwhile(client, me):
    document = a_document(me, an_article_text(body="一\n\n二\n\n三"), slug="a")
    base, text = document.published_id, queries.text(document.published_id or 0)
    with transaction():
        autosave.keep(me, document.id, base, text.replace("三", "叁"))
    other = a_trainer()
    with transaction():
        actions.save_draft(other, document.id, base, text.replace("一", "壹"))
    page = client.get(address("article", "a", "edit?unsaved")).text
    assert f'name="base_revision" value="{base}"' in page
    sent(client, "article", "a", markdown=text.replace("三", "叁"), base_revision=base)
    assert draft_of(document.id) == an_article_text(body="壹\n\n二\n\n叁")


# a megabyte


@pytest.mark.parametrize(
    "app", ["sqlite"], indirect=True, scope="session"
)  # seconds of Markdown, whatever the database
def test_a_megabyte_is_saved_opened_previewed_published_compared_and_listed(client, me):
    words = "签收次日起七天内可以申请退货，商品要完好，运费由顾客承担。\n\n- 核实订单\n- 发起退货\n\n"
    text = an_article_text(body="".join(f"## 第 {number} 节\n\n{words * 30}" for number in range(290)))
    assert 1_000_000 < len(text.encode()) < 1_100_000
    made = a_draft(me, text, slug="big")
    changed = text.replace("第 200 节", "第二百节")
    assert sent(client, "article", "big", markdown=changed, base_revision=made.revision_id).status_code == 303
    assert draft_of(made.document_id) == changed
    base = opened(client, "article", "big")[1]
    assert sent(client, "article", "big", "preview", json=True, markdown=changed, base_revision=base).status_code == 200
    with transaction():
        actions.publish(me, made.document_id, base, "大")
    for page in ("history", "diff?old=1&new=2", "diff?old=1&new=2&view=sides&whole=1", "publish", "versions/2"):
        assert client.get(address("article", "big", page)).status_code == 200
    assert client.get("/kb/big").status_code == 200
    assert client.get("/kb/big/diff").status_code == 200


def test_eleven_megabytes_are_refused_with_the_limit_named(client, me):
    made = a_draft(me, slug="a")
    answer = sent(client, "article", "a", markdown="x" * 11_000_000, base_revision=made.revision_id)
    assert answer.status_code == 413
    assert "最多 2.0 MB" in answer.text
    assert [version.number for version in queries.history(made.document_id)] == [1]


# two editors


@pytest.mark.parametrize("block", range(4))
def test_two_editors_of_the_real_store_lose_no_sentence(world: APIFlask, block: int):
    one, other = an_actor(Role.TRAINER), an_actor(Role.TRAINER)
    for seed in range(block * 10, block * 10 + 10):
        desk = Desk(seed)
        made = a_draft(one, desk.head)
        bases = [made.revision_id, made.revision_id]
        for _ in range(desk.dice.randint(4, 10)):
            who = desk.dice.randrange(2)
            if desk.dice.random() < 0.6:
                desk.edit(who)
                continue
            with transaction():
                saved = actions.save_draft((one, other)[who], made.document_id, bases[who], desk.copies[who][1])
            if saved.conflict is not None:  # takes the other text and writes on; the own one stays in the history
                bases[who] = session().get_one(Document, made.document_id).draft_id or 0
            else:
                bases[who] = saved.revision_id
            desk.copies[who] = ("", queries.text(bases[who]))
        kept = {queries.text(version.id) for version in queries.history(made.document_id)}
        unsaved = {desk.copies[0][1], desk.copies[1][1]}
        assert desk.written - desk.removed <= {mark for text in kept | unsaved for mark in SENTENCE.findall(text)}
        numbers = [version.number for version in queries.history(made.document_id)]
        assert numbers == list(range(len(numbers), 0, -1))
