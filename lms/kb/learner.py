"""An article in the editor's preview, as a reader sees it. Pure."""

from collections.abc import Iterator
from datetime import date

from lms.content.learner import Facts, Piece, Words
from lms.content.sections import top_level
from lms.core.texts import Text, text
from lms.kb.spec import ArticleSpec, Basis, DateKind, Validity
from lms.questions.learner import asked

_BASIS = {Basis.LAW: text("法律"), Basis.PLATFORM: text("平台规则"), Basis.COMPANY: text("公司规定")}
_JUDGED = {
    DateKind.ORDER: text("按下单日"),
    DateKind.PAYMENT: text("按付款日"),
    DateKind.RECEIPT: text("按签收日"),
    DateKind.REQUEST: text("按申请日"),
}


def learner_pieces(spec: ArticleSpec) -> tuple[Piece, ...]:
    return tuple(_pieces(spec))


def _pieces(spec: ArticleSpec) -> Iterator[Piece]:
    facts = [_BASIS[spec.basis]] if spec.basis else []
    facts.append(text("适用：%(shops)s", shops="、".join(spec.shops)) if spec.shops else text("适用全部店铺"))
    yield Facts(texts=tuple(facts))
    yield Words(html=spec.intro.html)
    top = top_level(spec.sections)
    for section in spec.sections:
        level = min(6, max(2, section.level - top + 2))
        note = _span(section.validity) if section.validity else None
        yield Words(title=section.title, level=level, html=section.html, note=note)
    if spec.self_checks:
        yield Words(title="", level=2, note=text("自测：确认读完之前要答对"))
        yield from (asked(question, number) for number, question in enumerate(spec.self_checks, start=1))


def _span(validity: Validity) -> Text:
    return text(
        "%(first)s 至 %(last)s，%(judged)s",
        first=_day(validity.first),
        last=_day(validity.last),
        judged=_JUDGED[validity.judged_by],
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "…"
