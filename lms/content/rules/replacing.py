"""Find and replace in a source: what would change, line by line, and the changed text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.lines import split_keeping_ends

LONGEST = 200  # characters of what is looked for, and of what is put in its place
AROUND = 24  # characters shown on each side of a hit
_ID = re.compile(r"id[:：]\s*[0-9a-z]{6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place. before, after: up to AROUND characters on each side, with … where more stands there."""

    line: int
    before: str
    found: str
    after: str


def hits(source: str, words: str, *, same_case: bool = False) -> tuple[Hit, ...]:
    """Return every place where the words stand, in order. An id is nobody's word and never found."""
    found = []
    for number, line in enumerate(split_keeping_ends(source), start=1):
        bare = line.rstrip("\r\n")
        for start, end in _places(bare, words, same_case):
            left, right = bare[:start], bare[end:]
            before = left if len(left) <= AROUND else "…" + left[-AROUND:]
            after = right if len(right) <= AROUND else right[:AROUND] + "…"
            found.append(Hit(line=number, before=before, found=bare[start:end], after=after))
    return tuple(found)


def replaced(source: str, words: str, put: str, *, same_case: bool = False) -> str:
    """Return the source with every place replaced; all other bytes stay, line ends included."""
    lines = split_keeping_ends(source)
    for index, line in enumerate(lines):
        pieces, behind = [], 0
        for start, end in _places(line.rstrip("\r\n"), words, same_case):
            pieces += [line[behind:start], put]
            behind = end
        lines[index] = "".join([*pieces, line[behind:]])
    return "".join(lines)


def _places(line: str, words: str, same_case: bool) -> Iterable[tuple[int, int]]:
    if not words:
        return
    ids = _ID.finditer(line)
    id = next(ids, None)
    for match in re.finditer(re.escape(words), line, 0 if same_case else re.IGNORECASE):
        while id is not None and id.end() <= match.start():
            id = next(ids, None)
        if id is None or match.end() <= id.start():
            yield match.span()
