"""One question: a `###` heading and the blocks below it, up to the next heading."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lms.content.grammar.blocks import Block, BlockKind, Item
from lms.content.grammar.chips import EVERY_FORM, LENGTH, MANUAL, ORDERING, find_chips, is_chip_line, read_chip
from lms.content.grammar.findings import Fix, Severity
from lms.content.grammar.inline import read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Reading, Section
from lms.core.texts import text
from lms.questions.parse.choices import read_choice, read_ordering
from lms.questions.parse.items import HIDDEN, has_boxes, nothing_below
from lms.questions.parse.pairs import is_pair, read_matching
from lms.questions.parse.rubric import is_criterion, read_open
from lms.questions.parse.settings import Settings, check_fit, read_settings
from lms.questions.parse.values import answer_in, blank_in, read_answer_line, read_fill_in
from lms.questions.rich import gaps_in, references_in, rich, stem
from lms.questions.spec import KINDS, Question, Rich, Shape, Span, items_of

QUOTES = (Word.HINT, Word.EXPLAIN, Word.MODEL)


@dataclass(slots=True, kw_only=True)
class _Body:
    """The blocks below the heading, sorted by what they are for."""

    stem: list[str] = field(default_factory=list)
    answer: Block | None = None
    behind: list[Block] = field(default_factory=list)
    quotes: dict[Word, tuple[int, str]] = field(default_factory=dict)


def parse_question(reading: Reading, section: Section) -> Question | None:
    """Return the question; None if its kind or key cannot be told, which is then among the findings."""
    if not section.title.strip():
        reading.error("Q218", section.first, text("题目是空的，请在 ### 后面写上题目。"))
    settings = read_settings(reading, section.chips)
    body = _sort(reading, section.blocks, settings)
    stem_source = "\n\n".join([section.title.strip(), *body.stem])
    shape = _shape(reading, section, body, settings, gaps_in(stem_source))
    if shape is None:
        return None
    check_fit(reading, settings, KINDS[type(shape)])
    explanation = body.quotes.get(Word.EXPLAIN)
    return Question(
        key=settings.key,
        stem=stem(stem_source, reading.link),
        shape=shape,
        points=settings.points,
        tags=tuple(settings.tags),
        level=settings.level,
        hint=_quote(reading, body, Word.HINT),
        explanation=_quote(reading, body, Word.EXPLAIN),
        model=_quote(reading, body, Word.MODEL),
        references=references_in("\n".join([explanation[1] if explanation else "", *_notes(shape)]), reading.link),
        span=Span(first=section.first, last=section.last),
    )


def _notes(shape: Shape) -> list[str]:
    return [item.note.source for item in items_of(shape) if item.note]


def _quote(reading: Reading, body: _Body, word: Word) -> Rich | None:
    found = body.quotes.get(word)
    return rich(found[1], reading.link) if found else None


def _sort(reading: Reading, blocks: Sequence[Block], settings: Settings) -> _Body:
    body = _Body()
    for block in blocks:
        if block.kind is BlockKind.COMMENT:
            continue
        shown = written_block(reading, block)
        if block.kind is BlockKind.QUOTE:
            shown, labelled = parts_of_quote(block)
            _take_quotes(reading, body, labelled)
        elif block.is_list and is_answer(block, ordering=settings.has(ORDERING)):
            _take_answer(reading, body, block)
            continue
        if not shown:
            continue
        if body.answer is not None:
            body.behind.append(block)
        elif block.kind is not BlockKind.PARAGRAPH or not _is_out_of_place(reading, block):
            body.stem.append(shown)
    for block in body.behind:
        _lost(reading, block)
    return body


def written_block(reading: Reading, block: Block) -> str:
    """Return a top-level block as it is to be rendered and written back."""
    if block.kind is BlockKind.PARAGRAPH:
        return block.text
    return "\n".join(reading.lines[block.first - 1 : block.last])


def report_stray_chips(reading: Reading, block: Block) -> None:
    """Report settings that stand anywhere but right below a heading: there they are only words."""
    for offset, line in enumerate(block.text.split("\n")):
        chips = find_chips(line) if is_chip_line(line) else ()
        if chips and all(read_chip(chip.text, EVERY_FORM) for chip in chips):
            reading.error("Q222", block.first + offset, text("设置要紧跟在标题的下一行，写在这里不起作用。"))


def _is_out_of_place(reading: Reading, block: Block) -> bool:
    """Report a paragraph of the question's text that would show the answer, or that is meant as a setting."""
    report_stray_chips(reading, block)
    label = read_label(block.text, HIDDEN)
    if label is None:
        return False
    if label[0] is Word.ANSWER:
        reading.error("Q217", block.first, text("“%(label)s”会显示给学员，请写成“- 答案：…”。", label=label[0].zh))
    else:
        _report_unquoted(reading, block, label[0])
    return True


