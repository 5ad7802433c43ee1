"""Tables: merged cells become a plain grid, each cell one line; a table that only makes a layout is none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.content.importers.pieces import Code, Entry, Heading, Paragraph, Piece, Run, Runs, Table, words_of
from lms.content.importers.runs import tidy

WIDEST = 40
"""Columns of a table; what stands further right is left out, nobody could read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    pieces: tuple[Piece, ...]
    across: int = 1
    down: int = 1


def joined(several: Sequence[Runs], gap: str = " ") -> Runs:
    """Return the texts as one line."""
    found: list[Run] = []
    for runs in several:
        if found and runs and not (gap == " " and _needs_no_gap(found[-1].text[-1:], runs[0].text[:1])):
            found.append(Run(text=gap))
        found.extend(Run(text=" ") if run.is_break else run for run in runs)
    return tidy(found)


def _needs_no_gap(before: str, behind: str) -> bool:
    return before in tuple("，。、；：！？）”》") or behind in tuple("（“《")


def table_of(rows: list[list[Cell]]) -> list[Piece]:
    """Return a table, or the contents of its cells one after the other where it only makes a layout."""
    cells = [cell for row in rows for cell in row]
    is_layout = all(len(row) < 2 for row in rows) or any(
        isinstance(piece, Table | Code | Heading) for cell in cells for piece in cell.pieces
    )
    if is_layout:
        return [piece for cell in cells for piece in cell.pieces]
    title, grid = _grid_of(rows)
    above: list[Piece] = [Paragraph(runs=tuple(replace(run, strong=True) for run in title))] if title else []
    if not grid:
        return above
    if len(grid[0]) == 1:
        return [*above, *(Paragraph(runs=row[0]) for row in grid if row[0])]
    return [*above, Table(rows=grid)]


def _cell_line(pieces: Sequence[Piece]) -> Runs:
    """Return what a cell holds as one line: items are parted by a semicolon, paragraphs by a space."""
    found: Runs = ()
    was_item = False
    for piece in pieces:
        if not isinstance(piece, Paragraph | Entry):
            continue
        is_item = isinstance(piece, Entry)
        ends = words_of(found)[-1:] in tuple("；;。：:，,")
        found = joined([found, piece.runs], "；" if is_item and was_item and not ends else " ")
        for more in piece.more if isinstance(piece, Entry) else ():
            found = joined([found, more])
        was_item = is_item
    return found


def _grid_of(rows: Sequence[Sequence[Cell]]) -> tuple[Runs, tuple[tuple[Runs, ...], ...]]:
    """Return the title that stands above the table (() without one) and the grid, without empty rows and columns.

    A cell merged downwards stands in each of its rows, so that each row can be read alone; one merged across stands
    in its first column.
    """
    lines: list[list[Runs]] = []
    reaching: dict[int, tuple[int, Runs]] = {}  # column -> rows still to fill, with what
    for row in rows:
        found: list[Runs] = []
        cells = iter(row)
        cell = next(cells, None)
        while len(found) < WIDEST and (cell is not None or any(column >= len(found) for column in reaching)):
            column = len(found)
            if column in reaching:
                left, runs = reaching.pop(column)
                found.append(runs)
                if left > 1:
                    reaching[column] = (left - 1, runs)
            elif cell is None:
                found.append(())
            else:
                runs = _cell_line(cell.pieces)
                for offset in range(min(cell.across, WIDEST - column)):
                    found.append(runs if offset == 0 else ())
                    if cell.down > 1:
                        reaching[column + offset] = (cell.down - 1, runs if offset == 0 else ())
                cell = next(cells, None)
        lines.append(found)
    return _trimmed(lines)


def _trimmed(lines: list[list[Runs]]) -> tuple[Runs, tuple[tuple[Runs, ...], ...]]:
    width = max((len(row) for row in lines), default=0)
    full = [[*row, *((),) * (width - len(row))] for row in lines]
    full = [row for row in full if any(map(_has_words, row))]
    columns = [column for column in range(width) if any(_has_words(row[column]) for row in full)]
    full = [[row[column] for column in columns] for row in full]
    title: Runs = ()
    if len(full) > 2 and len(columns) > 1 and _has_words(full[0][0]) and not any(map(_has_words, full[0][1:])):
        title = full.pop(0)[0]
        columns = [column for column in range(len(columns)) if any(_has_words(row[column]) for row in full)]
        full = [[row[column] for column in columns] for row in full]
    return title, tuple(tuple(row) for row in full)


def _has_words(runs: Runs) -> bool:
    return bool(words_of(runs)) or any(run.picture is not None for run in runs)
