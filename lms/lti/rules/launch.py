"""Whether a launch by another learning system may be believed, and what it says. Pure.

Its signature is checked before (lms/lti/platform.py); here is everything that a signed message can still have wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESOURCE, CHOOSING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
LEEWAY = 60
"""Seconds by which two clocks may differ."""
LONGEST = 3_600
"""Seconds after which a message is old, whatever it says itself."""
MOST = 400
"""Characters of what is kept of a message; more is refused, not cut."""


class NotBelieved(Exception):
    """A launch is refused. word: a key of lms/lti/views/launching.py's WHY."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the registration and this browser's beginning say. deployments: those that may lead here."""

    issuer: str
    client_id: str
    deployments: tuple[str, ...]
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Where a chosen document is told. data: to be given back as it is; several: more than one may be chosen."""

    return_url: str
    data: str
    several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a launch says. subject: the person there; custom: the link's own words; link: the resource link, "" = none.

    email, number: of the person, "" = not told. lineitem: where a score goes, "" = nowhere. framed: to be shown in it.
    """

    kind: str
    subject: str
    deployment: str
    name: str
    email: str
    number: str
    custom: Mapping[str, str]
    link: str
    lineitem: str
    choosing: Choosing | None


def read(claims: Mapping[str, Any], expected: Expected, now: int, number_claim: str = "") -> Launch:
    """Return what a signed launch says. now: seconds since 1970. Raises NotBelieved for everything that is not right.

    number_claim: name of the custom value, or of the claim, that holds the employee number.
    """
    if claims.get("iss") != expected.issuer:
        raise NotBelieved("issuer")
    _audience(claims, expected.client_id)
    _times(claims, now)
    if not expected.nonce or claims.get("nonce") != expected.nonce:
        raise NotBelieved("nonce")
    if claims.get(f"{CLAIM}/version") != "1.3.0":
        raise NotBelieved("version")
    deployment = claims.get(f"{CLAIM}/deployment_id")
    if not isinstance(deployment, str) or deployment not in expected.deployments:
        raise NotBelieved("deployment")
    kind = claims.get(f"{CLAIM}/message_type")
    if kind not in (RESOURCE, CHOOSING):
        raise NotBelieved("message")
    subject = _text(claims.get("sub"), "subject")
    if not subject:
        raise NotBelieved("subject")
    custom = {name: value for name, value in _object(claims, f"{CLAIM}/custom").items() if _is_kept(value)}
    link = _text(_object(claims, f"{CLAIM}/resource_link").get("id"), "message") if kind == RESOURCE else ""
    if kind == RESOURCE and not link:
        raise NotBelieved("message")
    return Launch(
        kind=kind,
        subject=subject,
        deployment=deployment,
        name=_text(claims.get("name"), "message"),
        email=_text(claims.get("email"), "message").strip().lower(),
        number=_number(claims, custom, number_claim),
        custom=custom,
        link=link,
        lineitem=_lineitem(claims) if kind == RESOURCE else "",
        choosing=_choosing(claims) if kind == CHOOSING else None,
    )


def _audience(claims: Mapping[str, Any], client_id: str) -> None:
    meant = claims.get("aud")
    every = [meant] if isinstance(meant, str) else meant
    if not isinstance(every, list) or client_id not in every:
        raise NotBelieved("audience")
    party = claims.get("azp")
    if (len(every) > 1 and party is None) or (party is not None and party != client_id):
        raise NotBelieved("audience")


def _times(claims: Mapping[str, Any], now: int) -> None:
    ends, made = claims.get("exp"), claims.get("iat")
    if not _is_time(ends) or not _is_time(made):
        raise NotBelieved("expired")
    assert isinstance(ends, (int, float))
    assert isinstance(made, (int, float))
    if ends < now - LEEWAY or made < now - LONGEST or made > now + LEEWAY:
        raise NotBelieved("expired")


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**40


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = claims.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object, word: str) -> str:
    """Return a text of a message, "" where there is none. Raises NotBelieved for one that can't be kept."""
    if value is None:
        return ""
    if not _is_kept(value):
        raise NotBelieved(word)
    return str(value)


def _is_kept(value: object) -> bool:
    """Return whether something is a text that every database holds."""
    return (
        isinstance(value, str)
        and len(value) <= MOST
        and not any(sign == "\0" or 0xD800 <= ord(sign) < 0xE000 for sign in value)
    )


def _number(claims: Mapping[str, Any], custom: Mapping[str, str], name: str) -> str:
    if not name:
        return ""
    found = custom.get(name, claims.get(name))
    return _text(found, "subject").strip() if isinstance(found, str) else ""


def _lineitem(claims: Mapping[str, Any]) -> str:
    found = _object(claims, AGS)
    scopes = found.get("scope")
    if not isinstance(scopes, list) or SCORE_SCOPE not in scopes:
        return ""
    return _text(found.get("lineitem"), "message")


def _choosing(claims: Mapping[str, Any]) -> Choosing:
    found = _object(claims, f"{DEEP}/deep_linking_settings")
    accepted = found.get("accept_types")
    back = _text(found.get("deep_link_return_url"), "message")
    data = found.get("data", "")
    if (
        not back.startswith(("https://", "http://"))
        or not isinstance(accepted, list)
        or "ltiResourceLink" not in accepted
        or not isinstance(data, str)
    ):
        raise NotBelieved("message")
    if len(data) > 2_000:
        raise NotBelieved("message")
    return Choosing(return_url=back, data=data, several=found.get("accept_multiple") is True)


def chosen(
    *, client_id: str, issuer: str, deployment: str, data: str, items: Sequence[Mapping[str, Any]], now: int, nonce: str
) -> dict[str, Any]:
    """Return what is signed of a choice, for the learning system that asked."""
    found = {
        "iss": client_id,
        "aud": issuer,
        "iat": now,
        "exp": now + 300,
        "nonce": nonce,
        f"{CLAIM}/message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}/version": "1.3.0",
        f"{CLAIM}/deployment_id": deployment,
        f"{DEEP}/content_items": list(items),
    }
    return found | ({f"{DEEP}/data": data} if data else {})


def item(title: str, name: str, launch_url: str, *, scored: bool) -> dict[str, Any]:
    """Return a chosen document. name: its public name, `quiz:onboarding/return-7d`."""
    found: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": title,
        "url": launch_url,
        "custom": {"document": name},
    }
    if scored:
        found["lineItem"] = {"label": title, "scoreMaximum": 100, "resourceId": name}
    return found
