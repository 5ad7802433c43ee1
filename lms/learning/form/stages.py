"""The stages of a curriculum in its form: their settings, their order, the days that they span."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from lms.content.form import Values
from lms.content.grammar.amounts import normal
from lms.content.grammar.chips import AFTER, ANY_ORDER, DAYS, ID, SIGN_OFF, Form, find_chips, read_chip
from lms.content.grammar.keywords import Language
from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.learning.form.fields import DATED, MOST_DAYS, set_day
from lms.learning.form.lines import Lines
from lms.learning.form.moving import moved
from lms.learning.form.outline import Outline, Part, read_outline
from lms.learning.form.settings import remove_chip, replace_chip, set_chip

ORDER: tuple[Form, ...] = (DAYS, ANY_ORDER, AFTER, SIGN_OFF, ID)
MOST_NAME = 80
_FORBIDDEN = ("`", "[", "]", "【", "】", "\n", "\r", "#", "<", ">", "|")


def stages_of(outline: Outline) -> tuple[Part, ...]:
    return tuple(part for part in outline.parts if part.level == 2)


# settings


def write_stages(lines: Lines, outline: Outline, values: Values) -> None:
    """Write the settings of every stage whose fields were sent, from the last line to the first. Raises Invalid."""
    stages = stages_of(outline)
    names = {part.title: _asked_name(part, values) for part in stages}
    given = list(names.values())
    for part in stages:
        if given.count(names[part.title]) > 1 and names[part.title] != part.title:
            raise _refused(f"name-{part.key}", text("有两个阶段都叫“%(stage)s”，请改名。", stage=names[part.title]))
    for part in reversed(stages):
        if values.get(f"set-{part.key}", ""):
            _write_text(lines, part, values)
        _write_chips(lines, part, _asked_chips(outline, part, values, names))
        if names[part.title] != part.title:
            lines.rewrite(part.first, part.first, f"## {names[part.title]}")


def _asked_name(part: Part, values: Values) -> str:
    field = f"name-{part.key}"
    name = normal_spaces(values.get(field, part.title))
    if name == normal_spaces(part.title):
        return part.title
    if not name:
        raise _refused(field, text("请写阶段的名称。"))
    check_name(name, field)
    return name


def normal_spaces(written: str) -> str:
    return " ".join(written.split())


def check_name(name: str, field: str) -> None:
    """Raise Invalid for a name that can't be a heading, or be named in a setting."""
    if len(name) > MOST_NAME or any(each in name for each in _FORBIDDEN):
        raise _refused(field, text("名称最多 %(most)s 个字，不用方括号、反引号和井号。", most=MOST_NAME))


def _asked_chips(outline: Outline, part: Part, values: Values, names: Mapping[str, str]) -> Callable[[str], str]:
    sent = bool(values.get(f"set-{part.key}", ""))
    first, last = _asked_days(part, values) if sent else (part.first_day, part.last_day)
    after = [name for name in values.getlist(f"after-{part.key}") if name in names] if sent else list(part.after)
    kept = [name for name in part.after if name in after or name not in names]
    wanted = [*kept, *(name for name in after if name not in kept)]
    language = outline.language

    def change(line: str) -> str:
        if (first, last) != (part.first_day, part.last_day):
            line = set_chip(line, DAYS, days_chip(first, last, language), ORDER)
        if sent:
            for form, name, now in ((ANY_ORDER, "any", part.any_order), (SIGN_OFF, "sign", part.sign_off)):
                asked = bool(values.get(f"{name}-{part.key}", ""))
                if asked != now:
                    line = set_chip(line, form, form.word.written(language) if asked else None, ORDER)
        return _set_after(line, wanted, names, language)

    return change


def _asked_days(part: Part, values: Values) -> tuple[int | None, int | None]:
    written = [normal(values.get(f"{name}-{part.key}", "")) for name in ("first", "last")]
    numbers = [int(each[:6]) if each.isascii() and each.isdigit() else None for each in written]
    if not any(written):
        return None, None
    first, last = numbers[0], numbers[1] if written[1] else numbers[0]
    if first and last and part.first_day and part.last_day and first > last == part.last_day:
        last = first + part.last_day - part.first_day  # only the beginning was changed: the stage keeps its length
    if first is None or last is None or not 1 <= first <= last <= MOST_DAYS:
        raise _refused(f"first-{part.key}", text("天数从 1 开始，先小后大。"))
    return first, last


