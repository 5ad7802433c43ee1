"""A heading with the Markdown under it as a card: the title of a document with its introduction, a section. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.content.form import Values
from lms.content.form_blocks import Outline
from lms.content.form_sections import new_section, read_section, write_section
from lms.content.grammar.blocks import BlockKind, scan
from lms.content.grammar.front import file_language
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Word
from lms.content.learner import Asked
from lms.content.rules.insertions import INSERTIONS
from lms.core.errors import Invalid
from lms.core.lines import split_lines
from lms.core.texts import Text, text

_TOOLS = {"话术", "内部", "表格"}  # blocks that stand inside a section
EXCERPT = 60  # characters of a section that stand in its line


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCard:
    """extra: what the chips say, by the name of the field."""

    title: str = ""
    body: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the chips of a section are as fields.

    names: of the fields. read: the chips as fields, None where one of them is not understood. written: the chips for
    these fields, given the old ones. errors: what is wrong, by field.
    """

    names: tuple[str, ...] = ()
    read: Callable[[Sequence[str]], Mapping[str, str] | None] = lambda chips: None if chips else {}
    written: Callable[[Mapping[str, str], Sequence[str]], Sequence[str]] = lambda extra, chips: chips
    errors: Callable[[Mapping[str, str]], Mapping[str, Text]] = lambda extra: {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """level: of the headings. below: headings up to this level may not stand in the body."""

    name: str = "section"
    level: int = 2
    below: int = 2
    first: str = "card-title"
    settings: Settings = Settings()

    def read(self, written: str) -> TextCard | None:
        found = read_section(written)
        extra = self.settings.read(found.chips)
        return None if extra is None else TextCard(title=found.title, body=found.body, extra=extra)

    def typed(self, values: Values) -> TextCard:
        return TextCard(
            title=" ".join(values.get("card-title").split()),
            body=plain(values.get("card-body")),
            extra={name: " ".join(values.get(f"card-{name}").split()) for name in self.settings.names},
        )

    def retyped(self, card: TextCard, verb: str, arg: str, values: Values) -> TextCard:
        return card

    def blank(self, what: str) -> TextCard:
        return TextCard(extra=dict.fromkeys(self.settings.names, ""))

    def is_blank(self, card: TextCard) -> bool:
        return not card.title and not card.body

    def written(self, written: str, card: TextCard) -> str:
        old = self.read(written)
        if old == card:
            return written
        self._refuse(card)
        chips: Sequence[str] = read_section(written).chips
        if old is None or dict(old.extra) != dict(card.extra):
            chips = self.settings.written(card.extra, chips)
        return write_section(written, title=card.title, chips=chips, body=card.body)

    def new(self, card: TextCard) -> str:
        self._refuse(card)
        return new_section(card.title, self.settings.written(card.extra, ()), card.body, self.level)

    def look(self, card: TextCard, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        return None, self._errors(card)

    def _refuse(self, card: TextCard) -> None:
        errors = self._errors(card)
        if errors:
            raise Invalid(text("这一节还没写好，请看标出的地方。"), fields=errors)

    def _errors(self, card: TextCard) -> dict[str, Text]:
        errors = {f"card-{name}": why for name, why in self.settings.errors(card.extra).items()}
        if not card.title:
            errors["card-title"] = text("请写上标题。")
        if any(block.kind is BlockKind.HEADING and block.level <= self.below for block in scan(card.body)):
            errors["card-body"] = text("正文里不能再有这一级的标题；小标题写 ###，要另起一节请用“加一节”。")
        return errors


def plain(written: str) -> str:
    """Return a text as a field of several lines gives it back: "\\n" between lines, no empty ones around."""
    lines = ["" if not line.strip() else line for line in split_lines(written)]
    return "\n".join(lines).strip("\n")


def excerpt(body: str) -> str:
    """Return the first words of a section, without the signs of Markdown."""
    words = next((line for line in body.split("\n") if line.strip() and not line.startswith("<!--")), "")
    return plain_text(words.strip("#>-| "))[:EXCERPT]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A section as one line of the form. card: None where only the source can mend it. line: of its heading."""

    ref: str
    index: int
    level: int
    title: str
    line: int
    card: TextCard | None

    @property
    def excerpt(self) -> str:
        return excerpt(self.card.body) if self.card else ""


def text_line(found: Outline, index: int, kind: Texts) -> TextLine:
    """Return the line of the section at a place."""
    piece = found.pieces[index]
    return TextLine(
        ref=found.ref(index),
        index=index,
        level=piece.level,
        title=plain_text(piece.title),
        line=piece.heading,
        card=kind.read(piece.text),
    )


def tools_of(kind: Word, source: str) -> tuple[tuple[Text, str], ...]:
    """Return what the buttons above a body put into it: label and Markdown."""
    language = file_language(source)
    return tuple((each.label, each.written(language)) for each in INSERTIONS[kind] if each.label.id in _TOOLS)
