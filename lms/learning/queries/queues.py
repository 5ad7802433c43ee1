"""Reading queues: what each asks for, who may take it, and why not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.content import queries as content
from lms.content.queries import Card
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.errors import NotFound
from lms.learning.models import (
    Campaign,
    Certificate,
    CertificatePlan,
    QueueCheck,
    QueueNeed,
    QueueOverride,
    QueueRight,
    ServiceQueue,
)
from lms.learning.queries.certificates import holding
from lms.learning.rules.queues import NONE, Need, Right, Word, right, right_of
from lms.records.models import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedShown:
    """One need as pages show it. plan: name of the certificate that stands on the document, "" without one."""

    card: Card
    plan: str
    from_on: date | None
    until_on: date | None
    campaign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueShown:
    """A queue as pages show it. allowed, people: of all who are counted."""

    id: int
    code: str
    name: str
    closed_on: date | None
    needs: tuple[NeedShown, ...]
    allowed: int
    people: int

    @property
    def own_needs(self) -> tuple[NeedShown, ...]:
        """What it asks always; what a campaign asks is the campaign's to change."""
        return tuple(need for need in self.needs if not need.campaign)


def queues(day: date, *, closed: bool = False, seen_by: Actor | None = None) -> list[QueueShown]:
    """Return the queues, open ones first, by code; four statements. seen_by: only people whom they see are counted."""
    seen = [visible(seen_by, Permission.PERSON_READ)] if seen_by is not None else []
    found = session().scalars(select(ServiceQueue).order_by(ServiceQueue.code)).all()
    needs: dict[int, list[Any]] = {}
    for row in session().execute(
        select(
            QueueNeed.queue_id,
            QueueNeed.document_id,
            QueueNeed.from_on,
            QueueNeed.until_on,
            CertificatePlan.name.label("plan"),
            Campaign.name.label("campaign"),
        )
        .outerjoin(CertificatePlan, and_(CertificatePlan.document_id == QueueNeed.document_id, CertificatePlan.active))
        .outerjoin(Campaign, Campaign.id == QueueNeed.campaign_id)
        .where(or_(QueueNeed.until_on.is_(None), QueueNeed.until_on >= day))
        .order_by(QueueNeed.id)
    ):
        needs.setdefault(row.queue_id, []).append(row)
    cards = content.cards({row.document_id for group in needs.values() for row in group})
    counted = {
        row.queue_id: row
        for row in session().execute(
            select(
                QueueRight.queue_id,
                func.count().filter(QueueRight.allowed).label("allowed"),
                func.count().label("people"),
            )
            .join(Person, Person.id == QueueRight.person_id)
            .where(Person.active, *seen)
            .group_by(QueueRight.queue_id)
        )
    }
    shown = [
        QueueShown(
            id=queue.id,
            code=queue.code,
            name=queue.name,
            closed_on=queue.closed_on,
            needs=tuple(
                NeedShown(
                    card=cards[row.document_id],
                    plan=row.plan or "",
                    from_on=row.from_on,
                    until_on=row.until_on,
                    campaign=row.campaign or "",
                )
                for row in needs.get(queue.id, [])
            ),
            allowed=counted[queue.id].allowed if queue.id in counted else 0,
            people=counted[queue.id].people if queue.id in counted else 0,
        )
        for queue in found
        if closed or queue.closed_on is None
    ]
    return sorted(shown, key=lambda one: (one.closed_on is not None, one.code))


def queue_by_id(queue_id: int) -> ServiceQueue:
    """Return one queue. Raises NotFound."""
    found = session().get(ServiceQueue, queue_id)
    if found is None:
        raise NotFound()
    return found


def computed(
    person_ids: Collection[int], day: date, queue_ids: Collection[int] | None = None
) -> dict[tuple[int, int], Right]:
    """Return what each of these people may take on a day, by person and queue; five statements.

    queue_ids: None = every queue, closed ones included (nobody may take those). The one place where rights are made.
    """
    return computed_days(person_ids, [day], queue_ids)[day]


