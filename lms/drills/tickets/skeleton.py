"""A masked chat as the skeleton of a drill: one scene for each exchange, what was said as the first choice. Pure.

What a trainer has to write stands in gaps that begin with 待补. The skeleton as made has no error.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from lms.content.importers.drafts import plain_title
from lms.drills.tickets.talk import Line, Side

MOST_SCENES = 10
GAP = "待补"
"""How each place begins that the trainer has to fill."""
STEP, LEAST, MOST = 15, 15, 600
USUAL = 60
"""Seconds for a reply where the chat has no times."""
GOOD, BAD = "顺利结束", "没有谈成"
_LONGEST_BUBBLE = 300
_WIDE = str.maketrans(
    {
        "[": "〔",
        "［": "〔",
        "］": "〕",
        "]": "〕",
        "<": "＜",
        ">": "＞",
        "`": "'",
        "*": "＊",
        "|": "｜",
        "\\": "＼",
        "~": "～",
        "#": "＃",
        "_": "＿",
        "·": "‧",
        "・": "‧",
        "•": "‧",
    }
)
_ORDER = re.compile(r"【订单号\d+】")
_PARCEL = re.compile(r"【快递单号\d+】")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the customer wrote, and what the agent wrote then. waited: seconds until the first reply; None = unknown."""

    customer: tuple[str, ...]
    agent: tuple[str, ...]
    waited: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """scenes: with a reply. dropped: exchanges left out at the end. timed: whether the clock comes from the chat."""

    source: str
    scenes: int
    dropped: int
    seconds: int
    timed: bool


def exchanges(lines: Sequence[Line]) -> tuple[list[Exchange], tuple[str, ...]]:
    """Return the exchanges of a chat, and what the customer wrote at the end without an answer.

    What the shop says before the customer's first word is no reply; lines of the system are left out.
    """
    found: list[Exchange] = []
    asked: list[Line] = []
    replied: list[Line] = []
    for line in lines:
        if line.side is Side.CUSTOMER:
            if replied:
                found.append(_exchange(asked, replied))
                asked, replied = [], []
            asked.append(line)
        elif line.side is Side.AGENT and asked:
            replied.append(line)
    if replied:
        found.append(_exchange(asked, replied))
        asked = []
    return found, tuple(said for line in asked if (said := _plain(line.text)))


def _exchange(asked: Sequence[Line], replied: Sequence[Line]) -> Exchange:
    times = [line.at for line in asked if line.at is not None]
    answer = replied[0].at
    return Exchange(
        customer=tuple(said for line in asked if (said := _plain(line.text))),
        agent=tuple(said for line in replied if (said := _plain(line.text))),
        waited=max(0, answer - times[0]) if times and answer is not None else None,
    )


def clock_of(held: Iterable[Exchange]) -> int | None:
    """Return the median wait in steps of 15 seconds, within 15 and 600; None where no wait is known."""
    waits = [each.waited for each in held if each.waited is not None]
    if not waits:
        return None
    return min(MOST, max(LEAST, int(median(waits) / STEP + 0.5) * STEP))


