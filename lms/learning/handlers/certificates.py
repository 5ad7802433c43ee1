"""What certificates and rights on queues do when something else happens; rooms.py subscribes it."""

from datetime import timedelta

from lms.accounts.events import PersonHired, PersonLeft
from lms.assignments.events import Held, Holding, HoldingChanged, PlanName, PlanNames
from lms.core.here import today
from lms.core.texts import text
from lms.learning.actions import queues
from lms.learning.actions.certificates import issue_for
from lms.learning.queries import certificates as reading
from lms.learning.queries.certificates import Shown
from lms.learning.rules.certificates import accepted_until, latest
from lms.records.events import Consequence, CorrectionImpact, RecordAppended, StandingsRebuilt, Verb


def on_record(fact: RecordAppended) -> None:
    """Give what a completion earns, and open or close queues, in the transaction of the line."""
    if fact.document_id is None or not (fact.counts or fact.verb in {Verb.VOIDED, Verb.REGRADED}):
        return
    for_plan, for_queue = reading.concerned(fact.document_id)
    if for_plan and fact.counts:
        issue_for(fact.person_id, fact.document_id, fact.revision_id)
    if for_queue:
        queues.keep([fact.person_id])


def on_holding_changed(fact: HoldingChanged) -> None:
    queues.keep(fact.person_ids)


def on_hired(fact: PersonHired) -> None:
    queues.keep([fact.person_id])


def on_left(fact: PersonLeft) -> None:
    queues.keep([fact.person_id])


def on_standings_rebuilt(fact: StandingsRebuilt) -> None:
    queues.keep(fact.person_ids)


def of_person(person_id: int) -> list[Shown]:
    """Return a person's certificates for the page of that person, which lies in a room below."""
    return reading.of_person(person_id, today())


def on_holding(question: Holding) -> list[Held]:
    """Say until when each certificate is taken as valid, or was: the printed end, in its grace the end of that."""
    terms = {plan.id: plan.terms for plan in reading.plans() if plan.id in question.plan_ids}
    day = today()
    found = []
    for plan_id, people in reading.rows_by_person(list(terms), question.person_ids).items():
        grace = terms[plan_id].grace_days
        for person_id, own in people.items():
            newest = latest(own)
            if newest is None:
                continue
            until = newest.until_on
            if until is not None and until < day <= until + timedelta(days=grace):
                until = accepted_until(until, grace)
            found.append(Held(person_id=person_id, plan_id=plan_id, valid_until=until))
    return found


def on_plan_names(_question: PlanNames) -> list[PlanName]:
    return [PlanName(plan_id=plan.id, name=plan.name) for plan in reading.plans(active=True)]


def on_correction_impact(question: CorrectionImpact) -> list[Consequence]:
    """Say who would be given a certificate by a correction, and who keeps one that it no longer supports."""
    passing = [flip.person_id for flip in question.flips if flip.after and not flip.before]
    failing = [flip.person_id for flip in question.flips if flip.before and flip.after is False]
    would, keep = reading.impact(question.document_id, passing, failing, today())
    found = []
    if would:
        found.append(Consequence(count=would, text=text("%(n)s 人会取得证书。", n=would)))
    if keep:
        found.append(
            Consequence(count=keep, text=text("%(n)s 人降到及格线以下，手里的证书仍然有效；要收回请逐张撤销。", n=keep))
        )
    return found
