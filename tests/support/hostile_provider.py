"""An OpenID provider on the loopback that lies as a test wants: wrong claims, other keys, algorithms nobody may take."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwk, jwt

from lms.core import clock
from lms.signon import provider
from tests.support.listening import Listener, Reply, Request, listening

CLIENT = "kefu-academy"
SECRET = "s3cret of the academy"


def a_key(kid: str) -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


KEYS = {name: a_key(name) for name in ("first", "second")}


@dataclass
class Provider:
    """What it says. claims: put over the true ones, None = left out. algorithm: RS256, none or HS256.

    signs, shows: the names of the key it signs with and of those it publishes. down: the paths that fail.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    signs: str = "first"
    shows: tuple[str, ...] = ("first",)
    down: tuple[str, ...] = ()
    url: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    fetched: dict[str, int] = field(default_factory=dict)
    now: int = 0

    def __call__(self, request: Request) -> Reply:
        self.fetched[request.path] = self.fetched.get(request.path, 0) + 1
        if request.path in self.down:
            return Reply(500)
        match request.path:
            case "/.well-known/openid-configuration":
                return Reply(body=self._document())
            case "/keys":
                return Reply(body={"keys": [KEYS[name].as_dict(private=False) for name in self.shows]})
            case "/token":
                self.forms.append({key: value[0] for key, value in parse_qs(request.body.decode()).items()})
                return Reply(
                    body={"access_token": "opaque", "token_type": "Bearer", "id_token": self.token(self._claims())}
                )
            case "/userinfo":
                return Reply(body=self.userinfo or {})
        return Reply(404)

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": self.url + "/authorize",
            "token_endpoint": self.url + "/token",
            "jwks_uri": self.url + "/keys",
            "end_session_endpoint": self.url + "/bye?x=1",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **({"userinfo_endpoint": self.url + "/userinfo"} if self.userinfo is not None else {}),
            **self.document,
        }

    def _claims(self) -> dict[str, Any]:
        now = self.now  # of the test: the clock of this thread is not held
        true = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked.get("nonce"),
            **self.person,
        }
        return {name: value for name, value in {**true, **self.claims}.items() if value is not None}

    def token(self, claims: dict[str, Any]) -> str:
        head = {"alg": self.algorithm, "kid": self.signs}
        if self.algorithm in ("none", "HS256"):
            said = ".".join(_base64(json.dumps(each).encode()) for each in (head, claims))
            shared = KEYS[self.shows[0]].as_pem(private=False)  # the public key taken for a shared secret
            mark = hmac.new(shared, said.encode(), "sha256").digest() if self.algorithm == "HS256" else b""
            return f"{said}.{_base64(mark)}"
        return jwt.encode(head, claims, KEYS[self.signs])

    def logout_token(self, **claims: Any) -> str:
        now = int(clock.now().timestamp())
        true = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "jti": str(time.monotonic_ns()),
            "sub": "sub-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self.token({name: value for name, value in {**true, **claims}.items() if value is not None})


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def go(client: Any, following: str = "/kb") -> dict[str, str]:
    """Press the button; return what the browser asks the provider."""
    answer = client.get("/sso", query_string={"next": following})
    assert answer.status_code == 302, answer.text
    return {key: value[0] for key, value in parse_qs(urlsplit(answer.location).query).items()}


def come(client: Any, there: Provider, following: str = "/kb") -> Any:
    """Go to the provider and come back with a code."""
    there.asked = go(client, following)
    there.now = int(clock.now().timestamp())
    return client.get("/sso/back", query_string={"code": "c1", "state": there.asked["state"]})


@contextmanager
def running(app: Any, there: Provider, **settings: Any) -> Iterator[Listener]:
    """Let the provider run and the app know of it while the block runs."""
    held = app.extensions["lms_settings"]
    with listening(there) as listener:
        there.url = listener.url
        app.extensions["lms_settings"] = replace(
            held,
            oidc_issuer=listener.url,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            outbound_private=frozenset({listener.place}),
            base_url="https://academy.example.com",
            **settings,
        )
        provider.forget()
        try:
            yield listener
        finally:
            app.extensions["lms_settings"] = held
            provider.forget()
