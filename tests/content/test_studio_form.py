"""The form tab without a browser: what each act answers, with a script and without one."""

import re

import pytest

from lms.content import actions
from lms.core.access import Role
from lms.core.db import transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_draft, a_question, a_quiz_text
from tests.support.make_studio import address, sent, text_in

TEXT = a_quiz_text(a_question("几天内？"), a_question("谁来付？", "商家", ("顾客", "平台")))


@pytest.fixture
def trainer(world, client):
    person = a_person(Role.TRAINER)
    a_draft(as_actor(person), TEXT, kind="quiz", slug="a/b")
    sign_in(client, person)
    return person


def refs(page: str) -> list[str]:
    return re.findall(r'value="open:([^"]+)"', page)


def opened(client, ref: str) -> dict[str, str]:
    """Return the fields of a card as a browser would send them back."""
    html = sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do=f"open:{ref}").json["form"]
    card = html[html.index("data-card") :]
    values = dict(re.findall(r'name="((?:card|row)-[\w-]+)" value="([^"]*)"', card))
    values |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n([^<]*)</textarea>', card))
    return {name: value for name, value in values.items() if "__n__" not in name}


def test_the_page_opens_with_the_form_and_remembers_the_source(client, trainer):
    assert 'data-view="form"' in client.get(address("quiz", "a/b")).text
    answer = sent(client, "quiz", "a/b", "form?view=source", markdown=TEXT, view="source")
    assert "lms_studio_view=source" in answer.headers["Set-Cookie"]
    assert 'data-view="source"' in client.get(address("quiz", "a/b")).text


def test_an_act_answers_the_new_text_its_problems_and_the_form(client, trainer):
    ref = refs(client.get(address("quiz", "a/b")).text)[-1]
    answer = sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do=f"delete:{ref}").json
    assert answer["changed"]
    assert "谁来付" not in answer["markdown"]
    assert {"problems", "preview", "form", "focus"} <= answer.keys()


def test_an_act_that_changes_nothing_sends_no_preview(client, trainer):
    answer = sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do="").json
    assert answer["markdown"] == TEXT
    assert "preview" not in answer


def test_a_refusal_names_the_fields_and_keeps_what_was_typed(client, trainer):
    ref = refs(client.get(address("quiz", "a/b")).text)[-1]
    values = opened(client, ref) | {"card-points": "很多"}
    answer = sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do="card:", row="1", **values)
    assert answer.status_code == 422
    assert "card-points" in answer.json["fields"]
    assert 'value="很多"' in answer.json["form"]


def test_without_a_script_the_page_comes_back_with_the_unsaved_text(client, trainer):
    ref = refs(client.get(address("quiz", "a/b")).text)[-1]
    page = sent(client, "quiz", "a/b", "form", markdown=TEXT, do=f"copy:{ref}").text
    assert text_in(page).count("谁来付？") == 2
    assert "有改动还没保存" in page


def test_without_a_script_a_refusal_stands_at_its_field(client, trainer):
    ref = refs(client.get(address("quiz", "a/b")).text)[-1]
    values = opened(client, ref) | {"card-stem": ""}
    answer = sent(client, "quiz", "a/b", "form", markdown=TEXT, do="card:", row="1", **values)
    assert answer.status_code == 422
    assert 'id="error-of-card-stem"' in answer.text


def test_a_block_that_changed_elsewhere_is_not_touched(client, trainer):
    ref = refs(client.get(address("quiz", "a/b")).text)[-1]
    other = TEXT.replace("谁来付？", "谁付运费？")
    answer = sent(client, "quiz", "a/b", "form", json=True, markdown=other, do=f"delete:{ref}")
    assert answer.status_code == 422


def test_an_unknown_act_is_refused(client, trainer):
    assert sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do="explode:1").status_code == 422


def test_an_archived_document_has_no_form(client, trainer):
    made = a_draft(as_actor(trainer), a_quiz_text(a_question("旧题？"), title="旧"), kind="quiz", slug="a/old")
    with transaction():
        actions.archive(as_actor(trainer), made.document_id)
    assert "data-form-here" not in client.get(address("quiz", "a/old")).text


@pytest.mark.parametrize("figure", ["²", "9" * 5000])
def test_what_is_a_digit_and_no_number_is_refused_like_any_other_word(client, trainer, figure):
    assert sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do=f"copy:{figure}-abc").status_code == 422
    card = {"card-ref": f"{figure}-abc", "card-type": "section", "card-drawn": "draw", "card-draw": figure}
    assert sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do="card", **card).status_code == 422


@pytest.mark.parametrize("points", ["1/0", "9" * 5000])
def test_points_that_are_no_number_are_told_at_their_field(client, trainer, points):
    ref = refs(client.get(address("quiz", "a/b")).text)[0]
    card = {"card-ref": ref, "card-type": "section", "card-title": "基础", "card-drawn": "all", "card-each": points}
    answer = sent(client, "quiz", "a/b", "form", json=True, markdown=TEXT, do="card", **card)
    assert (answer.status_code, "card-each" in answer.json["fields"]) == (422, True)
