"""What is believed of an OpenID provider: its description, its tokens, who they speak of. Pure."""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"},
)
"""How a token may be signed: with a key of which only the provider holds the secret half. Never `none`, never HS."""
SKEW = 120
"""Seconds by which the provider's clock and ours may differ."""
OLDEST_LOGOUT = 600
"""Seconds after which a word about somebody's sign-out is too old to be one."""
LONGEST = 255
"""Characters of what names somebody at the provider."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Untrue(Exception):
    """What came from the provider, or in its name, is not to be believed. word: what is wrong with it, for the log."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider as it describes itself. userinfo, end_session: "" where it has none. basic: how we prove ourselves."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    userinfo: str
    end_session: str
    basic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whom the provider vouches for. sid: its own session, "" where it names none.

    groups: None where the provider says that there are more than it writes into a token.
    """

    issuer: str
    subject: str
    sid: str
    number: str
    name: str
    email: str
    groups: frozenset[str] | None


def read_provider(document: Mapping[str, Any], issuer: str) -> Provider:
    """Return a provider from its discovery document. Raises Untrue where it is another one, or lacks what is needed."""
    if document.get("issuer") != issuer:
        raise Untrue("issuer")
    secure = urlsplit(issuer).scheme == "https"

    def address(name: str, *, needed: bool) -> str:
        found = document.get(name)
        if found is None and not needed:
            return ""
        if not isinstance(found, str) or urlsplit_scheme(found) not in ({"https"} if secure else {"http", "https"}):
            raise Untrue(name)
        return found

    ways = document.get("token_endpoint_auth_methods_supported")
    return Provider(
        issuer=issuer,
        authorization=address("authorization_endpoint", needed=True),
        token=address("token_endpoint", needed=True),
        jwks=address("jwks_uri", needed=True),
        userinfo=address("userinfo_endpoint", needed=False),
        end_session=address("end_session_endpoint", needed=False),
        basic=not isinstance(ways, list) or "client_secret_basic" in ways or "client_secret_post" not in ways,
    )


def urlsplit_scheme(address: str) -> str:
    """Return the scheme of an address, "" of one that is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.scheme if parts.netloc else ""


def asking(provider: Provider, *, client_id: str, back: str, scopes: str, state: str, nonce: str, verifier: str) -> str:
    """Return the address at which a browser asks to be signed in."""
    words = dict.fromkeys(["openid", *scopes.split()])
    values = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": " ".join(words),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return with_values(provider.authorization, values)


def leaving(provider: Provider, *, client_id: str, back: str, id_token: str) -> str:
    """Return the address at which a browser ends its session at the provider; "" where there is none."""
    if not provider.end_session:
        return ""
    values = {"client_id": client_id, "post_logout_redirect_uri": back}
    return with_values(provider.end_session, {**values, **({"id_token_hint": id_token} if id_token else {})})


def with_values(address: str, values: Mapping[str, str]) -> str:
    """Return an address with further values behind those that it has."""
    return address + ("&" if "?" in address else "?") + urlencode(values)


def challenge(verifier: str) -> str:
    """Return what is sent ahead of a verifier (PKCE, S256)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def head_of(token: str) -> tuple[str, str | None]:
    """Return algorithm and key id of a signed token. Raises Untrue where it is none, or not signed in a way we take."""
    first, _, _ = token.partition(".")
    if token.count(".") != 2 or not token.isascii():
        raise Untrue("form")
    try:
        head = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError) as error:
        raise Untrue("form") from error
    if not isinstance(head, dict) or "crit" in head:
        raise Untrue("form")
    algorithm, kid = head.get("alg"), head.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Untrue("alg")
    if kid is not None and not isinstance(kid, str):
        raise Untrue("kid")
    return algorithm, kid


def check_id_token(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: int) -> str:
    """Return of whom a signed id_token speaks. now: seconds since 1970. Raises Untrue."""
    _check_origin(claims, issuer, client_id)
    if _seconds(claims, "exp") <= now - SKEW:
        raise Untrue("exp")
    if "nbf" in claims and _seconds(claims, "nbf") > now + SKEW:
        raise Untrue("nbf")
    if _seconds(claims, "iat") > now + SKEW:
        raise Untrue("iat")
    said = claims.get("nonce")
    if not nonce or not isinstance(said, str) or not hmac.compare_digest(_raw(said), _raw(nonce)):
        raise Untrue("nonce")
    return _name(claims, "sub", needed=True)


def check_logout(claims: Mapping[str, Any], *, issuer: str, client_id: str, now: int) -> tuple[str, str, int]:
    """Return subject, session (one of them may be "") and instant of a signed logout_token. Raises Untrue."""
    _check_origin(claims, issuer, client_id)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT), Mapping):
        raise Untrue("events")
    if "nonce" in claims:  # so that no id_token passes for one
        raise Untrue("nonce")
    at = _seconds(claims, "iat")
    if not now - OLDEST_LOGOUT <= at <= now + SKEW:
        raise Untrue("iat")
    if "exp" in claims and _seconds(claims, "exp") <= now - SKEW:
        raise Untrue("exp")
    subject, sid = _name(claims, "sub", needed=False), _name(claims, "sid", needed=False)
    if not (subject or sid):
        raise Untrue("sub")
    return subject, sid, at


def _check_origin(claims: Mapping[str, Any], issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise Untrue("iss")
    meant = claims.get("aud")
    audience = meant if isinstance(meant, list) else [meant]
    if client_id not in audience:
        raise Untrue("aud")
    if claims.get("azp", client_id) != client_id or (len(audience) > 1 and "azp" not in claims):
        raise Untrue("azp")


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 2**53:
        raise Untrue(name)
    return int(found)


def _name(claims: Mapping[str, Any], name: str, *, needed: bool) -> str:
    found = claims.get(name, "")
    if not isinstance(found, str) or len(found) > LONGEST or not found.isprintable() or (needed and not found):
        raise Untrue(name)
    return found


def _raw(word: str) -> bytes:
    return word.encode(errors="surrogatepass")


def visitor(claims: Mapping[str, Any], *, issuer: str, number_claim: str, groups_claim: str) -> Visitor:
    """Return whom checked claims speak of; what has another form than it should counts as not said."""
    email = _word(claims.get("email")) if claims.get("email_verified", True) is not False else ""
    number = _word(claims.get(number_claim))
    if number_claim == "email":
        number = email
    elsewhere = claims.get("_claim_names")
    untold = groups_claim not in claims and isinstance(elsewhere, Mapping) and groups_claim in elsewhere
    return Visitor(
        issuer=issuer,
        subject=str(claims.get("sub", "")),
        sid=_word(claims.get("sid")),
        number=number,
        name=_word(claims.get("name")),
        email=email,
        groups=None if untold else groups_of(claims, groups_claim),
    )


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Return the groups of a claim, with and without a leading `/`. A dot leads inside, as in `realm_access.roles`."""
    found: Any = claims.get(claim)
    if found is None and "." in claim:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed: Sequence[Any] = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    words = [each for each in listed if isinstance(each, str)]
    return frozenset(words) | {each.removeprefix("/") for each in words}


def _word(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST:
        value = str(value)
    word = value.strip() if isinstance(value, str) else ""
    return word if word.isprintable() and len(word) <= LONGEST else ""
