"""Forms of appraisals: what is asked of which side, how the sides weigh, and the mark that comes of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import Text, text


class Side(StrEnum):
    """The three sides from which somebody is looked at."""

    CUSTOMER = "customer"  # figures: what customers and the floor's systems say, the composite of the period
    SUPERVISOR = "supervisor"
    SELF = "self"


class Kind(StrEnum):
    MARK = "mark"  # 1 to 5, with room for a remark
    TEXT = "text"


class Asked(StrEnum):
    """Of which side a question is asked."""

    BOTH = "both"
    SELF = "self"
    SUPERVISOR = "supervisor"


SIDE_WORDS: Mapping[Side, Text] = {
    Side.CUSTOMER: text("客户与数据"),
    Side.SUPERVISOR: text("主管评价"),
    Side.SELF: text("自评"),
}
KIND_WORDS: Mapping[Kind, Text] = {Kind.MARK: text("打分（1–5）"), Kind.TEXT: text("文字")}
ASKED_WORDS: Mapping[Asked, Text] = {
    Asked.BOTH: text("本人和主管"),
    Asked.SELF: text("只问本人"),
    Asked.SUPERVISOR: text("只问主管"),
}
MARK_WORDS: Mapping[int, Text] = {
    5: text("5 远超要求"),
    4: text("4 超出要求"),
    3: text("3 达到要求"),
    2: text("2 部分达到"),
    1: text("1 没有达到"),
}
MARKS = range(1, 6)
POINTS_OF_A_MARK = 20
"""5 of 5 is 100 points."""
MOST_QUESTIONS = 30
LONGEST_QUESTION = 200
LONGEST_NAME = 80
LONGEST_TITLE = 40
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """weight: 1 to 100, of a mark among the marks of its side; 0 for a text. section: the heading above it."""

    key: str
    section: str
    text: str
    kind: Kind
    asked: Asked
    weight: int = 0
    hint: str = ""

    def is_for(self, side: str) -> bool:
        return self.asked is Asked.BOTH or self.asked.value == side


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSpec:
    """Weights in percent, summing to 100: how the three sides make the mark."""

    questions: tuple[Question, ...]
    customer: int
    supervisor: int
    self: int

    def weight(self, side: Side) -> int:
        return {Side.CUSTOMER: self.customer, Side.SUPERVISOR: self.supervisor, Side.SELF: self.self}[side]

    def of(self, side: str) -> list[Question]:
        return [question for question in self.questions if question.is_for(side)]


def as_json(spec: FormSpec) -> dict[str, Any]:
    return {
        "weights": {"customer": spec.customer, "supervisor": spec.supervisor, "self": spec.self},
        "questions": [
            {
                "key": each.key,
                "section": each.section,
                "text": each.text,
                "hint": each.hint,
                "kind": each.kind.value,
                "asked": each.asked.value,
                "weight": each.weight,
            }
            for each in spec.questions
        ],
    }


def from_json(stored: Mapping[str, Any]) -> FormSpec:
    weights = stored["weights"]
    return FormSpec(
        customer=weights["customer"],
        supervisor=weights["supervisor"],
        self=weights["self"],
        questions=tuple(
            Question(
                key=each["key"],
                section=each["section"],
                text=each["text"],
                hint=each.get("hint", ""),
                kind=Kind(each["kind"]),
                asked=Asked(each["asked"]),
                weight=each["weight"],
            )
            for each in stored["questions"]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the page on which a form is edited, as typed."""

    section: str = ""
    text: str = ""
    hint: str = ""
    kind: str = Kind.MARK.value
    asked: str = Asked.BOTH.value
    weight: str = ""


def written(lines: Sequence[Line], weights: Mapping[Side, int | None], old: FormSpec | None = None) -> FormSpec:
    """Return the form that was typed. Lines without text are left out; a question that stays keeps its key.

    Raises Invalid with every reason, by the field's name (`text-0`, `weight-0`, `weight_customer`).
    """
    wrong: dict[str, Text] = {}
    keys = {(each.section, each.text): each.key for each in old.questions} if old else {}
    taken = set(keys.values())
    questions: list[Question] = []
    section = ""
    for number, line in enumerate(lines):
        section = line.section.strip() or section
        if not line.text.strip():
            continue
        if (reason := _wrong_line(line)) is not None:
            wrong[reason[0].replace("#", str(number))] = reason[1]
            continue
        kind = Kind(line.kind)
        key = keys.pop((section, line.text.strip()), None)
        if key is None:
            key = next(f"q{n}" for n in range(1, 1_000) if f"q{n}" not in taken)
            taken.add(key)
        questions.append(
            Question(
                key=key,
                section=section,
                text=line.text.strip(),
                hint=line.hint.strip(),
                kind=kind,
                asked=Asked(line.asked),
                weight=int(line.weight) if kind is Kind.MARK else 0,
            )
        )
    shares = {side: weights.get(side) for side in Side}
    for side, share in shares.items():
        if share is None or not 0 <= share <= 100:
            wrong[f"weight_{side.value}"] = text("请填 0 到 100 的整数。")
    total = sum(share or 0 for share in shares.values())
    if total != 100 and not wrong:
        wrong["weight_customer"] = text("三个比重合计要等于 100，现在是 %(n)s。", n=total)
    if not questions and not wrong:
        wrong["text-0"] = text("请至少写一个问题。")
    if len(questions) > MOST_QUESTIONS:
        wrong["text-0"] = text("最多 %(n)s 个问题，多了没人认真填。", n=MOST_QUESTIONS)
    for side in (Side.SUPERVISOR, Side.SELF):
        marked = any(each.kind is Kind.MARK and each.is_for(side) for each in questions)
        if (shares[side] or 0) > 0 and questions and not marked and f"weight_{side.value}" not in wrong:
            wrong[f"weight_{side.value}"] = text("这一方没有打分的问题，比重只能是 0。")
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    return FormSpec(
        questions=tuple(questions),
        customer=shares[Side.CUSTOMER] or 0,
        supervisor=shares[Side.SUPERVISOR] or 0,
        self=shares[Side.SELF] or 0,
    )


