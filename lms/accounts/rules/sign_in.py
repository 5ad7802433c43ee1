"""Limits of sign-in and the codes of slips. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

LOCK = timedelta(minutes=15)
TRIES_PER_NAME = 5
TRIES_PER_ADDRESS = 60

SLIP_LIFE = timedelta(hours=48)
SLIP_TRIES = 5
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 letters and digits that nobody mixes up on paper: no 0 O 1 I."""
CODE_LENGTH = 8


def login_name(typed: str) -> str:
    """Return the form in which sign-in names are compared: NFKC, no outer spaces, case folded."""
    return normalize("NFKC", typed).strip().casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many tries are left now. until: when the lock-out ends, None where there is none."""

    left: int
    until: datetime | None = None


def allowance(wrong: Iterable[datetime], at: datetime, *, most: int, lock: timedelta = LOCK) -> Allowance:
    """Return what is left after these wrong tries (in any order).

    `most` wrong tries within one span of `lock` close the way until `lock` after the last of them; then it begins anew.
    """
    tries = sorted(wrong)
    if not tries or tries[-1] <= at - lock:
        return Allowance(left=most)
    if len([one for one in tries if one > tries[-1] - lock]) >= most:
        return Allowance(left=0, until=tries[-1] + lock)
    return Allowance(left=max(0, most - len([one for one in tries if one > at - lock])))


def code_typed(typed: str) -> str:
    """Return a typed code as it is compared: narrow, upper case, without spaces and dashes."""
    return "".join(normalize("NFKC", typed).upper().split()).replace("-", "")


def code_shown(code: str) -> str:
    """Return the code in two groups of four, as it is printed."""
    return f"{code[:4]}-{code[4:]}"


class SlipState(StrEnum):
    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"
    VOID = "void"  # a newer one was printed, or the account was closed
    WORN = "worn"  # too many wrong codes; its QR still works


def slip_state(
    *,
    expires_at: datetime,
    used_at: datetime | None,
    voided_at: datetime | None,
    wrong_tries: int,
    typed: bool,
    at: datetime,
) -> SlipState:
    """Return whether a slip lets its person in now. typed: by its code, which wears out after 5 wrong tries."""
    if used_at is not None:
        return SlipState.USED
    if voided_at is not None:
        return SlipState.VOID
    if at >= expires_at:
        return SlipState.EXPIRED
    return SlipState.WORN if typed and wrong_tries >= SLIP_TRIES else SlipState.OPEN


def may_print_for(
    *,
    printer_is_admin: bool,
    printer_is_hr: bool,
    reaches_all: bool,
    printer_teams: frozenset[int],
    grants: Sequence[tuple[str, int]],
) -> bool:
    """Return whether a slip for somebody with these grants (role, team) may be printed by this person.

    Whoever holds a slip can become its person, so nobody prints one for somebody who may do more than the printer.
    """
    if printer_is_admin:
        return True
    roles = {role for role, _ in grants}
    if printer_is_hr:
        return "admin" not in roles
    if not roles <= {"agent", "lead"}:
        return False
    return reaches_all or all(team in printer_teams for role, team in grants if role == "lead")
