"""The one pure function that masks a talk. The same value has the same placeholder throughout; nothing is remembered.

Finders look at the text; what they are sure of is replaced everywhere it occurs, in any width, with any blanks. Then
the masked text is read again, until nothing more is found: what comes out is left as it is when it is read once more.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from lms.core.masking.addresses import find_addresses
from lms.core.masking.finding import Doubt, Found, Kind
from lms.core.masking.labels import find_labelled, find_tokens
from lms.core.masking.names import find_names
from lms.core.masking.numbers import find_numbers
from lms.core.masking.shadow import BREAK, HOLE, Compact, Shadow, compact_of, key_of, shadow_of

FINDERS: tuple[Callable[[str], Iterator[Found]], ...] = (
    find_labelled,
    find_tokens,
    find_numbers,
    find_addresses,
    find_names,
)
"""In the order in which they are believed where two find the same place."""
MOST_ROUNDS = 8
_AROUND = 24
_SHORT = 6
_NUMBERED = re.compile(r"【([\u4e00-\u9fff]{2,5})([0-9]{1,5})】")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """counts: how often each kind was masked, earlier times included. doubts: what is still to be decided."""

    text: str
    counts: Mapping[Kind, int]
    doubts: tuple[Doubt, ...] = ()


def mask(
    text: str,
    *,
    names: Mapping[str, str] | None = None,
    also: Collection[str] = (),
    decisions: Mapping[str, bool] | None = None,
) -> Masked:
    """Return the text with placeholders. names: what to write for each nickname. also: values to mask, whatever they
    are. decisions: by the id of a doubt, True = mask.
    """
    decided = dict(decisions or {})
    work = _Work(_without_signs(text))
    work.rename(names or {})
    work.replace_keys({key_of(each): Kind.OTHER for each in also if key_of(each)})
    doubts: dict[str, Doubt] = {}
    for _ in range(MOST_ROUNDS):
        doubts, changed = work.round(decided)
        if not changed:
            break
    counts = {kind: work.text.count(f"【{kind}") for kind in Kind}
    return Masked(text=work.text, counts={kind: n for kind, n in counts.items() if n}, doubts=tuple(doubts.values()))


def _without_signs(text: str) -> str:
    """Return the text without the signs that mean something here."""
    return text.replace(HOLE, "").replace("\x01", "")


class _Work:
    """A text on its way. numbers: the placeholder of each value, by kind and key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.numbers: dict[tuple[Kind, str], int] = {}
        self.last: dict[str, int] = defaultdict(int)
        for kind, number in _NUMBERED.findall(text):
            self.last[kind] = max(self.last[kind], int(number))

    def rename(self, names: Mapping[str, str]) -> None:
        keys = {key_of(name): word for name, word in names.items() if len(key_of(name)) > 1}
        shadow = shadow_of(self.text)
        spans = [(start, end, keys[key]) for start, end, key in _occurrences(shadow, compact_of(shadow), keys)]
        self._write(shadow, spans)

    def replace_keys(self, keys: Mapping[str, Kind]) -> None:
        if keys:
            shadow = shadow_of(self.text)
            every = [(start, end, keys[key], key) for start, end, key in _occurrences(shadow, compact_of(shadow), keys)]
            self._place(shadow, every)

    def round(self, decided: Mapping[str, bool]) -> tuple[dict[str, Doubt], bool]:
        """Mask once what is sure or decided; return what is in doubt, and whether anything was masked."""
        shadow = shadow_of(self.text)
        taken = bytearray(len(shadow.plain))
        for place, each in enumerate(shadow.plain):
            taken[place] = each in (HOLE, BREAK)
        every = [found for finder in FINDERS for found in finder(shadow.plain)]
        sure: list[tuple[int, int, Kind, str]] = []
        unsure: list[tuple[int, int, Kind, str]] = []
        for found in [*(each for each in every if each.sure), *(each for each in every if not each.sure)]:
            start, end = _trimmed(shadow.plain, found.start, found.end)
            key = key_of(shadow.plain[start:end])
            if start >= end or not key or any(taken[start:end]):
                continue
            taken[start:end] = b"\x01" * (end - start)
            wanted = True if found.sure else decided.get(_id(found.kind, key))
            if wanted:
                sure.append((start, end, found.kind, key))
            elif wanted is None:
                unsure.append((start, end, found.kind, key))
        kinds = {key: kind for _, _, kind, key in sure}
        covered = bytearray(len(shadow.plain))
        for start, end, _, _ in sure:
            covered[start:end] = b"\x01" * (end - start)
        again = [
            (start, end, kinds[key], key)
            for start, end, key in _occurrences(shadow, compact_of(shadow), kinds)
            if not any(covered[start:end])
        ]
        self._place(shadow, [*sure, *again])
        return self._doubts(shadow, unsure), bool(sure)

    def _place(self, shadow: Shadow, spans: Iterable[tuple[int, int, Kind, str]]) -> None:
        written = []
        for start, end, kind, key in sorted(spans):
            number = self.numbers.get((kind, key))
            if number is None:
                self.last[kind] += 1
                number = self.numbers[kind, key] = self.last[kind]
            written.append((start, end, f"【{kind}{number}】"))
        self._write(shadow, written)

    def _write(self, shadow: Shadow, spans: Iterable[tuple[int, int, str]]) -> None:
        pieces = []
        position = 0
        for first, last, word in sorted(spans):
            start, end = shadow.span(first, last)
            if start < position:
                continue
            pieces += [self.text[position:start], word]
            position = end
        self.text = "".join([*pieces, self.text[position:]])

    def _doubts(self, shadow: Shadow, unsure: Iterable[tuple[int, int, Kind, str]]) -> dict[str, Doubt]:
        found: dict[str, Doubt] = {}
        for first, last, kind, key in sorted(unsure):
            id = _id(kind, key)
            start, end = shadow.span(first, last)
            before = shadow.text[max(0, start - _AROUND) : start].rpartition(BREAK)[2]
            after = shadow.text[end : end + _AROUND].partition(BREAK)[0]
            count = found[id].count + 1 if id in found else 1
            kept = found.get(id)
            found[id] = Doubt(
                id=id,
                kind=kind,
                value=kept.value if kept else shadow.text[start:end],
                before=kept.before if kept else before,
                after=kept.after if kept else after,
                count=count,
            )
        return found


