"""The fields of a form, written into the lines that they belong to; a field that says the same writes nothing.

Names: `minutes-KEY`, `need-KEY`, `day-KEY` of a row, `name-KEY` … of a stage (see `stages`), `promise` of the whole.
"""

from lms.content.edit import set_entry
from lms.content.form import Values, whole
from lms.content.grammar.amounts import normal, read_minutes
from lms.content.grammar.chips import DAY, MINUTES, MUST_READ, OPTIONAL
from lms.content.grammar.front import Entry, read_front
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.writing import written_minutes
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.learning.form.lines import Lines
from lms.learning.form.outline import Outline, Row
from lms.learning.form.settings import set_chip, set_number
from lms.learning.spec.items import PathItem, minutes_chip

DATED = (DAY, MINUTES, MUST_READ, OPTIONAL)
"""The order of an item's chips in a curriculum, where the day matters."""

TIMED = (MINUTES, DAY, MUST_READ, OPTIONAL)
"""The same in a course, where the length matters."""

REQUIRED, MUST, CHOICE = "required", "must", "optional"
MOST_MINUTES = 6000  # of one item
MOST_DAYS = 400  # of a curriculum


def need_of(item: PathItem) -> str:
    return MUST if item.must_read else REQUIRED if item.required else CHOICE


def write_row(lines: Lines, outline: Outline, row: Row, values: Values) -> None:
    """Write what the fields of one row say into its lines. Raises Invalid."""
    item = row.item
    if item is None:
        return
    order = TIMED if row.is_numbered else DATED
    before = after = lines.text(row.first, row.text_last)
    need = values.get(f"need-{row.key}", need_of(item))
    if need in (REQUIRED, MUST, CHOICE) and need != need_of(item):
        language = outline.language
        after = set_chip(after, MUST_READ, MUST_READ.word.written(language) if need == MUST else None, order)
        after = set_chip(after, OPTIONAL, OPTIONAL.word.written(language) if need == CHOICE else None, order)
    asked = values.get(f"minutes-{row.key}", _shown(item.minutes))
    if normal(asked) != _shown(item.minutes):
        minutes = _number(asked, f"minutes-{row.key}", MOST_MINUTES)
        written = None if minutes is None else minutes_chip(minutes, outline.language)
        after = set_chip(after, MINUTES, written, order)
    asked = values.get(f"day-{row.key}", _shown(item.day))
    if normal(asked) != _shown(item.day):
        after = set_day(after, _number(asked, f"day-{row.key}", MOST_DAYS), outline.language, order)
    if after != before:
        lines.rewrite(row.first, row.text_last, after)


def set_day(line: str, day: int | None, language: Language, order: tuple[object, ...] = DATED) -> str:
    """Return the line of an item with its day; None takes it away."""
    forms = TIMED if order == TIMED else DATED
    return set_number(line, DAY, day, "" if day is None else DAY.written(language, n=day), forms)


def write_promise(source: str, minutes: int, language: Language) -> str:
    """Return the source with this length in its front matter."""
    front, _ = read_front(source)
    old = next((entry for entry in front.entries if find_word(entry.key, (Word.DURATION,))), None)
    if old is not None and read_minutes(old.value) == minutes:
        return source
    key = old.key if old else Word.DURATION.written(language)
    return set_entry(source, Word.DURATION, Entry(key=key, line=0, value=written_minutes(minutes, language)))


def asked_promise(outline: Outline, values: Values) -> int | None:
    """Return the length that the field asks for in minutes, None where it says what the source says. Raises Invalid."""
    asked = values.get("promise", "").strip()
    if not asked:
        return None
    minutes = read_minutes(asked)
    if minutes is None and (hours := whole(normal(asked))) is not None:
        minutes = hours * 60  # a bare number in a field that is labelled with hours
    if minutes is None:
        problem = text("时长写成“80小时”或“90分钟”。")
        raise Invalid(problem, fields={"promise": problem})
    return None if minutes == outline.minutes else minutes


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _number(asked: str, name: str, most: int) -> int | None:
    plain = normal(asked)
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and 1 <= int(plain[:9]) <= most):
        problem = text("请填 1 到 %(most)s 的整数，或留空。", most=most)
        raise Invalid(problem, fields={name: problem})
    return int(plain)
