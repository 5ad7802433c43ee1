"""A question with its key, for those who write it. Pure."""

from lms.content.keyed import Choice, Keyed
from lms.core.points import points_text
from lms.core.texts import Text, text
from lms.questions.rules.view import right_number
from lms.questions.spec import (
    CriterionKind,
    FillIn,
    Item,
    Matching,
    Multiple,
    Numeric,
    Open,
    Ordering,
    Question,
    Shape,
    Single,
    TrueFalse,
)

_CRITERIA = {
    CriterionKind.MUST: text("必说"),
    CriterionKind.SHOULD: text("应说"),
    CriterionKind.NEVER: text("禁说"),
    CriterionKind.JUDGED: text("评分"),
}


def keyed(question: Question) -> Keyed:
    """Return the whole question, its key and why."""
    return Keyed(
        shape=question.kind.value,
        text_html=question.stem.html,
        choices=_choices(question.shape),
        lines=_lines(question.shape),
        explanation_html=question.explanation.html if question.explanation else "",
        model_html=question.model.html if question.model else "",
    )


def _choices(shape: Shape) -> tuple[Choice, ...]:
    match shape:
        case Single():
            return tuple(Choice(html=each.body.html, right=each.id in shape.every_right) for each in shape.options)
        case Multiple():
            return tuple(Choice(html=each.body.html, right=each.id in shape.right) for each in shape.options)
        case _:
            return ()


def _lines(shape: Shape) -> tuple[Text | str, ...]:
    match shape:
        case TrueFalse():
            return (text("这句话是对的") if shape.right else text("这句话是错的"),)
        case FillIn():
            return tuple(
                text("空 %(n)s：%(words)s", n=number, words=" | ".join(accepted))
                for number, accepted in enumerate(shape.blanks, start=1)
            )
        case Numeric():
            return (right_number(shape),)
        case Ordering():
            return tuple(f"{number}. {_words(each)}" for number, each in enumerate(shape.steps, start=1))
        case Matching():
            right = {each.id: each for each in shape.right}
            return tuple(
                f"{_words(left)} → {_words(right[key])}" for left, key in zip(shape.left, shape.key, strict=True)
            )
        case Open():
            return tuple(
                text(
                    "%(kind)s（%(points)s 分）：%(words)s",
                    kind=_CRITERIA[each.kind],
                    points=points_text(each.points),
                    words=each.words,
                )
                for each in shape.rubric
            )
        case _:
            return ()


def _words(item: Item) -> str:
    return item.body.text
