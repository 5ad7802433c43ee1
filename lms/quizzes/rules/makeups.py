"""Who may be given a makeup (补考), and why somebody may not. Pure."""

from collections.abc import Sequence
from datetime import datetime

from lms.core.texts import Text, text
from lms.quizzes.rules.attempts import Past, State, attempts_left
from lms.quizzes.rules.windows import Plan, is_closed

MAKEUP = "makeup:"
"""What the occasion of a makeup begins with; its number follows."""


def makeup_number(occasion: str) -> int | None:
    """Return n of `makeup:<n>`, None for another occasion."""
    return int(occasion.removeprefix(MAKEUP)) if occasion.startswith(MAKEUP) else None


def why_no_makeup(
    plan: Plan, past: Sequence[Past], results: Sequence[bool | None], now: datetime, *, has_one: bool
) -> Text | None:
    """Return why the person may not be given a makeup, None where he may.

    It is for whoever failed, used up the attempts or missed the time in which the quiz was open. plan: what counts on
    the common occasion; past: the attempts on it. results: of every attempt that was marked and not voided, on any
    occasion, None = it waits for its marker. has_one: a makeup that can still be sat.
    """
    if any(each.state is State.OPEN for each in past):
        return text("正在作答，交卷后再安排。")
    if has_one:
        return text("已有一次补考还没有用。")
    if any(results):
        return text("已经通过。")
    if None in results:
        return text("还有答卷待阅，阅完再安排。")
    if results or is_closed(plan, now) or attempts_left(plan.rules, past) == 0:
        return None
    return text("还可以正常考，不用补考。")
