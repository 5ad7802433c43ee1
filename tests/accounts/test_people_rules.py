"""Moving between teams keeps the past; nobody grants more than they may."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.rules.people import Closing, Span, check_may_change, check_may_grant, ended, moved
from lms.core.access import Role
from lms.core.errors import Forbidden, Invalid
from lms.core.i18n import say_in

TODAY = date(2026, 11, 22)
START = date(2026, 1, 1)
HERE = [Span(team_id=1, from_on=START)]


def test_a_move_today_ends_the_present_stay_and_begins_the_next():
    assert moved(HERE, 2, TODAY, TODAY) == [
        Span(team_id=1, from_on=START, until_on=TODAY),
        Span(team_id=2, from_on=TODAY),
    ]


def test_a_planned_move_is_replaced_by_a_new_plan():
    planned = moved(HERE, 2, TODAY + timedelta(days=10), TODAY)
    assert moved(planned, 3, TODAY + timedelta(days=5), TODAY) == [
        Span(team_id=1, from_on=START, until_on=TODAY + timedelta(days=5)),
        Span(team_id=3, from_on=TODAY + timedelta(days=5)),
    ]


def test_a_move_on_the_first_day_of_the_stay_corrects_it():
    assert moved(HERE, 2, START, TODAY) == [Span(team_id=2, from_on=START)]


def test_what_is_past_can_not_be_rewritten():
    past = [Span(team_id=1, from_on=START, until_on=TODAY), Span(team_id=2, from_on=TODAY)]
    with pytest.raises(Invalid, match="考核依据") as refused:
        moved(past, 3, TODAY - timedelta(days=1), TODAY)
    assert "（2026年11月22日）" in say_in(refused.value.message, "zh_CN")
    assert "(22 Nov 2026)" in say_in(refused.value.message, "en")


def test_a_move_to_the_same_team_is_refused():
    with pytest.raises(Invalid, match="本来就在"):
        moved(HERE, 1, TODAY, TODAY)


def test_a_move_back_to_the_present_team_calls_the_planned_one_off():
    planned = moved(HERE, 2, TODAY + timedelta(days=10), TODAY)
    assert moved(planned, 1, TODAY + timedelta(days=5), TODAY) == HERE


def test_the_first_membership_of_all():
    assert moved([], 1, TODAY, TODAY) == [Span(team_id=1, from_on=TODAY)]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-30, 30)), max_size=8))
def test_however_one_moves_the_stays_never_overlap_and_leave_no_gap(moves):
    history = HERE
    for team, offset in moves:
        try:
            history = moved(history, team, TODAY + timedelta(days=offset), TODAY)
        except Invalid:
            continue
    assert all(one.until_on == later.from_on for one, later in pairwise(history))
    assert history[-1].until_on is None


def test_leaving_ends_the_stay_after_the_last_day_and_drops_what_was_planned():
    planned = moved(HERE, 2, TODAY + timedelta(days=10), TODAY)
    after = TODAY + timedelta(days=1)
    assert ended(planned, TODAY, after) == [Span(team_id=1, from_on=START, until_on=after)]


@pytest.mark.parametrize("role", [Role.HR, Role.LEAD])
def test_only_administrators_change_administrators_and_make_them(role):
    with pytest.raises(Forbidden):
        check_may_change({role}, {Role.ADMIN, Role.AGENT})
    with pytest.raises(Forbidden):
        check_may_grant({role}, Role.ADMIN, to_self=False)
    check_may_change({Role.ADMIN}, {Role.ADMIN})
    check_may_grant({Role.ADMIN}, Role.ADMIN, to_self=True)


def test_nobody_else_grants_to_themselves():
    with pytest.raises(Forbidden, match="请别人来改"):
        check_may_grant({Role.HR}, Role.DIRECTOR, to_self=True)


def test_closing_says_only_what_it_touches():
    assert len(Closing(name="周敏").sentences()) == 2
    said = " ".join(str(one) for one in Closing(name="周敏", mentees=3, led_teams=1, tokens=2, slips=1).sentences())
    assert all(part in said for part in ("3 人会没有带教人", "1 个团队", "2 个接口令牌和 1 张登录条"))
