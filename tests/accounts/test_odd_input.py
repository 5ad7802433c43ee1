"""What nobody types by hand is refused calmly: NUL, numbers no database holds, years beyond reason."""

import pytest

from lms.core.access import Role
from tests.support.make import a_person, sign_in
from tests.support.pages import send


@pytest.mark.parametrize(
    "path",
    [
        "/people?q=%00",
        "/people/%00",
        "/people?team=99999999999",
        "/people?page=10000",
        "/cohorts/99999999999999999999999",
        "/roster/%00",
        "/roster?person=%00",
        "/slip/%00",
        "/sign-in?next=%00",
        "/roster/A1?month=9999-12",
        "/roster/A1?month=0001-01",
    ],
)
def test_an_odd_address_is_no_failure_of_the_server(client, path):
    a_person(no="A1")
    sign_in(client, a_person(Role.ADMIN))
    assert client.get(path).status_code < 500


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in", {"employee_no": "\0", "password": "x"}),
        ("/sign-in", {"employee_no": "A" * 100_000, "password": "x" * 100_000}),
        ("/slip", {"employee_no": "\0", "code": "\0"}),
    ],
)
def test_an_odd_sign_in_is_no_failure_of_the_server(client, path, form):
    assert send(client, path, **form).status_code < 500


@pytest.mark.parametrize(
    ("path", "page", "form"),
    [
        (
            "/people/new",
            "",
            {"employee_no": "N\x001", "name": "a\0b", "team": "1", "employment": "regular", "hired_on": "2026-11-11"},
        ),
        ("/cohorts", "", {"name": "a\0", "starts_on": "2026-11-11"}),
        ("/cohorts", "", {"name": "a", "starts_on": "0001-01-01"}),
        ("/me/tokens", "/me", {"label": "\0", "scope": "read", "days": "9"}),
        ("/roster/A1", "", {"month": "9999-12", "day": "9999-12-31"}),
        ("/people/A1/move", "/people/A1", {"team": "1", "from_on": "9999-12-31"}),
        ("/people/A1/shops", "/people/A1", {"shop": "99999999999"}),
        ("/people/A1/shops", "/people/A1", {"shop": "²"}),
    ],
)
def test_an_odd_form_is_no_failure_of_the_server(client, path, page, form):
    a_person(no="A1")
    sign_in(client, a_person(Role.ADMIN))
    assert send(client, path, page, **form).status_code < 500
