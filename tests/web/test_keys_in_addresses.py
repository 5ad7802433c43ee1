"""Numbers of rows in addresses: what no database could hold is not there, whichever method asks."""

import pytest
from werkzeug.exceptions import NotFound

from lms.web.addresses import GREATEST_KEY


@pytest.mark.parametrize(
    "number",
    [str(GREATEST_KEY + 1), "105976702180692590592", "9" * 4_500],
    ids=["the next", "21 digits", "4,500 digits"],
)
def test_a_number_beyond_every_key_leads_nowhere(sqlite_app, number):
    """Also where another method has a rule of its own, which once made a 405 of it."""
    addresses = sqlite_app.url_map.bind("localhost")
    rules = [
        rule for rule in sqlite_app.url_map.iter_rules() if rule.rule.startswith("/api/v1/") and "<int:" in rule.rule
    ]
    assert len(rules) > 10
    for rule in rules:
        path = rule.rule
        for name in rule.arguments:
            for kind in ("int:", "path:", ""):
                path = path.replace(f"<{kind}{name}>", number if kind == "int:" else "x")
        for method in rule.methods:
            with pytest.raises(NotFound):
                addresses.match(path, method=method)


def test_the_greatest_key_is_looked_for(sqlite_app):
    addresses = sqlite_app.url_map.bind("localhost")
    assert addresses.match(f"/api/v1/cohorts/{GREATEST_KEY}", method="PUT")[1] == {"cohort_id": GREATEST_KEY}
