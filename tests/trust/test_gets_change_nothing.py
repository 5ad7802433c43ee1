"""Looking changes nothing: every GET leaves every row of every table as it was, but those of OBSERVATIONS."""

from hashlib import sha256

from sqlalchemy import select

from lms.core.audit import OBSERVATIONS
from lms.core.db import db, session
from lms.tables import metadata
from tests.support.make_house import a_house, address, all_rules, browser_of, undone, values_of

WHY = {
    "search_log": "what was searched in vain is knowledge that is missing",
    "article_view": "who saw which version is asked when a rule has changed; a view may be lost, a page never waits",
    "profile_look": "whose profile is looked at may see by whom; one row a looker and day",
}
"""Why looking may be noted at all. A further table needs its reason here."""
MORE = {
    "accounts.people": ["?format=csv", "?format=xlsx", "?q=阿南&sort=-name"],
    "accounts.staff_import": ["?format=xlsx"],
    "content.edit": ["?from=1"],
    "content.diff": ["?old=1&whole=1"],
    "kb.article": ["?on=2026-11-08&by=order"],
    "kb.export": ["?file=scripts", "?file=faq&restricted=1"],
    "kb.index": ["?q=退货", "?tag=售后", "?folder=after-sales"],
    "kb.panel": ["?q=退货", "?open=after-sales/how"],
    "kb_api.article": ["?revision=2"],
    "kb_api.search": ["?q=退货"],
    "learning.lesson": ["?q=1"],
    "learning.photo": ["?download=1"],
    "reports.completion": ["?format=csv", "?format=xlsx", "?view=team", "?view=cohort", "?view=item", "?view=minutes"],
    "reports_api.completion": ["?format=csv"],
}
"""Further looks of a page, by its endpoint."""


def state():
    """Return the digest of every row, by table."""
    found = {}
    for table in metadata.sorted_tables:
        rows = session().execute(select(table).order_by(*table.primary_key.columns)).all()
        found[table.name] = sha256(repr(rows).encode()).hexdigest()
    db.session.remove()
    return found


def looks(world, house):
    for rule in all_rules(world):
        if "GET" in rule.methods:
            for values in values_of(house, rule) if rule.arguments else [{}]:
                path = address(world, rule, values)
                for more in ["", *MORE.get(rule.endpoint, [])]:
                    yield rule.endpoint, path + more


def changes(world, house, who, headers=()):
    """Return what GETs changed, as (address, tables), and the endpoints that answered with a page.

    All are asked first and the tables compared once; only where something changed is each asked alone.
    """
    client, _ = browser_of(world, house.people[who])
    every, answered = list(looks(world, house)), set()

    def ask(endpoint, path):
        with client.get(path, headers=dict(headers)) as answer:
            assert answer.status_code < 500, path
            if answer.status_code < 300:
                answered.add(endpoint)

    before = state()
    with undone(world):
        for endpoint, path in every:
            ask(endpoint, path)
        if differing(before, state()) == []:
            return [], answered
    found = []
    for endpoint, path in every:
        with undone(world):
            ask(endpoint, path)
            found += [(path, changed) for changed in [differing(before, state())] if changed]
    return found or [("only together", [])], answered


def differing(before, after):
    return sorted({name for name in after if after[name] != before[name]} - OBSERVATIONS)


def test_no_look_of_a_learner_changes_a_row(world):
    found, answered = changes(world, a_house(), "own")
    assert found == []
    assert {"learning.lesson", "quizzes.paper", "quizzes.result", "quizzes_api.attempt", "learning.photo"} <= answered


def test_no_look_of_a_trainer_changes_a_row(world):
    found, answered = changes(world, a_house(), "trainer")
    assert found == []
    assert {"content.edit", "content.publish", "content.history", "learning.queue", "reports.person"} <= answered


def test_no_look_of_hr_changes_a_row(world):
    found, answered = changes(world, a_house(), "hr")
    assert found == []
    assert {"accounts.person", "accounts.people", "accounts.roster_person", "reports_api.records"} <= answered


def test_a_look_over_the_api_with_a_token_changes_no_row(world):
    house = a_house()
    bearer = {"Authorization": f"Bearer {house.bearer}"}
    world.test_client().get("/api/v1/me", headers=bearer)  # the first of a day is noted, see below
    found, _ = changes(world, house, "mate", headers=bearer.items())
    assert found == []


def test_the_first_call_of_a_day_notes_when_its_token_was_used_and_nothing_else(world):
    bearer = {"Authorization": f"Bearer {a_house().bearer}"}
    before = state()
    world.test_client().get("/api/v1/me", headers=bearer)
    assert differing(before, state()) == ["api_token"]


def test_a_search_is_noted_so_this_check_can_see_a_change(world):
    house = a_house()
    client, _ = browser_of(world, house.own)
    before = state()
    client.get("/kb?q=退货")
    after = state()
    assert differing(before, after) == []
    assert {name for name in after if after[name] != before[name]} == {"search_log"}


def test_every_observation_has_its_reason_and_its_table():
    assert set(WHY) == OBSERVATIONS
    assert set(metadata.tables) >= OBSERVATIONS
