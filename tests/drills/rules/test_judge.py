"""What a free reply says: synonyms, negations, disguises, and what only a person can tell."""

import pytest

from lms.content.wordlists.spec import WordEntry
from lms.drills.rules.judge import LISTED, NO_WORDS, Judged, Words, judge, too_short_or_long
from lms.drills.spec import Criterion, Effect, Effects, Scene
from lms.questions.spec import CriterionKind

CONTACT = "加我微信"
LISTS = Words(
    banned=(
        WordEntry(words=("保证今天到", "今天一定到"), instead="预计今天送达"),
        WordEntry(words=("加我微信", "加…微信"), instead="请在订单聊天里联系我"),
    ),
    synonyms=(("退款", "退钱", "refund"), ("赔付", "赔偿", "补偿")),
)


def a_scene(*criteria: tuple[CriterionKind, str, int]) -> Scene:
    rubric = tuple(
        Criterion(kind=kind, words=words, effects=Effects(points=(Effect("合规", points),)))
        for kind, words, points in criteria
    )
    return Scene(title="核实", free=True, rubric=rubric)


def never(said: str, phrase: str = CONTACT, words: Words = NO_WORDS) -> Judged:
    return judge(a_scene((CriterionKind.NEVER, phrase, -30)), said, words)


def shown(judged: Judged, said: str) -> list[str]:
    return [said[each.start : each.end] for each in judged.lines[0].found]


def listed(said: str) -> list[tuple[str, bool]]:
    return [(said[hit.start : hit.end], hit.taken_back) for hit in judge(a_scene(), said, LISTS).hits]


def test_a_phrase_is_met_by_a_word_of_its_group_shown_as_it_was_typed() -> None:
    said = "我先给您退錢，再补偿一张券"
    found = judge(a_scene((CriterionKind.MUST, "退款 & 赔付", 8)), said, LISTS)
    assert found.lines[0].held
    assert shown(found, said) == ["退錢", "补偿"]


def test_a_group_of_another_list_says_nothing() -> None:
    assert not judge(a_scene((CriterionKind.MUST, "退款", 8)), "退钱").lines[0].held


def test_a_promise_that_is_taken_back_costs_nothing_and_a_person_looks() -> None:
    found = never("我不能保证今天到", "保证今天到")
    assert not found.lines[0].held
    assert found.doubt
    assert not found.violated(a_scene((CriterionKind.NEVER, "保证今天到", -30)))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("您加我薇信吧", "加我薇信"),
        ("加我威信，我私下给您补", "加我威信"),
        ("加我徽信聊", "加我徽信"),
        ("加V信详聊", "加V信"),
        ("加我v❤️", "加我v❤️"),
        ("我VX发您，加VX", "加VX"),
        ("加我 wx 说", "加我 wx"),
        ("加我wei信", "加我wei信"),
        ("加我weixin", "加我weixin"),
        ("加我v", "加我v"),
        ("➕v，直接转", "➕v"),
        ("+V 谈", "+V"),
        ("加.我.微.信", "加.我.微.信"),
        ("加*我*薇*信", "加*我*薇*信"),
        ("加個微信", "加個微信"),
        ("加v kefu_2026", "加v"),
    ],
)
def test_a_known_disguise_is_the_phrase_itself_and_is_shown_where_it_stands(said: str, words: str) -> None:
    found = never(said)
    assert found.lines[0].held
    assert words in shown(found, said)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("加QQ", "加扣扣"),
        ("加QQ", "加口口"),
        ("加QQ", "加我Q号"),
        ("支付宝转", "支付饱转我"),
        ("支付宝转", "zfb转我"),
        ("好评返现", "好坪反现"),
        ("发手机号", "发手鸡号"),
        ("转账给我", "转帐给我"),
    ],
)
def test_other_contacts_and_payments_have_their_disguises_too(phrase: str, said: str) -> None:
    assert never(said, phrase).lines[0].held


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        (CONTACT, "这样会让店铺威信扫地"),
        ("微信", "主管在我们这里很有威信"),
        (CONTACT, "微信支付到账慢，请再等等"),
        (CONTACT, "您可以加V会员享受包邮"),
        (CONTACT, "发货加快，微信里也能看物流"),
        ("加QQ", "大家口口声声说好"),
        (CONTACT, "vivo 手机的壳加固过"),
        (CONTACT, "已为您加急处理"),
        ("发手机号", "订单号 202611130012345678 已查到"),
        ("最佳", "这是最家常的做法"),
        ("一定到", "一定要看到账短信"),
    ],
)
def test_what_only_looks_like_a_disguise_is_none(phrase: str, said: str) -> None:
    found = never(said, phrase)
    assert not found.lines[0].held
    assert not found.doubt


