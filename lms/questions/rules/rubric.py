"""What a written answer earns by its rubric, and which of its words earned it. Pure.

A phrase is found whatever its width, case or traditional writing; one that begins or ends with a digit or a letter is
found as a whole number or word only ("7天" is not in "17天").

A phrase that is negated (core/negation) leaves a doubt: it neither earns nor costs anything by itself, and a person
looks. So 我不能保证今天到 is no promise, and 我不理解您的心情 shows no understanding. A phrase that is said elsewhere
without a negation counts as said.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.core.negation import is_negated
from lms.core.points import Points
from lms.core.tracing import Traced, traced
from lms.questions.expression import AllOf, AnyOf, Expression, Malformed, Phrase, phrases, read
from lms.questions.spec import Criterion, CriterionKind, Open

MOST = 50  # places at which one phrase is shown
_THOUSAND = re.compile(r"\d{3}(?!\d)")  # behind a comma of a number; 活动表 299，16:00 起 are two numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A phrase in an answer. start, end: in the answer as it was typed, end excluded. negated: a negation is near.

    alike: it only resembles the phrase, so a person has to look.
    """

    phrase: str
    start: int
    end: int
    negated: bool
    alike: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is said beyond doubt."""
        return not (self.negated or self.alike)


Finder = Callable[[str, Traced], Iterable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMark:
    """What one line of the rubric gives. points: below 0 for what must not be said, 0 where a person decides.

    found: the phrases that bear on it, in the order of the answer. doubt: only negated phrases bear it out.
    """

    kind: CriterionKind
    points: Points
    found: tuple[Found, ...] = ()
    doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """share: 0..1 of the question's points. doubt: a person has to look, so too where no line earns anything."""

    lines: tuple[LineMark, ...]
    share: Fraction
    doubt: bool


def mark_answer(shape: Open, answer: str) -> Marked:
    """Return what the answer earns line by line, and together: never below nothing nor above all."""
    text = traced(answer)
    lines = tuple(mark_line(line, text) for line in shape.rubric)
    possible = attainable(shape.rubric)
    earned = min(max(sum(line.points for line in lines), 0), possible)
    return Marked(
        lines=lines,
        share=Fraction(earned, possible) if possible else Fraction(0),
        doubt=not possible or any(line.doubt for line in lines),
    )


def attainable(rubric: Sequence[Criterion]) -> Points:
    """Return the most that a rubric gives, in its own points."""
    return sum(line.points for line in rubric if line.points > 0)


def places(phrase: str, text: Traced) -> Iterator[Found]:
    """Yield where a text says a phrase, at most MOST times."""
    wanted = traced(phrase).plain
    at, count = text.plain.find(wanted) if wanted else -1, 0
    while at >= 0 and count < MOST:
        end = at + len(wanted)
        if not (_runs_on(text.plain, at) or _runs_on(text.plain, end)):
            start, last = text.span(at, end)
            yield Found(phrase=phrase, start=start, end=last, negated=is_negated(text.plain, at, end))
            count += 1
        at = text.plain.find(wanted, at + 1)


def mark_line(line: Criterion, text: Traced, find: Finder = places) -> LineMark:
    """Return what one line gives for a traced answer. find: where a text says a phrase."""
    if line.kind is CriterionKind.JUDGED:
        return LineMark(kind=line.kind, points=0)
    try:
        wanted = read(line.words)
    except Malformed:  # written by a parser of another day: nobody's answer fails by it
        return LineMark(kind=line.kind, points=0, doubt=True)
    found = {phrase: tuple(find(phrase, text)) for phrase in phrases(wanted)}
    said = {phrase for phrase, hits in found.items() if any(hit.counts for hit in hits)}
    hinted = {phrase for phrase, hits in found.items() if hits}
    if _holds(wanted, said):
        return LineMark(kind=line.kind, points=line.points, found=_bearing(wanted, said, found, negated=False))
    if _holds(wanted, hinted):
        return LineMark(kind=line.kind, points=0, found=_bearing(wanted, hinted, found, negated=True), doubt=True)
    return LineMark(kind=line.kind, points=0, found=_sorted(hit for hits in found.values() for hit in hits))


def _runs_on(plain: str, at: int) -> bool:
    """Say whether a number or a Latin word runs on over this place."""
    if not 0 < at < len(plain):
        return False
    one, other = plain[at - 1], plain[at]
    if not (one.isascii() and other.isascii()):
        return False
    if one.isdigit() and other.isdigit():
        return True
    if one in ".," and other.isdigit():
        return plain[at - 2 : at - 1].isdigit() and (one == "." or bool(_THOUSAND.match(plain, at)))
    if other in ".," and one.isdigit():
        return plain[at + 1 : at + 2].isdigit() and (other == "." or bool(_THOUSAND.match(plain, at + 1)))
    return one.isalpha() and other.isalpha()


def _holds(wanted: Expression, said: set[str]) -> bool:
    match wanted:
        case Phrase(words):
            return words in said
        case AnyOf(of):
            return any(_holds(each, said) for each in of)
        case AllOf(of):
            return all(_holds(each, said) for each in of)


def _bearing(
    wanted: Expression, said: set[str], found: dict[str, tuple[Found, ...]], *, negated: bool
) -> tuple[Found, ...]:
    """Return the places that bear the line out: those of every branch that holds, not of a half one."""
    return _sorted(hit for phrase in _of_branches(wanted, said) for hit in found[phrase] if negated or hit.counts)


def _of_branches(wanted: Expression, said: set[str]) -> Iterator[str]:
    match wanted:
        case Phrase(words):
            yield words
        case AnyOf(of) | AllOf(of):
            for each in of:
                if _holds(each, said):
                    yield from _of_branches(each, said)


def _sorted(found: Iterator[Found]) -> tuple[Found, ...]:
    return tuple(sorted(set(found), key=lambda hit: (hit.start, -hit.end, hit.phrase)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a marker may give for one line. least: below 0 for what must not be said, else 0. most: at least 0.

    line: its place in the rubric, from 0; -1 for the answer as a whole, where no line earns anything.
    """

    line: int
    least: Points
    most: Points


WHOLE = -1


def worths(shape: Open, possible: Points) -> tuple[Worth, ...]:
    """Return what each line is worth when the question counts so many points: the earning lines add up to them exactly.

    A rubric whose points are not the question's is brought to its size, as the automatic share is.
    """
    total = attainable(shape.rubric)
    found: list[Worth] = []
    if not total:
        found.append(Worth(line=WHOLE, least=0, most=possible))
    given = sum_before = 0
    for number, line in enumerate(shape.rubric):
        if line.points > 0:
            sum_before += line.points
            upto = _part(possible, sum_before, total)
            found.append(Worth(line=number, least=0, most=upto - given))
            given = upto
        else:
            found.append(Worth(line=number, least=-_part(possible, -line.points, total or possible or 1), most=0))
    return tuple(found)


def suggested(shape: Open, lines: Sequence[LineMark], possible: Points) -> dict[int, Points]:
    """Return what the automatic marking gives for each line, in the points of `worths`."""
    given: dict[int, Points] = {}
    for worth in worths(shape, possible):
        points = 0 if worth.line == WHOLE or worth.line >= len(lines) else lines[worth.line].points
        given[worth.line] = worth.most if points > 0 else worth.least if points < 0 else 0
    return given


def together(points: Sequence[Points], possible: Points) -> Points:
    """Return what the lines earn together: never below nothing nor above all."""
    return min(max(sum(points), 0), possible)


def _part(possible: Points, some: Points, total: Points) -> Points:
    return (2 * possible * some + total) // (2 * total)
