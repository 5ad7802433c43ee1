"""What the page of an open paper tells of itself: who holds the paper, and hints for a person to look at. Pure.

A hint decides nothing. Where leaving is normal none is taken: looking away in a practice or where the knowledge base
may be used, being away for a while where the quiz may be interrupted.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lms.core.texts import Text, text
from lms.quizzes.rules.lengths import rough_length
from lms.quizzes.spec import QuizRules

GONE = timedelta(minutes=3)
"""Without a word from the page for longer than this, somebody was away."""
SLACK = timedelta(seconds=30)
"""By how much a page's own count of how long it was there may be short of the gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a page says. take: it wants to hold the paper. here_seconds: how long it has been open without a break.

    away_times, away_seconds: how often and how long it was not in front, over the whole attempt.
    """

    tab: str
    take: bool = False
    here_seconds: int = 0
    away_times: int = 0
    away_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is kept of the pages of one attempt. tab: of the page that holds the paper; None = none does."""

    tab: str | None
    seen_at: datetime
    away_times: int = 0
    away_seconds: int = 0
    gone_times: int = 0
    gone_seconds: int = 0


def watches_focus(rules: QuizRules) -> bool:
    """Say whether looking at another window is noted: not where that is part of the work."""
    return not rules.use.answers_at_once and not rules.open_book


def watches_absence(rules: QuizRules) -> bool:
    """Say whether being away is noted: only where the quiz is to be sat in one go."""
    return not rules.use.answers_at_once and not rules.interruptible


def holds(tab: str | None, held_by: str | None) -> bool:
    """Say whether what comes from this page is taken: it holds the paper, nobody does, or no page speaks at all."""
    return tab is None or held_by is None or tab == held_by


def heard(
    before: Seen | None,
    told: Told,
    rules: QuizRules,
    *,
    started_at: datetime,
    now: datetime,
    paused: bool = False,
    paused_seconds: int = 0,
) -> Seen:
    """Return what is kept after a page has spoken. A page that doesn't hold the paper changes nothing.

    Counts never fall and never pass the length of the attempt. A page that was open all the time was not away,
    whatever the network did; nobody is away while a trainer has stopped the clock. paused_seconds: length of the pauses
    so far, taken off in the person's favour whenever they were.
    """
    if before is None:
        before = Seen(tab=told.tab, seen_at=now)
    if not told.take and not holds(told.tab, before.tab):
        return before
    after = replace(before, tab=told.tab, seen_at=max(now, before.seen_at))
    longest = max(int((now - started_at).total_seconds()), 0)
    if watches_focus(rules):
        after = replace(
            after,
            away_times=max(before.away_times, min(told.away_times, longest)),
            away_seconds=max(before.away_seconds, min(told.away_seconds, longest)),
        )
    gap = now - before.seen_at - timedelta(seconds=paused_seconds)
    if watches_absence(rules) and not paused and gap > GONE and timedelta(seconds=told.here_seconds) < gap - SLACK:
        after = replace(
            after,
            gone_times=before.gone_times + 1,
            gone_seconds=before.gone_seconds + int(gap.total_seconds()),
        )
    return after


def hints(seen: Seen | None, rules: QuizRules) -> tuple[Text, ...]:
    """Return what is worth a look, in words; () for nothing."""
    if seen is None:
        return ()
    found = []
    if watches_focus(rules) and seen.away_times:
        found.append(
            text("切到别的窗口 %(n)s 次，共 %(length)s", n=seen.away_times, length=rough_length(seen.away_seconds))
        )
    if watches_absence(rules) and seen.gone_times:
        found.append(
            text("中途离开 %(n)s 次，共 %(length)s", n=seen.gone_times, length=rough_length(seen.gone_seconds))
        )
    return tuple(found)
