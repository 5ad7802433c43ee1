"""What somebody is likely to have forgotten, and which questions a recurring check asks. Pure.

How memory fades is the business of the spaced-repetition library (FSRS, https://github.com/open-spaced-repetition):
stability is the number of days after which nine of ten people in the same place still know the answer.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from fsrs import Card, Rating, Scheduler, State

from lms.core.texts import text
from lms.questions.rules.order import shuffled

KNOWN = 0.9  # share of people who still know it on the day when a question is due again
REST = timedelta(days=3)  # a question answered so lately is asked again only where there is no other

# Days and longer: nobody repeats a rule of returns after ten minutes. No chance in it: the same answers, the same days.
_SCHEDULER = Scheduler(desired_retention=KNOWN, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


NOTHING_LEARNED = text("知识考核从学过的内容里出题。先学完一门课或通过一份测验，再来这里。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """How well one person remembers one question. stability: days; difficulty: 1..10. due_at, last_at: UTC."""

    stability: float
    difficulty: float
    due_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question that a person has learned. memory: None = learned with its lesson, never asked."""

    part_id: int
    document_id: int
    memory: Remembered | None = None


def after_answer(memory: Remembered | None, share: Fraction, at: datetime) -> Remembered:
    """Return what is remembered after an answer. share: 0..1 of the points; at: UTC, not before the last answer.

    All of the points is remembered, some of them with effort, none of them forgotten.
    """
    rating = Rating.Good if share == 1 else Rating.Hard if share > 0 else Rating.Again
    card, _ = _SCHEDULER.review_card(_card(memory, at), rating, at)
    assert card.stability is not None
    assert card.difficulty is not None
    return Remembered(stability=card.stability, difficulty=card.difficulty, due_at=card.due, last_at=at)


def chance(memory: Remembered, now: datetime) -> float:
    """Return 0..1: how likely the person still knows the answer."""
    return float(_SCHEDULER.get_card_retrievability(_card(memory, now), now))


def choose(candidates: Iterable[Candidate], count: int, now: datetime, seed: str) -> tuple[Candidate, ...]:
    """Return which questions to ask, at most `count`, the most probably forgotten first.

    First what is due by the memory, then what was learned and never asked, then what is next to fade. No document
    gives more than half of the questions while others have some, and nothing answered within `REST` comes again
    while there is something else.
    """
    every = sorted(candidates, key=lambda each: each.part_id)
    mixed = {part_id: place for place, part_id in enumerate(shuffled([e.part_id for e in every], seed, "recall"))}

    def rank(each: Candidate) -> tuple[int, float, int]:
        if each.memory is None:
            return (1, 0.0, mixed[each.part_id])
        group = 3 if now - each.memory.last_at < REST else 0 if each.memory.due_at <= now else 2
        return (group, chance(each.memory, now), mixed[each.part_id])

    ranked = sorted(every, key=rank)
    chosen = _spread(ranked, count)
    taken = {each.part_id for each in chosen}
    chosen += [each for each in ranked if each.part_id not in taken][: count - len(chosen)]
    return tuple(sorted(chosen, key=rank))


def _spread(ranked: Collection[Candidate], count: int) -> list[Candidate]:
    """Return the first ones of each document, up to half of the questions from any."""
    most = -(-count // 2)
    given: dict[int, int] = {}
    chosen: list[Candidate] = []
    for each in ranked:
        if len(chosen) < count and given.get(each.document_id, 0) < most:
            given[each.document_id] = given.get(each.document_id, 0) + 1
            chosen.append(each)
    return chosen


def _card(memory: Remembered | None, at: datetime) -> Card:
    # The library reads the clock for a card without a name or a day: it gets both.
    if memory is None:
        return Card(card_id=0, due=at)
    return Card(
        card_id=0,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at,
        last_review=memory.last_at,
    )
