"""The order in which a learner sees options, steps and sides, and the ids under which they see them.

An author's steps s1, s2, s3 stand in the right order and a pair is l1 with r1: the author's ids are the key.
An attempt freezes an order of the author's ids; the learner gets ids that number the *shown* order. Who sees
s1, s2, s3 from the top to the bottom of a page learns nothing from them.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from lms.questions.spec import Matching, Multiple, Ordering, Question, Single, items_of

T = TypeVar("T")


def shuffled(things: Sequence[T], seed: str, label: str) -> tuple[T, ...]:
    """Return the things in an order that depends on seed and label alone, the same on every machine for ever.

    Each order is equally likely for a seed that nobody can guess, the author's own included.
    """

    def place(index: int) -> bytes:
        return sha256(f"{seed}\x00{label}\x00{index}".encode()).digest()

    return tuple(things[index] for index in sorted(range(len(things)), key=place))


def authored_order(question: Question) -> tuple[str, ...]:
    """Return the author's ids in the author's order; () for a shape without ids."""
    return tuple(item.id for item in items_of(question.shape))


def shown_order(question: Question, seed: str, label: str, *, shuffle_options: bool) -> tuple[str, ...]:
    """Return the author's ids in the order to show.

    label: what tells this question from the others of the attempt, or all would be shuffled alike.
    shuffle_options: options and left sides too; steps and right sides always are, their order being the key.
    """
    shape = question.shape
    match shape:
        case Single() | Multiple():
            ids = authored_order(question)
            return shuffled(ids, seed, f"{label}/options") if shuffle_options else ids
        case Ordering():
            return shuffled(authored_order(question), seed, f"{label}/steps")
        case Matching():
            left = tuple(item.id for item in shape.left)
            right = tuple(item.id for item in shape.right)
            if shuffle_options:
                left = shuffled(left, seed, f"{label}/left")
            return left + shuffled(right, seed, f"{label}/right")
        case _:
            return ()


def shown_ids(order: Sequence[str]) -> dict[str, str]:
    """Return the learner's id for each of the author's ids: the same letter, numbered as shown."""
    shown: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for authored in order:
        letter = authored[0]
        seen[letter] += 1
        shown[authored] = f"{letter}{seen[letter]}"
    return shown
