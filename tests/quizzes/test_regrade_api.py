"""Marking again by a program and from the command line."""

from dataclasses import replace
from fractions import Fraction

import pytest
from click.testing import CliRunner

from lms import cli
from lms.core.access import Role
from lms.core.db import session
from lms.quizzes.models import Regrade
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, a_single
from tests.support.make_regrades import answered, part_of, regraded, result
from tests.support.pages import token

ASKED = a_single("几天内可以退？", right="o3", options=("3 天", "7 天", "15 天"))
OTHER = a_single("运费谁付？", options=("商家", "顾客"), right="o1")


@pytest.fixture
def slug(world):
    return a_quiz(ASKED, OTHER, pass_mark=Fraction(60, 100), attempts=None)


@pytest.fixture
def trainer(client):
    person = a_person(Role.TRAINER, no="T7001", name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def post(client, slug, **body):
    headers = {"X-CSRFToken": token(client, f"/quizzes/{slug}")}
    return client.post(f"/api/v1/quizzes/{slug}/regrades", json=body, headers=headers)


def test_a_dry_run_counts_and_changes_nothing(client, trainer, slug):
    answered(slug, "o2", "o1")
    answer = post(client, slug, question=part_of(ASKED).key, to="all", dry_run=True)
    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["counts"]["raised"], answer.json["counts"]["to_pass"]) == (None, 1, 1)
    assert session().query(Regrade).count() == 0


def test_an_order_is_carried_out_and_stands_in_the_history(client, trainer, slug):
    _, attempt = answered(slug, "o2", "o1")
    key = part_of(ASKED).key
    seen = post(client, slug, question=key, to="drop", dry_run=True).json["seen"]
    answer = post(client, slug, question=key, to="drop", reason="题目有歧义", seen=seen)
    assert (answer.status_code, answer.json["done"]) == (200, True)
    assert result(attempt)[2] is True
    (row,) = client.get(f"/api/v1/quizzes/{slug}/regrades").json["items"]
    assert (row["question"], row["to"], row["reason"], row["by"]) == (key, None, "题目有歧义", "苏岩")
    assert row["counts"]["to_pass"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"to": "drop"}, 422, "invalid"),
        ({"to": "asked", "reason": "因为"}, 409, "nothing_to_regrade"),
        ({"to": "all", "reason": "因为", "seen": "0" * 16}, 409, "preview_stale"),
        ({"to": "all", "reason": "因为", "version": "0" * 16}, 404, "not_found"),
        ({"to": "whatever", "reason": "因为"}, 422, "invalid"),
    ],
)
def test_what_can_not_be_done_is_refused_with_its_reason(client, trainer, slug, body, status, code):
    answered(slug, "o2", "o1")
    answer = post(client, slug, question=part_of(ASKED).key, **body)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


def test_the_result_over_the_api_is_the_corrected_one(client, slug):
    person = a_person()
    _, attempt = answered(slug, "o2", "o1", actor=as_actor(person))
    right = replace(ASKED, shape=replace(ASKED.shape, right="o2"))
    regraded(as_actor(a_person(Role.TRAINER)), slug, ASKED, right)
    sign_in(client, person)
    found = client.get(f"/api/v1/attempts/{attempt}").json["result"]
    assert (found["score"], found["passed"], found["per_question"][0]["result"]) == (100, True, "right")
    regraded(as_actor(a_person(Role.TRAINER)), slug, ASKED, None)
    assert client.get(f"/api/v1/attempts/{attempt}").json["result"]["per_question"][0]["result"] == "dropped"


# the command


def run(world, *words):
    return CliRunner().invoke(cli.main, ["quiz", "regrade", *words], obj=world)


def test_the_command_says_first_and_does_then(world, trainer, slug):
    _, attempt = answered(slug, "o2", "o1")
    key = part_of(ASKED).key
    said = run(world, slug, key, "--to-all", "--dry-run")
    assert (said.exit_code, "升 1" in said.output, result(attempt)[2]) == (0, True, False)
    done = run(world, slug, key, "--to-all", "--reason", "题目有歧义", "--by", "T7001")
    assert (done.exit_code, result(attempt)[2]) == (0, True)


@pytest.mark.parametrize(
    ("words", "code"), [((), 2), (("--drop",), 2), (("--to-asked", "--reason", "因为", "--by", "T7001"), 1)]
)
def test_the_command_refuses_with_the_reason(world, trainer, slug, words, code):
    answered(slug, "o2", "o1")
    assert run(world, slug, part_of(ASKED).key, *words).exit_code == code
