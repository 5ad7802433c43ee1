"""Which members of one sequence are which of another. Pure, and bounded for whatever is compared with whatever."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

_READABLE = 40_000  # pairs up to which the longest common stretches are looked for, which reads best
_MOST = 200_000_000  # pairs up to which any common members are looked for; 25 MB and a tenth of a second
_PAIRS = 2_500  # pairs of texts that are tried against each other
_ALIKE = 50  # of 100: below this two texts are no versions of each other
_LOOKED_AT = 1_000  # characters of a text by which its likeness is judged

Run = tuple[int, int, int]
"""A stretch that both have: where it begins in the old one, in the new one, how long it is."""

Opcode = tuple[bool, int, int, int, int]
"""Whether both are equal on old[a:b] and new[c:d]; the stretches follow one another without a gap."""


def runs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """Return what both have in the same order. What stands once in each is found however long they are."""
    found: list[Run] = []
    for a, c, length in _joined(_runs(old, new, 0, len(old), 0, len(new))):
        found.append((a, c, length))
    return found


def opcodes(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Opcode]:
    """Return what is equal and what was put in the place of what, from the beginning to the end."""
    found: list[Opcode] = []
    at_old = at_new = 0
    for a, c, length in [*runs(old, new), (len(old), len(new), 0)]:
        if a > at_old or c > at_new:
            found.append((False, at_old, a, at_new, c))
        if length:
            found.append((True, a, a + length, c, c + length))
        at_old, at_new = a + length, c + length
    return found


def pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return which old text became which new one, in order: the alignment of the greatest likeness."""
    if not old or not new:
        return []
    if len(old) * len(new) > _PAIRS:
        return [(n, n) for n in range(min(len(old), len(new))) if _likeness(old[n], new[n])]
    alike = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            both = best[i + 1][j + 1] + alike[i][j] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    found = []
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(one: str, other: str) -> float:
    """Return how alike two texts are, 0 if they are no versions of each other."""
    if not one.strip() or not other.strip():
        return 0.0
    return fuzz.ratio(one[:_LOOKED_AT], other[:_LOOKED_AT], score_cutoff=_ALIKE)


def _joined(found: Iterator[Run]) -> list[Run]:
    joined: list[Run] = []
    for a, c, length in found:
        if joined and joined[-1][0] + joined[-1][2] == a and joined[-1][1] + joined[-1][2] == c:
            joined[-1] = (joined[-1][0], joined[-1][1], joined[-1][2] + length)
        else:
            joined.append((a, c, length))
    return joined


def _runs(
    old: Sequence[Hashable], new: Sequence[Hashable], a: int, b: int, c: int, d: int, *, anchored: bool = False
) -> Iterator[Run]:
    """Yield the runs of old[a:b] and new[c:d]; what both begin and end with costs nothing."""
    head = 0
    while a + head < b and c + head < d and old[a + head] == new[c + head]:
        head += 1
    if head:
        yield a, c, head
    a, c = a + head, c + head
    tail = 0
    while b - tail > a and d - tail > c and old[b - tail - 1] == new[d - tail - 1]:
        tail += 1
    b, d = b - tail, d - tail
    if a < b and c < d:
        anchors = [] if anchored else _anchors(old[a:b], new[c:d])
        if anchors:
            for start, end in zip([(-1, -1), *anchors], [*anchors, (b - a, d - c)], strict=True):
                if start[0] >= 0:
                    yield a + start[0], c + start[1], 1
                yield from _runs(old, new, a + start[0] + 1, a + end[0], c + start[1] + 1, c + end[1], anchored=True)
        else:
            yield from _searched(old[a:b], new[c:d], a, c)
    if tail:
        yield b, d, tail


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the longest series of members that stand once in each and in the same order (patience diff)."""
    once = {member for member, times in Counter(old).items() if times == 1}
    once &= {member for member, times in Counter(new).items() if times == 1}
    if not once:
        return []
    where = {member: place for place, member in enumerate(new) if member in once}
    ends: list[int] = []  # for each length, the lowest place at which a series of it can end
    last: list[tuple[int, int]] = []  # its last member, as an index of `chain`
    chain: list[tuple[int, int, int]] = []  # place in old, place in new, the one before in `chain`
    for place, member in enumerate(old):
        if member not in where:
            continue
        length = bisect_left(ends, where[member])
        before = last[length - 1][1] if length else -1
        chain.append((place, where[member], before))
        if length == len(ends):
            ends.append(where[member])
            last.append((place, len(chain) - 1))
        else:
            ends[length] = where[member]
            last[length] = (place, len(chain) - 1)
    found = []
    at = last[-1][1]
    while at >= 0:
        found.append((chain[at][0], chain[at][1]))
        at = chain[at][2]
    return found[::-1]


def _searched(old: Sequence[Hashable], new: Sequence[Hashable], a: int, c: int) -> Iterator[Run]:
    size = len(old) * len(new)
    if size <= _READABLE:
        for first, start, length in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            if length:
                yield a + first, c + start, length
    elif size <= _MOST:
        for code in LCSseq.opcodes(old, new):
            if code.tag == "equal":
                yield a + code.src_start, c + code.dest_start, code.src_end - code.src_start
