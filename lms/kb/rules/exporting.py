"""What leaves the house for other tools: 话术 for a chat tool's 快捷短语, questions and answers for a bot. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.core.texts import Text, text
from lms.kb.rules.blocks import Script, Taken, plain, without_internal
from lms.kb.spec import DateKind, Validity

SCRIPT_HEADERS = (text("分组"), text("编码"), text("内容"))
FAQ_HEADERS = (text("问"), text("相似问"), text("答"), text("有效期"))
ALIKE = "|"
"""Between the similar questions in their one cell."""
_SLOT = re.compile(r"\{([^{}\n]{1,20})\}")
_JUDGED = {
    DateKind.ORDER: text("按下单日"),
    DateKind.PAYMENT: text("按付款日"),
    DateKind.RECEIPT: text("按签收日"),
    DateKind.REQUEST: text("按申请日"),
}


class Places(StrEnum):
    """How a place to fill in is written in the file, because each chat tool has its own way."""

    BRACES = "braces"  # {昵称}, as it is
    HASHES = "hashes"  # #昵称#
    SQUARE = "square"  # 【昵称】
    DOLLAR = "dollar"  # ${昵称}


_WRITTEN = {
    Places.BRACES: r"{\1}",
    Places.HASHES: r"#\1#",
    Places.SQUARE: r"【\1】",
    Places.DOLLAR: r"${\1}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What is exported of an article. group: name of its category. parts: introduction and sections, taken apart.

    validities: of the sections, in the same order as `parts`, the introduction's None.
    """

    title: str
    group: str
    aliases: tuple[str, ...]
    verified_until: date | None
    parts: tuple[Taken, ...]
    validities: tuple[Validity | None, ...]


def script_rows(articles: Iterable[Article], places: Places, today: date) -> list[tuple[str, str, str]]:
    """Return category, code and text of each 话术 that holds today; the same wording once."""
    found: dict[str, tuple[str, str, str]] = {}
    for article in articles:
        for part, validity in _holding(article, today):
            if validity is not None and validity.first is not None and today < validity.first:
                continue
            for script in part.scripts:
                found.setdefault(script.key, (article.group, _code(article, script), written(script.text, places)))
    return list(found.values())


def written(words: str, places: Places) -> str:
    return _SLOT.sub(_WRITTEN[places], words)


def _code(article: Article, script: Script) -> str:
    return f"{article.title}-{script.label}" if script.label else article.title


def faq_rows(articles: Iterable[Article], today: date) -> list[tuple[str, str, str, str | Text]]:
    """Return question, similar questions, answer and until when it holds, a row for each section that holds or will.

    The first section answers the article's own question and its aliases; 内部 is in no answer.
    """
    found: list[tuple[str, str, str, str | Text]] = []
    for article in articles:
        asked = False
        for part, validity in _holding(article, today):
            words = plain(without_internal(_html(part)))
            if not words:
                continue
            question = f"{article.title}：{part.title}" if asked and part.title else article.title
            alike = "" if asked else ALIKE.join(each.replace(ALIKE, " ") for each in article.aliases)
            found.append((question, alike, words, _holds(validity, article.verified_until)))
            asked = True
    return found


def _html(part: Taken) -> str:
    return "".join(block.html for block in part.blocks)


def _holding(article: Article, today: date) -> list[tuple[Taken, Validity | None]]:
    """Return the sections that have not run out."""
    every = zip(article.parts, article.validities, strict=True)
    return [(part, span) for part, span in every if span is None or span.last is None or today <= span.last]


def _holds(validity: Validity | None, verified_until: date | None) -> str | Text:
    if validity is None:
        return verified_until.isoformat() if verified_until else ""
    return text(
        "%(first)s 至 %(last)s，%(judged)s",
        first=validity.first.isoformat() if validity.first else "…",
        last=validity.last.isoformat() if validity.last else "…",
        judged=_JUDGED[validity.judged_by],
    )


def counted(rows: Sequence[tuple[str, str, str]]) -> list[tuple[str, int]]:
    """Return the categories with how many 话术 each has, in the order of the file."""
    counts: dict[str, int] = {}
    for group, _, _ in rows:
        counts[group] = counts.get(group, 0) + 1
    return list(counts.items())
