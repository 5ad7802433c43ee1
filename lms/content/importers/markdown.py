"""Pieces as our Markdown: four spaces of nesting, an empty line before a list, no HTML, one line a paragraph. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.grammar.chips import EVERY_FORM, find_chips, is_chip_line, read_chip
from lms.content.importers.escape import escaped, escaped_start
from lms.content.importers.looks import clean_address
from lms.content.importers.pieces import Code, Entry, Heading, Paragraph, Piece, Run, Runs, Table, words_of

DEEPEST_LIST = 6
LONGEST_HEADING = 120
"""Characters; what is longer was made large, not a heading."""
LONGEST_LINE = 6_000
"""Characters of one line; a longer paragraph is parted at the end of a sentence."""
_SENTENCE = re.compile(r"(?<=[。！？!?；;])")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#_-]{1,20}")
_TAIL = re.compile(r"【([^【】]{1,80})】$")


def written(pieces: Sequence[Piece], pictures: Mapping[int, str] | None = None, *, top: int = 2) -> str:
    """Return the pieces as Markdown, with a line end behind the last one; "" for nothing.

    pictures: the link of each picture by its place; one without a link is left out. top: level of the highest heading.
    """
    return _Writer(pictures or {}, _shift(pieces, top)).write(pieces)


def _shift(pieces: Sequence[Piece], top: int) -> int:
    levels = [piece.level for piece in pieces if isinstance(piece, Heading)]
    return max(0, top - min(levels, default=top))


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of the list that is open: the level that was asked for, what the last item was."""

    asked: int
    ordered: bool
    number: int


class _Writer:
    def __init__(self, pictures: Mapping[int, str], shift: int) -> None:
        self._pictures = pictures
        self._shift = shift
        self._lines: list[str] = []
        self._levels: list[_Level] = []
        self._loose = False  # an item of this list has paragraphs of its own: each further one needs a gap
        self._quote = 0
        self._under_heading = False

    def write(self, pieces: Sequence[Piece]) -> str:
        for piece in pieces:
            if not isinstance(piece, Entry):
                self._levels = []
            match piece:
                case Heading():
                    self._heading(piece)
                case Paragraph():
                    self._paragraph(piece.runs, piece.quote)
                case Entry():
                    self._entry(piece)
                case Table():
                    self._table(piece)
                case Code():
                    self._code(piece)
        return "\n".join(self._lines) + "\n" if self._lines else ""

    def _open(self, quote: int = 0) -> str:
        """Part what follows from what stands above, and return what its lines begin with."""
        prefix = "> " if quote else ""
        if self._lines:
            self._lines.append(">" if quote and quote == self._quote else "")
        self._quote = quote
        self._loose = self._under_heading = False
        return prefix

    def _heading(self, piece: Heading) -> None:
        title = self._line([Run(text=run.text) for run in piece.runs if run.picture is None])
        if len(title) > LONGEST_HEADING:
            self._paragraph(tuple(Run(text=run.text) for run in piece.runs if run.picture is None))
            return
        tail = _TAIL.search(title)
        if tail and read_chip(tail[1], EVERY_FORM):  # in brackets of this kind it would be a setting
            title = f"{title[: tail.start()]}（{tail[1]}）"
        title = re.sub(r"#+$", lambda match: "＃" * len(match[0]), title)
        if not title.strip("# "):
            return
        self._open()
        self._lines.append(f"{'#' * min(6, piece.level + self._shift)} {title}")
        self._under_heading = True

    def _paragraph(self, runs: Runs, quote: int = 0) -> None:
        for part in _parts(runs):
            line = escaped_start(self._line(part))
            if not line:
                continue
            if self._under_heading and not quote and is_chip_line(line) and find_chips(line):
                line = f"**{line}**"  # alone under a heading it would be read as settings
            self._lines.append(self._open(quote) + line)

    def _entry(self, piece: Entry) -> None:
        line = escaped_start(self._line(piece.runs), in_item=True)
        if not line:
            return
        if piece.quote != self._quote:
            self._levels = []
        is_first = not self._levels
        depth, number, changes = self._place(piece)
        if is_first:
            prefix = self._open(piece.quote)
        else:
            prefix = "> " if piece.quote else ""
            if changes or self._loose:
                self._lines.append(prefix.rstrip())
        marker = f"{number}." if self._levels[-1].ordered else "-"
        box = "" if piece.checked is None else "[x] " if piece.checked else "[ ] "
        indent = " " * 4 * depth
        self._lines.append(f"{prefix}{indent}{marker} {box}{line}")
        for more in piece.more:
            below = escaped_start(self._line(more))
            if below:
                self._lines += [prefix.rstrip(), f"{prefix}{indent}    {below}"]
                self._loose = True

    def _place(self, piece: Entry) -> tuple[int, int, bool]:
        """Return how deep an item stands (from 0), its number, and whether it begins a list of the other sort."""
        levels = self._levels
        before = None  # the item above that stands as deep as this one
        while levels and (levels[-1].asked >= piece.level or len(levels) > DEEPEST_LIST - 1):
            before = levels.pop()
        ordered = piece.number is not None
        if before is not None and levels:  # Markdown can't begin another sort of list inside an item
            ordered = before.ordered
        changes = before is not None and before.ordered != ordered
        goes_on = before is not None and ordered and not changes
        number = before.number + 1 if before is not None and goes_on else piece.number or 1
        levels.append(_Level(asked=piece.level, ordered=ordered, number=number))
        return len(levels) - 1, number, changes

    def _table(self, piece: Table) -> None:
        rows = [[self._line(cell, in_cell=True) for cell in row] for row in piece.rows]
        if any(sum(map(len, row)) > LONGEST_LINE for row in rows):
            for source in piece.rows:
                for cell in source:
                    self._paragraph(cell)
            return
        self._open()
        head, *body = rows
        self._lines += [_row(head), f"|{'---|' * len(head)}", *map(_row, body)]

    def _code(self, piece: Code) -> None:
        fence = "```"
        while any(line.startswith(fence) for line in piece.lines.split("\n")):
            fence += "`"
        language = piece.language if _LANGUAGE.fullmatch(piece.language) else ""
        self._open()
        self._lines += [fence + language, *piece.lines.split("\n"), fence]

    # one line

    def _line(self, runs: Sequence[Run], *, in_cell: bool = False) -> str:
        runs = [run for run in runs if run.picture is None or run.picture in self._pictures]
        if in_cell and all(run.strong for run in runs):  # a head is bold as it is
            runs = [replace(run, strong=False) for run in runs]
        stars = sum(run.text.count("*") for run in runs) > 1 or any(
            (run.strong or run.emphasis) and _can_be_marked(run) for run in runs
        )
        return "".join(self._run_texts(runs, stars, in_cell)).strip()

    def _run_texts(self, runs: Sequence[Run], stars: bool, in_cell: bool) -> Iterator[str]:
        previous = ""
        for index, run in enumerate(runs):
            text = self._pictures[run.picture] if run.picture is not None else _one(run, stars, in_cell)
            following = runs[index + 1] if index + 1 < len(runs) else _NOTHING
            if text.strip() and _can_be_marked(run):
                is_alone = not previous.endswith("*") and not following.strong and not following.emphasis
                if run.strong:
                    text = _within("**", text, previous, runs[index - 1] if index else None)
                elif run.emphasis and is_alone:
                    text = f"*{text}*"
            previous = text
            yield text


