"""Two people changed one text: what both did, put together by block and then by sentence. Pure; nothing is lost.

Whatever either of them wrote is in the result or in a conflict. Two who changed the same sentence, put something in at
the same place, or changed one question in two places are asked; everything else is put together.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.content.rules.align import opcodes, pairs
from lms.content.rules.units import Unit, block_units, sentence_units

_ID = re.compile(r"\bid[:：]([a-z0-9]{6})\b")
_LINE = re.compile(r"[ \t]*(?:[*+>-]|\d+\.|\|)")
_LONG = 8  # characters from which the same block is not written twice by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One place that both changed otherwise; each text byte for byte, "" where it was taken out.

    place: the heading (or the property) under which it stands, "" above the first one. whole_lines: it is whole lines,
    not sentences of one.
    """

    base: str
    mine: str
    theirs: str
    place: str
    whole_lines: bool

    @property
    def both(self) -> str:
        """Both texts, mine first."""
        if not self.mine or not self.theirs:
            return self.mine or self.theirs
        if not self.whole_lines:
            return self.mine + self.theirs
        body = self.mine.rstrip()
        if self.mine[len(body) :].count("\n") > 1:
            return self.mine + self.theirs
        lines = _LINE.match(body.rsplit("\n", 1)[-1]) and _LINE.match(self.theirs)
        return body + ("\n" if lines else "\n\n") + self.theirs

    def ended(self, chosen: str) -> str:
        """Return a text that was typed for this place with the white space at its end that the place has."""
        if not chosen.strip() or chosen in (self.base, self.mine, self.theirs, self.both):
            return chosen
        gaps = [each[len(each.rstrip()) :] for each in (self.mine, self.theirs, self.base) if each]
        return chosen.rstrip() + max(gaps, key=len, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came out, in order: settled text and what is to be decided."""

    pieces: tuple[str | Conflict, ...]

    @property
    def text(self) -> str | None:
        """The whole text; None while something is to be decided."""
        return None if self.conflicts else self.settled(())

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Conflict))

    def settled(self, chosen: Sequence[str]) -> str:
        """Return the whole text with what was chosen for each conflict, in their order."""
        texts = iter(chosen)
        written = ""
        parts: list[str] = []
        open_line = False  # a conflict of whole lines ends here, without a line end
        for piece in self.pieces:
            text = piece.ended(next(texts)) if isinstance(piece, Conflict) else piece
            if not text:
                continue
            if open_line and not written.endswith(("\n", "\r")):
                parts.append("\n")
            parts.append(text)
            written, open_line = text, isinstance(piece, Conflict) and piece.whole_lines
        return "".join(parts)

    def around(self, number: int) -> tuple[str, str]:
        """Return what stands before and behind a conflict on the same line. number: of the conflict, from 0."""
        at = [place for place, piece in enumerate(self.pieces) if isinstance(piece, Conflict)][number]
        before = self.pieces[at - 1] if at else ""
        behind = self.pieces[at + 1] if at + 1 < len(self.pieces) else ""
        head = "" if isinstance(before, Conflict) else before.replace("\r", "\n").rsplit("\n", 1)[-1]
        piece = self.pieces[at]
        assert isinstance(piece, Conflict)
        on = not any(each.endswith(("\n", "\r")) for each in (piece.mine, piece.theirs))
        tail = behind.replace("\r", "\n").split("\n", 1)[0] if on and isinstance(behind, str) else ""
        return head, tail


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Return the base with both changes in it, byte for byte; conflicts where both changed one place otherwise."""
    if mine == theirs or theirs == base:
        return Merged(pieces=(mine,))
    if mine == base:
        return Merged(pieces=(theirs,))
    units, questions = block_units(base)
    one, other = _Side(units, block_units(mine)[0]), _Side(units, block_units(theirs)[0])
    apart = [_Range(first, end) for first, end in questions]
    for _ in range(4):
        merged = _blocks(units, one, other, apart)
        twice = _twice(merged, units, one, other)
        if not twice:
            return merged
        apart = [*apart, *twice]
    return Merged(pieces=(Conflict(base=base, mine=mine, theirs=theirs, place="", whole_lines=True),))


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Units start..end of the base became these; start == end: they were put in before unit start."""

    start: int
    end: int
    new: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Range:
    start: int
    end: int


@dataclass(slots=True)
class _Region:
    """Units of the base that are decided together. atomic: never by sentence."""

    start: int
    end: int
    mine: list[_Hunk]
    theirs: list[_Hunk]
    atomic: bool = False


class _Side:
    """What one person did: hunks, and where each unit of the base that they left stands now."""

    def __init__(self, base: Sequence[Unit], units: Sequence[Unit]) -> None:
        self.units = units
        self.kept: dict[int, Unit] = {}
        self.hunks: list[_Hunk] = []
        for same, a, b, c, d in opcodes([unit.key for unit in base], [unit.key for unit in units]):
            if same:
                self.kept.update(zip(range(a, b), units[c:d], strict=True))
            else:
                self.hunks += _split(base, units, a, b, c, d)

    def between(self, base: Sequence[Unit], region: _Region, hunks: Sequence[_Hunk]) -> list[Unit]:
        """Return what this side says where the base has the units of a region."""
        found: list[Unit] = []
        at = region.start
        for hunk in hunks:
            found += [self.kept[place] for place in range(at, hunk.start)]
            found += hunk.new
            at = hunk.end
        return found + [self.kept[place] for place in range(at, region.end)]


def _split(base: Sequence[Unit], units: Sequence[Unit], a: int, b: int, c: int, d: int) -> list[_Hunk]:
    """Return one rewritten stretch as single units that became another one, and what is new or gone between them."""
    found = []
    at, place = a, c
    alike = pairs([unit.key for unit in base[a:b]], [unit.key for unit in units[c:d]])
    for old, new in [*((a + one, c + other) for one, other in alike), (b, d)]:
        if old > at or new > place:
            found.append(_Hunk(at, old, tuple(units[place:new])))
        if old < b:
            found.append(_Hunk(old, old + 1, (units[new],)))
        at, place = old + 1, new + 1
    return found


def _meet(region: _Region, hunk: _Hunk) -> bool:
    """Whether a hunk concerns units that the region decides. Side by side is no meeting: the order is plain."""
    if hunk.start == hunk.end:
        return region.start < hunk.start < region.end or region.start == region.end == hunk.start
    return max(region.start, hunk.start) < min(region.end, hunk.end)


def _regions(one: _Side, other: _Side, apart: Iterable[_Range]) -> list[_Region]:
    tagged = sorted(
        [(hunk.start, hunk.end, 0, hunk) for hunk in one.hunks]
        + [(hunk.start, hunk.end, 1, hunk) for hunk in other.hunks],
        key=lambda each: each[:3],
    )
    found: list[_Region] = []
    for start, end, side, hunk in tagged:
        if not found or not _meet(found[-1], hunk):
            found.append(_Region(start, end, [], []))
        region = found[-1]
        region.end = max(region.end, end)
        (region.theirs if side else region.mine).append(hunk)
    for span in apart:
        found = _together(found, span)
    return found


def _together(regions: list[_Region], span: _Range) -> list[_Region]:
    """Return the regions with those of the span as one, if both sides changed something in it."""
    inside = [region for region in regions if _is_inside(region, span)]
    if not (any(region.mine for region in inside) and any(region.theirs for region in inside)):
        return regions
    first, last = regions.index(inside[0]), regions.index(inside[-1])
    whole = regions[first : last + 1]
    one = _Region(
        whole[0].start,
        max(region.end for region in whole),
        [hunk for region in whole for hunk in region.mine],
        [hunk for region in whole for hunk in region.theirs],
        atomic=True,
    )
    return [*regions[:first], one, *regions[last + 1 :]]


def _is_inside(region: _Region, span: _Range) -> bool:
    if region.start == region.end == span.end:  # behind the last unit: it belongs to it unless a new section begins
        new = [*region.mine, *region.theirs][0].new
        return not (new and new[0].heading)
    if region.start == region.end:
        return span.start < region.start < span.end
    return region.start < span.end and region.end > span.start


def _blocks(base: Sequence[Unit], one: _Side, other: _Side, apart: Iterable[_Range]) -> Merged:
    pieces: list[str | Conflict] = []
    at = 0
    for region in [*_regions(one, other, apart), _Region(len(base), len(base), [], [])]:
        _add(pieces, [_three(base[place], one.kept[place], other.kept[place]) for place in range(at, region.start)])
        at = region.end
        mine, theirs = one.between(base, region, region.mine), other.between(base, region, region.theirs)
        if not region.theirs:
            _add(pieces, _closed(mine, base, region, other))
        elif not region.mine:
            _add(pieces, _closed(theirs, base, region, one))
        elif [unit.text for unit in mine] == [unit.text for unit in theirs]:
            _add(pieces, mine)
        elif (both := _properties(region, mine, theirs)) is not None:
            _add(pieces, both)
        else:
            _open(pieces, base, region, mine, theirs)
    return Merged(pieces=tuple(pieces))


def _open(
    pieces: list[str | Conflict], base: Sequence[Unit], region: _Region, mine: list[Unit], theirs: list[Unit]
) -> None:
    """Add what both changed: sentence by sentence if that settles anything, else as one conflict."""
    texts = [_text(units) for units in (base[region.start : region.end], mine, theirs)]
    place = _place(base, region)
    _line_end(pieces)
    if not region.atomic and all(texts):
        found = _sentences(texts[0], texts[1], texts[2], place)
        if any(isinstance(piece, str) and piece for piece in found):
            pieces += found
            return
    pieces.append(Conflict(base=texts[0], mine=texts[1], theirs=texts[2], place=place, whole_lines=True))


def _sentences(base: str, mine: str, theirs: str, place: str) -> list[str | Conflict]:
    units = sentence_units(base)
    one, other = _Side(units, sentence_units(mine)), _Side(units, sentence_units(theirs))
    pieces: list[str | Conflict] = []
    at = 0
    for region in [*_regions(one, other, ()), _Region(len(units), len(units), [], [])]:
        kept = [_three(units[each], one.kept[each], other.kept[each]) for each in range(at, region.start)]
        at = region.end
        ours, others = one.between(units, region, region.mine), other.between(units, region, region.theirs)
        pieces.append(_text(kept))
        if not region.theirs:
            pieces.append(_text(_closed(ours, units, region, other)))
        elif not region.mine or _text(ours) == _text(others):
            pieces.append(_text(_closed(others, units, region, one)))
        else:
            before = _text(units[region.start : region.end])
            pieces.append(Conflict(base=before, mine=_text(ours), theirs=_text(others), place=place, whole_lines=False))
    return [piece for piece in pieces if piece]


def _closed(new: list[Unit], base: Sequence[Unit], region: _Region, other: _Side) -> list[Unit]:
    """Return what one side wrote; the empty lines behind it as the other has them, if only that one changed them."""
    last = region.end - 1
    if not new or region.start == region.end or last not in other.kept or new[-1].gap != base[last].gap:
        return new
    return [*new[:-1], Unit(new[-1].body, other.kept[last].gap, new[-1].name, new[-1].heading)]


def _three(base: Unit, mine: Unit, theirs: Unit) -> Unit:
    """Return a unit that neither rewrote: line ends and empty lines of whoever changed them."""

    def chosen(was: str, one: str, other: str) -> str:
        if one == was:
            return other
        return one if other in (was, one) else max(one, other, key=lambda each: (len(each), each))

    return Unit(chosen(base.body, mine.body, theirs.body), chosen(base.gap, mine.gap, theirs.gap), mine.name)


def _properties(region: _Region, mine: list[Unit], theirs: list[Unit]) -> list[Unit] | None:
    """Return the new properties of both, whose order means nothing; None if they are anything else or the same ones."""
    if region.start != region.end or not all(unit.name for unit in (*mine, *theirs)):
        return None
    if {unit.name for unit in mine} & {unit.name for unit in theirs}:
        return None
    return [*mine, *theirs] if mine[0].name < theirs[0].name else [*theirs, *mine]


def _add(pieces: list[str | Conflict], units: Sequence[Unit]) -> None:
    for unit in units:
        if unit.text:
            _line_end(pieces)
            pieces.append(unit.text)


def _line_end(pieces: list[str | Conflict]) -> None:
    """End the line of what was once the last block and is no longer."""
    last = pieces[-1] if pieces else None
    if isinstance(last, str) and not last.endswith(("\n", "\r")):
        pieces[-1] = last + "\n"


def _text(units: Sequence[Unit]) -> str:
    return "".join(unit.text for unit in units)


def _place(base: Sequence[Unit], region: _Region) -> str:
    """Return the heading above what is to be decided, or the property that it is."""
    at = region.start if region.start < region.end else region.start - 1  # what was put in belongs to what is above it
    if 0 <= at < len(base) and base[at].name:
        return base[at].name
    return next((base[each].heading for each in range(min(at, len(base) - 1), -1, -1) if base[each].heading), "")


def _marks(units: Sequence[Unit]) -> Counter[tuple[str, str]]:
    """Count what a text should not hold twice because two people put it in: ids, properties, whole blocks."""
    found: Counter[tuple[str, str]] = Counter()
    for unit in units:
        found.update(("id", id) for id in _ID.findall(unit.body))
        if unit.name:
            found["property", unit.name] += 1
        elif any(character.isalnum() for character in unit.body):
            found["block", unit.key] += 1
    return found


def _twice(merged: Merged, base: Sequence[Unit], one: _Side, other: _Side) -> list[_Range]:
    """Return the stretches of the base that have to be decided together, else something would stand there twice.

    A short block that is new on both sides may: two trainers write 无 in two places.
    """
    units = block_units("".join(piece for piece in merged.pieces if isinstance(piece, str)))[0]
    count, was, mine, theirs = (_marks(each) for each in (units, base, one.units, other.units))
    doubled = {
        mark
        for mark, times in count.items()
        if times > max(mine[mark], theirs[mark]) and (mark[0] != "block" or mark in was or len(mark[1]) >= _LONG)
    }
    found = []
    for mark in sorted(doubled):
        places = [hunk for side in (one, other) for hunk in side.hunks if mark in _marks(hunk.new)]
        if places:
            start, end = min(hunk.start for hunk in places), max(hunk.end for hunk in places)
            found.append(_Range(max(0, start - 1), end + 1))
    return found
