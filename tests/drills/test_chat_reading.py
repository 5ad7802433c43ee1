"""Chats as they are copied and exported: who said what and when, in every form; what can't be read says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid, TooLarge, Unreadable
from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.drills.tickets.carry import carried, uncarried
from lms.drills.tickets.exports import read_export
from lms.drills.tickets.masking import safe_talk
from lms.drills.tickets.pasted import read_pasted
from lms.drills.tickets.talk import Line, Side, from_first, seconds_of

C, A, S = Side.CUSTOMER, Side.AGENT, Side.SYSTEM


def said(talk):
    return [(line.side, line.text) for line in talk.lines]


@pytest.mark.parametrize(
    "pasted",
    [
        "小雨 2026-11-11 00:02:11\n到哪了\n店:小美 2026-11-11 00:02:40\n我查一下",
        "小雨 2026/11/11 0:02\n到哪了\n\n店:小美 2026/11/11 0:03\n我查一下",
        "小雨(10:21:05): 到哪了\n店:小美(10:21:30): 我查一下",
        "小雨（2026-11-11 10:21:05）：到哪了\n店:小美（2026-11-11 10:21:30）：我查一下",
        "2026-11-11 10:21:05 小雨：到哪了\n2026-11-11 10:21:30 店小美：我查一下",
        "[10:21:05] 小雨：到哪了\n[10:21:30] 客服小美：我查一下",
        "10:21:05 小雨\n到哪了\n10:21:30 客服小美\n我查一下",
        "买家：到哪了\n客服：我查一下",
        "顾客: 到哪了\r\n卖家: 我查一下\r\n",
        "小雨 11-11 00:02:11\n到哪了\n小美 11-11 00:02:40\n我查一下",
        "小雨 2026年11月11日 00:02\n到哪了\n小美 2026年11月11日 00:02\n我查一下",
    ],
)
def test_a_pasted_chat_is_read_in_every_form(pasted):
    assert said(read_pasted(pasted)) == [(C, "到哪了"), (A, "我查一下")]


def test_a_message_of_several_lines_stays_one():
    talk = read_pasted("小雨 10:00:00\n第一行\n订单号：123\n\n第三行\n小美 10:01:00\n好")
    assert talk.lines[0].text == "第一行\n订单号：123\n第三行"


def test_a_label_that_is_no_person_is_part_of_the_message():
    assert said(read_pasted("买家：到哪了\n收件人：李雷\n客服：好的")) == [(C, "到哪了\n收件人：李雷"), (A, "好的")]


def test_the_shop_and_the_machine_are_known_by_their_names():
    talk = read_pasted("机器人 10:00:00\n您好\n旗舰店:小美 10:00:05\n在的\n小雨 10:00:09\n到哪了")
    assert [line.side for line in talk.lines] == [S, A, C]


@pytest.mark.parametrize("pasted", ["", "   \n", "只有一段话，没有人", "到哪了\n不知道"])
def test_what_is_no_chat_is_refused(pasted):
    with pytest.raises((Unreadable, Invalid)):
        read_pasted(pasted)


def test_too_long_a_chat_says_how_long_it_may_be():
    with pytest.raises(TooLarge, match="最多 2000 句"):
        read_pasted("".join(f"小雨 10:00:00\n{n}\n" for n in range(2_001)))


def test_a_time_that_is_none_names_its_line():
    with pytest.raises(Invalid, match="第 3 行的时间"):
        read_pasted("小雨 10:00:00\n到哪了\n小美 25:00:00\n好")


HEADS = {
    "qianniu": ["发送者", "接收者", "发送时间", "消息内容"],
    "dongdong": ["会话ID", "客户账号", "客服账号", "角色", "消息时间", "消息内容"],
    "feige": ["会话ID", "发送者角色", "发送者昵称", "发送时间", "消息类型", "消息内容"],
}
ROWS = {
    "qianniu": [
        ["tb小雨", "店:小美", "2026-11-11 00:02:11", "到哪了"],
        ["店:小美", "tb小雨", "2026-11-11 00:02:40", "我查一下"],
    ],
    "dongdong": [
        ["1", "jd_小雨", "小美", "顾客", "2026-11-11 00:02:11", "到哪了"],
        ["1", "jd_小雨", "小美", "客服", "2026-11-11 00:02:40", "我查一下"],
    ],
    "feige": [
        ["1", "用户", "小雨", "2026-11-11 00:02:11", "文本", "到哪了"],
        ["1", "商家", "小美", "2026-11-11 00:02:40", "文本", "我查一下"],
    ],
}


@pytest.mark.parametrize("desk", HEADS)
def test_an_export_is_read_from_csv_and_workbook_in_every_encoding(desk):
    table = csv_bytes(HEADS[desk], ROWS[desk]).decode("utf-8-sig")
    for data in (
        table.encode(),
        table.encode("utf-8-sig"),
        table.encode("gbk"),
        table.encode("utf-16"),
        xlsx_bytes("聊天", HEADS[desk], ROWS[desk]),
    ):
        (talk,) = read_export(data)
        assert said(talk) == [(C, "到哪了"), (A, "我查一下")]
        assert [line.at for line in safe_talk(talk).lines] == [0, 29]


def test_several_chats_of_a_file_are_told_apart():
    rows = [[str(n // 2), "买家" if n % 2 == 0 else "客服", "10:00:00", f"{n}"] for n in range(6)]
    talks = read_export(csv_bytes(["会话ID", "角色", "时间", "内容"], rows))
    assert [len(talk.lines) for talk in talks] == [2, 2, 2]


def test_a_file_without_a_number_of_the_chat_is_cut_by_the_customer():
    rows = [["小雨", "买家", "到哪了"], ["阿宁", "买家", "在吗"], ["小雨", "客服", "好"]]
    talks = read_export(csv_bytes(["买家昵称", "角色", "内容"], rows))
    assert [said(talk) for talk in talks] == [[(C, "到哪了"), (A, "好")], [(C, "在吗")]]


@pytest.mark.parametrize(
    ("head", "row", "why"),
    [
        (["时间", "内容"], ["10:00", "在吗"], "分不出哪句是谁说的"),
        (["角色", "时间"], ["买家", "10:00"], "缺少列"),
        (["角色", "时间", "内容"], ["买家", "昨天", "在吗"], "第 2 行的时间"),
        (["角色", "内容"], ["买家", ""], "一句话也没有"),
        (["角色", "内容"], ["买家", "长" * 5_001], "第 2 行有 5001 个字"),
    ],
)
def test_a_file_that_cannot_be_read_names_the_row_and_the_reason(head, row, why):
    with pytest.raises((Unreadable, Invalid, TooLarge), match=why):
        read_export(csv_bytes(head, [row]))


def test_a_picture_is_named_not_linked():
    talk = read_export(
        csv_bytes(["角色", "内容"], [["买家", "https://img.example.com/a/b.jpg?x=1"], ["客服", "[图片]"]])
    )[0]
    assert [line.text for line in talk.lines] == ["（图片）", "（图片）"]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0:00:05", 5),
        ("下午 1:00", 46_800),
        ("1970-01-02 00:00:01", 86_401),
        ("1970/1/2", 86_400),
        ("x", None),
        ("24:00", None),
        ("2026-13-01 10:00", None),
    ],
)
def test_moments_are_read(written, seconds):
    assert seconds_of(written) == seconds


def test_a_chat_over_midnight_goes_on():
    assert from_first([86_340, None, 30]) == [0, None, 90]


LINES = st.lists(
    st.builds(Line, st.sampled_from(Side), st.none() | st.integers(0, 10**8), st.text(max_size=40)),
    min_size=1,
    max_size=9,
).map(tuple)


@given(st.lists(LINES, min_size=1, max_size=3).map(tuple))
def test_what_travels_in_the_form_comes_back(talks):
    assert uncarried(carried(talks)) == talks


@pytest.mark.parametrize(
    "field",
    [
        "",
        "{}",
        "[]",
        "[[]]",
        "[[1]]",
        '[[["x",0,"a"]]]',
        '[[["c",-1,"a"]]]',
        '[[["c",true,"a"]]]',
        '[[["c",0,1]]]',
        "[" * 9_000,
    ],
)
def test_what_no_page_wrote_is_refused_without_being_quoted(field):
    with pytest.raises(Invalid) as refused:
        uncarried(field)
    assert refused.value.__cause__ is None
    assert "路上丢了" in str(refused.value)
