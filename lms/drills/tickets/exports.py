"""Chat exports as 千牛, 咚咚, 飞鸽 and their add-ons write them: CSV or XLSX, a message a row. Pure."""

import re
from collections.abc import Sequence

from lms.core.errors import Invalid, TooLarge, Unreadable
from lms.core.sheets import Column, Row, read
from lms.core.texts import text
from lms.drills.tickets.talk import LONGEST_LINE, MOST_LINES, Said, Side, Talk, seconds_of, side_of_role, sided

MOST_BYTES = 2_000_000
MOST_TALKS = 200

COLUMNS: tuple[Column, ...] = (
    Column(
        key="content",
        name="消息内容",
        required=True,
        folded=False,
        lines=True,
        synonyms=(
            "内容",
            "聊天内容",
            "消息",
            "聊天记录",
            "对话内容",
            "会话内容",
            "文本",
            "content",
            "message",
            "text",
            "msg",
        ),
    ),
    Column(
        key="sender",
        name="发送者",
        folded=False,
        synonyms=(
            "发送人",
            "发送方",
            "发言人",
            "发言者",
            "昵称",
            "发送者昵称",
            "发送人昵称",
            "用户昵称",
            "消息发送者",
            "消息发送人",
            "发送者账号",
            "发送账号",
            "说话人",
            "旺旺",
            "旺旺名",
            "sender",
            "sendername",
            "from",
            "nick",
            "nickname",
            "name",
            "speaker",
        ),
    ),
    Column(
        key="role",
        name="角色",
        synonyms=(
            "发送者角色",
            "发送人角色",
            "发送方角色",
            "发送者类型",
            "发送方类型",
            "身份",
            "用户类型",
            "消息来源",
            "消息方向",
            "来源",
            "role",
            "sendertype",
            "senderrole",
            "fromtype",
            "direction",
        ),
    ),
    Column(
        key="time",
        name="发送时间",
        synonyms=(
            "时间",
            "消息时间",
            "聊天时间",
            "会话时间",
            "发言时间",
            "日期时间",
            "时间戳",
            "创建时间",
            "time",
            "sendtime",
            "datetime",
            "timestamp",
            "createtime",
            "date",
        ),
    ),
    Column(
        key="talk",
        name="会话ID",
        synonyms=(
            "会话编号",
            "会话号",
            "会话",
            "咨询ID",
            "咨询编号",
            "咨询单号",
            "对话ID",
            "接待ID",
            "聊天ID",
            "sessionid",
            "sid",
            "chatid",
            "conversationid",
            "talkid",
            "session",
            "conversation",
        ),
    ),
    Column(
        key="customer",
        name="买家昵称",
        folded=False,
        synonyms=(
            "客户昵称",
            "顾客昵称",
            "买家",
            "顾客",
            "客户",
            "客户账号",
            "顾客账号",
            "买家账号",
            "会员名",
            "用户名",
            "用户账号",
            "买家旺旺",
            "buyer",
            "buyernick",
            "customer",
        ),
    ),
    Column(
        key="agent",
        name="客服昵称",
        folded=False,
        synonyms=(
            "客服",
            "客服账号",
            "接待客服",
            "客服名称",
            "子账号",
            "商家昵称",
            "接待人",
            "seller",
            "sellernick",
            "agent",
            "waiter",
        ),
    ),
)
_PICTURE = re.compile(
    r"\[?(?:图片|表情|语音|视频|文件|商品卡片|订单卡片)\]?|(?:https?:)?//\S+\.(?:jpe?g|png|gif|webp)\S*", re.IGNORECASE
)
_WORDS = {"图片": "（图片）", "语音": "（语音）", "视频": "（视频）", "文件": "（文件）", "表情": "（表情）"}


def read_export(data: bytes) -> tuple[Talk, ...]:
    """Return the chats of a file, in its order.

    Raises Unreadable, TooLarge, Invalid with a sentence that quotes nothing of the file but its line numbers.
    """
    sheet = read(data, COLUMNS, most_rows=MOST_LINES, most_bytes=MOST_BYTES)
    if not {"sender", "role", "customer", "agent"} & sheet.present:
        raise Unreadable(text("表里没有“发送者”或“角色”一列，分不出哪句是谁说的。请补上再传。"))
    groups: dict[str, list[Row]] = {}
    key = "talk" if "talk" in sheet.present else "customer"
    for row in sheet.rows:
        if not row["content"]:
            continue
        if len(row["content"]) > LONGEST_LINE:
            raise TooLarge(
                text(
                    "第 %(line)s 行有 %(size)s 个字，一句最多 %(most)s 个。请拆开或删去再传。",
                    line=row.line,
                    size=len(row["content"]),
                    most=LONGEST_LINE,
                )
            )
        if row["time"] and seconds_of(row["time"]) is None:
            raise Invalid(text("第 %(line)s 行的时间看不懂。请写成 2026-11-11 00:02:11 这样再传。", line=row.line))
        groups.setdefault(row[key], []).append(row)
    if not groups:
        raise Unreadable(text("文件里一句话也没有。请确认导出的是聊天内容。"))
    if len(groups) > MOST_TALKS:
        raise TooLarge(
            text("文件里有 %(n)s 个会话，最多 %(most)s 个。请只导出要用的那几个。", n=len(groups), most=MOST_TALKS)
        )
    return tuple(_talk(rows) for rows in groups.values())


def _talk(rows: Sequence[Row]) -> Talk:
    customer = next((row["customer"] for row in rows if row["customer"]), "")
    agent = next((row["agent"] for row in rows if row["agent"]), "")
    lines = sided([_said(row, customer, agent) for row in rows], customer, agent)
    return Talk(lines=lines, customer=customer, agent=agent)


def _said(row: Row, customer: str, agent: str) -> Said:
    nick = row["sender"]
    side = side_of_role(row["role"]) if row["role"] else None
    if side is None and nick:
        side = Side.CUSTOMER if nick == customer else Side.AGENT if nick == agent else None
    return Said(nick=nick, text=spoken(row["content"]), side=side, at=seconds_of(row["time"]))


def spoken(content: str) -> str:
    """Return a message as it can stand in a drill: a picture is named, not shown."""
    bare = content.strip()
    if _PICTURE.fullmatch(bare):
        return next((word for name, word in _WORDS.items() if name in bare), "（图片）")
    return bare
