"""An article as a form: its sections as cards of Markdown, with the days on which they hold as fields. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from lms.content import form_acts
from lms.content.form import Applied, FormEditor, TargetsOf, Values
from lms.content.form_acts import Board, CardType, Open
from lms.content.form_blocks import Outline, outline
from lms.content.form_text import Settings, TextLine, Texts, text_line, tools_of
from lms.content.grammar.amounts import read_day_span
from lms.content.grammar.chips import DAY_KINDS, ID, VALID, read_chip
from lms.content.grammar.front import file_language
from lms.content.grammar.keywords import Language, Word
from lms.core.texts import Text, text

LEVELS = (1, 2)
HEAD = Texts(name="head", level=1, below=2)
_BY = {form.word.en: form for form in DAY_KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleForm:
    """tools: what can be put into a body."""

    parts: tuple[TextLine, ...]
    tools: tuple[tuple[Text, str], ...]


def view(source: str, path: str, targets: TargetsOf) -> ArticleForm:
    """Return the article as the form shows it, as far as it can be read."""
    language = file_language(source)
    found = outline(source, LEVELS)
    kinds = {1: HEAD, 2: _sections(language)}
    parts = tuple(text_line(found, index, kinds[piece.level]) for index, piece in enumerate(found.pieces))
    return ArticleForm(parts=parts, tools=tools_of(Word.ARTICLE, source))


def apply(source: str, path: str, do: str, values: Values) -> Applied:
    """Do one act of the form."""
    return form_acts.apply(_board, source, do, values)


def typed(source: str, path: str, values: Values) -> Open | None:
    return form_acts.refused(_board, source, values)


def _board(source: str) -> Board:
    section = _sections(file_language(source))
    types: dict[str, CardType] = {"head": HEAD, "section": section}
    return Board(
        outline=outline(source, LEVELS),
        types=types,
        type_at=lambda found, index: types["head" if found.pieces[index].level == 1 else "section"],
        place_of=_place_of,
    )


def _place_of(found: Outline, type: CardType, where: str) -> int:
    return len(found.pieces)


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
