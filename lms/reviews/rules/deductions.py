"""Deductions: points, never money; noticed first, open to an appeal, counting only afterwards. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.core.errors import Invalid
from lms.core.texts import Text, text

APPEAL_DAYS = 5
"""Calendar days after the notice on which the person may still appeal, the last included."""
OLDEST = timedelta(days=180)
"""What happened longer ago is not noted any more."""
MOST_POINTS = 100
LONGEST_ITEM = 80
LONGEST_WORDS = 500
SHORTEST_WHY = 5
LONGEST_WHY = 1_000


class State(StrEnum):
    NOTICED = "noticed"
    APPEALED = "appealed"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    EFFECTIVE = "effective"


STATES: Mapping[str, Text] = {
    State.NOTICED: text("申诉期内"),
    State.APPEALED: text("已申诉，等答复"),
    State.UPHELD: text("申诉后维持，还没生效"),
    State.WITHDRAWN: text("已撤销"),
    State.EFFECTIVE: text("已生效"),
}


def appeal_until(told_on: date) -> date:
    """Return the last day on which the person may appeal."""
    return told_on + timedelta(days=APPEAL_DAYS)


def is_due(state: str, until: date, today: date) -> bool:
    """Return whether it becomes effective: the time for an appeal is over, and no appeal waits for an answer."""
    return state in (State.NOTICED, State.UPHELD) and today > until


def may_appeal(state: str, until: date, today: date) -> bool:
    return state == State.NOTICED and today <= until


def counts_in(day: date, start: date, until: date, state: str) -> bool:
    """Return whether it counts in the time from a day to before another."""
    return state == State.EFFECTIVE and start <= day < until


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A rule that many companies have; HR takes them over or writes others."""

    code: str
    item: Text
    points: int
    red_line: bool
    words: Text


USUAL: tuple[Usual, ...] = (
    Usual(
        code="late-reply",
        item=text("让顾客久等未回复"),
        points=2,
        red_line=False,
        words=text("在线时顾客等了 10 分钟以上没有人工回复，且没有转接或说明。"),
    ),
    Usual(
        code="wrong-answer",
        item=text("答复与公司规定不符"),
        points=3,
        red_line=False,
        words=text("答复与当时知识库的规定不同，让顾客受了影响或让公司多担了责任。"),
    ),
    Usual(
        code="no-follow-up",
        item=text("答应回访没有回访"),
        points=3,
        red_line=False,
        words=text("答应了时间而到时没有联系顾客，也没有交接。"),
    ),
    Usual(
        code="rude",
        item=text("辱骂、讽刺顾客"),
        points=20,
        red_line=True,
        words=text("用辱骂、讽刺、威胁的话，或故意晾着顾客。"),
    ),
    Usual(
        code="off-platform",
        item=text("引导顾客到平台外联系或交易"),
        points=20,
        red_line=True,
        words=text("索要或给出个人联系方式，引导顾客到平台以外付款。"),
    ),
    Usual(
        code="privacy",
        item=text("泄露顾客信息"),
        points=20,
        red_line=True,
        words=text("把订单、电话、地址等给了无关的人，或存到公司系统以外。"),
    ),
)


def checked_rule(item: str, points: int | None, words: str) -> None:
    """Raise Invalid with everything that is wrong with a rule, by the field of the form."""
    wrong: dict[str, Text] = {}
    if not item or len(item) > LONGEST_ITEM:
        wrong["item"] = text("请写扣分项，最多 %(n)s 个字。", n=LONGEST_ITEM)
    if points is None or not 1 <= points <= MOST_POINTS:
        wrong["points"] = text("分数是 1 到 %(n)s 的整数。扣的是分，不是钱。", n=MOST_POINTS)
    if not words or len(words) > LONGEST_WORDS:
        wrong["words"] = text("请写清楚什么情况算，最多 %(n)s 个字。", n=LONGEST_WORDS)
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)


def checked_words(name: str, written: str) -> str:
    """Return what somebody wrote as a reason, without edges. Raises Invalid at the field `name`."""
    written = written.strip()
    if not SHORTEST_WHY <= len(written) <= LONGEST_WHY:
        wrong = text("请写 %(least)s 到 %(most)s 个字。", least=SHORTEST_WHY, most=LONGEST_WHY)
        raise Invalid(wrong, fields={name: wrong})
    return written
