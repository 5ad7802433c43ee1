"""A certificate is taken along as an Open Badge 3.0 that anybody can check without asking us, and that we can void."""

import base64
import gzip
import html
import json
import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jwt
from joserfc.errors import JoseError
from lxml import etree

from lms.cli import main
from lms.core import clock, keys
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.models import SigningKey
from lms.integrations.rules.badges import BAKED, LIST_SIZE, did_of, hashed, picture, status_list
from lms.learning.actions import certificates
from tests.support.make import a_person, an_actor, sign_in
from tests.support.make_certificates import a_plan, completes, held_by
from tests.support.platforms import chosen

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
BASE = "https://academy.example.com"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(autouse=True)
def _here(world):
    with clock.frozen(NOON), chosen(world, base_url=BASE, company="禾木生活"):
        yield


def a_holder(**more):
    person = a_person(name="王小明", email="Wang@Example.com", **more)
    plan = a_plan(name="退款认证", valid_days=365)
    completes(person, plan.document_id)
    return person, held_by(person)[0]


def taken(world, person, certificate, form="jwt"):
    client = world.test_client()
    sign_in(client, person)
    page = client.get(f"/certificates/{certificate.public_id}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(f"/certificates/{certificate.public_id}/badge", data={"csrf_token": token, "as": form})


def asked(world, address):
    """Return what a stranger gets from an address that stands in the credential."""
    assert address.startswith(BASE)
    return world.test_client().get(address.removeprefix(BASE))


def checked(world, token):
    """Check a credential as a stranger does: by the published key and by what the standard asks; return its claims."""
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert head["alg"] == "RS256"
    published = asked(world, head["kid"]).json
    assert published in asked(world, f"{BASE}/badges/jwks.json").json["keys"]
    assert not {"d", "p", "q"} & set(published)
    claims = jwt.decode(token, jwk.RSAKey.import_key(published), ["RS256"]).claims
    now = int(clock.now().timestamp())
    assert claims["nbf"] <= now < claims.get("exp", now + 1)
    return claims


def is_revoked(world, claims):
    """Look a credential up in its status list, as a stranger does."""
    status = claims["credentialStatus"]
    assert (status["type"], status["statusPurpose"]) == ("BitstringStatusListEntry", "revocation")
    answer = asked(world, status["statusListCredential"])
    assert answer.mimetype == "application/vc+jwt"
    whole = checked(world, answer.text)
    assert whole["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert whole["id"] == status["statusListCredential"]
    packed = whole["credentialSubject"]["encodedList"]
    assert packed[0] == "u"
    assert "=" not in packed
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-len(packed[1:]) % 4)))
    assert len(bits) >= 16_384
    place = int(status["statusListIndex"])
    return bool(bits[place // 8] >> (7 - place % 8) & 1)


def test_a_badge_says_what_the_standard_asks_and_is_verified_by_the_published_key(world):
    person, certificate = a_holder()
    claims = checked(world, taken(world, person, certificate).text)
    assert claims["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert claims["@context"][1].startswith("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0")
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["iss"] == claims["issuer"]["id"] == f"{BASE}/badges/issuer"
    assert claims["jti"] == claims["id"]
    assert INSTANT.fullmatch(claims["validFrom"])
    assert INSTANT.fullmatch(claims["validUntil"])
    assert datetime.fromisoformat(claims["validFrom"]).timestamp() == claims["nbf"]
    assert datetime.fromisoformat(claims["validUntil"]).timestamp() == claims["exp"]
    subject = claims["credentialSubject"]
    assert subject["type"] == ["AchievementSubject"]
    achievement = subject["achievement"]
    assert {"id", "type", "name", "description", "criteria"} <= set(achievement)
    assert achievement["name"] == "退款认证"
    assert asked(world, achievement["id"]).json["criteria"] == achievement["criteria"]
    drawn = asked(world, achievement["image"]["id"])
    assert drawn.mimetype == "image/svg+xml"
    etree.fromstring(drawn.data)
    profile = asked(world, claims["issuer"]["id"]).json
    assert (profile["id"], profile["type"], profile["name"]) == (claims["iss"], ["Profile"], "禾木生活")
    assert not is_revoked(world, claims)


def test_it_holds_until_the_end_of_its_last_day_here(world):
    person, certificate = a_holder()
    claims = checked(world, taken(world, person, certificate).text)
    last = datetime.fromisoformat(claims["validUntil"]) - timedelta(seconds=1)
    assert last.astimezone(world.extensions["lms_settings"].timezone).date() == certificate.valid_until


def test_the_name_is_there_only_for_who_knows_it(world):
    person, certificate = a_holder()
    answer = taken(world, person, certificate, "json")
    assert "王小明" not in answer.text
    assert "xample.com" not in answer.text.replace("academy.example.com", "")
    assert person.employee_no not in answer.text
    identities = {each["identityType"]: each for each in answer.json["credentialSubject"]["identifier"]}
    for kind, value in (("emailAddress", "wang@example.com"), ("name", "王小明")):
        one = identities[kind]
        assert one["hashed"] is True
        assert one["identityHash"] == "sha256$" + sha256((value + one["salt"]).encode()).hexdigest()
    assert hashed("王小明", "a") != hashed("王小明", "b")


def test_the_credential_lies_in_the_picture(world):
    person, certificate = a_holder()
    answer = taken(world, person, certificate, "svg")
    assert "attachment" in answer.headers["Content-Disposition"]
    root = etree.fromstring(answer.data)
    first = root[0]
    assert first.tag == f"{{{BAKED}}}credential"
    assert checked(world, first.get("verify"))["name"] == "退款认证"


def test_what_is_taken_back_is_on_the_list_and_can_no_longer_be_taken_along(world):
    person, certificate = a_holder()
    other, others = a_holder()
    claims = checked(world, taken(world, person, certificate).text)
    theirs = checked(world, taken(world, other, others).text)
    trainer = an_actor(Role.TRAINER)
    with transaction():
        certificates.revoke(trainer, certificate.public_id, "发错了人，已说明")
    assert is_revoked(world, claims)
    assert not is_revoked(world, theirs)
    client = world.test_client()
    sign_in(client, person)
    page = client.get(f"/certificates/{certificate.public_id}").text
    assert "/badge" not in page
    assert "发错" not in asked(world, claims["credentialStatus"]["statusListCredential"]).text


def test_only_the_holder_takes_it_along(world):
    person, certificate = a_holder()
    taken(world, person, certificate)
    other, others = a_holder()
    client = world.test_client()
    for somebody in (other, a_person(Role.LEAD, team=None), a_person(Role.HR)):
        sign_in(client, somebody)
        page = client.get("/me").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        address = f"/certificates/{certificate.public_id}/badge"
        assert client.post(address, data={"csrf_token": token, "as": "jwt"}).status_code == 404
        assert client.post(address, data={"as": "jwt"}).status_code == 400
    assert others is not certificate


@pytest.mark.parametrize("form", ["", "exe", "²", "x" * 700])
def test_another_format_is_explained(world, form):
    person, certificate = a_holder()
    assert taken(world, person, certificate, form).status_code == 303


def test_a_new_key_signs_and_the_old_badge_stays_valid(world):
    person, certificate = a_holder()
    old = taken(world, person, certificate).text
    session().rollback()  # what was read here so far would take the command's writing along
    done = CliRunner().invoke(main, ["keys", "renew"], obj=world)
    assert done.exit_code == 0, done.output
    new = taken(world, person, certificate).text
    assert checked(world, old)["jti"] == checked(world, new)["jti"]
    assert old.split(".")[0] != new.split(".")[0]
    assert len(asked(world, f"{BASE}/badges/jwks.json").json["keys"]) == 2
    listed = CliRunner().invoke(main, ["keys", "list"], obj=world).output.splitlines()
    assert [line.endswith("-") for line in listed] == [True, False]


def test_a_forged_or_changed_badge_is_no_badge(world):
    person, certificate = a_holder()
    head, body, signature = taken(world, person, certificate).text.split(".")
    key = jwk.RSAKey.import_key(asked(world, f"{BASE}/badges/jwks.json").json["keys"][0])
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "name": "投诉认证"}).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for forged in (f"{head}.{changed}.{signature}", f"{none}.{body}.", f"{head}.{body}.AAAA"):
        with pytest.raises(JoseError):
            jwt.decode(forged, key, ["RS256"])
        assert keys.verified(forged, kid=key.kid) is None
    assert keys.verified(f"{head}.{body}.{signature}", kid=key.kid) == claims


def test_a_copy_of_the_database_alone_signs_nothing(world):
    with transaction():
        keys.ensure()
    [row] = session().query(SigningKey).all()
    assert '"d"' not in row.sealed + json.dumps(row.public)
    with chosen(world, secret_key="another"):
        assert keys.sign({"a": 1}) is None
        person, certificate = a_holder()
        checked(world, taken(world, person, certificate).text)  # a new key is made


def test_what_is_public_bears_junk(world):
    client = world.test_client()
    for path in (
        "/badges/status/0",
        "/badges/status/99999999999999999999999",
        "/badges/status/²",
        "/badges/keys/%00",
        "/badges/keys/" + "x" * 700,
        "/badges/achievements/%00",
        "/badges/achievements/%ED%A0%80.svg",
    ):
        assert client.get(path).status_code in {400, 404}, path
    assert client.get("/badges/jwks.json").json == {"keys": []}
    did = client.get("/badges/did.json").json
    assert did["id"] == "did:web:academy.example.com:badges"


def test_the_did_follows_the_address():
    assert did_of("https://a.cn") == "did:web:a.cn:badges"
    assert did_of("https://a.cn:8443/lms/x") == "did:web:a.cn%3A8443:lms:x:badges"


@given(st.sets(st.integers(0, LIST_SIZE - 1), max_size=40))
def test_the_list_has_a_bit_for_each(revoked):
    whole = status_list(BASE, "x", 0, revoked, NOON)
    packed = whole["credentialSubject"]["encodedList"][1:]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    ones = {8 * n + bit for n, byte in enumerate(bits) if byte for bit in range(8) if byte >> (7 - bit) & 1}
    assert ones == revoked


@given(st.text(max_size=80), st.text(max_size=40))
def test_every_name_makes_a_picture(name, company):
    root = etree.fromstring(picture(name, company, 'a"<&.b.c').encode())
    assert root[0].get("verify") == html.unescape("a&quot;&lt;&amp;.b.c")


def test_an_endless_certificate_has_no_end(world):
    person = a_person()
    plan = a_plan(valid_days=None)
    completes(person, plan.document_id, date(2026, 3, 1))
    claims = checked(world, taken(world, person, held_by(person)[0]).text)
    assert not {"exp", "validUntil"} & set(claims)
