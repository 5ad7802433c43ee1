"""JSON of rules and of single duties for reading, and giving a document to people."""

from datetime import date
from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, String
from apiflask.validators import Length, Range

from lms.accounts.queries import ids_by_no, team_id_of
from lms.assignments import actions, choosing
from lms.assignments.actions.give import TOGETHER
from lms.assignments.api.room import bp
from lms.assignments.queries.ruling import RuleLine, names, rule_lines
from lms.assignments.queries.why import Event, Reason, Why, why
from lms.assignments.wording import audience_words, due_words
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.i18n import say
from lms.core.texts import text
from lms.web.api import instant, refusals
from lms.web.auth import current_actor, requires

_MAYBE: dict[str, Any] = {"required": True, "allow_none": True}
_AT = {"format": "date-time"}


class RuleBody(Schema):
    id = String(required=True)
    name = String(required=True)
    document = String(required=True, metadata={"description": "kind and slug, course:quarterly/2026q4"})
    audience = Dict(required=True, metadata={"description": "AND between keys, OR within; empty: everybody"})
    due = Dict(required=True)
    words = String(required=True, metadata={"description": "whom and by when, in the caller's language"})
    source = String(required=True, metadata={"description": "manual, document, cycle or campaign"})
    state = String(required=True, metadata={"description": "on, later, over, resting (document not published)"})
    from_on = Date(**_MAYBE)
    until_on = Date(**_MAYBE)
    people = Integer(required=True, metadata={"description": "of whom it asks something"})
    done = Integer(required=True)
    overdue = Integer(required=True)


class RuleList(Schema):
    items = List(Nested(RuleBody), required=True)
    next = Integer(**_MAYBE)


class ReasonBody(Schema):
    sentence = String(required=True)
    due_on = Date(**_MAYBE)
    since = String(required=True, metadata=_AT)
    until = String(**_MAYBE, metadata=_AT)
    decides = Boolean(required=True, metadata={"description": "it gives the due day"})


class EventBody(Schema):
    at = String(required=True, metadata=_AT)
    sentence = String(required=True)
    by = String(required=True)
    note = String(required=True)


class DutyBody(Schema):
    id = Integer(required=True)
    document = String(required=True)
    title = String(required=True)
    employee_no = String(required=True)
    state = String(required=True, metadata={"description": "open, done, exempt, optional or withdrawn"})
    due_on = Date(**_MAYBE)
    extended_to = Date(**_MAYBE)
    done = Integer(required=True)
    total = Integer(required=True)
    exempt_reason = String(required=True)
    exempt_until = Date(**_MAYBE)
    reasons = List(Nested(ReasonBody), required=True)
    history = List(Nested(EventBody), required=True)


@bp.get("/rules")
@requires(Permission.RULE_EDIT)
@bp.output(RuleList)
@bp.doc(summary="The rules by which documents are given, with how far they are done", responses=refusals())
def rules() -> dict[str, Any]:
    known = names()
    return {"items": [_rule(each, known) for each in rule_lines()], "next": None}


@bp.get("/duties/<int:duty_id>")
@requires(Permission.LEARN)
@bp.output(DutyBody)
@bp.doc(summary="Why somebody owes something and by when", responses=refusals(404))
def duty(duty_id: int) -> dict[str, Any]:
    return _duty(why(current_actor(), duty_id))


def _rule(line: RuleLine, known: Any) -> dict[str, Any]:
    whom = "，".join(say(each) for each in audience_words(line.audience, known))
    return {
        "id": line.public_id,
        "name": line.words,
        "document": f"{line.kind}:{line.slug}",
        "audience": line.audience.to_json(),
        "due": line.due.to_json(),
        "words": f"{whom} · {say(due_words(line.due))}",
        "source": line.source,
        "state": line.state,
        "from_on": line.from_on,
        "until_on": line.until_on,
        "people": line.people,
        "done": line.done,
        "overdue": line.late,
    }


def _duty(found: Why) -> dict[str, Any]:
    return {
        "id": found.id,
        "document": f"{found.kind}:{found.slug}",
        "title": found.title,
        "employee_no": found.employee_no,
        "state": found.state,
        "due_on": found.counted_on,
        "extended_to": found.extended_to,
        "done": found.done,
        "total": found.total,
        "exempt_reason": found.excuse.reason if found.excuse else "",
        "exempt_until": found.excuse.until_on if found.excuse else None,
        "reasons": [_reason(each) for each in found.reasons],
        "history": [_event(each) for each in found.history],
    }


def _reason(each: Reason) -> dict[str, Any]:
    return {
        "sentence": say(each.sentence),
        "due_on": each.due_on,
        "since": instant(each.since),
        "until": instant(each.until) if each.until else None,
        "decides": each.decides,
    }


def _event(each: Event) -> dict[str, Any]:
    return {"at": instant(each.at), "sentence": say(each.sentence), "by": each.who, "note": each.note}


class GiveBody(Schema):
    document = String(
        required=True, validate=Length(min=1, max=300), metadata={"description": "kind:slug, course:quarterly/2026q4"}
    )
    people = List(
        String(validate=Length(max=40)),
        load_default=[],
        validate=Length(max=5_000),
        metadata={"description": "numbers; this or team"},
    )
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code, with all below"})
    due_on = Date(load_default=None, allow_none=True, validate=Range(max=date(2200, 1, 1)))


class GivenBody(Schema):
    people = Integer(required=True, metadata={"description": "whom it reaches"})
    new = Integer(**_MAYBE, metadata={"description": "who did not owe it before; null where people were named"})


@bp.post("/assignments")
@requires(Permission.ASSIGN)
@bp.input(GiveBody, arg_name="body")
@bp.output(GivenBody)
@bp.doc(
    summary="Give a document to people or to a team; who owes it already gets one more reason",
    responses=refusals(404, 422),
)
def give(body: dict[str, Any]) -> dict[str, Any]:
    actor, due_on = current_actor(), body["due_on"]
    document_id = next((each.document_id for each in choosing.choices(actor) if each.name == body["document"]), None)
    if document_id is None:
        reason = text("没有这份可以派的内容。")
        raise Invalid(reason, fields={"document": reason})
    if bool(body["people"]) == bool(body["team"]):
        reason = text("请写工号或团队，二选一。")
        raise Invalid(reason, fields={"people": reason})
    new = None
    if body["team"]:
        team_id = team_id_of(body["team"])
        chosen = choosing.choose(actor, document_id, team_id=team_id, cohort_id=None, due_on=due_on, today=today())
        people, new = chosen.person_ids, len(chosen.fresh)
    else:
        people = _named(body["people"])
        if due_on is not None and due_on < today():
            reason = text("截止日不能早于今天。")
            raise Invalid(reason, fields={"due_on": reason})
    for first in range(0, len(people), TOGETHER):
        with transaction():
            actions.assign(actor, people[first : first + TOGETHER], document_id, due_on=due_on)
    return {"people": len(people), "new": new}


def _named(numbers: list[str]) -> list[int]:
    """Return the ids of these people. Raises Invalid where the caller may not give to one of them, or there is none."""
    actor = current_actor()
    found = ids_by_no(actor, numbers, Permission.ASSIGN)
    if len(found) < len(set(numbers)):
        unknown = [each for each in sorted(set(numbers)) if not ids_by_no(actor, [each], Permission.ASSIGN)]
        reason = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
        raise Invalid(reason, fields={"people": reason})
    return found
