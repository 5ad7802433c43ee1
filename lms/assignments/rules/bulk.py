"""What stands against an act for many people: each person with every reason, and what the act leaves alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.assignments.rules.items import READ
from lms.core.texts import Text, text

MESSAGE, EXTEND, EXEMPT, CREDIT, RESET, AGAIN = "message", "extend", "exempt", "credit", "reset", "again"
ACTS = (MESSAGE, EXTEND, EXEMPT, CREDIT, AGAIN, RESET)
DECIDES = frozenset({EXTEND, EXEMPT, CREDIT})
"""Acts that decide about duties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One duty that an act may concern. due_on: of what is next."""

    id: int
    title: str
    state: str
    occasion: str
    due_on: date | None


def left_alone(act: str, duty: DutyLine, to: date | None) -> bool:
    """Whether more time would change nothing: it falls due later, or has no day."""
    return act == EXTEND and (duty.state != "open" or duty.due_on is None or to is None or duty.due_on >= to)


def refusals(act: str, duties: Sequence[DutyLine], *, own: bool) -> tuple[Text, ...]:
    """Return every reason for which an act can't be done to somebody's duties. own: they are the actor's."""
    if act not in DECIDES:
        return ()
    found: list[Text] = []
    if own:
        found.append(text("不能处理自己的学习任务，请别人来做。"))
    for duty in duties:
        if act in (EXEMPT, CREDIT) and duty.state == "done":
            found.append(text("“%(title)s”已经完成。", title=duty.title))
        elif act in (EXEMPT, CREDIT) and duty.state == "exempt":
            found.append(text("“%(title)s”已经豁免。", title=duty.title))
        elif act == CREDIT and duty.occasion == READ:
            found.append(text("“%(title)s”是必读，要本人确认，不能认定。", title=duty.title))
    return tuple(found)
