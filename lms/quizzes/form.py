"""A quiz as a form: its sections and pools with their questions, drawn from the text and written back into it. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values, whole
from lms.content.form_acts import SECTIONS, TOP, Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_rows import arranged, next_number
from lms.content.form_sections import SectionText, new_section, read_section, write_section
from lms.content.form_text import TextCard, Texts, plain
from lms.content.grammar.amounts import normal
from lms.content.grammar.blocks import scan
from lms.content.grammar.chips import ALL, DRAW, EACH, TAG, ChipValue, read_chip
from lms.content.grammar.front import file_language, read_front
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.learner import Asked
from lms.content.rules.properties import joined
from lms.content.rules.tagging import listed
from lms.core.errors import Invalid
from lms.core.points import from_fraction
from lms.core.texts import Text, text
from lms.questions.form.cards import Questions
from lms.questions.form.lines import Line, line_of
from lms.quizzes.blueprint import is_blueprint
from lms.quizzes.form_draws import DrawRow, read_rows, typed_rows, write_rows, wrong_rows
from lms.quizzes.queries.beside import banks_beside

_FORMS = (DRAW, ALL, EACH, TAG)
LEVELS = (1, 2, 3)
HEAD = Texts(name="head", level=1, below=6)  # the title and what is said to the learner before the first section
_NAMES = {1: "head", 2: "section", 3: "question"}
_HEADING = re.compile(r"^#{1,6}(?!#)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionCard:
    """The fields of a section. draw: how many are drawn, "" = all. each: points of a question. intro: Markdown.

    rows: what is drawn from banks.
    """

    title: str = ""
    draw: str = ""
    each: str = ""
    tags: str = ""
    intro: str = ""
    rows: tuple[DrawRow, ...] = ()

    @property
    def banked(self) -> int:
        """How many questions come from banks."""
        return sum(whole(row.count) or 0 for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    path: str
    language: Language
    name: str = "section"
    level: int = 2
    first: str = "card-title"

    def read(self, written: str) -> SectionCard | None:
        found = read_section(written)
        values = [read_chip(chip, _FORMS) for chip in found.chips]
        draws = read_rows(found.body, self.path, self.language)
        if None in values or draws is None:
            return None
        card = _card(found, [value for value in values if value], self.language)
        return replace(card, intro=draws.intro, rows=draws.rows)

    def typed(self, values: Values) -> SectionCard:
        return SectionCard(
            title=" ".join(values.get("card-title").split()),
            draw=normal(values.get("card-draw")).strip() if values.get("card-drawn", "draw") == "draw" else "",
            each=" ".join(values.get("card-each").split()),
            tags=" ".join(values.get("card-tags").split()),
            intro=plain(values.get("card-intro")),
            rows=typed_rows(values),
        )

    def retyped(self, card: SectionCard, verb: str, arg: str, values: Values) -> SectionCard:
        if verb == "row-add":
            return replace(card, rows=(*card.rows, DrawRow(number=next_number(card.rows))))
        return replace(card, rows=arranged(card.rows, verb, arg))

    def blank(self, what: str) -> SectionCard:
        return SectionCard()

    def is_blank(self, card: SectionCard) -> bool:
        return card == SectionCard()

    def written(self, written: str, card: SectionCard) -> str:
        _refuse(card)
        old = self.read(written)
        found = read_section(written)
        chips: Sequence[str] = found.chips
        if old is None or replace(old, title="", intro="", rows=()) != replace(card, title="", intro="", rows=()):
            chips = self._chips(card, says_all=any(read_chip(chip, (ALL, DRAW)) for chip in found.chips))
        body = write_rows(found.body, card.intro, card.rows, self.path, self.language)
        return write_section(written, title=card.title, chips=chips, body=body)

    def new(self, card: SectionCard) -> str:
        _refuse(card)
        body = write_rows("", card.intro, card.rows, self.path, self.language)
        return new_section(card.title, self._chips(card, says_all=not card.rows), body)

    def look(self, card: SectionCard, number: int) -> tuple[Asked | None, Mapping[str, Text]]:
        return None, _errors(card)

    def _chips(self, card: SectionCard, *, says_all: bool) -> list[str]:
        chips = [DRAW.written(self.language, n=int(card.draw))] if card.draw else []
        if not card.draw and says_all:
            chips = [ALL.written(self.language)]
        if card.each:
            chips.append(EACH.written(self.language, x=normal(card.each)))
        return chips + [TAG.written(self.language, text=tag) for tag in listed(card.tags)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionForm:
    """One list of questions. level: 1 for what stands under the title, before the first section.

    card: a SectionCard, of the title a TextCard; None where only the source can mend it.
    """

    ref: str
    index: int
    level: int
    title: str
    card: SectionCard | TextCard | None
    line: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizForm:
    """is_bank: nobody sits it, so nothing says how many are drawn."""

    sections: tuple[SectionForm, ...]
    is_bank: bool = False

    @property
    def lists(self) -> tuple[tuple[str, str], ...]:
        """Return the lists that a question may be moved to: ref and name."""
        return tuple((each.ref, each.title) for each in self.sections if each.level == 2 or each.lines)


def view(source: str, path: str, targets: TargetsOf) -> QuizForm:
    """Return the quiz as the form shows it, as far as it can be read."""
    language = file_language(source)
    board = outline(source, LEVELS)
    sections: list[SectionForm] = []
    number = 0
    for above, places in form_acts.lists_of(board, 3):
        lines = []
        for place in places:
            number += 1
            lines.append(line_of(board, place, number, path, language))
        if above < 0:
            sections.append(SectionForm(ref=TOP, index=-1, level=1, title="", card=None, line=1, lines=tuple(lines)))
            continue
        piece = board.pieces[above]
        kind = HEAD if piece.level == 1 else Sections(path=path, language=language)
        sections.append(
            SectionForm(
                ref=board.ref(above),
                index=above,
                level=piece.level,
                title=plain_text(piece.title),
                card=kind.read(piece.text),
                line=piece.heading,
                lines=tuple(lines),
            )
        )
    return QuizForm(sections=tuple(sections), is_bank=_is_bank(source))


def _is_bank(source: str) -> bool:
    front, _ = read_front(source)
    said = next((entry for entry in front.entries if find_word(entry.key, (Word.USE,))), None)
    return said is not None and bool(said.texts) and find_word(said.texts[0], (Word.BANK,)) is not None


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form."""
    return form_acts.apply(partial(_board, path), source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(partial(_board, path), source, values)


def _board(path: str, source: str) -> Board:
    language = file_language(source)
    types: dict[str, CardType] = {
        "head": HEAD,
        "question": Questions(path=path, language=language),
        "section": Sections(path=path, language=language),
    }
    return Board(
        outline=outline(source, LEVELS),
        types=types,
        type_at=lambda found, index: types[_NAMES[found.pieces[index].level]],
        place_of=_place_of,
    )


def _place_of(found: Outline, type: CardType, where: str) -> int:
    if type.level == 2 or where in (SECTIONS, TOP):
        return len(found.pieces)
    return found.owned(found.find(where)).stop


def _card(found: SectionText, values: Sequence[ChipValue], language: Language) -> SectionCard:
    draw = next((value.values["n"] for value in values if value.form is DRAW), "")
    each = next((value.values["x"] for value in values if value.form is EACH), "")
    tags = tuple(value.values["text"].strip() for value in values if value.form is TAG)
    return SectionCard(title=found.title, draw=draw, each=each, tags=joined(tags, language), intro=found.body)


def _refuse(card: SectionCard) -> None:
    errors = _errors(card)
    if errors:
        raise Invalid(text("这一节还没写好，请看标出的地方。"), fields=errors)


def _errors(card: SectionCard) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if not card.title:
        errors["card-title"] = text("请写上小节的名称。")
    if card.draw and not 0 < (whole(card.draw) or 0) < 1000:
        errors["card-draw"] = text("请写要抽几题，至少 1 题。")
    if card.each and not _is_points(card.each):
        errors["card-each"] = text("分值写成数字，例如 2 或 0.5，精确到 0.05。")
    if _HEADING.search(card.intro):
        errors["card-intro"] = text("说明里不能有 # 开头的标题。")
    elif any(is_blueprint(block) for block in scan(card.intro)):
        errors["card-intro"] = text("从题库抽题写在下面的表里，不写在说明里。")
    return {**errors, **wrong_rows(card.rows)}


def _is_points(written: str) -> bool:
    try:
        from_fraction(normal(written))
    except (ValueError, ZeroDivisionError):
        return False
    return "/" not in written


FORM = FormEditor(template="lms/quizzes/_form.html", view=view, apply=apply, typed=typed, beside=banks_beside)