def _within(mark: str, text: str, previous: str, before: Run | None) -> str:
    """Two bold texts side by side (one is a link) need something between their stars."""
    gap = " " if before is not None and before.strong and previous.endswith("*") else ""
    return f"{gap}{mark}{text}{mark}"


def _can_be_marked(run: Run) -> bool:
    return run.picture is None and any(sign.isalnum() for sign in run.text)


def _one(run: Run, stars: bool, in_cell: bool) -> str:
    if run.code:
        code = _code_span(run.text, in_cell)
        if code:
            return code
    if run.href:
        label = escaped(run.text.strip().translate(_NO_BRACKETS), stars=stars, in_cell=in_cell)
        if label and len(label) < 390:
            # Mail programs lead every address past themselves; the one that is shown is the one that was meant.
            shown = clean_address(run.text) if run.text.startswith(("http://", "https://")) else ""
            return f"[{label}]({shown or run.href})"
    return escaped(run.text, stars=stars, in_cell=in_cell)


_NOTHING = Run()
_NO_BRACKETS = str.maketrans("[]", "（）")


def _code_span(text: str, in_cell: bool) -> str:
    """Return code in backticks; "" for what can't stand in them here."""
    code = text.strip()
    if not code or "`" in code or "<!--" in code or code.endswith("\\") or (in_cell and "|" in code):
        return ""
    return f"`{code}`"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _parts(runs: Runs) -> list[Runs]:
    """Return a paragraph in parts that a line can hold."""
    if sum(len(run.text) for run in runs) <= LONGEST_LINE:
        return [runs]
    parts: list[list[Run]] = [[]]
    length = 0
    for run in runs:
        if run.picture is not None:
            parts[-1].append(run)
            continue
        for sentence in _SENTENCE.split(run.text):
            for start in range(0, len(sentence), LONGEST_LINE):
                chunk = sentence[start : start + LONGEST_LINE]
                if length and length + len(chunk) > LONGEST_LINE:
                    parts.append([])
                    length = 0
                length += len(chunk)
                parts[-1].append(Run(text=chunk, strong=run.strong, code=run.code, href=run.href))
    return [tuple(part) for part in parts if words_of(tuple(part))]
