"""Reading one person's profile: who it is, what was learned, how figures, papers and drills went, what was given back.

A handful of statements for each part, whatever lies behind it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible_keys, visible_within
from lms.content.audience import is_meant
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import one_of, rows
from lms.core.errors import NotFound
from lms.core.here import day_of, today
from lms.core.plain import from_plain
from lms.core.points import percent
from lms.drills.models import Run
from lms.drills.rules.score import Result
from lms.kb.models import Suggestion
from lms.performance.models import KpiValue, ProfileLook
from lms.performance.rules.metrics import Metric
from lms.performance.rules.periods import Grain, Period
from lms.performance.rules.trends import Point, Row, months_until, points
from lms.records.events import Verb
from lms.records.models import Record

LOG_LINES = 60
SHOWN_LOOKS = 200
SHOWN_CONTRIBUTIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The person of a profile. team, position: "" where not known. noted: what the reader looked at today."""

    id: int
    employee_no: str
    name: str
    team_id: int | None
    team: str
    position: str
    hired_on: date | None
    active: bool
    is_self: bool
    noted: frozenset[str]


_NOTED = (
    select(func.coalesce(func.aggregate_strings(ProfileLook.what, ","), ""))
    .where(
        ProfileLook.person_id == Person.id,
        ProfileLook.looker_id == bindparam("looker_id"),
        ProfileLook.day == bindparam("day"),
    )
    .correlate(Person)
    .scalar_subquery()
)


@cache
def _who_within(held: frozenset[Scope]) -> Any:
    return (
        select(
            Person.id,
            Person.employee_no,
            Person.name,
            Person.position,
            Person.hired_on,
            Person.active,
            Person.team_id,
            Team.name.label("team"),
            _NOTED.label("noted"),
        )
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.employee_no == bindparam("number"), visible_within(held))
    )


def who(actor: Actor, employee_no: str, permission: Permission = Permission.PROFILE_READ) -> Who:
    """Return the person with this number. Raises NotFound also for whom the actor may not see under the permission."""
    keys = {"number": employee_no, "looker_id": actor.id, "day": today(), **visible_keys(actor)}
    row = rows(_who_within(scopes(actor, permission)), keys).one_or_none()
    if row is None:
        raise NotFound()
    return Who(
        id=row.id,
        employee_no=row.employee_no or "",
        name=row.name or "",
        team_id=row.team_id,
        team=row.team or "",
        position=row.position,
        hired_on=row.hired_on,
        active=row.active,
        is_self=row.id == actor.id,
        noted=frozenset(row.noted.split(",")) - {""},
    )


