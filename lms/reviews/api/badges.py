"""Badges over the API: which there are, the company's own, and those that are given no more."""

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.i18n import say, say_in
from lms.reviews.actions import badges as acts
from lms.reviews.api.room import bp
from lms.reviews.queries import badges as reading
from lms.reviews.rules.badges import LONGEST_HOW, LONGEST_NAME, MOST_THRESHOLD, BadgeDraft, Rule
from lms.web.api import page, refusals
from lms.web.auth import current_actor, requires

RULES = [rule.value for rule in Rule]


class BadgeIn(Schema):
    name = String(required=True, validate=Length(min=1, max=LONGEST_NAME))
    name_en = String(load_default="", validate=Length(max=LONGEST_NAME), metadata={"description": "empty: the same"})
    how = String(required=True, validate=Length(min=1, max=LONGEST_HOW), metadata={"description": "how one gets it"})
    how_en = String(load_default="", validate=Length(max=LONGEST_HOW))
    mark = String(required=True, validate=Length(min=1, max=1), metadata={"description": "one character, its sign"})
    rule = String(required=True, validate=OneOf(RULES), metadata={"description": "what is counted"})
    threshold = Integer(required=True, strict=True, validate=Range(min=1, max=MOST_THRESHOLD))


class BadgeChange(BadgeIn):
    name_en = String(validate=Length(max=LONGEST_NAME), metadata={"description": "left out: as it is"})
    how_en = String(validate=Length(max=LONGEST_HOW), metadata={"description": "left out: as it is"})


class BadgeOut(Schema):
    code = String(required=True)
    name = String(required=True, metadata={"description": "in the caller's language"})
    how = String(required=True)
    mark = String(required=True)
    rule = String(required=True, metadata={"enum": RULES})
    threshold = Integer(required=True)
    given = Boolean(required=True, metadata={"description": "false: given no more, who has it keeps it"})


class BadgeAnswer(BadgeOut):
    """One badge by itself."""


class BadgeList(Schema):
    items = List(Nested(BadgeOut), required=True)
    next = Integer(required=True, allow_none=True)


class BadgeAct(Schema):
    act = String(
        required=True,
        validate=OneOf(["stop", "use", "reset"]),
        metadata={"description": "give it no more, give it again, let a shipped one be as it came"},
    )


@bp.get("/badges")
@requires(Permission.LEARN)
@bp.output(BadgeList)
@bp.doc(summary="The badges; with `award.edit` also those that are given no more")
def badges() -> dict[str, Any]:
    return page(_every(edits=allows(current_actor(), Permission.AWARD_EDIT)), None)


def _every(*, edits: bool) -> list[dict[str, Any]]:
    given = reading.badges()
    return [
        {
            "code": code,
            "name": say(badge.name),
            "how": say(badge.how),
            "mark": say(badge.mark),
            "rule": badge.rule.value,
            "threshold": badge.threshold,
            "given": code in given,
        }
        for code, badge in reading.badges(every=edits).items()
    ]


def _one(code: str) -> dict[str, Any]:
    return next(each for each in _every(edits=True) if each["code"] == code)


@bp.post("/badges")
@requires(Permission.AWARD_EDIT)
@bp.input(BadgeIn, arg_name="body")
@bp.output(BadgeAnswer, status_code=201)
@bp.doc(summary="Add a badge of the company's own", responses=refusals(409, 422))
def make_badge(body: dict[str, Any]) -> dict[str, Any]:
    with transaction():
        return _one(acts.add(current_actor(), BadgeDraft(**body)))


@bp.put("/badges/<own_badge>")
@requires(Permission.AWARD_EDIT)
@bp.input(BadgeChange, arg_name="body")
@bp.output(BadgeAnswer)
@bp.doc(summary="Change a badge; who has it keeps it", responses=refusals(404, 422))
def change_badge(own_badge: str, body: dict[str, Any]) -> dict[str, Any]:
    badge, row = reading.badges(every=True).get(own_badge), reading.kind(own_badge)
    if badge is None:
        raise NotFound()
    kept = {
        "name_en": row.name_en if row else say_in(badge.name, "en"),
        "how_en": row.how_en if row else say_in(badge.how, "en"),
    }
    for field, now, chinese in (
        ("name", badge.name, row.name if row else say_in(badge.name, "zh_CN")),
        ("how", badge.how, row.how if row else say_in(badge.how, "zh_CN")),
    ):
        if body[field].strip() == say(now):  # as it was read, in whatever language
            kept[field] = chinese
            body.pop(field)
    with transaction():
        acts.change(current_actor(), own_badge, BadgeDraft(**{**kept, **body}))
        return _one(own_badge)


@bp.post("/badges/<own_badge>")
@requires(Permission.AWARD_EDIT)
@bp.input(BadgeAct, arg_name="body")
@bp.output(BadgeAnswer)
@bp.doc(summary="Give a badge no more, give it again, or let it be as it came", responses=refusals(404, 422))
def act_on_badge(own_badge: str, body: dict[str, Any]) -> dict[str, Any]:
    if own_badge not in reading.badges(every=True):
        raise NotFound()
    with transaction():
        if body["act"] == "reset":
            acts.reset(current_actor(), own_badge)
        else:
            acts.set_use(current_actor(), own_badge, active=body["act"] == "use")
        return _one(own_badge)
