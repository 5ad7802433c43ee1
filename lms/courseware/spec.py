"""The document of a package: which one it is, when it is done, how often it may be taken. Its words are the intro."""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.content.grammar.amounts import normal, read_minutes
from lms.content.grammar.document import About, Parsed
from lms.content.grammar.keywords import Language, Word, find_word
from lms.content.grammar.reading import Reading, words_of
from lms.content.grammar.writing import FrontWriter, write_document, write_heading

MOST_ATTEMPTS = 99
_PACKAGE = re.compile(r"[0-9a-f]{64}")
_SCORE = re.compile(r"(?:>=|≥|=>)?(\d{1,3}(?:\.\d{1,2})?)(?:分|%|pt)?")


class Rule(StrEnum):
    SEEN = "completed"  # 看完
    PASSED = "passed"  # 通过
    SCORE = "score"  # 得分≥n


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneWhen:
    """least: share 0..1 of a SCORE, else None."""

    rule: Rule = Rule.SEEN
    least: Fraction | None = None


SEEN = DoneWhen()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScormSpec:
    """package: sha256 of the package's file, as 64 hexadecimal digits. minutes: 0 = not said.

    attempts: how often it may be begun, None = as often as somebody likes. source, html, text: the words of the intro.
    """

    title: str
    about: About
    package: str
    done_when: DoneWhen = SEEN
    attempts: int | None = None
    minutes: int = 0
    competencies: tuple[str, ...] = ()
    source: str = ""
    html: str = ""
    text: str = ""


def parse(source: str, path: str) -> Parsed[ScormSpec]:
    """Read the document of a package. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.PACKAGE, Word.DONE_WHEN, Word.ATTEMPTS, Word.DURATION, Word.COMPETENCIES))
    reading.required(Word.PACKAGE)
    title = next((block.first for block in reading.headings if block.level == 1), 0)
    body = reading.body([block for block in reading.blocks if block.first > max(title, reading.front.last)])
    spec = ScormSpec(
        title=reading.title(),
        about=reading.about(),
        package=reading.amount(Word.PACKAGE, read_package, "64…") or "",
        done_when=reading.amount(Word.DONE_WHEN, read_done_when, "得分≥80") or SEEN,
        attempts=reading.amount(Word.ATTEMPTS, read_attempts, "3"),
        minutes=reading.amount(Word.DURATION, read_minutes, "30分钟") or 0,
        competencies=reading.many(Word.COMPETENCIES),
        source=body,
        html=reading.html(body),
        text=words_of(body),
    )
    return reading.finish(spec)


def write(spec: ScormSpec, language: Language = Language.ZH) -> str:
    """Return the document in canonical form."""
    front = FrontWriter(Word.SCORM, language)
    front.one(Word.PACKAGE, spec.package)
    front.one(Word.DONE_WHEN, write_done_when(spec.done_when, language))
    front.one(Word.ATTEMPTS, str(spec.attempts) if spec.attempts else None)
    front.minutes(Word.DURATION, spec.minutes or None)
    front.many(Word.COMPETENCIES, spec.competencies)
    front.about(spec.about)
    return write_document(front.written(), [write_heading(spec.title, 1), spec.source])


def read_package(written: str) -> str | None:
    found = normal(written).lower()
    return found if _PACKAGE.fullmatch(found) else None


def read_attempts(written: str) -> int | None:
    plain = normal(written).removesuffix("次").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and 1 <= int(plain[:4]) <= MOST_ATTEMPTS else None


def read_done_when(written: str) -> DoneWhen | None:
    """Return the condition of “看完”, “通过”, “得分≥80”, “score≥80”; None for anything else."""
    plain = normal(written)
    word = find_word(plain, (Word.WATCHED, Word.PASS))
    if word is not None:
        return DoneWhen(rule=Rule.SEEN if word is Word.WATCHED else Rule.PASSED)
    for start in Word.SCORE.value:
        if plain.casefold().startswith(start):
            found = _SCORE.fullmatch(plain[len(start) :].replace(" ", ""))
            if found is not None and Fraction(found[1]) <= 100:
                return DoneWhen(rule=Rule.SCORE, least=Fraction(found[1]) / 100)
    return None


def write_done_when(done_when: DoneWhen, language: Language) -> str:
    if done_when.rule is Rule.SCORE:
        percent = (done_when.least or Fraction(0)) * 100
        shown = str(percent.numerator) if percent.denominator == 1 else f"{float(percent):g}"
        return f"{Word.SCORE.written(language)}≥{shown}"
    return (Word.WATCHED if done_when.rule is Rule.SEEN else Word.PASS).written(language)
