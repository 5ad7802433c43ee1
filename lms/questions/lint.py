"""Habits of question writers that give the answer away: warnings, numbered Q24x. What is wrong is in the parser."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from rapidfuzz import fuzz

from lms.content.grammar.findings import Finding, Severity
from lms.core.points import ONE_POINT, points_text
from lms.core.texts import Text, text
from lms.questions.rules.identity import asked_sha
from lms.questions.spec import CriterionKind, Item, Multiple, Open, Question, Single

ENOUGH = 5  # questions from which a habit can be told from chance
OFTEN = 0.6  # share of the questions from which it is one
LONGER = 1.2  # times the next longest option from which length stands out
NEAR = 90  # of 100: two questions that ask the same

_ALL_ABOVE = re.compile(
    r"(?:以上|上述|前面)?(?:(?:都|全部?|均|皆)(?:是|对|正确|可以|可)|(?:都|均|皆)不(?:是|对|正确|可以)|全选)[。.]?|"
    r"(?:以上|上述)(?:都|均|皆|全).{0,4}|(?:all|none) of the above\.?",
    re.IGNORECASE,
)


def lint_questions(questions: Sequence[Question]) -> tuple[Finding, ...]:
    """Return the warnings about the questions of one file, by line."""
    found = [
        *_longest(questions),
        *_position(questions),
        *(finding for question in questions for finding in _all_above(question)),
        *_near(questions),
        *(finding for question in questions for finding in _rubric_points(question)),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code)))


def line_of(question: Question) -> int:
    return max(question.span.first, 1)


def warning(code: str, line: int, problem: Text, severity: Severity = Severity.WARNING) -> Finding:
    message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
    return Finding(code=code, line=line, message=message, severity=severity)


def _longest(questions: Sequence[Question]) -> list[Finding]:
    singles = [(each, each.shape) for each in questions if isinstance(each.shape, Single)]
    caught = [question for question, shape in singles if _right_is_longest(shape)]
    if len(singles) < ENOUGH or len(caught) / len(singles) < OFTEN:
        return []
    problem = text(
        "%(singles)s 道单选里有 %(caught)s 道的正确答案明显最长，光看长短就能猜中，请把选项写得一样长。",
        singles=len(singles),
        caught=len(caught),
    )
    return [warning("Q240", line_of(caught[0]), problem)]


def _right_is_longest(shape: Single) -> bool:
    right = next(len(option.body.text) for option in shape.options if option.id == shape.right)
    other = max(len(option.body.text) for option in shape.options if option.id != shape.right)
    return right >= other * LONGER and right - other >= 2


def _position(questions: Sequence[Question]) -> list[Finding]:
    """The same place in most questions; among few places chance alone brings more, so it must exceed that."""
    singles = [
        (each, each.shape) for each in questions if isinstance(each.shape, Single) and len(each.shape.options) > 2
    ]
    if len(singles) < ENOUGH:
        return []
    places = Counter(shape.right for _, shape in singles)
    place, count = places.most_common(1)[0]
    if count / len(singles) < OFTEN:
        return []
    letter = chr(ord("A") + int(place[1:]) - 1)
    first = next(question for question, shape in singles if shape.right == place)
    problem = text(
        "%(singles)s 道单选里有 %(count)s 道的正确答案是 %(letter)s，请打乱位置，或在属性里写“乱序: [选项]”。",
        singles=len(singles),
        count=count,
        letter=letter,
    )
    return [warning("Q241", line_of(first), problem)]


def _all_above(question: Question) -> list[Finding]:
    options: Sequence[Item] = question.shape.options if isinstance(question.shape, Single | Multiple) else ()
    for option in options:
        if _ALL_ABOVE.fullmatch(option.body.text.strip()):
            problem = text(
                "“%(option)s”只要看出两项就能猜中，选项乱序后也说不通，请写成具体内容或改为多选。",
                option=option.body.text.strip(),
            )
            return [warning("Q242", line_of(question), problem)]
    return []


def _near(questions: Sequence[Question]) -> list[Finding]:
    found = []
    shas = {id(question): asked_sha(question) for question in questions}
    for one, other in combinations(questions, 2):
        if shas[id(one)] == shas[id(other)]:
            problem = text("这道题和第 %(line)s 行的题完全一样，请删去一道。", line=line_of(one))
            found.append(warning("Q244", line_of(other), problem, Severity.ERROR))
        elif (
            one.kind is other.kind
            and fuzz.ratio(one.stem.text, other.stem.text, score_cutoff=NEAR)
            and _options_alike(one, other)
        ):
            problem = text("这道题和第 %(line)s 行的题几乎一样，抽题时可能同时出现，请改写或删去。", line=line_of(one))
            found.append(warning("Q243", line_of(other), problem))
    return found


def _options_alike(one: Question, other: Question) -> bool:
    """Two questions that differ in a number of the text alone are often two on purpose, if the options differ."""
    options = [
        {option.body.text for option in each.shape.options}
        for each in (one, other)
        if isinstance(each.shape, Single | Multiple)
    ]
    return len(options) < 2 or len(options[0] & options[1]) * 2 >= min(len(options[0]), len(options[1]))


def _rubric_points(question: Question) -> list[Finding]:
    if not isinstance(question.shape, Open):
        return []
    earned = [each.points for each in question.shape.rubric if each.kind is not CriterionKind.NEVER]
    worth = ONE_POINT if question.points is None else question.points
    if not earned or sum(earned) == worth:
        return []
    problem = text(
        "评分标准合计 %(sum)s 分，题目 %(worth)s 分，请改成一致，例如把这道题的分值改成 %(sum)s 分。",
        sum=points_text(sum(earned)),
        worth=points_text(worth),
    )
    return [warning("Q245", line_of(question), problem)]
