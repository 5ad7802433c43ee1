"""Reading campaigns: which there are, what one consists of, who takes part and how far they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select, true

from lms.accounts.models import Person, Team
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.content.queries import Choice
from lms.core.access import Actor, Permission, Scope, scopes
from lms.core.db import session
from lms.core.errors import NotFound
from lms.core.here import day_of
from lms.learning.models import Campaign, CampaignPart, ServiceQueue
from lms.learning.rules.campaigns import Done, Member, State, occasion_of, state_of

KINDS = ("article", "lesson", "course", "drill", "quiz", "scorm")
"""What a campaign may ask for, in the order in which it is learnt: first to read, at last the check."""

COUNTED = ("open", "done", "exempt")
"""States of the duties of who takes part; what was withdrawn or is optional since asks nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A campaign as pages show it."""

    id: int
    public_id: str
    name: str
    team_id: int
    team: str
    starts_on: date
    ends_on: date
    ready_on: date
    needed: int | None
    queues: Sequence[int]
    state: State
    started_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """One person of a campaign and how far they are."""

    id: int
    employee_no: str
    name: str
    team: str
    leaving_on: date | None
    member: Member


def _within(actor: Actor) -> ColumnElement[bool]:
    """Return the condition under which somebody sees a campaign: it is of a team of theirs, or they see all people."""
    if Scope.ALL in scopes(actor, Permission.REPORT_READ):
        return true()
    return Campaign.team_id.in_(actor.teams_below)


_ROWS = select(Campaign, Team.name.label("team")).join(Team, Team.id == Campaign.team_id)


def _row(campaign: Campaign, team: str, today: date) -> Row:
    return Row(
        id=campaign.id,
        public_id=campaign.public_id,
        name=campaign.name,
        team_id=campaign.team_id,
        team=team,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        ready_on=campaign.ready_on,
        needed=campaign.needed,
        queues=[int(each) for each in campaign.queues],
        state=state_of(campaign.state, campaign.starts_on, campaign.ends_on, today),
        started_on=day_of(campaign.started_at) if campaign.started_at else None,
    )


def campaigns(actor: Actor, today: date) -> list[Row]:
    """Return the campaigns that the actor may see, the latest first."""
    found = session().execute(_ROWS.where(_within(actor)).order_by(Campaign.starts_on.desc(), Campaign.id.desc()))
    return [_row(campaign, team, today) for campaign, team in found]


def campaign(actor: Actor, public_id: str, today: date) -> Row:
    """Return one campaign. Raises NotFound where there is none or the actor may not see it."""
    found = session().execute(_ROWS.where(Campaign.public_id == public_id, _within(actor))).one_or_none()
    if found is None:
        raise NotFound()
    return _row(found[0], found[1], today)


def parts(campaign_id: int) -> list[Choice]:
    """Return what has to be known, in order."""
    found = session().execute(
        select(Document.id, Document.kind, Slug.slug, Document.title, Document.minutes)
        .join(CampaignPart, CampaignPart.document_id == Document.id)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .where(CampaignPart.campaign_id == campaign_id)
        .order_by(CampaignPart.position)
    )
    return [
        Choice(document_id=row.id, kind=row.kind, slug=row.slug, title=row.title, minutes=row.minutes) for row in found
    ]


def offered(actor: Actor) -> list[Choice]:
    """Return what a campaign may ask for: published articles, lessons, courses, drills, checks, by kind and title."""
    return content.choices(actor, KINDS)


def in_teams(team_id: int) -> list[tuple[str, int]]:
    """Return how many people work in each team from this one down, as (team, people)."""
    found = session().execute(
        select(Team.name, func.count())
        .join(Person, Person.team_id == Team.id)
        .where(Person.active, Team.id.in_(teams_below([team_id])))
        .group_by(Team.id, Team.name, Team.code)
        .order_by(Team.code)
    )
    return [(name, count) for name, count in found]


def queue_names(ids: Sequence[int]) -> list[str]:
    if not ids:
        return []
    return list(
        session().scalars(select(ServiceQueue.name).where(ServiceQueue.id.in_(ids)).order_by(ServiceQueue.code))
    )


def open_queues() -> list[tuple[int, str]]:
    """Return the queues that may be chosen, as (id, name)."""
    rows = session().execute(
        select(ServiceQueue.id, ServiceQueue.name).where(ServiceQueue.closed_on.is_(None)).order_by(ServiceQueue.code)
    )
    return [(row.id, row.name) for row in rows]


def people(actor: Actor, campaign_id: int) -> list[Who]:
    """Return who works here, owes the campaign and may be seen by the actor, by team and number; two statements."""
    rows = session().execute(
        select(
            Person.id,
            Person.employee_no,
            Person.name,
            Person.leaving_on,
            Team.name.label("team"),
            Assignment.document_id,
            Assignment.state,
            Assignment.done_at,
        )
        .join(Assignment, Assignment.person_id == Person.id)
        .join(Team, Team.id == Person.team_id)
        .where(
            Assignment.occasion == occasion_of(campaign_id),
            Assignment.state.in_(COUNTED),
            Person.active,
            visible(actor, Permission.REPORT_READ),
        )
        .order_by(Team.code, Person.employee_no)
    )
    found: dict[int, dict[int, Done]] = {}
    heads = {}
    for row in rows:
        heads[row.id] = row
        found.setdefault(row.id, {})[row.document_id] = Done(
            on=day_of(row.done_at) if row.done_at is not None and row.state == "done" else None,
            exempt=row.state == "exempt",
        )
    return [
        Who(
            id=head.id,
            employee_no=head.employee_no or "",
            name=head.name or "",
            team=head.team,
            leaving_on=head.leaving_on,
            member=Member(person_id=head.id, parts=found[head.id]),
        )
        for head in heads.values()
    ]


def ready_counts(actor: Actor, campaign_ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Return for each campaign (people ready, people), of whom the actor may see; one statement for all of them."""
    if not campaign_ids:
        return {}
    by_occasion = {occasion_of(each): each for each in campaign_ids}
    per_person = (
        select(
            Assignment.occasion,
            Assignment.person_id,
            func.count().filter(Assignment.state == "open").label("left"),
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.occasion.in_(list(by_occasion)),
            Assignment.state.in_(COUNTED),
            Person.active,
            visible(actor, Permission.REPORT_READ),
        )
        .group_by(Assignment.occasion, Assignment.person_id)
        .subquery()
    )
    rows = session().execute(
        select(
            per_person.c.occasion,
            func.count().filter(per_person.c.left == 0).label("ready"),
            func.count().label("people"),
        ).group_by(per_person.c.occasion)
    )
    return {by_occasion[row.occasion]: (row.ready, row.people) for row in rows}