def days_chip(first: int | None, last: int | None, language: Language) -> str | None:
    if first is None or last is None:
        return None
    return DAYS.written(language, a=first) if first == last else DAYS.written(language, a=first, b=last)


def _set_after(line: str, wanted: Sequence[str], names: Mapping[str, str], language: Language) -> str:
    """Return the line with `需完成:` for these stages (by their old names), each by its new name."""
    have: list[str] = []
    for chip in reversed(find_chips(line)):
        value = read_chip(chip.text, ORDER)
        if value is None or value.form is not AFTER:
            continue
        name = value.values["text"].strip()
        if name not in wanted:
            line = remove_chip(line, chip)
        else:
            have.append(name)
            if names.get(name, name) != name:
                line = replace_chip(line, chip, AFTER.written(language, text=names[name]))
    for name in wanted:
        if name not in have:
            line = _add_after(line, AFTER.written(language, text=names.get(name, name)))
    return line


def _add_after(line: str, written: str) -> str:
    for chip in find_chips(line):
        value = read_chip(chip.text, ORDER)
        if value is not None and value.form in (SIGN_OFF, ID):
            return f"{line[: chip.start]}`{written}` {line[chip.start :]}"
    return f"{line.rstrip()} `{written}`".strip()


def _write_chips(lines: Lines, part: Part, change: Callable[[str], str]) -> None:
    before = lines.text(part.chip_first, part.chip_last) if part.chip_last >= part.chip_first else ""
    after = change(before)
    if after == before:
        return
    if not after.strip():
        lines.replace(part.chip_first, part.chip_last, [])
    elif before:
        lines.rewrite(part.chip_first, part.chip_last, after)
    else:
        gap = [] if part.first == len(lines) or lines.is_blank(part.first + 1) else [""]
        lines.replace(part.first + 1, part.first, [after, *gap])


def _write_text(lines: Lines, part: Part, values: Values) -> None:
    field = f"text-{part.key}"
    asked = values.get(field, part.text).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    asked = "\n".join(line.rstrip() for line in asked.split("\n")) if asked.strip() else ""
    if asked == "\n".join(line.rstrip() for line in part.text.split("\n")).strip("\n"):
        return
    probe = read_outline(f"## x\n\n{asked}\n\n- x\n", "x.md").parts
    if len(probe) != 1 or len(probe[0].rows) != 1 or probe[0].chip_last >= probe[0].chip_first:
        raise _refused(field, text("说明里只写文字，不写标题和列表；课程和任务请用“添加内容”。"))
    first, last = part.text_first, part.text_last
    if not asked:
        loose = lines.is_blank(first - 1) and lines.is_blank(last + 1)
        lines.replace(first, last + 1 if loose else last, [])
    elif last >= first:
        lines.rewrite(first, last, asked)
    else:
        gap = [] if lines.is_blank(first) or first > len(lines) else [""]
        lines.replace(first, first - 1, ["", *asked.split("\n"), *gap])


# order


def swapped(source: str, path: str, key: str, step: int) -> str:
    """Return the source with a stage before (step -1) or behind (+1) its neighbour, its days with it."""
    outline = read_outline(source, path)
    stages = stages_of(outline)
    place = next((index for index, part in enumerate(stages) if part.key == key), None)
    if place is None or not 0 <= place + step < len(stages):
        return source
    one, other = stages[min(place, place + step)], stages[max(place, place + step)]
    if outline.parts.index(other) != outline.parts.index(one) + 1:
        return source
    lines = Lines(source)
    if one.first_day and one.last_day and other.first_day and other.last_day and other.first_day == one.last_day + 1:
        shift(lines, other, outline.language, lambda day: day - (one.last_day or 0) + (one.first_day or 0) - 1)
        # Settings keep their number of lines here, so the lines of the part before are still where they were.
        shift(lines, one, outline.language, lambda day: day + (other.last_day or 0) - (other.first_day or 0) + 1)
    first, second = _body(lines, one), _body(lines, other)
    block = [
        *lines.taken(other.first, second),
        *lines.taken(first + 1, one.last),
        *lines.taken(one.first, first),
        *lines.taken(second + 1, other.last),
    ]
    lines.replace(one.first, other.last, block)
    return lines.source()