def _wrong_line(line: Line) -> tuple[str, Text] | None:
    if len(line.text.strip()) > LONGEST_QUESTION:
        return "text-#", text("问题最多 %(n)s 个字。", n=LONGEST_QUESTION)
    if len(line.section.strip()) > LONGEST_TITLE:
        return "section-#", text("小标题最多 %(n)s 个字。", n=LONGEST_TITLE)
    if len(line.hint.strip()) > LONGEST_QUESTION:
        return "hint-#", text("说明最多 %(n)s 个字。", n=LONGEST_QUESTION)
    if line.kind not in set(Kind) or line.asked not in set(Asked):
        return "text-#", text("请选列表里的一种。")
    digits = line.weight.isascii() and line.weight.isdigit() and len(line.weight) <= 3
    if line.kind == Kind.MARK and not (digits and 1 <= int(line.weight) <= 100):
        return "weight-#", text("打分的问题要有 1 到 100 的权重。")
    return None


def side_mark(spec: FormSpec, side: str, marks: Mapping[str, int]) -> float | None:
    """Return what a side's marks make, 0 to 100: the mean weighted by the questions' weights. None without marks."""
    given = [(each.weight, marks[each.key]) for each in spec.of(side) if each.kind is Kind.MARK and each.key in marks]
    total = sum(weight for weight, _mark in given)
    if not total:
        return None
    return rounded(POINTS_OF_A_MARK * sum(weight * mark for weight, mark in given) / total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one side gave. weight: percent of the form; share: percent that it really weighed; points: of the mark."""

    side: Side
    weight: int
    value: float | None
    share: float
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The mark, 0 to 100 with two decimals; None where no side that weighs has a value."""

    mark: float | None
    parts: tuple[Part, ...]


def total(spec: FormSpec, values: Mapping[Side, float | None]) -> Total:
    """Return the mark that the sides make. A side without a value weighs nothing; the others fill its place."""
    known = sum(spec.weight(side) for side in Side if values.get(side) is not None)
    parts = []
    exact = 0.0
    for side in Side:
        value, weight = values.get(side), spec.weight(side)
        share = 100 * weight / known if known and value is not None else 0.0
        exact += share * (value or 0.0) / 100
        parts.append(
            Part(
                side=side,
                weight=weight,
                value=value,
                share=rounded(share),
                points=rounded(share * (value or 0.0) / 100),
            )
        )
    return Total(mark=rounded(exact) if known else None, parts=tuple(parts))


def rounded(value: float, places: int = 2) -> float:
    """Return the number with so many decimals, a half away from zero as one rounds on paper."""
    unit = Decimal(1).scaleb(-places)
    return float(Decimal(repr(round(value, 9))).quantize(unit, rounding=ROUND_HALF_UP))


def wrong_answers(
    spec: FormSpec, side: str, marks: Mapping[str, str], texts: Mapping[str, str], *, whole: bool
) -> dict[str, Text]:
    """Return what is wrong with what was typed, by field (`mark-q1`, `text-q1`). whole: nothing may be left out."""
    wrong: dict[str, Text] = {}
    for question in spec.of(side):
        mark, words = marks.get(question.key, ""), texts.get(question.key, "").strip()
        if question.kind is Kind.MARK:
            if mark and mark not in {str(each) for each in MARKS}:
                wrong[f"mark-{question.key}"] = text("请在 1 到 5 里选一个。")
            elif whole and not mark:
                wrong[f"mark-{question.key}"] = text("请打分。")
        elif whole and not words:
            wrong[f"text-{question.key}"] = text("请写几句。没有就写“无”。")
        if len(words) > LONGEST_TEXT:
            wrong[f"text-{question.key}"] = text("最多 %(n)s 个字。", n=LONGEST_TEXT)
    return wrong
