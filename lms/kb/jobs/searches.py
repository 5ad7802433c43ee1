"""Counting old searches by week and forgetting who made them."""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from lms.core.db import session, transaction, upsert
from lms.core.folding import folded
from lms.core.here import day_of
from lms.core.retention import first_kept
from lms.kb.models import SearchLog, SearchWeek

Key = tuple[date, str]
"""Monday of the week, words."""
BATCH = 2_000


def trim_searches() -> int:
    """Add searches older than LMS_KEEP_SEARCHES_DAYS to the count of their week and delete them; return how many."""
    oldest = first_kept("searches")
    done = 0
    while count := _trim(oldest):
        done += count
    return done


def _trim(oldest: datetime) -> int:
    with transaction():
        old = (
            session()
            .execute(
                select(
                    SearchLog.id, SearchLog.at, SearchLog.query, SearchLog.folded, SearchLog.hits, SearchLog.clicked_id
                )
                .where(SearchLog.at < oldest)
                .order_by(SearchLog.id)
                .limit(BATCH)
            )
            .all()
        )
        searches, without_hit, without_click = Counter[Key](), Counter[Key](), Counter[Key]()
        for row in old:
            key = (_monday(day_of(row.at)), row.folded or folded(row.query))
            searches[key] += 1
            without_hit[key] += not row.hits
            without_click[key] += bool(row.hits) and row.clicked_id is None
        for week, words in sorted(searches):
            key = (week, words)
            counted = {
                "searches": searches[key],
                "without_hit": without_hit[key],
                "without_click": without_click[key],
            }
            more = {name: getattr(SearchWeek, name) + value for name, value in counted.items()}
            upsert(SearchWeek, {"week": week, "folded": words}, counted, more)
        if old:
            session().execute(delete(SearchLog).where(SearchLog.id.in_([row.id for row in old])))
        return len(old)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
