"""Drawing one learner's paper from a quiz: which questions, in which order, for how many points."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.core.points import ONE_POINT, Points
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order, shuffled
from lms.questions.spec import Question
from lms.quizzes.spec import QuizSpec, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """One drawn question, frozen. asked: hex of its asked_sha. section: index of its section in the quiz.

    option_order: the author's ids in the order to show them; () for a kind without.
    """

    asked: str
    key: str | None
    section: int
    points: Points
    option_order: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    items: tuple[PaperItem, ...]

    @property
    def possible(self) -> Points:
        return sum(item.points for item in self.items)


def draw(quiz: QuizSpec, seed: str, *, seen: Collection[str] = (), held: Collection[str] = ()) -> Paper:
    """Return the paper that this seed gives, always the same one.

    seed: not to be guessed by a learner. seen: questions (id for life, or hex of the sha) that the learner has had:
    the unseen come first. held: questions that are not to be asked, because their source changed; a pool
    that is too small then gives what it has.
    """
    items: list[PaperItem] = []
    drawn: set[str] = set()
    for index, section in enumerate(quiz.sections):
        pool: dict[str, Question] = {}
        for question in section.questions:
            asked = asked_sha(question).hex()
            if asked not in drawn and not _is_in(held, asked, question):
                pool.setdefault(asked, question)
        chosen = _choose(list(pool), section, f"{seed}/{index}", {a for a in pool if _is_in(seen, a, pool[a])})
        drawn.update(chosen)
        if quiz.rules.shuffle_questions:
            chosen = list(shuffled(chosen, seed, f"order/{index}"))
        for asked in chosen:
            question = pool[asked]
            items.append(
                PaperItem(
                    asked=asked,
                    key=question.key,
                    section=index,
                    points=points_of(section, question),
                    option_order=shown_order(question, seed, asked, shuffle_options=quiz.rules.shuffle_options),
                )
            )
    return Paper(items=tuple(items))


def points_of(section: Section, question: Question) -> Points:
    """Return what the question counts: its own chip, else the section's, else 1 point."""
    if question.points is not None:
        return question.points
    return ONE_POINT if section.each is None else section.each


def tags_of(section: Section, question: Question) -> tuple[str, ...]:
    """Return the section's tags and the question's own, each once."""
    return tuple(dict.fromkeys((*section.tags, *question.tags)))


def _is_in(these: Collection[str], asked: str, question: Question) -> bool:
    return asked in these or (question.key is not None and question.key in these)


def _choose(pool: Sequence[str], section: Section, seed: str, seen: Collection[str]) -> list[str]:
    """Return what is drawn, in the author's order."""
    if section.draw is None or section.draw >= len(pool):
        return list(pool)
    mixed = shuffled(pool, seed, "draw")
    first = sorted(mixed, key=lambda asked: asked in seen)[: section.draw]
    return [asked for asked in pool if asked in first]
