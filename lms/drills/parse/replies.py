"""A line of a scene that a learner sends: `- [回复](#场景)` with its effects."""

import re

from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import find_links, plain_text, split_arrow
from lms.content.grammar.keywords import nearest
from lms.content.grammar.traps import one_line
from lms.core.markup_tree import heading_id
from lms.core.texts import text
from lms.drills.parse.effects import bare_effects, chips_of, read_effects
from lms.drills.parse.frame import Frame
from lms.drills.parse.items import Line
from lms.drills.spec import Choice

_PAIRS = {"“": "”", "「": "」", "『": "』", '"': '"'}
_NESTED = re.compile(r"^(\s*[-*+] +)\[(.*)\]\((#[^()\n]*)\)(.*)$")


def unquoted(written: str) -> str:
    """Return a reply without the quotation marks around the whole of it."""
    opening = written[:1]
    closing = _PAIRS.get(opening)
    if closing is None or len(written) < 2 or written[-1] != closing:
        return written
    inner = written[1:-1]
    depth = 1
    for sign in inner:
        if sign == closing:
            depth -= 1
        elif sign == opening:
            depth += 1
        if depth == 0:
            return written
    return inner.strip() if depth == 1 else written


def read_choice(frame: Frame, line: Line) -> Choice | None:
    """Return the reply; None where it cannot be told, which is reported."""
    links = [link for link in find_links(line.words) if not link.is_image]
    if not links:
        _no_link(frame, line)
        return None
    link = links[0]
    before, behind = line.words[: link.start].strip(), line.words[link.end :]
    if before:
        problem = text("“%(words)s”不会发给顾客，要发的话都写进 [ ] 里。", words=before[:20])
        frame.reading.error("D305", line.line, problem)
    chips = chips_of(line.line, behind)
    _left_over(frame, line, behind)
    settings = read_effects(frame, chips, requires=True)
    target = frame.scene_of(link, line.line)
    said = unquoted(plain_text(link.label))
    if not said:
        frame.reading.error("D305", line.line, text("这一项没有话，请在 [ ] 里写上要发给顾客的话。"))
    return Choice(
        text=said,
        target=target,
        effects=settings.effects,
        requires=settings.requires,
        note=line.note,
        span=line.span,
    )


def left_over(written: str) -> str:
    """Return what stands behind a link beside its chips."""
    return re.sub(r"`[^`\n]*`|【[^【】\n]{1,80}】", " ", written).strip(" \t，,、;；。")


def _left_over(frame: Frame, line: Line, behind: str) -> None:
    report_left_over(frame, line, left_over(behind))


def report_left_over(frame: Frame, line: Line, rest: str) -> None:
    """Report words behind a link that are no chips; effects that lack their backticks are mended."""
    if not rest:
        return
    effects = bare_effects(rest)
    if effects:
        fix = frame.mended(line.line, rest, " ".join(f"`{each}`" for each in effects), text("加上反引号"))
        frame.reading.error("D311", line.line, text("“%(words)s”要加反引号，否则不起作用。", words=rest), fix)
    else:
        problem = text("“%(words)s”写在链接后面不起作用；给学员看的说明写成下一行的“    - 点评：…”。", words=rest[:20])
        frame.reading.error("D305", line.line, problem)


def _no_link(frame: Frame, line: Line) -> None:
    reading = frame.reading
    old = reading.lines[line.line - 1]
    nested = _NESTED.match(old)
    if nested is not None and re.search(r"[\[\]]", nested[2]):
        inner = re.sub(r"(?<!\\)([\[\]])", r"\\\1", nested[2])
        fix = one_line(line.line, f"{nested[1]}[{inner}]({nested[3]}){nested[4]}", text("改写这一行"))
        reading.error("D305", line.line, text("话里的方括号前面要加反斜杠：\\[ 和 \\]。"), fix)
        return
    arrow = split_arrow(line.words)
    if arrow is not None and arrow[0]:
        reading.error(
            "D305", line.line, text("选项写成“- [要发的话](#场景)”，不用箭头。"), _linked(frame, line, *arrow)
        )
        return
    problem = text(
        "看不懂“%(words)s”。选项写成“- [要发的话](#场景)”，也可以是超时、必说、应说、禁说、得分≥N、命中禁用语、其他。",
        words=line.words[:20],
    )
    reading.error("D305", line.line, problem)


def _linked(frame: Frame, line: Line, said: str, behind: str) -> Fix | None:
    """Return the fix that makes a link of `要发的话 => 场景`; None where the scene is not known."""
    target = re.sub(r"`[^`]*`", "", behind).strip().lstrip("#").strip()
    title = frame.scenes.get(heading_id(target)) or nearest(target, list(frame.scenes.values()))
    if title is None or find_links(behind):
        return None
    chips = " ".join(f"`{written}`" for _, written in chips_of(line.line, behind))
    return one_line(line.line, f"- [{said}](#{heading_id(title)}) {chips}".rstrip(), text("改写这一行"))
