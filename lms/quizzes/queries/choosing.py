"""Which version of a question is to be marked again, and by which key, as a page, a program or a command names it."""

from dataclasses import replace
from enum import StrEnum

from lms.core.errors import Invalid, NotFound
from lms.core.texts import text
from lms.questions.rules.correction import is_keyed_otherwise, misfit
from lms.questions.spec import Question
from lms.quizzes.queries.regrading import Asked, Version


class How(StrEnum):
    """What becomes of a question: the key that is published now, the one with which it was asked, all points, none."""

    PUBLISHED = "published"
    AS_ASKED = "asked"
    TO_ALL = "all"
    DROP = "drop"


def version_of(found: Asked, name: str = "") -> Version | None:
    """Return the version of this name; without one that whose key is most probably meant. None if none was asked.

    Raises NotFound for a name that none has.
    """
    for each in found.versions:
        if each.name == name:
            return each
    if name:
        raise NotFound()
    return next((each for each in found.versions if is_published_other(found, each)), None) or next(
        iter(found.versions), None
    )


def is_published_other(found: Asked, version: Version | None) -> bool:
    """Say whether the version is marked by another key than the published one, and could be marked by that."""
    if version is None or found.published is None or version.marked_by is None:
        return False
    if misfit(version.question, found.published) is not None:
        return False
    return is_keyed_otherwise(version.marked_by, found.published)


def key_by(found: Asked, version: Version, how: How) -> Question | None:
    """Return the question with the key that is to count, None where it is to be dropped. Raises Invalid."""
    match how:
        case How.PUBLISHED:
            if found.published is None:
                raise Invalid(text("这道题已经不在发布的题里了，请直接改答案，或作废这道题。"), code="not_published")
            return found.published
        case How.AS_ASKED:
            return version.question
        case How.TO_ALL:
            return replace(version.question, given_to_all=True)
        case How.DROP:
            return None
