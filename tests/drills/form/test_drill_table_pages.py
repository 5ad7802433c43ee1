"""The table of a drill without a browser: it shows, a reply can be changed, and the change is saved losslessly."""

import re

import pytest

from lms.core.access import Role
from lms.drills.parse import parse
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_draft
from tests.support.make_played import COLD, a_drill_text
from tests.support.make_studio import address, sent, text_in

TEXT = a_drill_text()
SLUG = "drills/urge"


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    a_draft(as_actor(person), TEXT, kind="drill", slug=SLUG)
    sign_in(client, person)
    return person


def refs(page: str) -> list[str]:
    return re.findall(r'value="open:([^"]+)"', page)


def fields_in(html: str) -> dict[str, list[str]]:
    """Return the fields of the open scene as a browser would send them back."""
    card = html[html.index("data-card") : html.index("form-foot")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input(?![^>]*checkbox)[^>]*name="((?:card|row)[\w-]*)" value="([^"]*)"', card):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', card):
        found[name] = [value]
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', card, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0]]
    return found


def test_the_table_shows_every_scene_with_its_rows(client, trainer):
    page = client.get(address("drill", SLUG)).text
    assert page.count('<table class="drill-table">') == len(parse(TEXT, "a.md").spec.scenes)
    assert COLD in page
    assert "通向这里：" in page


def test_a_reply_is_changed_in_the_table_and_saved(client, trainer):
    ref = refs(client.get(address("drill", SLUG)).text)[1]
    opened = sent(client, "drill", SLUG, "form", json=True, markdown=TEXT, do=f"open:{ref}").json["form"]
    fields = fields_in(opened)
    name = next(name for name, value in fields.items() if value == [COLD])
    fields |= {name: ["我催一下，十分钟内回您。"], name.replace("words", "effects"): ["共情+3"]}
    answer = sent(client, "drill", SLUG, "form", json=True, markdown=TEXT, do="card", **fields).json
    line = next(line for line in TEXT.split("\n") if COLD in line)
    new = re.sub(r"`.*", "`共情+3`", line.replace(COLD, "我催一下，十分钟内回您。"))
    assert answer["markdown"] == TEXT.replace(line, new)


def test_a_refusal_stands_at_its_field_with_what_was_typed(client, trainer):
    ref = refs(client.get(address("drill", SLUG)).text)[1]
    opened = sent(client, "drill", SLUG, "form", json=True, markdown=TEXT, do=f"open:{ref}").json["form"]
    fields = fields_in(opened)
    name = next(name for name in fields if name.endswith("-effects"))
    answer = sent(client, "drill", SLUG, "form", markdown=TEXT, do="card", **fields | {name: ["耐心+7"]})
    assert answer.status_code == 422
    assert "耐心+7" in answer.text
    assert f'id="error-of-{name}"' in answer.text
    assert text_in(answer.text) == TEXT


def test_a_row_can_be_added_without_a_script(client, trainer):
    ref = refs(client.get(address("drill", SLUG)).text)[1]
    fields = fields_in(sent(client, "drill", SLUG, "form", markdown=TEXT, do=f"open:{ref}").text)
    page = sent(client, "drill", SLUG, "form", markdown=TEXT, do="row-add:choice", **fields).text
    after = fields_in(page)
    assert sum(value == ["choice"] for value in after.values()) == sum(v == ["choice"] for v in fields.values()) + 1
