"""Word files whose numbers nobody typed: automatic numbers become text, underlined blanks become gaps. Pure.

Without its numbers a list of options is no different from a list of questions. The file is rewritten in the child
process, before mammoth reads it.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from lms.content.importers.word import to_html

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCUMENT, _NUMBERING, _STYLES = "word/document.xml", "word/numbering.xml", "word/styles.xml"
_PLACE = re.compile(r"%([1-9])")
_CHINESE = "零一二三四五六七八九十"
_CHINESE_FORMS = ("chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting")
LEVELS = 9


@dataclass(slots=True)
class _Level:
    form: str = "decimal"
    text: str = "%1."
    start: int = 1


@dataclass(slots=True)
class _List:
    """A list of the file. counts: how far it has come on each level."""

    levels: Mapping[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


def to_page(folder: Path, *, source: str) -> dict[str, Any]:
    """Write the HTML of a checked `.docx` into the folder, every number as it is seen. To be run in a child process."""
    made = folder / "numbered.docx"
    _rewrite(Path(source), made)
    found = to_html(folder, source=str(made))
    made.unlink()
    return found


def _rewrite(source: Path, made: Path) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as new:
        names = set(old.namelist())
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == _DOCUMENT:
                lists = _lists(_tree(old.read(_NUMBERING))) if _NUMBERING in names else {}
                styled = _styled(_tree(old.read(_STYLES))) if _STYLES in names else {}
                data = _numbered(_tree(data), lists, styled)
            new.writestr(entry.filename, data)


def _tree(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(data, parser)


def _numbered(root: etree._Element, lists: Mapping[str, _List], styled: Mapping[str, tuple[str, int]]) -> bytes:
    for paragraph in root.iter(f"{_W}p"):
        _label(paragraph, lists, styled)
    for run in root.iter(f"{_W}r"):
        _mark_gap(run)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _label(paragraph: etree._Element, lists: Mapping[str, _List], styled: Mapping[str, tuple[str, int]]) -> None:
    """Put the number of a paragraph in front of its text, where its list counts and is no list of bullets."""
    about = paragraph.find(f"{_W}pPr")
    if about is None:
        return
    numbering = about.find(f"{_W}numPr")
    named, level = _numbering_of(about, numbering, styled)
    chosen = lists.get(named)
    if chosen is None or level not in chosen.levels or chosen.levels[level].form in ("bullet", "none"):
        return
    words = _next(chosen, level)
    if numbering is not None:
        about.remove(numbering)
    run = etree.Element(f"{_W}r")
    text = etree.SubElement(run, f"{_W}t")
    text.text = f"{words} "
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    about.addnext(run)


def _numbering_of(
    about: etree._Element, numbering: etree._Element | None, styled: Mapping[str, tuple[str, int]]
) -> tuple[str, int]:
    style = about.find(f"{_W}pStyle")
    named, level = styled.get(_value(style), ("", 0))
    if numbering is None:
        return named, level
    own, deep = numbering.find(f"{_W}numId"), numbering.find(f"{_W}ilvl")
    return _value(own) or named, _whole(_value(deep), level)


def _next(chosen: _List, level: int) -> str:
    """Count on and return the number as it is seen: “1.”, “A．”, “一、”."""
    counts = chosen.counts
    counts[level] = counts.get(level, chosen.levels[level].start - 1) + 1
    for deeper in range(level + 1, LEVELS):
        counts.pop(deeper, None)

    def place(match: re.Match[str]) -> str:
        other = int(match[1]) - 1
        each = chosen.levels.get(other, _Level())
        return _written(counts.get(other, each.start), each.form)

    return _PLACE.sub(place, chosen.levels[level].text)


def _written(number: int, form: str) -> str:
    if form in ("upperLetter", "lowerLetter") and 1 <= number <= 26:
        return chr((ord("A") if form == "upperLetter" else ord("a")) + number - 1)
    if form in _CHINESE_FORMS and number < 100:
        tens, ones = divmod(number, 10)
        ten = "" if not tens else "十" if tens == 1 else f"{_CHINESE[tens]}十"
        return ten + (_CHINESE[ones] if ones or not tens else "")
    return str(number)


def _lists(root: etree._Element) -> dict[str, _List]:
    kinds = {each.get(f"{_W}abstractNumId", ""): dict(_levels(each)) for each in root.iterfind(f"{_W}abstractNum")}
    found = {}
    for each in root.iterfind(f"{_W}num"):
        levels = dict(kinds.get(_value(each.find(f"{_W}abstractNumId")), {}))
        for override in each.iterfind(f"{_W}lvlOverride"):
            start = override.find(f"{_W}startOverride")
            level = _whole(override.get(f"{_W}ilvl", ""), 0)
            if start is not None and level in levels:
                old = levels[level]
                levels[level] = _Level(old.form, old.text, _whole(_value(start), 1))
        found[each.get(f"{_W}numId", "")] = _List(levels)
    return found


def _levels(kind: etree._Element) -> Iterator[tuple[int, _Level]]:
    for each in kind.iterfind(f"{_W}lvl"):
        yield (
            _whole(each.get(f"{_W}ilvl", ""), 0),
            _Level(
                _value(each.find(f"{_W}numFmt")) or "decimal",
                _value(each.find(f"{_W}lvlText"))[:20],
                _whole(_value(each.find(f"{_W}start")), 1),
            ),
        )


def _styled(root: etree._Element) -> dict[str, tuple[str, int]]:
    """Return the list and level that a style brings along, by its id."""
    found = {}
    for style in root.iterfind(f"{_W}style"):
        numbering = style.find(f"{_W}pPr/{_W}numPr")
        if numbering is not None:
            level = _whole(_value(numbering.find(f"{_W}ilvl")), 0)
            found[style.get(f"{_W}styleId", "")] = (_value(numbering.find(f"{_W}numId")), level)
    return found


def _mark_gap(run: etree._Element) -> None:
    """Make `____` of underlined blanks: a line to write on."""
    line = run.find(f"{_W}rPr/{_W}u")
    if line is None or _value(line) == "none":
        return
    texts = run.findall(f"{_W}t")
    words = "".join(each.text or "" for each in texts)
    tabs = run.findall(f"{_W}tab")
    if words.strip() or not (words or tabs):
        return
    before = run.getprevious()
    for each in (*texts, *tabs):
        run.remove(each)
    if before is not None and before.tag == f"{_W}r" and "".join(before.itertext()).endswith("____"):
        return  # one line that Word keeps in several runs
    made = etree.SubElement(run, f"{_W}t")
    made.text = "____"


def _value(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get(f"{_W}val", ""))


def _whole(written: str, default: int) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else default
