"""What the masking promises of any text: it is done once, nothing masked is left in any writing, the rest stays."""

import re
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.masking import Kind, mask
from lms.core.masking.checks import id_check, is_bank_card, is_id_number, passes_luhn
from lms.core.masking.shadow import PLACEHOLDER, key_of
from tests.support.ending import ENDS

DIGITS = "0123456789"
WIDE = str.maketrans(DIGITS, "０１２３４５６７８９")
HAN = str.maketrans(DIGITS, "零一二三四五六七八九")
AROUND = st.sampled_from(
    ["", "我的是", "电话", "，", "麻烦记一下：", "给您 ", "K2 电水壶，", "（", "\n", "退到", "a", "亲，"]
)
BEHIND = st.sampled_from(["", "，谢谢", "。", " 收到了吗", "的", "）", "\n好的", "!", " 到了"])
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@st.composite
def id_cards(draw):
    region = draw(st.from_regex(r"[1-6][1-5][0-9]{4}", fullmatch=True))
    day = draw(st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31)))
    first = f"{region}{day:%Y%m%d}{draw(st.from_regex(r'[0-9]{3}', fullmatch=True))}"
    return first + id_check(first)


@st.composite
def bank_cards(draw):
    first = draw(st.from_regex(r"[3-6][0-9]{14,17}", fullmatch=True))
    return next(first + each for each in DIGITS if passes_luhn(first + each))


@st.composite
def written(draw, numbers):
    """Return a number and one of the ways in which people write it."""
    number = draw(numbers)
    sign = draw(st.sampled_from(["", " ", "-", ".", "·", "_", "\u200b"]))
    cut = draw(st.sampled_from([(3, 7, 11, 15), (4, 8, 12, 16), (6, 14), (3, 8), ()]))
    pieces = [number[a:b] for a, b in zip((0, *cut), (*cut, len(number)), strict=True)]
    shown = sign.join(piece for piece in pieces if piece)
    return number, draw(st.sampled_from([shown, shown.translate(WIDE)]))


@given(written(mobiles), AROUND, BEHIND)
def test_a_mobile_is_masked_however_it_is_written(number, before, behind):
    left = mask(before + number[1] + behind)
    assert number[0] not in key_of(left.text)
    assert left.counts


@given(mobiles, AROUND, BEHIND)
def test_a_mobile_in_chinese_numerals_is_masked(number, before, behind):
    assert mask(before + number.translate(HAN) + behind).counts


@given(written(id_cards()), AROUND, BEHIND)
def test_an_id_card_is_masked_however_it_is_written(number, before, behind):
    assert number[0].lower() not in key_of(mask(before + number[1] + behind).text)


@given(written(bank_cards()), AROUND, BEHIND)
def test_a_bank_card_is_masked_however_it_is_written(number, before, behind):
    assert is_bank_card(number[0])
    assert number[0] not in key_of(mask(before + number[1] + behind).text)


@given(id_cards())
def test_a_made_id_card_is_one(number):
    assert is_id_number(number)


