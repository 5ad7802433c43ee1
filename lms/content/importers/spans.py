"""Merged cells: from rows of cells that reach across and down to a plain grid. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.content.importers.pieces import Piece, Runs, words_of

WIDEST = 40
"""Columns of a table; what stands further right is left out, nobody could read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    pieces: tuple[Piece, ...]
    across: int = 1
    down: int = 1


def grid_of(
    rows: Sequence[Sequence[Cell]], line: Callable[[Sequence[Piece]], Runs]
) -> tuple[Runs, tuple[tuple[Runs, ...], ...]]:
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
                runs = line(cell.pieces)
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
