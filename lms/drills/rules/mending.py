"""A line of a rubric that a person had to correct, mended in the drill's own text. Pure.

Only the characters of that line change; everything else stays byte for byte.
"""

import re
from collections.abc import Iterable

from lms.core.folding import folded
from lms.drills.spec import Criterion, DrillSpec
from lms.questions.expression import Malformed, read
from lms.questions.spec import CriterionKind

LONGEST = 30
"""Characters of a phrase that is added to a rubric."""
_CLAUSE = re.compile(r"[，。！？；：,!?;:、\s]+")
_SIGNS = frozenset("()|&（）｜＆`[]<>\n\r")


class Unfit(ValueError):
    """The phrase can't be added: it is empty, too long, or holds a sign of the rubric's own."""


class Moved(ValueError):
    """The line is not in the drill's text any more as it was judged."""


def likely(said: str, words: str) -> str:
    """Return the clause of a reply that is most like what a line looks for: a start for the trainer's own choice."""
    wanted = set(folded(words))
    clauses = [each for each in _CLAUSE.split(said) if each]
    best = max(clauses, key=lambda each: (len(set(folded(each)) & wanted), -len(each)), default="")
    return best[:LONGEST]


def checked(phrase: str) -> str:
    """Return a phrase that can stand in a rubric. Raises Unfit."""
    plain = " ".join(phrase.split())
    if not plain or len(plain) > LONGEST or set(plain) & _SIGNS:
        raise Unfit(phrase)
    return plain


def is_said(phrase: str, said: str) -> bool:
    """Whether a reply has the phrase in it, whatever its width, case or traditional writing."""
    return folded(phrase) in folded(said)


def criterion_of(drill: DrillSpec, names: Iterable[str], kind: CriterionKind, words: str) -> Criterion:
    """Return the line of a drill that says this, in the first scene that has one of these names or titles.

    A draft may not bear the names for life yet. Raises Moved.
    """
    for name in names:
        scene = next((each for each in drill.scenes if name in (each.name, each.title)), None)
        if scene is not None:
            line = next((each for each in scene.rubric if each.kind is kind and each.words == words), None)
            if line is not None:
                return line
    raise Moved(words)


def mended(source: str, line: Criterion, phrase: str) -> str:
    """Return the drill's text with the phrase as a further alternative of this line. Raises Unfit, Moved.

    & binds more tightly than |, so of a line that asks for several things together the phrase stands for all of them.
    """
    phrase = checked(phrase)
    rows = source.split("\n")
    place = line.span.first - 1
    if not 0 <= place < len(rows):
        raise Moved(line.words)
    row = rows[place]
    end = "\r" if row.endswith("\r") else ""
    bare = row.removesuffix("\r").rstrip()
    if not bare.endswith(line.words):
        raise Moved(line.words)
    try:
        read(f"{line.words} | {phrase}")
    except Malformed:
        raise Moved(line.words) from None
    rows[place] = f"{bare} | {phrase}{end}"
    return "\n".join(rows)
