"""What the first page tells beforehand, what those who run a quiz see afterwards, and a pause without scripts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.quizzes import actions
from lms.quizzes.models import Attempt
from lms.quizzes.rules.attempts import Reveal, reveal
from lms.quizzes.rules.presence import Told
from lms.quizzes.rules.release import release_text
from lms.quizzes.spec import QuizRules, Use
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_quizzes import a_quiz, begun, handed_in, one_of_each, paper
from tests.support.pages import send

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
LOOKING = "切到别的窗口"
LEAVING = "离开超过 3 分钟会记下"


def html(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("rules", "looking", "leaving"),
    [
        ({"use": Use.EXAM}, True, False),
        ({"use": Use.EXAM, "interruptible": False}, True, True),
        ({"use": Use.CHECK, "open_book": True, "interruptible": False}, False, True),
        ({"use": Use.CHECK, "open_book": True}, False, False),
        ({"use": Use.PRACTICE, "interruptible": False}, False, False),
    ],
)
def test_what_is_noted_is_told_before_and_what_is_not_told_is_not_noted(client, rules, looking, leaving):
    person = a_person()
    sign_in(client, person)
    slug = a_quiz(*one_of_each(), **rules)
    page = html(client, f"/quizzes/{slug}")
    assert (LOOKING in page, LEAVING in page) == (looking, leaving)
    attempt = begun(as_actor(person), slug)
    assert ("data-watch" in html(client, f"/attempts/{attempt}")) is looking


@pytest.mark.parametrize("use", list(Use))
@pytest.mark.parametrize("attempts", [None, 2])
def test_the_words_of_what_is_shown_when_say_what_the_rule_does(use, attempts):
    words = str(release_text(QuizRules(use=use, attempts=attempts)))
    at_once = reveal(use, ended=False, answered=True) is Reveal.KEY
    after = reveal(use, ended=True, passed=False, left=attempts) is Reveal.KEY
    at_last = reveal(use, ended=True, passed=False, left=0) is Reveal.KEY
    assert ("每答完一题" in words) is at_once
    assert ("通过后" in words) is not after
    assert ("没有剩余次数时" in words) is (at_last and not after and attempts is not None)


def seen_by(client, reader, attempt):
    sign_in(client, reader)
    return html(client, f"/attempts/{attempt}/result")


def test_a_hint_is_shown_to_those_who_run_the_quiz_alone_and_changes_nothing(client):
    team = a_team()
    person = a_person(team=team)
    actor, slug = as_actor(person), a_quiz(*one_of_each(), use=Use.EXAM, interruptible=False)
    with clock.frozen(NOON):
        attempt = begun(actor, slug)
        tell(actor, attempt)
    with clock.frozen(NOON + timedelta(minutes=9)):
        tell(actor, attempt, away_times=3, away_seconds=80)
        handed_in(actor, attempt)
    hint = "切到别的窗口 3 次，共 80 秒；中途离开 1 次，共 9 分钟。只是线索"
    assert hint in seen_by(client, a_person(Role.TRAINER), attempt)
    assert hint in seen_by(client, a_person(Role.LEAD, team=team), attempt)
    for reader in (person, a_person(Role.QUALITY)):
        assert "只是线索" not in seen_by(client, reader, attempt)


def tell(actor, attempt, **more):
    with transaction():
        actions.tell(actor, attempt, Told(tab="a" * 16, **more), {})


def test_without_scripts_a_pause_takes_nothing_and_loses_nothing(client):
    person = a_person()
    sign_in(client, person)
    actor = as_actor(person)
    attempt = begun(actor, a_quiz(*one_of_each(), seconds=900))
    page = f"/attempts/{attempt}"
    was = html(client, page).split('name="q1.was" value="')[1].split('"')[0]
    with transaction() as s:
        s.execute(update(Attempt).values(paused_at=clock.now()))
    assert 'data-cover="paused" tabindex="-1" aria-labelledby="paused">' in html(client, page)
    answer = send(client, page, page, **{"q1": "o2", "q1.was": was, "go": "2"})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert '<input type="hidden" name="q1" value="o2">' in shown
    assert shown.count('name="csrf_token"') == 1
    session().rollback()
    assert paper(actor, attempt)["q1"].answer is None
    with transaction() as s:
        s.execute(update(Attempt).values(paused_at=None))
    assert send(client, page, page, **{"q1": "o2", "q1.was": was, "go": "2"}).status_code == 303
    assert paper(actor, attempt)["q1"].answer == "o2"
