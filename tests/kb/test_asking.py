"""What a query asks for and what comes first, as rules: no index, no database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.wordlists.vocabulary import Vocabulary
from lms.core.folding import folded
from lms.kb.rules import asking, sounding
from lms.kb.rules.finding import squeezed
from lms.kb.rules.ranking import Candidate, ranked

LISTS = Vocabulary(
    same={"退款": ("退钱",), "退钱": ("退款",), "质量问题": ("东西坏了",), "东西坏了": ("质量问题",)},
    terms=frozenset({"运费险"}),
    house=frozenset({"退款", "退钱", "质量问题", "东西坏了", "运费险", "退货", "退货运费"}),
)


def texts(query: str, lists: Vocabulary = LISTS) -> list[str]:
    return [word.text for word in asking.understood(query, lists).words]


def order(query: str, *candidates: Candidate) -> list[int]:
    asked = asking.understood(query, LISTS)
    return [one.id for one in ranked(asked, candidates, {})]


def named(id: int, title: str, **more) -> Candidate:
    return Candidate(id=id, title=folded(title), **more)


# the words of a query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("东西坏了能退吗", ["东西坏了", "退"]),
        ("請問怎麼退款", ["退款"]),
        ("运费险 退款 退款", ["运费险", "退款"]),
        ("“东西坏了能退吗”", ["东西坏了能退吗"]),
        ("怎么", ["怎么"]),
        ("?!，", []),
        ("K-2 底座", ["k2", "底座"]),
    ],
)
def test_words_that_say_little_are_left_out_where_others_say_more(query: str, words: list[str]):
    assert texts(query) == words


def test_words_of_the_house_are_looked_for_whole_with_what_means_the_same():
    (word,) = asking.understood("退钱", LISTS).words
    assert word.others == ("退款",)
    assert ("退款",) in word.other_phrases


def test_a_longer_word_of_the_house_knows_the_words_it_is_made_of():
    (word,) = asking.understood("退货运费", LISTS).words
    assert [part.text for part in word.parts] == ["退货", "运费"]


def test_a_quoted_phrase_has_no_other_words():
    (word,) = asking.understood("“退款”", LISTS).words
    assert (word.quoted, word.others, word.parts) == (True, (), ())


@pytest.mark.parametrize(
    ("text", "other"), [("七天", "7天"), ("7天", "七天"), ("双十一", "双11"), ("双11", "双十一"), ("20件", "二十件")]
)
def test_a_number_is_also_looked_for_as_it_is_written_otherwise(text: str, other: str):
    assert other in asking.spelled(text)


@pytest.mark.parametrize("text", ["k2", "12315", "sku8821", "b5"])
def test_models_and_long_numbers_stay_as_they_are(text: str):
    assert asking.spelled(text) == ()


def test_a_word_that_stands_nowhere_is_looked_for_by_its_sound_too():
    asked = asking.understood("推货", LISTS)
    (heard,) = asking.loosened(asked, frozenset()).words
    assert ("p:tui", "p:huo") in heard.other_phrases
    (kept,) = asking.loosened(asked, {"推货"}).words
    assert kept == asked.words[0]


@given(st.text(max_size=150), st.booleans())
def test_any_text_can_be_asked_for(text: str, known: bool):
    asked = asking.loosened(asking.understood(text, LISTS), frozenset("退货") if known else frozenset())
    assert len(asked.words) <= asking.MOST_WORDS
    for query in (asking.every_word(asked, [], 10), asking.any_word(asked, [], 10)):
        assert all(clause.phrases for clause in query.clauses)
    assert order(text, named(1, "退货"), named(2, text)) is not None


def test_what_stands_everywhere_says_less_than_what_is_rare():
    asked = asking.understood("退款 运费险 退", LISTS)
    said = asking.rarity(asked, {"退款": 50, "运费": 1, "费险": 1, "退": 50})
    assert said["运费险"] > said["退款"] > said["退"]


# what comes first


def test_the_title_itself_comes_before_one_that_begins_with_it_and_one_that_has_it():
    assert order("退款", named(1, "怎么退款"), named(2, "退款多久"), named(3, "退款")) == [3, 2, 1]


def test_an_alias_that_is_the_query_comes_before_a_title_that_begins_with_it():
    assert order("退款", named(1, "退款多久"), named(2, "到账", aliases=("退款",))) == [2, 1]


def test_the_word_itself_comes_before_what_means_the_same():
    same = named(1, "办法", sections=(("", "退款要三天"),))
    assert order("退钱", same, replace(same, id=2, sections=(("", "退钱要三天"),))) == [2, 1]


def test_what_holds_in_other_shops_and_what_is_past_its_review_come_later():
    good = named(3, "怎么退款")
    assert order("退款", replace(good, id=1, fits=False), replace(good, id=2, overdue=True), good) == [3, 2, 1]


def test_of_two_as_good_the_one_that_the_engine_prefers_comes_first():
    assert order("退款", named(1, "怎么退款", score=0.1), named(2, "怎么退款", score=1.0)) == [2, 1]


def test_what_says_hardly_anything_of_the_query_is_no_answer():
    body = (("", "一笔退款"),)
    assert order("运费险 垫付 上门 取件 退款", named(1, "别的", sections=body)) == []


def test_the_section_that_says_most_is_the_one_that_is_shown():
    each = named(1, "办法", sections=(("", ""), ("时效", "退款要三天"), ("运费", "退款时退运费险")))
    (one,) = ranked(asking.understood("退款 运费险", LISTS), [each], {})
    assert (one.section, one.is_full) == (2, True)


# sounds and slips

NAMES = sounding.names_of(
    [(1, "退货"), (2, "运费险"), (3, "赠品规则"), (4, "物流停滞"), (5, "refund policy")], frozenset({"券"})
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tuihou", "退货"),
        ("推货", "退货"),
        ("运费显", "运费险"),
        ("yunfeixian", "运费险"),
        ("赠平", "赠品"),
        ("refnd", "refund"),
        ("物流停止", "物流停滞"),
    ],
)
def test_one_slip_away_is_what_was_meant(typed: str, meant: str):
    assert meant in sounding.nearly(typed, NAMES)


@pytest.mark.parametrize("typed", ["th", "量子", "改签", "发票", "x", "zzzz", "退货"])
def test_what_is_further_away_is_not_guessed(typed: str):
    assert sounding.nearly(typed, NAMES) == ()


def test_the_piece_of_a_name_that_was_heard_is_given():
    assert sounding.heard(["七天无理由退货", "退换货物"], [("p:tui", "p:huo")]) == ("退货",)
    assert sounding.heard(["退货", "推后"], [("i:t", "i:h")]) == ("退货", "推后")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("k2-2607", "k22607"),
        ("k2 2607", "k22607"),
        ("refund-policy", "refund policy"),
        ("1.8米", "1.8米"),
        ("退 货", "退 货"),
    ],
)
def test_letters_and_numbers_are_compared_without_what_joins_them(text: str, same: str):
    assert squeezed(text) == same
