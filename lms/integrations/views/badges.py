"""Open Badges: a person takes a certificate along, signed; everybody may have the keys and the list of those voided."""

import json

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from lms.core import clock, keys
from lms.core.access import Permission
from lms.core.audit import audit
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import settings
from lms.core.i18n import _
from lms.core.installation import company
from lms.integrations.queries import badges as reading
from lms.integrations.rules import badges as rules
from lms.integrations.views.room import bp
from lms.web.auth import current_actor, public, requires

JSON, VC_JWT = "application/json", "application/vc+jwt"
HOUR = "public, max-age=3600"
MOMENT = "public, max-age=60"
"""How long the list of those taken back may be believed."""


def base() -> str:
    """Return the academy's address without a slash at its end: that of the settings, else that of the request."""
    return (settings().base_url or request.url_root).rstrip("/")


@bp.post("/certificates/<certificate_id>/badge")
@requires(Permission.LEARN)
def badge(certificate_id: str) -> Response | FlaskResponse:
    """Take one's own certificate along as an Open Badge. as: svg (the picture with it inside) | jwt | json."""
    if not keys.available():
        raise NotFound()
    actor = current_actor()
    one = reading.own(actor, certificate_id, base())
    with transaction():
        keys.ensure()
        audit(actor.id, "badge.taken", "certificate", certificate_id, person_id=actor.id)
    signed = reading.signed(one)
    if signed is None:
        with transaction():
            keys.renew()  # the one there was is closed: LMS_SECRET_KEY is another one
        signed = reading.signed(one) or ""
    match request.form.get("as", ""):
        case "jwt":
            return _file(signed, VC_JWT, f"badge-{one.code}.jwt")
        case "json":
            return _file(
                json.dumps(rules.credential(one), ensure_ascii=False, indent=2), JSON, f"badge-{one.code}.json"
            )
        case "svg":
            return _file(rules.picture(one.name, one.company, signed), "image/svg+xml", f"badge-{one.code}.svg")
    flash(_("请选一种格式再下载徽章。"), "warn")
    return redirect(url_for("learning.certificate", certificate_id=certificate_id), 303)


def _file(content: str, kind: str, name: str) -> FlaskResponse:
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return FlaskResponse(content, mimetype=kind, headers=head)


@bp.get("/badges/issuer")
@public
def badge_issuer() -> FlaskResponse:
    """The profile of who issues badges."""
    return _open({"@context": list(rules.CONTEXTS), **rules.issuer(base(), company())})


@bp.get("/badges/jwks.json")
@public
def badge_keys() -> FlaskResponse:
    """The public half of every key by which was ever signed."""
    return _open({"keys": keys.public_keys()}, kind="application/jwk-set+json")


@bp.get("/badges/keys/<badge_key>")
@public
def one_badge_key(badge_key: str) -> FlaskResponse:
    """The public half of one key."""
    found = next((each for each in keys.public_keys() if each["kid"] == badge_key), None)
    if found is None:
        raise NotFound()
    return _open(found, kind="application/jwk+json")


@bp.get("/badges/did.json")
@public
def badge_did() -> FlaskResponse:
    """The document of the did:web name."""
    return _open(rules.did_document(base(), keys.public_keys()), kind="application/did+json")


@bp.get("/badges/achievements/<badge_plan>")
@public
def achievement(badge_plan: str) -> FlaskResponse:
    """What a badge is given for."""
    found = reading.given(badge_plan)
    return _open(
        {"@context": list(rules.CONTEXTS), **rules.achievement(base(), found.plan, found.name, found.criteria)}
    )


@bp.get("/badges/achievements/<badge_plan>.svg")
@public
def achievement_picture(badge_plan: str) -> FlaskResponse:
    """Its picture, with nobody's credential inside."""
    found = reading.given(badge_plan)
    return _open(rules.picture(found.name, company()), kind="image/svg+xml")


@bp.get("/badges/status/<int:status_list>")
@public
def badge_status(status_list: int) -> FlaskResponse:
    """Which certificates were taken back: bits without names, signed."""
    if status_list > 2**31 or not keys.available():
        raise NotFound()
    return _open(reading.status(status_list, base(), clock.now()), kind=VC_JWT, keep=MOMENT)


def _open(content: object, *, kind: str = JSON, keep: str = HOUR) -> FlaskResponse:
    """Answer what anybody may have, from whichever page they ask."""
    body = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    answer = FlaskResponse(body, mimetype=kind, headers={"Access-Control-Allow-Origin": "*"})
    answer.headers["Cache-Control"] = keep
    return answer
