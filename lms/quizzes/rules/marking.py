"""Who marks a written answer next, in what order, and what he may give. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

from lms.core.errors import Conflict, Invalid
from lms.core.points import ONE_POINT, Points, points_text
from lms.core.texts import Text, text
from lms.questions.rules.rubric import Worth, together

LONGEST_NOTE = 1_000  # characters


class Turn(StrEnum):
    """What a mark that somebody gives to an answer now would be."""

    FIRST = "first"
    CHANGE = "change"  # it has a mark: another one needs a reason
    SECOND = "second"  # somebody else's, who has not seen the first one
    SETTLE = "settle"  # two differ, one decides


class MarkedMeanwhile(Conflict):
    """Somebody else has marked the answer since the page was opened; nothing was changed.

    details: version, and what is stored where the marker may see it: earned, criteria, note, by, at.
    """

    default_code = "marked_meanwhile"


class NotMarkable(Conflict):
    """The answer is none that a person marks now."""

    default_code = "not_markable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the marking of one answer stands. first: who gave the mark that counts, None where it waits or is automatic.

    second_asked: a second mark was asked for; second: who gave it; settled: the two agree, or somebody has decided.
    """

    waiting: bool
    first: int | None
    second_asked: bool = False
    second: int | None = None
    settled: bool = False


def turn_of(standing: Standing, marker_id: int) -> Turn:
    """Return what this marker's next mark would be."""
    if standing.waiting:
        return Turn.FIRST
    if standing.second_asked and not standing.settled:
        if standing.second is not None:
            return Turn.SETTLE
        if standing.first != marker_id:
            return Turn.SECOND
    return Turn.CHANGE


def counting(kinds: Sequence[str]) -> int | None:
    """Return the place of the change whose marks count, after every step back; None where there is none.

    kinds: of GradeChange, the first one first. A regrade keeps a person's marks, so it is none of its own.
    """
    standing: list[int] = []
    for place, kind in enumerate(kinds):
        if kind == "undo":
            del standing[-1:]
        elif kind != "regrade":
            standing.append(place)
    return standing[-1] if standing else None


def sampled(public_id: str, position: int, percent: int) -> bool:
    """Say whether a second person marks this answer: the same answers each time, `percent` of all."""
    digest = sha256(f"second/{public_id}/{position}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


def checked(worths: Sequence[Worth], given: Mapping[int, Points], possible: Points) -> Points:
    """Return what the lines earn together. Raises Invalid at `points-<line>` for a missing or impossible number."""
    wrong: dict[str, Text] = {}
    for worth in worths:
        points = given.get(worth.line)
        if points is None:
            wrong[field_of(worth.line)] = text("请给分。")
        elif not worth.least <= points <= worth.most:
            wrong[field_of(worth.line)] = _range(worth)
    for line in set(given) - {worth.line for worth in worths}:
        wrong[field_of(line)] = text("评分标准里没有这一行。")
    if wrong:
        raise Invalid(text("有几行的分数不对，请看标出的地方。"), fields=wrong)
    return together([given[worth.line] for worth in worths], possible)


def field_of(line: int) -> str:
    """Return the name of a line's field in forms and errors."""
    return f"points-{line}" if line >= 0 else "points-whole"


def read_points(written: str, known: Sequence[Points]) -> Points | None:
    """Return the points that were typed; None for no number. known: a number shown rounded means the exact one."""
    plain = written.strip().replace("−", "-").replace("，", ".").replace(",", ".")
    for points in known:
        if plain in (points_text(points), points_text(points).lstrip("0")):
            return points
    try:
        value = Fraction(plain)
    except (ValueError, ZeroDivisionError):
        return None
    if "/" in plain or "e" in plain.lower() or len(plain) > 12:
        return None
    return round(value * ONE_POINT)


def _range(worth: Worth) -> Text:
    return text("请填 %(least)s 到 %(most)s 之间的数。", least=points_text(worth.least), most=points_text(worth.most))
