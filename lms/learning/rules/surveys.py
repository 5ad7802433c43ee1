"""Surveys: their questions, what counts as an answer, and what answers add up to. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import Text, text

MOST_QUESTIONS = 8
MOST_OPTIONS = 8
LONGEST_QUESTION = 120
LONGEST_OPTION = 60
LONGEST_ANSWER = 1_000
SCALE = 5
"""Steps of a scale, 1 the worst."""

ASKED_FOR = timedelta(days=30)
"""So long after a course its survey is offered."""


class Type(StrEnum):
    SCALE = "scale"
    CHOICE = "choice"
    TEXT = "text"


TYPES: Mapping[str, Text] = {
    Type.SCALE: text("打分 1–5"),
    Type.CHOICE: text("选一项"),
    Type.TEXT: text("写几句（可不填）"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """key: of its answers, unique in the survey. options: of a choice."""

    key: str
    type: str
    text: str
    options: tuple[str, ...] = ()


def _shipped(key: str, type: Type, sentence: Text, *options: Text) -> Question:
    return Question(key=key, type=type, text=sentence.id, options=tuple(option.id for option in options))


AFTER_A_COURSE = (
    _shipped("useful", Type.SCALE, text("这门课对你的工作有用吗？")),
    _shipped("clear", Type.SCALE, text("讲得清楚吗？")),
    _shipped("length", Type.CHOICE, text("长短合适吗？"), text("太短，没讲够"), text("正合适"), text("太长，可以精简")),
    _shipped("better", Type.TEXT, text("哪里可以更好？缺了什么？")),
)
PULSE = (
    _shipped("mood", Type.SCALE, text("这个月上班的心情怎么样？")),
    _shipped("load", Type.SCALE, text("接待量和节奏吃得消吗？")),
    _shipped("support", Type.SCALE, text("遇到难处时，有人帮你吗？")),
    _shipped("word", Type.TEXT, text("想说的一句话，或希望公司做的一件事")),
)
"""Chinese sentences are message ids: shown in the reader's language as long as nobody has written others."""

RATING = "useful"
"""The question whose mean stands in the catalogue, where it is asked."""


def stored(questions: Sequence[Question]) -> list[dict[str, Any]]:
    return [{"key": q.key, "type": str(q.type), "text": q.text, "options": list(q.options)} for q in questions]


def read(kept: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    return tuple(
        Question(key=each["key"], type=each["type"], text=each["text"], options=tuple(each.get("options", ())))
        for each in kept
    )


def written(lines: Sequence[tuple[str, str, str]], before: Sequence[Question] = ()) -> tuple[Question, ...]:
    """Return questions from a form. lines: type, text, options one a line; empty texts are left out.

    A question whose text and type stay keeps its key. Raises Invalid, fields by `question-<n>`, from 0.
    """
    keys = {(old.text, old.type): old.key for old in before}
    found: list[Question] = []
    wrong: dict[str, Text] = {}
    for number, (type_, words, options) in enumerate(lines):
        words = " ".join(words.split())
        if not words:
            continue
        choices = tuple(dict.fromkeys(" ".join(line.split()) for line in options.splitlines() if line.strip()))
        if type_ not in TYPES:
            wrong[f"question-{number}"] = text("请选回答方式。")
        elif len(words) > LONGEST_QUESTION or any(len(option) > LONGEST_OPTION for option in choices):
            wrong[f"question-{number}"] = text(
                "问题最多 %(n)s 个字，选项最多 %(m)s 个字。", n=LONGEST_QUESTION, m=LONGEST_OPTION
            )
        elif type_ == Type.CHOICE and not 2 <= len(choices) <= MOST_OPTIONS:
            wrong[f"question-{number}"] = text("选一项的问题要有 2 到 %(n)s 个选项，一行一个。", n=MOST_OPTIONS)
        key = keys.get((words, type_)) or f"q{hashlib.sha256(f'{type_}{words}'.encode()).hexdigest()[:8]}"
        if any(each.key == key for each in found):
            wrong[f"question-{number}"] = text("这个问题前面已经有了。")
        found.append(Question(key=key, type=type_, text=words, options=choices if type_ == Type.CHOICE else ()))
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
    if not found:
        raise Invalid(text("至少要有一个问题。"), fields={"question-0": text("至少要有一个问题。")})
    if len(found) > MOST_QUESTIONS:
        raise Invalid(text("最多 %(n)s 个问题：短问卷才有人答。", n=MOST_QUESTIONS))
    return tuple(found)


def answered(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of an answer: 1–5, the position of a choice from 0, or words. Words may be left out.

    Raises Invalid with what is missing, by the question's key.
    """
    values: dict[str, Any] = {}
    missing: dict[str, Text] = {}
    for question in questions:
        value = given.get(question.key, "").strip()
        if question.type == Type.TEXT:
            if len(value) > LONGEST_ANSWER:
                missing[question.key] = text("最多 %(n)s 个字，请缩短。", n=LONGEST_ANSWER)
            elif value:
                values[question.key] = value
            continue
        low, high = (1, SCALE) if question.type == Type.SCALE else (0, len(question.options) - 1)
        if not re.fullmatch(r"[0-9]{1,2}", value) or not low <= int(value) <= high:
            missing[question.key] = text("请选一项。")
        else:
            values[question.key] = int(value)
    if missing:
        raise Invalid(text("还有没选的，选完再交。"), fields=missing)
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What answers to one question add up to. counts: by step of the scale or option, in order. mean: of a scale."""

    question: Question
    n: int
    counts: tuple[int, ...]
    mean: float | None


def tally(question: Question, answers: Sequence[Mapping[str, Any]]) -> Tally:
    """Return how often each step or option was chosen; of words only how many there are."""
    given = [each[question.key] for each in answers if question.key in each]
    if question.type == Type.TEXT:
        return Tally(question=question, n=len(given), counts=(), mean=None)
    steps = range(1, SCALE + 1) if question.type == Type.SCALE else range(len(question.options))
    counts = tuple(given.count(step) for step in steps)
    mean = sum(given) / len(given) if question.type == Type.SCALE and given else None
    return Tally(question=question, n=len(given), counts=counts, mean=mean)


def shuffled(key: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return answers by their random ids in an order that says nothing of when they came, or what else is theirs.

    The order is that of a digest with the question's key: the second words of two questions are not one person's.
    """
    return tuple(sorted(ids, key=lambda each: hashlib.sha256(f"{key}{each}".encode()).digest()))


def week_of(day: date) -> date:
    """Return the Monday of the week."""
    return day - timedelta(days=day.weekday())


def quarter_of(day: date) -> str:
    """Return "2026Q4"."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def next_pulse(opened_on: date, today: date) -> bool:
    """Return whether the pulse of another month has come since this one was opened."""
    return (today.year, today.month) > (opened_on.year, opened_on.month)


def last_day_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
