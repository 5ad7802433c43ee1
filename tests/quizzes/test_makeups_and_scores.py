"""Who may be given a makeup, which occasion somebody sits now, and what a line of the scores says. Mostly pure."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.quizzes import actions, queries
from lms.quizzes.actions.makeups import Terms, give_makeups, withdraw_makeup
from lms.quizzes.models import Makeup
from lms.quizzes.queries.exams import exam
from lms.quizzes.rules.attempts import NoAttemptsLeft, Past, Reveal, State
from lms.quizzes.rules.makeups import why_no_makeup
from lms.quizzes.rules.scores import Standing, Try, Who, in_order, line_of, totals
from lms.quizzes.rules.windows import Closed, NotOpenYet, Plan, Window, bell, deadline, move_of, plan_of
from lms.quizzes.spec import QuizRules, Use
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_quizzes import a_quiz, answered_right, begun, document_id, handed_in
from tests.support.make_sittings import a_makeup, a_window

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHO = Who(id=1, name="林小满", employee_no="A1001", team="售前组", team_id=1)


# who may have one


def why(*, attempts=1, past=1, results=(False,), closes_at=None, has_one=False, state=State.SUBMITTED):
    tries = [Past(number=n + 1, state=state, ended_at=NOON) for n in range(past)]
    plan = Plan(rules=QuizRules(attempts=attempts), closes_at=closes_at)
    return why_no_makeup(plan, tries, list(results), NOON, has_one=has_one)


@pytest.mark.parametrize(
    "case",
    [
        {},  # failed, and nothing left
        {"attempts": 3},  # failed, though two are left
        {"past": 0, "results": (), "closes_at": NOON - HOUR},  # missed the time
    ],
)
def test_a_makeup_is_for_who_failed_or_missed_the_time(case):
    assert why(**case) is None


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"results": (False, True)}, "已经通过"),
        ({"results": (None,)}, "待阅"),
        ({"state": State.OPEN, "results": ()}, "正在作答"),
        ({"has_one": True}, "还没有用"),
        ({"past": 0, "results": ()}, "还可以正常考"),
    ],
)
def test_nobody_else_is_given_one_and_the_reason_is_said(case, words):
    assert words in str(why(**case))


# windows, pure


def test_each_field_is_taken_from_the_nearest_window_that_says_something():
    plan = plan_of(
        QuizRules(seconds=600, attempts=1),
        [
            Window(attempts=3, personal=True),
            Window(seconds=60, closes_at=NOON),
            Window(seconds=90, opens_at=NOON - HOUR),
        ],
    )
    assert (plan.rules.attempts, plan.rules.seconds, plan.closes_at, plan.opens_at) == (3, 60, NOON, NOON - HOUR)
    assert not plan.own_bell


def test_the_bell_gives_back_exactly_the_extra_minutes():
    plan = Plan(rules=QuizRules(seconds=601), closes_at=NOON)
    assert bell(plan, 100) == NOON
    assert bell(plan, 150) == NOON + timedelta(seconds=301)
    assert bell(plan, 80) == NOON


def test_what_was_given_and_paused_counts_whichever_end_comes_first():
    plan = Plan(rules=QuizRules(seconds=3600), closes_at=NOON)
    assert deadline(plan, NOON - HOUR / 2, added=60, paused=30) == NOON + timedelta(seconds=90)
    assert deadline(Plan(rules=QuizRules()), NOON, added=60) is None


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (HOUR, HOUR, None),
        (HOUR, 2 * HOUR, (2 * HOUR, False)),
        (HOUR, HOUR / 2, (HOUR / 2, False)),
        (HOUR, -HOUR, (timedelta(0), True)),
        (None, -HOUR, (timedelta(0), True)),
        (HOUR, None, (None, False)),
        (-HOUR, -2 * HOUR, None),  # its time was up already
        (-HOUR, HOUR, (HOUR, False)),
    ],
)
def test_a_deadline_moves_both_ways_and_never_before_now(before, after, expected):
    def at(offset):
        return None if offset is None else NOON + offset

    move = move_of(7, at(before), at(after), NOON)
    assert (move and (move.after and move.after - NOON, move.ends_now)) == expected


# acts


def give(trainer, slug, *people, **terms):
    with transaction():
        found = exam(trainer, slug)
        return give_makeups(trainer, found, [each.id for each in people], Terms(**{"reason": "断电", **terms}))


def failed(actor, slug):
    attempt = begun(actor, slug)
    handed_in(actor, attempt)
    return attempt


def test_a_makeup_has_its_own_numbers_limits_and_time(world):
    trainer, actor = an_actor(Role.TRAINER), an_actor()
    slug = a_quiz(seconds=600, attempts=1, use=Use.EXAM)
    with clock.frozen(NOON):
        failed(actor, slug)
        with pytest.raises(NoAttemptsLeft):
            begun(actor, slug)
        made = give(trainer, slug, actor, attempts=2, opens_at=NOON + HOUR, closes_at=NOON + 2 * HOUR)
        assert list(made.given) == [actor.id]
        with pytest.raises(NotOpenYet):
            begun(actor, slug)
    with clock.frozen(NOON + HOUR):
        first = queries.own_sitting(actor, failed(actor, slug))
        assert (first.occasion, first.number, first.deadline_at) == ("makeup:1", 1, NOON + HOUR + timedelta(minutes=10))
    with clock.frozen(NOON + 2 * HOUR - timedelta(minutes=4)):
        second = queries.own_sitting(actor, failed(actor, slug))
        assert (second.number, second.deadline_at) == (2, NOON + 2 * HOUR)
    with clock.frozen(NOON + 2 * HOUR), pytest.raises(NoAttemptsLeft):
        begun(actor, slug)


def test_the_key_of_an_exam_stays_hidden_while_a_makeup_can_still_be_sat(world):
    trainer, actor = an_actor(Role.TRAINER), an_actor()
    slug = a_quiz(attempts=1, use=Use.EXAM)
    attempt = failed(actor, slug)
    assert queries.result_of(queries.own_sitting(actor, attempt)).reveal is Reveal.KEY
    give(trainer, slug, actor)
    assert queries.result_of(queries.own_sitting(actor, attempt)).reveal is Reveal.POINTS
    again = failed(actor, slug)
    for each in (attempt, again):
        assert queries.result_of(queries.own_sitting(actor, each)).reveal is Reveal.KEY


def test_the_second_makeup_has_the_second_number_and_two_at_once_are_refused(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(attempts=1)
    failed(actor, slug)
    give(trainer, slug, actor)
    again = give(trainer, slug, actor)
    assert (again.given, list(again.refused)) == ({}, [actor.id])
    failed(actor, slug)
    give(trainer, slug, actor)
    assert [each.number for each in session().query(Makeup).order_by(Makeup.number)] == [1, 2]


def test_a_lead_gives_one_to_own_people_only(world):
    root = a_team()
    teams = [a_team(parent=root), a_team(parent=root)]
    lead = as_actor(a_person(Role.LEAD, team=teams[0]))
    mine, other = (as_actor(a_person(team=team)) for team in teams)
    slug = a_quiz(attempts=1)
    failed(mine, slug)
    failed(other, slug)
    with pytest.raises(NotFound):
        give(lead, slug, mine, other)
    assert give(lead, slug, mine).given


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"attempts": 0}, "attempts"),
        ({"attempts": 10}, "attempts"),
        ({"closes_at": NOON - 3000 * 24 * HOUR}, "closes_at"),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(world, terms, field):
    actor, slug = an_actor(), a_quiz(attempts=1)
    failed(actor, slug)
    with pytest.raises(Invalid) as refused:
        give(an_actor(Role.TRAINER), slug, actor, **terms)
    assert list(refused.value.fields) == [field]


def test_a_makeup_that_is_being_sat_is_not_withdrawn(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz(attempts=1)
    failed(actor, slug)
    [public_id] = give(trainer, slug, actor).given.values()
    begun(actor, slug)
    with pytest.raises(Conflict), transaction():
        withdraw_makeup(trainer, public_id, "写错人")


def test_nobody_names_a_makeup_that_was_not_given(world):
    actor, slug = an_actor(), a_quiz(attempts=1)
    a_makeup(slug, an_actor(Role.TRAINER), an_actor())
    with pytest.raises(NotFound), transaction():
        actions.start(actor, slug, "makeup:1")


def test_an_occasion_of_another_room_has_attempts_of_its_own_and_no_window(world):
    actor, slug = an_actor(), a_quiz(attempts=1)
    a_window(slug, actor, closes_at=NOON)
    failed_once = None
    with clock.frozen(NOON + HOUR):
        with pytest.raises(Closed):
            begun(actor, slug)
        with transaction():
            failed_once = actions.start(actor, slug, "check:2026-W48").public_id
    assert queries.own_sitting(actor, failed_once).occasion == "check:2026-W48"


def test_a_missed_window_can_be_made_up(world):
    trainer, actor, slug = an_actor(Role.TRAINER), an_actor(), a_quiz()
    a_window(slug, trainer, closes_at=clock.now() - HOUR)
    with pytest.raises(Closed):
        begun(actor, slug)
    give(trainer, slug, actor)
    attempt = begun(actor, slug)
    answered_right(actor, attempt)
    handed_in(actor, attempt)
    assert queries.own_sitting(actor, attempt).passed
    assert document_id(slug)


# lines of the scores


def a_try(percent, *, passed=None, occasion="once", hours=0, waiting=0):
    return Try(
        attempt_id=f"{occasion}{hours}",
        occasion=occasion,
        ended_at=NOON + hours * HOUR,
        percent=Fraction(percent),
        passed=percent >= 80 if passed is None else passed,
        waiting=waiting,
        seconds=60,
    )


def test_first_best_and_last_are_of_the_first_sitting_alone():
    line = line_of(WHO, [a_try(70, hours=2), a_try(50), a_try(60, hours=1), a_try(90, occasion="makeup:1", hours=3)])
    assert (line.first.percent, line.best.percent, line.last.percent, line.makeup.percent) == (50, 70, 70, 90)
    assert (line.tries, line.makeup_tries, line.standing) == (3, 1, Standing.MADE_UP)


@pytest.mark.parametrize(
    ("tries", "sitting", "standing"),
    [
        ([], False, Standing.ABSENT),
        ([], True, Standing.SITTING),
        ([a_try(10)], False, Standing.FAILED),
        ([a_try(10), a_try(95, hours=1)], False, Standing.PASSED),
        (
            [Try(attempt_id="w", occasion="once", ended_at=NOON, percent=Fraction(50), passed=None)],
            False,
            Standing.WAITING,
        ),
        ([a_try(10), a_try(20, occasion="makeup:1")], False, Standing.FAILED),
    ],
)
def test_how_somebody_stands(tries, sitting, standing):
    assert line_of(WHO, tries, sitting=sitting).standing is standing


def test_the_pass_rate_of_the_first_sitting_knows_no_makeup():
    lines = [
        line_of(WHO, [a_try(90)]),
        line_of(WHO, [a_try(50), a_try(90, occasion="makeup:1")]),
        line_of(WHO, [a_try(40)]),
        line_of(
            WHO, [Try(attempt_id="w", occasion="once", ended_at=NOON, percent=Fraction(20), passed=None, waiting=2)]
        ),
        line_of(WHO, []),
    ]
    found = totals(lines)
    assert (found.pass_percent, found.final_percent) == (Fraction(100, 3), Fraction(200, 3))
    assert (found.sat, found.decided, found.absent, found.waiting, found.mean) == (4, 3, 1, 2, 50)


def test_who_has_nothing_in_a_column_comes_last_whichever_way_it_runs():
    lines = [line_of(WHO, []), line_of(WHO, [a_try(40)]), line_of(WHO, [a_try(90)])]
    for descending, order in ((False, [40, 90, None]), (True, [90, 40, None])):
        found = in_order(lines, "best", descending=descending)
        assert [line.best and line.best.percent for line in found] == order