PIECES = st.lists(
    st.one_of(
        mobiles,
        id_cards(),
        bank_cards(),
        st.sampled_from(
            [
                "收件人：李雷",
                "王女士",
                "订单号3344556677889900",
                "浙江省杭州市西湖区文三路398号",
                "微信abc_12345",
                "生日1990-05-01",
                "浙A12345",
                "SF1234567890123",
                "a@b.com",
                "123456",
                "我叫",
                "我是",
                "K2",
                "199元",
                "12315",
                "地址：",
                "，",
                "。",
                "收",
                "号",
                "-",
                "【手机号1】",
                "【",
                "】",
                "第",
                "楼",
                "小区",
                "https://x.example/?order=12345678",
                "户名",
                "尾号",
                "老王",
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(PIECES, st.sampled_from(["", " ", "，", "\n"]))
def test_what_was_masked_is_masked(pieces, between):
    """Once everything is decided, reading it again finds nothing more."""
    once = mask(between.join(pieces))
    whole = mask(once.text, decisions={doubt.id: True for doubt in once.doubts})
    for _ in range(6):
        if not whole.doubts:
            break
        whole = mask(whole.text, decisions={doubt.id: True for doubt in whole.doubts})
    assert whole.doubts == ()
    assert mask(whole.text).text == whole.text


@settings(deadline=None)
@given(PIECES)
def test_what_is_sure_is_masked_at_the_first_reading(pieces):
    once = mask(" ".join(pieces))
    assert mask(once.text).text == once.text


@given(mobiles, st.sampled_from(["{}", "{} 再说一遍 {wide}", "{}，{dashed}", "{} {spaced} {dashed}"]))
def test_the_same_value_has_the_same_placeholder_in_every_writing(number, form):
    said = form.format(
        number,
        wide=number.translate(WIDE),
        dashed=f"{number[:3]}-{number[3:7]}-{number[7:]}",
        spaced=f"{number[:3]} {number[3:7]} {number[7:]}",
    )
    assert set(PLACEHOLDER.findall(mask(said).text)) == {"【手机号1】"}


def test_what_one_message_gives_away_is_masked_in_the_others():
    left = mask("收件人：李雷\x1e李 雷是我\x1e我微信 LiLei88\x1elilei88 搜不到").text
    assert left == "收件人：【姓名1】\x1e【姓名1】是我\x1e我微信 【账号1】\x1e【账号1】 搜不到"


def test_two_of_a_kind_are_told_apart():
    assert mask("13912340078 和 13712345566").text == "【手机号1】 和 【手机号2】"


GOODS = st.one_of(
    st.builds("{}元".format, st.integers(1, 99_999)),
    st.builds("¥{:.2f}".format, st.floats(0.01, 9_999)),
    st.builds("{:,}.00".format, st.integers(1_000, 99_999)),
    st.dates(date(2000, 1, 1), date(2035, 12, 31)).map("{:%Y-%m-%d}".format),
    st.builds("{}月{}日".format, st.integers(1, 12), st.integers(1, 28)),
    st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("{} 件".format, st.integers(1, 9_999)),
    st.from_regex(r"SKU[:： ][A-Z]{1,3}-?[0-9]{3,12}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}-[0-9]{2,4}-[A-Z]", fullmatch=True),
    st.from_regex(r"[A-Z]{1,2}[0-9]{1,4}", fullmatch=True),
    st.builds("{}小时".format, st.integers(1, 168)),
    st.sampled_from(["12315", "400-820-8820", "95338", "1.5 升", "双11", "618", "98℃", "100%", "7天无理由"]),
)


@settings(deadline=None)
@given(st.lists(GOODS, min_size=1, max_size=8), st.sampled_from(["，", "；", "。", " 和 ", "、"]))
def test_prices_days_and_goods_stay(words, between):
    said = between.join(words)
    left = mask(said)
    assert left.text == said
    assert left.doubts == ()


def test_a_decision_is_applied_to_the_value_wherever_it_stands():
    said = "柜子 483920，对，就是４８３９２０"
    (doubt,) = mask(said).doubts
    assert doubt.count == 2
    assert "483920" not in key_of(mask(said, decisions={doubt.id: True}).text)
    kept = mask(said, decisions={doubt.id: False})
    assert (kept.text, kept.doubts) == (said, ())


def test_what_a_person_adds_is_masked_in_every_writing():
    assert mask("小 雨说的，小雨", also=["小雨"]).text == "【隐去1】说的，【隐去1】"


def test_nicknames_become_who_they_are():
    assert mask("@爱吃糖 在吗", names={"爱吃糖": "顾客"}).text == "@顾客 在吗"


def test_the_words_around_a_doubt_do_not_give_the_rest_away():
    (doubt,) = mask("我13912340078，柜子 483920").doubts
    assert "139" not in doubt.before + doubt.after


def test_the_counts_say_what_was_masked():
    assert mask("13912340078 13912340078 a@b.com").counts == {Kind.PHONE: 2, Kind.MAIL: 1}


WORST = (
    "1 ",
    "13",
    "a",
    "a1",
    "王",
    "路",
    "李小",
    "一",
    "3号",
    "@",
    "【",
    "小区",
    "地址",
    "收件人",
    "-",
    "我叫",
    "0571 ",
)


@ENDS
def test_long_text_is_read_in_linear_time():
    """Rows without an end of what each finder begins with: 200,000 characters together, and 5,000 of each alone.

    Squared, either would take hours.
    """
    for said in [
        "".join(piece * (12_000 // len(piece)) for piece in WORST),
        *(each * (5_000 // len(each)) for each in WORST),
    ]:
        mask(said)


CORPUS = Path(__file__).parents[2] / "drills" / "masking_corpus.txt"


def corpus():
    for line in CORPUS.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            said, wanted = line.rsplit(" => ", 1)
            yield said, said if wanted == "=" else wanted


def shown(said):
    left = mask(said)
    for doubt in left.doubts:
        left = type(left)(text=left.text.replace(doubt.value, f"⟦{doubt.value}⟧"), counts=left.counts)
    return left.text


def test_the_corpus_is_masked_as_it_says():
    assert {said: shown(said) for said, wanted in corpus() if shown(said) != wanted} == {}


def test_the_corpus_is_large_and_knows_what_is_innocent():
    lines = list(corpus())
    assert len(lines) >= 200
    assert sum(re.search("【|⟦", wanted) is None for _, wanted in lines) >= 80
