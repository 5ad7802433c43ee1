"""SCIM as directories really send it: shapes of Azure and Okta, closing and coming back, groups that give roles."""

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import Person, RoleGrant
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.settings import GroupRole
from lms.signon.models import ScimAccount
from lms.signon.rules.scim import ENTERPRISE, ERROR, GROUP, LIST, PATCH, USER, Unfit, patched, read_user
from lms.signon.rules.scim_filter import BadFilter, Compare, matches, parse
from tests.support.make import a_person, a_team, as_actor, sign_in


class Directory:
    """A directory that holds a token."""

    def __init__(self, app, person, *scope):
        with transaction():
            token = actions.make_token(as_actor(person), label="directory", scope=scope)
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def __call__(self, method, path, body=None, **query):
        return self.client.open(
            "/scim/v2" + path,
            method=method,
            query_string=query,
            data=json.dumps(body) if body is not None else None,
            content_type="application/scim+json",
            headers=self.headers,
        )

    def patch(self, path, *operations):
        return self("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
def root(world):
    return a_team("公司")


@pytest.fixture
def admin(root):
    return a_person(Role.ADMIN, team=root, no="BOSS")


@pytest.fixture
def ask(world, admin):
    return Directory(world, admin, "scim")


AZURE = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
    "userName": "zhou.min@corp.example.com",
    "active": True,
    "displayName": "周敏",
    "title": "客服专员",
    "emails": [{"primary": True, "type": "work", "value": "zhou.min@corp.example.com"}],
    "meta": {"resourceType": "User"},
    "name": {"formatted": "周敏", "familyName": "周", "givenName": "敏"},
    "roles": [],
    ENTERPRISE: {"employeeNumber": "A1009", "department": "售后"},
}
OKTA = {
    "schemas": [USER],
    "userName": "lin@corp.example.com",
    "name": {"givenName": "Lin", "familyName": "Wang"},
    "emails": [{"primary": True, "value": "lin@corp.example.com", "type": "work"}],
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}


def person_of(number):
    session().expire_all()
    return session().scalars(select(Person).where(Person.employee_no == number)).one()


def test_somebody_made_by_a_directory_is_found_changed_closed_and_back_again(world, ask):
    found = ask("GET", "/Users", filter='userName eq "zhou.min@corp.example.com"').json
    assert (found["schemas"], found["totalResults"], found["Resources"]) == ([LIST], 0, [])
    made = ask("POST", "/Users", AZURE)
    assert made.status_code == 201
    assert made.mimetype == "application/scim+json"
    assert made.headers["Location"] == made.json["meta"]["location"]
    path = "/Users/" + made.json["id"]
    person = person_of("A1009")
    assert (person.name, person.position, person.email) == ("周敏", "客服专员", "zhou.min@corp.example.com")
    assert ask("GET", "/Users", filter='userName eq "ZHOU.MIN@corp.example.com"').json["totalResults"] == 1
    off = {"op": "Replace", "path": "active", "value": "False"}
    assert ask.patch(path, off).json["active"] is False
    assert person_of("A1009").active is False
    assert ask.patch(path, {"op": "Replace", "value": {"active": True}}).json["active"] is True
    assert person_of("A1009").active is True
    assert ask("DELETE", path).status_code == 204
    assert person_of("A1009").active is False
    assert ask("GET", path).status_code == 404
    assert ask("GET", "/Users", filter='userName eq "zhou.min@corp.example.com"').json["totalResults"] == 0
    again = ask("POST", "/Users", AZURE)
    assert (again.status_code, again.json["id"]) == (201, made.json["id"])
    assert person_of("A1009").active is True


def test_patches_of_directories_are_understood(world, ask):
    made = ask("POST", "/Users", OKTA).json
    assert made["displayName"] == "Lin Wang"
    path = "/Users/" + made["id"]
    ask.patch(
        path,
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@corp.example.com"},
        {"op": "Add", "path": "name.formatted", "value": "林望"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "售前"},
        {"op": "replace", "value": {"title": "组长", f"{USER}:externalId": "x-1"}},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+86 138-0000-1111"},
        {"op": "add", "path": 'addresses[type eq "work"].country', "value": "CN"},
    )
    after = ask("GET", path).json
    assert after["emails"] == [{"value": "new@corp.example.com"}]
    assert (after["displayName"], after["title"], after["externalId"]) == ("林望", "组长", "x-1")
    assert after["phoneNumbers"] == [{"value": "+86 138-0000-1111"}]
    ask.patch(path, {"op": "remove", "path": "title"}, {"op": "Remove", "path": "emails"})
    after = ask("GET", path).json
    assert "title" not in after
    assert "emails" not in after
    put = ask("PUT", path, {**OKTA, "id": made["id"], "active": False, "displayName": "Lin"})
    assert (put.status_code, put.json["displayName"], put.json["active"]) == (200, "Lin", False)


