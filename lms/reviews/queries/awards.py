"""Reading awards: the rules with their terms by day, what is proposed, who has won what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission, allows
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.performance.rules.periods import Grain, Period, period_of
from lms.reviews.models import (
    Award,
    AwardCandidate,
    AwardProposal,
    AwardRule,
    AwardShare,
    AwardTerms,
    LeaderOptOut,
)
from lms.reviews.rules.awards import SHIPPED, Terms, measure_of

ALWAYS = date(2000, 1, 1)
"""From when the terms of a shipped award stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Terms from a day on. id: None of a shipped award that nobody has used or changed yet."""

    id: int | None
    number: int
    from_on: date
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An award as pages show it. versions: at least one, the latest first. is_shipped: came with the academy."""

    id: int | None
    public_id: str
    kind: str
    grain: Grain
    active: bool
    begun_on: date | None
    versions: tuple[Version, ...]

    @property
    def is_shipped(self) -> bool:
        return self.public_id in SHIPPED

    def on(self, day: date) -> Version:
        """Return the terms that stand on a day; before the first ones those."""
        return next((each for each in self.versions if each.from_on <= day), self.versions[-1])

    @property
    def now(self) -> Version:
        return self.on(today())

    @property
    def period(self) -> Period:
        """The one that is going on."""
        return period_of(today(), self.grain)


def rules() -> list[Rule]:
    """Return the shipped awards, then the company's own in the order in which they were made."""
    kept = _kept()
    shipped = [kept[code] if code in kept else _shipped(code) for code in SHIPPED]
    return [*shipped, *(each for code, each in kept.items() if code not in SHIPPED)]


def rule(public_id: str) -> Rule:
    """Return an award. Raises NotFound."""
    found = _kept(AwardRule.public_id == public_id).get(public_id)
    if found is None and public_id in SHIPPED:
        return _shipped(public_id)
    if found is None:
        raise NotFound()
    return found


def _shipped(code: str) -> Rule:
    made = SHIPPED[code]
    version = Version(id=None, number=1, from_on=ALWAYS, terms=made.terms)
    return Rule(
        id=None, public_id=code, kind=made.kind, grain=made.grain, active=True, begun_on=None, versions=(version,)
    )


