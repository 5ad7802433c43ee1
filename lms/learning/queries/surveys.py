"""Reading surveys: what somebody is asked, what there is, and what released answers add up to.

Only answers of a batch (`rules.sharing`) are read here, never those that wait: nothing of them reaches a page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, or_, select

from lms.accounts.models import Person
from lms.accounts.queries import holds
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.learning.models import Survey, SurveyAnswer, SurveyAsked
from lms.learning.rules import surveys as rules
from lms.learning.rules.sharing import FEWEST
from lms.learning.rules.surveys import ASKED_FOR, RATING

COURSE = "course"
PULSE = "pulse"
SURVEYED = ("course",)
"""Kinds of documents after which the questions for every course are asked."""


def for_document(document_id: int, kind: str) -> Survey | None:
    """Return the survey that is asked after a document: its own, else the one for every course; None for none."""
    its_own = Survey.document_id == document_id
    found = session().scalars(
        select(Survey)
        .where(
            Survey.kind == COURSE,
            Survey.stopped_at.is_(None),
            or_(its_own, Survey.document_id.is_(None)) if kind in SURVEYED else its_own,
        )
        .order_by(Survey.document_id.is_(None), Survey.id.desc())
        .limit(1)
    )
    return found.one_or_none()


def default_survey() -> Survey | None:
    """Return the survey for every course; None where it was stopped or nothing was ever completed here."""
    return (
        session()
        .scalars(
            select(Survey)
            .where(Survey.kind == COURSE, Survey.document_id.is_(None), Survey.stopped_at.is_(None))
            .order_by(Survey.id.desc())
            .limit(1)
        )
        .one_or_none()
    )


def running_pulse() -> Survey | None:
    return (
        session()
        .scalars(
            select(Survey)
            .where(Survey.kind == PULSE, Survey.stopped_at.is_(None))
            .order_by(Survey.opens_on.desc(), Survey.id.desc())
            .limit(1)
        )
        .one_or_none()
    )


def by_public_id(public_id: str) -> Survey:
    """Return a survey. Raises NotFound."""
    found = session().scalars(select(Survey).where(Survey.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def own_surveys() -> Sequence[Any]:
    """Return id, title and document of the surveys that documents have of their own and that are asked now."""
    return (
        session()
        .execute(
            select(Survey.public_id, Survey.title, Survey.anonymous, Document.id, Document.title.label("subject"))
            .join(Document, Document.id == Survey.document_id)
            .where(Survey.kind == COURSE, Survey.stopped_at.is_(None))
            .order_by(Document.title)
        )
        .all()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody was asked. about_id: the document, 0 for none. state: open | answered | declined | over."""

    survey_id: int
    public_id: str
    kind: str
    title: str
    anonymous: bool
    questions: tuple[rules.Question, ...]
    about_id: int
    about_title: str
    about_kind: str
    about_slug: str
    state: str


_ASK = (
    select(
        Survey.id.label("survey_id"),
        Survey.public_id,
        Survey.kind,
        Survey.title,
        Survey.anonymous,
        Survey.questions,
        Survey.closes_on,
        Survey.stopped_at,
        SurveyAsked.about_id,
        SurveyAsked.asked_on,
        SurveyAsked.answered,
        SurveyAsked.declined,
        func.coalesce(Document.title, "").label("about_title"),
        func.coalesce(Document.kind, "").label("about_kind"),
        func.coalesce(Slug.slug, "").label("about_slug"),
    )
    .join(SurveyAsked, SurveyAsked.survey_id == Survey.id)
    .outerjoin(Document, Document.id == SurveyAsked.about_id)
    .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .where(SurveyAsked.person_id == bindparam("person_id"))
)
_ASK_OF = _ASK.where(Survey.public_id == bindparam("public_id"), SurveyAsked.about_id == bindparam("about_id"))
_ASK_AFTER = (
    _ASK.where(
        SurveyAsked.about_id == bindparam("about_id"),
        Survey.stopped_at.is_(None),
        SurveyAsked.answered.is_(False),
        SurveyAsked.declined.is_(False),
    )
    .order_by(Survey.id.desc())
    .limit(1)
)


