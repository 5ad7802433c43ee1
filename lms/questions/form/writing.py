"""Writing a changed form into the lines of its question: what was not touched stays byte for byte. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from lms.content.form_sections import apply_within
from lms.content.grammar.chips import write_chips
from lms.content.grammar.findings import Fix
from lms.content.grammar.keywords import Language, Word
from lms.core.errors import Invalid
from lms.core.lines import split_lines
from lms.core.texts import text
from lms.questions.form.canonical import answer_lines, box, check, chips_of, note_lines, quote_lines, row_lines
from lms.questions.form.card import LISTS, WITH_ROWS, Card, Row
from lms.questions.form.layout import Layout, Part, Read, read

_ITEM = re.compile(r"(\s*(?:[-*+]|\d+\.)\s+)(\[[ xX]\]\s+)?")
_QUOTES = ((Word.HINT, "hint"), (Word.EXPLAIN, "explanation"), (Word.MODEL, "model"))
_LABEL = text("修改")


def new_text(card: Card, path: str, language: Language) -> str:
    """Return a new question in canonical form, without a line end behind it. Raises Invalid with every field's mend."""
    return "\n".join(_whole(_valid(card, path, language), language))


def rewritten(written: str, card: Card, path: str, language: Language) -> str:
    """Return a question's text with what the form changed. Raises Invalid with every field's mend.

    Only the lines of what differs are written: the heading, the settings, a paragraph, an answer, a quote. Where that
    would be read as something else, the whole question is written anew and its comments are kept.
    """
    old = read(written, path, language)
    if old.card is None or old.layout is None:
        raise Invalid(text("这道题有错，表单里改不了，请到源码里改。"))
    if _same(old.card, card):
        return written
    new = _kept(old.card, card, _valid(card, path, language))
    for finer in (True, False):
        found = apply_within(written, _together(_fixes(written, old.card, old.layout, new, language, finer)))
        if _reads_as(read(found, path, language), new):
            return found
    whole = [*_whole(new, language), *_comments(written, old.layout)]
    return apply_within(written, [_fix(1, len(split_lines(written)), whole)])


def _valid(card: Card, path: str, language: Language) -> Card:
    checked = check(card, path, language)
    if checked.card is None:
        raise Invalid(text("这道题还没写好，请看标出的地方。"), fields=checked.errors)
    return checked.card


def _same(old: Card, new: Card) -> bool:
    return (old.kind, old.stem, old.hint, old.explanation, old.model, old.settings, old.answer) == (
        new.kind, new.stem, new.hint, new.explanation, new.model, new.settings, new.answer,
    )  # fmt: skip


def _kept(old: Card, typed: Card, new: Card) -> Card:
    """Return the new card with what nobody touched as it was, not as it is read back from canonical form."""
    same = {name: getattr(old, name) for name in ("stem", "hint", "explanation", "model") if _is(old, typed, name)}
    if old.kind is typed.kind and old.answer == typed.answer:
        same["rows"] = old.rows
    return replace(new, key=old.key, **same)


def _is(old: Card, typed: Card, name: str) -> bool:
    return bool(getattr(old, name) == getattr(typed, name))


def _reads_as(found: Read, wanted: Card) -> bool:
    return found.card is not None and _same(found.card, wanted) and found.card.key == wanted.key


def _whole(card: Card, language: Language) -> list[str]:
    heading, _, below = card.stem.partition("\n")
    lines = [f"### {heading}".rstrip()]
    chips = write_chips(chip for chip, _ in chips_of(card, language))
    answer = _stripped([line for line, _ in answer_lines(card, language)])
    lines += [chips] * bool(chips)
    if below.strip():
        lines += ["", *below.strip("\n").split("\n")]
    if answer:
        lines += [""] * (len(lines) > 1) + answer
    for word, name in _QUOTES:
        if getattr(card, name):
            lines += ["", *quote_lines(word, getattr(card, name), language)]
    return lines


def _comments(written: str, layout: Layout) -> list[str]:
    lines = split_lines(written)
    above = lines[: layout.heading - 1]
    inside = [line for part in layout.comments for line in ["", *lines[part.first - 1 : part.last]]]
    return [*([""] if above else []), *above, *inside]


def _fixes(written: str, old: Card, layout: Layout, new: Card, language: Language, finer: bool) -> Iterator[Fix]:
    lines = split_lines(written)
    if old.stem != new.stem:
        yield from _heading(lines, layout, old, new)
        yield from _below(lines, layout, new)
    if old.settings != new.settings or old.kind is not new.kind:
        yield from _chips(lines, layout, new, language)
    if old.kind is not new.kind or old.answer != new.answer:
        yield from _answer(lines, layout, old, new, language, finer)
    for word, name in _QUOTES:
        if getattr(old, name) != getattr(new, name):
            yield from _quote(lines, layout, word, getattr(new, name), language)


