"""One item of a course or a curriculum: a link to a document, and its chips."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.blocks import Block, BlockKind, Item
from lms.content.grammar.chips import DAY, MINUTES, MUST_READ, OPTIONAL, ChipValue, split_chips, write_chips
from lms.content.grammar.inline import Link, find_links, plain_text, resolve
from lms.content.grammar.keywords import Language
from lms.content.grammar.reading import Reading
from lms.core.texts import text

ITEM_FORMS = (MUST_READ, OPTIONAL, MINUTES, DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathItem:
    """A step of a path. target: path in the repository; link: as written, relative to the file.

    minutes: what the item itself says, None = what its document says. day: the working day of the person, from 1,
    by which it is due. must_read: has to be confirmed as read.
    """

    target: str
    link: str
    anchor: str = ""
    title: str
    required: bool = True
    must_read: bool = False
    minutes: int | None = None
    day: int | None = None
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)


def read_path_items(reading: Reading, blocks: Sequence[Block]) -> tuple[PathItem, ...]:
    """Return the items of every list among the blocks; an item that is no link to a document is an error."""
    found: list[PathItem] = []
    for block in blocks:
        if not block.is_list:
            continue
        for item in block.items:
            path_item = _read(reading, item)
            if path_item is None:
                continue
            twin = next((each for each in found if _same(each, path_item)), None)
            if twin is not None:
                reading.error(
                    "L405",
                    item.first,
                    text("“%(title)s”和第 %(line)s 行是同一份内容。", title=path_item.title, line=twin.first),
                )
            found.append(path_item)
    return tuple(found)


def not_items(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks that are no list: text around the items."""
    return tuple(block for block in blocks if not block.is_list and block.kind is not BlockKind.COMMENT)


def write_item(item: PathItem, marker: str, language: Language) -> str:
    """Return the item on one line in canonical form. marker: `-` or `3.`."""
    anchor = f"#{item.anchor}" if item.anchor else ""
    day = [] if item.day is None else [DAY.written(language, n=item.day)]
    minutes = [] if item.minutes is None else [minutes_chip(item.minutes, language)]
    # In a course the length is what matters, in a curriculum the day.
    chips = [*day, *minutes] if marker == "-" else [*minutes, *day]
    if item.must_read:
        chips.append(MUST_READ.word.written(language))
    if not item.required:
        chips.append(OPTIONAL.word.written(language))
    line = f"{marker} [{item.title}]({item.link}{anchor})"
    return f"{line} {write_chips(chips)}" if chips else line


def minutes_chip(minutes: int, language: Language) -> str:
    """Return the setting that says how long an item takes."""
    return MINUTES.written(language, span=f"{minutes}分钟" if language is Language.ZH else f"{minutes}min")


def _same(one: PathItem, other: PathItem) -> bool:
    return (one.target, one.anchor) == (other.target, other.anchor)


def path_item(item: Item, link: Link, target: str, values: Sequence[ChipValue]) -> PathItem:
    """Return what a line of a list means. target: where its link leads; values: what its chips say."""
    forms = [value.form for value in values]
    return PathItem(
        target=target,
        link=link.target,
        anchor=link.anchor,
        title=plain_text(link.label) or target,
        required=OPTIONAL not in forms,
        must_read=MUST_READ in forms,
        minutes=next((read_minutes(value.values["span"]) for value in values if value.form is MINUTES), None),
        day=next((value.number() for value in values if value.form is DAY), None),
        first=item.first,
        last=item.last,
    )


def _read(reading: Reading, item: Item) -> PathItem | None:
    written, chips = split_chips(item.text.replace("\n", " "))
    links = [link for link in find_links(written) if not link.is_image]
    if len(links) != 1 or links[0].is_external or not links[0].target:
        reading.error("L401", item.first, text("这里要写一个链接，如“[售后流程](after-sales/overview.md)”。"))
        return None
    link = links[0]
    target = resolve(reading.path, link.target)
    if target is None:
        return None  # said where links are read
    _check_rest(reading, item, written, link)
    values = [value for chip in chips if (value := reading.chip(item.first, chip.text, ITEM_FORMS))]
    forms = [value.form for value in values]
    if len(set(forms)) < len(forms) or (MUST_READ in forms and OPTIONAL in forms):
        reading.error("L402", item.first, text("设置重复或互相矛盾，请每样只留一个。"))
    return path_item(item, link, target, values)


def _check_rest(reading: Reading, item: Item, written: str, link: Link) -> None:
    if not link.target.endswith(".md"):
        reading.error("L403", item.first, text("链接要指到一份内容，文件名以 .md 结尾。"))
    rest = (written[: link.start] + written[link.end :]).strip(" ，。、；：")
    if rest or item.kids or item.checked is not None:
        reading.warn("L406", item.first, text("链接以外的文字不会显示，说明请写在列表前面。"))