def _body(lines: Lines, part: Part) -> int:
    """Return the last line of a part that is not empty."""
    last = part.last
    while last > part.first and lines.is_blank(last):
        last -= 1
    return last


def shift(lines: Lines, part: Part, language: Language, by: Callable[[int], int]) -> None:
    """Write another day wherever this stage and its items name one."""
    for row in reversed(part.rows):
        if row.day is not None and by(row.day) != row.day:
            line = lines.text(row.first, row.text_last)
            lines.rewrite(row.first, row.text_last, set_day(line, by(row.day), language, DATED))
    if part.first_day is not None and part.last_day is not None:
        span(lines, part, by(part.first_day), by(part.last_day), language)


def span(lines: Lines, part: Part, first: int, last: int, language: Language) -> None:
    if (first, last) != (part.first_day, part.last_day):
        _write_chips(lines, part, lambda line: set_chip(line, DAYS, days_chip(first, last, language), ORDER))


def added_stage(source: str, path: str, name: str, field: str) -> str:
    """Return the source with a new stage at its end, on the day behind the last one. Raises Invalid."""
    outline = read_outline(source, path)
    name = normal_spaces(name)
    if not name:
        raise _refused(field, text("请写阶段的名称。"))
    check_name(name, field)
    if any(part.title == name for part in outline.parts):
        raise _refused(field, text("有两个阶段都叫“%(stage)s”，请改名。", stage=name))
    days = [each for part in outline.parts for each in (part.last_day, *(row.day for row in part.rows)) if each]
    lines = Lines(source)
    at = len(lines) + 1
    chip = days_chip(max(days, default=0) + 1, max(days, default=0) + 1, outline.language)
    gap = [] if at == 1 or lines.is_blank(at - 1) else [""]
    lines.replace(at, at - 1, [*gap, f"## {name}", f"`{chip}`"])
    return lines.source()


def removed_stage(source: str, path: str, key: str) -> str:
    """Return the source without a stage; its items go to the one before it, or behind it if it is the first."""
    outline = read_outline(source, path)
    stages = stages_of(outline)
    place = next((index for index, part in enumerate(stages) if part.key == key), None)
    if place is None:
        return source
    part = stages[place]
    heirs = [*reversed(stages[:place]), *stages[place + 1 :]]
    if part.rows and not heirs:
        raise Invalid(text("这是唯一的阶段，里面还有内容，不能删除。"))
    # All stages are found again by their place: the rows that leave move the lines behind them.
    ordinal = outline.parts.index(part)
    heir = outline.parts.index(heirs[0]) if heirs else 0
    for _ in part.rows:
        now = read_outline(source, path)
        to = now.parts[heir]
        row = now.parts[ordinal].rows[0 if heir < ordinal else -1]
        source = moved(source, path, row.key, to.key, len(to.rows) if heir < ordinal else 0)
    now = read_outline(source, path)
    part = now.parts[ordinal]
    lines = Lines(source)
    wanted = {each.title for each in stages_of(now)} - {part.title}
    for other in reversed(stages_of(now)):
        if other.first == part.first:
            first = part.first
            while part.last == len(lines) and first > 2 and lines.is_blank(first - 1):
                first -= 1
            lines.replace(first, part.last, [])
            continue
        if now.parts.index(other) == heir and part.first_day and part.last_day and other.first_day and other.last_day:
            first, last = min(part.first_day, other.first_day), max(part.last_day, other.last_day)
            span(lines, other, first, last, now.language)
        if part.title in other.after:
            kept = [name for name in other.after if name in wanted]
            _write_chips(lines, other, partial(_set_after, wanted=kept, names={}, language=now.language))
    return lines.source()


def _refused(field: str, problem: Text) -> Invalid:
    return Invalid(problem, fields={field: problem})