def computed_days(
    person_ids: Collection[int], days: Sequence[date], queue_ids: Collection[int] | None = None
) -> dict[date, dict[tuple[int, int], Right]]:
    """Return the same for several days, at least one, as things stand now; as many statements as for one."""
    people, open_ones, needs = list(person_ids), _queue_states(queue_ids), _needs(queue_ids)
    active = set(session().scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
    documents = {need.document_id for group in needs.values() for need in group if need.plan_id is None}
    plan_ids = {need.plan_id for group in needs.values() for need in group if need.plan_id is not None}
    done: dict[int, set[int]] = {}
    if documents:
        for person_id, document_id in session().execute(
            select(Standing.person_id, Standing.document_id).where(
                Standing.person_id.in_(people), Standing.document_id.in_(documents), Standing.state == "done"
            )
        ):
            done.setdefault(person_id, set()).add(document_id)
    valid = holding(people, plan_ids, days) if plan_ids else {day: {} for day in days}
    words = _words(people, min(days))
    found: dict[date, dict[tuple[int, int], Right]] = {day: {} for day in days}
    for day, rights in found.items():
        for person_id in people:
            for queue_id, is_open in open_ones.items():
                rights[person_id, queue_id] = (
                    right(
                        needs.get(queue_id, ()),
                        done.get(person_id, set()),
                        valid[day].get(person_id, frozenset()),
                        words.get((person_id, queue_id), ()),
                        day,
                    )
                    if is_open and person_id in active
                    else NONE
                )
    return found


def _queue_states(queue_ids: Collection[int] | None) -> dict[int, bool]:
    statement = select(ServiceQueue.id, ServiceQueue.closed_on)
    if queue_ids is not None:
        statement = statement.where(ServiceQueue.id.in_(list(queue_ids)))
    return {queue_id: closed_on is None for queue_id, closed_on in session().execute(statement)}


def _needs(queue_ids: Collection[int] | None) -> dict[int, list[Need]]:
    statement = select(
        QueueNeed.queue_id,
        QueueNeed.document_id,
        QueueNeed.from_on,
        QueueNeed.until_on,
        CertificatePlan.id.label("plan_id"),
    ).outerjoin(CertificatePlan, and_(CertificatePlan.document_id == QueueNeed.document_id, CertificatePlan.active))
    if queue_ids is not None:
        statement = statement.where(QueueNeed.queue_id.in_(list(queue_ids)))
    found: dict[int, list[Need]] = {}
    for row in session().execute(statement):
        found.setdefault(row.queue_id, []).append(
            Need(document_id=row.document_id, plan_id=row.plan_id, from_on=row.from_on, until_on=row.until_on)
        )
    return found


def _words(person_ids: Sequence[int], day: date) -> dict[tuple[int, int], list[Word]]:
    found: dict[tuple[int, int], list[Word]] = {}
    for row in session().execute(
        select(
            QueueOverride.id,
            QueueOverride.person_id,
            QueueOverride.queue_id,
            QueueOverride.allowed,
            QueueOverride.from_on,
            QueueOverride.until_on,
        ).where(
            QueueOverride.person_id.in_(person_ids),
            QueueOverride.ended_at.is_(None),
            QueueOverride.until_on >= day,
        )
    ):
        found.setdefault((row.person_id, row.queue_id), []).append(
            Word(id=row.id, allowed=row.allowed, from_on=row.from_on, until_on=row.until_on)
        )
    return found


def everybody() -> list[int]:
    """Return whom rights are kept for: all who work here, and who left with a right still standing."""
    standing = select(QueueRight.person_id).where(QueueRight.allowed)
    return list(
        session().scalars(select(Person.id).where(or_(Person.active, Person.id.in_(standing))).order_by(Person.id))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is missing, and when it ended: "缺：退换货认证（11月3日到期）". ended_on: None where it was never there."""

    title: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordShown:
    id: int
    allowed: bool
    until_on: date
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellShown:
    """One person and one queue. ends_on: the day on which a certificate that is needed ends, where that is near."""

    queue_id: int
    allowed: bool
    since: datetime | None
    lacks: tuple[Lack, ...] = ()
    word: WordShown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    id: int
    name: str
    employee_no: str
    team: str
    cells: tuple[CellShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which people the page shows. lacking: id of a queue that they may not take, None = whoever."""

    team_ids: Collection[int] | None = None
    words: str = ""
    lacking: int | None = None
    overridden: bool = False


def _conditions(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Person.active.is_(True), visible(actor, Permission.PERSON_READ)]
    if wanted.team_ids is not None:
        conditions.append(Person.team_id.in_(wanted.team_ids))
    if wanted.words:
        conditions.append(
            or_(
                Person.name.icontains(wanted.words, autoescape=True),
                Person.employee_no.icontains(wanted.words, autoescape=True),
            )
        )
    if wanted.lacking is not None:
        may = select(QueueRight.person_id).where(QueueRight.queue_id == wanted.lacking, QueueRight.allowed)
        conditions.append(Person.id.not_in(may))
    return conditions


def count_people(actor: Actor, wanted: Wanted) -> int:
    return session().scalar(select(func.count()).select_from(Person).where(*_conditions(actor, wanted))) or 0


def matrix(actor: Actor, wanted: Wanted, shown: Sequence[QueueShown], *, offset: int, limit: int) -> list[PersonShown]:
    """Return people whom the actor sees with how they stand with each of these queues, by team and name."""
    people = (
        session()
        .execute(
            select(Person.id, Person.name, Person.employee_no, Team.name.label("team"))
            .outerjoin(Team, Team.id == Person.team_id)
            .where(*_conditions(actor, wanted))
            .order_by(Team.code, Person.employee_no, Person.id)
            .offset(offset)
            .limit(limit)
        )
        .all()
    )
    cells = cells_of([row.id for row in people], shown)
    return [
        PersonShown(
            id=row.id,
            name=row.name or "",
            employee_no=row.employee_no or "",
            team=row.team or "",
            cells=tuple(cells[row.id]),
        )
        for row in people
    ]


def cells_of(person_ids: Sequence[int], shown: Sequence[QueueShown]) -> dict[int, list[CellShown]]:
    """Return how people stand with queues, as the other system was last told; three statements."""
    kept = {
        (row.person_id, row.queue_id): row
        for row in session().execute(
            select(
                QueueRight.person_id, QueueRight.queue_id, QueueRight.allowed, QueueRight.since, QueueRight.why
            ).where(QueueRight.person_id.in_(person_ids))
        )
    }
    rights = {key: right_of(row.allowed, row.why) for key, row in kept.items()}
    ends = _ends(person_ids, {each for one in rights.values() for each in one.lacks})
    words = _words_shown({one.override for one in rights.values() if one.override is not None})
    titles = {need.card.document_id: need.plan or need.card.title for queue in shown for need in queue.needs}
    found: dict[int, list[CellShown]] = {person_id: [] for person_id in person_ids}
    for person_id in person_ids:
        for queue in shown:
            one, row = rights.get((person_id, queue.id), NONE), kept.get((person_id, queue.id))
            found[person_id].append(
                CellShown(
                    queue_id=queue.id,
                    allowed=one.allowed,
                    since=row.since if row is not None else None,
                    lacks=tuple(
                        Lack(title=titles[document_id], ended_on=ends.get((person_id, document_id)))
                        for document_id in one.lacks
                        if document_id in titles
                    ),
                    word=words.get(one.override) if one.override is not None else None,
                )
            )
    return found


def _ends(person_ids: Collection[int], document_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """Return when the last certificate on a document ended, by person and document."""
    if not document_ids:
        return {}
    return {
        (person_id, document_id): until
        for person_id, document_id, until in session().execute(
            select(Certificate.person_id, CertificatePlan.document_id, func.max(Certificate.valid_until))
            .join(CertificatePlan, CertificatePlan.id == Certificate.plan_id)
            .where(
                Certificate.person_id.in_(list(person_ids)),
                CertificatePlan.document_id.in_(list(document_ids)),
                Certificate.revoked_at.is_(None),
            )
            .group_by(Certificate.person_id, CertificatePlan.document_id)
        )
        if until is not None
    }


def _words_shown(ids: Collection[int]) -> dict[int, WordShown]:
    if not ids:
        return {}
    return {
        row.id: WordShown(id=row.id, allowed=row.allowed, until_on=row.until_on, reason=row.reason, by=row.name or "")
        for row in session().execute(
            select(QueueOverride.id, QueueOverride.allowed, QueueOverride.until_on, QueueOverride.reason, Person.name)
            .join(Person, Person.id == QueueOverride.made_by)
            .where(QueueOverride.id.in_(list(ids)))
        )
    }


def last_check() -> QueueCheck | None:
    """Return what the last full comparison found, None before the first."""
    return session().scalars(select(QueueCheck).order_by(QueueCheck.id.desc()).limit(1)).one_or_none()


def rights_after(actor: Actor, after: str, limit: int) -> tuple[list[Any], str | None]:
    """Return the state of every right of whom the actor sees, whole people at a time, by employee number.

    after: the number of the last person known. Returns (person, queue, right) rows and the number to go on from.
    """
    people = (
        session()
        .execute(
            select(Person.id, Person.employee_no)
            .where(
                Person.active,
                Person.employee_no.is_not(None),
                Person.employee_no > after,
                visible(actor, Permission.PERSON_READ),
            )
            .order_by(Person.employee_no)
            .limit(limit + 1)
        )
        .all()
    )
    page, more = people[:limit], len(people) > limit
    kept: dict[int, list[Any]] = {}
    for row in session().execute(
        select(
            QueueRight.person_id,
            ServiceQueue.code,
            QueueRight.allowed,
            QueueRight.since,
            QueueRight.why,
            QueueOverride.until_on.label("override_until"),
        )
        .join(ServiceQueue, ServiceQueue.id == QueueRight.queue_id)
        .outerjoin(
            QueueOverride,
            and_(
                QueueOverride.person_id == QueueRight.person_id,
                QueueOverride.queue_id == QueueRight.queue_id,
                QueueOverride.id == func.coalesce(QueueRight.why["override"].as_integer(), 0),
            ),
        )
        .where(QueueRight.person_id.in_([person.id for person in page]), ServiceQueue.closed_on.is_(None))
        .order_by(ServiceQueue.code)
    ):
        kept.setdefault(row.person_id, []).append(row)
    found = [(person.employee_no, row) for person in page for row in kept.get(person.id, [])]
    return found, page[-1].employee_no if more else None


def public_names(document_ids: Iterable[int]) -> Mapping[int, str]:
    """Return `kind:slug` of documents."""
    return {id: f"{card.kind}:{card.slug}" for id, card in content.cards(set(document_ids)).items()}
