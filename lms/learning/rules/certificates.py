"""How long a certificate holds, when it may be renewed, and how it stands on a day. Pure: rows and a day in.

Of one person and one plan: a new certificate begins after the one before it ends, or on the day itself where that one
has ended. So no two hold on one day, and an early renewal costs nobody a day.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.accounts.rules.sign_in import ALPHABET, code_typed
from lms.core.errors import Invalid
from lms.core.texts import Text, text

OCCASION = "expiry:"
"""What the occasion of a duty begins with that renews a certificate: `expiry:12`."""

REF = "certificate:"
"""What the ref of a line of the log begins with that gives or revokes one: `certificate:<code>`."""

LATE_DAYS = 7
"""Days to renew for whoever gets the duty after the end only (was away, or the plan is new)."""

CODE_LENGTH = 12
LONGEST_NAME, LONGEST_REASON = 80, 400
MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The spans of a plan, in days. valid_days: None = for ever."""

    valid_days: int | None
    renew_days: int
    grace_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days on which a certificate holds, both included; until: None = for ever."""

    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is known of one certificate."""

    id: int
    from_on: date
    until_on: date | None
    revoked: bool = False


class State(StrEnum):
    NOT_YET = "not_yet"  # renewed early: begins when the one before it ends
    HOLDS = "holds"
    ENDS_SOON = "ends_soon"  # may be renewed now
    IN_GRACE = "in_grace"  # past its end and still taken as valid
    LAPSED = "lapsed"
    RENEWED = "renewed"  # over, and another one has taken its place
    REVOKED = "revoked"


VALID = frozenset({State.HOLDS, State.ENDS_SOON, State.IN_GRACE})
"""States in which somebody counts as certified."""

STATE_WORDS: dict[State, Text] = {
    State.NOT_YET: text("已续期，尚未生效"),
    State.HOLDS: text("有效"),
    State.ENDS_SOON: text("即将到期"),
    State.IN_GRACE: text("已到期，宽限中"),
    State.LAPSED: text("已过期"),
    State.RENEWED: text("已由新证接续"),
    State.REVOKED: text("已撤销"),
}


def checked(name: str, terms: Terms) -> None:
    """Raise Invalid where a plan makes no sense: it would renew from its first day on, or never end."""
    fields: dict[str, Text] = {}
    if not name.strip():
        fields["name"] = text("请给证书起个名字。")
    elif len(name.strip()) > LONGEST_NAME:
        fields["name"] = text("最多 %(n)s 个字，请缩短。", n=LONGEST_NAME)
    if terms.valid_days is not None and not 1 <= terms.valid_days <= MOST_DAYS:
        fields["valid_days"] = text("有效期填 1–%(most)s 天，长期有效请留空。", most=MOST_DAYS)
    elif terms.valid_days is not None and not 0 <= terms.renew_days < terms.valid_days:
        fields["renew_days"] = text("提前续期的天数要小于有效期。")
    if not 0 <= terms.grace_days <= 365:
        fields["grace_days"] = text("宽限期填 0–365 天。")
    if fields:
        raise Invalid(text("证书规则没有保存，请看标出的地方。"), fields=fields)


def span(from_on: date, valid_days: int | None) -> Span:
    return Span(from_on=from_on, until_on=None if valid_days is None else from_on + timedelta(days=valid_days - 1))


def renewable_from(until_on: date, renew_days: int) -> date:
    """Return the first day on which an early renewal counts."""
    return until_on - timedelta(days=renew_days)


def accepted_until(until_on: date | None, grace_days: int) -> date | None:
    """Return the last day on which a certificate is taken as valid, its grace included; None = for ever."""
    return None if until_on is None else until_on + timedelta(days=grace_days)