def test_a_word_of_its_own_within_a_longer_phrase_counts_and_alone_a_person_looks() -> None:
    assert never("加威信").lines[0].held
    alone = never("我的威信给您", "微信")
    assert not alone.lines[0].held
    assert alone.doubt


@pytest.mark.parametrize(
    ("phrase", "said"), [("保证今天到", "保正今天到"), ("一定到", "今天一顶到"), ("包赔", "您放心，报赔")]
)
def test_what_sounds_like_a_forbidden_phrase_goes_to_a_person_and_costs_nothing(phrase: str, said: str) -> None:
    found = never(said, phrase)
    assert not found.lines[0].held
    assert found.doubt
    assert found.lines[0].found[0].alike


def test_nothing_that_earns_is_earned_by_what_sounds_like_it() -> None:
    assert not judge(a_scene((CriterionKind.MUST, "保证今天到", 5)), "保正今天到").doubt


@pytest.mark.parametrize(
    "number",
    ["一三八零零一三八零零零", "1*3*8*0*0*1*3*8*0*0*0", "l38oo138ooo", "①③⑧00138000", "幺三八 零零一三 八零零零"],
)
def test_a_mobile_number_in_disguise_is_the_number(number: str) -> None:
    assert never(f"打这个：{number}", "发手机号 | 打我电话").lines[0].held
    assert never(f"打这个：{number}").doubt


def test_an_ordinary_mobile_number_may_be_the_customers_own_so_a_person_looks() -> None:
    found = never("收货电话是 13800138000 对吗", "打我电话")
    assert not found.lines[0].held
    assert found.doubt


def test_the_shared_lists_see_through_the_same_disguises() -> None:
    assert listed("您加一下我的薇信") == [("加一下我的薇信", False)]
    assert listed("今 天 一 定 到") == [("今 天 一 定 到", False)]
    assert listed("今天一顶到") == [("今天一顶到", True)]
    assert listed("不能加我V信") == [("加我V信", True)]
    assert listed("店铺威信扫地，微信支付到账慢") == []


def test_what_a_person_decided_wins_over_every_finding() -> None:
    scene = a_scene((CriterionKind.NEVER, CONTACT, -30))
    cleared = judge(scene, "加我微信", LISTS, {0: False, LISTED: False})
    assert not cleared.violated(scene)
    assert cleared.effects(scene).sum == 0
    assert not judge(scene, "我不能加我微信", LISTS, {0: False, LISTED: False}).doubt
    assert judge(scene, "好", LISTS, {LISTED: True}).violated(scene)


def test_what_a_person_alone_judges_is_held_by_no_word() -> None:
    scene = a_scene((CriterionKind.JUDGED, "语气平和", 4))
    assert not judge(scene, "语气平和").lines[0].held
    assert judge(scene, "嗯", decided={0: True}).effects(scene).sum == 4


def test_blanks_at_the_ends_are_no_characters_of_a_reply() -> None:
    scene = Scene(title="核实", free=True, shortest=3, longest=5)
    assert too_short_or_long(scene, "  好的  ")
    assert too_short_or_long(scene, "好的好的好的")
    assert not too_short_or_long(scene, " 好的呢 ")
    assert too_short_or_long(Scene(title="核实", free=True), "   ")
