"""Reading rules: what they ask of whom, how far it is done, and what a change of one would mean."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, PersonTag, Shop, Team
from lms.assignments.audience import Audience, of_positions
from lms.assignments.due_plans import DuePlan
from lms.assignments.events import PlanName, PlanNames
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Rule
from lms.assignments.queries.facts import KINDS, facts_of, given_by, plan_of
from lms.assignments.rules import READ
from lms.assignments.rules.plans import RulePlan, Step, outcomes, plan
from lms.assignments.wording import Names
from lms.content.models import Document, Slug
from lms.core.bus import ask
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.records.models import Standing

SHOWN = 50
"""Names in a preview; beyond, how many more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule. people: of whom it asks something; done, late, left: of them. maker: who changed it last."""

    id: int
    public_id: str
    name: str
    document_id: int
    kind: str
    slug: str
    title: str
    published: bool
    source: str
    source_ref: str
    audience: Audience
    due: DuePlan
    from_on: date | None
    until_on: date | None
    active: bool
    occasion: str
    waits: bool
    changed_at: datetime
    maker: str
    people: int = 0
    done: int = 0
    late: int = 0

    @property
    def words(self) -> str:
        return self.name or self.title

    @property
    def state(self) -> str:
        """Return on | later | over | off | resting (its document is not published)."""
        day = today()
        if not self.active:
            return "off"
        if not self.published:
            return "resting"
        if self.from_on is not None and day < self.from_on:
            return "later"
        return "over" if self.until_on is not None and self.until_on < day else "on"

    @property
    def by_hand(self) -> bool:
        """Whether it is kept on the page of rules, and not by a document, a cycle or a campaign."""
        return self.source == "manual"


_maker = aliased(Person)
_RULES = (
    select(
        Rule.id,
        Rule.public_id,
        Rule.name,
        Rule.document_id,
        Rule.source,
        Rule.source_ref,
        Rule.audience,
        Rule.due_plan,
        Rule.occasion,
        Rule.from_on,
        Rule.until_on,
        Rule.active,
        Rule.applied_on,
        func.coalesce(Rule.changed_at, Rule.created_at).label("changed_at"),
        Document.kind,
        Document.title,
        Document.state,
        Slug.slug,
        _maker.name.label("maker"),
    )
    .join(Document, Document.id == Rule.document_id)
    .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
    .outerjoin(_maker, _maker.id == Rule.made_by)
    .where(Rule.occasion != READ)
)


def rule_lines(*, active: bool = True) -> list[RuleLine]:
    """Return every rule that holds, or every one that was stopped, the newest first."""
    found = rows(_RULES.where(Rule.active.is_(active)).order_by(Rule.id.desc())).all()
    counted = _counts([f"rule:{row.id}" for row in found])
    return [_line(row, counted.get(f"rule:{row.id}")) for row in found]


def rule_line(public_id: str) -> RuleLine:
    """Return one rule. Raises NotFound."""
    row = rows(_RULES.where(Rule.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound()
    return _line(row, _counts([f"rule:{row.id}"]).get(f"rule:{row.id}"))


def _line(row: Any, counted: Any) -> RuleLine:
    return RuleLine(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        document_id=row.document_id,
        kind=row.kind,
        slug=row.slug,
        title=row.title,
        published=row.state == "published",
        source=row.source,
        source_ref=row.source_ref,
        audience=Audience.from_json(row.audience),
        due=DuePlan.from_json(row.due_plan),
        from_on=row.from_on,
        until_on=row.until_on,
        active=row.active,
        occasion=row.occasion,
        waits=row.applied_on is None,
        changed_at=row.changed_at,
        maker=row.maker or "",
        people=counted.people if counted else 0,
        done=counted.done if counted else 0,
        late=counted.late if counted else 0,
    )


def _counts(refs: Sequence[str]) -> dict[str, Any]:
    if not refs:
        return {}
    late = and_(Assignment.state == "open", Assignment.next_due_on < today())
    found = rows(
        select(
            AssignmentReason.ref,
            func.count().label("people"),
            func.sum(case((Assignment.state.in_(("done", "exempt")), 1), else_=0)).label("done"),
            func.sum(case((late, 1), else_=0)).label("late"),
        )
        .join(Assignment, Assignment.id == AssignmentReason.assignment_id)
        .join(Person, and_(Person.id == Assignment.person_id, Person.active))
        .where(AssignmentReason.kind.in_(KINDS), AssignmentReason.until.is_(None), AssignmentReason.ref.in_(refs))
        .group_by(AssignmentReason.ref)
    )
    return {row.ref: row for row in found}


def names() -> Names:
    """Return what teams, shops and certificate plans are called, closed ones too."""
    return Names(
        teams={row.id: row.name for row in rows(select(Team.id, Team.name))},
        shops={row.id: row.name for row in rows(select(Shop.id, Shop.name))},
        plans={each.plan_id: each.name for each in certificate_plans()},
    )


def certificate_plans() -> list[PlanName]:
    """Return the plans of certificates by which a rule may go."""
    return [each for answer in ask(PlanNames()) for each in answer]


def positions_held() -> list[str]:
    """Return the positions that people who work here hold."""
    found = rows(select(Person.position).where(Person.active, Person.position != "").distinct())
    return sorted(found.scalars())


def tags_held() -> list[str]:
    """Return the tags that people have."""
    found = rows(select(PersonTag.tag).join(Person, Person.id == PersonTag.person_id).where(Person.active).distinct())
    return sorted(found.scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One person in a preview."""

    name: str
    employee_no: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change of a rule would mean. people: by outcome (see `rules.plans.outcomes`), at most SHOWN of each.

    digest: of the plan; the same digest at saving means that what was shown is what is applied. dated: how many of
    those who keep it have another day then. stays: how many keep it in all.
    """

    counts: Mapping[str, int]
    people: Mapping[str, Sequence[Reached]]
    digest: str
    dated: int
    stays: int

    @property
    def changes(self) -> int:
        return sum(self.counts.values()) + self.dated

    def of(self, *outcomes: str) -> int:
        return sum(self.counts.get(each, 0) for each in outcomes)


def preview(rule: RulePlan, *, before: DuePlan | None = None) -> Preview:
    """Return what applying the rule as given would change. before: the due plan that stands now."""
    given = given_by([rule])
    steps = plan([rule], facts_of(None, [rule]), given)
    found = outcomes(steps, _losing(rule), _known(rule, steps))
    by_outcome: dict[str, list[int]] = {}
    for person_id, outcome in found.items():
        by_outcome.setdefault(outcome, []).append(person_id)
    taken = {step.assignment_id for step in steps if not step.gives}
    stays = sum(each.assignment_id not in taken for each in given)
    plain = sorted((step.person_id, step.gives, step.occasion) for step in steps)
    return Preview(
        counts={outcome: len(people) for outcome, people in by_outcome.items()},
        people={outcome: _people(people[:SHOWN]) for outcome, people in by_outcome.items()},
        digest=fingerprint(plain, rule.due),
        dated=stays if before is not None and before != rule.due else 0,
        stays=stays,
    )


def preview_positions(document_id: int, positions: Sequence[str]) -> Preview | None:
    """Return what publishing a curriculum with these 岗位 would change; None where they are those that it has."""
    row = rows(
        select(Rule).where(Rule.document_id == document_id, Rule.source == "document", Rule.occasion != READ)
    ).one_or_none()
    held = (
        plan_of(row)
        if row is not None
        else RulePlan(
            id=0, document_id=document_id, audience=of_positions(()), due=DuePlan(), source="document", active=False
        )
    )
    before = set(held.audience.positions) if held.active else set()
    if before == set(positions):
        return None
    return preview(replace(held, audience=of_positions(positions), active=bool(positions)))


def plan_of_rule(rule_id: int) -> RulePlan:
    """Return a rule as the plan sees it."""
    return plan_of(rows(select(Rule).where(Rule.id == rule_id)).one())


def _losing(rule: RulePlan) -> dict[int, tuple[str, bool, bool]]:
    """Return of each duty for which this rule is a living reason: its state, whether it is begun, other reasons."""
    other = aliased(AssignmentReason)
    begun = exists().where(
        AssignmentItem.assignment_id == Assignment.id,
        or_(AssignmentItem.opened_at.is_not(None), AssignmentItem.done_at > AssignmentReason.since),
    )
    others = exists().where(
        other.assignment_id == Assignment.id, other.until.is_(None), other.id != AssignmentReason.id
    )
    found = rows(
        select(Assignment.id, Assignment.state, begun.label("begun"), others.label("others"))
        .join(AssignmentReason, AssignmentReason.assignment_id == Assignment.id)
        .where(AssignmentReason.kind.in_(KINDS), AssignmentReason.ref == rule.ref, AssignmentReason.until.is_(None))
    )
    return {row.id: (row.state, bool(row.begun), bool(row.others)) for row in found}


def _known(rule: RulePlan, steps: Sequence[Step]) -> dict[int, str]:
    """Return of those who would be given it who has done it (`done`) and who owes it already (`owes`)."""
    occasions = {step.occasion for step in steps if step.gives}
    if not occasions:
        return {}
    found: dict[int, str] = {}
    if occasions == {"once"}:
        done = rows(
            select(Standing.person_id).where(Standing.document_id == rule.document_id, Standing.state == "done")
        )
        found = dict.fromkeys(done.scalars(), "done")
    for person_id, state in rows(
        select(Assignment.person_id, Assignment.state).where(
            Assignment.document_id == rule.document_id, Assignment.occasion.in_(occasions)
        )
    ):
        if state in {"done", "exempt"}:
            found[person_id] = "done"
        elif state == "open":
            found[person_id] = "owes"
    return found


def _people(ids: Collection[int]) -> list[Reached]:
    found = rows(
        select(Person.name, Person.employee_no, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.id.in_(ids))
        .order_by(Team.code, Person.employee_no)
    )
    return [Reached(name=row.name or "", employee_no=row.employee_no or "", team=row.team or "") for row in found]
