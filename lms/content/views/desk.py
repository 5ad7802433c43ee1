"""One text on the desk: what is wrong with it, what a learner would see of it, its properties; mending it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from lms.content import store
from lms.content.actions.examine import Examined, examine
from lms.content.grammar.findings import Finding, Severity, apply_fixes
from lms.content.grammar.front import read_front
from lms.content.kinds import Kind, kind_of
from lms.content.learner import Listed, Piece
from lms.content.queries import Card, by_path
from lms.content.rules.properties import Filled, filled
from lms.content.show import shower
from lms.core.i18n import say
from lms.core.lines import split_lines
from lms.core.texts import Text, text

_PLACE = re.compile(r"^(?:第 ?\d+ ?行：|Line \d+: ?)")
SHOWN = 300  # problems listed at once; who has more begins with these
_ROUNDS = 3  # fixes that only show after others
_PATIENCE = 200_000  # characters up to which a broken text is read again without its broken lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding as the page shows it. id: names it in a request to mend it. fix: what the button says, "" = none.

    first, last, lines: what the fix puts in place of which lines.
    """

    id: str
    line: int
    is_error: bool
    message: str
    fix: str = ""
    first: int = 0
    last: int = 0
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """pieces: None where the text can't be shown yet. steps: documents that the items of a path lead to, by path."""

    source: str
    problems: tuple[Problem, ...]
    pieces: tuple[Piece, ...] | None
    properties: tuple[Filled, ...]
    steps: dict[str, Card]
    show: Callable[[str], Markup]

    @property
    def errors(self) -> int:
        return sum(problem.is_error for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    @property
    def fixable(self) -> int:
        return sum(bool(problem.fix) for problem in self.problems)


def look_at(card: Card, source: str) -> Desk:
    """Return everything that the editor shows of a text. Raises Invalid or TooLarge for what is no text at all."""
    store.encode(source)
    kind = kind_of(card.kind)
    examined = examine(kind, card.path, source)
    pieces = learner_pieces(kind, card.path, source, examined)
    html = [each for piece in pieces or () for each in piece.pieces]
    targets = {piece.target for piece in pieces or () if isinstance(piece, Listed)}
    return Desk(
        source=source,
        problems=shown_problems(examined.findings),
        pieces=pieces,
        properties=filled(source, kind.word),
        steps=by_path(targets) if targets else {},
        show=shower(html),
    )


def problem_id(finding: Finding) -> str:
    return sha256(f"{finding.code}/{finding.line}/{finding.message}".encode()).hexdigest()[:12]


def mended(card: Card, source: str, wanted: str) -> str:
    """Return the text with one finding mended, or with all that have a fix; every other byte stays.

    wanted: the id of a problem, or "all". A problem that is no longer there changes nothing.
    """
    kind = kind_of(card.kind)
    if wanted != "all":
        found = [finding for finding in examine(kind, card.path, source).findings if problem_id(finding) == wanted]
        return apply_fixes(source, [finding.fix for finding in found if finding.fix])
    for _ in range(_ROUNDS):
        fixes = [finding.fix for finding in examine(kind, card.path, source).findings if finding.fix]
        after = apply_fixes(source, fixes)
        if after == source:
            break
        source = after
    return source


def learner_pieces(kind: Kind, path: str, source: str, examined: Examined) -> tuple[Piece, ...] | None:
    """Return what a learner would see; of a text with errors, what is left when they are mended or left out."""
    spec = examined.parsed.spec
    if spec is None:
        source = apply_fixes(source, [finding.fix for finding in examined.errors if finding.fix])
        parsed = kind.parse(source, path)
        for _ in range(_ROUNDS):
            errors = [f for f in parsed.findings if f.severity is Severity.ERROR and f.line > 1]
            if parsed.spec is not None or not errors or len(source) > _PATIENCE:
                break
            source = without(source, errors)
            parsed = kind.parse(source, path)
        spec = parsed.spec
    return None if spec is None else kind.safe_view(spec)


def without(source: str, errors: Iterable[Finding]) -> str:
    """Return the text with the lines of these errors emptied; a heading takes all that stands under it along.

    Of a line of settings only the one that is wrong goes.
    """
    lines = split_lines(source)
    front = read_front(source)[0].last
    for number, chip in {finding.line: _chip(finding) for finding in errors}.items():
        if number > len(lines):
            continue
        line = lines[number - 1]
        if chip and f"`{chip}`" in line:
            lines[number - 1] = line.replace(f"`{chip}`", "")
            continue
        level = len(line) - len(line.lstrip("#"))
        last = number
        while level and front < number and last < len(lines):
            below = lines[last]
            if below.startswith("#") and len(below) - len(below.lstrip("#")) <= level:
                break
            last += 1
        lines[number - 1 : last] = [""] * (last - number + 1)
    return "\n".join(lines)


def _chip(finding: Finding) -> str:
    """Return the setting that a finding is about, "" where it is about none."""
    problem = finding.message.values.get("problem")
    return str(problem.values.get("chip", "")) if isinstance(problem, Text) else ""


def shown_problems(findings: Iterable[Finding]) -> tuple[Problem, ...]:
    return tuple(_problem(finding) for finding in findings)


def blank(source: str) -> Desk:
    """Return a desk with a text that can't be looked at."""
    return Desk(source=source, problems=(), pieces=None, properties=(), steps={}, show=shower(()))


def count_words(errors: int, warnings: int) -> tuple[str, str]:
    """Return “2 处必须改” and “1 处建议改”, each "" where there is none."""
    must = say(text("%(n)s 处必须改", n=errors)) if errors else ""
    may = say(text("%(n)s 处建议改", n=warnings)) if warnings else ""
    return must, may


def as_json(desk: Desk, preview: str, head: int | None) -> dict[str, Any]:
    """Return the desk for the page's script. preview: the HTML of the learner's view; head: the latest version."""
    must, may = count_words(desk.errors, desk.warnings)
    return {
        "markdown": desk.source,
        "head": head,
        "preview": preview,
        "errors": desk.errors,
        "fixable": desk.fixable,
        "must": must,
        "may": may,
        "publish": say(text("改好 %(n)s 处后发布", n=desk.errors)) if desk.errors else say(text("发布…")),
        "problems": [
            {
                "id": problem.id,
                "line": problem.line,
                "error": problem.is_error,
                "message": problem.message,
                "fix": problem.fix,
                "first": problem.first,
                "last": problem.last,
                "lines": list(problem.lines),
            }
            for problem in desk.problems[:SHOWN]
        ],
        "properties": {each.property.name: each.value for each in desk.properties},
    }


def _problem(finding: Finding) -> Problem:
    message = _PLACE.sub("", say(finding.message))
    fix = finding.fix
    common: dict[str, Any] = {
        "id": problem_id(finding),
        "line": finding.line,
        "is_error": finding.severity is Severity.ERROR,
        "message": message,
    }
    if fix is None:
        return Problem(**common)
    return Problem(**common, fix=say(fix.label), first=fix.first, last=fix.last, lines=fix.lines)
