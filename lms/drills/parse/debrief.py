"""What is shown beside the scenes: the introduction, and the debrief with its own questions of the self-rating."""

from collections.abc import Sequence

from lms.content.grammar.blocks import Block, BlockKind
from lms.content.grammar.chips import ID
from lms.content.grammar.inline import plain_text, read_label
from lms.content.grammar.keywords import Word
from lms.content.grammar.reading import Section, section_id
from lms.core.lines import split_lines
from lms.core.texts import text
from lms.drills.parse.frame import Frame
from lms.drills.spec import Debrief
from lms.questions.parse.question import report_stray_chips, written_block
from lms.questions.rich import rich
from lms.questions.spec import Rich, Span


def read_intro(frame: Frame, section: Section) -> Rich | None:
    """Return what stands between the title and the first scene."""
    shown = [block for block in section.blocks if block.kind is not BlockKind.COMMENT]
    source = "\n\n".join(written_block(frame.reading, block) for block in shown)
    for block in shown:
        if block.kind is BlockKind.PARAGRAPH:
            report_stray_chips(frame.reading, block)
    return rich(source, frame.reading.link) if source.strip() else None


def read_debrief(frame: Frame, sections: Sequence[Section]) -> Debrief:
    """Return what stands under 复盘, its smaller headings too. sections: at least one."""
    reading = frame.reading
    chips = reading.chips(sections[0].chips, (ID,))
    own = section_id(chips)
    reading.note_id(own)
    asks: list[str] = []
    dropped: set[int] = set(range(sections[0].first, sections[0].first + 1 + len(sections[0].chips)))
    for block in (block for section in sections for block in section.blocks):
        if block.kind is BlockKind.COMMENT:
            dropped.update(range(block.first, block.last + 1))
        _take_asks(frame, block, asks, dropped)
    kept = [
        reading.lines[number - 1] for number in range(sections[0].first, sections[-1].last + 1) if number not in dropped
    ]
    source = "\n".join(kept).strip("\n")
    return Debrief(
        key=own[0] if own else "",
        title=plain_text(sections[0].title),
        body=rich(source, reading.link),
        asks=tuple(asks),
        span=Span(first=sections[0].first, last=sections[-1].last),
    )


def _take_asks(frame: Frame, block: Block, asks: list[str], dropped: set[int]) -> None:
    for item in block.items:
        label = read_label(item.text, (Word.SELF_RATING,))
        if label is None:
            continue
        dropped.update(range(item.first, item.last + 1))
        frame.reading.note_word(split_lines(item.text)[0][:2] if not item.text.isascii() else "self-rating", item.first)
        asked = plain_text(" ".join(label[2].split()))
        if item.kids:
            frame.reading.error("D318", item.first, text("自评的题只写一行，下面不再分条。"))
        if not asked:
            frame.reading.error("D318", item.first, text("自评后面写上问题，例如“自评：我说的时间算过没有？”。"))
        elif asked in asks:
            frame.reading.error("D318", item.first, text("这个自评的题写了两次，请删去一个。"))
        else:
            asks.append(asked)
