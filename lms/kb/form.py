"""An article as a form: its sections as cards of Markdown, with their days as fields; its self-checks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.content.form_acts import SECTIONS, Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_text import Settings, TextLine, Texts, text_line, tools_of
from lms.content.grammar.amounts import read_day_span
from lms.content.grammar.chips import DAY_KINDS, ID, VALID, read_chip
from lms.content.grammar.front import file_language
from lms.content.grammar.keywords import Language, Word
from lms.core.texts import Text, text
from lms.questions.form.cards import Questions
from lms.questions.form.checks import Checks, checks_of
from lms.questions.parse.self_checks import is_self_check

LEVELS = (1, 2, 3)
HEAD = Texts(name="head", level=1, below=2)
_BY = {form.word.en: form for form in DAY_KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleForm:
    """parts: the sections in order, among them the self-checks. tools: what can be put into a body."""

    parts: tuple[TextLine | Checks, ...]
    tools: tuple[tuple[Text, str], ...]

    @property
    def has_checks(self) -> bool:
        return any(isinstance(part, Checks) for part in self.parts)

    @property
    def lists(self) -> tuple[tuple[str, str], ...]:
        return tuple((part.ref, part.title) for part in self.parts if isinstance(part, Checks))


def view(source: str, path: str, targets: TargetsOf) -> ArticleForm:
    """Return the article as the form shows it, as far as it can be read."""
    language = file_language(source)
    found = outline(source, LEVELS, is_self_check)
    kinds = {1: HEAD, 2: _sections(language)}
    parts: list[TextLine | Checks] = []
    number = 0
    for index, piece in enumerate(found.pieces):
        if piece.level == 3:
            continue
        if piece.level == 1 or not is_self_check(piece.title):
            parts.append(text_line(found, index, kinds[piece.level]))
            continue
        checks = checks_of(found, index, number, path, language)
        number += len(checks.lines)
        parts.append(checks)
    return ArticleForm(parts=tuple(parts), tools=tools_of(Word.ARTICLE, source))


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form; `check` adds the heading for self-checks."""
    make = partial(_board, path)
    if do == "check":
        found = make(source).outline
        written = f"## {Word.SELF_CHECK.written(file_language(source))}"
        source = found.inserted(len(found.pieces), [written], 2).source
        return Applied(source=source, focus="add-question", open=form_acts.refused(make, source, values))
    return form_acts.apply(make, source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(partial(_board, path), source, values)


def _board(path: str, source: str) -> Board:
    language = file_language(source)
    section = _sections(language)
    question = Questions(path=path, language=language, counted=False)

    def type_at(found: Outline, index: int) -> CardType | None:
        piece = found.pieces[index]
        if piece.level == 1:
            return HEAD
        if piece.level == 3:
            return question
        return None if is_self_check(piece.title) else section

    types: dict[str, CardType] = {"head": HEAD, "section": section, "question": question}
    return Board(outline=outline(source, LEVELS, is_self_check), types=types, type_at=type_at, place_of=_place_of)


def _place_of(found: Outline, type: CardType, where: str) -> int:
    if where != SECTIONS:
        return found.owned(found.find(where)).stop
    checks = [index for index, piece in enumerate(found.pieces) if piece.level == 2 and is_self_check(piece.title)]
    return checks[-1] if checks else len(found.pieces)  # what is to be checked stands before its check


def _sections(language: Language) -> Texts:
    return Texts(
        settings=Settings(
            names=("first", "last", "by"), read=_read, written=partial(_written, language), errors=_errors
        )
    )


def _read(chips: Sequence[str]) -> Mapping[str, str] | None:
    values = [read_chip(chip, (VALID, ID, *DAY_KINDS)) for chip in chips]
    spans = [value for value in values if value and value.form is VALID]
    kinds = [value.form for value in values if value and value.form in DAY_KINDS]
    if None in values or len(spans) > 1 or len(kinds) != len(spans):
        return None
    if not spans:
        return {"first": "", "last": "", "by": ""}
    days = read_day_span(spans[0].values["text"])
    if days is None:
        return None
    first, last = (each.isoformat() if each else "" for each in days)
    return {"first": first, "last": last, "by": kinds[0].word.en}


def _written(language: Language, extra: Mapping[str, str], chips: Sequence[str]) -> Sequence[str]:
    kept = [chip for chip in chips if read_chip(chip, (VALID, *DAY_KINDS)) is None]
    if not (extra.get("first") or extra.get("last")):
        return kept
    span = VALID.written(language, text=f"{extra['first']}..{extra['last']}")
    return [span, _BY[extra["by"]].written(language), *kept]


def _errors(extra: Mapping[str, str]) -> Mapping[str, Text]:
    errors: dict[str, Text] = {}
    days = {}
    for name in ("first", "last"):
        if extra.get(name):
            try:
                days[name] = date.fromisoformat(extra[name])
            except ValueError:
                errors[name] = text("请写成 2026-11-01 这样的日期。")
    if len(days) == 2 and days["first"] > days["last"]:
        errors["last"] = text("结束日期早于开始日期。")
    if (extra.get("first") or extra.get("last")) and extra.get("by") not in _BY:
        errors["by"] = text("写了生效日期，还要选按哪一天算。")
    if extra.get("by") and not (extra.get("first") or extra.get("last")):
        errors["first"] = text("选了按哪一天算，还要写生效的日期。")
    return errors


FORM = FormEditor(template="lms/kb/_form.html", view=view, apply=apply, typed=typed)
