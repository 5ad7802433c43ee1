"""Queues for programs: what each asks, a supervisor's word against the rule, and rules of certificates."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts import queries as accounts
from lms.content.queries import Choice
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.actions import certificates as plan_acts
from lms.learning.actions import queues as acts
from lms.learning.actions.certificates import Draft
from lms.learning.api.room import bp
from lms.learning.queries import certificates as plans
from lms.learning.queries import queues as reading
from lms.learning.queries.certificates import Plan
from lms.learning.queries.queues import QueueShown
from lms.learning.rules import queues as rules
from lms.learning.rules.certificates import LONGEST_NAME, MOST_DAYS, Terms
from lms.learning.views.certificate_plans import in_step, issue_all
from lms.learning.views.queues import kept_for
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

_DOCUMENT = {"description": "kind:slug"}


class QueueLine(Schema):
    id = Integer(required=True)
    code = String(required=True, metadata={"description": "in the customer-service system"})
    name = String(required=True)
    closed = Boolean(required=True, metadata={"description": "nobody takes it"})
    needs = List(String(), required=True, metadata={"description": "what it asks always, kind:slug"})
    allowed = Integer(required=True, metadata={"description": "how many of those whom the caller sees may take it"})
    people = Integer(required=True)


class QueueBody(QueueLine):
    """One queue by itself."""


class QueueList(Schema):
    items = List(Nested(QueueLine), required=True)
    next = Integer(required=True, allow_none=True)


class QueueChange(Schema):
    name = String(required=True, validate=Length(min=1, max=rules.LONGEST_NAME))
    needs = List(
        String(validate=Length(max=300)),
        load_default=[],
        validate=Length(max=rules.MOST_NEEDS),
        metadata={"description": "documents, kind:slug; where a certificate stands on one, that"},
    )
    closed = Boolean(load_default=False)


class NewQueue(Schema):
    code = String(required=True, validate=Length(min=1, max=rules.LONGEST_CODE))
    name = String(required=True, validate=Length(min=1, max=rules.LONGEST_NAME))
    needs = List(String(validate=Length(max=300)), load_default=[], validate=Length(max=rules.MOST_NEEDS))


class WordLine(Schema):
    id = Integer(required=True)
    allowed = Boolean(required=True)
    until_on = Date(required=True)
    reason = String(required=True)
    by = String(required=True)


class PersonQueue(Schema):
    queue = String(required=True, metadata={"description": "its code"})
    allowed = Boolean(required=True)
    override = Nested(WordLine, required=True, allow_none=True)


class PersonQueues(Schema):
    items = List(Nested(PersonQueue), required=True)
    next = Integer(required=True, allow_none=True)


class WordWish(Schema):
    queue = String(required=True, validate=Length(max=rules.LONGEST_CODE), metadata={"description": "its code"})
    allowed = Boolean(required=True)
    until_on = Date(
        required=True,
        validate=Range(min=date(2000, 1, 1), max=date(2200, 1, 1)),
        metadata={"description": f"the last day, at most {rules.LONGEST_OVERRIDE} days ahead"},
    )
    reason = String(required=True, validate=Length(min=1, max=rules.LONGEST_REASON))


class WordMade(Schema):
    id = Integer(required=True)


class CertificatePlanChange(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    valid_days = Integer(
        load_default=None,
        allow_none=True,
        validate=Range(min=1, max=MOST_DAYS),
        metadata={"description": "null = for ever"},
    )
    renew_days = Integer(load_default=0, validate=Range(min=0, max=MOST_DAYS))
    grace_days = Integer(load_default=0, validate=Range(min=0, max=365))
    refresher = String(
        load_default="",
        validate=Length(max=300),
        metadata={"description": "what renews it; empty = the document again"},
    )
    active = Boolean(load_default=True, metadata={"description": "false: no further certificates"})
    dry_run = Boolean(load_default=False, metadata={"description": "say what it means and do nothing"})


class NewCertificatePlan(Schema):
    document = String(required=True, validate=Length(min=1, max=300), metadata=_DOCUMENT)
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    valid_days = Integer(load_default=None, allow_none=True, validate=Range(min=1, max=MOST_DAYS))
    renew_days = Integer(load_default=0, validate=Range(min=0, max=MOST_DAYS))
    grace_days = Integer(load_default=0, validate=Range(min=0, max=365))
    refresher = String(load_default="", validate=Length(max=300), metadata=_DOCUMENT)


class CertificatePlanLine(Schema):
    id = String(required=True)
    document = String(required=True, metadata=_DOCUMENT)
    name = String(required=True)
    valid_days = Integer(required=True, allow_none=True)
    renew_days = Integer(required=True)
    grace_days = Integer(required=True)
    refresher = String(required=True)
    active = Boolean(required=True)


class CertificatePlanBody(CertificatePlanLine):
    """One rule by itself."""


class CertificatePlanList(Schema):
    items = List(Nested(CertificatePlanLine), required=True)
    next = Integer(required=True, allow_none=True)


class CertificatePlanMeaning(Schema):
    holders = Integer(required=True, metadata={"description": "who hold the certificate"})
    lapse_today = Integer(required=True, metadata={"description": "of them: are taken as valid no longer"})
    accepted_again = Integer(required=True, metadata={"description": "were lapsed and are taken as valid again"})
    done = Boolean(required=True)


class IssueWish(Schema):
    since = String(
        load_default="done", validate=OneOf(["done", "today"]), metadata={"description": "from which day it counts"}
    )


class Issued(Schema):
    given = Integer(required=True)


def _ids(names: list[str], offered: list[Choice], field: str, wrong: dict[str, Text]) -> list[int]:
    """Return the documents of these names; note under the field those that can't be chosen."""
    known = {each.name: each.document_id for each in offered}
    if unknown := [name for name in names if name not in known]:
        wrong[field] = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _refuse(wrong: dict[str, Text]) -> None:
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)


