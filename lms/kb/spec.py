"""A knowledge article as its owner wrote it: reading it from Markdown, writing it back."""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from lms.content.grammar.amounts import read_day_span, read_days
from lms.content.grammar.chips import DAY_KINDS, ID, VALID, ChipValue, Form
from lms.content.grammar.document import About, Parsed, SectionSpec
from lms.content.grammar.files import refuse_watched
from lms.content.grammar.keywords import Language, Word
from lms.content.grammar.reading import Reading, Section, section_id
from lms.content.grammar.writing import FrontWriter, write_document, write_heading, write_section
from lms.core.markup_tree import HeadingIds
from lms.core.texts import text
from lms.questions.parse.self_checks import take_self_checks
from lms.questions.spec import Question

_SECTION_FORMS = (VALID, *DAY_KINDS, ID)
_WORDS = (Word.ALIASES, Word.APPLIES_TO, Word.BASIS, Word.MUST_READ, Word.MUST_READ_WITHIN)


class Basis(StrEnum):
    LAW = "law"  # 法律
    PLATFORM = "platform"  # 平台规则
    COMPANY = "company"  # 公司规定


class DateKind(StrEnum):
    """By which day of an order a dated rule is judged."""

    ORDER = "order"  # 按下单日
    PAYMENT = "payment"  # 按付款日
    RECEIPT = "receipt"  # 按签收日
    REQUEST = "request"  # 按申请日


_BASIS = {
    Word.LAW: Basis.LAW,
    Word.PLATFORM_RULE: Basis.PLATFORM,
    Word.COMPANY_RULE: Basis.COMPANY,
}
_DATE_KIND = {
    Word.BY_ORDER_DAY: DateKind.ORDER,
    Word.BY_PAYMENT_DAY: DateKind.PAYMENT,
    Word.BY_RECEIPT_DAY: DateKind.RECEIPT,
    Word.BY_REQUEST_DAY: DateKind.REQUEST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The days, both included, on which a section holds; None = open at that end."""

    first: date | None
    last: date | None
    judged_by: DateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSection(SectionSpec):
    validity: Validity | None = None

    @property
    def terms(self) -> str:
        return " ".join(validity_chips(self.validity))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSpec:
    """shops: shops and platforms it applies to, none = all. must_read: roles, positions, teams or shops as written.

    must_read_within: rostered days to read it in, at least 1; None = the usual ones. intro: what stands between the
    title and the first heading below it; its title is the article's. self_checks: questions that whoever confirms the
    article answers first, no part of what is read; check_source: their Markdown as written.
    """

    title: str
    about: About
    aliases: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    basis: Basis | None = None
    must_read: tuple[str, ...] = ()
    must_read_within: int | None = None
    intro: ArticleSection
    sections: tuple[ArticleSection, ...] = ()
    self_checks: tuple[Question, ...] = ()
    check_source: str = ""


def parse(source: str, path: str) -> Parsed[ArticleSpec]:
    """Read an article. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow(_WORDS)
    ids = HeadingIds()
    checks = take_self_checks(reading)
    sections = [_section(reading, section, ids) for section in checks.sections]
    basis = reading.choice(Word.BASIS, tuple(_BASIS))
    spec = ArticleSpec(
        title=reading.title(),
        about=reading.about(),
        aliases=reading.many(Word.ALIASES),
        shops=reading.many(Word.APPLIES_TO),
        basis=None if basis is None else _BASIS[basis],
        must_read=reading.many(Word.MUST_READ),
        must_read_within=reading.amount(Word.MUST_READ_WITHIN, read_days, "3天"),
        intro=sections[0],
        sections=tuple(sections[1:]),
        self_checks=checks.questions,
        check_source=checks.source,
    )
    return reading.finish(spec)


def write(spec: ArticleSpec, language: Language = Language.ZH) -> str:
    """Return the article in canonical form."""
    front = FrontWriter(Word.ARTICLE, language)
    front.about(spec.about)
    front.many(Word.ALIASES, spec.aliases)
    front.many(Word.APPLIES_TO, spec.shops)
    front.word(Word.BASIS, next((word for word, basis in _BASIS.items() if basis is spec.basis), None))
    front.many(Word.MUST_READ, spec.must_read)
    front.days(Word.MUST_READ_WITHIN, spec.must_read_within)
    parts = [
        write_section(each, language, validity_chips(each.validity, language)) for each in (spec.intro, *spec.sections)
    ]
    if spec.check_source:
        parts += [write_heading(Word.SELF_CHECK.written(language), 2), spec.check_source]
    return write_document(front.written(), parts)


def validity_chips(validity: Validity | None, language: Language = Language.ZH) -> list[str]:
    """Return the two chips that say when a section holds and by which day that is judged."""
    if validity is None:
        return []
    first = validity.first.isoformat() if validity.first else ""
    last = validity.last.isoformat() if validity.last else ""
    word = next(word for word, kind in _DATE_KIND.items() if kind is validity.judged_by)
    return [VALID.written(language, text=f"{first}..{last}"), word.written(language)]


def _section(reading: Reading, section: Section, ids: HeadingIds) -> ArticleSection:
    chips = reading.chips(section.chips, _SECTION_FORMS)
    refuse_watched(reading, section.blocks)
    reading.note_id(section_id(chips))
    plain = reading.compiled(section, ids, chips)
    values = {field.name: getattr(plain, field.name) for field in fields(plain)}
    return ArticleSection(**values, validity=_validity(reading, chips))


def _validity(reading: Reading, chips: list[tuple[int, ChipValue]]) -> Validity | None:
    spans = [(line, value) for line, value in chips if value.form is VALID]
    kinds = [(line, value.form) for line, value in chips if value.form in DAY_KINDS]
    if not spans:
        if kinds:
            reading.error(
                "C146", kinds[0][0], text("写了按哪一天算，还要写生效的日期，如“生效:2026-11-01..2026-11-20”。")
            )
        return None
    line, written = spans[0]
    span = read_day_span(written.values["text"])
    if span is None:
        reading.error("C147", line, text("“%(chip)s”看不懂，请写成“生效:2026-11-01..2026-11-20”。", chip=written.chip))
    elif span[0] and span[1] and span[0] > span[1]:
        reading.error("C147", line, text("“%(chip)s”的开始日期比结束日期晚。", chip=written.chip))
    if len(kinds) != 1:
        _ask_for_kind(reading, line, kinds)
        return None
    if span is None or len(spans) > 1:
        if len(spans) > 1:
            reading.error("C147", spans[1][0], text("一节只能写一个生效日期。"))
        return None
    return Validity(first=span[0], last=span[1], judged_by=_DATE_KIND[kinds[0][1].word])


def _ask_for_kind(reading: Reading, line: int, kinds: list[tuple[int, Form]]) -> None:
    every = "、".join(form.sample(reading.language) for form in DAY_KINDS)
    if kinds:
        reading.error("C145", line, text("生效日期只能按一种日子算，请在这些里留一个：%(every)s。", every=every))
    else:
        reading.error("C145", line, text("写了生效日期，还要写按哪一天算，请加上一个：%(every)s。", every=every))
