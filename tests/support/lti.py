"""A small learning platform on the loopback: says who somebody is (LTI 1.3), and takes marks (AGS 2.0) strictly."""

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwk, jwt

from tests.support.listening import Reply, Request

CLAIM = "https://purl.imsglobal.org/spec/lti/claim"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
CLIENT, DEPLOYMENT = "kefu-client", "dep-1"
ISSUER = "https://moodle.example.com"
PROGRESS = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}


@cache
def _first_key() -> jwk.RSAKey:
    """Return the key with which every platform of a run begins: making one takes a third of a second."""
    return jwk.RSAKey.generate_key(2048, private=True, auto_kid=True)


@dataclass
class Moodle:
    """Use with `listening`. at: its clock, in seconds; tool_keys: the academy's key set; replies: given first to a score.

    marks: by person there, the last one; told: every one that was taken.
    """

    at: int
    tool_keys: Any = None
    base: str = ""
    replies: list[Reply] = field(default_factory=list)
    marks: dict[str, Any] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    serving: bool = True

    def __post_init__(self) -> None:
        self.key = _first_key()
        self.published = [self.key]

    def renew(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, private=True, auto_kid=True)
        self.published.append(self.key)

    def __call__(self, request: Request) -> Reply:
        if not self.serving:
            return Reply(503)
        if request.path == "/jwks":
            return Reply(200, {"keys": [key.as_dict(private=False) | {"alg": "RS256"} for key in self.published]})
        if request.path == "/token":
            return self._token(request)
        if request.path == "/lineitems/7/scores":
            return self.replies.pop(0) if self.replies else self._score(request)
        return Reply(404)

    def _token(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        try:
            found = jwt.decode(form["client_assertion"], jwk.KeySet.import_key_set(self.tool_keys), ["RS256"]).claims
            assert form["grant_type"] == "client_credentials"
            assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            assert form["scope"] == SCORE
            assert found["iss"] == found["sub"] == CLIENT
            assert found["aud"] == f"{self.base}/token"
            assert abs(found["iat"] - self.at) <= 3_600
            assert found["iat"] < found["exp"] <= found["iat"] + 300
            assert found["jti"] not in self.seen
        except Exception as error:
            self.wrong.append(f"token: {error!r}")
            return Reply(401, {"error": "invalid_client"})
        self.seen.add(found["jti"])
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": SCORE})

    def _score(self, request: Request) -> Reply:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Reply(401)
        mark = json.loads(request.body)
        before = self.marks.get(mark["userId"])
        try:
            assert request.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
            assert request.query == {"type_id": "1"}, "the query of the line item is kept"
            assert mark["activityProgress"] in PROGRESS
            assert mark["gradingProgress"] in GRADING
            assert ("scoreGiven" in mark) == ("scoreMaximum" in mark)
            if "scoreGiven" in mark:
                assert mark["scoreGiven"] >= 0
                assert mark["scoreMaximum"] > 0
            assert before is None or mark["timestamp"] > before["timestamp"], "timestamps grow"
        except Exception as error:
            self.wrong.append(f"score: {error!r}")
            return Reply(400)
        self.marks[mark["userId"]] = mark
        self.told.append(mark)
        return Reply(200)

    def registration(self, **more: str) -> dict[str, str]:
        return {
            "name": "内部 Moodle",
            "issuer": ISSUER,
            "client_id": CLIENT,
            "deployments": DEPLOYMENT,
            "login_url": f"{self.base}/auth?tenant=1",
            "token_url": f"{self.base}/token",
            "keys_url": f"{self.base}/jwks",
            "person_by": "number",
            "number_claim": "employee_no",
            **more,
        }

    def claims(self, first: str, *, number: str = "A77", document: str = "", **more: Any) -> dict[str, Any]:
        found = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": f"user-{number}",
            "exp": self.at + 300,
            "iat": self.at,
            "nonce": first,
            "name": "王小明",
            "email": "wang@example.com",
            f"{CLAIM}/version": "1.3.0",
            f"{CLAIM}/message_type": "LtiResourceLinkRequest",
            f"{CLAIM}/deployment_id": DEPLOYMENT,
            f"{CLAIM}/target_link_uri": "http://localhost/lti/launch",
            f"{CLAIM}/resource_link": {"id": "link-1", "title": "退货"},
            f"{CLAIM}/roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
            f"{CLAIM}/custom": {"employee_no": number, **({"document": document} if document else {})},
            AGS: {"scope": [SCORE], "lineitem": f"{self.base}/lineitems/7?type_id=1"},
        }
        return {name: value for name, value in (found | more).items() if value is not ...}

    def choosing(self, nonce: str, *, several: bool = False, **more: Any) -> dict[str, Any]:
        settings = {
            "deep_link_return_url": f"{self.base}/return",
            "accept_types": ["link", "ltiResourceLink"],
            "accept_presentation_document_targets": ["window"],
            "accept_multiple": several,
            "data": "op=321",
        }
        return self.claims(
            nonce,
            **{
                f"{CLAIM}/message_type": "LtiDeepLinkingRequest",
                f"{CLAIM}/resource_link": ...,
                f"{DEEP}/deep_linking_settings": settings,
                **more,
            },
        )

    def signed(self, claims: dict[str, Any], *, alg: str = "RS256", key: Any = None, **head: Any) -> str:
        used = key or self.key
        token: str = jwt.encode({"alg": alg, "kid": self.key.thumbprint(), "typ": "JWT", **head}, claims, used, [alg])
        return token


def begun(client: Any, **more: str) -> tuple[str, str]:
    """Begin a launch as a platform does; return state and nonce."""
    query = {
        "iss": ISSUER,
        "login_hint": "42",
        "target_link_uri": "http://localhost/lti/launch",
        "client_id": CLIENT,
        "lti_message_hint": "m",
        **more,
    }
    answer = client.get("/lti/login", query_string=query)
    assert answer.status_code == 302, answer.text
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["response_mode"] == ["form_post"]
    assert asked["response_type"] == ["id_token"]
    assert asked["scope"] == ["openid"]
    assert asked["prompt"] == ["none"]
    assert asked["login_hint"] == ["42"]
    assert asked["lti_message_hint"] == ["m"]
    assert asked["tenant"] == ["1"]
    return asked["state"][0], asked["nonce"][0]
