"""Must-reads and change cards: asking people when an article says something else, and taking their confirmation.

Up to a hundred people are asked in the transaction that publishes; more are asked by the worker, a hundred at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.assignments import actions as duties
from lms.assignments.confirming import refuse_older
from lms.assignments.models import Assignment, AssignmentReason, Rule
from lms.assignments.rules import READ
from lms.content import meant
from lms.content import queries as content
from lms.content.events import Published
from lms.content.models import Document
from lms.core import clock, outbox
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import text
from lms.kb.queries import cards
from lms.kb.queries.reading import revision_id as revision_of
from lms.kb.rules.cards import HIRED_WITHIN
from lms.kb.spec import ArticleSpec
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from lms.records.models import Standing

TOPIC, NEW_PLACES = "cards", "must-reads"
TOGETHER = 100
"""People in one transaction."""


def follow(fact: Published) -> None:
    """Ask whom a new version asks, in its transaction; of very many people the worker asks all but the first."""
    after: ArticleSpec = content.compiled(fact.revision_id)
    before: ArticleSpec | None = content.compiled(fact.previous_id) if fact.previous_id is not None else None
    rule = _rule(fact.document_id)
    if before is not None and fact.minor and not after.must_read and rule is None:
        return
    plan = cards.plan_of(fact.document_id, after, before, fact.touched, minor=fact.minor, revision_id=fact.revision_id)
    wanted = fact.revision_id if plan.is_new else _wanted(fact.document_id, rule, fact.revision_id)
    news = duties.keep_must_read(
        fact.document_id, after.must_read, after.about.audience, within=plan.within, revision_id=wanted
    )
    if not plan.is_new and not news:
        return
    freed = _no_more_meant(fact.document_id, plan.must)
    outsiders = _outsiders(fact.document_id, after.about.audience)
    reasons = plan.reasons()
    # All at once, ascending: two publications with people in common never wait for each other in a circle.
    lock_people({*freed, *outsiders, *(reasons if len(reasons) <= TOGETHER else ())})
    _take_back(fact.document_id, freed, [duties.MUST_READ])
    _take_back(fact.document_id, outsiders, [duties.MUST_READ, duties.DELTA])
    _ask_all(fact.document_id, wanted, fact.previous_id, reasons, plan.within)


def _wanted(document_id: int, rule: Rule | None, besides: int) -> int:
    """Return which revision has to be confirmed where the new one says nothing else."""
    kept = rule.due_plan.get("revision") if rule is not None else None
    return int(kept or cards.last_asking(document_id, besides) or besides)


def _rule(document_id: int) -> Rule | None:
    return session().scalars(select(Rule).where(Rule.document_id == document_id, Rule.occasion == READ)).one_or_none()


def _no_more_meant(document_id: int, must: Collection[int]) -> list[int]:
    """Return who owes a must-read that is none for them any more."""
    held = session().scalars(
        select(Assignment.person_id)
        .join(AssignmentReason, AssignmentReason.assignment_id == Assignment.id)
        .where(
            Assignment.document_id == document_id,
            Assignment.occasion == READ,
            AssignmentReason.kind == duties.MUST_READ,
            AssignmentReason.until.is_(None),
        )
        .distinct()
    )
    return sorted(set(held) - set(must))


def _outsiders(document_id: int, audience: Sequence[str]) -> list[int]:
    """Return who owes something of an article that is not for them any more."""
    if not audience:
        return []
    live = exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None))
    held = session().scalars(
        select(Assignment.person_id).where(Assignment.document_id == document_id, Assignment.occasion == READ, live)
    )
    asked = set(held)
    return sorted(asked - meant.readers(meant.people(asked), audience))


def _take_back(document_id: int, person_ids: Sequence[int], kinds: Collection[str]) -> None:
    for first in range(0, len(person_ids), TOGETHER):
        duties.no_longer_asked(document_id, person_ids[first : first + TOGETHER], kinds=kinds)


def _ask_all(
    document_id: int,
    wanted: int,
    since: int | None,
    reasons: Mapping[int, Sequence[str]],
    within: int,
) -> None:
    if len(reasons) > TOGETHER:
        payload = {"document": document_id, "wanted": wanted, "since": since}
        # The key names the revision: two that follow at once are asked for one after the other.
        outbox.put(TOPIC, f"rev:{wanted}", stream=f"document:{document_id}", payload=payload)
        return
    ask(document_id, wanted, since, reasons, within)


def ask(document_id: int, wanted: int, since: int | None, reasons: Mapping[int, Collection[str]], within: int) -> None:
    """Ask these people (at most 100) and tell those who did not know yet."""
    if not reasons:
        return
    asked = duties.ask_to_read(document_id, wanted, reasons, within=within, since=since)
    card = content.cards([document_id])[document_id]
    link = ("kb.change", {"slug": card.slug})
    key = _key(document_id, wanted)
    if asked.anew:
        sentence = text("请读完并确认《%(title)s》。", title=card.title)
        emit(Told(person_ids=tuple(asked.anew), topic="duty", sentence=sentence, link=link, key=key))
    if asked.changed:
        sentence = text("《%(title)s》改了，请看改动并确认。", title=card.title)
        emit(Told(person_ids=tuple(asked.changed), topic="duty", sentence=sentence, link=link, key=key))


def _key(document_id: int, wanted: int) -> str:
    return f"card:{document_id}:{wanted}"


def include_soon(person_ids: Sequence[int]) -> None:
    """Do `include` for these people: at once for up to 100, else the worker does it, 100 at a time."""
    if len(person_ids) <= TOGETHER:
        include(person_ids)
    else:
        outbox.put_ids(NEW_PLACES, person_ids, TOGETHER)


def include(person_ids: Sequence[int]) -> None:
    """Give people who came or moved the must-reads that mean them now, and take back those that do no more.

    At most 100. Whoever was hired lately has the two weeks of an onboarding for all of them.
    """
    rules = (
        session()
        .scalars(
            select(Rule)
            .join(Document, Document.id == Rule.document_id)
            .where(Rule.occasion == READ, Rule.active, Document.state == "published")
            .order_by(Rule.id)
        )
        .all()
    )
    if not rules:
        return
    among = meant.people(person_ids)
    lately = today() - timedelta(days=duties.HIRED_LATELY)
    hired = {
        row.id: row.hired_on
        for row in session().execute(select(Person.id, Person.hired_on).where(Person.id.in_(among)))
    }
    told: dict[int, int] = {}
    for rule in rules:
        held = meant.meant(among, rule.audience["words"]) & meant.readers(among, rule.audience["readers"])
        gone = sorted(set(among) - held)
        if gone:
            duties.no_longer_asked(rule.document_id, gone, kinds=[duties.MUST_READ])
        for is_new in (True, False):
            chosen = {
                person_id: [duties.MUST_READ]
                for person_id in held
                if is_new is ((day := hired[person_id]) is not None and day >= lately)
            }
            if not chosen:
                continue
            within = max(rule.due_plan["workdays"], HIRED_WITHIN) if is_new else rule.due_plan["workdays"]
            wanted = rule.due_plan["revision"]
            asked = duties.ask_to_read(rule.document_id, wanted, chosen, within=within, since=wanted)
            for person_id in (*asked.anew, *asked.changed):
                told[person_id] = told.get(person_id, 0) + 1
    for person_id, count in told.items():
        sentence = text("有 %(n)s 条必读要读完并确认。", n=count)
        key = f"must-reads:{today().isoformat()}"
        emit(Told(person_ids=(person_id,), topic="duty", sentence=sentence, link=("home.index", {}), key=key))


def drop(document_id: int) -> None:
    """An article is no longer offered: nobody owes it any more."""
    rule = _rule(document_id)
    if rule is not None:
        rule.active = False
    owing = (
        session()
        .scalars(
            select(Assignment.person_id)
            .where(Assignment.document_id == document_id, Assignment.occasion == READ, Assignment.state == "open")
            .order_by(Assignment.person_id)
        )
        .all()
    )
    _take_back(document_id, owing, [duties.MUST_READ, duties.DELTA])


def take_up(document_id: int) -> None:
    """An archived article is offered again: its must-read holds as before."""
    document = session().get_one(Document, document_id)
    if document.published_id is None:
        return
    after: ArticleSpec = content.compiled(document.published_id)
    plan = cards.plan_of(document_id, after, after, ())
    if not plan.must:
        return
    wanted = _wanted(document_id, _rule(document_id), 0)
    duties.keep_must_read(document_id, after.must_read, after.about.audience, within=plan.within, revision_id=wanted)
    _ask_all(document_id, wanted, None, plan.reasons(), plan.within)


# confirming


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """number: of the version that was confirmed. fresh: False where it had been said before."""

    number: int
    at: datetime
    fresh: bool


def confirm(actor: Actor, slug: str, *, number: int) -> Confirmed:
    """Say that the actor has read revision `number` of an article and works by it. The same again changes nothing.

    Raises NotFound, Invalid for a revision that was never published, Conflict where a newer one is to be confirmed.
    """
    opened = content.open_published(actor, "article", slug)
    revision_id = revision_of(opened.document_id, number)
    if revision_id is None:
        raise Invalid(text("没有已发布的第 %(n)s 版，请刷新页面再试。", n=number), code="unknown_revision")
    lock_people([actor.id])
    refuse_older(actor.id, opened.document_id, revision_id)
    card = cards.card_of(actor.id, opened.document_id)
    if card.confirmed_id is not None and card.confirmed_id >= revision_id and not card.owed:
        return Confirmed(number=number, at=card.at or clock.now(), fresh=False)
    append(
        actor,
        actor.id,
        Verb.ACKNOWLEDGED,
        document_id=opened.document_id,
        revision_id=revision_id,
        source="web",
        credited_minutes=opened.minutes,
    )
    if card.wanted_id is not None:
        emit(Settled(person_ids=(actor.id,), key=_key(opened.document_id, card.wanted_id)))
    standing = session().get_one(Standing, (actor.id, opened.document_id))
    return Confirmed(number=number, at=standing.last_done_at or clock.now(), fresh=True)
