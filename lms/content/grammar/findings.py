"""What an author is told about a file: where, what is wrong, how to mend it, and the mend itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.lines import split_keeping_ends
from lms.core.texts import Text


class Severity(StrEnum):
    ERROR = "error"  # 必须改: the file is neither synced nor published
    WARNING = "warning"  # 建议改


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Replace the lines `first..last` (1-based, inclusive) of the source by `lines`.

    An insertion before line n has first=n, last=n-1. No line carries its line end.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem of one file. `line` is 1-based; 1 where the whole file is meant."""

    code: str  # C1xx content, Q2xx questions and quizzes, D3xx drills, L4xx curricula and lessons
    line: int
    message: Text  # says what is wrong and how to mend it
    severity: Severity = Severity.ERROR
    fix: Fix | None = None


def apply_fixes(source: str, fixes: Sequence[Fix]) -> str:
    """Return the source with every fix applied; of two that touch the same line the first one wins.

    Untouched lines stay byte for byte, their line ends included. Fixes are numbered by the lines of `source`.
    """
    lines = split_keeping_ends(source)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    taken: set[int] = set()
    chosen: list[Fix] = []
    for fix in fixes:
        # An insertion takes the gap before its line: two of them there would come in an unknown order.
        touched = set(range(fix.first, fix.last + 1)) or {-fix.first}
        if not touched & taken:
            taken |= touched
            chosen.append(fix)
    for fix in sorted(chosen, key=lambda each: (each.first, each.last), reverse=True):
        _replace(lines, fix, end)
    return "".join(lines)


def _replace(lines: list[str], fix: Fix, end: str) -> None:
    new = [line + end for line in fix.lines]
    at_end = fix.last >= len(lines)
    if new and at_end and lines and not lines[-1].endswith(("\n", "\r")):
        # The file has no last line end: it keeps none, and what is added at the end starts on its own line.
        if fix.first > len(lines):
            lines[-1] += end
        new[-1] = new[-1].removesuffix(end)
    lines[fix.first - 1 : fix.last] = new