def _ask(row: Any) -> Ask:
    return Ask(
        survey_id=row.survey_id,
        public_id=row.public_id,
        kind=row.kind,
        title=row.title,
        anonymous=row.anonymous,
        questions=rules.read(row.questions),
        about_id=row.about_id,
        about_title=row.about_title,
        about_kind=row.about_kind,
        about_slug=row.about_slug,
        state=_state(row, today()),
    )


def _state(row: Any, day: date) -> str:
    if row.answered:
        return "answered"
    if row.declined:
        return "declined"
    last = row.closes_on or row.asked_on + ASKED_FOR
    return "over" if row.stopped_at is not None or day > last else "open"


def ask_of(person_id: int, public_id: str, about_id: int) -> Ask:
    """Return what somebody was asked with a survey. Raises NotFound for who was not asked."""
    found = rows(_ASK_OF, {"person_id": person_id, "public_id": public_id, "about_id": about_id}).one_or_none()
    if found is None:
        raise NotFound()
    return _ask(found)


def open_ask_after(person_id: int, document_id: int) -> Ask | None:
    """Return what somebody is asked about a document now; None for nothing."""
    found = rows(_ASK_AFTER, {"person_id": person_id, "about_id": document_id}).one_or_none()
    ask = _ask(found) if found is not None else None
    return ask if ask is not None and ask.state == "open" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    mean: float
    n: int


