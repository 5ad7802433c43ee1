"""Sections about what is searched and what is missing."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.access import Actor
from lms.core.db import session
from lms.core.here import day_of, today
from lms.core.texts import text
from lms.kb.models import Gap, GapMiss, SearchLog
from lms.kb.rules.gap_words import words_of
from lms.kb.rules.gaps import by_day, days_open
from lms.reports.knowledge.rules import (
    Figure,
    Report,
    Row,
    share,
)
from lms.reports.knowledge.wanted import Wanted, made, people_of


@dataclass(slots=True)
class _Searched:
    """What is summed of one way of asking."""

    searches: int = 0
    zero: int = 0
    unclicked: int = 0
    last: datetime | None = None


def _searched(actor: Actor, wanted: Wanted) -> tuple[dict[str, _Searched], dict[str, set[int]], list[tuple[date, int]]]:
    """Return searches by their words, the people by words, and the searches without result of each day."""
    statement = (
        select(SearchLog.query, SearchLog.hits, SearchLog.clicked_id, SearchLog.at, SearchLog.person_id)
        .join(Person, Person.id == SearchLog.person_id)
        .where(SearchLog.at >= wanted.start, *people_of(actor, wanted))
    )
    if wanted.shop:
        statement = statement.where(SearchLog.shop == wanted.shop)
    found: dict[str, _Searched] = defaultdict(_Searched)
    people: dict[str, set[int]] = defaultdict(set)
    zero: Counter[date] = Counter()
    kept: dict[str, str | None] = {}
    for query, hits, clicked_id, at, person_id in session().execute(statement):
        if query not in kept:
            kept[query] = words_of(query)
        words = kept[query]
        if words is None:
            continue
        each = found[words]
        each.searches += 1
        each.zero += not hits
        each.unclicked += bool(hits) and clicked_id is None
        each.last = at if each.last is None else max(each.last, at)
        if person_id is not None:
            people[words].add(person_id)
        if not hits:
            zero[day_of(at)] += 1
    return found, people, list(zero.items())


def searches(actor: Actor, wanted: Wanted) -> Report:
    found, people, _ = _searched(actor, wanted)
    rows = [
        Row(
            values={
                "words": words,
                "searches": each.searches,
                "people": len(people[words]),
                "zero": each.zero,
                "unclicked": each.unclicked,
            }
        )
        for words, each in sorted(found.items())
    ]
    total = sum(each.searches for each in found.values())
    zero = sum(each.zero for each in found.values())
    every = {person for some in people.values() for person in some}
    return made(
        "searches",
        rows,
        [
            Figure(value=str(total), unit=text("次"), label=text("搜索")),
            Figure(value=str(len(every)), unit=text("人"), label=text("搜过的人")),
            Figure(value=str(share(zero, total) or 0), unit=text("%%"), label=text("没有结果")),
        ],
    )


def zero(actor: Actor, wanted: Wanted) -> Report:
    found, people, by = _searched(actor, wanted)
    states = _gap_states()
    rows = [
        Row(
            values={
                "words": words,
                "searches": each.zero,
                "people": len(people[words]),
                "last": day_of(each.last) if each.last else None,
                "state": states.get(words, "few"),
            }
        )
        for words, each in sorted(found.items())
        if each.zero
    ]
    total = sum(each.zero for each in found.values())
    waiting = sum(row.values["state"] == "open" for row in rows)
    return made(
        "zero",
        rows,
        [
            Figure(value=str(total), unit=text("次"), label=text("没有结果"), bad=bool(waiting)),
            Figure(value=str(len(rows)), unit=text("种"), label=text("说法")),
            Figure(value=str(waiting), unit=text("种"), label=text("在待处理的缺口里")),
        ],
        by_day(by, today(), wanted.days),
    )


def _gap_states() -> Mapping[str, str]:
    statement = select(GapMiss.words, Gap.state).join(Gap, Gap.id == GapMiss.gap_id).distinct()
    return dict(session().execute(statement).all())


def gaps(actor: Actor, wanted: Wanted) -> Report:
    opened: Counter[date] = Counter()
    spans: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
    standing = 0
    for state, opened_at, closed_at in session().execute(
        select(Gap.state, Gap.opened_at, Gap.closed_at).where(Gap.state.in_(("open", "closed")))
    ):
        standing += state == "open"
        if opened_at >= wanted.start:
            opened[_monday(day_of(opened_at))] += 1
        if state == "closed" and closed_at is not None and closed_at >= wanted.start:
            spans[_monday(day_of(closed_at))].append((opened_at, closed_at))
    weeks = sorted(opened.keys() | spans.keys())
    rows = [
        Row(
            values={
                "week": week,
                "opened": opened[week],
                "closed": len(spans[week]),
                "days": _whole(days_open(spans[week])),
            }
        )
        for week in weeks
    ]
    middle = _whole(days_open([span for some in spans.values() for span in some]))
    return made(
        "gaps",
        rows,
        [
            Figure(value=str(standing), unit=text("个"), label=text("待处理"), bad=bool(standing)),
            Figure(value=str(opened.total()), unit=text("个"), label=text("新开")),
            Figure(value=str(sum(len(each) for each in spans.values())), unit=text("个"), label=text("补上")),
            Figure(value="–" if middle is None else str(middle), unit=text("天"), label=text("补上用的天数（中位数）")),
        ],
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _whole(days: float | None) -> int | None:
    return None if days is None else round(days)
