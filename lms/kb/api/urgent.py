"""Urgent notices over `/api/v1`: sending one, who has confirmed it, letting it stand longer, taking it down."""

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.accounts import queries as accounts
from lms.content import queries as content
from lms.content.rules.paths import MAX_SLUG
from lms.core import clock
from lms.core.access import Actor, Permission, Role
from lms.core.db import new_public_id, transaction
from lms.core.errors import Invalid, NotFound
from lms.core.texts import Text, text
from lms.kb.actions import urgent as actions
from lms.kb.forms import USUAL, USUAL_DUE, no_such_article
from lms.kb.queries import urgent as reading
from lms.kb.queries.urgent import Sent
from lms.kb.rules.urgent import BODY, LONGEST_DUE, TITLE, Audience, check
from lms.web.api import MOST, instant, page, refusals
from lms.web.auth import current_actor, requires

bp = APIBlueprint("kb_urgent_api", __name__, url_prefix="/api/v1/kb/urgent", tag="Urgent notices")

ROLES = [role.value for role in Role]
MOST_NAMED = 500
"""Teams or shops that one notice may name."""
MOST_MINUTES = int(LONGEST_DUE.total_seconds() // 60)
_CODES = Length(max=40)


class UrgentOrder(Schema):
    title = String(required=True, validate=Length(min=1, max=TITLE))
    body = String(load_default="", validate=Length(max=BODY))
    article = String(
        load_default="", validate=Length(max=MAX_SLUG), metadata={"description": "slug of what it is about"}
    )
    minutes = Integer(
        load_default=USUAL_DUE,
        strict=True,
        validate=Range(min=1, max=MOST_MINUTES),
        metadata={"description": "in which it is to be confirmed"},
    )
    until = AwareDateTime(
        load_default=None, allow_none=True, metadata={"description": "how long it stands; null: a day"}
    )
    teams = List(
        String(validate=_CODES),
        load_default=list,
        validate=Length(max=MOST_NAMED),
        metadata={"description": "codes, with all below; without teams, shops and roles: everybody whom one may reach"},
    )
    shops = List(
        String(validate=_CODES),
        load_default=list,
        validate=Length(max=MOST_NAMED),
        metadata={"description": "codes: whoever serves one of them"},
    )
    roles = List(String(validate=OneOf(ROLES)), load_default=list, validate=Length(max=len(ROLES)))
    dry_run = Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"description": "only say how many it would reach"}
    )


class UntilBody(Schema):
    until = AwareDateTime(required=True)


class UrgentTeam(Schema):
    team = String(required=True, metadata={"description": "name; empty: without a team"})
    people = Integer(required=True)


class UrgentSent(Schema):
    id = String(required=True, allow_none=True, metadata={"description": "null for a dry run"})
    people = Integer(required=True, metadata={"description": "whom it reaches now"})
    teams = List(Nested(UrgentTeam), required=True)


class UrgentLine(Schema):
    id = String(required=True)
    title = String(required=True)
    sender = String(required=True, metadata={"description": "name"})
    sent_at = String(required=True, metadata={"format": "date-time"})
    due_at = String(required=True, metadata={"format": "date-time"})
    until = String(required=True, metadata={"format": "date-time"})
    withdrawn_at = String(required=True, allow_none=True, metadata={"format": "date-time"})
    live = Boolean(required=True)
    confirmed = Integer(required=True, metadata={"description": "of the people whom the caller sees"})
    people = Integer(required=True)


class UrgentList(Schema):
    items = List(Nested(UrgentLine), required=True)
    next = Integer(required=True, allow_none=True)


