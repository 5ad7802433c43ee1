"""Under a prefix nothing leads out of it: every page with things of everybody in it, looked at by who may see it."""

import json
import re

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from lms.core.db import db
from tests.support.make_house import a_house, address, all_rules, values_of

pytestmark = [pytest.mark.committed, pytest.mark.timeout(900)]
PREFIX = "/training"
WHO = ("own", "trainer", "lead", "hr", "admin", "director", "quality", "mentor")
MORE = {
    "kb.index": ["?q=退货"],
    "kb.panel": ["?q=退货", "?open=after-sales/how"],
    "reports.late": ["?who=late"],
    "accounts.people": ["?q=阿南"],
    "accounts.sign_in": ["?next=/training/me"],
}
ADDRESS = re.compile(r'\b(?:href|src|action|formaction|poster|data-(?!focus-key)[a-z-]+|value)="(/[^"]*)"')
WHOLE = re.compile(r'https?://localhost(?::\d+)?(/[^"\s<]*)')


@pytest.fixture
def mounted(empty_sqlite_app):
    """The academy under a prefix of nothing else; a header of the host says who is asking."""

    def behind(environ, start_response):
        asked = environ.get("HTTP_X_NO", "")
        empty_sqlite_app.extensions["lms_actor_source"].identify = lambda: asked or None
        return empty_sqlite_app(environ, start_response)

    def nothing(environ, start_response):
        start_response("418 the host", [])
        return [b""]

    with empty_sqlite_app.app_context():
        house = a_house()
        numbers = {name: person.employee_no for name, person in house.people.items()}
        house_values = [
            (rule.endpoint, address(empty_sqlite_app, rule, values))
            for rule in all_rules(empty_sqlite_app)
            if "GET" in rule.methods and rule.endpoint != "openapi.spec"  # it names paths, relative to its server
            for values in things(house, rule)
        ]
        db.session.remove()
    return DispatcherMiddleware(nothing, {PREFIX: behind}), numbers, house_values


def things(house, rule):
    """Return the values of a route; one whose things nobody furnishes fails in tests/trust and is not looked at here."""
    try:
        return values_of(house, rule) if rule.arguments else [{}]
    except KeyError:
        return []


def outside(path: str) -> bool:
    return path != PREFIX and not path.startswith((PREFIX + "/", PREFIX + "?", PREFIX + "#"))


def in_json(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from in_json(each)
    elif isinstance(value, list):
        for each in value:
            yield from in_json(each)
    elif isinstance(value, str):
        yield value


def ways_out(answer) -> list[str]:
    """Return every address in an answer that leads out of the prefix."""
    found = []
    if "Location" in answer.headers:
        path = re.sub(r"^https?://localhost", "", answer.headers["Location"])
        found += [path] if path.startswith("/") and outside(path) else []
    if answer.mimetype == "text/html":
        text = answer.get_data(as_text=True)
        found += [each for each in [*ADDRESS.findall(text), *WHOLE.findall(text)] if outside(each)]
    elif answer.mimetype == "application/json":
        for each in in_json(json.loads(answer.data)):
            found += [each] if re.match(r"/[a-z]", each) and outside(each) else []
            found += [path for path in [*ADDRESS.findall(each), *WHOLE.findall(each)] if outside(path)]
    return found


def test_no_page_form_file_or_redirect_leads_out_of_the_prefix(mounted):
    site, numbers, addresses = mounted
    client = Client(site)
    wrong, seen = {}, set()
    for endpoint, path in addresses:
        for more in ["", *MORE.get(endpoint, [])]:
            for who in WHO:
                with client.get(PREFIX + path + more, headers={"X-No": numbers[who]}) as answer:
                    if answer.status_code == 500:
                        wrong[f"{endpoint} {path}{more} {who}"] = ["500"]
                    if found := ways_out(answer):
                        wrong[f"{endpoint} {path}{more} {who}"] = found[:3]
                if answer.status_code not in (401, 403, 404):
                    seen.add(endpoint)
                    break
    assert wrong == {}, sorted({way for ways in wrong.values() for way in ways})
    assert len(seen) > 250  # most routes were really looked at, not only refused
