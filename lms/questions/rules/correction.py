"""A question that was asked, with the key of a corrected version of it: what its answers are marked by again. Pure.

Stored answers name options by the ids of the version that was asked. A corrected version fits only if these ids still
mean the same; steps and sides, whose place *is* the key, are found again by their words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lms.core.errors import Conflict
from lms.core.texts import Text, text
from lms.questions.rules.identity import asked_sha, same_words, words_of
from lms.questions.spec import FillIn, Item, Matching, Multiple, Ordering, Question, Shape, Single

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHOWN = 30  # characters of an option in a sentence about it


class Misfit(Conflict):
    """The corrected version asks something else: the answers that were given can't be marked by it."""

    default_code = "asked_otherwise"


def corrected(asked: Question, by: Question) -> Question:
    """Return what was asked, in its own ids, with the key, the remarks and the explanation of `by`.

    Raises Misfit, saying which option differs.
    """
    why = misfit(asked, by)
    if why is not None:
        raise Misfit(why)
    return replace(
        by,
        key=asked.key,
        stem=asked.stem,
        hint=asked.hint,
        points=asked.points,
        tags=asked.tags,
        level=asked.level,
        shape=_shape(asked.shape, by.shape),
    )


def misfit(asked: Question, by: Question) -> Text | None:
    """Return what the corrected version asks otherwise, None where its key fits the answers that were given."""
    match asked.shape, by.shape:
        case (Single() as old, Single() as new) | (Multiple() as old, Multiple() as new):
            return _options(old.options, new.options)
        case Ordering() as old, Ordering() as new:
            return _same_items(old.steps, new.steps, text("步骤"))
        case Matching() as old, Matching() as new:
            left = _same_items(old.left, new.left, text("左项"))
            return left or _same_items(old.right, new.right, text("右项"))
        case FillIn() as old, FillIn() as new if len(old.blanks) != len(new.blanks):
            return text("当时有 %(old)s 个空，现在有 %(new)s 个。", old=len(old.blanks), new=len(new.blanks))
        case old, new if type(old) is not type(new):
            return text("题型改了，当时的作答没法按现在的答案判分。")
        case _:
            return None


def is_keyed_otherwise(asked: Question, by: Question) -> bool:
    """Say whether the key of `by` would mark what was asked otherwise; True also where it doesn't fit at all."""
    return misfit(asked, by) is not None or asked_sha(corrected(asked, by)) != asked_sha(asked)


def _options(old: Sequence[Item], new: Sequence[Item]) -> Text | None:
    for letter, one, other in zip(LETTERS, old, new, strict=False):
        if not same_words(one.body, other.body):
            return text(
                "选项 %(letter)s 当时是“%(old)s”，现在是“%(new)s”。",
                letter=letter,
                old=one.body.text[:SHOWN],
                new=other.body.text[:SHOWN],
            )
    if len(old) != len(new):
        return text("当时有 %(old)s 个选项，现在有 %(new)s 个。", old=len(old), new=len(new))
    return None


def _same_items(old: Sequence[Item], new: Sequence[Item], what: Text) -> Text | None:
    """Items that are found again by their words; where two say the same, only their places tell them apart."""
    before, after = [words_of(each.body) for each in old], [words_of(each.body) for each in new]
    if sorted(before) == sorted(after) and (len(set(before)) == len(before) or before == after):
        return None
    gone = next((each for each in old if words_of(each.body) not in after), None)
    if gone is None:
        return text("%(what)s改了，当时的作答没法按现在的答案判分。", what=what)
    return text("%(what)s“%(old)s”现在没有了。", what=what, old=gone.body.text[:SHOWN])


def _shape(asked: Shape, by: Shape) -> Shape:
    """Return the shape of `by` in the ids of what was asked; what is remarked of an item comes with it."""
    match asked, by:
        case Ordering() as old, Ordering() as new:
            return replace(new, steps=_found_again(old.steps, new.steps))
        case Matching() as old, Matching() as new:
            left = {each.id: mine for each, mine in zip(new.left, _found_again(old.left, new.left), strict=True)}
            right = {each.id: mine for each, mine in zip(new.right, _found_again(old.right, new.right), strict=True)}
            key = {left[each.id].id: right[of].id for each, of in zip(new.left, new.key, strict=True)}
            return Matching(
                left=_in_order(old.left, left.values()),
                right=_in_order(old.right, right.values()),
                key=tuple(key[each.id] for each in old.left),
            )
        case _:
            return by


def _found_again(old: Sequence[Item], new: Sequence[Item]) -> tuple[Item, ...]:
    """Return the new items in their order, each with the id of the old one that says the same."""
    before = [words_of(each.body) for each in old]
    if len(set(before)) < len(before):
        return tuple(replace(each, id=one.id) for one, each in zip(old, new, strict=True))
    ids = {words: each.id for words, each in zip(before, old, strict=True)}
    return tuple(replace(each, id=ids[words_of(each.body)]) for each in new)


def _in_order(old: Sequence[Item], found: Iterable[Item]) -> tuple[Item, ...]:
    by_id = {each.id: each for each in found}
    return tuple(by_id[each.id] for each in old)