# the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the learning log. percent: 0 to 100, None where nothing was graded; as corrected since.

    title, slug: "" where the actor may not know of the article. number: of the revision that was in force then.
    """

    seq: int
    at: datetime
    day: date
    verb: Verb
    kind: str
    slug: str
    title: str
    percent: float | None
    passed: bool | None
    minutes: int
    seconds: int
    number: int | None
    revision_id: int | None
    source: str
    ref: str
    by: str

    @property
    def is_training(self) -> bool:
        """Whether it may stand on a chart of figures: something was completed, passed or certified."""
        if self.verb is Verb.GRADED:
            return self.passed is True
        return self.verb in (Verb.CERTIFIED, Verb.SIGNED_OFF) or (
            self.verb is Verb.COMPLETED and self.kind in ("course", "curriculum", "lesson", "scorm")
        )


_doer = aliased(Person)
_CORRECTING = (Verb.VOIDED.value, Verb.REGRADED.value)
_LINES: Any = (
    select(
        Record.seq,
        Record.at,
        Record.day,
        Record.verb,
        Record.earned,
        Record.possible,
        Record.passed,
        Record.credited_minutes,
        Record.observed_seconds,
        Record.revision_id,
        Record.source,
        Record.ref,
        Document.kind,
        Document.title,
        Document.audience,
        Slug.slug,
        Revision.number,
        _doer.name.label("by"),
    )
    .outerjoin(Document, Document.id == Record.document_id)
    .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .outerjoin(Revision, Revision.id == Record.revision_id)
    .outerjoin(_doer, _doer.id == Record.actor_id)
    .where(Record.person_id == bindparam("person_id"))
    .order_by(Record.seq.desc())
)
_NEWEST = _LINES.limit(LOG_LINES)
_LOG = _LINES.where(one_of(Record.verb, _CORRECTING, other=True))
_LOG_NEWEST = _LOG.limit(LOG_LINES)
_LOG_BETWEEN = _LOG.where(Record.day >= bindparam("from_on"), Record.day <= bindparam("until_on"))
_CORRECTIONS = (
    select(Record.corrects, Record.verb, Record.earned, Record.possible, Record.passed)
    .where(Record.person_id == bindparam("person_id"), one_of(Record.verb, _CORRECTING))
    .order_by(Record.seq)
)


def happened(
    actor: Actor, person_id: int, *, from_on: date | None = None, until_on: date | None = None
) -> list[Happened]:
    """Return what counts in the log of a person, the newest first: between two days (included), else of the last 60."""
    keys = {"person_id": person_id}
    if from_on is None or until_on is None:
        newest = rows(_NEWEST, keys).all()
        if not any(row.verb in _CORRECTING for row in newest):  # what corrects is newer than what it corrects
            return [_line(actor, row, None) for row in newest]
        found = rows(_LOG_NEWEST, keys)
    else:
        found = rows(_LOG_BETWEEN, {**keys, "from_on": from_on, "until_on": until_on})
    # Lines that correct are looked up by their person: nothing finds them by the line that they correct.
    corrections = {row.corrects: row for row in rows(_CORRECTIONS, keys)}  # the latest wins
    voided = {seq for seq, row in corrections.items() if row.verb == Verb.VOIDED.value}
    return [_line(actor, row, corrections.get(row.seq)) for row in found if row.seq not in voided]


def _line(actor: Actor, row: Any, correction: Any) -> Happened:
    theirs = row.kind != "article" or is_meant(row.audience, actor)
    result = correction or row
    return Happened(
        seq=row.seq,
        at=row.at,
        day=row.day,
        verb=Verb(row.verb),
        kind=row.kind or "",
        slug=(row.slug or "") if theirs else "",
        title=(row.title or "") if theirs else "",
        percent=float(percent(result.earned or 0, result.possible)) if result.possible else None,
        passed=result.passed,
        minutes=row.credited_minutes or 0,
        seconds=row.observed_seconds or 0,
        number=row.number,
        revision_id=row.revision_id,
        source=row.source,
        ref=row.ref,
        by=row.by or "",
    )


# figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How one metric went over some months, oldest first; at least one point."""

    metric: Metric
    points: tuple[Point, ...]


_FIGURES = (
    select(KpiValue.metric, KpiValue.grain, KpiValue.start, KpiValue.value, KpiValue.count.label("cases"))
    .where(
        KpiValue.person_id == bindparam("person_id"),
        KpiValue.start >= bindparam("start"),
        KpiValue.start < bindparam("until"),
    )
    .order_by(KpiValue.start)
)


def trends(person_id: int, last: date, measured: Mapping[str, Metric]) -> tuple[list[Period], list[Trend]]:
    """Return the months up to that of a day, and how each metric in use with a figure in them went."""
    months = months_until(last)
    found: dict[str, list[Row]] = defaultdict(list)
    # A quarter may have begun two months before the first month of the charts.
    keys = {"person_id": person_id, "start": months[0].start - timedelta(days=62), "until": months[-1].until}
    for row in rows(_FIGURES, keys):
        found[row.metric].append((Grain(row.grain), row.start, row.value, row.cases))
    came = []
    for code, metric in measured.items():
        if metric.in_use and code in found and (line := points(found[code], months, is_mean=metric.is_mean)):
            came.append(Trend(metric=metric, points=tuple(line)))
    return months, came