def parts_of_quote(block: Block) -> tuple[str, list[tuple[Word, int, str]]]:
    """Return what of a quote is shown, then keyword, line and text of each `提示：`, `解析：`, `参考：` in it.

    Two of them without an empty line between are one quote to Markdown and two to the author.
    """
    shown: list[str] = []
    parts: list[tuple[Word, int, list[str]]] = []
    for offset, line in enumerate(block.text.split("\n")):
        label = read_label(line, QUOTES)
        if label is not None:
            parts.append((label[0], block.first + offset, [label[2]]))
        elif parts:
            parts[-1][2].append(line)
        else:
            shown.append(f"> {line}".rstrip())
    return "\n".join(shown), [(word, line, "\n".join(words)) for word, line, words in parts]


def _take_quotes(reading: Reading, body: _Body, parts: Sequence[tuple[Word, int, str]]) -> None:
    for word, line, words in parts:
        if word in body.quotes:
            reading.error(
                "Q217",
                line,
                text("“%(label)s”在第 %(first)s 行已经写过，请合成一段。", label=word.zh, first=body.quotes[word][0]),
            )
        elif words.strip():
            body.quotes[word] = (line, words.strip())


def is_answer(block: Block, *, ordering: bool) -> bool:
    if has_boxes(block):
        return True
    if block.kind is BlockKind.ORDERED:
        return ordering
    return any(
        answer_in(item) is not None or blank_in(item) is not None or is_criterion(item) or is_pair(item)
        for item in block.items
    )


def _take_answer(reading: Reading, body: _Body, block: Block) -> None:
    if body.answer is None:
        body.answer = block
        return
    between = [each for each in body.behind if body.answer.last < each.first < block.first]
    if has_boxes(body.answer) and has_boxes(block) and between:
        what = text("图片") if "![" in between[0].text else text("文字")
        reading.error(
            "Q205",
            between[0].first,
            text("选项被%(what)s隔开，请把%(what)s放到题干，或放在选项下并缩进 4 格。", what=what),
        )
        body.behind = [each for each in body.behind if each not in between]
    else:
        reading.error("Q205", block.first, text("一道题只能有一组答案，请把这一组并到上面，或另起一题。"))
    if body.answer.kind is block.kind:
        body.answer = replace(body.answer, last=block.last, items=body.answer.items + block.items)


def _lost(reading: Reading, block: Block) -> None:
    label = read_label(block.text, QUOTES) if block.kind is BlockKind.PARAGRAPH else None
    if label is None:
        reading.error("Q217", block.first, text("答案后面的这一段不会显示，请移到题干，或写成 > 解析：…。"))
    else:
        _report_unquoted(reading, block, label[0])


def _report_unquoted(reading: Reading, block: Block, word: Word) -> None:
    lines = tuple(f"> {line}".rstrip() for line in reading.lines[block.first - 1 : block.last])
    fix = Fix(first=block.first, last=block.last, lines=lines, label=text("加上 >"))
    reading.error("Q217", block.first, text("“%(label)s”要写成引用，行首加 >。", label=word.zh), fix)


def _shape(reading: Reading, section: Section, body: _Body, settings: Settings, gaps: int) -> Shape | None:
    answer = body.answer
    if answer is None:
        return _shape_without_list(reading, section, body, settings)
    if has_boxes(answer) and not settings.has(ORDERING):
        return read_choice(reading, answer, settings)
    if answer.kind is BlockKind.ORDERED:
        return read_ordering(reading, answer, settings)
    blanks = [(item, found) for item in answer.items if (found := blank_in(item)) is not None]
    first = answer.items[0]
    given = answer_in(first)
    if blanks:
        rows = [(item, number, words) for item, (number, words) in blanks]
        _only(reading, answer, [item for item, _ in blanks])
        return read_fill_in(reading, answer.first, gaps, rows, settings)
    if any(is_criterion(item) for item in answer.items):
        _only(reading, answer, answer.items)
        return read_open(reading, answer.items, settings)
    if given is None:
        return read_matching(reading, answer.first, answer.items)
    _only(reading, answer, [first])
    if gaps == 1:
        return read_fill_in(reading, answer.first, gaps, [(first, 1, given)], settings)
    return read_answer_line(reading, first, given)


def _only(reading: Reading, answer: Block, read: Sequence[Item]) -> None:
    """Report what stands in the list beside the lines that are read, and below them."""
    for item in answer.items:
        if item in read:
            nothing_below(reading, item)
        else:
            reading.error("Q205", item.first, text("一道题只能有一组答案，请把这一组并到上面，或另起一题。"))


def _shape_without_list(reading: Reading, section: Section, body: _Body, settings: Settings) -> Shape | None:
    if settings.has(MANUAL) or settings.has(LENGTH) or Word.MODEL in body.quotes:
        return read_open(reading, (), settings)
    inside = range(section.first, section.last + 2)  # a tag taken for a title ends the question too early
    if not any(finding.line in inside and finding.severity is Severity.ERROR for finding in reading.findings):
        reading.error(
            "Q200",
            section.first,
            text(
                "这道题没有答案。单选写 1. [x]，多选写 - [x]，判断和数值写 - 答案：…，"
                "填空写 - 空1：…，匹配写 - 左 => 右，排序写 1. 2. 3. 并加 `排序`，问答写 - 必说（3分）：…。"
            ),
        )
    return None
