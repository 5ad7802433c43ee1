"""A chat as it was written down, and the same chat without what belongs to a person. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.sheets.read import tidy

MOST_LINES = 2_000
MOST_CHARACTERS = 400_000
LONGEST_LINE = 5_000


class Side(StrEnum):
    CUSTOMER = "c"
    AGENT = "a"
    SYSTEM = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message. side: None where nothing says it yet. at: seconds, on one scale within a chat; None = unknown."""

    nick: str
    text: str
    side: Side | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One chat. customer, agent: nicknames that the export gives beside those of the messages."""

    lines: tuple[Said, ...]
    customer: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a masked chat. at: seconds since its first message that has a time."""

    side: Side
    at: int | None
    text: str


_CUSTOMER = re.compile(
    r"买家|顾客|客户|用户|会员|访客|买方|消费者|^(?:buyer|customer|user|client|visitor|c)$", re.IGNORECASE
)
_AGENT = re.compile(
    r"客服|卖家|商家|店小二|小二|售后|售前|坐席|座席|接待|员工|专员|卖方|商户|旗舰店|专营店|专卖店|官方店"
    r"|^(?:seller|agent|service|staff|kf|cs|merchant|waiter|shop|support)$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"系统|机器人|自动回复|通知|智能助理|智能客服|^(?:system|robot|bot|notice|auto)$", re.IGNORECASE)
_CODES = {"1": Side.CUSTOMER, "2": Side.AGENT, "0": Side.SYSTEM}


def side_of_role(role: str) -> Side | None:
    """Return who a word of a column 角色 means."""
    word = tidy(role).strip()
    return _side(word) or _CODES.get(word)


def side_of_nick(nick: str) -> Side | None:
    """Return who a nickname gives away: 旗舰店:小美 is the shop's."""
    word = tidy(nick).strip()
    return _side(word) or (Side.AGENT if re.search(r".[:：].", word) else None)


def _side(word: str) -> Side | None:
    if _SYSTEM.search(word):
        return Side.SYSTEM
    if _AGENT.search(word):
        return Side.AGENT
    return Side.CUSTOMER if _CUSTOMER.search(word) else None


def sided(lines: Sequence[Said], customer: str = "", agent: str = "") -> tuple[Said, ...]:
    """Return the lines with a side each: as the export says, as the nicknames say, else the first to write is the
    customer.
    """
    known: dict[str, Side] = {}
    for line in lines:
        if line.side is not None and line.nick:
            known[line.nick] = line.side
    for name, side in ((customer, Side.CUSTOMER), (agent, Side.AGENT)):
        if name:
            known[name] = side
    for nick in dict.fromkeys(line.nick for line in lines if line.side is None):
        guessed = side_of_nick(nick)
        if nick not in known and guessed is not None:
            known[nick] = guessed
    for nick in dict.fromkeys(line.nick for line in lines if line.side is None):
        if nick not in known:
            known[nick] = (
                Side.AGENT if Side.CUSTOMER in known.values() and Side.AGENT not in known.values() else Side.CUSTOMER
            )
    return tuple(Said(nick=line.nick, text=line.text, side=line.side or known[line.nick], at=line.at) for line in lines)


def names_of(talk: Talk) -> dict[str, str]:
    """Return what is written for each nickname of the chat: 顾客 or 客服; a nickname that says just that stays."""
    found: dict[str, str] = {}
    for nick, side in [
        *((line.nick, line.side) for line in talk.lines),
        (talk.customer, Side.CUSTOMER),
        (talk.agent, Side.AGENT),
    ]:
        if side in (None, Side.SYSTEM) or not nick.strip():
            continue
        word = "顾客" if side is Side.CUSTOMER else "客服"
        for part in (nick, *re.split(r"[:：]", nick)[1:]):
            bare = part.strip()
            if len(bare) > 1 and not re.fullmatch(
                r"(?:买家|顾客|客户|用户|会员|客服|卖家|商家|售后|售前)\d{0,2}", bare
            ):
                found[bare] = word
    return found


_WHEN = re.compile(
    r"(?:(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    r"|(?P<m>\d{1,2})[-/月](?P<d>\d{1,2})日?)?"
    r"[ T]*(?P<half>上午|下午|晚上)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:\.\d{1,6})?(?:Z|\+\d{2}:?\d{2})?"
)
_SERIAL = re.compile(r"[34]\d{4}(?:\.\d{1,15})?|\d{10}|\d{13}")
_EPOCH = date(1970, 1, 1)
_DAY = 86_400


def seconds_of(written: str) -> int | None:
    """Return a moment in seconds: of a day where only the hour is given; None for what can't be read."""
    cell = tidy(written)
    if _SERIAL.fullmatch(cell):
        if len(cell) in (10, 13) and "." not in cell:
            return int(cell[:10])
        return round(float(cell) * _DAY)
    found = _WHEN.fullmatch(cell if ":" in cell else f"{cell} 0:00")
    if found is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    if found["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    try:
        day = date(
            int(found["year"] or 2000), int(found["month"] or found["m"] or 1), int(found["day"] or found["d"] or 1)
        )
    except ValueError:
        return None
    days = (day - _EPOCH).days if found["year"] or found["m"] else 0
    return days * _DAY + hour * 3600 + minute * 60 + second


def from_first(moments: Iterable[int | None]) -> list[int | None]:
    """Return moments counted from the first one; an hour before the one above is of the next day."""
    found: list[int | None] = []
    first: int | None = None
    last = 0
    for moment in moments:
        if moment is None:
            found.append(None)
            continue
        if first is None:
            first, last = moment, moment
        while moment < last - _DAY // 2 and moment < _DAY:
            moment += _DAY
        last = max(last, moment)
        found.append(max(0, moment - first))
    return found


def clock(seconds: int) -> str:
    """Return seconds as 1:05 or 1:02:03."""
    text = str(timedelta(seconds=seconds)).rpartition(", ")[2].removeprefix("0:")
    return text