def test_people_who_are_here_already_are_seen_and_taken_over(world, ask):
    a_person(no="A7", name="老员工")
    seen = ask("GET", "/Users", filter='userName eq "a7"').json["Resources"][0]
    assert (seen["userName"], seen["displayName"]) == ("A7", "老员工")
    made = ask("POST", "/Users", {**AZURE, "userName": "old@corp.example.com", ENTERPRISE: {"employeeNumber": "a7"}})
    assert (made.status_code, made.json["id"]) == (201, seen["id"])
    twice = ask("POST", "/Users", {**AZURE, "userName": "OLD@corp.example.com"})
    assert (twice.status_code, twice.json["scimType"]) == (409, "uniqueness")
    other = ask("POST", "/Users", {**AZURE, "userName": "x@corp.example.com", ENTERPRISE: {"employeeNumber": "A7"}})
    assert other.status_code == 409


def test_groups_give_roles_and_take_them_back_and_leave_those_that_people_gave(world, ask, root):
    team = a_team("售后", parent=root)
    lines = (
        GroupRole(group="Trainers", role="trainer", team=""),
        GroupRole(group="Trainers", role="", team=team.code),
    )
    world.extensions["lms_settings"], held = (
        replace(world.extensions["lms_settings"], group_roles=lines),
        world.extensions["lms_settings"],
    )
    try:
        person = a_person(Role.QUALITY, team=root, no="A7")
        other = a_person(team=root, no="A8")
        made = ask("POST", "/Groups", {"schemas": [GROUP], "displayName": "Trainers", "externalId": "g-1"}).json
        path = "/Groups/" + made["id"]
        ask.patch(
            path, {"op": "Add", "path": "members", "value": [{"value": person.public_id}, {"value": other.public_id}]}
        )
        assert roles_of(person) == ["quality", "trainer"]
        assert person_of("A7").team_id == team.id
        assert len(ask("GET", path).json["members"]) == 2
        assert ask("GET", "/Users/" + person.public_id).json["groups"][0]["display"] == "Trainers"
        by_member = ask("GET", "/Groups", filter=f'members[value eq "{person.public_id}"]').json
        assert by_member["totalResults"] == 1
        ask.patch(path, {"op": "Remove", "path": "members", "value": [{"value": other.public_id}]})
        ask.patch(path, {"op": "remove", "path": f'members[value eq "{person.public_id}"]'})
        assert (roles_of(person), roles_of(other)) == (["quality"], [])
        ask.patch(path, {"op": "replace", "value": {"members": [{"value": person.public_id}]}})
        assert roles_of(person) == ["quality", "trainer"]
        ask.patch(path, {"op": "replace", "path": "displayName", "value": "Others"})
        assert roles_of(person) == ["quality"]
        ask.patch(path, {"op": "replace", "path": "displayName", "value": "trainers"})
        assert roles_of(person) == ["quality", "trainer"]
        assert ask("DELETE", path).status_code == 204
        assert roles_of(person) == ["quality"]
    finally:
        world.extensions["lms_settings"] = held


def roles_of(person):
    session().expire_all()
    live = select(RoleGrant.role).where(RoleGrant.person_id == person.id, RoleGrant.until_on.is_(None))
    return sorted(session().scalars(live))


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ('userName eq "a1"', ["A1"]),
        ('USERNAME Eq "A1" or id eq "nothing"', ["A1"]),
        ('userName sw "a" and not (displayName co "二")', ["A1", "A3"]),
        ("title pr", ["A2"]),
        ("active eq false", ["A3"]),
        ('active eq true and userName sw "A"', ["A1", "A2"]),
        ('emails[type eq "work" and value eq "TWO@x.cn"]', ["A2"]),
        ('emails.value ew "x.cn"', ["A2"]),
        (f'{USER}:userName eq "A3"', ["A3"]),
        (f'{ENTERPRISE}:employeeNumber eq "a1"', ["A1"]),
        ('userName sw "A" and (displayName eq "一" or displayName eq "三")', ["A1", "A3"]),
        ('userName sw "A" and meta.created gt "2000-01-01T00:00:00Z"', ["A1", "A2", "A3"]),
        ('userName eq "%"', []),
        ('userName eq "\\u0000"', []),
        ('externalId eq null and userName eq "A1"', ["A1"]),
        ("userName eq 7", []),
    ],
)
def test_filters_find_people(world, ask, root, written, numbers):
    if "u0000" in written and session().get_bind().dialect.name == "postgresql":
        assert ask("GET", "/Users", filter=written).status_code == 400
        return
    a_person(team=root, no="A1", name="一")
    a_person(team=root, no="A2", name="二", position="组长", email="two@x.cn")
    a_person(team=root, no="A3", name="三", active=False)
    found = ask("GET", "/Users", filter=written)
    assert found.status_code == 200
    assert [each["userName"] for each in found.json["Resources"]] == numbers


