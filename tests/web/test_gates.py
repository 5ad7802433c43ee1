"""The permission matrix, generated from the URL map: every route × every role, with the status that the table gives.

A route without a rule is refused and fails here. What an allowed person sees of a foreign thing (404) is the affair
of tests/web/test_ownership.py.
"""

import pytest
from flask import url_for
from sqlalchemy.exc import OperationalError
from werkzeug.routing import IntegerConverter, Rule

from lms.core.access import POLICY, Permission, Relation, Role, allows
from lms.web.auth import FRAMEWORK_ENDPOINTS, gate_of
from tests.support.make import a_person, as_actor, mentors, sign_in

ROLES = list(Role)
SAMPLE = {"slug": "no/such", "kind": "lesson", "int": 999_999, "string": "none", "filename": "x", "key": "nobody"}


def rules(app) -> list[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint not in FRAMEWORK_ENDPOINTS),
        key=lambda rule: (rule.rule, sorted(rule.methods or ())),
    )


def address(rule: Rule) -> str:
    values = {
        name: SAMPLE.get(name, _number(converter) if isinstance(converter, IntegerConverter) else "none")
        for name, converter in rule._converters.items()
    }
    return url_for(rule.endpoint, **values)


def _number(converter: IntegerConverter) -> int:
    return min(999_999, converter.max or 999_999)


def test_every_route_says_whom_it_lets_in(app):
    silent = []
    for rule in rules(app):
        try:
            gate_of(app.view_functions[rule.endpoint])
        except LookupError:
            silent.append(f"{rule.rule} -> {rule.endpoint}")
    assert silent == []


def test_every_permission_is_asked_for_or_used(app):
    asked = {gate_of(app.view_functions[rule.endpoint]) for rule in rules(app)} - {None}
    assert asked <= set(POLICY)
    assert set(Permission) == set(POLICY)


@pytest.mark.parametrize("role", [*ROLES, Relation.MENTOR, None], ids=str)
def test_every_route_for_every_role(world, role):
    """None = nobody signed in: pages lead to the sign-in, the API says 401. Foreign or missing things are 404."""
    client = world.test_client()
    actor = None
    if role is not None:
        person = a_person(*([role] if isinstance(role, Role) else []))
        if role is Relation.MENTOR:
            mentors(person, a_person())
        sign_in(client, person)
        actor = as_actor(person)
    wrong = []
    for rule in rules(world):
        gate = gate_of(world.view_functions[rule.endpoint])
        with world.test_request_context():
            path = address(rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            status = client.open(path, method=method).status_code
            if status >= 500:
                wrong.append((method, path, status, "never"))
            elif method != "GET":
                if status != 400 and actor is not None:
                    wrong.append((method, path, status, "400: no token of the page was sent"))
            elif gate is None:
                if status in {403}:
                    wrong.append((method, path, status, "open to all"))
            elif actor is None:
                expected = 401 if path.startswith("/api/") else 302
                if status != expected:
                    wrong.append((method, path, status, expected))
            elif not allows(actor, gate):
                if status != 403:
                    wrong.append((method, path, status, 403))
            elif status not in {200, 302, 304, 308, 400, 404, 409, 422}:
                wrong.append((method, path, status, "let in"))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_nothing_changes_with_a_forged_token(world, role):
    """Without any token is above."""
    client = world.test_client()
    sign_in(client, a_person(role))
    for rule in rules(world):
        with world.test_request_context():
            path = address(rule)
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            foreign = client.open(path, method=method, headers={"X-CSRFToken": "forged"})
            assert foreign.status_code == 400, (method, path)


def test_a_bad_bearer_token_never_rides_on_the_cookie(world):
    client = world.test_client()
    sign_in(client, a_person(Role.ADMIN))
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"Authorization": "Bearer no-such-token"}).status_code in {302, 401}


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%09/evil",
        "http:evil",
        "\\/evil",
        "/a\nb",
    ],
)
def test_sign_in_never_leads_to_another_host(world, target):
    person = a_person(no="X9000", password="good-enough")
    client = world.test_client()
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"csrf_token": token, "employee_no": person.employee_no, "password": "good-enough"},
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


def test_what_is_shown_after_sign_in_is_kept_by_no_cache(client):
    sign_in(client, a_person())
    answer = client.get("/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_a_lock_is_busy_and_any_other_failure_of_the_database_is_not(app):
    def answered(message):
        with app.test_request_context("/api/v1/me"):
            error = OperationalError("SELECT 1", {}, Exception(message))
            return app.handle_user_exception(error).status_code

    assert answered("database is locked") == 503
    assert answered("deadlock detected") == 503
    assert answered("no such column: x") == 500
