"""Drawing one learner's paper from a quiz: which questions, in which order, for how many points."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.core.points import ONE_POINT, Points
from lms.questions.rules.identity import asked_sha
from lms.questions.rules.order import shown_order, shuffled
from lms.questions.spec import Question
from lms.quizzes.blueprint import Draw
from lms.quizzes.rules.matching import assign
from lms.quizzes.spec import QuizSpec, Section

Banks = Mapping[str, QuizSpec]
"""The banks that a quiz may draw from as they are published, by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperItem:
    """One drawn question, frozen. asked: hex of its asked_sha. section: index of its section in the quiz.

    option_order: the author's ids in the order to show them; () for a kind without. bank: path of the bank that it
    comes from, "" for a question of the quiz itself.
    """

    asked: str
    key: str | None
    section: int
    points: Points
    option_order: tuple[str, ...]
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    items: tuple[PaperItem, ...]

    @property
    def possible(self) -> Points:
        return sum(item.points for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banked:
    """A question of a bank. tags: its own and its section's."""

    asked: str
    question: Question
    tags: tuple[str, ...]
    bank: str


def draw(
    quiz: QuizSpec, seed: str, *, seen: Collection[str] = (), held: Collection[str] = (), banks: Banks | None = None
) -> Paper:
    """Return the paper that this seed gives, always the same one.

    seed: not to be guessed by a learner. seen: questions (id for life, or hex of the sha) that the learner has had:
    the unseen come first. held: questions that are not to be asked, because their source changed; a pool
    that is too small then gives what it has. banks: without one of them its lines give nothing. No question twice.
    """
    own: list[list[tuple[str, Question, str]]] = []
    drawn: set[str] = set()
    for index, section in enumerate(quiz.sections):
        pool: dict[str, Question] = {}
        for question in section.questions:
            asked = asked_sha(question).hex()
            if asked not in drawn and not _is_in(held, asked, question):
                pool.setdefault(asked, question)
        chosen = _choose(list(pool), section, f"{seed}/{index}", {a for a in pool if _is_in(seen, a, pool[a])})
        drawn.update(chosen)
        own.append([(asked, pool[asked], "") for asked in chosen])
    by_line = _from_banks(quiz, banks or {}, seed, seen, held, drawn)
    items: list[PaperItem] = []
    for index, section in enumerate(quiz.sections):
        found = {asked: (question, bank) for asked, question, bank in (*own[index], *by_line[index])}
        order = list(shuffled(list(found), seed, f"order/{index}")) if quiz.rules.shuffle_questions else list(found)
        for asked in order:
            question, bank = found[asked]
            items.append(
                PaperItem(
                    asked=asked,
                    key=question.key,
                    section=index,
                    points=drawn_points(section, question) if bank else points_of(section, question),
                    option_order=shown_order(question, seed, asked, shuffle_options=quiz.rules.shuffle_options),
                    bank=bank,
                )
            )
    return Paper(items=tuple(items))


def points_of(section: Section, question: Question) -> Points:
    """Return what the question counts: its own chip, else the section's, else 1 point."""
    if question.points is not None:
        return question.points
    return ONE_POINT if section.each is None else section.each


def drawn_points(section: Section, question: Question) -> Points:
    """Return what a question from a bank counts: what the section says, so that every paper is worth the same."""
    return points_of(section, question) if section.each is None else section.each


def tags_of(section: Section, question: Question) -> tuple[str, ...]:
    """Return the section's tags and the question's own, each once."""
    return tuple(dict.fromkeys((*section.tags, *question.tags)))


def banked(banks: Banks) -> dict[str, Banked]:
    """Return every question of the banks by the hex of its sha, in the author's order; a twin counts once."""
    found: dict[str, Banked] = {}
    for path, bank in banks.items():
        for section in bank.sections:
            for question in section.questions:
                asked = asked_sha(question).hex()
                found.setdefault(
                    asked, Banked(asked=asked, question=question, tags=tags_of(section, question), bank=path)
                )
    return found


def pool_of(line: Draw, questions: Iterable[Banked]) -> list[Banked]:
    """Return the questions that a line of a blueprint draws from."""
    return [each for each in questions if each.bank == line.target and line.takes(each.tags, each.question.level)]


def _from_banks(
    quiz: QuizSpec, banks: Banks, seed: str, seen: Collection[str], held: Collection[str], drawn: Collection[str]
) -> list[list[tuple[str, Question, str]]]:
    """Return by section what its lines draw, line after line in the order of the banks."""
    lines = quiz.draws
    if not lines:
        return [[] for _ in quiz.sections]
    free = {
        asked: each
        for asked, each in banked(banks).items()
        if asked not in drawn and not _is_in(held, asked, each.question)
    }
    mixed = shuffled(list(free), seed, "banks")
    wanted = sorted(mixed, key=lambda asked: _is_in(seen, asked, free[asked].question))
    fits = {asked: [place for place, line in enumerate(lines) if _suits(line, free[asked])] for asked in wanted}
    taken = assign(wanted, fits, [line.count for line in lines])
    found: list[list[tuple[str, Question, str]]] = []
    place = 0
    for section in quiz.sections:
        of_section: list[tuple[str, Question, str]] = []
        for _ in section.draws:
            mine = (asked for asked in free if taken.get(asked) == place)
            of_section += [(asked, free[asked].question, free[asked].bank) for asked in mine]
            place += 1
        found.append(of_section)
    return found


def _suits(line: Draw, each: Banked) -> bool:
    return each.bank == line.target and line.takes(each.tags, each.question.level)


def _is_in(these: Collection[str], asked: str, question: Question) -> bool:
    return asked in these or (question.key is not None and question.key in these)


def _choose(pool: Sequence[str], section: Section, seed: str, seen: Collection[str]) -> list[str]:
    """Return what is drawn, in the author's order."""
    if section.draw is None or section.draw >= len(pool):
        return list(pool)
    mixed = shuffled(pool, seed, "draw")
    first = sorted(mixed, key=lambda asked: asked in seen)[: section.draw]
    return [asked for asked in pool if asked in first]
