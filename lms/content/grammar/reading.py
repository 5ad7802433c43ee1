"""One file while it is read: its blocks, its sections, its links, and everything found wrong on the way."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from lms.content.grammar.agree import disagreements
from lms.content.grammar.blocks import Block, BlockKind, scan
from lms.content.grammar.chips import ID, ChipValue, is_chip_line
from lms.content.grammar.document import Parsed, Reference, SectionSpec, in_order
from lms.content.grammar.findings import Severity
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.keywords import Word, nearest
from lms.content.grammar.notes import MAX_FINDINGS
from lms.content.grammar.properties import Properties
from lms.content.grammar.traps import one_line, open_lines, traps
from lms.core.lines import split_lines
from lms.core.markup import render, why_refused
from lms.core.markup_tree import HeadingIds, heading_id
from lms.core.texts import text

S = TypeVar("S")

_LAYOUT = re.compile(r"^[ \t]*(?:[-*+>]|\d+\.|#{1,6})[ \t]+(?:\[[ xX]\][ \t]+)?|^[ \t]*\|?[ |:-]+\|?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its own blocks, up to the next heading of any level. heading is None before the first."""

    heading: Block | None
    blocks: tuple[Block, ...]
    chips: tuple[tuple[int, str], ...]  # line and text of each line of chips right under the heading
    first: int
    last: int

    @property
    def title(self) -> str:
        return self.heading.text if self.heading else ""

    @property
    def level(self) -> int:
        return self.heading.level if self.heading else 0


class Reading(Properties):
    """Reads what all kinds have in common; a kind's parser asks for its own words, chips and sections."""

    def __init__(self, source: str, path: str, *, scenes: bool = False) -> None:
        """path: in the repository, for relative links. scenes: headings are scenes of a drill, and called so."""
        super().__init__(source)
        self._scenes = scenes
        self.source = source
        self.path = path
        self.refusal = why_refused(source)
        self.blocks: tuple[Block, ...] = () if self.refusal else scan(source)
        if self.refusal is not None:
            self.error("C119", 1, self.refusal)
        else:
            self.findings.extend(islice(traps(source, self.blocks), MAX_FINDINGS))
            if not any(finding.code == "C129" for finding in self.findings):  # says the same, more plainly
                self.findings.extend(disagreements(source, self.blocks))
        self.headings = tuple(block for block in self.blocks if block.kind is BlockKind.HEADING)
        self.links = tuple(self._links())

    def finish(self, spec: S) -> Parsed[S]:
        """Return what was read; the spec is left out if anything is an error."""
        self.check_languages()
        findings = in_order(self.findings)
        if self.refusal is not None:  # nothing was read, so nothing else that is missing is worth a word
            findings = tuple(finding for finding in findings if finding.code == "C119")
        broken = any(finding.severity is Severity.ERROR for finding in findings)
        return Parsed(
            path=self.path,
            spec=None if broken else spec,
            findings=findings,
            links=self.links,
            headings=tuple(plain_text(block.text) for block in self.headings),
            ids=tuple(self.ids),
            front=self.front,
        )

    def title(self) -> str:
        """Return the text of the one `#` heading, or 标题 of the front matter."""
        titles = [block for block in self.headings if block.level == 1]
        tags = {finding.line for finding in self.findings if finding.code == "C122"}
        for extra in titles[1:]:
            if extra.first in tags:
                continue
            new = "#" + self.lines[extra.first - 1]
            self.error(
                "C112",
                extra.first,
                text("一级标题只能有一个，是文件的标题；这里请用 ##。"),
                one_line(extra.first, new, text("改为 ##")),
            )
        written = plain_text(titles[0].text) if titles else self.one(Word.TITLE)
        if not written:
            self.error("C111", titles[0].first if titles else 1, text("缺少标题，请在属性后面写一行“# 标题”。"))
        return written

    def sections(self) -> tuple[Section, ...]:
        return sections_of(self.blocks)

    def compiled(
        self,
        section: Section,
        ids: HeadingIds,
        chips: Sequence[tuple[int, ChipValue]] = (),
        blocks: Sequence[Block] | None = None,
    ) -> SectionSpec:
        """Return a section with its HTML and words. blocks: what is shown, where it is not all of it."""
        own = section_id(chips)
        body = self.body(section.blocks if blocks is None else blocks)
        return SectionSpec(
            id=own[0] if own else None,
            title=plain_text(section.title),
            anchor=ids.id_of(plain_text(section.title)),
            level=section.level or 1,
            first=section.first,
            last=section.last,
            source=body,
            html=self.html(body),
            text=words_of(body),
        )

    def body(self, blocks: Sequence[Block]) -> str:
        """Return the blocks as written, with the empty lines between them."""
        pieces: list[str] = []
        for block in blocks:
            if block.kind is not BlockKind.COMMENT:
                pieces.append("\n".join(self.lines[block.first - 1 : block.last]))
        return "\n\n".join(pieces)

    def html(self, markdown: str) -> str:
        if self.refusal is not None or not markdown.strip():
            return ""
        return str(render(markdown, link=self.link))

    def link(self, target: str) -> str | None:
        """Return a relative target as a path of the repository with its anchor: what `render` keeps."""
        path, hash_sign, anchor = target.partition("#")
        resolved = resolve(self.path, path)
        return None if resolved is None else f"{resolved}{hash_sign}{heading_id(anchor)}"

    def _links(self) -> list[Reference]:
        starts = [block.first for block in self.headings]
        names = [plain_text(block.text) if block.level > 1 else "" for block in self.headings]
        found = []
        if self.refusal is not None:
            return []
        own = {heading_id(plain_text(block.text)) for block in self.headings}
        for number, line in open_lines(self.source):
            for link in find_links(line):
                if link.is_external:
                    continue
                target = resolve(self.path, link.target)
                if target is None:
                    self.error("C142", number, text("链接“%(target)s”指到了内容目录之外。", target=link.target))
                    continue
                place = bisect_right(starts, number) - 1
                found.append(
                    Reference(
                        target=target,
                        anchor=link.anchor,
                        line=number,
                        section=names[place] if place >= 0 else "",
                        label=plain_text(link.label),
                        is_image=link.is_image,
                    )
                )
                if not link.target and heading_id(link.anchor) not in own:
                    self._missing_own_heading(number, link.anchor)
        return found

    def _missing_own_heading(self, line: int, anchor: str) -> None:
        if len(self.findings) >= MAX_FINDINGS:
            return
        guess = nearest(anchor, [plain_text(block.text) for block in self.headings if block.level > 1])
        if guess is None:
            missing = (
                text("没有“%(name)s”这个场景。", name=anchor)
                if self._scenes
                else text("没有“%(name)s”这一节。", name=anchor)
            )
            self.error("C141", line, missing)
            return
        problem = (
            text("没有“%(name)s”这个场景，是否“%(guess)s”？", name=anchor, guess=guess)
            if self._scenes
            else text("没有“%(name)s”这一节，是否“%(guess)s”？", name=anchor, guess=guess)
        )
        named = heading_id(guess) if " " in guess else guess
        new = self.lines[line - 1].replace(f"#{anchor}", f"#{named}", 1)
        self.error("C141", line, problem, one_line(line, new, text("改为“%(guess)s”", guess=guess)))


