"""The OpenID provider of the company as it is reached: its description and keys, codes for tokens, who somebody is.

Each process keeps what the provider says of itself for an hour. A token signed with a key that is not known lets the
keys be fetched once more, at most every half minute whatever is sent to us.
"""

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from lms.core import clock, http, optional
from lms.core.here import settings
from lms.core.trouble import Trouble
from lms.signon.rules.oidc import Provider, Untrue, Visitor, check_id_token, head_of, read_provider, visitor

FRESH = timedelta(hours=1)
"""How long a description and keys are believed without asking again."""
AGAIN = timedelta(seconds=30)
"""How long keys are not fetched anew because of a key that nobody knows."""
SECONDS = 6.0
"""How long the provider may take for one answer: somebody is waiting."""


@dataclass
class _Known:
    """What this process knows of a provider."""

    provider: Provider
    at: datetime
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_at: datetime | None = None
    again_at: datetime | None = None


_kept: dict[str, _Known] = {}
_lock = threading.Lock()


def is_set() -> bool:
    """Return whether people can sign in through a provider here."""
    return bool(settings().oidc_issuer and optional.joserfc())


def known() -> Provider:
    """Return the provider of this installation. Raises Trouble where it does not answer, Untrue for a false answer."""
    return _known().provider


def forget() -> None:
    """Know nothing any more, as a fresh process does."""
    with _lock:
        _kept.clear()


def _known() -> _Known:
    issuer, now = settings().oidc_issuer, clock.now()
    with _lock:
        found = _kept.get(issuer)
    if found is not None and now - found.at < FRESH:
        return found
    document = _ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    fresh = _Known(provider=read_provider(document, issuer), at=now)
    with _lock:
        _kept[issuer] = fresh
    return fresh


def exchange(code: str, *, back: str, verifier: str, nonce: str) -> tuple[Visitor, str]:
    """Return who has come back with a code, and the id_token that says so.

    Raises Trouble where the provider does not answer or takes the code for no good one, Untrue for a false token.
    """
    here, provider = settings(), known()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
        "client_id": here.oidc_client_id,
    }
    headers = {"Accept": "application/json"}
    if here.oidc_client_secret and provider.basic:
        pair = f"{quote_plus(here.oidc_client_id)}:{quote_plus(here.oidc_client_secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    elif here.oidc_client_secret:
        form["client_secret"] = here.oidc_client_secret
    answer = _ask("POST", provider.token, form=form, headers=headers)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Untrue("no id_token")
    claims = signed(token)
    now = int(clock.now().timestamp())
    check_id_token(claims, issuer=provider.issuer, client_id=here.oidc_client_id, nonce=nonce, now=now)
    whole = {**_more(provider, claims, answer.get("access_token")), **claims}
    found = visitor(
        whole,
        issuer=provider.issuer,
        number_claim=here.oidc_number_claim,
        groups_claim=here.oidc_groups_claim,
    )
    return found, token


def _more(provider: Provider, claims: Mapping[str, Any], access: object) -> Mapping[str, Any]:
    """Return what the provider says of the person beside the token, where that lacks what we need of it."""
    here = settings()
    needed = [here.oidc_number_claim, *([here.oidc_groups_claim] if here.group_roles else [])]
    if not provider.userinfo or not isinstance(access, str) or all(name in claims for name in needed):
        return {}
    if not access.isascii() or not access.isprintable():
        raise Untrue("access_token")
    found = _ask("GET", provider.userinfo, headers={"Authorization": f"Bearer {access}"})
    if found.get("sub") != claims["sub"]:
        raise Untrue("userinfo")
    return found


def signed(token: str) -> Mapping[str, Any]:
    """Return the claims of a token that the provider has signed. Raises Untrue, Trouble."""
    jose = optional.joserfc()
    assert jose is not None
    algorithm, kid = head_of(token)
    wrong = Untrue("kid")
    for again in (False, True):
        for key in _keys(again=again):
            if kid is not None and key.get("kid") != kid:
                continue
            if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm or key.get("kty") == "oct":
                continue
            try:
                registry = jose.jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
                read = jose.jwt.decode(token, jose.jwk.import_key(key), algorithms=[algorithm], registry=registry)
            except (jose.errors.JoseError, ValueError, TypeError, RecursionError):
                wrong = Untrue("signature")
                continue
            claims: dict[str, Any] = read.claims
            return claims
        if wrong.word == "signature" and kid is not None:
            break
    raise wrong


def keys() -> int:
    """Return how many keys the provider publishes, asked now. Raises Trouble, Untrue."""
    forget()
    return len(_keys(again=False))


def _keys(*, again: bool) -> list[dict[str, Any]]:
    """Return the provider's keys. again: as they are now, unless they were fetched so a moment ago."""
    known, now = _known(), clock.now()
    with _lock:
        old = known.keys_at is None or now - known.keys_at >= FRESH
        if again and not old:
            if known.again_at is not None and now - known.again_at < AGAIN:
                return []
            known.again_at = now
        elif not old:
            return known.keys
    listed = _ask("GET", known.provider.jwks).get("keys")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    with _lock:
        known.keys, known.keys_at = found, now
    return found


def _ask(
    method: str, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    try:
        answer = http.send(method, url, form=form, headers=headers, timeout=SECONDS)
        if not answer.is_good:
            raise Trouble("http", str(answer.status))
        return answer.json()
    except (http.Refused, http.Failed) as error:
        raise Trouble(error.word) from error
