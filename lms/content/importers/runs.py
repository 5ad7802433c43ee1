"""Text as it stands in a page becomes text as a reader sees it: spaces, line ends, invisible characters. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lms.content.importers.pieces import Run, Runs

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200c\u200e\u200f\u2060-\u2064\ufeff\ufffc\ufffe\uffff\ud800-\udfff]"
)
_WIDE = "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_FOLDED_LINE = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]+[ \t]*(?=[{_WIDE}])")
_SPACE = re.compile(r"[\s\u00a0\u3000\u2000-\u200a\u202f\u205f]+")


def tidy(runs: Iterable[Run]) -> Runs:
    """Return one line: equal looks in one run, one space at most, none at the ends; bold without its outer spaces."""
    merged: list[Run] = []
    for run in runs:
        if run.picture is not None:
            merged.append(run)
            continue
        text = _INVISIBLE.sub("", run.text)
        if not text:
            continue
        run = replace(run, text=text)
        if merged and merged[-1].picture is None and replace(merged[-1], text=text) == run:
            merged[-1] = replace(run, text=merged[-1].text + text)
        else:
            merged.append(run)
    spaced = [run if run.picture is not None else replace(run, text=_squeezed(run.text)) for run in merged]
    return _without_gaps(spaced)


def _squeezed(text: str) -> str:
    """Word and editors fold long lines in the source: between two Chinese characters that is no space."""
    return _SPACE.sub(" ", _FOLDED_LINE.sub("", text))


def _without_gaps(runs: Sequence[Run]) -> Runs:
    found: list[Run] = []
    for run in runs:
        if run.picture is not None:
            found.append(run)
            continue
        text = run.text
        if text.startswith(" ") and (not found or found[-1].text.endswith(" ")):
            text = text[1:]
        if not text:
            continue
        if not text.strip():
            run = Run(text=" ")
            text = " "
        _append(found, replace(run, text=text))
    while found and found[-1].picture is None and not found[-1].text.rstrip():
        found.pop()
    if found and found[-1].picture is None:
        found[-1] = replace(found[-1], text=found[-1].text.rstrip())
    return tuple(found)


def _append(found: list[Run], run: Run) -> None:
    """Put a run behind the others; what is bold or a link keeps no space at its ends, it stands beside it."""
    marked = run.strong or run.emphasis or run.code or run.href
    if not marked:
        _join(found, run)
        return
    bare = run.text.strip()
    if run.text.startswith(" "):
        _join(found, Run(text=" "))
    _join(found, replace(run, text=bare))
    if run.text.endswith(" "):
        _join(found, Run(text=" "))


def _join(found: list[Run], run: Run) -> None:
    if found and found[-1].picture is None and replace(found[-1], text=run.text) == run:
        found[-1] = replace(run, text=found[-1].text + run.text)
    else:
        found.append(run)


def lines_of(runs: Iterable[Run]) -> list[Runs]:
    """Return the lines between the breaks; empty ones are left out."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.is_break:
            lines.append([])
        else:
            lines[-1].append(run)
    return [tidied for line in lines if (tidied := tidy(line))]
