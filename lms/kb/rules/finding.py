"""Finding: the words of a query, sentences with marks. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lms.core.folding import folded

SNIPPET = 60
"""Characters of a sentence around the first hit."""
_JOINT = re.compile(r"(?<=[a-z0-9])[-_/.'’&+ ](?=[a-z0-9])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[。！？；\n])")


def squeezed(flat: str) -> str:
    """Return a folded text as words of letters and numbers are compared in it: K2-2607 and "k2 2607" as k22607.

    Between two letters one space stays; the point of a number stays.
    """
    return _JOINT.sub(lambda match: _joint(match[0], flat[match.start() - 1], flat[match.end()]), flat)


def _joint(sign: str, left: str, right: str) -> str:
    if sign == "." and left.isdecimal() and right.isdecimal():
        return sign
    return " " if left.isalpha() and right.isalpha() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text; hit: it is one of the words that were looked for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Where a word stands: the section and its sentence in pieces. anchor "" = at the top."""

    anchor: str
    heading: str
    heading_pieces: tuple[Piece, ...]
    pieces: tuple[Piece, ...]


def marked(text: str, words: Sequence[str]) -> tuple[Piece, ...]:
    """Return the text in pieces, the words marked. Width, case and traditional writing do not count."""
    flat, places = _flat(text)
    hits = [False] * len(text)
    for word in words:
        start = flat.find(word)
        while start >= 0:
            for index in range(start, start + len(word)):
                hits[places[index]] = True
            start = flat.find(word, start + len(word))
    pieces: list[Piece] = []
    begin = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or hits[index] != hits[begin]:
            pieces.append(Piece(text=text[begin:index], hit=hits[begin]))
            begin = index
    return tuple(pieces)


@lru_cache(maxsize=20_000)
def _fold_one(character: str) -> str:
    return folded(character)


def _flat(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters, which one of the original it comes from."""
    flat: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        if character.isspace():
            beside = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
            if _HAN.search(beside):
                continue  # folding closes the gap between Chinese and digits
            character = " "
        for each in _fold_one(character) or " ":
            flat.append(each)
            places.append(index)
    line = "".join(flat)
    kept = [at for at in range(len(line)) if not _JOINT.match(line, at) or _joint(line[at], line[at - 1], line[at + 1])]
    joints = {at: _joint(line[at], line[at - 1], line[at + 1]) for at in kept if _JOINT.match(line, at)}
    return "".join(joints.get(at, line[at]) for at in kept), [places[at] for at in kept]


def best_sentence(sections: Sequence[Sequence[str]], words: Sequence[str], summary: str) -> Sentence:
    """Return the sentence to show with a hit: of the section with most of the words, else the summary.

    sections: `(anchor, heading, text)`.
    """
    best: tuple[int, int] | None = None
    for index, (_anchor, heading, text) in enumerate(sections):
        flat = _as_compared(f"{heading}\n{text}")
        score = sum(word in flat for word in words) * 2 + any(word in folded(heading) for word in words)
        if score and (best is None or score > best[0]):
            best = (score, index)
    if best is None:
        return Sentence(anchor="", heading="", heading_pieces=(), pieces=marked(summary, words))
    anchor, heading, text = sections[best[1]]
    return Sentence(
        anchor=anchor,
        heading=heading,
        heading_pieces=marked(heading, words),
        pieces=marked(_around(text, words), words),
    )


@lru_cache(maxsize=2_000)
def _as_compared(text: str) -> str:
    """Return a text in which folded words are looked for. Kept: the sections of a few articles answer most searches."""
    return squeezed(folded(text))


@lru_cache(maxsize=2_000)
def _sentences(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sentences of a text, and each as it is compared."""
    sentences = tuple(sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip())
    return sentences, tuple(squeezed(folded(sentence)) for sentence in sentences)


def _around(text: str, words: Sequence[str]) -> str:
    """Return the sentence with most of the words, cut to what fits on two lines of a phone."""
    sentences, flats = _sentences(text)
    if not sentences:
        return ""
    most = max(range(len(sentences)), key=lambda at: (sum(word in flats[at] for word in words), -at))
    chosen = sentences[most]
    if len(chosen) <= SNIPPET * 2:
        return chosen
    flat, places = _flat(chosen)
    first = min((places[at] for word in words if (at := flat.find(word)) >= 0), default=0)
    begin = max(0, first - SNIPPET // 2)
    cut = chosen[begin : begin + SNIPPET * 2]
    return ("…" if begin else "") + cut + ("…" if begin + len(cut) < len(chosen) else "")
