"""Questions as parts of a document: how the store knows them again and gives them their id for life. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lms.content.parts import Matching, PartKind, PartSpec
from lms.core.plain import from_plain
from lms.questions.rules.identity import asked_sha, match
from lms.questions.spec import Question


def question_parts(questions: Sequence[Question]) -> tuple[PartSpec, ...]:
    """Return the parts that these questions make, in order."""
    return tuple(
        PartSpec(
            kind=PartKind.QUESTION,
            key=question.key,
            title=question.stem.text,
            sha=asked_sha(question),
            first=question.span.first,
            last=question.span.last,
            spec=question,
        )
        for question in questions
    )


def match_questions(known: Sequence[tuple[str, Mapping[str, Any]]], new: Sequence[PartSpec]) -> Matching:
    """Return which published question each new one is. known: key and the question as it was stored."""
    matched = match([(key, from_plain(Question, spec)) for key, spec in known], [part.spec for part in new])
    return Matching(keys=tuple(each.key for each in matched.matches), warnings=matched.warnings)


def keyed(questions: Sequence[Question], keys: Mapping[int, str], start: int = 0) -> tuple[Question, ...]:
    """Return the questions with their keys. keys: by place among all questions; start: the place of the first."""
    return tuple(
        replace(question, key=keys.get(place, question.key)) for place, question in enumerate(questions, start)
    )
