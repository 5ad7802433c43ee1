"""What reminders say, as sentences. Pure."""

from collections.abc import Sequence
from datetime import date

from lms.core.texts import Text, text
from lms.notifications.rules.reminders import Owed

SHOWN = 3
"""Titles or names that a sentence names; the page it leads to has them all."""

LONGEST = 40
"""Characters of a title in a sentence that has several."""

_MONTHS = (
    text("1月%(day)s日"),
    text("2月%(day)s日"),
    text("3月%(day)s日"),
    text("4月%(day)s日"),
    text("5月%(day)s日"),
    text("6月%(day)s日"),
    text("7月%(day)s日"),
    text("8月%(day)s日"),
    text("9月%(day)s日"),
    text("10月%(day)s日"),
    text("11月%(day)s日"),
    text("12月%(day)s日"),
)


def day_words(day: date) -> Text:
    return Text(_MONTHS[day.month - 1].id, {"day": day.day})


def reminder(duties: Sequence[tuple[str, Owed]], today: date) -> Text:
    """Return what one person is told of these duties (at least one), given with their titles, the earliest due first.

    It names days and never says "tomorrow": it may be read later.
    """
    if len(duties) == 1:
        title, owed = duties[0]
        if owed.due_on < today:
            return text("《%(title)s》%(day)s已到期，还没完成。", title=title, day=day_words(owed.due_on))
        return text("《%(title)s》%(day)s到期。", title=title, day=day_words(owed.due_on))
    count, late = len(duties), sum(owed.due_on < today for _, owed in duties)
    titles = _titles([_short(title) for title, _ in duties])
    if late == count:
        return text("%(n)s 项学习已逾期：%(titles)s。", n=count, titles=titles)
    if late:
        return text("%(n)s 项学习要完成，其中 %(late)s 项已逾期：%(titles)s。", n=count, late=late, titles=titles)
    return text("%(n)s 项学习快到期了：%(titles)s。", n=count, titles=titles)


def escalation(names: Sequence[str], days: int) -> Text:
    """Return what a lead is told of people who are `days` late or more."""
    return text("您团队有 %(n)s 人逾期 %(days)s 天以上：%(names)s。", n=len(names), days=days, names=_named(names))


def _titles(titles: Sequence[str]) -> Text:
    """Return the first titles (of at least two) and whether there are more."""
    named = dict(zip("abc", titles, strict=False))
    if len(titles) == 2:
        return text("《%(a)s》、《%(b)s》", **named)
    if len(titles) == SHOWN:
        return text("《%(a)s》、《%(b)s》、《%(c)s》", **named)
    return text("《%(a)s》、《%(b)s》、《%(c)s》等", **named)


def _named(names: Sequence[str]) -> Text:
    """Return the first names and how many more there are."""
    shown = "、".join(names[:SHOWN])
    if len(names) > SHOWN:
        return text("%(names)s 等", names=shown)
    return text("%(names)s", names=shown)


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