class UrgentReader(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    confirmed_at = String(required=True, allow_none=True, metadata={"format": "date-time"})


class UrgentBody(UrgentLine):
    body = String(required=True)
    readers = List(Nested(UrgentReader), required=True, metadata={"description": "those whom the caller sees"})


class UrgentQuery(Schema):
    after = Integer(load_default=None, strict=False, allow_none=True, validate=Range(min=1, max=MOST))
    limit = Integer(load_default=50, strict=False, validate=Range(min=1, max=200))


@bp.get("")
@requires(Permission.URGENT_SEND)
@bp.input(UrgentQuery, location="query", arg_name="query")
@bp.output(UrgentList)
@bp.doc(summary="Notices with how many have confirmed, the newest first", responses=refusals(422))
def notices(query: dict[str, Any]) -> dict[str, Any]:
    limit = query["limit"]
    found = reading.sent(current_actor(), limit=limit + 1, before=query["after"])
    shown = found[:limit]
    return page([_line(each) for each in shown], shown[-1].id if len(found) > limit else None)


@bp.post("")
@requires(Permission.URGENT_SEND)
@bp.input(UrgentOrder, arg_name="body")
@bp.output(UrgentSent, status_code=201)
@bp.doc(
    summary="Send an urgent notice that people have to confirm; `dry_run` only counts whom it would reach (200)",
    responses={200: "a dry run: nothing was sent", **refusals(422)},
)
def send(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    actor = current_actor()
    draft = _draft(actor, body)
    counts = reading.counted(actions.within(actor, draft.audience))
    answer = {
        "id": None,
        "people": sum(each.count for each in counts),
        "teams": [{"team": each.name, "people": each.count} for each in counts],
    }
    if body["dry_run"]:
        return answer, 200
    with transaction():
        return answer | {"id": actions.send(actor, draft).public_id}, 201


@bp.get("/<urgent_id>")
@requires(Permission.URGENT_SEND)
@bp.output(UrgentBody)
@bp.doc(summary="One notice, and who has confirmed it", responses=refusals(404))
def notice(urgent_id: str) -> dict[str, Any]:
    return _whole(current_actor(), urgent_id)


@bp.post("/<urgent_id>/extend")
@requires(Permission.URGENT_SEND)
@bp.input(UntilBody, arg_name="body")
@bp.output(UrgentBody, status_code=200)
@bp.doc(
    summary="Let a notice stand until another time: one's own, or any for who reaches all",
    responses=refusals(404, 409, 422),
)
def extend(urgent_id: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        actions.extend(actor, urgent_id, body["until"])
    return _whole(actor, urgent_id)


@bp.post("/<urgent_id>/withdraw")
@requires(Permission.URGENT_SEND)
@bp.output(UrgentBody, status_code=200)
@bp.doc(summary="Take a notice down now; done already it stays so", responses=refusals(404, 409))
def withdraw(urgent_id: str) -> dict[str, Any]:
    actor = current_actor()
    with transaction():
        actions.withdraw(actor, urgent_id)
    return _whole(actor, urgent_id)


def _draft(actor: Actor, body: dict[str, Any]) -> actions.Draft:
    """Return the notice that a body asks for. Raises Invalid with every name that is not known."""
    teams = {row.code: row.id for row in accounts.team_tree()}
    shops = {shop.code: shop.id for shop in accounts.shops()}
    wrong: dict[str, Text] = {}
    if unknown := sorted(set(body["teams"]) - teams.keys()):
        wrong["teams"] = text("没有代码为 %(code)s 的团队。", code="、".join(unknown))
    if unknown := sorted(set(body["shops"]) - shops.keys()):
        wrong["shops"] = text("没有代码为 %(code)s 的店铺。", code="、".join(unknown))
    document_id = None
    if body["article"]:
        try:
            document_id = content.open_published(actor, "article", body["article"]).document_id
        except NotFound:
            wrong |= no_such_article().fields
    now = clock.now()
    due_at, until_at = now + timedelta(minutes=body["minutes"]), body["until"] or now + USUAL
    try:
        check(body["title"], body["body"], now, due_at, until_at)
    except Invalid as error:
        wrong |= error.fields
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return actions.Draft(
        public_id=new_public_id(),
        title=body["title"],
        body=body["body"],
        audience=Audience(
            teams=frozenset(teams[code] for code in body["teams"]),
            shops=frozenset(shops[code] for code in body["shops"]),
            roles=frozenset(Role(each) for each in body["roles"]),
        ),
        due_at=due_at,
        until_at=until_at,
        document_id=document_id,
    )


def _line(notice: Sent) -> dict[str, Any]:
    return {
        "id": notice.public_id,
        "title": notice.title,
        "sender": notice.sender,
        "sent_at": instant(notice.sent_at),
        "due_at": instant(notice.due_at),
        "until": instant(notice.until_at),
        "withdrawn_at": instant(notice.withdrawn_at),
        "live": notice.is_live(clock.now()),
        "confirmed": notice.done,
        "people": notice.total,
    }


def _whole(actor: Actor, urgent_id: str) -> dict[str, Any]:
    notice = reading.one_sent(actor, urgent_id)
    return {
        **_line(notice),
        "body": notice.body,
        "readers": [
            {
                "employee_no": each.employee_no,
                "name": each.name,
                "team": team.name,
                "confirmed_at": instant(each.confirmed_at),
            }
            for team in reading.readers(actor, notice)
            for each in team.readers
        ],
    }
