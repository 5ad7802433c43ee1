"""Reading what mentors, trainers, leads and administrators find on their first screen."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.content import queries as content
from lms.content.audience import is_meant
from lms.content.models import Document, Slug
from lms.content.queries import Listed, marks
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.here import settings
from lms.core.models import WorkerBeat
from lms.drills.queries import reviews
from lms.home.outgoing import WayOut, ways_out
from lms.kb.queries import care as kb_care
from lms.kb.queries import gaps as kb_gaps
from lms.kb.queries.entries import IndexState, index_state
from lms.learning import queries as learning
from lms.quizzes.queries import marking
from lms.quizzes.queries.health import Unwell, unwell
from lms.records.models import LogHead
from lms.reports import queries as reports
from lms.reports.queries import Filter, Goal
from lms.reports.rules import Line, Summary

SHOWN = 5
GAPS_SHOWN = 3
LATE_JOB = timedelta(minutes=10)
"""A job that has not run for so long is shown as standing still; the slowest one runs every ten minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a mentor or trainer is waited for. work: the oldest handed-in tasks; more: how many beyond those shown."""

    work: Sequence[Any]
    more: int
    stages: Sequence[Any]


def waiting(actor: Actor) -> Waiting:
    work = learning.waiting(actor, limit=50)
    return Waiting(work=work[:SHOWN], more=max(0, len(work) - SHOWN), stages=learning.stages_ready(actor)[:SHOWN])


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What an author left: drafts not yet published, conflicts of file and database."""

    drafts: Sequence[Listed]
    draft_count: int
    conflict_count: int


def studio(actor: Actor) -> Studio:
    drafts, count = content.find(content.Filter(state="changed"), size=SHOWN)
    _conflicts, conflict_count = content.find(content.Filter(state="conflict"), size=1)
    return Studio(drafts=drafts, draft_count=count, conflict_count=conflict_count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """What people look for and do not find: the weightiest first. count: of all that stand open."""

    gaps: Sequence[kb_gaps.Listed]
    count: int


def care(actor: Actor) -> kb_care.Care | None:
    """Return what of the knowledge base waits for the actor, None where nothing does."""
    return kb_care.care(actor)


def gaps(actor: Actor) -> Gaps | None:
    """Return the gaps that wait for the actor: one's own and those that nobody has taken; None without any."""
    every = kb_gaps.gaps(kb_gaps.Wanted())
    mine = [each for each in every if each.owner_id in (None, actor.id)]
    return Gaps(gaps=mine[:GAPS_SHOWN], count=len(mine)) if mine else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMark:
    """Written answers that wait for the actor's mark."""

    count: int


def to_mark(actor: Actor) -> ToMark | None:
    """Return how many answers the actor may mark now; None where none waits."""
    count = marking.count(actor)
    return ToMark(count=count) if count else None


def drill_replies(actor: Actor) -> ToMark | None:
    """Return how many runs of drills have a reply that waits for the actor; None where none does."""
    count = reviews.waiting_count(actor)
    return ToMark(count=count) if count else None


def unmarked(actor: Actor) -> Sequence[Any]:
    """Return one's own papers whose result waits for a marker: slug, title, public_id, submitted_at."""
    return marking.unmarked(actor.id, SHOWN)


def bad_questions() -> Sequence[Unwell]:
    """Return the quizzes with a question that has something wrong, the most first."""
    return unwell(SHOWN)


def in_doubt() -> marks.Totals | None:
    """Return how much is 待复核; None where nothing is."""
    found = marks.totals()
    return found if found.parts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How the people of a lead are doing: the goals that most owe, and who is late with the first of them."""

    goals: Sequence[tuple[Goal, Summary]]
    late: Sequence[Line]
    late_goal: Goal | None


GOALS = 3
"""Goals on a lead's first screen."""
TOGETHER = frozenset({"curriculum", "course"})
"""Kinds that stand before single quizzes and drills."""


def team(actor: Actor) -> Team:
    """Return how the actor's people stand with what they learn together now; what all have finished is no news."""
    whole = sorted(reports.goals(actor), key=lambda goal: goal.kind not in TOGETHER)[: GOALS + 1]
    counted = [(goal, reports.summary(actor, Filter(document_id=goal.document_id))) for goal in whole]
    goals = ([pair for pair in counted if pair[1].done < pair[1].people] or counted)[:GOALS]
    worst = max(goals, key=lambda pair: pair[1].overdue, default=None)
    if worst is None or not worst[1].overdue:
        return Team(goals=goals, late=[], late_goal=None)
    late = reports.lines(actor, Filter(document_id=worst[0].document_id, status="overdue"), limit=SHOWN)
    return Team(goals=goals, late=late, late_goal=worst[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How a job of the worker stands. last: None = never yet. late: whole seconds for which it has been due.

    holder: which worker is doing it now, "" = none. error: why its last run failed.
    """

    name: str
    last: datetime | None
    late: int
    holder: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the installation is well. stands_still: jobs that failed, or were due ten minutes ago and nobody took.

    search: how the index stands. ways_out: those on which something failed or waits.
    """

    people: int
    records: int
    database: str
    jobs: Sequence[JobState]
    stands_still: bool
    search: IndexState
    ways_out: Sequence[WayOut]


def health() -> Health:
    jobs = _jobs()
    return Health(
        people=session().scalar(select(func.count()).select_from(Person).where(Person.active)) or 0,
        records=session().scalar(select(LogHead.seq)) or 0,
        database="PostgreSQL" if settings().database_url.startswith("postgresql") else "SQLite",
        jobs=jobs,
        stands_still=not jobs or any(job.error or job.late > LATE_JOB.total_seconds() for job in jobs),
        search=index_state(),
        ways_out=ways_out(),
    )


def _jobs() -> list[JobState]:
    now = clock.now()
    found = session().execute(
        select(
            WorkerBeat.job,
            WorkerBeat.at,
            WorkerBeat.error,
            WorkerBeat.next_at,
            WorkerBeat.lease_until,
            WorkerBeat.leased_by,
        ).order_by(WorkerBeat.job)
    )
    states = []
    for row in found:
        held = row.lease_until is not None and row.lease_until > now
        since = row.lease_until or row.next_at
        late = 0 if held or since is None else max(int((now - since).total_seconds()), 0)
        holder = row.leased_by if held else ""
        states.append(JobState(name=row.job, last=row.at, late=late, holder=holder, error=row.error))
    return states


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """An article that changed lately."""

    slug: str
    title: str
    published_at: datetime


_RECENT = (
    select(Slug.slug, Document.title, Document.published_at, Document.audience)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Document.kind == "article", Document.state == "published")
    .order_by(Document.published_at.desc(), Document.id.desc())
    .limit(10 * SHOWN)
)


def recent(actor: Actor) -> list[Fresh]:
    """Return the knowledge articles that changed last, of those the actor may read."""
    found = []
    with closing(rows(_RECENT)) as every:  # what is beyond the last one shown is never fetched
        for row in every:
            if is_meant(row.audience, actor):
                found.append(Fresh(slug=row.slug, title=row.title, published_at=row.published_at))
                if len(found) == SHOWN:
                    break
    return found
