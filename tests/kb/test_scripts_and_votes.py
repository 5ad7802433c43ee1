"""话术 that are kept at hand, votes on an article, who saw which version, what rests on it, the printed page."""

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.content.models import Category
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.markup import render
from lms.kb.models import ArticleView, Favourite, Vote
from lms.kb.rules.blocks import plain, taken, without_internal
from lms.kb.viewlog import FULL
from lms.kb.views.looked import buffer, write_views
from tests.support.make import a_person, sign_in
from tests.support.make_content import (
    a_document,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
)
from tests.support.pages import send

BODY = (
    "## 时效\n七天。\n\n同意：\n\n> 话术：{昵称}，可以退。\n\n> 内部：先问**组长**。\n\n- 一\n\n    > 内部：列表里的。"
)


def article(body: str = BODY, slug: str = "after-sales/return", title: str = "退货", **front: str):
    return a_document(a_trainer(), an_article_text(title, body, **front), slug=slug)


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def one(html: str, anchor: str = "a", title: str = "一节"):
    return taken(html, anchor=anchor, title=title, level=2)


# 话术 taken out of the page


def html_of(body: str) -> str:
    return str(render(body))


def test_a_line_above_a_script_names_it_else_the_section_does():
    part = one(html_of("同意：\n\n> 话术：甲\n\n> 话术：乙\n\n> 话术（生气时）：丙"))
    assert [script.label for script in part.scripts] == ["同意", "一节", "生气时"]


def test_a_script_is_what_is_sent_with_its_places_and_lines():
    script = one(html_of("> 话术：{昵称}您好，\n> 订单{订单号}。\n>\n> 第二段，{昵称}。")).scripts[0]
    assert script.text == "{昵称}您好，\n订单{订单号}。\n第二段，{昵称}。"
    assert script.slots == ("昵称", "订单号")


def test_the_key_of_a_script_is_its_wording_and_nothing_else():
    keys = [one(html_of(body)).scripts[0].key for body in ("> 话术：甲", "同意：\n\n> 话术：甲", "> 话术：乙")]
    assert keys[0] == keys[1] != keys[2]


def test_a_script_inside_a_list_is_one_too():
    assert len(one(html_of("1. 先说\n\n    > 话术：甲\n\n2. 再说")).scripts) == 1


@pytest.mark.parametrize("body", [BODY, "> 内部：甲\n>\n> | a | b |\n> |---|---|\n> | 内 | 部 |\n\n后", "无"])
def test_taking_apart_changes_no_byte_but_the_marks(body: str):
    html = html_of(body)
    assert squeezed(re.sub("\x04.*?\x04", "", one(html).html)) == squeezed(html)


def squeezed(html: str) -> str:
    return re.sub(r">\s+<", "><", html).strip()


def test_internal_is_left_out_wherever_it_stands():
    assert "组长" not in without_internal(html_of(BODY))
    assert "列表里的" not in without_internal(html_of(BODY))
    assert "可以退" in without_internal(html_of(BODY))


def test_plain_words_of_a_table_are_lines():
    assert plain(html_of("| 甲 | 乙 |\n|---|---|\n| 一 | 二 |")) == "甲；乙\n一；二"


# kept at hand


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    client.person = a_person(Role.AGENT, name="许文静", no="A1002")
    sign_in(client, client.person)
    return client


def kept() -> list[str]:
    return sorted(session().scalars(select(Favourite.script)))


def test_an_article_and_one_script_are_kept_and_let_go_by_plain_forms(reader: FlaskClient):
    article()
    page = read(reader, "/kb/after-sales/return")
    key = re.search(r'form="keep" name="keep" value="([0-9a-f]{16})"', page)
    assert key
    path = "/kb/after-sales/return/favourite"
    assert send(reader, path, "/me", keep="").location == "/kb/after-sales/return"
    assert send(reader, path, "/me", keep=key[1]).location.startswith("/kb/after-sales/return#")
    send(reader, path, "/me", keep=key[1])
    assert kept() == ["", key[1]]
    assert read(reader, "/kb/after-sales/return").count('aria-pressed="true"') == 2
    send(reader, path, "/me", drop=key[1])
    assert kept() == [""]


