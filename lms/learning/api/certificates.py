"""JSON of certificates, and of who may take which queue."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from flask import jsonify
from flask.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.here import today
from lms.learning.actions import certificates as acting
from lms.learning.api.room import bp
from lms.learning.queries import certificates as reading
from lms.learning.queries import queues as queue_reading
from lms.learning.rules.certificates import State, code_shown
from lms.learning.rules.queues import right_of
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires

MOST_PEOPLE = 500


class CertificateItem(Schema):
    code = String(required=True, metadata={"example": "K7PM-3XQD-9RTV"})
    name = String(required=True)
    document = String(required=True, metadata={"example": "quiz:onboarding/return-7d"})
    state = String(required=True, validate=OneOf([state.value for state in State]))
    valid = Boolean(required=True, metadata={"description": "holds today, its grace included"})
    issued_at = String(required=True, metadata={"format": "date-time"})
    valid_from = Date(required=True)
    valid_until = Date(required=True, allow_none=True, metadata={"description": "the last day; null = for ever"})
    accepted_until = Date(required=True, allow_none=True, metadata={"description": "with its days of grace"})
    renewed_by = String(required=True, metadata={"description": "the document that renews it"})


class Certificates(Schema):
    items = List(Nested(CertificateItem), required=True)
    next = Integer(required=True, allow_none=True)


class RightItem(Schema):
    employee_no = String(required=True)
    queue = String(required=True, metadata={"description": "its code in the customer-service system"})
    allowed = Boolean(required=True)
    since = String(required=True, metadata={"format": "date-time"})
    lacks = List(String(), required=True, metadata={"description": "what is missing, `kind:slug`"})
    override_until = Date(
        required=True, allow_none=True, metadata={"description": "a supervisor's word decides until this day"}
    )


class Rights(Schema):
    items = List(Nested(RightItem), required=True)
    next = String(required=True, allow_none=True)


RIGHTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "whole people at a time", "content": {"application/json": {"schema": Rights}}}
}


class RightsQuery(Schema):
    after = String(
        load_default="", validate=Length(max=40), metadata={"description": "employee number of the last person known"}
    )
    limit = Integer(
        load_default=100,
        validate=Range(min=1, max=MOST_PEOPLE),
        metadata={"description": "people, each with every queue"},
    )


@bp.get("/me/certificates")
@bp.output(Certificates)
@requires(Permission.LEARN)
def my_certificates() -> dict[str, Any]:
    """My certificates, those that hold first."""
    found = []
    for one in reading.of_person(current_actor().id, today()):
        renewed_by = one.plan.refresher or one.plan.document
        found.append(
            {
                "code": code_shown(one.code),
                "name": one.plan.name,
                "document": f"{one.plan.document.kind}:{one.plan.document.slug}",
                "state": one.state.value,
                "valid": one.is_valid,
                "issued_at": instant(one.issued_at),
                "valid_from": one.valid_from,
                "valid_until": one.valid_until,
                "accepted_until": one.accepted_until,
                "renewed_by": f"{renewed_by.kind}:{renewed_by.slug}",
            }
        )
    return page(found, None)


@bp.get("/queues/rights")
@requires(Permission.PERSON_READ)
@bp.input(RightsQuery, location="query", arg_name="asked")
@bp.doc(
    summary="Who may take which queue now: the full state, for the other system's own comparison",
    responses=RIGHTS,
)
def queue_rights(asked: dict[str, Any]) -> Response:
    found, following = queue_reading.rights_after(current_actor(), asked["after"], asked["limit"])
    rights = [(number, row, right_of(row.allowed, row.why)) for number, row in found]
    names = queue_reading.public_names({each for _, _row, one in rights for each in one.lacks})
    items = [
        {
            "employee_no": number,
            "queue": row.code,
            "allowed": one.allowed,
            "since": instant(row.since),
            "lacks": [names[each] for each in one.lacks if each in names],
            "override_until": row.override_until.isoformat() if row.override_until is not None else None,
        }
        for number, row, one in rights
    ]
    return jsonify(page(items, following))


class RevokeBody(Schema):
    reason = String(
        required=True, validate=Length(min=1, max=300), metadata={"description": "its holder and their lead read it"}
    )


@bp.post("/certificates/<certificate_id>/revoke")
@requires(Permission.CERTIFICATE_EDIT)
@bp.input(RevokeBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Take a certificate back; the queues that it opened close", responses=refusals(404, 409, 422))
def revoke_certificate(certificate_id: str, body: dict[str, Any]) -> str:
    actor = current_actor()
    reading.certificate(actor, certificate_id)
    with transaction():
        acting.revoke(actor, certificate_id, body["reason"])
    return ""
