"""One file while it is read: its blocks, its words, and everything found wrong or linked on the way."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lms.content.grammar.agree import disagreements
from lms.content.grammar.amounts import read_days
from lms.content.grammar.blocks import Block, BlockKind, scan
from lms.content.grammar.chips import ID, ChipValue, Form, find_chips, is_chip_line, read_chip, suggest_chip
from lms.content.grammar.document import About, Parsed, Reference, SectionSpec, in_order
from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.front import Entry, Front, read_front
from lms.content.grammar.inline import find_links, plain_text, resolve
from lms.content.grammar.keywords import Language, Word, find_word, language_of, nearest
from lms.content.grammar.traps import one_line, open_lines, traps
from lms.core.lines import split_lines
from lms.core.markup import render, why_refused
from lms.core.markup_tree import HeadingIds, heading_id
from lms.core.texts import Text, text

S = TypeVar("S")

COMMON_WORDS = (
    Word.TYPE,
    Word.TITLE,
    Word.SUMMARY,
    Word.OWNER,
    Word.TAGS,
    Word.AUDIENCE,
    Word.REVIEW_EVERY,
)
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


class Reading:
    """Reads what all kinds have in common; a kind's parser asks for its own words, chips and sections.

    Everything that is wrong is collected, never raised: an author is told all at once.
    """

    def __init__(self, source: str, path: str, *, scenes: bool = False) -> None:
        """scenes: headings are the scenes of a drill, and are called so."""
        self._scenes = scenes
        self.source = source
        self.path = path
        self.lines = split_lines(source)
        self.findings: list[Finding] = []
        self.blocks: tuple[Block, ...] = scan(source)
        self.ids: list[tuple[str, int]] = []
        self._words: dict[Language, tuple[int, str]] = {}
        self.refusal = why_refused(source)
        front, found = read_front(source)
        self.front: Front = front
        self.findings.extend(found)
        if self.refusal is not None:
            self.error("C119", 1, self.refusal)
        else:
            self.findings.extend(traps(source, self.blocks))
            if not any(finding.code == "C129" for finding in self.findings):  # says the same, more plainly
                self.findings.extend(disagreements(source, self.blocks))
        self._entries: dict[Word, Entry] = {}
        self.language = next((language for entry in front.entries if (language := language_of(entry.key))), Language.ZH)
        self.headings = tuple(block for block in self.blocks if block.kind is BlockKind.HEADING)
        self.links = tuple(self._links())

    # what is said to the author

    def error(self, code: str, line: int, problem: Text, fix: Fix | None = None) -> None:
        self._say(code, line, problem, Severity.ERROR, fix)

    def warn(self, code: str, line: int, problem: Text, fix: Fix | None = None) -> None:
        self._say(code, line, problem, Severity.WARNING, fix)

    def _say(self, code: str, line: int, problem: Text, severity: Severity, fix: Fix | None) -> None:
        message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
        self.findings.append(Finding(code=code, line=line, message=message, severity=severity, fix=fix))

    def finish(self, spec: S) -> Parsed[S]:
        """Return what was read; the spec is left out if anything is an error."""
        self._check_languages()
        findings = in_order(self.findings)
        broken = any(finding.severity is Severity.ERROR for finding in findings)
        return Parsed(
            path=self.path,
            spec=None if broken else spec,
            findings=findings,
            links=self.links,
            headings=tuple(block.text for block in self.headings),
            ids=tuple(self.ids),
            front=self.front,
        )

    # front matter

    def allow(self, words: Sequence[Word]) -> None:
        """Take in the front matter; a key that is none of the words is an error."""
        allowed = (*COMMON_WORDS, *words)
        for entry in self.front.entries:
            word = find_word(entry.key, allowed)
            if word is None:
                self._unknown_key(entry, allowed)
            elif word in self._entries:
                before = self._entries[word]
                self.error(
                    "C104",
                    entry.line,
                    text("“%(key)s”和第 %(before)s 行是同一个属性，请删去一处。", key=entry.key, before=before.line),
                )
            else:
                self._entries[word] = entry
                self.note_word(entry.key, entry.line)

    def _unknown_key(self, entry: Entry, allowed: Sequence[Word]) -> None:
        names = [word.written(self.language) for word in allowed]
        guess = nearest(entry.key, names)
        every = "、".join(names)
        if guess is None:
            self.error("C105", entry.line, text("没有“%(key)s”这个属性。可用：%(every)s。", key=entry.key, every=every))
            return
        new = self.lines[entry.line - 1].replace(entry.key, guess, 1)
        self.error(
            "C105",
            entry.line,
            text("没有“%(key)s”这个属性，是否“%(guess)s”？可用：%(every)s。", key=entry.key, guess=guess, every=every),
            one_line(entry.line, new, text("改为“%(guess)s”", guess=guess)),
        )

    def about(self) -> About:
        """Return what every kind may say of itself."""
        return About(
            summary=self.one(Word.SUMMARY),
            owner=self.one(Word.OWNER),
            tags=self.many(Word.TAGS),
            audience=self.many(Word.AUDIENCE),
            review_days=self.amount(Word.REVIEW_EVERY, read_days, "90天"),
        )

    def entry(self, word: Word) -> Entry | None:
        """Return the entry unless it is missing or empty."""
        entry = self._entries.get(word)
        return None if entry is None or entry.is_empty else entry

    def required(self, word: Word) -> Entry | None:
        entry = self.entry(word)
        if entry is None:
            self.error("C108", 1, text("缺少属性“%(key)s”。", key=word.written(self.language)))
        return entry

    def one(self, word: Word) -> str:
        """Return a plain value, "" if there is none."""
        entry = self.entry(word)
        if entry is None:
            return ""
        if (entry.items is not None and len(entry.items) > 1) or entry.pairs is not None:
            self.error("C107", entry.line, text("“%(key)s”只写一个。", key=entry.key))
        return entry.texts[0]

    def many(self, word: Word) -> tuple[str, ...]:
        """Return a list; “售后，退货” without brackets is one too, with a word about it."""
        entry = self.entry(word)
        if entry is None:
            return ()
        if entry.items is None and re.search("[,，、]", entry.value):
            parts = tuple(part.strip() for part in re.split("[,，、]", entry.value) if part.strip())
            new = f"{entry.key}: [{', '.join(parts)}]"
            self.warn(
                "C103",
                entry.line,
                text("属性用英文冒号加空格，列表用英文逗号。"),
                one_line(entry.line, new, text("改写这一行")),
            )
            return parts
        return tuple(dict.fromkeys(entry.texts))

    def amount(self, word: Word, read: Callable[[str], S | None], sample: str) -> S | None:
        """Return a value that `read` understands; sample: how it should be written."""
        entry = self.entry(word)
        if entry is None:
            return None
        value = read(self.one(word))
        if value is None:
            self.error(
                "C107",
                entry.line,
                text("“%(key)s”看不懂，请写成“%(key)s: %(sample)s”。", key=entry.key, sample=sample),
            )
        return value

    def choices(self, word: Word, among: Sequence[Word]) -> tuple[Word, ...]:
        """Return the keywords that a value or list names; another word is an error."""
        entry = self.entry(word)
        found: list[Word] = []
        for written in self.many(word):
            choice = find_word(written, among)
            assert entry is not None
            if choice is None:
                names = [each.written(self.language) for each in among]
                guess = nearest(written, names)
                every = "、".join(names)
                fix = None
                if guess:
                    new = self.lines[entry.line - 1].replace(written, guess, 1)
                    fix = one_line(entry.line, new, text("改为“%(guess)s”", guess=guess))
                self.error(
                    "C107",
                    entry.line,
                    text(
                        "“%(key)s”不能写“%(written)s”。可用：%(every)s。", key=entry.key, written=written, every=every
                    ),
                    fix,
                )
            elif choice not in found:
                found.append(choice)
                self.note_word(written, entry.line)
        return tuple(found)

    def choice(self, word: Word, among: Sequence[Word]) -> Word | None:
        self.one(word)
        found = self.choices(word, among)
        return found[0] if found else None

    # keywords and chips

    def note_word(self, written: str, line: int) -> None:
        """Remember in which language a keyword was written: one file keeps to one."""
        language = language_of(written)
        if language is not None:
            self._words.setdefault(language, (line, written))

    def _check_languages(self) -> None:
        if len(self._words) < 2:
            return
        line, written = self._words[Language.EN if self.language is Language.ZH else Language.ZH]
        self.warn("C109", line, text("“%(word)s”和别处语言不同，一个文件只用一种语言的关键字。", word=written))

    def chips(self, chip_lines: Sequence[tuple[int, str]], forms: Sequence[Form]) -> list[tuple[int, ChipValue]]:
        """Return the chips of the lines that are among the forms; an unknown one is an error."""
        found: list[tuple[int, ChipValue]] = []
        for line, written in chip_lines:
            for chip in find_chips(written):
                value = self.chip(line, chip.text, forms)
                if value:
                    found.append((line, value))
        return found

    def chip(self, line: int, written: str, forms: Sequence[Form]) -> ChipValue | None:
        value = read_chip(written, forms)
        if value is None:
            self.unknown_chip(line, written, forms)
        elif value.form.word not in (Word.TAG, Word.ID):
            # What follows the colon is the author's own: `需完成:Onboarding` is a Chinese chip.
            self.note_word(re.split("[:：]", written)[0], line)
        return value

    def unknown_chip(self, line: int, written: str, forms: Sequence[Form]) -> None:
        every = "、".join(form.sample(self.language) for form in forms)
        guess = suggest_chip(written, forms)
        if guess is None:
            self.error("C110", line, text("不认识“%(chip)s”。可用：%(every)s。", chip=written, every=every))
            return
        old = self.lines[line - 1]
        new = old.replace(f"`{written}`", f"`{guess}`").replace(f"【{written}】", f"`{guess}`")
        fix = (
            one_line(line, new, text("改为“%(guess)s”", guess=guess))
            if new != old and read_chip(guess, forms)
            else None
        )
        self.error(
            "C110",
            line,
            text("不认识“%(chip)s”，是否“%(guess)s”？可用：%(every)s。", chip=written, guess=guess, every=every),
            fix,
        )

    def note_id(self, found: tuple[str, int] | None) -> None:
        """Remember an id and its line; the same one twice in a file is an error."""
        if found is None:
            return
        id, line = found
        before = next((other for name, other in self.ids if name == id), None)
        if before is not None:
            self.error("C162", line, text("“id:%(id)s”在第 %(before)s 行已经用过，请删去一处。", id=id, before=before))
        self.ids.append(found)

    # title, sections, links

    def title(self) -> str:
        """Return the text of the one `#` heading, or 标题 of the front matter."""
        titles = [block for block in self.headings if block.level == 1]
        for extra in titles[1:]:
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
        """Return what stands before the first heading below the title, then each heading with its blocks.

        The first one is the title's own: its blocks are the introduction.
        """
        found: list[Section] = []
        heading: Block | None = None
        own: list[Block] = []
        for block in self.blocks:
            if block.kind is BlockKind.FRONT:
                continue
            if block.kind is not BlockKind.HEADING:
                own.append(block)
                continue
            if block.level == 1 and heading is None and not found:
                heading = block
                continue
            found.append(_section(heading, own, self.lines))
            heading, own = block, []
        found.append(_section(heading, own, self.lines))
        return tuple(found)

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
        new = self.lines[line - 1].replace(f"#{anchor}", f"#{guess}", 1)
        self.error("C141", line, problem, one_line(line, new, text("改为“%(guess)s”", guess=guess)))


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


def _section(heading: Block | None, blocks: Sequence[Block], lines: Sequence[str]) -> Section:
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