def _together(fixes: Iterable[Fix]) -> list[Fix]:
    """Return the fixes with those that go to the same gap made one, as no two fixes may touch one place."""
    found: dict[tuple[int, int], Fix] = {}
    for fix in fixes:
        before = found.get((fix.first, fix.last))
        if before is None:
            found[fix.first, fix.last] = fix
            continue
        shared = bool(before.lines and fix.lines and not before.lines[-1] and not fix.lines[0])
        found[fix.first, fix.last] = replace(before, lines=before.lines + fix.lines[shared:])
    return list(found.values())


def _heading(lines: Sequence[str], layout: Layout, old: Card, new: Card) -> Iterator[Fix]:
    was, now = old.stem.partition("\n")[0], new.stem.partition("\n")[0]
    if was != now:
        marks = re.match(r"\s*#+\s*", lines[layout.heading - 1])
        yield _fix(layout.heading, layout.heading, [(marks[0] if marks else "### ") + now])


def _below(lines: Sequence[str], layout: Layout, new: Card) -> Iterator[Fix]:
    """Write the paragraphs of the text that differ."""
    below = new.stem.partition("\n")[2].strip("\n")
    parts = _blocks(below)
    was = [part.text for part in layout.below]
    for tag, first, last, start, stop in SequenceMatcher(None, was, parts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        written = "\n\n".join(parts[start:stop]).split("\n") if stop > start else []
        if first == last:
            at = layout.below[first - 1].last if first else _top(layout)
            yield _fix(at + 1, at, ["", *written, *_gap(lines, at)])
            continue
        for place in range(first, last):
            part = layout.below[place]
            if place == first and written:
                yield _fix(part.first, part.last, written)
            else:
                yield _fix(_up(lines, part.first), part.last, [])


def _blocks(below: str) -> list[str]:
    """Return a text cut at its empty lines, but not inside a fence."""
    found: list[list[str]] = [[]]
    fence = ""
    for line in below.split("\n"):
        mark = line[:3] if line[:3] in ("```", "~~~") else ""
        if mark and (not fence or fence == mark):
            fence = "" if fence else mark
        if line.strip() or fence:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def _chips(lines: Sequence[str], layout: Layout, new: Card, language: Language) -> Iterator[Fix]:
    written = write_chips(chip for chip, _ in chips_of(new, language))
    if not layout.chips:
        at = layout.heading
        yield _fix(at + 1, at, [written, *_gap(lines, at)] if written else [])
        return
    first, *more = layout.chips
    yield _fix(first, first, [written] * bool(written))
    yield from (_fix(line, line, []) for line in more)


def _answer(
    lines: Sequence[str], layout: Layout, old: Card, new: Card, language: Language, finer: bool
) -> Iterator[Fix]:
    canonical = _stripped([line for line, _ in answer_lines(new, language)])
    if layout.answer is None:
        at = layout.below[-1].last if layout.below else _top(layout)
        gap = [""] if layout.below or layout.chips else []
        yield _fix(at + 1, at, [*gap, *canonical, *_gap(lines, at)])
        return
    if old.kind is new.kind and finer and old.kind in WITH_ROWS and len(old.rows) == len(new.rows):
        for place, (was, now) in enumerate(zip(old.rows, new.rows, strict=True)):
            if was != now:
                yield from _row(lines, layout, place, new, now, was, language)
        return
    if old.kind is new.kind and old.kind not in WITH_ROWS:
        prefix = re.match(r"\s*[-*+]\s+[^：:]*[：:]\s*", lines[layout.answer.first - 1])
        value = re.sub(r"^- [^：:]*[：:]\s*", "", canonical[0])
        yield _fix(layout.answer.first, layout.answer.first, [(prefix[0] if prefix else "- ") + value])
        return
    if old.kind in WITH_ROWS and new.kind in WITH_ROWS and (finer or old.kind is new.kind):
        written = _list(lines, layout, old, new, language)
    else:
        inside = [part for part in layout.comments if layout.answer.first <= part.first <= layout.answer.last]
        written = canonical + [line for part in inside for line in ["", *lines[part.first - 1 : part.last]]]
    first = layout.answer.first if written else _up(lines, layout.answer.first)
    yield _fix(first, layout.answer.last, written)


def _row(
    lines: Sequence[str], layout: Layout, place: int, card: Card, now: Row, was: Row, language: Language
) -> Iterator[Fix]:
    """Write what of one row differs: its box, its words, its remark."""
    part, note = layout.rows[place], layout.notes[place]
    body_last = note.first - 1 if note else part.last
    while body_last > part.first and not lines[body_last - 1].strip():
        body_last -= 1
    opening = lines[part.first - 1]
    match = _ITEM.match(opening)
    marker = match[1] if match else "- "
    body = [line for line, name in row_lines(card, replace(now, note=""), place + 1, language)]
    body = _stripped(body)
    bare = _ITEM.sub("", body[0], count=1)
    if card.kind in (card.kind.SINGLE, card.kind.MULTIPLE) and match and match[2]:
        marker += box(now.right)
    if replace(was, note="", right=False) != replace(now, note="", right=False):
        yield _fix(part.first, body_last, [(marker + bare).rstrip(), *body[1:]])
    elif was.right != now.right and match:
        yield _fix(part.first, part.first, [marker + opening[match.end() :]])
    if was.note != now.note:
        written = list(note_lines(now.note, language)) if now.note else []
        if note:
            yield _fix(note.first if written else _up(lines, note.first), note.last, written)
        else:
            gap = [""] if "" in body else []
            yield _fix(body_last + 1, body_last, [*gap, *written])


def _list(lines: Sequence[str], layout: Layout, old: Card, new: Card, language: Language) -> list[str]:
    """Return the list anew: rows that were there keep their lines, comments between rows stay between rows."""
    left = list(range(len(old.rows)))
    written: list[str] = []
    gaps = _row_gaps(lines, layout)
    for place, row in enumerate(new.rows):
        kept = next((index for index in left if _may_keep(old, new, old.rows[index], row)), None)
        if kept is None:
            body = _stripped([line for line, _ in row_lines(new, row, place + 1, language)])
        else:
            left.remove(kept)
            part = layout.rows[kept]
            body = list(lines[part.first - 1 : part.last])
            body[0] = _remarked(body[0], new, row, place + 1)
        written += body
        last = place == len(new.rows) - 1
        if place < len(gaps) and (not last or any(line.strip() for line in gaps[place])):
            written += gaps[place]
        elif not last and gaps and all(not any(line.strip() for line in gap) and gap for gap in gaps):
            written.append("")
    for gap in gaps[len(new.rows) :]:
        written += [line for line in gap if line.strip()]
    return _stripped(written)


def _row_gaps(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    """Return what stands between the rows, in the order of the lines."""
    parts = sorted(layout.rows, key=lambda part: part.first)
    return [list(lines[one.last : other.first - 1]) for one, other in pairwise(parts)]


def _may_keep(old: Card, new: Card, was: Row, now: Row) -> bool:
    if old.kind is new.kind and new.kind.value == "fill_in":
        return False  # each carries its number
    same_list = old.kind is new.kind or (old.kind in LISTS and new.kind in LISTS)
    return same_list and replace(was, right=False) == replace(now, right=False)


def _remarked(line: str, card: Card, row: Row, place: int) -> str:
    """Return the first line of a row with the marker and box that it has at its new place."""
    match = _ITEM.match(line)
    words = line[match.end() :] if match else line
    if card.kind.value == "multiple":
        return f"- {box(row.right)}{words}"
    if card.kind.value == "single":
        return f"{place}. {box(row.right)}{words}"
    return f"{place}. {words}" if card.kind.value == "ordering" else line


def _quote(lines: Sequence[str], layout: Layout, word: Word, words: str, language: Language) -> Iterator[Fix]:
    written = quote_lines(word, words, language) if words else []
    part = layout.quotes.get(word)
    if part is not None:
        last = part.last
        while last > part.first and not lines[last - 1].strip("> \t"):
            last -= 1
        first = part.first if written else _quote_up(lines, part)
        yield _fix(first, last, written)
        return
    order = [each for each, _ in _QUOTES]
    before = [found.last for each, found in layout.quotes.items() if order.index(each) < order.index(word)]
    at = max(before, default=0) or _behind_answer(layout)
    yield _fix(at + 1, at, ["", *written, *_gap(lines, at)])


def _quote_up(lines: Sequence[str], part: Part) -> int:
    """Return where the lines of a quote begin together with what only kept it apart from those above."""
    first = part.first
    while first > 1 and not lines[first - 2].strip("> \t"):
        first -= 1
    return first


def _behind_answer(layout: Layout) -> int:
    return max([_top(layout), *(part.last for part in layout.below), layout.answer.last if layout.answer else 0])


def _top(layout: Layout) -> int:
    return max([layout.heading, *layout.chips])


def _gap(lines: Sequence[str], at: int) -> list[str]:
    """Return the empty line that a block needs behind it, where there is none yet behind line `at`."""
    return [""] if at < len(lines) and lines[at].strip() else []


def _up(lines: Sequence[str], first: int) -> int:
    """Return the first of the empty lines above a line, else the line itself."""
    while first > 1 and not lines[first - 2].strip():
        first -= 1
    return first


def _stripped(lines: Sequence[str]) -> list[str]:
    found = list(lines)
    while found and not found[-1].strip():
        found.pop()
    return found


def _fix(first: int, last: int, lines: Sequence[str]) -> Fix:
    return Fix(first=first, last=last, lines=tuple(lines), label=_LABEL)