# drills


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """How one dimension of drills went: (day, 0 to 100, drill), oldest first."""

    name: str
    scores: tuple[tuple[date, float, str], ...]


_RUNS: Any = (
    select(Run.ended_at, Run.result, Document.title)
    .join(Document, Document.id == Run.document_id)
    .where(
        Run.person_id == bindparam("person_id"),
        Run.state == "ended",
        Run.from_scene == "",
        Run.result.is_not(None),
        Run.self_rated_at.is_not(None),
    )
    .order_by(Run.ended_at.desc(), Run.id.desc())
    .limit(40)
)


def dimensions(person_id: int) -> list[Dimension]:
    """Return how each dimension of the last 40 drills went, those seen most often first."""
    found: dict[str, list[tuple[date, float, str]]] = defaultdict(list)
    for row in reversed(rows(_RUNS, {"person_id": person_id}).all()):
        whole: Result = from_plain(Result, row.result["together"])
        for each in whole.dimensions:
            if each.score is not None:
                found[each.name].append((day_of(row.ended_at), float(each.score), row.title))
    return [
        Dimension(name=name, scores=tuple(scores))
        for name, scores in sorted(found.items(), key=lambda pair: len(pair[1]), reverse=True)
    ]


# what was given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A suggestion of the person that was taken over. title, slug: "" where the actor may not know of the article."""

    at: datetime
    title: str
    slug: str
    number: int | None


_result = aliased(Revision)
_SHARED: Any = (
    select(
        Suggestion.decided_at,
        Suggestion.at,
        Document.title,
        Document.audience,
        Document.state,
        Slug.slug,
        _result.number,
    )
    .join(Document, Document.id == func.coalesce(Suggestion.result_document_id, Suggestion.document_id))
    .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .outerjoin(_result, _result.id == Suggestion.result_revision_id)
    .where(Suggestion.person_id == bindparam("person_id"), Suggestion.state == "accepted")
    .order_by(Suggestion.at.desc(), Suggestion.id.desc())
    .limit(SHOWN_CONTRIBUTIONS)
)


def contributions(actor: Actor, person_id: int) -> list[Contribution]:
    """Return what a person proposed for the knowledge base and was taken over, the newest first, at most 50."""
    return [
        Contribution(
            at=row.decided_at or row.at,
            title=row.title if (theirs := is_meant(row.audience, actor)) else "",
            slug=(row.slug or "") if theirs and row.state == "published" else "",
            number=row.number,
        )
        for row in rows(_SHARED, {"person_id": person_id})
    ]


# who looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who looked at a profile. what: profile | proof. name: "" of somebody who was erased."""

    at: datetime
    day: date
    what: str
    name: str
    employee_no: str
    team: str


_LOOKED: Any = (
    select(ProfileLook.at, ProfileLook.day, ProfileLook.what, Person.name, Person.employee_no, Team.name.label("team"))
    .join(Person, Person.id == ProfileLook.looker_id)
    .outerjoin(Team, Team.id == Person.team_id)
    .where(ProfileLook.person_id == bindparam("person_id"))
    .order_by(ProfileLook.id.desc())
    .limit(SHOWN_LOOKS)
)


def looks(person_id: int) -> list[Look]:
    """Return who looked at the profile of a person, the newest first, at most 200 days of lookers."""
    return [
        Look(
            at=row.at,
            day=row.day,
            what=row.what,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
        )
        for row in rows(_LOOKED, {"person_id": person_id})
    ]


def training_marks(log: Sequence[Happened], first: date, until: date, most: int) -> list[Happened]:
    """Return the newest trainings of a log between two days (the second excluded), one a document, oldest first."""
    found: dict[tuple[str, str], Happened] = {}
    for each in log:
        if each.is_training and each.title and first <= each.day < until:
            found.setdefault((each.kind, each.slug), each)
    return sorted(list(found.values())[:most], key=lambda each: (each.day, each.seq))
