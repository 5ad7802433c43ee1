"""How many tries are left, when the way opens again, for whom a slip may be printed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.rules.sign_in import (
    ALPHABET,
    Allowance,
    SlipState,
    allowance,
    code_shown,
    code_typed,
    login_name,
    may_print_for,
    slip_state,
)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [NOON - timedelta(minutes=one) for one in minutes]


def test_nobody_tried_leaves_every_try():
    assert allowance([], NOON, most=5) == Allowance(left=5)


def test_each_wrong_try_takes_one():
    assert allowance(ago(3, 2, 1), NOON, most=5) == Allowance(left=2)


def test_the_fifth_wrong_try_closes_the_way_for_fifteen_minutes_after_it():
    assert allowance(ago(5, 4, 3, 2, 1), NOON, most=5) == Allowance(left=0, until=NOON + timedelta(minutes=14))


def test_the_lock_ends_to_the_minute_and_begins_anew():
    assert allowance(ago(19, 18, 17, 16, 15), NOON, most=5) == Allowance(left=5)


def test_tries_spread_over_more_than_fifteen_minutes_do_not_close_the_way():
    assert allowance(ago(17, 14, 10, 5, 1), NOON, most=5) == Allowance(left=1)


@given(st.lists(st.floats(0, 60), max_size=12), st.integers(1, 8))
def test_the_order_of_the_tries_does_not_matter_and_what_is_left_is_in_range(minutes, most):
    found = allowance(ago(*minutes), NOON, most=most)
    assert found == allowance(ago(*sorted(minutes)), NOON, most=most)
    assert 0 <= found.left <= most
    assert found.until is None or (found.left == 0 and found.until > NOON)


@pytest.mark.parametrize("typed", ["a1001", " Ａ１００１ ", "A1001"])
def test_a_number_is_the_same_in_any_width_and_case(typed):
    assert login_name(typed) == "a1001"


def test_the_alphabet_has_32_letters_that_nobody_mixes_up():
    assert len(set(ALPHABET)) == 32
    assert not set("01OI") & set(ALPHABET)


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_is_the_same_as_printed_and_in_lower_case(code):
    assert code_typed(code_shown(code)) == code_typed(f" {code.lower()} ") == code


def state(**more):
    given_ = {
        "expires_at": NOON + timedelta(hours=1),
        "used_at": None,
        "voided_at": None,
        "wrong_tries": 0,
        "typed": True,
    }
    return slip_state(**{**given_, **more}, at=NOON)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, SlipState.OPEN),
        ({"used_at": NOON}, SlipState.USED),
        ({"voided_at": NOON}, SlipState.VOID),
        ({"expires_at": NOON}, SlipState.EXPIRED),
        ({"wrong_tries": 4}, SlipState.OPEN),
        ({"wrong_tries": 5}, SlipState.WORN),
        ({"wrong_tries": 5, "typed": False}, SlipState.OPEN),
    ],
)
def test_a_slip_is_open_until_used_void_expired_or_its_code_worn(more, expected):
    assert state(**more) is expected


def may(printer="lead", teams=(1, 2), all_=False, grants=()):
    return may_print_for(
        printer_is_admin=printer == "admin",
        printer_is_hr=printer == "hr",
        reaches_all=all_,
        printer_teams=frozenset(teams),
        grants=grants,
    )


def test_a_lead_prints_for_agents_and_for_leads_of_teams_below():
    assert may(grants=())
    assert may(grants=[("lead", 2)])


@pytest.mark.parametrize("role", ["admin", "hr", "director", "trainer", "quality"])
def test_nobody_prints_a_slip_for_somebody_who_may_do_more(role):
    assert not may(grants=[(role, 1)])
    assert not may("trainer", all_=True, grants=[(role, 1)])


def test_a_lead_does_not_print_for_the_lead_of_a_team_above():
    assert not may(grants=[("lead", 9)])
    assert may(grants=[("lead", 9)], all_=True)


def test_hr_prints_for_everybody_but_administrators():
    assert may("hr", grants=[("director", 1)])
    assert not may("hr", grants=[("admin", 1)])
    assert may("admin", grants=[("admin", 1)])
