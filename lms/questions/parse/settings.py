"""The chips under a question: points, tags, level, id, and how its kind is marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.chips import (
    ADJACENT_PAIRS,
    CASE_SENSITIVE,
    HALF_IF_INCOMPLETE,
    ID,
    LENGTH,
    LEVEL,
    MANUAL,
    NONE_IF_WRONG,
    ORDERING,
    POINTS,
    TAG,
    ChipValue,
    Form,
)
from lms.content.grammar.reading import Reading
from lms.core.points import Points, from_fraction
from lms.core.texts import text
from lms.questions.spec import Kind

ALWAYS = (POINTS, TAG, LEVEL, ID)
BY_KIND: dict[Kind, tuple[Form, ...]] = {
    Kind.MULTIPLE: (HALF_IF_INCOMPLETE, NONE_IF_WRONG),
    Kind.FILL_IN: (CASE_SENSITIVE,),
    Kind.ORDERING: (ORDERING, ADJACENT_PAIRS),
    Kind.OPEN: (MANUAL, LENGTH),
}
QUESTION_FORMS = (*ALWAYS, *(form for forms in BY_KIND.values() for form in forms))
LEVELS = range(1, 6)


@dataclass(slots=True, kw_only=True)
class Settings:
    """What the chips of one question say; `lines` tells where a form was written."""

    key: str | None = None
    points: Points | None = None
    tags: list[str] = field(default_factory=list)
    level: int | None = None
    shortest: int | None = None
    longest: int | None = None
    lines: dict[Form, int] = field(default_factory=dict)

    def has(self, form: Form) -> bool:
        return form in self.lines


def read_settings(reading: Reading, chip_lines: Sequence[tuple[int, str]]) -> Settings:
    """Return what the chips say. chip_lines: number and text of each line of chips."""
    settings = Settings()
    for line, value in reading.chips(chip_lines, QUESTION_FORMS):
        if value.form is not TAG and value.form in settings.lines:
            reading.error("Q209", line, text("“%(chip)s”这类设置写了两次，请只留一个。", chip=value.chip))
            continue
        settings.lines[value.form] = line
        _take(reading, settings, line, value)
    return settings


def check_fit(reading: Reading, settings: Settings, kind: Kind) -> None:
    """Report chips that say nothing about a question of this kind."""
    allowed = {*ALWAYS, *BY_KIND.get(kind, ())}
    for form, line in settings.lines.items():
        if form not in allowed:
            reading.error(
                "Q209",
                line,
                text(
                    "“%(chip)s”不能用在%(kind)s题上，请删去。",
                    chip=form.sample(reading.language),
                    kind=KIND_NAMES[kind],
                ),
            )


KIND_NAMES = {
    Kind.SINGLE: text("单选"),
    Kind.MULTIPLE: text("多选"),
    Kind.TRUE_FALSE: text("判断"),
    Kind.FILL_IN: text("填空"),
    Kind.NUMERIC: text("数值"),
    Kind.ORDERING: text("排序"),
    Kind.MATCHING: text("匹配"),
    Kind.OPEN: text("问答"),
}


def read_points(reading: Reading, line: int, written: str) -> Points | None:
    """Return points in units; reports a value that is finer than 0.05."""
    try:
        return from_fraction(written)
    except ValueError:
        reading.error("Q221", line, text("分值“%(points)s”太细，请精确到 0.05 分。", points=written))
        return None


def _take(reading: Reading, settings: Settings, line: int, value: ChipValue) -> None:
    if value.form is POINTS:
        settings.points = read_points(reading, line, value.values["x"])
    elif value.form is TAG:
        tag = value.values["text"].strip()
        if tag not in settings.tags:
            settings.tags.append(tag)
    elif value.form is ID:
        settings.key = value.values["id"].lower()
        reading.note_id((settings.key, line))
    elif value.form is LEVEL:
        settings.level = value.number()
        if settings.level not in LEVELS:
            reading.error("Q209", line, text("难度写 1 到 5，1 最容易。"))
            settings.level = None
    elif value.form is LENGTH:
        settings.shortest, settings.longest = value.number("a"), value.number("b")
        if settings.shortest > settings.longest:
            reading.error("Q209", line, text("字数的下限比上限大，请写成“字数20-150”。"))
