"""The published word lists as the marking of written answers uses them: as hints, never as points."""

from dataclasses import dataclass

from lms.content.queries.wordlists import PUBLISHED_LISTS, banned, vocabulary
from lms.content.wordlists.spec import WordEntry
from lms.core.db import session
from lms.questions.rules.hints import Hint, Same, hints
from lms.questions.rules.rubric import LineMark
from lms.questions.spec import Open


@dataclass(frozen=True, slots=True)
class Lists:
    banned: tuple[WordEntry, ...]
    same: Same

    def hints(self, shape: Open, answer: str, marks: tuple[LineMark, ...]) -> tuple[Hint, ...]:
        return hints(shape, answer, marks, self.banned, self.same)


def lists() -> Lists:
    """Return what is published now: two short statements."""
    return Lists(banned(), vocabulary(sha for sha in session().scalars(PUBLISHED_LISTS) if sha).same)
