"""The sentence at the top of a result page, and what to read again."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.core.texts import Text, text
from lms.questions.spec import Question, Reference
from lms.quizzes.rules.attempts import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A section to read again. questions: numbers (from 1) of those that lost points and rest on it."""

    reference: Reference
    questions: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """right, partial, wrong and waiting add up to total: all, some or none of the points, or not marked yet.

    A dropped question is in none of them.
    """

    total: int
    right: int
    partial: int
    wrong: int
    waiting: int
    reread: tuple[Reread, ...]

    @property
    def sentence(self) -> Text:
        if self.right == self.total:
            return text("%(total)s 题全对。", total=self.total)
        counts = {"total": self.total, "right": self.right, "lost": self.partial + self.wrong}
        if self.waiting and self.partial + self.wrong:
            return text(
                "%(total)s 题里 %(right)s 题全对，%(lost)s 题丢了分，%(waiting)s 题待阅卷。",
                waiting=self.waiting,
                **counts,
            )
        if self.waiting:
            return text(
                "%(total)s 题里 %(right)s 题全对，%(waiting)s 题待阅卷。",
                total=self.total,
                right=self.right,
                waiting=self.waiting,
            )
        return text("%(total)s 题里 %(right)s 题全对，%(lost)s 题丢了分。", **counts)

    @property
    def advice(self) -> Text | None:
        """What to read again; None when no lost point leads to a section."""
        if not self.reread:
            return None
        first = self.reread[0].reference.label
        if len(self.reread) == 1:
            return text("建议重读“%(section)s”。", section=first)
        return text("建议先重读“%(section)s”，再读另外 %(count)s 小节。", section=first, count=len(self.reread) - 1)


def summary(paper: Sequence[tuple[Question, Mark]]) -> Summary:
    """Return the summary of a graded paper; the section behind most lost points comes first."""
    right = partial = wrong = waiting = 0
    lost: dict[str, list[int]] = {}
    references: dict[str, Reference] = {}
    for number, (question, mark) in enumerate(paper, start=1):
        if mark.dropped:
            continue
        if mark.waiting:
            waiting += 1
            continue
        if mark.earned == mark.possible:
            right += 1
            continue
        partial += mark.earned > 0
        wrong += mark.earned == 0
        for reference in question.references:
            references.setdefault(reference.target, reference)
            numbers = lost.setdefault(reference.target, [])
            if number not in numbers:
                numbers.append(number)
    ranked = sorted(lost, key=lambda target: -sum(_missing(paper[n - 1][1]) for n in lost[target]))
    return Summary(
        total=sum(not mark.dropped for _, mark in paper),
        right=right,
        partial=partial,
        wrong=wrong,
        waiting=waiting,
        reread=tuple(Reread(reference=references[target], questions=tuple(lost[target])) for target in ranked),
    )


def _missing(mark: Mark) -> int:
    return mark.possible - mark.earned
