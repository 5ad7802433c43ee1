"""The index follows what is published: by the outbox, one drainer at a time, built anew where it is missing."""

import threading
from contextlib import ExitStack

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from lms import cli
from lms.content import actions as content
from lms.core import outbox
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.models import Outbox
from lms.kb.jobs.indexing import keep_index, rebuild_index
from lms.kb.queries.entries import TOPIC, entries, index_state
from lms.search.engine import Clause, Query
from lms.search.engines import engine
from lms.search.tokens import phrases_of
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited


def publish(title="退货时效", body="## 时效\n七天内可以申请。", slug="", **front):
    trainer = a_trainer()
    return trainer, a_document(trainer, an_article_text(title, body, **front), slug=slug)


def found(words, *facets):
    clause = Clause(phrases=phrases_of(words))
    return [one.id for one in engine().find(Query(clauses=(clause,), facets=tuple(map(frozenset, facets))))]


def waiting():
    return session().scalars(select(Outbox.key).where(Outbox.topic == TOPIC, Outbox.done_at.is_(None))).all()


def test_what_is_published_waits_in_the_outbox_and_is_found_after_the_next_turn(world):
    keep_index()
    _, document = publish()
    assert waiting() == [str(document.id)]
    assert keep_index() == 1
    assert found("7天内") == [document.id]
    assert waiting() == []


def test_a_new_version_is_found_by_its_words_and_not_by_the_old_ones(world):
    trainer, document = publish()
    keep_index()
    edited(trainer, document, an_article_text("退货时效", "## 时效\n十五天内可以申请。"))
    keep_index()
    assert (found("七天"), found("15天")) == ([], [document.id])


def test_an_archived_article_is_forgotten_and_found_again_when_it_comes_back(world):
    trainer, document = publish()
    keep_index()
    with transaction():
        content.archive(trainer, document.id)
    keep_index()
    assert found("退货时效") == []
    with transaction():
        content.unarchive(trainer, document.id)
    keep_index()
    assert found("退货时效") == [document.id]


def test_an_article_that_moves_to_another_folder_is_found_there(world):
    trainer, document = publish(slug="after-sales/refund/time")
    keep_index()
    assert found("退货", ["in:after-sales"]) == found("退货", ["in:after-sales/refund"]) == [document.id]
    with transaction():
        content.rename(trainer, document.id, "logistics/time")
    keep_index()
    assert (found("退货", ["in:after-sales"]), found("退货", ["in:logistics"])) == ([], [document.id])


def test_facets_say_who_may_read_it_and_what_it_is_about(world):
    _, document = publish(可见="[组长]", 标签="[退货, 时效]", 适用="[天猫旗舰店]")
    (entry,) = entries([document.id])
    assert {facet for facet in entry.facets if facet[:4] != "shop"} >= {"for:组长", "tag:退货", "tag:时效"}
    assert "for:*" not in entry.facets


def test_an_article_for_everybody_says_so(world):
    _, document = publish()
    assert "for:*" in entries([document.id])[0].facets


def test_headings_aliases_tags_and_summaries_are_found_too(world):
    _, document = publish("退货时效", "## 钱退到哪里\n原路返回。", 别名="[几天到账]", 标签="[退款]", 摘要="多久退钱")
    keep_index()
    for words in ("钱退到", "几天到账", "退款", "多久退钱", "原路"):
        assert found(words) == [document.id], words


def test_a_missing_index_is_built_whole(world):
    documents = [publish(f"退货说明{number}")[1].id for number in range(3)]
    assert not index_state().ready
    keep_index()
    assert index_state().ready
    assert sorted(found("退货说明")) == documents


def test_nothing_is_done_while_another_drainer_works(world):
    keep_index()
    publish()
    started, go_on = threading.Event(), threading.Event()

    def other():
        with world.app_context(), engine().alone() as ours:
            assert ours
            started.set()
            go_on.wait()

    thread = threading.Thread(target=other)
    thread.start()
    started.wait()
    assert keep_index() == 0
    go_on.set()
    thread.join()
    assert keep_index() == 1


def test_what_can_not_be_indexed_is_tried_again_later_and_says_why(world, monkeypatch):
    keep_index()
    publish()

    def full(*_):
        raise OSError("no space")

    monkeypatch.setattr(engine(), "put", full, raising=False)
    with pytest.raises(OSError, match="no space"):
        keep_index()
    monkeypatch.undo()
    assert index_state().error == "OSError"
    assert keep_index() == 0, "not before its time"
    assert outbox.waiting(TOPIC).open == 1


def test_a_rebuild_says_how_many_there_are(world):
    publish("一"), publish("二")
    assert rebuild_index() == 2


@pytest.mark.committed
def test_a_publish_while_its_article_is_indexed_is_not_lost(fresh, monkeypatch):
    """The drainer has read the old text when the new one is published: the next turn has to find the new one."""
    with fresh.app_context():
        keep_index()
        trainer, document = publish("退货时效", "## 时效\n旧的规定。")
        document_id = document.id
        put = engine().put

        def publish_meanwhile(read):
            def other():
                with fresh.app_context():
                    edited(trainer, document, an_article_text("退货时效", "## 时效\n新的规定。"))
                    db.session.remove()

            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            put(read)

        monkeypatch.setattr(engine(), "put", publish_meanwhile, raising=False)
        keep_index_once()
        monkeypatch.undo()
        assert found("旧的规定") == [document_id]
        assert keep_index() == 1
        assert (found("旧的规定"), found("新的规定")) == ([], [document_id])
        db.session.remove()


def keep_index_once():
    """Do a single batch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lms.kb.jobs.indexing.MOST_BATCHES", 1)
        keep_index()


# commands and the health page


def lms(world, *words):
    return CliRunner().invoke(cli.main, ["search", *words], obj=world)


def test_the_command_says_how_the_index_stands_and_builds_it(world):
    publish()
    assert "还没有可用的索引" in lms(world, "status").output
    assert "已为 1 条知识重建搜索" in lms(world, "rebuild").output
    assert "索引可用，1 条知识" in lms(world, "status").output


def test_a_rebuild_gives_way_to_another_that_writes(world, monkeypatch):
    monkeypatch.setattr("lms.kb.jobs.indexing.REBUILD_WAIT", 0.0)
    with ExitStack() as stack:
        started, go_on = threading.Event(), threading.Event()

        def other():
            with world.app_context(), engine().alone():
                started.set()
                go_on.wait()

        thread = threading.Thread(target=other)
        stack.callback(thread.join)
        stack.callback(go_on.set)
        thread.start()
        started.wait()
        done = lms(world, "rebuild")
    assert (done.exit_code, "另一个进程" in done.stderr) == (1, True)


def test_an_administrator_sees_how_many_articles_wait(world, client):
    publish()
    sign_in(client, a_person(Role.ADMIN))
    assert "条知识等待索引" in client.get("/").text
    assert "索引还没有建好" in client.get("/").text
    keep_index()
    assert "索引还没有建好" not in client.get("/").text
