"""What people mean by the shapes that they type: a dot in front is a list, “01” alone is an ornament. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lms.content.importers.pieces import Entry, Heading, Paragraph, Piece, Run, Runs, words_of
from lms.content.importers.runs import tidy
from lms.core.lines import is_rule

_BULLET = re.compile(r"\s*(?:[•●○▪▫■□◆◇➢➤▶►✦★※]|·(?!.*·\s*$))\s*(?=\S)")
_NUMBER = re.compile(r"\s*(\d{1,2})(?:[.．]\s*(?!\d)|、\s*)(?=\S)")
_ORNAMENT = re.compile(r"[-=_*~—─━═…·•.﹏▼▽△▲◆◇★☆●○■□↓⬇|｜/\\<>\s]+")
_COUNTER = re.compile(
    r"(?:part|no|chapter|step|第)?[\s./:\-·]*(?:\d{1,2}|[一二三四五六七八九十])[\s./:\-·]*(?:章|节|部分)?", re.I
)
_OPTION = re.compile(r"\s*[A-HＡ-Ｈ]\s*[、.．:：)）]\s*\S")
_TYPED_NUMBER = re.compile(r"\s*[（(]?(\d{1,3})\s*[.．)）]\s*(?=\S)(?!\d)")
_ANSWER = re.compile(r"\s*[【\[]?(?:正确|参考|标准)?答案[】\]]?\s*[:：]")
_ENDS = tuple("。！？；，、：.!?;,:…”）)")
_TITLE = 30
"""Characters of a line that may be the title of what follows."""
LETTERS = "ABCDEFGH"


def shaped(pieces: Sequence[Piece], *, is_feed_article: bool = False) -> list[Piece]:
    """Return the pieces as they are meant. is_feed_article: from a 公众号, where titles are made of ornaments."""
    found = [piece for piece in pieces if not _is_ornament(piece)]
    if is_feed_article:
        found = _titled(found)
    if _has_questions(found):
        return _typed_again(found)
    return _numbered([_bullet(piece) for piece in found])


def drop_prefix(runs: Runs, length: int) -> Runs:
    """Return the text without its first characters."""
    kept: list[Run] = []
    for run in runs:
        cut = min(length, len(run.text)) if run.picture is None else 0
        length -= cut
        kept.append(replace(run, text=run.text[cut:]))
    return tidy(kept)


def _is_ornament(piece: Piece) -> bool:
    if not isinstance(piece, Paragraph | Heading) or any(run.picture is not None for run in piece.runs):
        return False
    words = words_of(piece.runs)
    return bool(_ORNAMENT.fullmatch(words)) or is_rule(words)


def _titled(pieces: Sequence[Piece]) -> list[Piece]:
    """A bare “01”, “PART 2” goes; a short line behind it is a title."""
    found: list[Piece] = []
    is_counted = False
    for piece in pieces:
        words = words_of(piece.runs) if isinstance(piece, Paragraph) else ""
        if words and len(words) < 12 and _COUNTER.fullmatch(words):
            is_counted = True
            continue
        if isinstance(piece, Paragraph) and is_counted and 0 < len(words) <= _TITLE and not words.endswith(_ENDS):
            piece = Heading(level=2, runs=piece.runs)
        is_counted = False
        found.append(piece)
    return found


def _bullet(piece: Piece) -> Piece:
    if not isinstance(piece, Paragraph):
        return piece
    match = _BULLET.match(words_of(piece.runs))
    if match is None or piece.runs[0].picture is not None:
        return piece
    return Entry(level=1, runs=drop_prefix(piece.runs, match.end()), quote=piece.quote)


def _numbered(pieces: Sequence[Piece]) -> list[Piece]:
    """Paragraphs in a row that count 1, 2, 3 are a list; a number that stands alone stays in its text."""
    found: list[Piece] = []
    run: list[tuple[Paragraph, int]] = []

    def settle() -> None:
        for paragraph, length in run:
            if len(run) < 2:
                found.append(paragraph)
            else:
                number = len(found) - start + 1
                runs = drop_prefix(paragraph.runs, length)
                found.append(Entry(level=1, runs=runs, number=number, quote=paragraph.quote))
        run.clear()

    start = 0
    for piece in pieces:
        match = _NUMBER.match(words_of(piece.runs)) if isinstance(piece, Paragraph) else None
        goes_on = match is not None and int(match[1]) == len(run) + 1
        if not goes_on:
            settle()
            start = len(found)
        if isinstance(piece, Paragraph) and match is not None and int(match[1]) == len(run) + 1:
            run.append((piece, match.end()))
        else:
            found.append(piece)
            start = len(found)
    settle()
    return found


def _has_questions(pieces: Sequence[Piece]) -> bool:
    """Whether this is a list of questions as it is typed in Word: options A and B, and an answer or a number."""
    lines = [words_of(piece.runs) for piece in pieces if isinstance(piece, Paragraph)]
    options = sum(bool(_OPTION.match(line)) for line in lines)
    options += sum(isinstance(piece, Entry) and piece.letter for piece in pieces)
    answers = any(_ANSWER.match(line) for line in lines)
    numbers = any(_TYPED_NUMBER.match(line) or re.match(r"\s*\d{1,3}、", line) for line in lines) or any(
        isinstance(piece, Entry) and piece.number is not None and not piece.letter for piece in pieces
    )
    return options >= 2 and (answers or numbers)


def _typed_again(pieces: Sequence[Piece]) -> list[Piece]:
    """Write numbers and letters back into the text: “识别到 15 道 Word 格式的题” then offers to convert them."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Paragraph | Entry):
            piece = replace(piece, runs=tidy(replace(run, strong=False) for run in piece.runs))
        if isinstance(piece, Entry) and piece.number is not None:
            mark = f"{LETTERS[(piece.number - 1) % 8]}. " if piece.letter else f"{piece.number}、"
            found.append(Paragraph(runs=tidy([Run(text=mark), *piece.runs]), quote=piece.quote))
            found.extend(Paragraph(runs=runs, quote=piece.quote) for runs in piece.more)
            continue
        match = _TYPED_NUMBER.match(words_of(piece.runs)) if isinstance(piece, Paragraph) else None
        if isinstance(piece, Paragraph) and match:
            rest = drop_prefix(piece.runs, match.end())
            found.append(replace(piece, runs=tidy([Run(text=f"{match[1]}、"), *rest])))
        else:
            found.append(piece)
    return found
