"""What is other between two versions of a question, in one word for each part. Pure."""

from lms.core.texts import Text, text
from lms.questions.rules.view import right_number
from lms.questions.spec import (
    FillIn,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Single,
    TrueFalse,
    items_of,
)


def version_changes(before: Question, after: Question) -> tuple[Text, ...]:
    """Return what the later version asks or keys otherwise."""
    found: list[Text] = []
    if before.kind is not after.kind:
        return (text("换了题型"),)
    if before.stem.text != after.stem.text:
        found.append(text("题干改了"))
    if _options(before) != _options(after):
        found.append(text("选项改了"))
    if key_words(before) != key_words(after):
        found.append(text("答案改了"))
    return tuple(found) or (text("评分方式改了"),)


def key_words(question: Question) -> tuple[str, ...]:
    """Return the key as words, so that options may stand in another order."""
    shape = question.shape
    match shape:
        case Single():
            return tuple(each.body.text for each in shape.options if each.id == shape.right)
        case Multiple():
            return tuple(sorted(each.body.text for each in shape.options if each.id in shape.right))
        case TrueFalse():
            return (str(shape.right),)
        case FillIn():
            return tuple("|".join(words) for words in shape.blanks)
        case Numeric():
            return (right_number(shape), str(shape.low), str(shape.high))
        case Ordering():
            return tuple(each.body.text for each in shape.steps)
        case Matching():
            right = {each.id: each.body.text for each in shape.right}
            return tuple(f"{left.body.text}={right[id]}" for left, id in zip(shape.left, shape.key, strict=True))
        case Open():
            return tuple(f"{each.kind.value}{each.points}{each.words}" for each in shape.rubric)


def _options(question: Question) -> list[str]:
    return sorted(each.body.text for each in items_of(question.shape))
