"""A certificate as an Open Badge 3.0: the credential, its issuer and achievement, its picture, the list of those taken
back. Pure; who signs is core/keys.py.
"""

import base64
import gzip
import html
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
LIST_SIZE = 131_072
"""Certificates of one status list: the least that the standard allows, so that a look at it tells of nobody."""
BAKED = "https://purl.imsglobal.org/ob/v3p0"
"""The namespace under which a credential lies in a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a credential says. base: the academy's address without a slash at its end. salt: of the hashed identity.

    number: of the certificate, from 0, for the status list. people: type and value of what identifies the person;
    only their digests go out. ends: the first instant at which it no longer holds; None = holds for ever.
    """

    base: str
    company: str
    code: str
    name: str
    plan: str
    criteria: str
    people: tuple[tuple[str, str], ...]
    salt: str
    begins: datetime
    ends: datetime | None
    number: int


def issuer(base: str, company: str) -> dict[str, Any]:
    """Return the profile of who issues badges."""
    return {"id": f"{base}/badges/issuer", "type": ["Profile"], "name": company, "url": base}


def achievement(base: str, plan: str, name: str, criteria: str) -> dict[str, Any]:
    """Return what a badge is given for. plan: the public name of the rule of certificates."""
    return {
        "id": f"{base}/badges/achievements/{plan}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": name,
        "description": criteria,
        "criteria": {"narrative": criteria},
        "image": {"id": f"{base}/badges/achievements/{plan}.svg", "type": "Image"},
    }


def credential(badge: Badge) -> dict[str, Any]:
    """Return the OpenBadgeCredential, unsigned."""
    listed, place = divmod(badge.number, LIST_SIZE)
    address = f"{badge.base}/badges/status/{listed}"
    whole = {
        "@context": list(CONTEXTS),
        "id": f"{badge.base}/badges/credentials/{sha256(badge.code.encode()).hexdigest()[:32]}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": badge.name,
        "issuer": issuer(badge.base, badge.company),
        "validFrom": instant(badge.begins),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(kind, value, badge.salt) for kind, value in badge.people],
            "achievement": achievement(badge.base, badge.plan, badge.name, badge.criteria),
        },
        "credentialStatus": {
            "id": f"{address}#{place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(place),
            "statusListCredential": address,
        },
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }
    if badge.ends is not None:
        whole["validUntil"] = instant(badge.ends)
    return whole


def claims(whole: dict[str, Any], begins: datetime, ends: datetime | None) -> dict[str, Any]:
    """Return what is signed: the credential itself and the registered claims that say the same."""
    found = {**whole, "iss": _issuer_id(whole), "jti": whole["id"], "nbf": int(begins.timestamp())}
    if ends is not None:
        found["exp"] = int(ends.timestamp())
    return found


def _issuer_id(whole: dict[str, Any]) -> str:
    found = whole["issuer"]
    return str(found["id"] if isinstance(found, dict) else found)


def _identity(kind: str, value: str, salt: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "identityType": kind,
        "hashed": True,
        "identityHash": hashed(value, salt),
        "salt": salt,
    }


def hashed(value: str, salt: str) -> str:
    """Return how an identity is written so that who knows it can check it and nobody can read it."""
    return f"sha256${sha256((value + salt).encode()).hexdigest()}"


def status_list(base: str, company: str, number: int, revoked: Collection[int], at: datetime) -> dict[str, Any]:
    """Return the list, as a credential, that says which certificates were taken back. revoked: places in this list."""
    bits = bytearray(LIST_SIZE // 8)
    for place in revoked:
        bits[place // 8] |= 0x80 >> place % 8  # the first one is the left-most bit
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()
    address = f"{base}/badges/status/{number}"
    return {
        "@context": [CONTEXTS[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer(base, company)["id"],
        "validFrom": instant(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
    }


def did_of(base: str) -> str:
    """Return the did:web name that belongs to `{base}/badges/did.json`."""
    host, _, path = base.partition("://")[2].partition("/")
    return ":".join(["did", "web", host.replace(":", "%3A"), *[each for each in path.split("/") if each], "badges"])


def did_document(base: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document behind the did:web name, with the keys by which badges are signed."""
    did = did_of(base)
    names = [f"{did}#{key['kid']}" for key in keys]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "alsoKnownAs": [f"{base}/badges/issuer"],
        "verificationMethod": [
            {"id": name, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": key}
            for name, key in zip(names, keys, strict=True)
        ],
        "assertionMethod": names,
    }


def picture(name: str, company: str, signed: str = "") -> str:
    """Return the badge as SVG. signed: the credential that is baked into it."""
    space = f' xmlns:openbadges="{BAKED}"' if signed else ""
    baked = f'<openbadges:credential verify="{html.escape(signed)}"/>' if signed else ""
    rows = _rows(name)
    top = 268 - 20 * (len(rows) - 1)
    words = "".join(
        f'<text x="200" y="{top + 40 * number}" font-size="30" font-weight="600" fill="#22201d">'
        f"{html.escape(row)}</text>"
        for number, row in enumerate(rows)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{space} viewBox="0 0 400 400" width="400" height="400" role="img">'
        f"{baked}<title>{html.escape(_clean(name))}</title>"
        '<circle cx="200" cy="200" r="190" fill="#fbf9f4" stroke="#1f6f5c" stroke-width="12"/>'
        '<circle cx="200" cy="200" r="172" fill="none" stroke="#1f6f5c" stroke-width="2"/>'
        '<path d="M158 128l30 30 56-60" fill="none" stroke="#1f6f5c" stroke-width="16" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
        f'<g text-anchor="middle" font-family="Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif">{words}'
        f'<text x="200" y="345" font-size="16" fill="#6b655c">{html.escape(_clean(company)[:20])}</text></g></svg>'
    )


def _rows(name: str) -> list[str]:
    """Return a name in at most three rows that fit into the circle; a wide sign counts twice."""
    rows, row, width = [], "", 0
    for sign in _clean(name):
        wide = 1 if ord(sign) < 0x2E80 else 2
        if width + wide > 20:
            rows.append(row)
            row, width = "", 0
        row, width = row + sign, width + wide
    rows.append(row)
    if len(rows) > 3:
        rows = [*rows[:2], f"{rows[2][:-1]}…"]
    return rows


def _clean(words: str) -> str:
    """Return words without what XML can't hold."""
    return "".join(sign for sign in words if sign >= " " and not 0xD800 <= ord(sign) <= 0xDFFF and ord(sign) < 0xFFFE)


def instant(at: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