def _id(kind: Kind, key: str) -> str:
    return sha256(f"{kind.name}:{key}".encode()).hexdigest()[:12]


def _trimmed(plain: str, start: int, end: int) -> tuple[int, int]:
    while start < end and plain[start] in " \n":
        start += 1
    while end > start and plain[end - 1] in " \n":
        end -= 1
    return start, end


def _occurrences(shadow: Shadow, compact: Compact, keys: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield where values stand, whatever blanks are in them, the longest first; none over another.

    A short value of letters and digits counts only where nothing of the kind stands beside it.
    """
    used = bytearray(len(compact.plain))
    heads = {key[:2] for key in keys}
    starts = [place for place in range(len(compact.plain)) if compact.plain[place : place + 2] in heads]
    for size in sorted({len(key) for key in keys if len(key) > 1}, reverse=True):
        for place in starts:
            key = compact.plain[place : place + size]
            if key not in keys or len(key) < size or any(used[place : place + size]):
                continue
            start, end = compact.at[place], compact.at[place + size - 1] + 1
            if BREAK in shadow.plain[start:end] or (
                size < _SHORT and key.isascii() and not _is_apart(shadow.plain, start, end)
            ):
                continue
            used[place : place + size] = b"\x01" * size
            yield start, end, key


def _is_apart(plain: str, start: int, end: int) -> bool:
    sides = (plain[start - 1] if start else " ", plain[end] if end < len(plain) else " ")
    return not any(each.isascii() and each.isalnum() for each in sides)
