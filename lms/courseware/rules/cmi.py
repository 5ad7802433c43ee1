"""What a package says of its learner: checked, put together with what it said before, and read. Pure.

A state is the elements with their values as texts. What a package sends is the elements that it has changed since
what was last acknowledged, so that a later message holds all of an earlier one that got lost.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lms.core.texts import Text, text
from lms.courseware.rules.elements import BY_NAME, READ
from lms.courseware.rules.manifest import V12, Sco

State = Mapping[str, str]
MOST_ELEMENTS = 20_000
MOST_CHARACTERS = 2_000_000
"""Of all elements of one person and one part of a package together."""
MOST_LISTED = 5_000
_INDEX = re.compile(r"\.(0|[1-9]\d{0,4})(?=\.)")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,12})?|-?\.\d{1,12}")
_INTEGER = re.compile(r"[+-]?\d{1,6}")
_SPAN = re.compile(r"(\d{2,4}):(\d{2}):(\d{2})(?:\.(\d{1,2}))?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,2})?")
_DURATION = re.compile(
    r"P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,10})(?:\.(\d{1,2}))?S)?)?"
)
_INSTANT = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d{1,2})?)?)?(Z|[+-]\d{2}(:\d{2})?)?)?)?)?")
_NAVIGATION = re.compile(
    r"continue|previous|exit|exitAll|abandon|abandonAll|suspendAll|_none_|\{target=[^{}\s]{1,200}\}(choice|jump)"
)
_HUNDREDTHS = (31_536_000, 2_592_000, 86_400, 3_600, 60, 1)
"""Seconds of a year, a month and so on: SCORM leaves open how long a month is; here it has 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one part of a package says of its learner. score: share 0..1, None without one. seconds: claimed so far.

    completed, success: None where it has not said. left: whether it was told to go on from here the next time.
    """

    completed: bool | None = None
    success: bool | None = None
    score: Fraction | None = None
    left: bool = False


def is_valid(kind: str, value: str) -> bool:
    """Return whether a value fits a type of `elements`."""
    name, _, rest = kind.partition(":")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return False  # no database keeps these
    match name:
        case "string":
            return len(value) <= int(rest)
        case "name":
            return 0 < len(value) <= int(rest) and not re.search(r"\s", value)
        case "vocab":
            return value in rest.split("|")
        case "result":
            return value in rest.split("|") or _DECIMAL.fullmatch(value) is not None
        case "decimal":
            return (value == "" and bool(rest)) or _within(_DECIMAL, value, rest)
        case "real":
            return _within(_DECIMAL, value, rest)
        case "integer":
            return _within(_INTEGER, value, rest)
        case "span":
            found = _SPAN.fullmatch(value)
            return found is not None and int(found[2]) < 100 and int(found[3]) < 100
        case "clock":
            return _CLOCK.fullmatch(value) is not None
        case "duration":
            return _DURATION.fullmatch(value) is not None
        case "instant":
            return _is_instant(value)
        case _:
            return _NAVIGATION.fullmatch(value) is not None


def _within(pattern: re.Pattern[str], value: str, bounds: str) -> bool:
    if pattern.fullmatch(value) is None:
        return False
    if not bounds:
        return True
    least, most = bounds.split(":")
    return Fraction(least) <= Fraction(value) <= Fraction(most)


def _is_instant(value: str) -> bool:
    if _INSTANT.fullmatch(value) is None or not 1970 <= int(value[:4]) <= 2038:
        return False
    try:
        datetime.strptime(value[:10], "%Y-%m-%d"[: {4: 2, 7: 5, 10: 8}[len(value[:10])]])  # noqa: DTZ007 - the form alone
    except (ValueError, KeyError):
        return False
    return True


def merged(edition: str, before: State, changes: Mapping[str, object]) -> dict[str, str] | Text:
    """Return the state after these changes, or why they are refused; then nothing of them holds.

    Only elements that the package may write count; a list has no gaps.
    """
    known = BY_NAME[edition]
    after = dict(before)
    for name, value in changes.items():
        element = known.get(_INDEX.sub(".n", name))
        if element is None or element.access == READ or not isinstance(value, str) or not is_valid(element.type, value):
            return text("课件要存的内容不合 SCORM 的规定：%(name)s。", name=_printable(name))
        after[name] = value
    if len(after) > MOST_ELEMENTS or sum(len(value) for value in after.values()) > MOST_CHARACTERS:
        return text("课件要存的内容太多，没有存下。")
    if (gap := next(_gaps(after), None)) is not None:
        return text("课件要存的内容不合 SCORM 的规定：%(name)s。", name=_printable(gap))
    return after


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name[:80])


def _gaps(state: State) -> Iterator[str]:
    """Yield the lists whose places do not run from 0 without a gap."""
    places: dict[str, set[int]] = {}
    for name in state:
        for found in _INDEX.finditer(name):
            places.setdefault(name[: found.start()], set()).add(int(found[1]))
    for where, numbers in places.items():
        if max(numbers) + 1 != len(numbers) or len(numbers) > MOST_LISTED:
            yield where


def hundredths(edition: str, value: str) -> int:
    """Return a length of time in 1/100 second; 0 for none."""
    if edition == V12:
        found = _SPAN.fullmatch(value)
        if found is None:
            return 0
        whole = int(found[1]) * 3_600 + int(found[2]) * 60 + int(found[3])
        return whole * 100 + int((found[4] or "0").ljust(2, "0"))
    read = _DURATION.fullmatch(value)
    if read is None:
        return 0
    whole = sum(int(read[place + 1] or 0) * seconds for place, seconds in enumerate(_HUNDREDTHS))
    return whole * 100 + int((read[7] or "0").ljust(2, "0"))


def length_text(edition: str, amount: int) -> str:
    """Return 1/100 seconds as the edition writes them: `0001:02:03.45`, `PT1H2M3.45S`."""
    seconds, rest = divmod(max(amount, 0), 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if edition == V12:
        return f"{min(hours, 9_999):04d}:{minutes:02d}:{seconds:02d}.{rest:02d}"
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
    if seconds or rest or not parts:
        parts += f"{seconds}.{rest:02d}S" if rest else f"{seconds}S"
    return f"PT{parts}"


def said(edition: str, sco: Sco, state: State, *, ended: bool) -> Said:
    """Return what a part says of its learner. ended: whether it has taken its leave, when the author's bound counts.

    A part that reports nothing is completed by being opened.
    """
    if not sco.reports:
        return Said(completed=True)
    score = _score(edition, state)
    if edition == V12:
        status = state.get("cmi.core.lesson_status", "")
        left = state.get("cmi.core.exit", "") in ("suspend", "logout")
        if ended and sco.mastery is not None and score is not None and status not in ("browsed", "incomplete"):
            status = "passed" if score >= sco.mastery else "failed"
        success = {"passed": True, "failed": False}.get(status)
        completed = status in ("completed", "passed", "failed") if status else None
        return Said(completed=completed, success=success, score=score, left=left)
    left = state.get("cmi.exit", "") in ("suspend", "logout")
    success = {"passed": True, "failed": False}.get(state.get("cmi.success_status", ""))
    completed = {"completed": True, "incomplete": False, "not attempted": False}.get(
        state.get("cmi.completion_status", "")
    )
    scaled = state.get("cmi.score.scaled", "")
    if sco.mastery is not None and scaled:
        success = Fraction(scaled) >= sco.mastery
    measure = state.get("cmi.progress_measure", "")
    if sco.threshold is not None and measure:
        completed = Fraction(measure) >= sco.threshold
    return Said(completed=completed, success=success, score=score, left=left)


def _score(edition: str, state: State) -> Fraction | None:
    """Return the score as a share: what is scaled already, else the raw one between the least and the most."""
    where = "cmi.core.score" if edition == V12 else "cmi.score"
    scaled = state.get(f"{where}.scaled", "")
    if scaled:
        return max(Fraction(scaled), Fraction(0))
    raw = state.get(f"{where}.raw", "")
    if not raw:
        return None
    least, most = Fraction(state.get(f"{where}.min", "") or 0), Fraction(state.get(f"{where}.max", "") or 100)
    if most <= least:
        return None
    return min(max((Fraction(raw) - least) / (most - least), Fraction(0)), Fraction(1))
