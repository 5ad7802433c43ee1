"""Right and wrong answers to any question, such as people give them."""

import random

from lms.questions.spec import FillIn, Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse


def right_answer(question: Question) -> object:
    """Return an answer that earns everything, in the author's ids."""
    shape = question.shape
    match shape:
        case Single():
            return shape.right
        case Multiple():
            return list(shape.right)
        case TrueFalse():
            return shape.right
        case FillIn():
            return [accepted[0] for accepted in shape.blanks]
        case Numeric():
            target = shape.target if shape.target is not None else (shape.low + shape.high) / 2
            return f"{float(target):g}"
        case Ordering():
            return [step.id for step in shape.steps]
        case Matching():
            return {left.id: right for left, right in zip(shape.left, shape.key, strict=True)}
        case _:
            return None


def wrong_answer(question: Question, rng: random.Random) -> object:
    """Return an answer such as people give who have not read closely."""
    shape = question.shape
    match shape:
        case Single():
            return rng.choice([option.id for option in shape.options if option.id != shape.right])
        case Multiple():
            others = [option.id for option in shape.options if option.id not in shape.right]
            return list(shape.right[:1]) if rng.random() < 0.6 or not others else [rng.choice(others)]
        case TrueFalse():
            return not shape.right
        case FillIn():
            others = [accepted[0] for accepted in shape.blanks[1:]]
            return [_slip(shape.blanks[0], others, rng), *others]
        case Numeric():
            target = shape.target if shape.target is not None else (shape.low + shape.high) / 2
            return f"{float(target) * rng.choice((0.5, 0.9, 1.1, 2)) or 10:g}"
        case Ordering():
            ids = [step.id for step in shape.steps]
            return [ids[1], ids[0], *ids[2:]]
        case Matching():
            keys = list(shape.key)
            return {left.id: right for left, right in zip(shape.left, [*keys[1:], keys[0]], strict=True)}
        case _:
            return None


def _slip(accepted: tuple[str, ...], others: list[str], rng: random.Random) -> str:
    """Return what is written into a blank by mistake: another number, the word of another blank, half a word."""
    if accepted[0].isdigit():
        return rng.choice([hours for hours in ("12", "24", "48", "72") if hours not in accepted])
    unlike = [other for other in others if other not in accepted]
    return rng.choice(unlike) if unlike else accepted[0][: len(accepted[0]) // 2] or "不清楚"