def _shown(queue_id: int) -> QueueShown:
    found = next(
        (one for one in reading.queues(today(), closed=True, seen_by=current_actor()) if one.id == queue_id), None
    )
    if found is None:
        raise NotFound()
    return found


def _queue(one: QueueShown) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "closed": one.closed_on is not None,
        "needs": [f"{need.card.kind}:{need.card.slug}" for need in one.own_needs],
        "allowed": one.allowed,
        "people": one.people,
    }


@bp.get("/queues")
@requires(Permission.PERSON_READ)
@bp.output(QueueList)
@bp.doc(summary="Queues of the floor, what each asks, and how many may take it")
def queues() -> dict[str, Any]:
    return page([_queue(one) for one in reading.queues(today(), closed=True, seen_by=current_actor())], None)


@bp.post("/queues")
@requires(Permission.QUEUE_EDIT)
@bp.input(NewQueue, arg_name="body")
@bp.output(QueueBody, status_code=201)
@bp.doc(summary="Make a queue known, with what it asks of who takes it", responses=refusals(409, 422))
def make_queue(body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    wrong: dict[str, Text] = {}
    needs = _ids(body["needs"], plans.offered(actor), "needs", wrong)
    _refuse(wrong)
    with transaction():
        queue_id = acts.make_queue(actor, code=body["code"], name=body["name"], needs=needs).id
    kept_for([queue_id])
    return _queue(_shown(queue_id))


@bp.put("/queues/<int:queue_id>")
@requires(Permission.QUEUE_EDIT)
@bp.input(QueueChange, arg_name="body")
@bp.output(QueueBody)
@bp.doc(summary="Change what a queue asks always; what a campaign asks of it stays", responses=refusals(404, 422))
def change_queue(queue_id: int, body: dict[str, Any]) -> dict[str, Any]:
    actor, found = current_actor(), _shown(queue_id)
    wrong: dict[str, Text] = {}
    offered = plans.offered(actor, [need.card.document_id for need in found.own_needs])
    needs = _ids(body["needs"], offered, "needs", wrong)
    _refuse(wrong)
    with transaction():
        acts.change_queue(actor, queue_id, name=body["name"], needs=needs, closed=body["closed"])
    kept_for([queue_id])
    return _queue(_shown(queue_id))


@bp.get("/queues/people/<employee_no>")
@requires(Permission.QUEUE_OVERRIDE)
@bp.output(PersonQueues)
@bp.doc(summary="One person and every open queue, with the words against the rule", responses=refusals(404))
def queue_person(employee_no: str) -> dict[str, Any]:
    person = accounts.person_by_no(current_actor(), employee_no, Permission.QUEUE_OVERRIDE)
    shown = reading.queues(today())
    pairs = zip(shown, reading.cells_of([person.id], shown)[person.id], strict=True)
    return page(
        [
            {
                "queue": one.code,
                "allowed": cell.allowed,
                "override": cell.word
                and {name: getattr(cell.word, name) for name in ("id", "allowed", "until_on", "reason", "by")},
            }
            for one, cell in pairs
        ],
        None,
    )


@bp.post("/queues/people/<employee_no>/overrides")
@requires(Permission.QUEUE_OVERRIDE)
@bp.input(WordWish, arg_name="body")
@bp.output(WordMade, status_code=201)
@bp.doc(
    summary="Let somebody take a queue, or not, against the rule until a day; a word that stands is replaced",
    responses=refusals(404, 422),
)
def override(employee_no: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    person_id = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE).id
    queue_id = next((one.id for one in reading.queues(today()) if one.code == body["queue"]), None)
    if queue_id is None:
        reason = text("没有找到：%(numbers)s。", numbers=body["queue"])
        raise Invalid(reason, fields={"queue": reason})
    with transaction():
        word = acts.override(
            actor,
            person_id,
            queue_id,
            allowed=body["allowed"],
            until_on=body["until_on"],
            reason=body["reason"],
        )
        return {"id": word.id}


@bp.post("/queues/people/<employee_no>/overrides/<int:override_id>/end")
@requires(Permission.QUEUE_OVERRIDE)
@bp.output({}, status_code=204)
@bp.doc(summary="Let the rule count again for somebody", responses=refusals(404, 409))
def end_override(employee_no: str, override_id: int) -> str:
    actor = current_actor()
    person_id = accounts.person_by_no(actor, employee_no, Permission.QUEUE_OVERRIDE).id
    with transaction():
        acts.end_override(actor, override_id, person_id=person_id)
    return ""


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.public_id,
        "document": f"{plan.document.kind}:{plan.document.slug}",
        "name": plan.name,
        "valid_days": plan.terms.valid_days,
        "renew_days": plan.terms.renew_days,
        "grace_days": plan.terms.grace_days,
        "refresher": f"{plan.refresher.kind}:{plan.refresher.slug}" if plan.refresher is not None else "",
        "active": plan.active,
    }


