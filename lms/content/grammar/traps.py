"""What authors type that Markdown takes for something else, in every kind of document.

None of it raises a syntax error by itself, so it has to be looked for on the source's own lines. The traps of
question options are in `option_traps`, those of the front matter in `front`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from lms.content.grammar.blocks import MARKER, Block, BlockKind, Item, walk
from lms.content.grammar.chips import EVERY_FORM, read_chip, split_chips, write_chips
from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.inline import without_code
from lms.content.grammar.keywords import Word, find_word
from lms.core.lines import regions, split_lines
from lms.core.texts import Text, text

_DOTTED = re.compile(r"[·・•]([^·・•`\n]{1,40})[·・•]")
_ONLY_DOTTED = re.compile(r"\s*(?:[·・•][^·・•`\n]{1,40}[·・•]\s*)+$")
_TAGS = re.compile(r"#[^#\s`]+(?:[ \t]+#[^#\s`]+)*[ \t]*$")
_NO_SPACE = re.compile(r"(#{1,6})([^#\s].*)$")
_WIDE_CLOSE = re.compile(r"(?<=(?<!\\)\])\(([^()（）\n]{1,300})）")
_WIDE_BOTH = re.compile(r"(?<=(?<!\\)\])（((?:#|\.{1,2}/|https?://)?[^()（）\n]{1,300})[)）]")
_BOXED = re.compile(
    r"(\s*)(?:([-*+])|(\d{1,3})[.．、)]) *[\[［] ?([xXｘＸ√✓✔×✗ \u3000]?) ?[\]］](?![(（:：\[])[ \t]*(.*)$"
)
_CANONICAL_BOX = re.compile(r"\s*(?:[-*+]|\d{1,3}\.) +\[[xX ]\](?: +\S.*)?$")
_TICKS = "xXｘＸ√✓✔"
_HTML = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})(?:\s[^<>\n]{0,300})?/?>")
_CELL = re.compile(r"(\\\\)|(\\\|)|(`+)|(\|)")
_UNDER_ITEM = (Word.EXPLAIN, Word.NOTE, Word.BASIS, Word.HINT, Word.MODEL)
_INDENTED_MARKER = re.compile(r"( *)(?:[-*+]|\d+\.) +\S")


def traps(source: str, blocks: Sequence[Block]) -> tuple[Finding, ...]:
    """Return what is wrong with the writing of any document, in order of lines. blocks: scan(source)."""
    found = [*_line_traps(source, blocks), *_block_traps(source, blocks)]
    return tuple(sorted(found, key=lambda finding: finding.line))


def open_lines(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of everything but front matter, fences and comments."""
    lines = split_lines(source)
    position = 0
    for region in regions(lines):
        yield from ((index + 1, lines[index]) for index in range(position, region.first))
        position = region.last + 1
    yield from ((index + 1, lines[index]) for index in range(position, len(lines)))


def one_line(line: int, new: str, label: Text) -> Fix:
    """Return the fix that rewrites one line."""
    return Fix(first=line, last=line, lines=(new,), label=label)


def _line_traps(source: str, blocks: Sequence[Block]) -> Iterator[Finding]:
    titles = [block.first for block in blocks if block.kind is BlockKind.HEADING and block.level == 1]
    for number, line in open_lines(source):
        if "·" in line or "・" in line or "•" in line:
            yield from _middle_dots(number, line)
        if line.startswith("#"):
            yield from _heading_traps(number, line, is_title=titles[:1] == [number])
        if "](" in line or "]（" in line:
            yield from _wide_brackets(number, line)
        if "[" in line or "［" in line:
            yield from _boxes(number, line)
        if "<" in line:
            yield from _html(number, line)
        if line.startswith(("```", "~~~", "<!--")):
            yield _unclosed(number, line)


def _middle_dots(number: int, line: str) -> Iterator[Finding]:
    only = bool(_ONLY_DOTTED.match(line))
    meant = [match for match in _DOTTED.finditer(line) if only or read_chip(match[1].strip(), EVERY_FORM)]
    if not meant:
        return
    pieces = []
    position = 0
    for match in meant:
        pieces.append(f"{line[position : match.start()]}`{match[1].strip()}`")
        position = match.end()
    fix = one_line(number, "".join(pieces) + line[position:], text("换成反引号"))
    message = text("第 %(line)s 行：“%(typed)s”用的是间隔号，请换成反引号。", line=number, typed=meant[0][0])
    yield Finding(code="C121", line=number, message=message, fix=fix)


