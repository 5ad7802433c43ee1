"""Chats pasted as plain text, in the forms in which windows of chats are copied. Pure; linear in the text."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.errors import Invalid, TooLarge, Unreadable
from lms.core.texts import text
from lms.drills.tickets.exports import spoken
from lms.drills.tickets.talk import (
    LONGEST_LINE,
    MOST_CHARACTERS,
    MOST_LINES,
    Said,
    Talk,
    seconds_of,
    side_of_role,
    sided,
)

_DAY = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/月]\d{1,2}日?)"
_TIME = rf"(?:{_DAY}[ \tT]{{0,3}})?(?:上午|下午|晚上)?[ ]?\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?"
_NICK = r"[^\s，。！？；、()（）：:\[\]【】][^\n，。！？；()（）【】]{0,39}?"
_IN_BRACKETS = re.compile(
    rf"(?P<nick>{_NICK})[ \t]{{0,4}}[(（\[]\s?(?P<time>{_TIME})\s?[)）\]][ \t]{{0,4}}[:：]?[ \t]{{0,4}}(?P<rest>.*)"
)
_NICK_FIRST = re.compile(
    rf"(?P<nick>{_NICK})[ \t]{{1,8}}(?P<time>{_TIME})[ \t]{{0,4}}(?:[:：][ \t]{{0,4}}(?P<rest>.*))?"
)
_TIME_FIRST = re.compile(
    rf"[(（\[]?(?P<time>{_TIME})[)）\]]?[ \t]{{1,8}}(?P<nick>{_NICK})[ \t]{{0,4}}(?:[:：][ \t]{{0,4}}(?P<rest>.*))?"
)
_LABEL = re.compile(r"(?P<nick>[^\s：:，。！？；、][^：:，。！？；\n]{0,29})[:：][ \t]{0,4}(?P<rest>.+)")
_FIELD = re.compile(
    r"订单|电话|手机|地址|收件|收货|姓名|单号|金额|时间|日期|商品|型号|规格|https?|备注|邮箱|微信|QQ|生日|原因|问题",
    re.IGNORECASE,
)
_LONGEST_HEAD = 200


@dataclass(frozen=True, slots=True)
class _Head:
    nick: str
    time: str
    rest: str


def read_pasted(pasted: str) -> Talk:
    """Return the chat of a text. Raises Invalid, TooLarge, Unreadable; no message quotes the text."""
    whole = pasted.replace("\r\n", "\n").replace("\r", "\n").replace("\x1e", " ")
    if not whole.strip():
        raise Invalid(text("请先粘贴一段聊天，或选一个文件。"))
    lines = whole.split("\n")
    if len(whole) > MOST_CHARACTERS:
        raise TooLarge(
            text("这段聊天有 %(n)s 个字，最多 %(most)s 个。请只粘贴要用的那一段。", n=len(whole), most=MOST_CHARACTERS)
        )
    said = list(_messages(lines))
    if len(said) > MOST_LINES:
        raise TooLarge(
            text("这段聊天有 %(n)s 句，最多 %(most)s 句。请只粘贴要用的那一段。", n=len(said), most=MOST_LINES)
        )
    if not said:
        raise Unreadable(text("看不出哪句是谁说的。每句前面要有昵称和时间，或写成“买家：…”“客服：…”，再贴一次。"))
    return Talk(lines=sided(said))


def _messages(lines: list[str]) -> Iterator[Said]:
    timed = [_timed(line.strip()) for line in lines]
    heads = timed if any(timed) else _labelled(lines)
    head: _Head | None = None
    body: list[str] = []
    first = 1
    for number, (line, found) in enumerate(zip(lines, heads, strict=True), start=1):
        if found is None:
            if head is not None and line.strip():
                body.append(line.strip())
            continue
        yield from _said(head, body, first)
        head, body, first = found, [found.rest] if found.rest else [], number
    yield from _said(head, body, first)


def _said(head: _Head | None, body: list[str], line: int) -> Iterator[Said]:
    content = "\n".join(body).strip()
    if head is None or not content:
        return
    if len(content) > LONGEST_LINE:
        raise TooLarge(
            text(
                "第 %(line)s 行起的一句有 %(size)s 个字，一句最多 %(most)s 个。请拆开再贴。",
                line=line,
                size=len(content),
                most=LONGEST_LINE,
            )
        )
    at = seconds_of(head.time) if head.time else None
    if head.time and at is None:
        raise Invalid(text("第 %(line)s 行的时间看不懂。请写成 2026-11-11 00:02:11 这样再贴。", line=line))
    yield Said(nick=head.nick, text=spoken(content), at=at)


def _timed(line: str) -> _Head | None:
    if not len(line) >= 4 or not re.search(r"\d[:：]\d{2}", line[:_LONGEST_HEAD]):
        return None
    for pattern in (_IN_BRACKETS, _TIME_FIRST, _NICK_FIRST):
        found = pattern.fullmatch(line)
        if found is not None:
            return _Head(
                found["nick"].strip().rstrip(":："), found["time"].replace("：", ":"), (found["rest"] or "").strip()
            )
    return None


def _labelled(lines: list[str]) -> list[_Head | None]:
    """Return heads of the form 买家：…: words for a side, and nicknames that come again; 订单号：… is none."""
    found = [_LABEL.fullmatch(line.strip()) for line in lines]
    counts = Counter(each["nick"].strip() for each in found if each)
    kept = {
        nick
        for nick, count in counts.items()
        if side_of_role(nick) is not None or (count > 1 and not _FIELD.search(nick))
    }
    return [
        _Head(each["nick"].strip(), "", each["rest"].strip()) if each and each["nick"].strip() in kept else None
        for each in found
    ]