def test_only_a_script_that_is_there_can_be_kept(reader: FlaskClient):
    article()
    assert send(reader, "/kb/after-sales/return/favourite", "/me", keep="0" * 16).status_code == 404


def test_after_keeping_it_goes_back_only_within_the_house(reader: FlaskClient):
    article()
    for back, place in (("/panel?q=1", "/panel?q=1"), ("//evil.example", "/kb/after-sales/return")):
        assert send(reader, "/kb/after-sales/return/favourite", "/me", keep="", back=back).location == place


def test_a_kept_script_whose_wording_has_changed_is_said(reader: FlaskClient):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("退货", BODY), slug="return")
    key = re.search(r'name="keep" value="([0-9a-f]{16})"', read(reader, "/kb/return"))
    assert key
    send(reader, "/kb/return/favourite", "/me", keep=key[1])
    edited(trainer, document, an_article_text("退货", "## 时效\n> 话术：另一句。"))
    assert "这条话术已改" in read(reader, "/panel")


def test_what_is_kept_and_seen_disappears_with_the_right_to_read_it(reader: FlaskClient):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("赔付", BODY), slug="limits")
    read(reader, "/kb/limits")
    for key in ("", re.findall(r'value="([0-9a-f]{16})"', read(reader, "/kb/limits"))[0]):
        send(reader, "/kb/limits/favourite", "/me", keep=key)
    for path in ("/panel", "/kb"):
        assert "赔付" in read(reader, path)
    edited(trainer, document, an_article_text("赔付", BODY, 可见="[质检]"))
    for path in ("/panel", "/kb"):
        assert "赔付" not in read(reader, path)
        assert "可以退" not in read(reader, path)


# votes


def votes() -> list[tuple[bool, str, str]]:
    return [tuple(row) for row in session().execute(select(Vote.solved, Vote.reason, Vote.note))]


def test_the_latest_vote_of_a_person_counts_with_its_reason(reader: FlaskClient):
    article()
    path = "/kb/after-sales/return/vote"
    send(reader, path, "/me", solved="1", reason="outdated", note="不算")
    assert votes() == [(True, "", "")]
    send(reader, path, "/me", solved="0", reason="missing", note=" 没写怎么拆单 ")
    assert votes() == [(False, "missing", "没写怎么拆单")]
    assert "你上次选了“没解决”" in read(reader, "/kb/after-sales/return")


def test_a_no_without_a_reason_is_asked_for_one(reader: FlaskClient):
    article()
    assert send(reader, "/kb/after-sales/return/vote", "/me", solved="0", reason="nonsense").status_code == 302
    assert votes() == []
    assert "请先选一个没解决的原因" in read(reader, "/kb/after-sales/return")


# who saw which version


def views() -> list[tuple[int, int]]:
    return [tuple(row) for row in session().execute(select(ArticleView.revision_id, ArticleView.times))]


def written(world: APIFlask) -> None:
    session().rollback()  # what the test has read would take the writing back with it: both share one connection here
    write_views(world)


def test_a_view_waits_in_memory_and_is_written_once_for_each_version(reader: FlaskClient, world: APIFlask):
    with buffer().taken():
        pass
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("退货"), slug="return")
    first = document.published_id
    for _ in range(2):
        read(reader, "/kb/return")
    assert views() == []
    written(world)
    assert views() == [(first, 2)]
    second = edited(trainer, document, an_article_text("退货", "## 时效\n十五天。"))
    for _ in range(2):
        read(reader, "/kb/return")
        written(world)
    assert sorted(views()) == sorted([(first, 2), (second, 2)])


def test_views_are_written_once_enough_have_come_together(reader: FlaskClient, world: APIFlask):
    with buffer().taken():
        pass
    document = article()
    for number in range(FULL - 1):
        buffer().add(reader.person.id, document.id, document.published_id + 10_000 + number, document.published_at)
    with reader.get("/kb/after-sales/return") as answer:
        assert answer.status_code == 200
    assert buffer().of(reader.person.id) == {}


def test_views_that_the_database_refuses_break_nothing(reader: FlaskClient, world: APIFlask):
    document = article()
    buffer().add(reader.person.id, document.id, 10**9, document.published_at)
    written(world)
    assert buffer().of(reader.person.id) == {}
    assert views() == []


