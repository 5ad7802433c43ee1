"""A quiz as its trainer reads it: one sentence, what needs a look in order, what is good, the figures behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from lms.core import stats
from lms.core.texts import Text, text
from lms.quizzes.rules.analysis.hints import Hint, Kind, hints_of, is_good, key_position
from lms.quizzes.rules.analysis.items import ENOUGH, Asked, Item, Times, items_of
from lms.quizzes.rules.analysis.papers import Whole, whole_of
from lms.quizzes.rules.analysis.rows import Cell, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Somebody looked at a hint and left the question as it is. answers: how many the hint rested on then."""

    answers: int
    note: str
    by: str
    at: datetime


Verdicts = Mapping[tuple[bytes, str], Verdict]  # by version and kind of hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One version of a question with what is to be said of it. quiet: hints that somebody has looked at."""

    item: Item
    hints: tuple[Hint, ...]
    quiet: tuple[tuple[Hint, Verdict], ...]
    is_good: bool

    @property
    def weight(self) -> int:
        return self.hints[0].weight if self.hints else 0

    @property
    def is_bad(self) -> bool:
        return bool(self.hints) and self.hints[0].is_bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """whole: None without a paper. chance: 0..1 of passing by guessing. keys: letter, times, of how many.

    findings: in the order of the quiz; older versions after the one that is asked today.
    """

    whole: Whole | None
    findings: tuple[Finding, ...]
    chance: float
    keys: tuple[str, int, int] | None

    @property
    def to_look_at(self) -> list[Finding]:
        """Return what is asked today and has a hint, the weightiest first."""
        current = [finding for finding in self.findings if finding.hints and finding.item.asked.current]
        return sorted(current, key=lambda each: (-each.weight, -len(each.hints), each.item.asked.number))

    @property
    def bad(self) -> list[Finding]:
        return [finding for finding in self.to_look_at if finding.is_bad]

    @property
    def good(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_good and finding.item.asked.current]

    @property
    def enough(self) -> bool:
        return self.whole is not None and self.whole.enough

    @property
    def sentence(self) -> Text:
        if self.whole is None:
            return text("还没有算得进来的答卷。")
        if not self.whole.enough:
            return text(
                "样本太少（n=%(n)s，至少 %(enough)s 份才有意义）。现在只看分数，题目的指标等人多了再看。",
                n=self.whole.papers,
                enough=ENOUGH,
            )
        looks = len(self.to_look_at) - len(self.bad)
        counts = {"n": self.whole.papers, "bad": len(self.bad), "look": looks, "good": len(self.good)}
        if self.bad:
            return text("%(n)s 份答卷里看出：%(bad)s 道题有问题，%(look)s 道可以改进，%(good)s 道很好。", **counts)
        if looks:
            return text("%(n)s 份答卷里没看出有问题的题；%(look)s 道可以改进，%(good)s 道很好。", **counts)
        return text("%(n)s 份答卷里没看出有问题的题，%(good)s 道很好。", **counts)


def report_of(
    papers: Sequence[Paper],
    cells: Sequence[Cell],
    asked: Mapping[bytes, Asked],
    *,
    seconds: Mapping[bytes, Times],
    people: Sequence[stats.Person],
    pass_mark: Fraction,
    verdicts: Verdicts,
    chance: float,
    shuffles: bool,
) -> Report:
    """Return the report. people: only for drawn papers. shuffles: people see the options in an order of their own."""
    items = items_of(cells, asked, seconds)
    return Report(
        whole=whole_of(papers, cells, people, pass_mark),
        findings=tuple(_finding(item, items, verdicts) for item in items),
        chance=chance,
        keys=None if shuffles else key_position([item for item in items if item.asked.current]),
    )


def is_quiet(verdict: Verdict, answers: int) -> bool:
    """Say whether a hint stays quiet: until twice as many answers say the same."""
    return answers < 2 * verdict.answers


def _finding(item: Item, items: Sequence[Item], verdicts: Verdicts) -> Finding:
    every = hints_of(item, items)
    quiet = [(hint, verdict) for hint in every if (verdict := _said(item, hint.kind, verdicts)) is not None]
    silent = {hint.kind for hint, _ in quiet}
    return Finding(
        item=item,
        hints=tuple(hint for hint in every if hint.kind not in silent),
        quiet=tuple(quiet),
        is_good=is_good(item, every),
    )


def _said(item: Item, kind: Kind, verdicts: Verdicts) -> Verdict | None:
    verdict = verdicts.get((item.asked.sha, kind.value))
    return verdict if verdict is not None and is_quiet(verdict, item.n) else None


def kinds_of(hints: Iterable[Hint]) -> list[str]:
    """Return the names of the hints, for files and machines."""
    return [hint.kind.value for hint in hints]
