"""What text is cut into: any piece of a text is found in it, however a dictionary would have cut it."""

from hypothesis import given
from hypothesis import strategies as st

from lms.core.folding import folded
from lms.search.atoms import number_of, runs, with_numbers
from lms.search.tokens import (
    QueryWord,
    index_tokens,
    name_tokens,
    phrases_of,
    pinyin_keys,
    pinyin_phrases,
    query_tokens,
)


def stands(phrase, tokens):
    """Return whether the tokens hold the phrase, one token after another."""
    size = len(phrase)
    return any(tuple(tokens[at : at + size]) == phrase for at in range(len(tokens) - size + 1))


def finds(query, text):
    tokens = index_tokens(text)
    return any(stands(phrase, tokens) for phrase in phrases_of(query))


def words(query, house=()):
    return [word.text for word in query_tokens(query, frozenset(house))]


def test_a_piece_of_a_word_is_found_in_it():
    assert finds("改地址", "如何修改地址")


def test_what_is_parted_by_a_comma_or_a_line_is_no_phrase():
    assert not finds("退货政策", "退货，政策")
    assert not finds("退货政策", "退货\n政策")


def test_spaces_beside_chinese_do_not_count():
    assert finds("k2电热水壶", "K2 电热 水壶")


def test_traditional_full_width_and_capital_letters_are_the_same():
    assert finds("退貨", "退货")
    assert finds("ＫＥＴＴＬＥ", "kettle")


def test_a_numeral_and_a_number_are_the_same_either_way_round():
    for one, other in [
        ("七天", "7天无理由"),
        ("7天", "七天无理由"),
        ("双11", "双十一大促"),
        ("双十一", "双11"),
        ("3万", "30000元"),
    ]:
        assert finds(one, other), (one, other)


def test_a_numeral_that_is_part_of_a_word_stays_one():
    assert with_numbers(tuple("统一")) == tuple("统一")
    assert finds("统一", "统一二维码")


def test_a_model_is_found_however_its_parts_are_joined():
    for written in ("SKU8821", "sku-8821", "SKU 8821", "sku_8821"):
        assert finds("SKU8821", f"库存：{written} 缺货")
    assert finds("8821", "SKU8821")
    assert finds("K2", "新款K2水壶")


def test_a_number_is_not_found_in_the_middle_of_another():
    assert not finds("7天", "17天内")


def test_thousands_are_the_same_with_and_without_commas():
    assert finds("1000元", "满1,000元")


def test_english_is_found_by_word_and_by_phrase():
    assert finds("policy", "Refund policy")
    assert finds("refund policy", "the Refund  Policy says")
    assert not finds("policy refund", "refund policy")


def test_an_invisible_character_hides_nothing():
    assert finds("退货", "退\u200b货")


@given(st.text(st.sampled_from("退货七天一二十双改地址aK2 1-，。\n万"), max_size=30), st.data())
def test_any_piece_of_a_run_is_found_in_the_text(text, data):
    every = runs(text)
    if not every:
        assert index_tokens(text) in [("",), ()]
        return
    run = data.draw(st.sampled_from(every))
    begin = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(begin + 1, len(run)))
    piece = " ".join(run[begin:end])
    again = runs(piece)
    if again == [run[begin:end]]:  # "k 2" and "1.2" read otherwise when they are joined
        assert finds(piece, text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_tokens_or_the_query(text):
    assert all(len(token) <= 129 for token in name_tokens(text))
    assert all(word.phrases for word in query_tokens(text))


@given(st.text(max_size=80))
def test_a_query_says_the_same_however_often_it_is_folded(text):
    flat = "\n".join(map(folded, text.splitlines()))
    assert [word.phrases for word in query_tokens(flat)] == [
        word.phrases for word in query_tokens("\n".join(text.splitlines()))
    ]


def test_a_query_is_cut_into_words_and_says_which_say_little():
    found = query_tokens("七天无理由退货怎么操作")
    assert [word.text for word in found if not word.stop] == ["七天", "无", "理由", "退货", "操作"]
    assert [word.text for word in found if word.stop] == ["怎么"]


def test_a_word_of_the_house_is_kept_whole():
    assert words("运费险理赔") == ["运费", "险", "理赔"]
    assert words("运费险理赔", ["运费险"]) == ["运费险", "理赔"]
    assert words("運費險理賠", ["运费险"]) == ["运费险", "理赔"]


def test_what_stands_in_quotes_is_one_word_with_its_stop_words():
    assert query_tokens('"是的"') == (QueryWord(text="是的", phrases=(("是的",),), run=1, quoted=True),)
    assert words("“无理由退货” 运费") == ["无理由退货", "运费"]


def test_a_number_keeps_its_unit_and_a_model_its_letters():
    assert words("双十一SKU8821发货48小时") == ["双十一", "sku8821", "发货", "48小时"]
    assert words("iphone 15 pro max") == ["iphone15", "pro", "max"]


def test_signs_alone_are_no_words():
    assert query_tokens("！？…") == ()
    assert phrases_of("！") == ()


def test_numerals_are_read():
    assert [number_of(text) for text in ("十", "二十", "一百零五", "三千二百", "一万二千", "一二三", "两")] == [
        10, 20, 105, 3200, 12000, 123, 2,
    ]  # fmt: skip
    assert [number_of(text) for text in ("百", "万", "十百", "二百三百", "")] == [None] * 5


def test_a_title_is_found_by_its_pinyin_and_by_its_initials():
    title = name_tokens("七天无理由退货")
    for typed in ("tuihuo", "th", "wuliyou", "tuih"):
        assert any(stands(phrase, title) for phrase in pinyin_phrases(typed)), typed
    assert pinyin_keys("退货 policy") == ("tuihuo", "th")


def test_letters_that_are_no_pinyin_are_looked_for_as_initials_only():
    assert pinyin_phrases("qtwly") == (("i:q", "i:t", "i:w", "i:l", "i:y"),)
    assert pinyin_phrases("退货") == () == pinyin_phrases("x" * 41)


@given(st.text(st.sampled_from("aeinguxlhzh"), max_size=40))
def test_any_letters_are_read_quickly(letters):
    assert len(pinyin_phrases(letters)) <= 5