def _kept(*conditions: ColumnElement[bool]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    versions: dict[int, list[Version]] = {}
    for each in session().scalars(
        select(AwardTerms)
        .join(AwardRule, AwardRule.id == AwardTerms.rule_id)
        .where(*conditions)
        .order_by(AwardTerms.from_on.desc(), AwardTerms.version.desc())
    ):
        versions.setdefault(each.rule_id, []).append(version_of(each))
    for row in session().scalars(select(AwardRule).where(*conditions).order_by(AwardRule.id)):
        found[row.public_id] = Rule(
            id=row.id,
            public_id=row.public_id,
            kind=row.kind,
            grain=Grain(row.grain),
            active=row.active,
            begun_on=row.begun_on,
            versions=tuple(versions[row.id]),
        )
    return found


def version_of(row: AwardTerms) -> Version:
    terms = Terms(
        name=row.name,
        words=row.words,
        measure=measure_of(row.measure),
        winners=row.winners,
        amount_fen=row.amount_fen,
    )
    return Version(id=row.id, number=row.version, from_on=row.from_on, terms=terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """A proposal in a list. winners: how many would get it, or got it."""

    public_id: str
    name: str
    period: str
    state: str
    at: datetime
    winners: int
    decided_by: str
    decided_at: datetime | None


def proposals(*, state: str = "", limit: int = 50) -> list[ProposalLine]:
    """Return proposals, the newest first. Who may call this is the gate's affair."""
    wins = (
        select(func.count())
        .where(AwardCandidate.proposal_id == AwardProposal.id, AwardCandidate.wins)
        .correlate(AwardProposal)
        .scalar_subquery()
    )
    statement = (
        select(
            AwardProposal.public_id,
            AwardTerms.name,
            AwardProposal.period,
            AwardProposal.state,
            AwardProposal.at,
            AwardProposal.decided_at,
            wins.label("winners"),
            Person.name.label("decided_by"),
        )
        .join(AwardTerms, AwardTerms.id == AwardProposal.terms_id)
        .outerjoin(Person, Person.id == AwardProposal.decided_by)
        .order_by(AwardProposal.at.desc(), AwardProposal.id.desc())
        .limit(limit)
    )
    if state:
        statement = statement.where(AwardProposal.state == state)
    return [
        ProposalLine(
            public_id=row.public_id,
            name=row.name,
            period=row.period,
            state=row.state,
            at=row.at,
            winners=row.winners,
            decided_by=row.decided_by or "",
            decided_at=row.decided_at,
        )
        for row in rows(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLine:
    """A candidate with the name: of a person with number and team, or of a team."""

    id: int
    person_id: int | None
    name: str
    employee_no: str
    team: str
    place: int | None
    wins: bool
    out: str
    value: float | None
    before: float | None
    n: int | None
    removed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    id: int
    public_id: str
    rule: Rule
    terms: Terms
    period: str
    state: str
    counts: Mapping[str, int]
    digest: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    candidates: Sequence[CandidateLine]

    @property
    def winners(self) -> list[CandidateLine]:
        return [each for each in self.candidates if each.wins]


def proposal(public_id: str) -> Proposal:
    """Return a proposal with its candidates: by place, then who is left out. Raises NotFound."""
    row = (
        session()
        .execute(
            select(AwardProposal, AwardTerms, AwardRule.public_id.label("rule"), Person.name.label("decider"))
            .join(AwardTerms, AwardTerms.id == AwardProposal.terms_id)
            .join(AwardRule, AwardRule.id == AwardProposal.rule_id)
            .outerjoin(Person, Person.id == AwardProposal.decided_by)
            .where(AwardProposal.public_id == public_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound()
    kept: AwardProposal = row.AwardProposal
    return Proposal(
        id=kept.id,
        public_id=kept.public_id,
        rule=rule(row.rule),
        terms=version_of(row.AwardTerms).terms,
        period=kept.period,
        state=kept.state,
        counts=kept.counts,
        digest=kept.digest,
        at=kept.at,
        decided_by=row.decider or "",
        decided_at=kept.decided_at,
        reason=kept.reason,
        candidates=_candidates(kept.id),
    )


def _candidates(proposal_id: int) -> list[CandidateLine]:
    own = Team.__table__.alias("own_team")
    statement = (
        select(
            *AwardCandidate.__table__.c,
            Person.name,
            Person.employee_no,
            Team.name.label("team"),
            own.c.name.label("own_team"),
        )
        .outerjoin(Person, Person.id == AwardCandidate.person_id)
        .outerjoin(Team, Team.id == AwardCandidate.team_id)
        .outerjoin(own, own.c.id == Person.team_id)
        .where(AwardCandidate.proposal_id == proposal_id)
        .order_by(AwardCandidate.place.is_(None), AwardCandidate.place, AwardCandidate.id)
    )
    return [
        CandidateLine(
            id=row.id,
            person_id=row.person_id,
            name=(row.team if row.person_id is None else row.name) or "",
            employee_no=row.employee_no or "",
            team=row.own_team or "",
            place=row.place,
            wins=row.wins,
            out=row.out,
            value=row.value,
            before=row.before,
            n=row.n,
            removed=row.removed,
        )
        for row in rows(statement)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """An award that stands. amount_fen: of the whole, for who may see money; None otherwise, or where there is none."""

    id: int
    public_id: str
    rule: str
    award: str
    period: str
    person_id: int | None
    name: str
    employee_no: str
    team: str
    value: float | None
    amount_fen: int | None
    at: datetime


def won(
    actor: Actor, *, period: str = "", rule_id: str = "", after: int = 0, limit: int | None = 50, offset: int = 0
) -> list[Won]:
    """Return who has won what, the newest first, as the actor may see it.

    Everybody sees winners, but those who opted out of public lists; they are there for themselves, for who may see
    their profile, and for who confirms awards. after: only rows with a smaller id.
    """
    statement = (
        select(
            Award.id,
            Award.public_id,
            AwardRule.public_id.label("rule"),
            AwardTerms.name.label("award"),
            Award.period,
            Award.person_id,
            Person.name.label("person"),
            Person.employee_no,
            func.coalesce(Team.name, "").label("team"),
            Award.value,
            Award.amount_fen,
            Award.at,
        )
        .join(AwardRule, AwardRule.id == Award.rule_id)
        .join(AwardTerms, AwardTerms.id == Award.terms_id)
        .outerjoin(Person, Person.id == Award.person_id)
        .outerjoin(Team, Team.id == func.coalesce(Award.team_id, Person.team_id))
        .where(*_shown(actor, period, rule_id))
        .order_by(Award.id.desc())
    )
    if after:
        statement = statement.where(Award.id < after)
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    sees_money = allows(actor, Permission.AWARD_EDIT)
    return [
        Won(
            id=row.id,
            public_id=row.public_id,
            rule=row.rule,
            award=row.award,
            period=row.period,
            person_id=row.person_id,
            name=(row.team if row.person_id is None else row.person) or "",
            employee_no=row.employee_no or "",
            team=row.team,
            value=row.value,
            amount_fen=row.amount_fen if sees_money or row.person_id == actor.id else None,
            at=row.at,
        )
        for row in rows(statement)
    ]


def count_won(actor: Actor, *, period: str = "", rule_id: str = "") -> int:
    statement = (
        select(func.count(Award.id))
        .join(AwardRule, AwardRule.id == Award.rule_id)
        .outerjoin(Person, Person.id == Award.person_id)
        .where(*_shown(actor, period, rule_id))
    )
    return session().scalar(statement) or 0


def _shown(actor: Actor, period: str, rule_id: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Award.withdrawn_at.is_(None)]
    if period:
        found.append(Award.period == period)
    if rule_id:
        found.append(AwardRule.public_id == rule_id)
    if not allows(actor, Permission.AWARD_EDIT):
        hidden = exists().where(LeaderOptOut.person_id == Award.person_id)
        found.append(or_(~hidden, visible(actor, Permission.PROFILE_READ)))
    return found


def periods() -> list[str]:
    """Return the periods for which anything was awarded, the latest first."""
    statement = select(Award.period).where(Award.withdrawn_at.is_(None)).distinct()
    return sorted(rows(statement).scalars(), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAward:
    """An award in which a person has part. team: "" where it is theirs alone."""

    award: str
    period: str
    team: str
    at: datetime
    amount_fen: int | None


_OF_PERSON = (
    select(AwardTerms.name, Award.period, Team.name.label("team"), Award.at, AwardShare.amount_fen)
    .join(Award, Award.id == AwardShare.award_id)
    .join(AwardTerms, AwardTerms.id == Award.terms_id)
    .outerjoin(Team, Team.id == Award.team_id)
    .where(AwardShare.person_id == bindparam("person_id"), Award.withdrawn_at.is_(None))
    .order_by(Award.at.desc(), Award.id.desc())
)


def of_person(person_id: int) -> list[OwnAward]:
    """Return the awards that stand in which a person has part, the newest first."""
    return [
        OwnAward(award=row.name, period=row.period, team=row.team or "", at=row.at, amount_fen=row.amount_fen)
        for row in rows(_OF_PERSON, {"person_id": person_id})
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """A line for payroll."""

    employee_no: str
    name: str
    award: str
    team: str
    period: str
    fen: int


def payroll(period: str = "") -> list[Pay]:
    """Return what is to be paid, by employee number. Only shares with money of awards that stand."""
    conditions: list[Any] = [AwardShare.amount_fen.is_not(None), Award.withdrawn_at.is_(None)]
    if period:
        conditions.append(Award.period == period)
    statement = (
        select(
            Person.employee_no,
            Person.name,
            AwardTerms.name.label("award"),
            Team.name.label("team"),
            Award.period,
            AwardShare.amount_fen,
        )
        .join(Award, Award.id == AwardShare.award_id)
        .join(AwardTerms, AwardTerms.id == Award.terms_id)
        .join(Person, Person.id == AwardShare.person_id)
        .outerjoin(Team, Team.id == Award.team_id)
        .where(*conditions)
        .order_by(Award.period.desc(), Person.employee_no, Award.id)
    )
    return [
        Pay(
            employee_no=row.employee_no or "",
            name=row.name or "",
            award=row.award,
            team=row.team or "",
            period=row.period,
            fen=row.amount_fen,
        )
        for row in rows(statement)
    ]


def opted_out(person_ids: Collection[int] | None = None) -> frozenset[int]:
    """Return who does not want to stand in public lists; None = of everybody."""
    statement = select(LeaderOptOut.person_id)
    if person_ids is not None:
        statement = statement.where(LeaderOptOut.person_id.in_(list(person_ids)))
    return frozenset(rows(statement).scalars())