def _heading_traps(number: int, line: str, *, is_title: bool) -> Iterator[Finding]:
    tags = _TAGS.match(line)
    if tags and (not is_title or line.count("#") > 1):
        fixed = " ".join(f"`{tag}`" for tag in line.split())
        message = text("第 %(line)s 行：标签要加反引号，否则成了一级标题。", line=number)
        yield Finding(code="C122", line=number, message=message, fix=one_line(number, fixed, text("加上反引号")))
        return
    match = _NO_SPACE.match(line)
    if match:
        message = text("第 %(line)s 行：# 后面要空一格，否则有的网站不认作标题。", line=number)
        fixed = f"{match[1]} {match[2]}"
        yield Finding(
            code="C126",
            line=number,
            message=message,
            severity=Severity.WARNING,
            fix=one_line(number, fixed, text("加上空格")),
        )
    name, chips = split_chips(line)
    known = [chip for chip in chips if read_chip(chip.text, EVERY_FORM)]
    if chips and len(known) == len(chips) and name.strip("# "):
        message = text("第 %(line)s 行：设置要写在标题的下一行，标题里只写名称。", line=number)
        lines = (name, write_chips(chip.text for chip in chips))
        fix = Fix(first=number, last=number, lines=lines, label=text("移到下一行"))
        yield Finding(code="C133", line=number, message=message, fix=fix)


def _wide_brackets(number: int, line: str) -> Iterator[Finding]:
    bare = without_code(line)
    places = [match.span() for match in _WIDE_CLOSE.finditer(bare)]
    places += [match.span() for match in _WIDE_BOTH.finditer(bare) if _looks_like_target(match[1])]
    if not places:
        return
    fixed = list(line)
    for start, end in places:
        fixed[start], fixed[end - 1] = "(", ")"
    only_right = all(line[start] == "(" for start, _ in places)
    message = (
        text("第 %(line)s 行：链接的右括号是全角，请换成 )。", line=number)
        if only_right
        else text("第 %(line)s 行：链接的括号是全角，请换成 ( )。", line=number)
    )
    yield Finding(code="C125", line=number, message=message, fix=one_line(number, "".join(fixed), text("换成半角括号")))


def _looks_like_target(target: str) -> bool:
    return target.startswith(("#", "./", "../", "http://", "https://")) or ".md" in target


def _boxes(number: int, line: str) -> Iterator[Finding]:
    match = _BOXED.match(line)
    if match is None or _CANONICAL_BOX.match(line):
        return
    indent, bullet, digits, mark, rest = match.groups()
    message = text("第 %(line)s 行：正确答案写 [x]，其他写 [ ]，后面留一个空格。", line=number)
    fix = None
    if mark not in tuple("×✗"):  # a cross may mean “this one” or “wrong”: the author decides
        box = "[x]" if mark and mark in _TICKS else "[ ]"
        marker = bullet or f"{digits}."
        fix = one_line(number, f"{indent}{marker} {box} {rest}".rstrip(), text("改为标准写法"))
    yield Finding(code="C124", line=number, message=message, fix=fix)


def _html(number: int, line: str) -> Iterator[Finding]:
    match = _HTML.search(without_code(line))
    if match:
        message = text("第 %(line)s 行：不支持 HTML 标签 %(tag)s，会原样显示出来。", line=number, tag=match[0][:40])
        yield Finding(code="C131", line=number, message=message, severity=Severity.WARNING)


def _unclosed(number: int, line: str) -> Finding:
    if line.startswith("<!--"):
        message = text("第 %(line)s 行：注释没有结束，请在末尾单独写 -->。", line=number)
    else:
        message = text(
            "第 %(line)s 行：代码块没有结束，请在代码后面单独写一行 %(fence)s。",
            line=number,
            fence=line[:3],
        )
    return Finding(code="C132", line=number, message=message)


def _block_traps(source: str, blocks: Sequence[Block]) -> Iterator[Finding]:
    lines = split_lines(source)
    for block in walk(blocks):
        if block.kind is BlockKind.TABLE:
            yield from _cells(block, lines)
        elif block.kind is BlockKind.RULE:
            yield _rule(block, lines)
        elif block.kind is BlockKind.CODE:
            message = text("第 %(line)s 行：开头空了 4 格，会显示成代码；代码请用 ``` 包起来。", line=block.first)
            yield Finding(code="C130", line=block.first, message=message)
        elif block.kind is BlockKind.PARAGRAPH:
            yield from _glued(block.first, block.last, lines)
        for item in block.items:
            yield from _glued_to_item(item, lines)
    for block in blocks:
        if block.is_list:
            yield from _indentation(block, lines)


def _cells(table: Block, lines: Sequence[str]) -> Iterator[Finding]:
    width = 0
    for number in range(table.first, table.last + 1):
        cells = _count_cells(lines[number - 1])
        if number == table.first:
            width = cells
        elif cells > width:
            message = text(
                "第 %(line)s 行：这一行有 %(cells)s 格，表头只有 %(width)s 格；格内竖线写作 \\|。",
                line=number,
                cells=cells,
                width=width,
            )
            yield Finding(code="C123", line=number, message=message)


