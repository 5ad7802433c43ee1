"""Settings that a format has no place for travel as tags: `难度2`, `漏选给半分`. They survive another system. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from lms.content.grammar.amounts import normal
from lms.content.grammar.chips import (
    ADJACENT_PAIRS,
    CASE_SENSITIVE,
    HALF_IF_INCOMPLETE,
    LENGTH,
    LEVEL,
    MANUAL,
    NONE_IF_WRONG,
    POINTS,
    ChipValue,
    Form,
    read_chip,
)
from lms.content.grammar.keywords import Language
from lms.core.points import ONE_POINT
from lms.core.texts import Text, text
from lms.questions.parse.settings import LEVELS
from lms.questions.spec import FillIn, Multiple, Open, Ordering, Question
from lms.questions.write import points_chip_text
from lms.quizzes.importers import build

ALL_OR_NOTHING = "全对得分"
"""The tag of a choice of several that earns all or nothing: other systems can't say it by weights."""
LONGEST_TAG = 40
_ALL_OR_NOTHING = {ALL_OR_NOTHING, "all or nothing", "all-or-nothing"}
_FORMS = (
    POINTS, LEVEL, HALF_IF_INCOMPLETE, NONE_IF_WRONG, CASE_SENSITIVE, ADJACENT_PAIRS, MANUAL, LENGTH,
)  # fmt: skip
_KEY = re.compile(r"[0-9a-z]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What the tags of a question say. settings: by form. tags: those that are only tags."""

    settings: dict[Form, ChipValue]
    tags: tuple[str, ...]
    all_or_nothing: bool = False

    def has(self, form: Form) -> bool:
        return form in self.settings


def read_tags(written: Iterable[str]) -> Tagged:
    """Return tags and settings; a setting that is there twice counts once."""
    settings: dict[Form, ChipValue] = {}
    tags: dict[str, None] = {}
    whole = False
    for each in written:
        value = read_chip(each.strip(), _FORMS)
        if normal(each).strip().lower() in _ALL_OR_NOTHING:
            whole = True
        elif value is not None and _is_sound(value):
            settings.setdefault(value.form, value)
        elif tag := clean(each):
            tags.setdefault(tag)
    return Tagged(settings=settings, tags=tuple(tags), all_or_nothing=whole)


def clean(tag: str) -> str:
    """Return a tag as it can stand in a chip, "" for none."""
    return " ".join(re.sub(r"[`【】\x00-\x1f]", " ", tag).split()).lstrip("#＃ ")[:LONGEST_TAG].strip()


def applied(made: Question, tagged: Tagged) -> tuple[Question, tuple[Text, ...]]:
    """Return the question with its tags and settings, and what of them has no meaning for its kind."""
    changes: dict[str, Any] = {"tags": tagged.tags}
    lost: list[str] = []
    limits: dict[str, Any] = {}
    for form, value in tagged.settings.items():
        shape = made.shape
        if form is POINTS:
            found = build.points(value.values["x"])
            if isinstance(found, Text):
                lost.append(value.chip)
            elif made.points is None:
                changes["points"] = found
        elif form is LEVEL:
            changes["level"] = value.number()
        elif form is CASE_SENSITIVE and isinstance(shape, FillIn):
            limits["case_sensitive"] = True
        elif form is ADJACENT_PAIRS and isinstance(shape, Ordering):
            limits["by_neighbours"] = True
        elif form is MANUAL and isinstance(shape, Open):
            limits["manual"] = True
        elif form is LENGTH and isinstance(shape, Open):
            limits |= {"shortest": value.number("a"), "longest": value.number("b")}
        elif not (form in (HALF_IF_INCOMPLETE, NONE_IF_WRONG) and isinstance(shape, Multiple)):
            lost.append(value.chip)
    if limits:
        changes["shape"] = replace(made.shape, **limits)
    notes = tuple(text("标签“%(tag)s”对这种题型没有意义，没有带过来。", tag=each) for each in lost)
    return replace(made, **changes), notes


def tags_of(question: Question, *, points: bool = True, rubric: bool = False) -> tuple[list[str], tuple[Text, ...]]:
    """Return the tags by which a question is written, settings among them, and what they can't say.

    points: whether the format has no other place for them. rubric: whether it has one for rubric and model answer;
    without them an open question that says nothing else is one that a person marks.
    """
    kept: list[str] = []
    lost: list[str] = []
    for tag in question.tags:
        plain = read_tags([tag])
        (kept if plain.tags == (tag,) else lost).append(tag)
    tags = list(kept)
    if points and question.points not in (None, ONE_POINT):
        assert question.points is not None
        tags.append(_written(POINTS, x=points_chip_text(question.points)))
    if question.level is not None:
        tags.append(_written(LEVEL, n=question.level))
    match question.shape:
        case Multiple() as shape:
            tags += [_written(HALF_IF_INCOMPLETE)] * shape.half_if_incomplete
            tags += [ALL_OR_NOTHING] * (len(shape.right) > 1 and not shape.half_if_incomplete)
            tags += [_written(NONE_IF_WRONG)] * shape.none_if_wrong
        case Open() as shape:
            limited = shape.shortest is not None and shape.longest is not None
            tags += [_written(MANUAL)] * (shape.manual or not (rubric or limited))
            tags += [_written(LENGTH, a=shape.shortest, b=shape.longest)] * limited
        case _:
            pass
    return tags, tuple(text("标签“%(tag)s”会被当成设置，没有写。", tag=tag) for tag in lost)


def key_of(written: str) -> str | None:
    """Return the id for life that a format's own id is; None for an id of another system."""
    found = written.strip()
    return found if _KEY.fullmatch(found) else None


def case_tag() -> str:
    return _written(CASE_SENSITIVE)


def _is_sound(value: ChipValue) -> bool:
    if value.form is LEVEL:
        return value.number() in LEVELS
    return value.form is not LENGTH or value.number("a") <= value.number("b")


def _written(form: Form, **values: object) -> str:
    return form.written(Language.ZH, **values)
