"""A chat without what belongs to a person: nicknames, then everything that the masking finds. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lms.core.masking import Doubt, Kind, mask
from lms.core.masking.shadow import BREAK
from lms.drills.tickets.talk import Line, Side, Talk, from_first, names_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """A chat in which only what is in doubt is still as it was written."""

    lines: tuple[Line, ...]
    counts: Mapping[Kind, int] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()


def safe_talk(talk: Talk) -> Safe:
    """Return a chat as read from a file, masked."""
    moments = from_first(line.at for line in talk.lines)
    lines = [Line(line.side or Side.CUSTOMER, at, line.text) for line, at in zip(talk.lines, moments, strict=True)]
    return masked_lines(lines, names=names_of(talk))


def masked_lines(
    lines: Sequence[Line],
    *,
    names: Mapping[str, str] | None = None,
    also: Collection[str] = (),
    decisions: Mapping[str, bool] | None = None,
) -> Safe:
    """Return lines masked as one text, so that the same value has the same placeholder in all of them."""
    whole = BREAK.join(line.text.replace(BREAK, " ") for line in lines)
    done = mask(whole, names=names, also=also, decisions=decisions)
    texts = done.text.split(BREAK)
    return Safe(
        lines=tuple(Line(line.side, line.at, said) for line, said in zip(lines, texts, strict=True)),
        counts=done.counts,
        doubts=done.doubts,
    )
