"""The marker's sheet as a form: what is typed, read into points line by line, and put back as it was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.core.errors import Invalid
from lms.core.points import Points, points_text, to_fraction
from lms.core.texts import Text, text
from lms.quizzes.queries.answers import Answer, Line
from lms.quizzes.rules.marking import Turn, field_of, read_points

QUICK = 6  # a line with at most so many whole marks has a button for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line as it is drawn. value: as typed. quick: marks to choose at one touch. stored: what another one gave."""

    line: Line
    name: str
    value: str
    least: str
    most: str
    quick: tuple[str, ...]
    stored: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """version, turn: sent along with the marks. errors: by field. total: of what stands in the form, for people."""

    rows: tuple[Row, ...]
    version: int
    turn: Turn
    note: str = ""
    errors: Mapping[str, Text] = field(default_factory=dict)

    @property
    def total(self) -> str:
        found = [read_points(row.value, _known(row.line)) for row in self.rows]
        return points_text(max(sum(points for points in found if points is not None), 0))


def sheet_of(answer: Answer) -> Sheet:
    """Return the sheet as it stands when the page is opened."""
    values = {line.worth.line: "" if line.given is None else points_text(line.given) for line in answer.lines}
    return Sheet(rows=_rows(answer, values), version=answer.version, turn=answer.turn)


def typed_sheet(
    answer: Answer,
    form: Mapping[str, Any],
    *,
    errors: Mapping[str, Text] | None = None,
    stored: Mapping[int, Points] | None = None,
) -> Sheet:
    """Return the sheet with what was typed, for the answer as it is now. stored: the marks of somebody else."""
    values = {line.worth.line: str(form.get(field_of(line.worth.line), ""))[:20] for line in answer.lines}
    return Sheet(
        rows=_rows(answer, values, stored or {}),
        version=answer.version,
        turn=answer.turn,
        note=str(form.get("note", "")),
        errors=errors or {},
    )


def given_in(answer: Answer, form: Mapping[str, Any]) -> dict[int, Points]:
    """Return the points that were typed. Raises Invalid at what is no number; an empty line is left out."""
    given: dict[int, Points] = {}
    wrong: dict[str, Text] = {}
    for line in answer.lines:
        name = field_of(line.worth.line)
        written = str(form.get(name, "")).strip()
        points = read_points(written, _known(line))
        if points is None:
            if written:
                wrong[name] = text("请填一个数，例如 2 或 1.5。")
            continue
        # What must not be said costs points; a marker who types 4 there means that four are taken.
        given[line.worth.line] = -points if line.worth.most == 0 and points > 0 else points
    if wrong:
        raise Invalid(text("有几行的分数不对，请看标出的地方。"), fields=wrong)
    return given


def number_in(form: Mapping[str, Any], name: str) -> int:
    """Return a small whole number that a page sent back; -1 for anything else."""
    written = str(form.get(name, ""))
    return int(written) if written.isdecimal() and len(written) < 9 else -1


def turn_in(form: Mapping[str, Any]) -> Turn:
    written = form.get("turn")
    return next((turn for turn in Turn if turn.value == written), Turn.FIRST)


def _rows(answer: Answer, values: Mapping[int, str], stored: Mapping[int, Points] | None = None) -> tuple[Row, ...]:
    return tuple(
        Row(
            line=line,
            name=field_of(line.worth.line),
            value=values[line.worth.line],
            least=points_text(line.worth.least),
            most=points_text(line.worth.most),
            quick=_quick(line),
            stored=points_text(stored[line.worth.line]) if stored and line.worth.line in stored else "",
        )
        for line in answer.lines
    )


def _quick(line: Line) -> tuple[str, ...]:
    least, most = to_fraction(line.worth.least), to_fraction(line.worth.most)
    if least.denominator > 1 or most.denominator > 1 or most - least >= QUICK:
        return tuple(points_text(points) for points in dict.fromkeys((line.worth.most, line.worth.least)))
    marks = range(int(least), int(most) + 1)
    return tuple(str(mark) for mark in (reversed(marks) if least < 0 else marks))


def _known(line: Line) -> Sequence[Points]:
    return [each for each in (line.worth.least, line.worth.most, line.auto, line.given) if each is not None]
