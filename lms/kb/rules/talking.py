"""What is said below an article: questions, their answers, what is settled. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

LONGEST = 1_000
"""Characters of one remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that somebody said. text: "" where its author took it back but others had answered."""

    id: int
    public_id: str
    anchor: str
    answers_id: int | None
    person_id: int
    name: str
    text: str
    at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A question with its answers, in their order."""

    first: Remark
    answers: tuple[Remark, ...] = field(default=())

    @property
    def is_settled(self) -> bool:
        return self.first.settled_at is not None


def threads(remarks: Sequence[Remark]) -> list[Thread]:
    """Return the threads, open ones first, the newest first; an answer to an answer belongs to the question."""
    by_id = {each.id: each for each in remarks}
    answers: dict[int, list[Remark]] = {}
    for each in sorted(remarks, key=lambda one: one.id):
        if each.answers_id is not None:
            answers.setdefault(root_of(each, by_id), []).append(each)
    found = [Thread(first=each, answers=tuple(answers.get(each.id, ()))) for each in remarks if each.answers_id is None]
    shown = [each for each in found if each.first.text or any(answer.text for answer in each.answers)]
    return sorted(shown, key=lambda each: (each.is_settled, -each.first.id))


def root_of(remark: Remark, by_id: dict[int, Remark]) -> int:
    """Return the id of the question to which a remark belongs."""
    seen: set[int] = set()
    while remark.answers_id is not None and remark.answers_id in by_id and remark.id not in seen:
        seen.add(remark.id)
        remark = by_id[remark.answers_id]
    return remark.id


def listeners(speaker_id: int, owner_id: int | None, taking_part: Collection[int]) -> list[int]:
    """Return whom a remark concerns: who answers for the article and who spoke in the thread, but the speaker."""
    return sorted({*taking_part, *([owner_id] if owner_id is not None else [])} - {speaker_id})
