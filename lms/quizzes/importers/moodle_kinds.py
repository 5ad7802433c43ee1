"""The kinds of question of Moodle XML in our terms, one reader each. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.content.grammar.chips import HALF_IF_INCOMPLETE, LENGTH, NONE_IF_WRONG
from lms.content.grammar.keywords import Language
from lms.core.texts import Text, text
from lms.questions.form.layout import read
from lms.questions.spec import Criterion, FillIn, Open, Ordering, Shape, TrueFalse
from lms.quizzes.importers import build, moodle_gaps, weights
from lms.quizzes.importers.collecting import Unfit, joined
from lms.quizzes.importers.gift import accepted_word, check_whole, distinct_words, one_gap, without_gap
from lms.quizzes.importers.moodle_fields import Element, Fields, words_of
from lms.quizzes.importers.tagged import Tagged

_NEIGHBOURS = ("relative_next_exclude_last", "1")
_WHOLE = ("all_or_nothing", "-1")
_CRITERION = re.compile(r"- (?:必说|应说|禁说|评分)（[^（）]{1,12}）：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """said: what belongs to the explanation. notes: what was read otherwise, or left out.

    marks: what it counts where the question does not say so itself.
    """

    stem: str
    shape: Shape
    said: Sequence[str] = ()
    notes: Sequence[Text] = ()
    model: str = ""
    marks: int = 1


def _choice(fields: Fields, tags: Tagged) -> Shaped:
    options = [
        weights.Option(
            source=fields.rich_of(each),
            weight=weights.read_per_cent(each.get("fraction") or "0"),
            note=_feedback(fields, each),
        )
        for each in _answers(fields)
    ]
    stem = fields.rich("questiontext")
    if fields.words("single").lower() not in ("0", "false"):
        shape, notes = weights.single(options)
        return Shaped(stem=stem, shape=shape, notes=notes)
    several, notes = weights.multiple(
        options, half=tags.has(HALF_IF_INCOMPLETE), whole=tags.all_or_nothing, none=tags.has(NONE_IF_WRONG)
    )
    return Shaped(stem=stem, shape=several, notes=notes)


def _whole_choice(fields: Fields, _: Tagged) -> Shaped:
    """The plugin “all or nothing”: each right option has the full weight."""
    answers = _answers(fields)
    right = [place for place, each in enumerate(answers) if weights.read_per_cent(each.get("fraction") or "0") > 0]
    sources, notes = [fields.rich_of(each) for each in answers], [_feedback(fields, each) for each in answers]
    return Shaped(stem=fields.rich("questiontext"), shape=build.multiple(sources, right, notes))


def _true_false(fields: Fields, _: Tagged) -> Shaped:
    right: bool | None = None
    for each in _answers(fields):
        value = words_of(each).lower() in ("true", "1", "对", "正确", "是")
        if weights.read_per_cent(each.get("fraction") or "0") == weights.FULL:
            if right is not None:
                raise Unfit(text("“对”和“错”都算正确，请只留一个。"))
            right = value
    if right is None:
        raise Unfit(text("没有得满分的选项，请标出正确答案。"))
    return Shaped(stem=fields.rich("questiontext"), shape=TrueFalse(right=right), said=_all_said(fields))


def _short(fields: Fields, _: Tagged) -> Shaped:
    accepted = []
    for each in _answers(fields):
        weight, word = weights.read_per_cent(each.get("fraction") or "0"), words_of(each)
        if not weight and word == "*":
            continue  # whatever else is answered: its feedback is kept
        check_whole(weight, word)
        accepted.append(accepted_word(word))
    shape = FillIn(blanks=(distinct_words(accepted),), case_sensitive=fields.says("usecase"))
    return Shaped(stem=one_gap(fields.rich("questiontext")), shape=shape, said=_all_said(fields))


def _number(fields: Fields, _: Tagged) -> Shaped:
    found: list[Element] = []
    for each in _answers(fields):
        weight = weights.read_per_cent(each.get("fraction") or "0")
        if weight:
            check_whole(weight, words_of(each))
            found.append(each)
    if len(found) != 1:
        raise Unfit(text("数值题只能有一个正确的数或范围，这里有 %(n)s 个。", n=len(found)))
    value = weights.read_number(words_of(found[0]))
    by = abs(weights.read_number(words_of(found[0].find("tolerance")) or "0"))
    unit, notes = _unit(fields)
    shape = build.number(value - by, value + by, value, unit)
    if isinstance(shape, Text):
        raise Unfit(shape)
    stem = without_gap(fields.rich("questiontext"))
    return Shaped(stem=stem, shape=shape, said=_all_said(fields), notes=notes)


def _unit(fields: Fields) -> tuple[str, list[Text]]:
    """Return the unit that counts once, and what of the others is left out."""
    found, lost = "", []
    for each in fields.element.iterfind("units/unit"):
        name = words_of(each.find("unit_name"))
        if weights.read_number(words_of(each.find("multiplier")) or "1") == 1 and not found:
            found = name
        else:
            lost.append(name)
    notes = [text("其他单位（%(units)s）没有带过来。", units="、".join(lost)[:40])] if lost else []
    if weights.read_number(fields.words("unitgradingtype") or "0"):
        notes.append(text("单位写错扣分没有带过来，这里不看单位。"))
    return found, notes


def _matching(fields: Fields, _: Tagged) -> Shaped:
    pairs, lures = [], []
    for each in fields.element.iterchildren("subquestion"):
        left, answer = fields.rich_of(each), each.find("answer")
        right = "" if answer is None else build.plain(words_of(answer))
        if left:
            pairs.append((left, right))
        else:
            lures.append(right)
    if any(not right for _, right in pairs) or not all(lures):
        raise Unfit(text("匹配题有一项右边是空的，请写上。"))
    return Shaped(stem=fields.rich("questiontext"), shape=build.matching(pairs, lures))


def _ordering(fields: Fields, _: Tagged) -> Shaped:
    answers = _answers(fields)
    places = [weights.read_number(each.get("fraction") or "0") for each in answers]
    if len(set(places)) == len(places):
        answers = [each for _, each in sorted(zip(places, answers, strict=True), key=lambda pair: pair[0])]
    marked = fields.words("gradingtype").lower()
    notes = []
    if marked not in (*_NEIGHBOURS, *_WHOLE, ""):
        notes.append(text("原来按位置部分给分，这里全部排对才得分。"))
    if fields.words("selecttype").lower() not in ("", "all", "0"):
        notes.append(text("原来每次只抽几步来排，这里排全部步骤。"))
    sources, said = [fields.rich_of(each) for each in answers], [_feedback(fields, each) for each in answers]
    shape = Ordering(steps=build.options(sources, said, letter="s"), by_neighbours=marked in _NEIGHBOURS)
    return Shaped(stem=fields.rich("questiontext"), shape=shape, notes=notes)


def _essay(fields: Fields, tags: Tagged) -> Shaped:
    rubric, model = rubric_of(fields.rich("graderinfo"))
    notes = []
    if fields.words("responsetemplate"):
        notes.append(text("答题框里预先写好的文字没有带过来。"))
    if fields.words("attachments") not in ("", "0"):
        notes.append(text("上传附件作答没有带过来，这里只写文字。"))
    bare = not rubric and not model and not tags.has(LENGTH)
    return Shaped(stem=fields.rich("questiontext"), shape=Open(rubric=rubric, manual=bare), notes=notes, model=model)


def rubric_of(source: str) -> tuple[tuple[Criterion, ...], str]:
    """Return the rubric that the first lines of a text are, and the model answer that the rest is."""
    lines = source.split("\n")
    count = next((place for place, line in enumerate(lines) if not _CRITERION.match(line)), len(lines))
    found = read("\n".join(["### 题", *lines[:count]]), "quizzes/x.md", Language.ZH).question if count else None
    if found is None or not isinstance(found.shape, Open):
        return (), source
    return found.shape.rubric, "\n".join(lines[count:]).strip()


def _cloze(fields: Fields, _: Tagged) -> Shaped:
    asked = fields.element.find("questiontext")
    if asked is None:
        raise Unfit(text("题目是空的，请写上题目。"))
    stem, shape, marks = moodle_gaps.read_cloze(fields, asked)
    return Shaped(stem=stem, shape=shape, marks=marks)


def _chosen(box: str) -> Callable[[Fields, Tagged], Shaped]:
    def reader(fields: Fields, _: Tagged) -> Shaped:
        stem, shape, notes = moodle_gaps.read_chosen(fields, box)
        return Shaped(stem=stem, shape=shape, notes=notes)

    return reader


def _answers(fields: Fields) -> list[Element]:
    return list(fields.element.iterchildren("answer"))


def _feedback(fields: Fields, answer: Element) -> str:
    found = answer.find("feedback")
    return "" if found is None else fields.rich_of(found)


def _all_said(fields: Fields) -> list[str]:
    """Return the feedback of all answers: there is one explanation where the answers are no options."""
    return [joined(list(dict.fromkeys(_feedback(fields, each) for each in _answers(fields))))]


KINDS: dict[str, Callable[[Fields, Tagged], Shaped]] = {
    "multichoice": _choice,
    "multichoiceset": _whole_choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _number,
    "matching": _matching,
    "match": _matching,
    "essay": _essay,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "ddwtos": _chosen("dragbox"),
    "gapselect": _chosen("selectoption"),
}