def next_span(rows: Iterable[Row], terms: Terms, day: date) -> Span | None:
    """Return what a completion on this day brings: the first, an early renewal, a later one, or nothing (None).

    Nothing: it holds and the window for renewing is not open, or it has been renewed already.
    """
    living = [row for row in rows if not row.revoked]
    if any(row.until_on is None for row in living):
        return None
    newest = max(living, key=_end, default=None)
    if newest is None or _end(newest) < day:
        return span(day, terms.valid_days)
    if day <= newest.from_on or day < renewable_from(_end(newest), terms.renew_days):
        return None
    return span(_end(newest) + timedelta(days=1), terms.valid_days)


def state_of(row: Row, rows: Iterable[Row], terms: Terms, day: date) -> State:
    """Return how one certificate stands on a day, among all of the person and the plan."""
    if row.revoked:
        return State.REVOKED
    if day < row.from_on:
        return State.NOT_YET
    if row.until_on is None:
        return State.HOLDS
    renewed = any(not other.revoked and other.from_on > row.from_on and other.id != row.id for other in rows)
    if day <= row.until_on:
        soon = not renewed and day >= renewable_from(row.until_on, terms.renew_days)
        return State.ENDS_SOON if soon else State.HOLDS
    if renewed:
        return State.RENEWED
    return State.IN_GRACE if day <= row.until_on + timedelta(days=terms.grace_days) else State.LAPSED


def valid_on(rows: Sequence[Row], terms: Terms, day: date) -> Row | None:
    """Return by which certificate somebody counts as certified on a day."""
    return next((row for row in rows if state_of(row, rows, terms, day) in VALID), None)


def latest(rows: Iterable[Row]) -> Row | None:
    """Return the certificate that ends last of those that were not revoked; None where there is none."""
    return max((row for row in rows if not row.revoked), key=_end, default=None)


def _end(row: Row) -> date:
    return row.until_on or date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What other terms mean for those who hold a certificate now, in people. The end that is printed never moves."""

    holders: int
    window_opens: int  # may renew from today on, and could not before
    window_closes: int
    accepted_again: int  # were lapsed and are taken as valid once more
    lapse_today: int  # are taken as valid no longer

    @property
    def touches_somebody(self) -> bool:
        return bool(self.window_opens or self.window_closes or self.accepted_again or self.lapse_today)


def meaning(people: Iterable[Sequence[Row]], before: Terms, after: Terms, day: date) -> Meaning:
    """Count what other terms change today. people: the certificates of each person, of this plan."""
    holders = opens = closes = again = lapse = 0
    for rows in people:
        newest = latest(rows)
        if newest is None:
            continue
        was, now = state_of(newest, rows, before, day), state_of(newest, rows, after, day)
        holders += was in VALID or was is State.NOT_YET
        opens += now is State.ENDS_SOON and was is State.HOLDS
        closes += was is State.ENDS_SOON and now is State.HOLDS
        again += was is State.LAPSED and now is State.IN_GRACE
        lapse += was is State.IN_GRACE and now is State.LAPSED
    return Meaning(holders=holders, window_opens=opens, window_closes=closes, accepted_again=again, lapse_today=lapse)


def new_code() -> str:
    """Return a random code of 60 bits that nobody mixes up on paper."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_shown(code: str) -> str:
    """Return a code in groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def code_read(typed: str) -> str:
    """Return what was typed or scanned as a code is kept; whatever it was, never longer than a code."""
    return code_typed(typed)[: CODE_LENGTH + 1]


TWO_SIGNS = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "独孤", "南宫", "夏侯", "皇甫"),
        *("尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "轩辕", "端木", "百里", "东郭"),
    )
)
"""Surnames of two characters."""


def name_masked(name: str) -> str:
    """Return a name of which only the surname can be read: 林＊＊, 欧阳＊, ＊＊＊＊ Smith."""
    name = " ".join(name.split())
    if not name:
        return "＊"
    first, _, last = name.rpartition(" ")
    if first and name.isascii():
        return f"{'＊' * len(first.replace(' ', ''))} {last}"
    kept = 2 if name[:2] in TWO_SIGNS and len(name) > 2 else 1
    return name[:kept] + "＊" * max(1, len(name) - kept)
