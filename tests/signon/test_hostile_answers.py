"""What a provider may say, and what is believed of it: a false answer lets nobody in and is never a failure."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms import cli
from lms.accounts.models import Person, RoleGrant
from lms.accounts.queries import console
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.models import AuditEntry
from lms.core.settings import GroupRole, SettingsError, load
from lms.signon.actions.entering import unlink
from lms.signon.models import SignonAccount, SignonGrant, SignonVisit
from lms.signon.rules.groups import difference, meant
from lms.signon.rules.oidc import SKEW, Untrue, check_id_token, groups_of, head_of
from tests.support.hostile_provider import CLIENT, SECRET, Provider, come, go, running
from tests.support.make import a_person, a_team, sign_in
from tests.support.pages import send

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
NOW = int(NOON.timestamp())


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def is_in(client):
    return client.get("/inbox").status_code == 200


def roles_of(person):
    session().expire_all()
    live = select(RoleGrant.role).where(RoleGrant.person_id == person.id, RoleGrant.until_on.is_(None))
    return sorted(session().scalars(live))


def test_who_has_the_number_is_in_and_goes_on_and_is_known_from_then_on(world, client):
    person = a_person(no="A77")
    there = Provider(person={"preferred_username": "a77", "sid": "s1"})
    with running(world, there):
        answer = come(client, there)
        assert (answer.status_code, answer.location) == (302, "/kb")
        assert is_in(client)
        assert session().get(SignonAccount, (person.id, there.url)).subject == "sub-1"
        again, there.person = world.test_client(), {}  # the number is no longer asked for
        assert come(again, there).location == "/kb"
        assert is_in(again)
    asked = there.asked
    assert asked["redirect_uri"] == "https://academy.example.com/sso/back"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert there.forms[0]["client_secret"] == SECRET
    assert len(there.forms[0]["code_verifier"]) >= 43
    assert there.fetched["/keys"] == 1


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"nonce": 7}},
        {"claims": {"aud": "somebody-else"}},
        {"claims": {"aud": [CLIENT, "somebody-else"]}},
        {"claims": {"aud": [CLIENT, "x"], "azp": "x"}},
        {"claims": {"azp": "x"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": NOW - SKEW - 1}},
        {"claims": {"exp": None}},
        {"claims": {"exp": "soon"}},
        {"claims": {"exp": True}},
        {"claims": {"exp": 1e300}},
        {"claims": {"nbf": NOW + SKEW + 1}},
        {"claims": {"iat": NOW + SKEW + 1}},
        {"claims": {"sub": None}},
        {"claims": {"sub": 7}},
        {"claims": {"sub": "x" * 256}},
        {"claims": {"sub": "a\x00b"}},
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"signs": "second"},
        {"userinfo": {"sub": "another", "preferred_username": "A77"}},
    ],
    ids=str,
)
def test_a_false_answer_lets_nobody_in(world, client, lie):
    a_person(no="A77")
    there = Provider(**{"person": {} if "userinfo" in lie else {"preferred_username": "A77"}, **lie})
    with running(world, there):
        answer = come(client, there)
        assert answer.status_code == 400
        assert "没有通过核对" in answer.text
        assert "/sign-in" in answer.text
        assert not is_in(client)


def test_small_differences_of_clocks_are_no_lie(world, client):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"}, claims={"exp": NOW - SKEW + 1, "iat": NOW + SKEW})
    with running(world, there):
        assert come(client, there).status_code == 302


def test_new_keys_are_fetched_when_a_token_asks_for_them_and_not_all_the_time(world, client):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        assert come(client, there).status_code == 302
        there.signs, there.shows = "second", ("first", "second")
        assert come(world.test_client(), there).status_code == 302
        assert there.fetched["/keys"] == 2
        there.signs, there.shows = "first", ("second",)  # taken away while we still know it: an hour at most
        there.signs = "first"
        assert come(world.test_client(), there).status_code == 302
        for kid in ("x1", "x2", "x3"):
            body = {"logout_token": there.logout_token().replace(there.logout_token().split(".")[0], _head(kid))}
            assert client.post("/sso/logout", data=body).status_code == 400
        assert there.fetched["/keys"] == 2
        with clock.frozen(NOON + timedelta(seconds=31)):
            client.post("/sso/logout", data=body)
            client.post("/sso/logout", data=body)
        assert there.fetched["/keys"] == 3


def _head(kid):
    return base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": kid}).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("down", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_is_down_is_said_and_the_password_stays(world, client, down):
    a_person(no="A77", password="a good long one")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        if down.startswith("/."):
            there.down = (down,)
            answer = client.get("/sso")
        else:
            there.asked, there.now = go(client), NOW
            there.down = (down,)
            answer = client.get("/sso/back", query_string={"code": "c", "state": there.asked["state"]})
        assert answer.status_code == 503
        assert "没有回应" in answer.text
        assert "/sign-in" in answer.text
        assert send(client, "/sign-in", employee_no="A77", password="a good long one").status_code == 302


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"issuer": 7},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["x"]},
        {"authorization_endpoint": "http://[::1"},
    ],
    ids=str,
)
def test_a_false_description_is_not_followed(world, client, document):
    there = Provider(document=document)
    with running(world, there):
        assert client.get("/sso").status_code == 503


def test_a_state_is_good_once_in_its_own_browser_and_ten_minutes(world, client):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        state = go(client)["state"]
        assert world.test_client().get(f"/sso/back?code=c&state={state}").status_code == 400
        for junk in ("", "x" + state[1:], "\x00", "²", "%ED%A0%80", "9" * 700):
            assert client.get("/sso/back", query_string={"code": "c", "state": junk}).status_code == 400
        with clock.frozen(NOON + timedelta(minutes=11)):
            assert client.get(f"/sso/back?code=c&state={state}").status_code == 400
        there.asked, there.now = go(client), NOW
        address = f"/sso/back?code=c&state={there.asked['state']}"
        assert client.get(address).status_code == 302
        assert client.get(address).status_code == 400
        assert len(there.forms) == 1


@pytest.mark.parametrize(("error", "status"), [("access_denied", 400), ("server_error", 503), ("<script>", 400)])
def test_an_error_of_the_provider_is_a_page_with_a_way_back_in_both_languages(world, client, error, status):
    with running(world, Provider()):
        for locale, words in (("zh_CN", "回到登录页"), ("en", "Back to the sign-in page")):
            with client.session_transaction() as kept:
                kept["locale"] = locale
            state = go(client)["state"]
            answer = client.get("/sso/back", query_string={"error": error, "state": state})
            assert answer.status_code == status
            assert words in answer.text
            assert "<script>" not in answer.text


@pytest.mark.parametrize("hostile", ["//evil.cn", "https://evil.cn", "/\\evil.cn", "/%09/evil.cn", "javascript:1"])
def test_next_never_leads_elsewhere(world, client, hostile):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        assert come(client, there, hostile).location in {"/", "/%09/evil.cn"}


def test_who_is_nobody_left_or_doubtful_is_told_so(world, client):
    a_person(no="GONE", active=False)
    for _ in range(2):
        a_person(email="two@example.com")
    cases = {"NOBODY": "没有认出您是谁", "GONE": "已停用", "two@example.com": "不止一个人"}
    for number, words in cases.items():
        there = Provider(person={"preferred_username": number})
        with running(world, there):
            answer = come(client, there)
        assert answer.status_code == 403
        assert words in answer.text
        assert not is_in(client)


def test_another_account_with_the_same_number_is_refused_until_the_link_is_taken_off(world, client):
    person = a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        come(client, there)
        there.claims = {"sub": "sub-2"}
        assert "另一个公司账号" in come(world.test_client(), there).text
        with transaction():
            unlink(console(), person.id)
        assert not is_in(client)
        assert come(world.test_client(), there).status_code == 302


def test_who_is_new_is_entered_where_the_installation_says_so(world, client):
    root = a_team()
    there = Provider(person={"preferred_username": "N1", "name": "新人", "email": "n1@example.com", "groups": ["a"]})
    with running(world, there, oidc_create=True, group_roles=(GroupRole(group="a", role="", team=root.code),)):
        assert come(client, there).status_code == 302
    person = session().scalars(select(Person).where(Person.employee_no == "N1")).one()
    assert (person.name, person.email, person.team_id) == ("新人", "n1@example.com", root.id)


def test_a_number_that_can_be_none_enters_nobody(world, client):
    a_team()
    there = Provider(person={"preferred_username": "a b/c"})
    with running(world, there, oidc_create=True):
        assert come(client, there).status_code == 403


def test_roles_and_team_follow_the_groups_and_what_people_gave_stays(world, client):
    root = a_team()
    team = a_team(parent=root)
    person = a_person(Role.QUALITY, no="A77", team=root)
    lines = (
        GroupRole(group="trainers", role="trainer", team=""),
        GroupRole(group="checkers", role="quality", team=root.code),
        GroupRole(group="leads", role="lead", team=team.code),
        GroupRole(group="gone", role="admin", team="no-such-team"),
        GroupRole(group="floor", role="", team=team.code),
    )
    there = Provider(
        person={"preferred_username": "A77", "groups": ["/trainers", "Checkers", "leads", "gone", "floor"]}
    )
    with running(world, there, group_roles=lines):
        come(client, there)
        assert roles_of(person) == ["lead", "quality", "trainer"]
        assert session().get(Person, person.id).team_id == team.id
        there.person["groups"] = ["leads"]
        come(world.test_client(), there)
        assert roles_of(person) == ["lead", "quality"]
        there.person["groups"] = "trainers"
        come(world.test_client(), there)
        assert roles_of(person) == ["quality", "trainer"]
        there.person.pop("groups")
        come(world.test_client(), there)
    assert roles_of(person) == ["quality"]
    assert session().scalars(select(SignonGrant)).all() == []
    verbs = session().scalars(select(AuditEntry.verb).where(AuditEntry.person_id == person.id)).all()
    assert verbs.count("role.granted") == verbs.count("role.revoked") == 3


def test_groups_and_number_may_lie_with_the_userinfo(world, client):
    a_team()
    person = a_person(no="A77")
    there = Provider(userinfo={"sub": "sub-1", "preferred_username": "A77", "groups": ["t"], "nonce": "x", "exp": 1})
    with running(world, there, group_roles=(GroupRole(group="t", role="trainer", team=""),)):
        assert come(client, there).status_code == 302
    assert roles_of(person) == ["trainer"]


def test_groups_that_are_too_many_for_a_token_take_nothing_back(world, client):
    a_team()
    person = a_person(no="A77")
    there = Provider(person={"preferred_username": "A77", "groups": ["t"]})
    with running(world, there, group_roles=(GroupRole(group="t", role="trainer", team=""),)):
        come(client, there)
        there.person = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}
        assert come(world.test_client(), there).status_code == 302
    assert roles_of(person) == ["trainer"]


def test_the_last_administrator_stays_one_and_gets_in(world, client):
    root = a_team()
    person = a_person(no="A77", team=root)
    there = Provider(person={"preferred_username": "A77", "groups": ["a"]})
    with running(world, there, group_roles=(GroupRole(group="a", role="admin", team=""),)):
        come(client, there)
        there.person["groups"] = []
        assert come(world.test_client(), there).status_code == 302
        assert come(world.test_client(), there).status_code == 302
    assert roles_of(person) == ["admin"]


def test_signing_out_leads_on_to_the_provider(world, client):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        come(client, there)
        answer = send(client, "/sign-out", "/me")
        assert answer.location == "/sso/out"
        assert not is_in(client)
        page = client.get("/sso/out").text
        address = page.split('content="1; url=')[1].split('"')[0].replace("&amp;", "&")
        values = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(there.url + "/bye?x=1&")
        assert values["post_logout_redirect_uri"] == "https://academy.example.com/sign-in"
        assert values["id_token_hint"].count(".") == 2
        assert client.get("/sso/out").location == "/sign-in"
        there.down = ("/.well-known/openid-configuration",)
        sign_in(client, a_person())
        assert send(client, "/sign-out", "/me").location == "/sign-in"


def test_a_sign_out_at_the_provider_ends_the_sessions_here_and_not_later_ones(world, client):
    person = a_person(no="A77")
    there = Provider(person={"preferred_username": "A77", "sid": "s1"})
    with running(world, there):
        come(client, there)
        word = there.logout_token(sid="s1", sub=None)
        answer = client.post("/sso/logout", data={"logout_token": word})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert not is_in(client)
        with clock.frozen(NOON + timedelta(seconds=SKEW + 5)):
            come(client, there)
            assert client.post("/sso/logout", data={"logout_token": word}).status_code == 200
            assert is_in(client)
            assert client.post("/sso/logout", data={"logout_token": there.logout_token()}).status_code == 200
            assert not is_in(client)
    assert session().scalars(select(SignonVisit).where(SignonVisit.person_id == person.id)).all() == []


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "n"},
        {"events": {}},
        {"events": "logout"},
        {"iat": NOW - 601},
        {"iat": None},
        {"exp": NOW - SKEW - 1},
        {"sub": None},
    ],
    ids=str,
)
def test_a_false_word_of_a_sign_out_ends_nothing(world, client, lie):
    a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})
    with running(world, there):
        come(client, there)
        assert client.post("/sso/logout", data={"logout_token": there.logout_token(**lie)}).status_code == 400
        for junk in ("", "a.b.c", "²", "." * 30_000, "e30.e30.x"):
            assert client.post("/sso/logout", data={"logout_token": junk}).status_code == 400
        assert is_in(client)


def test_with_only_the_companys_account_passwords_and_slips_let_nobody_in_but_the_emergency_administrator(
    world, client
):
    a_person(no="A77", password="a good long one")
    a_person(Role.ADMIN, no="BOSS", password="a good long one")
    a_person(no="NEARLY", password="a good long one")
    emergency = frozenset({"boss", "nearly"})
    with running(world, Provider(), oidc_only=True, oidc_emergency=emergency):
        page = client.get("/sign-in").text
        assert "用公司账号登录" in page
        assert "应急管理员" in page
        answer = send(client, "/sign-in", employee_no="A77", password="a good long one")
        assert answer.status_code == 403
        assert "这里只用公司账号登录" in answer.text
        assert send(client, "/sign-in", employee_no="nearly", password="a good long one").status_code == 401
        assert send(client, "/sign-in", employee_no="BOSS", password="a good long one").status_code == 302


def test_the_command_says_what_is_wrong_and_takes_a_link_off(world, client):
    person = a_person(no="A77")
    there = Provider(person={"preferred_username": "A77"})

    def lms(*arguments):
        return CliRunner().invoke(cli.main, ["signon", *arguments], obj=world)

    assert lms("check").exit_code == 1
    with running(world, there):
        come(client, there)
        found = lms("check")
        assert (found.exit_code, there.url in found.stdout, "/sso/back" in found.stdout) == (0, True, True)
        assert lms("unlink", "A77").exit_code == 0
        assert session().get(SignonAccount, (person.id, there.url)) is None
        assert [lms("unlink", "A77").exit_code, lms("unlink", "nobody").exit_code] == [1, 1]
        there.down = ("/keys",)
        assert lms("check").exit_code == 1


def test_without_its_settings_there_is_no_such_way_in(world, client):
    assert "公司账号" not in client.get("/sign-in").text
    assert [client.get(path).status_code for path in ("/sso", "/sso/back?state=x")] == [404, 404]
    assert client.post("/sso/logout").status_code == 400


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"oidc_issuer": "login.example.com"}, "LMS_OIDC_ISSUER"),
        ({"oidc_issuer": "https://login.example.com"}, "LMS_OIDC_CLIENT_ID"),
        ({"oidc_only": "1"}, "LMS_OIDC_ONLY"),
        ({"group_roles": "a=king"}, "LMS_GROUP_ROLES"),
        ({"group_roles": "a="}, "LMS_GROUP_ROLES"),
        ({"group_roles": "=lead"}, "LMS_GROUP_ROLES"),
        ({"leavers_percent": "0"}, "LMS_LEAVERS_PERCENT"),
        ({"leavers_percent": "²"}, "LMS_LEAVERS_PERCENT"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(tmp_path, values, word):
    with pytest.raises(SettingsError, match=word):
        load({"instance_path": tmp_path, **values}, {})


def test_the_name_of_a_group_may_be_that_of_a_directory(tmp_path):
    [line] = load({"instance_path": tmp_path, "group_roles": "CN=Leads,OU=CS = lead@a1 "}, {}).group_roles
    assert line == GroupRole(group="CN=Leads,OU=CS", role="lead", team="a1")


pairs = st.frozensets(st.tuples(st.sampled_from(Role), st.integers(1, 3)))


@given(pairs, pairs)
def test_after_a_difference_one_has_what_is_wanted(wanted, held):
    found = difference(wanted, held)
    assert (held - set(found.taken)) | set(found.given) == wanted
    assert not set(found.taken) & wanted


def test_a_team_that_is_not_there_gives_nothing():
    line = GroupRole(group="g", role="admin", team="closed")
    assert meant(["g"], [line], [(1, "open")], 9).grants == frozenset()
    everywhere = GroupRole(group="g", role="admin", team="")
    assert meant(["G"], [everywhere], [(1, "open")], 9).grants == {(Role.ADMIN, 9)}


def test_groups_may_lie_inside_and_have_another_form():
    assert groups_of({"realm_access": {"roles": ["a", 7]}}, "realm_access.roles") == {"a"}
    assert groups_of({"https://x.y/groups": ["a"]}, "https://x.y/groups") == {"a"}
    assert groups_of({"a": 7}, "a") == groups_of({"a": {"b": None}}, "a.b.c") == frozenset()


@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "azp", "exp", "nbf", "iat", "nonce", "sub"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda x: st.lists(x, max_size=2),
        ),
    )
)
def test_no_form_of_claims_is_a_failure(claims):
    with pytest.raises(Untrue):
        check_id_token(claims, issuer="https://i", client_id="c", nonce="n", now=NOW)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: raw.hex() + ".a.b"))
def test_no_text_is_taken_for_a_token_by_failure(token):
    with pytest.raises(Untrue):
        head_of(token)