def test_who_searches_nothing_sees_at_once_what_they_have_just_opened(reader: FlaskClient):
    article()
    read(reader, "/kb/after-sales/return")
    assert "最近看过" in read(reader, "/kb")


# what rests on an article


def test_questions_of_a_quiz_are_named_to_who_reads_all_and_only_counted_for_a_learner(client: FlaskClient):
    article(slug="return")
    question = a_question("几天内可以退？", chips="") + "\n\n> 解析：见[退货](../kb_content/return.md#时效)。"
    a_document(a_trainer(), a_quiz_text(question), kind="quiz", slug="check")
    sign_in(client, a_person(Role.AGENT))
    learner = read(client, "/kb/return/uses")
    assert "1 题" in learner
    assert "几天内可以退" not in learner
    sign_in(client, a_person(Role.QUALITY))
    assert "几天内可以退" in read(client, "/kb/return/uses")


def test_what_is_not_meant_for_the_reader_does_not_rest_on_anything_for_them(reader: FlaskClient):
    article(slug="return")
    a_document(a_trainer(), an_article_text("保密", "见[退货](return.md)。", 可见="[质检]"), slug="secret")
    page = read(reader, "/kb/return/uses")
    assert "保密" not in page
    assert "还没有内容依据这条" in page


def test_related_articles_are_those_that_it_leads_to_and_that_may_be_read(reader: FlaskClient):
    a_document(a_trainer(), an_article_text("运费"), slug="freight")
    a_document(a_trainer(), an_article_text("保密规定", 可见="[质检]"), slug="secret")
    article(slug="return", body="见[运费](freight.md)和[保密](secret.md)。")
    page = read(reader, "/kb/return")
    assert re.search(r'相关知识</h2><ul[^>]*><li><a href="/kb/freight">运费</a></li></ul>', page)
    assert "保密规定" not in page


# on paper


def test_the_printed_page_has_version_day_and_name_and_no_internal(reader: FlaskClient):
    article()
    page = read(reader, "/kb/after-sales/return/print")
    assert "第 2 版" in page
    assert "许文静 打印于" in page
    assert "可以退" in page
    assert "组长" not in page
    assert 'class="internal"' not in page


# watermark


def test_a_category_with_a_watermark_shows_who_reads_on_every_page_of_it(reader: FlaskClient):
    article(slug="legal/letters/reply")
    article(slug="other/reply")
    with transaction() as s:
        s.add(Category(folder="legal", watermark=True))
    for path in ("/kb/legal/letters/reply", "/kb/legal/letters/reply/print", "/panel?open=legal/letters/reply"):
        assert re.search(r'<svg class="watermark".*许文静 A1002', read(reader, path)), path
    assert "watermark" not in read(reader, "/kb/other/reply")


def test_a_trainer_sets_reviewer_and_watermark_of_each_category(client: FlaskClient):
    article(slug="legal/reply")
    boss = a_person(Role.TRAINER)
    sign_in(client, boss)
    values = {"reviewer:legal": str(boss.id), "watermark:legal": "1"}
    assert send(client, "/kb/care/categories", **values).status_code == 302
    assert session().scalars(select(Category)).one().reviewer_id == boss.id
    assert session().scalars(select(Category.watermark)).one()
    send(client, "/kb/care/categories", **{"reviewer:legal": ""})
    assert [tuple(row) for row in session().execute(select(Category.reviewer_id, Category.watermark))] == [
        (None, False)
    ]


def test_nobody_is_made_a_reviewer_who_could_not_be_chosen(client: FlaskClient):
    article(slug="legal/reply")
    sign_in(client, a_person(Role.TRAINER))
    send(client, "/kb/care/categories", **{"reviewer:legal": str(a_person(Role.AGENT).id)})
    assert session().scalars(select(Category.reviewer_id)).one() is None


def test_a_lesson_has_its_link_on_the_page_of_what_rests(reader: FlaskClient):
    article(slug="return")
    a_document(
        a_trainer(), a_lesson_text("时效课", "## 三步\n见[退货](../kb_content/return.md)。"), kind="lesson", slug="t"
    )
    assert 'href="/learn/lesson/t"' in read(reader, "/kb/return/uses")