def skeleton(title: str, lines: Sequence[Line], owner: str = "") -> Skeleton | None:
    """Return the drill that a chat gives; None where nobody answers the customer. owner: employee number."""
    found, rest = exchanges(lines)
    kept, dropped = found[:MOST_SCENES], len(found) - len(found[:MOST_SCENES])
    if not kept:
        return None
    known = clock_of(found)
    seconds = known or USUAL
    scenes = [
        _scene(number, each, kept, seconds, _card(lines) if number == 1 else ()) for number, each in enumerate(kept, 1)
    ]
    minutes = max(3, -(-seconds * len(kept) * 2 // 60))
    text = "\n".join(
        [
            *_front(owner, minutes),
            f"# {plain_title(_plain(title))}",
            "",
            f"（{GAP}：您是谁，什么时候，顾客为什么来，可以查哪一篇知识。）",
            "",
            *(line for scene in scenes for line in scene),
            *_ending(GOOD, "通过", rest if not dropped else ()),
            *_ending(BAD, "失败", ()),
            *_debrief(dropped),
        ]
    )
    return Skeleton(source=text + "\n", scenes=len(kept), dropped=dropped, seconds=seconds, timed=known is not None)


def _front(owner: str, minutes: int) -> list[str]:
    return [
        "---",
        "类型: 演练",
        *([f"负责人: {owner}"] if owner else []),
        f"限时: {minutes}分钟",
        f"顾客: 顾客 | {GAP}：和店里是什么关系 | {GAP}：什么性子",
        "情绪: 50",
        "评分: {共情: 35, 准确: 40, 效率: 25}",
        "通过: 总分≥60",
        "---",
    ]


def _card(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the order card of what the chat says: the numbers that were masked; the rest is a gap."""
    whole = "\n".join(line.text for line in lines)
    order, parcel = _ORDER.search(whole), _PARCEL.search(whole)
    pieces = [f"订单：{order[0] if order else f'（{GAP}）'}", f"商品：（{GAP}）", f"付款：（{GAP}）"]
    if parcel:
        pieces.append(f"快递单号：{parcel[0]}")
    return (f"> 系统：{'；'.join(pieces)}",)


def _scene(number: int, held: Exchange, kept: Sequence[Exchange], seconds: int, card: Sequence[str]) -> list[str]:
    following = GOOD if number == len(kept) else _name(number + 1)
    bubbles = [*card, *(f"> 顾客：{said}" for said in held.customer or ("（图片）",))]
    reply = "".join(_ended(said) for said in held.agent) or "（图片）"
    return [
        f"## {_name(number)}",
        f"`限时{seconds}秒`",
        *_apart(bubbles),
        "",
        f"- [{reply}](#{following}) `共情+5` `准确+5` `情绪+5`",
        f"    - 点评：{GAP}：这是当时真实的回复，好在哪里，差在哪里；效果按实际改。",
        f"- [（{GAP}：第 {number} 轮里另一种常见的回复，例如容易犯的错）](#{BAD}) `共情-5` `准确-5` `情绪-10`",
        f"    - 点评：{GAP}：为什么不该这样回，对照哪一条规定。",
        f"- 超时 => [{BAD}](#{BAD}) `效率-10` `情绪-10`",
        "",
    ]


def _name(number: int) -> str:
    return "开场" if number == 1 else f"第{number}轮"


def _apart(bubbles: Sequence[str]) -> list[str]:
    found = [bubbles[0]]
    for bubble in bubbles[1:]:
        found += [">", bubble]
    return found


def _ending(name: str, word: str, said: Sequence[str]) -> list[str]:
    usual = (
        f"> 顾客：（{GAP}：满意时会说的最后一句）"
        if word == "通过"
        else f"> 系统：（{GAP}：顾客离开了，留下了什么评价）"
    )
    return [f"## {name}", f"`结局:{word}`", *_apart([f"> 顾客：{each}" for each in said] or [usual]), ""]


def _debrief(dropped: int) -> list[str]:
    lines = [
        "## 复盘",
        "- 问自己：顾客真正要的是什么？哪一句说明了这一点？",
        "- 问自己：真实会话里，哪一句让事情变好，哪一句让它变坏？",
        f"- {GAP}：对照哪一篇知识、哪一条规定（写成链接）。",
    ]
    if dropped:
        lines.append(f"- {GAP}：真实会话后面还有 {dropped} 轮没有写进来，需要的话自己补。")
    return lines


def _ended(said: str) -> str:
    """Return a message that another one may follow."""
    return said if said[-1] in "。！？…!?~～.，,；;）)" else f"{said}。"


def _plain(said: str) -> str:
    """Return a message as one line that Markdown shows as it is."""
    line = " ".join(said.translate(_WIDE).split())
    if line.startswith(("-", "+", "=", "!")):
        line = "－＋＝！"["-+=!".index(line[0])] + line[1:]
    return line if len(line) <= _LONGEST_BUBBLE else line[: _LONGEST_BUBBLE - 1] + "…"
