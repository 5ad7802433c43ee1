"""禁用语: what is listed is found however it is disguised, and what is taken back or quoted is not held against anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.wordlists.banned import Hit, clause_at, hits, is_advice
from lms.content.wordlists.spec import WordEntry

LIST = (
    WordEntry(words=("保证今天到", "今天一定到"), instead="预计…送达", basis="company-rule", ground="《服务规范》3.2"),
    WordEntry(words=("加我微信", "加…VX"), instead="请在订单聊天里联系我", basis="platform-rule"),
    WordEntry(words=("最便宜", "全网最低"), instead="当前活动价", basis="law", ground="《广告法》第九条"),
    WordEntry(words=("全网最低价",), instead="当前活动价", basis="law"),
    WordEntry(words=("cash back",), basis="platform-rule"),
)


def said(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits(text, LIST)]


def test_a_hit_says_where_it_stands_what_may_be_said_instead_and_on_what_ground() -> None:
    assert hits("您好，保证今天到", LIST) == (
        Hit(start=3, end=8, phrase="保证今天到", instead="预计…送达", basis="company-rule", ground="《服务规范》3.2"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "加 我 微 信", "加·我·微·信", "加-我_微*信", "加\u200b我\u200b微\u200b信", "加我微\u3000信", "加.我.微.信", "加我😀微信", "加我\n微信",
        "加一下我的ＶＸ", "加個vx", "加-v.x",
    ],
)  # fmt: skip
def test_blanks_width_case_and_signs_between_the_characters_hide_nothing(text: str) -> None:
    assert said(f"您{text}吧") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "保证今天。到了告诉您",
        "保证今天，到货后",
        "保证今天\n\n到",
        "加了一个很长很长很长很长的vx",
        "加vxy",
        "cash backup",
    ],
)
def test_a_phrase_does_not_reach_over_the_end_of_a_clause_nor_into_another_word(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "我不能保证今天到", "无法跟您保证今天到", "没法保证今天到", "并非全网最低", "不是最便宜的", "今天一定到不了", "请勿加我微信", "我们不会再加我微信",
        "不要说“保证今天到”", "您说的「全网最低」我核实一下", "no cash back",
    ],
)  # fmt: skip
def test_what_is_negated_or_quoted_is_told_only_to_who_asks_for_it(text: str) -> None:
    assert said(text) == []
    assert [hit.taken_back for hit in hits(text, LIST, also_taken_back=True)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "对不起，保证今天到", "不好意思保证今天到", "您别担心保证今天到", "不用着急保证今天到", "没问题保证今天到", "这款不是那款，最便宜", "不仅最便宜",
        "要不要加我微信", "我特别保证今天到", "不能退，但保证今天到", "不止便宜而且是全网最低",
    ],
)  # fmt: skip
def test_a_politeness_and_a_negation_of_something_else_take_nothing_back(text: str) -> None:
    assert len(said(text)) == 1


def test_of_two_phrases_at_one_place_the_longer_one_is_named() -> None:
    assert [hit.phrase for hit in hits("这是全网最低价", LIST)] == ["全网最低价"]


def test_every_phrase_of_a_text_is_found_in_its_order() -> None:
    assert said("最便宜，加我微信，保证今天到") == ["最便宜", "加我微信", "保证今天到"]


def test_an_empty_list_finds_nothing() -> None:
    assert hits("保证今天到", ()) == ()


@pytest.mark.parametrize(
    ("instead", "told"), [("预计…送达", True), ("（说具体参数）", True), ("", True), ("当前活动价", False)]
)
def test_another_way_with_a_gap_or_in_brackets_is_advice(instead: str, told: bool) -> None:
    assert is_advice(instead) is told


def test_a_clause_ends_at_the_marks_around_it() -> None:
    text = "您好，这款最便宜的。谢谢"
    start, end = clause_at(text, 5, 8)
    assert text[start:end] == "这款最便宜的"


@given(text=st.text(max_size=60), pieces=st.sampled_from(["保证今天到", "加我微信", "全网最低"]))
def test_a_listed_phrase_is_found_in_any_text_that_takes_nothing_back(text: str, pieces: str) -> None:
    whole = f"{text}\n\n{pieces}\n\n{text}"
    assert pieces in {hit.phrase for hit in hits(whole, LIST, also_taken_back=True)}


@given(text=st.text(max_size=80))
def test_hits_lie_in_the_text_in_order_and_never_overlap(text: str) -> None:
    found = hits(text, LIST, also_taken_back=True)
    places = [place for hit in found for place in (hit.start, hit.end)]
    assert places == sorted(places)
    assert all(0 <= hit.start < hit.end <= len(text) for hit in found)
