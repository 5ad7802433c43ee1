"""Choosing what a link of another learning system leads to (deep linking)."""

import secrets
from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, session

from lms.content import queries as content
from lms.core import clock, keys
from lms.core.access import Permission
from lms.core.i18n import _
from lms.lti.queries import platforms as reading
from lms.lti.rules.launch import chosen, item
from lms.lti.views.launching import CHOOSING, refusal
from lms.lti.views.room import bp, origin, policy, require
from lms.web.addresses import full_address
from lms.web.auth import current_actor, requires

MOST = 20
"""Documents that may be chosen at once."""


@bp.get("/lti/choose")
@requires(Permission.LEARN)
def choose() -> FlaskResponse:
    """Show what can be linked."""
    require()
    begun = _begun()
    return _page(begun, "") if begun else refusal("expired")


@bp.post("/lti/choose")
@requires(Permission.LEARN)
def choose_these() -> FlaskResponse:
    """Sign what was chosen, and show the button by which the browser takes it back. document: public names."""
    require()
    begun = _begun()
    if begun is None:
        return refusal("expired")
    wanted = request.form.getlist("document")[:MOST]
    offered = {each.name: each for each in content.choices(current_actor(), reading.KINDS)}
    found = [offered[name] for name in dict.fromkeys(wanted) if name in offered]
    if not found or (len(found) > 1 and not begun["several"]):
        return _page(begun, _("请选一份内容。") if not begun["several"] else _("请至少选一份内容。"), 422)
    platform = reading.named(begun["platform"])
    now = int(clock.now().timestamp())
    target = full_address(".launch")
    signed = keys.sign(
        chosen(
            client_id=platform.client_id,
            issuer=platform.issuer,
            deployment=begun["deployment"],
            data=begun["data"],
            items=[item(each.title, each.name, target, scored=each.kind in reading.SCORED) for each in found],
            now=now,
            nonce=secrets.token_hex(16),
        ),
        typ="JWT",
    )
    if signed is None:
        return refusal("keys")
    session.pop(CHOOSING, None)
    page = make_response(
        render_template("lms/lti/chosen.html", back=begun["back"], signed=signed, found=found, name=platform.name)
    )
    page.headers.update(policy(form_to=origin(begun["back"])))
    return page


def _begun() -> dict[str, Any] | None:
    found = session.get(CHOOSING)
    if not isinstance(found, dict) or found.get("until", 0) < int(clock.now().timestamp()):
        return None
    return found


def _page(begun: dict[str, Any], wrong: str, status: int = 200) -> FlaskResponse:
    return make_response(
        render_template(
            "lms/lti/choose.html",
            choices=content.choices(current_actor(), reading.KINDS),
            several=begun["several"],
            wrong=wrong,
        ),
        status,
    )