def _count_cells(row: str) -> int:
    """Return how many cells a row has; bars in code and after a backslash do not part cells."""
    row = row.strip().lstrip(">").strip()
    bars: list[int] = []
    ticks = ""
    opened: list[int] = []
    for match in _CELL.finditer(row):
        if match[3]:
            if not ticks:
                ticks, opened = match[3], []
            elif ticks == match[3]:
                ticks, opened = "", []
        elif match[4]:
            (opened if ticks else bars).append(match.start())
    bars = sorted(bars + opened) if ticks else bars
    inner = len(bars) + 1
    if row.startswith("|"):
        inner -= 1
    if bars and bars[-1] == len(row) - 1 and len(row) > 1:
        inner -= 1
    return inner


def _rule(block: Block, lines: Sequence[str]) -> Finding:
    above = lines[block.first - 2].strip() if block.first > 1 else ""
    if above and set(block.text) == {"-"}:
        message = text("第 %(line)s 行：这一行会把上一行变成标题，请删去，或在前面空一行。", line=block.first)
    else:
        message = text("第 %(line)s 行：不用分隔线，请删去；分段用标题。", line=block.first)
    fix = Fix(first=block.first, last=block.first, lines=(), label=text("删去这一行"))
    return Finding(code="C129", line=block.first, message=message, fix=fix)


def _glued(first: int, last: int, lines: Sequence[str]) -> Iterator[Finding]:
    """A list right under text is part of the paragraph."""
    for number in range(first + 1, last + 1):
        line = lines[number - 1].lstrip("> ").rstrip()
        if MARKER.match(line) and not MARKER.match(lines[number - 2].lstrip("> ")):
            yield _needs_gap(number, lines[number - 1])


def _needs_gap(number: int, line: str) -> Finding:
    gap = ">" if line.lstrip().startswith(">") else ""
    fix = Fix(first=number, last=number - 1, lines=(gap,), label=text("前面空一行"))
    message = text("第 %(line)s 行：列表前面要空一行，否则和上一行连成一段。", line=number)
    return Finding(code="C128", line=number, message=message, fix=fix)


def _glued_to_item(item: Item, lines: Sequence[str]) -> Iterator[Finding]:
    """A marker of the other kind right under an item is part of the item's text: 解析 below it, or a new list."""
    for offset, line in enumerate(item.text.split("\n")[1:], start=1):
        number = item.first + offset
        match = MARKER.match(line)
        if match is None or lines[number - 1].startswith((" ", "\t")):  # indented ones: see _indentation
            continue
        if _label_in(match[3]):
            new = " " * 4 + lines[number - 1].lstrip()
            yield _indent(number, match[3], one_line(number, new, text("缩进 4 格")))
        else:
            yield _needs_gap(number, lines[number - 1])


def _indentation(block: Block, lines: Sequence[str]) -> Iterator[Finding]:
    """Markers indented by one to three spaces, and what is below them, in a list at the margin.

    The lines below one item are mended together: two spaces beside four would mean another level.
    """
    unit = margin = 0
    run: dict[int, int] = {}
    for number in range(block.first, block.last + 1):
        match = _INDENTED_MARKER.match(lines[number - 1].expandtabs(4))
        if match is None:
            continue
        indent = len(match[1])
        if number == block.first:
            margin = indent
        deeper = indent - margin
        if deeper <= 0:
            yield from _indent_run(run, lines)
            unit, run = 0, {}
        elif unit == 0 and indent < 4:
            unit = deeper
        if unit and deeper > 0:
            wanted = max(1, round(deeper / unit)) * 4
            if wanted != indent:
                run[number] = wanted
    yield from _indent_run(run, lines)


def _indent_run(run: Mapping[int, int], lines: Sequence[str]) -> Iterator[Finding]:
    if not run:
        return
    first, last = min(run), max(run)
    new = [lines[number - 1] for number in range(first, last + 1)]
    for number, wanted in run.items():
        new[number - first] = " " * wanted + lines[number - 1].lstrip()
    fix = Fix(first=first, last=last, lines=tuple(new), label=text("缩进 4 格"))
    for number in run:
        marker = MARKER.match(lines[number - 1].lstrip())
        yield _indent(number, marker[3] if marker else "", fix)


def _label_in(inner: str) -> str:
    """Return the word of an item that belongs under another one: 解析, 点评 …; "" for any other item."""
    label = re.split(r"[：:（(\s]", inner, maxsplit=1)[0]
    return label if find_word(label, _UNDER_ITEM) else ""


def _indent(number: int, inner: str, fix: Fix) -> Finding:
    label = _label_in(inner)
    if label:
        message = text("第 %(line)s 行：%(label)s要缩进 4 格。", line=number, label=label)
    else:
        message = text("第 %(line)s 行：下一级要缩进 4 格，否则并到上一条里。", line=number)
    return Finding(code="C127", line=number, message=message, fix=fix)
