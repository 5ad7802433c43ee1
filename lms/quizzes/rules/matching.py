"""Giving out questions to the lines of a blueprint that want them, so that as many as possible get what they want."""

from collections.abc import Mapping, Sequence


def assign(wanted: Sequence[str], fits: Mapping[str, Sequence[int]], counts: Sequence[int]) -> dict[str, int]:
    """Return for each question that is taken the line that it goes to.

    wanted: the questions, the most wanted first. fits: the lines (by place) that may take each. counts: how many each
    line wants. As many are taken as can be, and of all ways to do so the most wanted ones: a question that comes into
    a full line moves another one on, and one that was taken is never given back.
    """
    held: list[list[str]] = [[] for _ in counts]
    taken: dict[str, int] = {}
    open_places = sum(counts)
    for question in wanted:
        if not open_places:
            break
        way = _way(question, fits, held, counts)
        if way:
            open_places -= 1
        for moved, line in way:
            if moved in taken:
                held[taken[moved]].remove(moved)
            taken[moved] = line
            held[line].append(moved)
    return taken


def _way(
    question: str, fits: Mapping[str, Sequence[int]], held: Sequence[Sequence[str]], counts: Sequence[int]
) -> list[tuple[str, int]]:
    """Return the moves that make room for a question, the last one first; [] where there is no room. The shortest."""
    came: dict[int, str] = {}
    waiting = [question]
    for mover in waiting:
        for line in fits[mover]:
            if line in came:
                continue
            came[line] = mover
            if len(held[line]) < counts[line]:
                return _back(line, question, came, held)
            waiting.extend(held[line])
    return []


def _back(line: int, question: str, came: Mapping[int, str], held: Sequence[Sequence[str]]) -> list[tuple[str, int]]:
    moves = []
    while True:
        mover = came[line]
        moves.append((mover, line))
        if mover == question:
            return moves
        line = next(place for place, inside in enumerate(held) if mover in inside)
