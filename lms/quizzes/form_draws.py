"""The lines of a blueprint as rows of a section's card: read from the text under its heading and written back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.content.form import Values, whole
from lms.content.form_rows import row_names
from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import Item, scan
from lms.content.grammar.chips import DRAW, LEVELS, TAG, read_chip, split_chips
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.keywords import Language
from lms.content.rules.links import written as link_to
from lms.content.rules.properties import joined
from lms.content.rules.tagging import listed
from lms.core.texts import Text, text
from lms.quizzes.blueprint import HARDEST, LINE_FORMS, Draw, is_blueprint, levels_of, write_draw


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawRow:
    """One line as it is typed. bank: path in the repository; title: what the bank is called in the line.

    tags: with commas between. low, high: levels, "" = any. number: names its fields only.
    """

    bank: str = ""
    title: str = ""
    tags: str = ""
    low: str = ""
    high: str = ""
    count: str = ""
    number: int = field(default=0, compare=False)

    @property
    def is_blank(self) -> bool:
        return not (self.bank or self.tags or self.count)

    @property
    def line(self) -> Draw:
        """The line as far as it can be read, to count what it would draw from."""
        low = whole(self.low) or 0
        high = whole(self.high) or low
        return Draw(
            target=self.bank,
            link=self.bank,
            title=self.title or self.bank,
            count=whole(self.count) or 1,
            tags=listed(self.tags),
            levels=(min(low or high, high), max(low, high)) if high else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawList:
    """intro: the text without the lines. rows, and the lines of each as they are written."""

    intro: str
    rows: tuple[DrawRow, ...] = ()
    written: tuple[tuple[str, ...], ...] = ()


def read_rows(body: str, path: str, language: Language) -> DrawList | None:
    """Return the text under a heading as intro and rows; None where only the source can mend it."""
    lists = [block for block in scan(body) if is_blueprint(block)]
    if not lists:
        return DrawList(intro=body)
    rows = [_row(item, number, path, language) for number, item in enumerate(lists[0].items, start=1)]
    if len(lists) > 1 or None in rows:
        return None
    lines = body.split("\n")
    around = ("\n".join(lines[: lists[0].first - 1]), "\n".join(lines[lists[0].last :]))
    return DrawList(
        intro="\n\n".join(part.strip("\n") for part in around if part.strip()),
        rows=tuple(row for row in rows if row is not None),
        written=tuple(tuple(lines[item.first - 1 : item.last]) for item in lists[0].items),
    )


def write_rows(body: str, intro: str, rows: Sequence[DrawRow], path: str, language: Language) -> str:
    """Return the text under a heading with this intro and these rows; a row that did not change keeps its lines."""
    old = read_rows(body, path, language)
    if old is not None and (old.intro, old.rows) == (intro, tuple(rows)):
        return body
    left = list(zip(old.rows, old.written, strict=True)) if old else []
    lines: list[str] = []
    for row in rows:
        kept = next((each for each in left if each[0] == row), None)
        if kept is not None:
            left.remove(kept)
        lines += [write_draw(_linked(row.line, path), language)] if kept is None else kept[1]
    return "\n\n".join(part for part in (intro, "\n".join(lines)) if part)


def typed_rows(values: Values) -> tuple[DrawRow, ...]:
    """Return the rows as they were sent; those without anything are left out. A bank comes as path, blank, title."""
    found = []
    for name in row_names(values):
        bank, _, title = " ".join(values.get(f"row-{name}-bank").split()).partition(" ")
        row = DrawRow(
            bank=bank,
            title=title,
            tags=" ".join(values.get(f"row-{name}-tags").split()),
            low=normal(values.get(f"row-{name}-low")),
            high=normal(values.get(f"row-{name}-high")),
            count=normal(values.get(f"row-{name}-count")),
            number=int(name),
        )
        if not row.is_blank:
            found.append(row)
    return tuple(found)


def wrong_rows(rows: Sequence[DrawRow]) -> Mapping[str, Text]:
    """Return what is wrong with the rows, by the name of the input."""
    found: dict[str, Text] = {}
    for row in rows:
        if not row.bank:
            found[f"row-{row.number}-bank"] = text("请选一个题库。")
        if not 0 < (whole(row.count) or 0) < 1000:
            found[f"row-{row.number}-count"] = text("请写要抽几题，至少 1 题。")
        for name, level in (("low", row.low), ("high", row.high)):
            if level and not 1 <= (whole(level) or 0) <= HARDEST:
                found[f"row-{row.number}-{name}"] = text("难度写 1 到 5，1 最容易。")
        if any("`" in tag for tag in listed(row.tags)):
            found[f"row-{row.number}-tags"] = text("标签里不能有反引号。")
    return found


def _row(item: Item, number: int, path: str, language: Language) -> DrawRow | None:
    written, chips = split_chips(item.text.replace("\n", " "))
    links = find_links(written)
    values = [read_chip(chip.text, LINE_FORMS) for chip in chips]
    known = [value for value in values if value is not None]
    draw = [value for value in known if value.form is DRAW]
    levels = [value for value in known if value.form is LEVELS]
    target = resolve(path, links[0].target) if len(links) == 1 else None
    if None in values or len(draw) != 1 or len(levels) > 1 or not target or item.kids or item.checked is not None:
        return None
    low, high = levels_of(levels[0]) if levels else (0, 0)
    return DrawRow(
        bank=target,
        title=plain_text(links[0].label),
        tags=joined(tuple(value.values["text"].strip() for value in known if value.form is TAG), language),
        low=str(low) if low else "",
        high=str(high) if high and high != low else "",
        count=str(draw[0].number()),
        number=number,
    )


def _linked(line: Draw, path: str) -> Draw:
    return Draw(
        target=line.target,
        link=link_to(path, line.target),
        title=line.title,
        count=line.count,
        tags=line.tags,
        levels=line.levels,
    )
