"""Talking to another learning system: its keys, and the token by which marks are told. No transaction is open here.

What was fetched is kept in this process for a while; a process that has nothing asks again.
"""

import json
import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, NoReturn

from lms.core import clock, http, keys, optional
from lms.core.trouble import Trouble
from lms.lti.rules.launch import SCORE_SCOPE, NotBelieved
from lms.lti.rules.scores import TYPE, scores_of

KEPT = 600.0
"""Seconds for which the keys of a platform are believed without asking again."""
ASKED = 10.0
"""Seconds within which an unknown key does not make us ask a second time."""
ALGORITHMS = ["RS256"]

_keys: dict[str, tuple[float, list[Any]]] = {}
_tokens: dict[tuple[str, str], tuple[float, str]] = {}
_lock = threading.Lock()


def claims_of(token: str, keys_url: str) -> dict[str, Any]:
    """Return what a platform has signed. Raises NotBelieved("signature" | "keys"). Times are checked elsewhere."""
    jose = optional.joserfc()
    if jose is None or not token or len(token) > 60_000 or not token.isascii():
        raise NotBelieved("signature")
    kid = _kid(token)
    for again in (False, True):
        for key in _keys_of(keys_url, again=again):
            if key.get("kid") != kid or key.get("kty") != "RSA":
                continue
            try:
                made = jose.jwk.RSAKey.import_key(key)
                found = jose.jwt.decode(token, made, ALGORITHMS).claims
            except (jose.errors.JoseError, ValueError, TypeError, RecursionError) as error:
                raise NotBelieved("signature") from error
            if not isinstance(found, dict):
                raise NotBelieved("signature")
            return found
    raise NotBelieved("signature")


def _kid(token: str) -> str:
    jose = optional.joserfc()
    assert jose is not None
    try:
        head = json.loads(jose.util.urlsafe_b64decode(token.split(".", 1)[0].encode()))
    except (ValueError, RecursionError) as error:
        raise NotBelieved("signature") from error
    kid = head.get("kid") if isinstance(head, dict) else None
    if not isinstance(kid, str) or not kid or head.get("alg") not in ALGORITHMS:
        raise NotBelieved("signature")
    return kid


def _keys_of(url: str, *, again: bool) -> list[Any]:
    """Return the keys of a platform. again: ask anew, because none of those that we have fits."""
    now = time.monotonic()
    with _lock:
        at, found = _keys.get(url, (0.0, []))
    if found and now - at < (ASKED if again else KEPT):
        return found
    try:
        answer = http.send("GET", url, headers={"Accept": "application/json"})
        every = answer.json().get("keys") if answer.is_good else None
    except (http.Refused, http.Failed) as error:
        raise NotBelieved("keys") from error
    if not isinstance(every, list):
        raise NotBelieved("keys")
    found = [each for each in every[:50] if isinstance(each, dict)]
    with _lock:
        _keys[url] = (now, found)
    return found


def forget() -> None:
    """Forget every key and token, as a fresh process does."""
    with _lock:
        _keys.clear()
        _tokens.clear()


def tell(*, client_id: str, token_url: str, lineitem: str, body: str) -> str:
    """Tell a mark; return the status. Raises Trouble."""
    for again in (False, True):
        token = _token(client_id, token_url, again=again)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": TYPE}
        answer = _send("POST", scores_of(lineitem), content=body.encode(), headers=headers)
        if answer.is_good:
            return str(answer.status)
        if answer.status != 401 or again:
            _raise(answer)
    raise AssertionError


def _token(client_id: str, token_url: str, *, again: bool) -> str:
    """Return a token for telling marks, by our own signature. again: the one that we have was refused."""
    name, now = (token_url, client_id), time.monotonic()
    with _lock:
        until, found = _tokens.get(name, (0.0, ""))
    if found and not again and now < until:
        return found
    seconds = int(clock.now().timestamp())
    signed = keys.sign(
        {
            "iss": client_id,
            "sub": client_id,
            "aud": token_url,
            "iat": seconds,
            "exp": seconds + 60,
            "jti": secrets.token_hex(16),
        },
        typ="JWT",
    )
    if signed is None:
        raise Trouble("setting", whole=True)
    answer = _send(
        "POST",
        token_url,
        form={
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": signed,
            "scope": SCORE_SCOPE,
        },
    )
    if answer.status in (400, 401, 403):
        raise Trouble("auth", str(answer.status), whole=True)
    if not answer.is_good:
        _raise(answer)
    given = _object(answer)
    token, lasts = given.get("access_token"), given.get("expires_in", 300)
    if not isinstance(token, str) or not token.isascii() or not token or isinstance(lasts, bool):
        raise Trouble("unreadable", whole=True)
    seconds = int(lasts) if isinstance(lasts, (int, float)) and 0 < lasts < 86_400 else 60
    with _lock:
        _tokens[name] = (now + max(seconds - 30, 0), token)
    return token


def _object(answer: http.Answer) -> Mapping[str, Any]:
    try:
        return answer.json()
    except http.Failed as error:
        raise Trouble("unreadable", whole=True) from error


def _send(method: str, url: str, **more: Any) -> http.Answer:
    try:
        return http.send(method, url, **more)
    except (http.Refused, http.Failed) as error:
        raise Trouble(error.word, whole=True) from error


def _raise(answer: http.Answer) -> NoReturn:
    if answer.status in (401, 403):
        raise Trouble("auth", str(answer.status), whole=answer.status == 401)
    if answer.status == 429:
        raise Trouble("busy", "429", whole=True, wait=answer.retry_after)
    if answer.status >= 500 or answer.status < 400:
        raise Trouble("http", str(answer.status), whole=True, wait=answer.retry_after)
    raise Trouble("http", str(answer.status), lasting=True)
