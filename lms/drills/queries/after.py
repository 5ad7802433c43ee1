"""Reading what was learnt from a team drill."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.drills.models import AfterReview, TeamDrill

_REVIEW = (
    select(
        AfterReview.went_well,
        AfterReview.went_badly,
        AfterReview.causes,
        AfterReview.version,
        AfterReview.at,
        Person.name.label("writer"),
    )
    .join(Person, Person.id == AfterReview.by_id)
    .where(AfterReview.team_drill_id == bindparam("id"))
)
_TITLES = select(TeamDrill.id, TeamDrill.public_id, TeamDrill.title, TeamDrill.opens_at).where(
    TeamDrill.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The review as it stands. version: 0 while there is none."""

    went_well: str = ""
    went_badly: str = ""
    causes: str = ""
    version: int = 0
    at: datetime | None = None
    writer: str = ""


def review_of(team_drill_id: int) -> Review:
    found = rows(_REVIEW, {"id": team_drill_id}).mappings().one_or_none()
    return Review(**{**found, "writer": found["writer"] or ""}) if found else Review()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The team drill from which a measure came."""

    id: int
    public_id: str
    title: str
    opens_at: datetime


def sources(ids: list[int]) -> dict[int, Source]:
    """Return the team drills with these ids, by id."""
    return {row["id"]: Source(**row) for row in rows(_TITLES, {"ids": ids}).mappings()} if ids else {}