@pytest.mark.parametrize(
    "written",
    [
        "userName",
        "userName eq",
        'userName is "x"',
        '(userName eq "x"',
        'x[userName eq "x"',
        "a" * 5_000,
        '"x" eq userName',
        'userName eq "x" and',
        "not userName pr",
        "(" * 500,
        'password eq "x"',
        "active gt true",
        'meta.created eq "x"',
        'userName eq {"a":1}',
        "userName eq [1]",
        'userName eq "x" ' + 'or userName eq "x" ' * 200,
        "²",
        "; drop table",
        'meta.created gt "2020-01-01T00:00:00"',
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_filter_is_said(ask, written):
    answer = ask("GET", "/Users", filter=written)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter")
    assert answer.json["schemas"] == [ERROR]


def test_lists_are_read_in_pages_and_parts(world, ask, root):
    for number in range(5):
        a_person(team=root, no=f"P{number}")
    page = ask("GET", "/Users", filter='userName sw "P"', startIndex=2, count=2).json
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
    assert [each["userName"] for each in page["Resources"]] == ["P1", "P2"]
    assert ask("GET", "/Users", count=0).json["Resources"] == []
    assert ask("GET", "/Users", startIndex=-5, count=-1).json["itemsPerPage"] == 0
    only = ask("GET", "/Users", attributes="userName", count=1).json["Resources"][0]
    assert only.keys() == {"schemas", "id", "userName"}
    number = ask("GET", "/Users", attributes=f"{ENTERPRISE}:employeeNumber", count=1).json["Resources"][0]
    assert number[ENTERPRISE]["employeeNumber"]
    without = ask("GET", "/Users", excludedAttributes="displayName,meta", count=1).json["Resources"][0]
    assert not {"displayName", "meta"} & without.keys()
    for junk in ("x", "²", "1e9", "9" * 40, ""):
        assert ask("GET", "/Users", count=junk).status_code in (200, 400)
    searched = ask("POST", "/Users/.search", {"filter": 'userName eq "P3"', "attributes": ["userName"]}).json
    assert [each["userName"] for each in searched["Resources"]] == ["P3"]


def test_only_a_token_made_for_it_of_somebody_who_may_opens_the_door(world, admin, client):
    sign_in(client, admin)
    refused = client.get("/scim/v2/Users")
    assert (refused.status_code, refused.json["schemas"]) == (401, [ERROR])
    assert Directory(world, admin)("GET", "/Users").status_code == 403
    assert Directory(world, admin, "read", "write")("GET", "/Users").status_code == 403
    assert Directory(world, a_person(Role.TRAINER), "scim")("GET", "/Users").status_code == 403
    hr = Directory(world, a_person(Role.HR, no="HR1"), "scim")
    assert hr("GET", "/Users").status_code == 200
    assert hr.client.get("/api/v1/me", headers=hr.headers).status_code in (200, 403)
    assert hr.client.get("/api/v1/records", headers=hr.headers).status_code == 403
    assert hr("GET", "/nothing").json["status"] == "404"
    assert hr("POST", "/Schemas", {}).status_code == 405


def test_hr_closes_no_administrator_and_nobody_the_last_one(world, ask, admin):
    hr = Directory(world, a_person(Role.HR, no="HR1"), "scim")
    assert hr("DELETE", "/Users/" + admin.public_id).status_code == 403
    own = ask("DELETE", "/Users/" + admin.public_id)
    assert (own.status_code, own.json["status"]) == (409, "409")
    assert person_of("BOSS").active
    assert session().get(ScimAccount, admin.id) is None


JUNK = [
    [],
    7,
    None,
    "x",
    {},
    {"userName": None},
    {"userName": 7},
    {"userName": ""},
    {"userName": "a\x00b"},
    {"userName": "x" * 700},
    {"userName": "a b"},
    {"userName": "²" * 41},
    {"userName": "u1", "displayName": {}},
    {"userName": "u1", "emails": "x"},
    {"userName": "u1", "emails": [7]},
    {"userName": "u1", "emails": [{"value": 7}]},
    {"userName": "u1", "emails": [[]]},
    {"userName": "u1", "phoneNumbers": [{"value": "call me"}]},
    {"userName": "u1", "active": "maybe"},
    {"userName": "u1", "active": 1},
    {"userName": "u1", "title": "x" * 41},
    {"userName": "u1", "externalId": "\ud800"},
    {"userName": "u1", "name": {"formatted": 7}},
    {"userName": "u1", "name": {"familyName": "x" * 60, "givenName": "y" * 60}},
    {"userName": "u1", ENTERPRISE: {"employeeNumber": 7}},
    {"userName": "u1", ENTERPRISE: {"employeeNumber": "a/b"}},
]


@pytest.mark.parametrize("body", JUNK, ids=lambda body: str(body)[:40].encode("ascii", "replace").decode())
def test_junk_is_refused_in_the_shape_of_scim(ask, body):
    answer = ask("POST", "/Users", body)
    assert answer.status_code == 400
    assert answer.json["schemas"] == [ERROR]


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"userName": ' + b"9" * 4_500 + b"}"])
def test_what_is_no_json_is_refused(ask, raw):
    answer = ask.client.post("/scim/v2/Users", data=raw, headers=ask.headers)
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidSyntax")


BAD_PATCHES = [
    {}, {"Operations": []}, {"Operations": {}}, {"Operations": [7]}, {"Operations": [{"op": "move", "path": "title"}]},
    {"Operations": [{"op": "remove"}]}, {"Operations": [{"op": "add", "value": 7}]},
    {"Operations": [{"op": "add", "path": 7, "value": 7}]},
    {"Operations": [{"op": "add", "path": "emails[", "value": "x"}]},
    {"Operations": [{"op": "add", "path": "emails[type is 7].value", "value": "x"}]},
    {"Operations": [{"op": "replace", "path": "title", "value": 7}]},
    {"Operations": [{"op": "replace", "path": "userName"}]},
    {"Operations": [{"op": "replace", "path": "title", "value": "x"}] * 101},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_PATCHES, ids=lambda body: str(body)[:60])
def test_a_bad_patch_changes_nothing(world, ask, body):
    person = a_person(no="A7", position="客服")
    if isinstance(body.get("Operations"), list):
        body = (
            {"Operations": [{"op": "replace", "path": "title", "value": "new"}, *body["Operations"]]}
            if body["Operations"]
            else body
        )
    answer = ask("PATCH", "/Users/" + person.public_id, body)
    assert answer.status_code == 400
    assert person_of("A7").position == "客服"


def test_members_whom_nobody_knows_are_refused_and_things_that_are_not_there_are_404(ask):
    body = {"displayName": "G", "members": [{"value": "nobody"}]}
    assert ask("POST", "/Groups", body).status_code == 400
    assert ask("GET", "/Groups").json["totalResults"] == 0
    for path in ("/Users/none", "/Groups/none", "/Schemas/none", "/ResourceTypes/none"):
        assert ask("GET", path).status_code == 404
    for method in ("PUT", "DELETE", "PATCH"):
        body = {"displayName": "G", "userName": "x", "Operations": [{"op": "add", "path": "title", "value": "x"}]}
        assert ask(method, "/Users/none", body).status_code == 404
        assert ask(method, "/Groups/none", body).status_code == 404


def test_a_filter_is_read_as_the_standard_binds_it():
    tree = parse('a eq "1" or b eq 2 and not (c pr)')
    assert (tree.word, tree.left) == ("or", Compare(attribute="a", operator="eq", value="1"))
    assert matches(parse('value eq "X"'), {"value": "x"})
    assert not matches(parse('type eq "x"'), {"value": "x"})


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_filters(written):
    with contextlib.suppress(BadFilter):
        parse(written)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "formatted", "x"]), inner),
    max_leaves=4,
)
PATHS = st.sampled_from(
    ["userName", "emails", "emails.value", 'emails[type eq "work"].value', "name", "name.formatted", "members",
     'members[value eq "x"]', ENTERPRISE, f"{ENTERPRISE}:employeeNumber", "nickName", "active", "x[", "", None]
)  # fmt: skip


@given(
    st.lists(
        st.fixed_dictionaries({"op": st.sampled_from(["add", "Replace", "remove"]), "path": PATHS, "value": VALUES}),
        max_size=4,
    )
)
def test_no_patch_is_a_failure(operations):
    document = {"userName": "u", "displayName": "U", "emails": [{"value": "a@b.cn"}]}
    before = json.dumps(document)
    with contextlib.suppress(Unfit):
        read_user(patched(document, {"Operations": operations}), "U")
    assert json.dumps(document) == before