def ratings(document_ids: Collection[int]) -> dict[int, Rating]:
    """Return how useful people found these documents; one with fewer than five answers is left out."""
    if not document_ids:
        return {}
    value = SurveyAnswer.values[RATING].as_integer()
    found = session().execute(
        select(SurveyAnswer.document_id, func.avg(value).label("mean"), func.count(value).label("n"))
        .where(SurveyAnswer.document_id.in_(document_ids), SurveyAnswer.batch > 0, value.is_not(None))
        .group_by(SurveyAnswer.document_id)
    )
    return {
        row.document_id: Rating(mean=float(row.mean), n=row.n)
        for row in found
        if row.document_id is not None and row.n >= FEWEST
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A survey, and of what it was asked. asked, answered, released: people; released: whose answers are in results."""

    survey_id: int
    public_id: str
    kind: str
    title: str
    anonymous: bool
    opens_on: date
    closes_on: date | None
    stopped: bool
    about_id: int
    about_title: str
    about_kind: str
    about_slug: str
    asked: int
    answered: int
    released: int


def lines(*which: ColumnElement[bool]) -> list[Line]:
    """Return surveys by what they were asked about, with how many were asked and have answered."""
    asked = (
        select(
            SurveyAsked.survey_id,
            SurveyAsked.about_id,
            func.count().label("asked"),
            func.sum(case((SurveyAsked.answered, 1), else_=0)).label("answered"),
        )
        .group_by(SurveyAsked.survey_id, SurveyAsked.about_id)
        .subquery()
    )
    about = func.coalesce(SurveyAnswer.document_id, literal_column("0"))  # two bound 0 are two things to PostgreSQL
    released = (
        select(
            SurveyAnswer.survey_id,
            about.label("about_id"),
            func.count().label("released"),
        )
        .where(SurveyAnswer.batch > 0)
        .group_by(SurveyAnswer.survey_id, about)
        .subquery()
    )
    found = session().execute(
        select(
            Survey.id.label("survey_id"),
            Survey.public_id,
            Survey.kind,
            Survey.title,
            Survey.anonymous,
            Survey.opens_on,
            Survey.closes_on,
            Survey.stopped_at.is_not(None).label("stopped"),
            asked.c.about_id,
            func.coalesce(Document.title, "").label("about_title"),
            func.coalesce(Document.kind, "").label("about_kind"),
            func.coalesce(Slug.slug, "").label("about_slug"),
            asked.c.asked,
            asked.c.answered,
            func.coalesce(released.c.released, 0).label("released"),
        )
        .join(asked, asked.c.survey_id == Survey.id)
        .outerjoin(released, and_(released.c.survey_id == Survey.id, released.c.about_id == asked.c.about_id))
        .outerjoin(Document, Document.id == asked.c.about_id)
        .outerjoin(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(*which)
        .order_by(Survey.stopped_at.is_not(None), Document.title, Survey.opens_on.desc(), Survey.id.desc())
        .limit(500)
    )
    return [Line(**row) for row in found.mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """An answer that is in the results. name: "" where the survey is anonymous."""

    id: str
    batch: int
    revision: int
    quarter: str
    values: Mapping[str, Any]
    name: str


def released(actor: Actor, survey: Survey, about_id: int) -> list[Released]:
    """Return the answers that results are made of, as far as the actor may: a lead sees those of own people, by name.

    Of an anonymous survey nobody knows whose people they were: everybody who may see results sees all. Fewer than five
    are none.
    """
    statement = (
        select(
            SurveyAnswer.id,
            SurveyAnswer.batch,
            func.coalesce(Revision.number, 0).label("revision"),
            SurveyAnswer.week,
            SurveyAnswer.values.label("given"),
            func.coalesce(Person.name, "").label("name"),
        )
        .outerjoin(Revision, Revision.id == SurveyAnswer.revision_id)
        .outerjoin(Person, Person.id == SurveyAnswer.person_id)
        .where(SurveyAnswer.survey_id == survey.id, SurveyAnswer.batch > 0)
        .order_by(SurveyAnswer.id)
    )
    if about_id:
        statement = statement.where(SurveyAnswer.document_id == about_id)
    if not survey.anonymous and not sees_all(actor):
        statement = statement.where(SurveyAnswer.team_id.in_(actor.teams_below))
    found = [
        Released(
            id=row.id,
            batch=row.batch,
            revision=row.revision,
            quarter=rules.quarter_of(row.week),
            values=row.given,
            name=row.name,
        )
        for row in session().execute(statement)
    ]
    return found if len(found) >= FEWEST else []


def sees_all(actor: Actor) -> bool:
    return Scope.ALL in scopes(actor, Permission.SURVEY_RESULTS)


def pulses() -> Sequence[Survey]:
    """Return every month of the pulse, the latest first; at most three years."""
    return (
        session()
        .scalars(
            select(Survey).where(Survey.kind == PULSE).order_by(Survey.opens_on.desc(), Survey.id.desc()).limit(36)
        )
        .all()
    )


def released_of(survey_ids: Collection[int]) -> dict[int, list[Mapping[str, Any]]]:
    """Return the values of the released answers by survey; one with fewer than five is left out."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in session().execute(
        select(SurveyAnswer.survey_id, SurveyAnswer.values.label("given"))
        .where(SurveyAnswer.survey_id.in_(survey_ids), SurveyAnswer.batch > 0)
        .order_by(SurveyAnswer.id)
    ):
        found.setdefault(row.survey_id, []).append(row.given)
    return {survey_id: values for survey_id, values in found.items() if len(values) >= FEWEST}


def not_yet_asked(survey_id: int, day: date, limit: int) -> list[int]:
    """Return agents and leads who work here and were not asked by this pulse yet, in order. day: the present one."""
    asked = select(SurveyAsked.person_id).where(SurveyAsked.survey_id == survey_id)
    return list(
        session().scalars(
            select(Person.id)
            .where(Person.active, or_(holds(Role.AGENT, day), holds(Role.LEAD, day)), Person.id.not_in(asked))
            .order_by(Person.id)
            .limit(limit)
        )
    )
