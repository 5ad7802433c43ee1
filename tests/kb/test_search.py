"""Searching: what is found, in which order, with which sentence, for whom; what is noted of it."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lms.accounts.models import PersonShop
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.kb import actions, queries
from lms.kb.jobs.searches import trim_searches
from lms.kb.models import ArticleEntry, SearchLog, SearchWeek
from lms.kb.queries import Wish
from lms.kb.rules import finding
from lms.search.engines import engine
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited
from tests.support.make_kb import a_shop
from tests.support.make_search import indexed


def publish(title: str, body: str = "## 说明\n按规定处理。", slug: str = "", **front: str):
    return a_document(a_trainer(), an_article_text(title, body, **front), slug=slug)


def a_word_list(kind: str, lines: str) -> None:
    text = f"---\n类型: 词表\n词表: {kind}\n---\n# 表\n\n{lines}\n"
    a_document(a_trainer(), text, kind="words")


def answer(query: str, actor=None, **wish):
    indexed()
    return queries.answer(actor or as_actor(a_person(Role.AGENT)), Wish(query=query, **wish))


def found(query: str, actor=None, **wish) -> list[str]:
    return [hit.title for hit in answer(query, actor, **wish).hits]


def marked(pieces) -> str:
    return "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in pieces)


def searches() -> list[SearchLog]:
    every = select(SearchLog).order_by(SearchLog.id).execution_options(populate_existing=True)
    return list(session().scalars(every))


# what is found, and in which order


def test_a_title_that_begins_with_the_word_comes_before_title_alias_tag_summary_and_text(world: APIFlask):
    publish("正文里有", "## 说明\n说到价保。")
    publish("摘要里有", 摘要="价保的说明")
    publish("标签里有", 标签="[价保]")
    publish("别名里有", 别名="[申请价保差价]")
    publish("怎么申请价保")
    publish("价保申请的全部步骤")
    assert found("价保") == ["价保申请的全部步骤", "怎么申请价保", "别名里有", "标签里有", "摘要里有", "正文里有"]


def test_an_alias_that_is_the_query_comes_before_a_title_that_has_it(world: APIFlask):
    publish("先看怎么改地址再回复")
    publish("修改收货信息", 别名="[改地址]")
    assert found("改地址")[0] == "修改收货信息"


def test_what_has_every_word_comes_first_and_what_has_some_is_said_to(world: APIFlask):
    publish("退货运费", "## 说明\n谁付。")
    publish("七天无理由退货", "## 大促\n大促期间延长。")
    hits = answer("退货 大促").hits
    assert [(hit.title, hit.full) for hit in hits] == [("七天无理由退货", True), ("退货运费", False)]


def test_all_words_in_one_section_come_before_the_same_words_far_apart(world: APIFlask):
    publish("甲", "## 一\n说到积分。\n\n## 二\n说到发票。")
    publish("乙", "## 一\n别的事。\n\n## 二\n积分不开发票。")
    assert found("积分 发票") == ["乙", "甲"]


@pytest.mark.parametrize("query", ["ＫＥＴＴＬＥ k2", "kettle K2", "电水壶", "電水壺", "k-2"])
def test_width_case_signs_and_traditional_writing_do_not_count(world: APIFlask, query: str):
    publish("Kettle K2 电水壶")
    assert found(query) == ["Kettle K2 电水壶"]


@pytest.mark.parametrize("query", ["_", "%%%", "????", "“”", "的", " "])
def test_signs_are_only_signs(world: APIFlask, query: str):
    publish("满 100% 返")
    assert found(query) == []
    assert found("100%") == ["满 100% 返"]


@pytest.mark.parametrize(("query", "text"), [("7天", "七天内申请"), ("双十一", "双11当天"), ("七天", "7 天内申请")])
def test_numbers_are_found_however_they_are_written_and_marked_there(world: APIFlask, query: str, text: str):
    publish("退货", f"## 时效\n{text}。")
    (hit,) = answer(query).hits
    assert any(piece.hit for piece in hit.sentence.pieces)


def test_a_quoted_phrase_is_found_word_for_word(world: APIFlask):
    publish("甲", "## 说明\n先退款后退货。")
    publish("乙", "## 说明\n先退货，后退款。")
    assert found("“先退款后退货”") == ["甲"]


def test_an_article_past_its_review_comes_after_one_as_good(world: APIFlask):
    old = publish("价保规则一")
    publish("价保规则二")
    with transaction() as s:
        s.execute(update(Document).where(Document.id == old.id).values(verified_until=date(2020, 1, 1)))
    hits = answer("价保").hits
    assert [(hit.title, hit.overdue) for hit in hits] == [("价保规则二", False), ("价保规则一", True)]
    assert found("价保", in_review=True) == ["价保规则二"]


def test_an_article_is_found_by_what_is_published_now(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("旧办法"), slug="x")
    edited(trainer, document, an_article_text("新规定"))
    assert (found("旧办法"), found("新规定")) == ([], ["新规定"])


def test_a_category_and_a_tag_narrow_what_is_found(world: APIFlask):
    publish("价保一", slug="after-sales/one", 标签="[售后]")
    publish("价保二", slug="presale/two", 标签="[售前]")
    publish("价保三", slug="three")
    assert found("价保", folder="presale") == ["价保二"]
    assert found("价保", folder="") == ["价保三"]
    assert found("价保", tag="售后") == ["价保一"]


def test_pages_of_answers_follow_one_another(world: APIFlask):
    for number in range(3):
        publish(f"价保{number}")
    first = answer("价保", limit=2)
    second = answer("价保", limit=2, after=first.next)
    assert (first.total, first.next, second.next) == (3, 2, None)
    assert len({hit.title for hit in (*first.hits, *second.hits)}) == 3


# words that mean the same


def test_a_synonym_finds_is_marked_and_counts_less_than_the_word_itself(world: APIFlask):
    a_word_list("同义词", "- 退款 | 退钱")
    publish("多久退款")
    publish("多久退钱")
    hits = answer("退钱").hits
    assert [marked(hit.title_pieces) for hit in hits] == ["多久[退钱]", "多久[退款]"]


def test_a_list_works_from_its_publishing_on_and_no_longer_when_it_is_changed(world: APIFlask):
    publish("质量问题怎么处理")
    assert found("东西坏了") == []
    text = "---\n类型: 词表\n词表: 同义词\n---\n# 表\n\n- 质量问题 | {}\n"
    trainer = a_trainer()
    listed = a_document(trainer, text.format("东西坏了"), kind="words")
    assert found("东西坏了") == ["质量问题怎么处理"]
    edited(trainer, listed, text.format("有毛病"))
    assert (found("东西坏了"), found("有毛病")) == ([], ["质量问题怎么处理"])


def test_a_term_of_the_dictionary_is_looked_for_whole(world: APIFlask):
    publish("运费险", "## 说明\n保险赔的。")
    publish("运费和保险", "## 说明\n运费另算，险种另说。")
    a_word_list("词典", "- 运费险")
    assert [hit.title for hit in answer("运费险").hits if hit.full] == ["运费险"]


# sounds and typos


@pytest.mark.parametrize("query", ["tuihuo", "TuiHuo", "tui huo", "推货", "退获"])
def test_a_title_is_found_by_its_sound_and_marked(world: APIFlask, query: str):
    publish("七天无理由退货")
    (hit,) = answer(query).hits
    assert marked(hit.title_pieces) in ("七天无理由[退货]", "七天无理由退[货]", "七天无理由[退]货")


@pytest.mark.parametrize(("query", "instead"), [("tuihou", "退货"), ("赠平", "赠品"), ("refnd", "refund")])
def test_a_slip_finds_what_was_meant_and_says_so(world: APIFlask, query: str, instead: str):
    publish("退货 赠品 refund")
    found_now = answer(query)
    assert (found_now.instead, len(found_now.hits)) == (instead, 1)


def test_what_stands_nowhere_and_is_like_nothing_finds_nothing(world: APIFlask):
    publish("退货")
    assert answer("qwrtz").hits == ()
    assert answer("量子力学").meant == ""


# for whom


def test_nobody_finds_what_is_not_meant_for_them(world: APIFlask):
    publish("赔付权限", 可见="[质检]")
    assert found("赔付") == []
    assert found("赔付", as_actor(a_person(Role.QUALITY))) == ["赔付权限"]


@pytest.mark.parametrize(
    "query", ["绝密流程", "jueminliucheng", "juemi liuchneg", "绝蜜流程", "jmlc", "绝密硫程", "绝密"]
)
def test_a_title_for_others_is_no_hit_no_count_and_no_suggestion(world: APIFlask, query: str):
    publish(
        "绝密流程", "## 绝密流程\n绝密流程。", 可见="[质检]", 标签="[绝密流程]", 别名="[绝密流程]", slug="secret/one"
    )
    publish("别的事")
    said = answer(query)
    assert (said.hits, said.total, said.instead, said.meant, said.folders, said.tags) == ((), 0, "", "", (), ())


def test_an_index_that_is_behind_shows_nobody_what_was_taken_away(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text("赔付权限"), slug="limits")
    indexed()
    edited(trainer, document, an_article_text("赔付权限", 可见="[质检]"))
    assert queries.search(as_actor(a_person(Role.AGENT)), "赔付权限") == []


# shops


def test_what_holds_in_my_shops_comes_first_and_the_rest_says_where_it_holds(world: APIFlask):
    mine, other = a_shop("天猫店", "tmall"), a_shop("京东店", "jd")
    person = a_person(Role.AGENT)
    with transaction() as s:
        s.add(PersonShop(person_id=person.id, shop_id=mine.id))
    publish("价保在京东", 适用="[jd]")
    publish("价保在天猫店", 适用="[天猫店]")
    hits = answer("价保", as_actor(person)).hits
    assert [(hit.title, hit.elsewhere, hit.shops) for hit in hits] == [
        ("价保在天猫店", False, ("天猫店",)),
        ("价保在京东", True, ("京东店",)),
    ]
    assert found("价保", as_actor(person), shop=other.code)[0] == "价保在京东"


def test_who_serves_no_shop_is_shown_none_as_foreign(world: APIFlask):
    a_shop("京东店", "jd")
    publish("价保在京东", 适用="[jd]")
    assert [hit.elsewhere for hit in answer("价保").hits] == [False]


# the sentence


def test_the_hit_leads_to_the_section_with_its_sentence(world: APIFlask):
    publish("退货", "## 时效\n七天内申请。\n\n## 运费\n买家承担运费。质量问题由我们承担。")
    sentence = answer("质量问题").hits[0].sentence
    assert (sentence.anchor, marked(sentence.pieces)) == ("运费", "[质量问题]由我们承担。")


@pytest.mark.parametrize("text", ["批次号 K2-2607。", "批次号 k2 2607。", "批次号K2 - 2607。"])
def test_a_number_of_a_model_is_marked_however_it_is_parted(text: str):
    marks = [piece.text for piece in finding.marked(text, ["k22607"]) if piece.hit]
    assert "".join(marks).replace("-", "").replace(" ", "").lower() in ("k22607", "")
    assert marks or " - " in text


@given(
    text=st.text(alphabet="退货 7天Ａb，。-/.\n壺", max_size=40),
    words=st.lists(st.sampled_from(["退货", "7天", "ab", "壶", "a b", "77"])),
)
def test_marking_never_changes_the_text(text: str, words: list[str]):
    assert "".join(piece.text for piece in finding.marked(text, words)) == text


def test_a_word_is_marked_across_the_gap_that_folding_closes():
    assert [piece.text for piece in finding.marked("满 7 天可退", ["7天"]) if piece.hit] == ["7", "天"]


# when there is no index


def test_without_an_index_titles_and_aliases_are_found_still(world: APIFlask, monkeypatch):
    publish("价保申请", 别名="[买贵了]")
    indexed()
    monkeypatch.setattr(engine(), "expected", "another version", raising=False)
    said = queries.answer(as_actor(a_person(Role.AGENT)), Wish(query="买贵了"))
    assert said.by_title
    assert [hit.title for hit in said.hits] == ["价保申请"]


def test_entries_can_be_rebuilt_from_what_is_published(world: APIFlask):
    publish("价保")
    with transaction() as s:
        s.execute(ArticleEntry.__table__.delete())
    assert found("价保") == []
    with transaction():
        assert actions.rebuild() == 1
    assert found("价保") == ["价保"]


# the pages


def test_the_page_of_results_marks_the_sentence_and_offers_shops_and_filters(client: FlaskClient):
    a_shop("天猫店", "tmall"), a_shop("京东店", "jd")
    publish("价保申请", "## 时效\n十五天内申请价保。", slug="after-sales/price", 标签="[售后]", 适用="[京东店]")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb?q=价保&shop=tmall").get_data(as_text=True)
    assert "十五天内申请<mark>价保</mark>。" in page
    assert 'shop=jd">京东店</a>' in page
    assert "只适用：京东店" in page
    assert '<option value="after-sales">售后（1）</option>' in page


def test_a_search_in_vain_says_what_to_do_and_is_noted(client: FlaskClient):
    publish("修改地址与电话")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb?q=开机密码").get_data(as_text=True)
    assert "没有找到“开机密码”" in page
    assert "/kb/ask" in page
    assert [(row.query, row.folded, row.hits, row.origin) for row in searches()] == [
        ("开机密码", "开机密码", 0, "page")
    ]


def test_a_query_is_shown_as_text_wherever_it_stands(client: FlaskClient):
    sign_in(client, a_person(Role.AGENT))
    for path in ("/kb", "/kb/search/hints"):
        page = client.get(path, query_string={"q": '"><script>x'}).get_data(as_text=True)
        assert "<script>x" not in page


def test_what_is_shown_while_typing_is_no_search_until_somebody_stops(client: FlaskClient):
    publish("价保申请", slug="price")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    page = client.get("/kb/search/hints?q=价保").get_data(as_text=True)
    assert 'role="option"' in page
    assert "/kb/price?for=%E4%BB%B7%E4%BF%9D" in page
    assert searches() == []
    client.get("/kb/search/hints?q=没有的事&stopped=1")
    assert [row.query for row in searches()] == ["没有的事"]


@pytest.mark.parametrize("after", ["x", "-1", "²", "99999", "10000000"])
def test_an_odd_place_in_the_answers_is_the_first(client: FlaskClient, after: str):
    publish("价保")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    assert "找到 1 条" in client.get("/kb", query_string={"q": "价保", "after": after}).get_data(as_text=True)


# what is noted


def test_what_is_opened_from_the_results_is_noted_with_the_search(client: FlaskClient):
    document = publish("价保申请", slug="price")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    client.get("/kb?q=价保")
    (row,) = searches()
    client.get(f"/kb/price?from={row.id}").close()
    (row,) = searches()
    assert (row.clicked_id, row.clicked_at is not None) == (document.id, True)


def test_what_is_opened_from_the_list_under_the_box_was_a_search(client: FlaskClient):
    document = publish("价保申请", slug="price")
    sign_in(client, a_person(Role.AGENT))
    client.get("/kb/price?for=价保").close()
    assert [(row.query, row.clicked_id) for row in searches()] == [("价保", document.id)]


def test_nobody_notes_anything_at_the_search_of_another(client: FlaskClient):
    publish("价保申请", slug="price")
    other = as_actor(a_person(Role.AGENT))
    with transaction():
        number = actions.note_search(other, "价保", 1)
    sign_in(client, a_person(Role.AGENT))
    for source in (str(number), "x", "²", "9" * 40):
        assert client.get("/kb/price", query_string={"from": source}).status_code == 200
    assert [row.clicked_id for row in searches()] == [None]


def test_a_page_that_is_loaded_again_is_the_same_search(world: APIFlask):
    actor, other = as_actor(a_person(Role.AGENT)), as_actor(a_person(Role.AGENT))
    with transaction():
        first = actions.note_search(actor, "价保", 3)
        assert actions.note_search(actor, " 價保 ", 2) == first
        assert actions.note_search(actor, "价保", 2, origin="panel") != first
        assert actions.note_search(other, "价保", 2) != first
    assert [row.hits for row in searches()] == [2, 2, 2]


def test_old_searches_are_counted_by_week_and_forgotten(world: APIFlask):
    person = a_person(Role.AGENT)
    monday = today() - timedelta(days=today().weekday() + 7 * 20)
    at = clock.now() - timedelta(days=(today() - monday).days)
    with transaction() as s:
        for days, query, hits in ((0, "价保", 0), (1, "價保", 2), (7, "价保", 1)):
            s.add(SearchLog(at=at + timedelta(days=days), person_id=person.id, query=query, hits=hits, folded=""))
        s.add(SearchLog(at=clock.now() - timedelta(days=89), person_id=person.id, query="新", hits=0))
    assert (trim_searches(), trim_searches()) == (3, 0)
    weeks = session().scalars(select(SearchWeek).order_by(SearchWeek.week))
    counted = [(row.week, row.folded, row.searches, row.without_hit, row.without_click) for row in weeks]
    assert counted == [(monday, "价保", 2, 1, 1), (monday + timedelta(days=7), "价保", 1, 0, 1)]
    assert [row.query for row in searches()] == ["新"]


# the API


def test_the_api_takes_shop_category_and_tag_and_gives_the_next_answers(client: FlaskClient):
    a_shop("京东店", "jd")
    for number in range(3):
        publish(f"价保{number}", slug=f"after-sales/price{number}", 标签="[售后]", 适用="[jd]")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    asked = {"q": "价保", "limit": 2, "folder": "after-sales", "tag": "售后", "shop": "jd"}
    first = client.get("/api/v1/kb/search", query_string=asked).json
    second = client.get("/api/v1/kb/search", query_string={**asked, "cursor": first["next"]}).json
    slugs = [item["slug"] for item in (*first["items"], *second["items"])]
    assert sorted(slugs) == [f"after-sales/price{number}" for number in range(3)]
    assert (second["next"], first["items"][0]["shops"], first["items"][0]["other_shop"]) == (None, ["京东店"], False)
    assert [row.origin for row in searches()] == ["api"]


def test_the_api_says_what_it_looked_for_in_place_of_a_slip(client: FlaskClient):
    publish("退货")
    indexed()
    sign_in(client, a_person(Role.AGENT))
    answered = client.get("/api/v1/kb/search?q=tuihou").json
    assert (answered["searched_for"], answered["did_you_mean"], len(answered["items"])) == ("退货", "退货", 1)