def _draft(body: dict[str, Any], plan: Plan | None = None) -> Draft:
    """Return what the body says of a plan. Raises Invalid with every document that can't be chosen."""
    wrong: dict[str, Text] = {}
    kept = [plan.refresher.document_id] if plan is not None and plan.refresher is not None else []
    offered = plans.offered(current_actor(), kept)
    document = [plan.document.document_id] if plan else _ids([body["document"]], offered, "document", wrong)
    refresher = _ids([body["refresher"]], offered, "refresher", wrong) if body["refresher"] else []
    _refuse(wrong)
    terms = Terms(**{name: body[name] for name in ("valid_days", "renew_days", "grace_days")})
    return Draft(
        document_id=document[0], name=body["name"], terms=terms, refresher_id=refresher[0] if refresher else None
    )


@bp.get("/certificate-plans")
@requires(Permission.CERTIFICATE_EDIT)
@bp.output(CertificatePlanList)
@bp.doc(summary="Rules of certificates: what gives one, and for how long")
def certificate_plans() -> dict[str, Any]:
    return page([_plan(plan) for plan in plans.plans()], None)


@bp.post("/certificate-plans")
@requires(Permission.CERTIFICATE_EDIT)
@bp.input(NewCertificatePlan, arg_name="body")
@bp.output(CertificatePlanBody, status_code=201)
@bp.doc(summary="Let the completion of a document give a certificate from now on", responses=refusals(409, 422))
def make_plan(body: dict[str, Any]) -> dict[str, Any]:
    draft = _draft(body)
    with transaction():
        public_id = plan_acts.make_plan(current_actor(), draft).public_id
    in_step(draft.document_id)
    return _plan(plans.plan_named(public_id))


@bp.put("/certificate-plans/<plan_id>")
@requires(Permission.CERTIFICATE_EDIT)
@bp.input(CertificatePlanChange, arg_name="body")
@bp.output(CertificatePlanMeaning)
@bp.doc(
    summary="Change the terms of a certificate, or say what that means; ends that are printed never move",
    responses=refusals(404, 422),
)
def change_plan(plan_id: str, body: dict[str, Any]) -> dict[str, Any]:
    plan = plans.plan_named(plan_id)
    draft = _draft(body, plan)
    meaning = plans.would_mean(plan, draft.terms, today())
    if not body["dry_run"]:
        with transaction():
            plan_acts.change_plan(current_actor(), plan.id, draft, active=body["active"])
        in_step(plan.document.document_id)
    return {
        "holders": meaning.holders,
        "lapse_today": meaning.lapse_today,
        "accepted_again": meaning.accepted_again,
        "done": not body["dry_run"],
    }


@bp.post("/certificate-plans/<plan_id>/issue")
@requires(Permission.CERTIFICATE_EDIT)
@bp.input(IssueWish, arg_name="body")
@bp.output(Issued)
@bp.doc(
    summary="Give the certificate to who completed its document before there was a rule", responses=refusals(404, 422)
)
def issue_plan(plan_id: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"given": issue_all(current_actor(), plans.plan_named(plan_id), from_today=body["since"] == "today")}