def sections_of(blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Return what stands before the first heading below the title, then each heading with its blocks.

    The first one is the title's own: its blocks are the introduction.
    """
    found: list[Section] = []
    heading: Block | None = None
    own: list[Block] = []
    for block in blocks:
        if block.kind is BlockKind.FRONT:
            continue
        if block.kind is not BlockKind.HEADING:
            own.append(block)
            continue
        if block.level == 1 and heading is None and not found:
            heading = block
            continue
        found.append(_section(heading, own))
        heading, own = block, []
    found.append(_section(heading, own))
    return tuple(found)


def section_id(values: Sequence[tuple[int, ChipValue]]) -> tuple[str, int] | None:
    """Return the `id:` among chips and its line."""
    return next(((value.values["id"], line) for line, value in values if value.form is ID), None)


def words_of(markdown: str) -> str:
    """Return the words alone, one line each, for search."""
    kept = []
    for line in split_lines(markdown):
        if not line.startswith(("```", "~~~")):
            bare = plain_text(_LAYOUT.sub("", line)).replace("|", " ")
            if bare.strip():
                kept.append(" ".join(bare.split()))
    return "\n".join(kept)


def _section(heading: Block | None, blocks: Sequence[Block]) -> Section:
    chips: list[tuple[int, str]] = []
    rest = list(blocks)
    if heading is not None and rest and rest[0].kind is BlockKind.PARAGRAPH:
        first = rest.pop(0)
        written = first.text.split("\n")
        while len(chips) < len(written) and is_chip_line(written[len(chips)]):
            chips.append((first.first + len(chips), written[len(chips)]))
        if len(chips) < len(written):
            below = "\n".join(written[len(chips) :])
            rest.insert(0, Block(kind=first.kind, first=first.first + len(chips), last=first.last, text=below))
    start = heading.first if heading else (rest[0].first if rest else 1)
    last = max([start, *(block.last for block in blocks)])
    return Section(heading=heading, blocks=tuple(rest), chips=tuple(chips), first=start, last=last)
