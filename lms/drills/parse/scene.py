"""One scene: a `##` heading, its chips, the customer's lines, and what can be answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lms.content.grammar.amounts import read_seconds
from lms.content.grammar.blocks import Block, BlockKind
from lms.content.grammar.chips import (
    DEDUCT,
    ENDING,
    EVERY_FORM,
    FREE,
    ID,
    LENGTH,
    TIME,
    ChipValue,
    find_chips,
    is_chip_line,
    read_chip,
)
from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import find_links, plain_text
from lms.content.grammar.keywords import Word, find_word, nearest
from lms.content.grammar.reading import Section, section_id
from lms.content.grammar.traps import one_line
from lms.core.markup_tree import heading_id
from lms.core.texts import text
from lms.drills.parse.bubbles import read_bubbles
from lms.drills.parse.frame import Frame
from lms.drills.parse.items import Line, read_item
from lms.drills.parse.replies import read_choice
from lms.drills.parse.routes import is_route, read_route
from lms.drills.parse.rubric import is_criterion, read_criterion
from lms.drills.spec import Bubble, Choice, Criterion, Ending, Route, RouteKind, Scene
from lms.questions.spec import Span

FORMS = (TIME, FREE, LENGTH, ENDING, ID)
_ENDINGS = {Word.PASS: Ending.PASS, Word.FAIL: Ending.FAIL}


@dataclass(slots=True, kw_only=True)
class _Settings:
    key: str = ""
    seconds: int | None = None
    free: bool = False
    shortest: int = 0
    longest: int | None = None
    ending: Ending | None = None
    lines: dict[object, int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Body:
    bubbles: list[Bubble] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    rubric: list[Criterion] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    answers: int = 0  # the first line that answers, 0 without one


def read_scene(frame: Frame, section: Section) -> Scene:
    """Return the scene; everything in it that would not be shown or would do nothing is reported."""
    settings = _settings(frame, section)
    body = _body(frame, section.blocks)
    _fits(frame, section, settings, body)
    title = plain_text(section.title)
    return Scene(
        title=title,
        key=settings.key,
        anchor=heading_id(title),
        bubbles=tuple(body.bubbles),
        seconds=settings.seconds,
        free=settings.free,
        shortest=settings.shortest,
        longest=settings.longest,
        choices=tuple(body.choices),
        rubric=tuple(body.rubric),
        routes=tuple(body.routes),
        ending=settings.ending,
        source=frame.reading.body(section.blocks),
        span=Span(first=section.first, last=section.last),
    )


def _settings(frame: Frame, section: Section) -> _Settings:
    reading = frame.reading
    settings = _Settings()
    for line, written in section.chips:
        for chip in find_chips(written):
            if read_chip(chip.text, (DEDUCT,)):
                reading.error("D301", line, text("“扣分制”写在一级标题的下一行，或写在属性里。"))
                continue
            value = reading.chip(line, chip.text, FORMS)
            if value is None:
                continue
            if value.form in settings.lines:
                reading.error("D301", line, text("“%(chip)s”这类设置写了两次，请只留一个。", chip=value.chip))
                continue
            settings.lines[value.form] = line
            _take(frame, settings, line, value)
    return settings


def _take(frame: Frame, settings: _Settings, line: int, value: ChipValue) -> None:
    reading = frame.reading
    if value.form is ID:
        settings.key = value.values["id"].lower()
        reading.note_id(section_id([(line, value)]))
    elif value.form is TIME:
        settings.seconds = read_seconds(value.values["time"])
        if settings.seconds is None:
            reading.error("D301", line, text("限时至少 1 秒，请写成“限时60秒”。"))
    elif value.form is FREE:
        settings.free = True
    elif value.form is LENGTH:
        settings.shortest, settings.longest = value.number("a"), value.number("b")
        if settings.shortest > settings.longest:
            reading.error("D301", line, text("字数的下限比上限大，请写成“字数15-150”。"))
    elif value.form is ENDING:
        settings.ending = _ending(frame, line, value)


def _ending(frame: Frame, line: int, value: ChipValue) -> Ending | None:
    written = value.values["text"].strip()
    word = find_word(written, _ENDINGS)
    if word is not None:
        return _ENDINGS[word]
    language = frame.reading.language
    names = [each.written(language) for each in _ENDINGS]
    guess = nearest(written, names)
    fix = frame.mended(line, written, guess) if guess else None
    problem = text("结局写“通过”或“失败”，没有“%(written)s”。", written=written)
    frame.reading.error("D301", line, problem, fix)
    return None


def _body(frame: Frame, blocks: Sequence[Block]) -> _Body:
    body = _Body()
    for block in blocks:
        if block.kind is BlockKind.COMMENT:
            continue
        if block.kind is BlockKind.QUOTE:
            if body.answers:
                problem = text("顾客的话写在选项上面；这里的会显示在选项前面，请移上去。")
                frame.reading.warn("D306", block.first, problem)
            body.bubbles.extend(read_bubbles(frame, block))
        elif block.is_list:
            body.answers = body.answers or block.first
            for item in block.items:
                _take_line(frame, body, read_item(frame, item))
        else:
            _lost(frame, block)
    return body


def _take_line(frame: Frame, body: _Body, line: Line) -> None:
    if is_criterion(line.words) and not _is_link(line.words):
        criterion = read_criterion(frame, line)
        if criterion is not None:
            body.rubric.append(criterion)
    elif is_route(line.words):
        route = read_route(frame, line)
        if route is not None:
            body.routes.append(route)
    else:
        choice = read_choice(frame, line)
        if choice is not None:
            body.choices.append(choice)


def _is_link(words: str) -> bool:
    return words.startswith("[")


def _lost(frame: Frame, block: Block) -> None:
    """Report what stands in a scene and would be shown to nobody."""
    reading = frame.reading
    written = block.text.split("\n")
    if block.kind is BlockKind.PARAGRAPH:
        for offset, line in enumerate(written):
            if is_chip_line(line) and all(read_chip(chip.text, EVERY_FORM) for chip in find_chips(line)):
                reading.error("D301", block.first + offset, text("设置要紧跟在标题的下一行，写在这里不起作用。"))
                return
        speaker = re.match(r"\s*([^：:（(\n]{1,30}?)\s*(?:[（(][^（）()\n]*[）)])?\s*[：:]", written[0])
        names = [*([frame.customer] if frame.customer else []), Word.SYSTEM.zh, Word.SYSTEM.en]
        if speaker is not None and nearest(speaker[1], names) is not None:
            lines = tuple(f"> {line}".rstrip() for line in reading.lines[block.first - 1 : block.last])
            fix = Fix(first=block.first, last=block.last, lines=lines, label=text("加上 >"))
            reading.error("D306", block.first, text("“%(name)s”说的话要写成引用，行首加 >。", name=speaker[1]), fix)
            return
        if find_links(written[0]) or is_route(written[0]):
            fix = one_line(block.first, f"- {reading.lines[block.first - 1].strip()}", text("加上 -"))
            reading.error(
                "D305", block.first, text("选项和去向写成列表，行首加“- ”。"), fix if len(written) == 1 else None
            )
            return
    reading.error(
        "D300",
        block.first,
        text(
            "这一段在演练里不会显示：顾客的话写成“> 顾客：…”，交代情况写成“> 系统：…”，给作者自己看的写成 <!-- … -->。"
        ),
    )


def _fits(frame: Frame, section: Section, settings: _Settings, body: _Body) -> None:
    """Report what cannot stand together in one scene."""
    reading = frame.reading
    if settings.ending is not None:
        if body.answers:
            problem = text("“%(scene)s”是结局，后面不能再有回复，请删去。", scene=section.title)
            reading.error("D316", body.answers, problem)
        for form in (TIME, FREE, LENGTH):
            if form in settings.lines:
                problem = text("结局不用“%(chip)s”，请删去。", chip=form.sample(reading.language))
                reading.error("D316", settings.lines[form], problem)
        return
    if settings.free:
        for choice in body.choices:
            problem = text("自由回复的场景不写选项：请删去这一行，或删去“自由回复”。")
            reading.error("D316", choice.span.first, problem)
    else:
        _without_free(frame, section, settings, body)
    _order(frame, body.routes)


def _without_free(frame: Frame, section: Section, settings: _Settings, body: _Body) -> None:
    reading = frame.reading
    free = FREE.written(reading.language)
    only_free = [each.span.first for each in body.rubric]
    only_free += [each.span.first for each in body.routes if each.kind is not RouteKind.TIMEOUT]
    if only_free:
        fix = None
        if not body.choices:
            fix = _with_chip(frame, section, free)
        problem = text("必说、得分、命中禁用语、其他只用在自由回复的场景，请在标题下一行加 `%(chip)s`。", chip=free)
        reading.error("D316", min(only_free), problem, fix)
    elif LENGTH in settings.lines:
        problem = text("字数只用在自由回复的场景，请加 `%(chip)s` 或删去。", chip=free)
        reading.error("D316", settings.lines[LENGTH], problem)


def _with_chip(frame: Frame, section: Section, chip: str) -> Fix:
    lines = frame.reading.lines
    if section.chips:
        line = section.chips[0][0]
        return one_line(line, f"{lines[line - 1].rstrip()} `{chip}`", text("加上“%(chip)s”", chip=chip))
    below = section.first + 1
    return Fix(first=below, last=below - 1, lines=(f"`{chip}`",), label=text("加上“%(chip)s”", chip=chip))


def _order(frame: Frame, routes: Sequence[Route]) -> None:
    """Report routes that come twice, and those that an earlier one leaves nothing to."""
    reading = frame.reading
    seen: dict[RouteKind, Route] = {}
    least: int | None = None
    for route in routes:
        line = route.span.first
        if route.kind is not RouteKind.SCORE and route.kind in seen:
            problem = text("和第 %(line)s 行是同一种去向，请删去一条。", line=seen[route.kind].span.first)
            reading.error("D317", line, problem)
        elif RouteKind.ELSE in seen and route.kind is not RouteKind.TIMEOUT:
            problem = text(
                "“其他”在第 %(line)s 行，它下面的去向走不到，请把“其他”移到最后。", line=seen[RouteKind.ELSE].span.first
            )
            reading.error("D317", line, problem)
        elif route.kind is RouteKind.SCORE and least is not None and route.at_least >= least:
            problem = text("上面已有“得分≥%(least)s”，这一条走不到：分数高的要写在上面。", least=least)
            reading.error("D317", line, problem)
        seen.setdefault(route.kind, route)
        if route.kind is RouteKind.SCORE:
            least = route.at_least if least is None else min(least, route.at_least)
