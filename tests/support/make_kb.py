"""Builders of what happens around articles: searches, votes, views, gaps; rows are written as their owners write them."""

import itertools
from datetime import date, datetime
from typing import Any

from lms.accounts.models import Shop
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.folding import folded
from lms.core.here import today
from lms.kb.jobs.gaps import count_misses
from lms.kb.models import ArticleView, Gap, GapMiss, SearchLog, Vote

_numbers = itertools.count(1)


def searched(
    person: Any, query: str, *, hits: int = 0, at: datetime | None = None, times: int = 1, **more: Any
) -> None:
    """Note searches of a person; several stand so far apart that each counts."""
    with transaction() as s:
        for number in range(times):
            s.add(
                SearchLog(
                    at=(at or clock.now()).replace(minute=(number * 6) % 60),
                    person_id=person.id if person is not None else None,
                    query=query,
                    folded=folded(query),
                    hits=hits,
                    **more,
                )
            )


def missed_by(query: str, *people: Any, at: datetime | None = None, shop: str = "") -> None:
    """Let each of these people search for something in vain, once."""
    for person in people:
        searched(person, query, at=at, shop=shop)


def voted(
    person: Any, document: Any, *, solved: bool = False, reason: str = "outdated", at: datetime | None = None
) -> None:
    with transaction() as s:
        s.add(
            Vote(
                person_id=person.id,
                document_id=document.id,
                revision_id=document.published_id,
                solved=solved,
                reason="" if solved else reason,
                at=at or clock.now(),
            )
        )


def viewed(person: Any, document: Any, *, times: int = 1, at: datetime | None = None) -> None:
    with transaction() as s:
        s.add(
            ArticleView(
                person_id=person.id,
                revision_id=document.published_id,
                document_id=document.id,
                first_at=at or clock.now(),
                last_at=at or clock.now(),
                times=times,
            )
        )


def a_shop(name: str = "天猫旗舰店", code: str = "") -> Shop:
    with transaction() as s:
        shop = Shop(code=code or f"shop{next(_numbers)}", name=name, platform="天猫")
        s.add(shop)
    return shop


def a_gap(*words: str, count: int = 3, day: date | None = None, **more: Any) -> Gap:
    """Return an open gap of these words, each missed so often on a day."""
    with transaction() as s:
        now = clock.now()
        gap = Gap(title=words[0], opened_at=now, last_at=now, **more)
        s.add(gap)
        s.flush()
        for each in words:
            s.add(GapMiss(gap_id=gap.id, source="no_hit", words=each, ref="", shop="", day=day or today(), count=count))
    return session().get_one(Gap, gap.id)


def the_gap() -> Gap:
    """Return the one gap that there is, as it stands now."""
    session().expire_all()
    return session().query(Gap).one()


def gaps_by_title() -> dict[str, Gap]:
    session().expire_all()
    return {gap.title: gap for gap in session().query(Gap)}


def counted() -> int:
    """Let the worker count."""
    return count_misses()
