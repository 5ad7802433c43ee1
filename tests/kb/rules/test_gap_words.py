"""What is worth counting of what people search, and when two of them ask for the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.masking import masked
from lms.kb.rules.gap_words import alike, core_of, is_noise, keys_of, likeness, shown_same, words_of


def test_words_are_counted_as_searches_are_compared():
    assert words_of("  怎麼 改地址？") == words_of("怎么改地址?")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "？？？",
        "啊啊啊啊",
        "哈哈",
        "aaaa",
        "asdf",
        "qwerty",
        "x",
        "7",
        "12345",
        "13812345678",
        "***",
        "xkcdf",
    ],
)
def test_what_says_nothing_is_not_counted(query):
    assert words_of(query) is None


@pytest.mark.parametrize(
    "query", ["税", "改地址", "双11", "618", "SKU8821", "k2", "refund", "vip", "七天无理由", "kfc"]
)
def test_short_words_codes_and_days_are_counted(query):
    assert words_of(query) is not None


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13812345678 什么时候到", "***什么时候到"),
        ("订单2026112212345678到哪了", "订单***到哪了"),
        ("SF1234567890123 查件", "***查件"),
        ("发到 xiaoman.lin@example.com", "发到***"),
        ("身份证 11010519491231002X 实名", "身份证***实名"),
        ("１３８ １２３４ ５６７８ 号码", "***号码"),
    ],
)
def test_numbers_of_real_people_are_not_kept(written, kept):
    assert words_of(written) == kept


def test_prices_years_and_models_stay():
    assert masked("2026年 299.9元 SKU8821 K2") == "2026年 299.9元 SKU8821 K2"


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text):
    assert masked(masked(text)) == masked(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("改地址", "能不能改一下地址"),
        ("什么时候发", "多久发"),
        ("改地址", "修改地址"),
        ("什么时候发", "什么时候发货"),
        ("修改收货地址", "更改收货地址"),
        ("运费险", "运费险怎么用"),
        ("改地址", "改收货地址"),
        ("改地址", "华东仓改地址"),
    ],
)
def test_the_same_question_in_other_words_is_alike(one, other):
    assert alike(core_of(one), core_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("退款时间", "退货时间"),
        ("什么时候发货", "什么时候到货"),
        ("破壁机k2", "破壁机k3"),
        ("退货", "退货运费谁出"),
        ("改地址", "什么时候发"),
        ("税", "税票"),
    ],
)
def test_what_differs_in_the_word_that_counts_is_not(one, other):
    assert not alike(core_of(one), core_of(other))


WORDS = st.text(alphabet="改修更收货地址退款时间k23怎么吗", min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_likeness_is_the_same_both_ways_and_whole_with_itself(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1.0
    assert 0 <= likeness(one, other) <= 1


@given(WORDS, WORDS)
def test_whatever_is_alike_shares_a_key_by_which_it_is_found(one, other):
    one, other = core_of(one), core_of(other)
    assert not alike(one, other) or keys_of(one) & keys_of(other)


def test_synonyms_are_read_in_their_one_form_the_longest_first():
    assert shown_same("退钱到账", {"退钱": "退款", "退": "还"}) == "退款到账"


@given(st.text(max_size=40))
def test_noise_never_raises(text):
    is_noise(text)
    core_of(text)
