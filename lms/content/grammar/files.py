"""A link alone in its paragraph that shows a file: a document, slides, a film, a sound. Chips may follow it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lms.content.grammar.blocks import Block, BlockKind
from lms.content.grammar.chips import WATCHED, Chip, find_chips, read_chip, split_chips
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.reading import Reading
from lms.core.markup_tree import SHOWN_FILES
from lms.core.texts import text

PLAYED = (".mp4", ".m4a", ".webm")
"""What can be watched to the end, or heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """target: path in the repository. line: 1-based. label: the link's words. chips: behind the link, on its lines."""

    target: str
    line: int
    label: str
    chips: tuple[tuple[int, Chip], ...]

    @property
    def is_played(self) -> bool:
        return self.target.lower().endswith(PLAYED)


def shown_file(block: Block, path: str) -> ShownFile | None:
    """Return the file that a paragraph shows; None for any other block. path: of the document."""
    if block.kind is not BlockKind.PARAGRAPH or "](" not in block.text:
        return None
    bare, _ = split_chips(block.text)
    links = find_links(bare)
    if len(links) != 1 or bare[: links[0].start].strip() or bare[links[0].end :].strip():
        return None
    link = links[0]
    if link.is_image or link.is_external or link.anchor or not link.target.lower().endswith(SHOWN_FILES):
        return None
    target = resolve(path, link.target)
    if target is None:
        return None
    lines = block.text[link.end :].split("\n")
    before = block.text[: link.end].count("\n")
    chips = tuple(
        (block.first + before + number, chip) for number, line in enumerate(lines) for chip in find_chips(line)
    )
    return ShownFile(target=target, line=block.first, label=plain_text(link.label), chips=chips)


def stray_watched(reading: Reading, blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the lines of chips 看完N% that stand behind a paragraph which shows no file."""
    for block in blocks:
        if block.kind is BlockKind.PARAGRAPH and shown_file(block, reading.path) is None:
            _, chips = split_chips(block.text)
            if any(read_chip(chip.text, (WATCHED,)) for chip in chips):
                yield block.last


def refuse_watched(reading: Reading, blocks: Sequence[Block]) -> None:
    """Report chips behind files where nothing is completed by watching: in an article."""
    for block in blocks:
        file = shown_file(block, reading.path)
        for line, chip in file.chips if file else ():
            if read_chip(chip.text, (WATCHED,)):
                reading.error("C148", line, text("只有课时能要求看完视频，请删去“%(chip)s”。", chip=chip.text))
            else:
                reading.unknown_chip(line, chip.text, ())
