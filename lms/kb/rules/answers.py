"""The answer of the side panel: what of an article fits on one small screen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.folding import folded
from lms.kb.rules.blocks import Script, Taken, plain, rows

MOST_ROWS = 6
LONG = 4
"""Rows of a table beside which no running text has room."""
MOST_LINES = 3
MOST_CHARACTERS = 220
"""Of running text, so that 话术 and 内部 still stand on the first screen."""
MOST_INTERNAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAnswer:
    """anchor, title: of the section that answers. verdict: pairs of HTML, “已出库” and what then holds.

    lines, internal: blocks of HTML. script: the 话术 to send, scripts: the other ones. cut: the section says more.
    rest: titles of the sections of which nothing is shown.
    """

    anchor: str
    title: str
    verdict: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    script: Script | None
    scripts: tuple[Script, ...]
    internal: tuple[str, ...]
    cut: bool
    rest: tuple[str, ...]


def panel_answer(parts: Sequence[Taken], anchor: str, words: Sequence[str], shop: Sequence[str] = ()) -> PanelAnswer:
    """Return what of the article answers. parts: introduction and sections. anchor: of the section that was hit.

    Where that section only says what to send, the first one that says what is so goes with it. words: what was looked
    for, folded. shop: names of the shop that is served: its row of a table about shops comes along.
    """
    hit = next((part for part in parts if anchor and part.anchor == anchor), None)
    saying = [part for part in parts if _says(part)]
    best = hit if hit is not None and (_says(hit) or not saying) else (saying or list(parts))[0]
    verdict, lines, cut = _said(best)
    own = _row_of_shop([part for part in parts if part is not best], shop)
    scripts = _ordered(parts, hit or best, words)
    script = scripts[0] if scripts else None
    told = [part for part in parts if part is best or part is hit or (script and script in part.scripts)]
    internal = [block.html for part in told for block in part.blocks if block.kind == "internal"]
    return PanelAnswer(
        anchor=best.anchor,
        title=best.title,
        verdict=(*verdict, *own),
        lines=lines,
        script=script,
        scripts=scripts[1:],
        internal=tuple(internal[:MOST_INTERNAL]),
        cut=cut,
        rest=tuple(part.title for part in parts if part not in told and part.title),
    )


def _says(part: Taken) -> bool:
    """Whether a section says what is so, besides what to send."""
    return any(
        block.kind in ("table", "list") or _is_statement(part, number) for number, block in enumerate(part.blocks)
    )


def _is_statement(part: Taken, number: int) -> bool:
    block = part.blocks[number]
    if block.kind != "text":
        return False
    following = part.blocks[number + 1].kind if number + 1 < len(part.blocks) else ""
    return following != "script" or plain(block.html)[-1:] not in ("：", ":")


def _said(part: Taken) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], bool]:
    """Return the first table as pairs, the first blocks of text, and whether something was left out."""
    verdict: tuple[tuple[str, str], ...] = ()
    lines: list[str] = []
    characters = 0
    cut = False
    for number, block in enumerate(part.blocks):
        if block.kind == "table" and not verdict:
            every = [row for row in rows(block.html) if row]
            verdict = tuple((row[0], "，".join(filter(None, row[1:]))) for row in every[:MOST_ROWS])
            cut = cut or len(every) > MOST_ROWS
        elif block.kind in ("list", "other") or _is_statement(part, number):
            length = len(plain(block.html))
            if (
                len(verdict) >= LONG
                or (verdict and characters)
                or len(lines) == MOST_LINES
                or (lines and characters + length > MOST_CHARACTERS)
            ):
                cut = True
                continue
            lines.append(block.html)
            characters += length
        elif block.kind == "table":
            cut = True
    return verdict, tuple(lines), cut


def _row_of_shop(parts: Sequence[Taken], shop: Sequence[str]) -> tuple[tuple[str, str], ...]:
    names = {folded(name) for name in shop if name}
    for part in parts:
        for block in part.blocks:
            if block.kind == "table":
                for row in rows(block.html):
                    if folded(plain(row[0])) in names:
                        return ((row[0], "，".join(filter(None, row[1:]))),)
    return ()


def _ordered(parts: Sequence[Taken], best: Taken, words: Sequence[str]) -> tuple[Script, ...]:
    """Return every 话术: first those with most of the words, then those of the section that answers."""
    every = [(script, part) for part in parts for script in part.scripts]

    def weight(pair: tuple[Script, Taken]) -> tuple[int, bool]:
        script, part = pair
        said = folded(script.label + script.text)
        return -sum(word in said for word in words), part is not best

    return tuple(script for script, _ in sorted(every, key=weight))
