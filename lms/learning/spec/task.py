"""A task: something done away from the screen, confirmed by a mentor, a trainer or oneself."""

from dataclasses import dataclass, field
from enum import StrEnum

from lms.content.grammar.amounts import read_minutes
from lms.content.grammar.blocks import Block
from lms.content.grammar.document import About, Parsed
from lms.content.grammar.inline import plain_text
from lms.content.grammar.keywords import Language, Word
from lms.content.grammar.reading import Reading, words_of
from lms.content.grammar.writing import FrontWriter, write_document, write_heading
from lms.core.texts import text


class ConfirmedBy(StrEnum):
    MENTOR = "mentor"  # 带教
    TRAINER = "trainer"  # 讲师: the trainer of the person's cohort
    SELF = "self"  # 本人


class Evidence(StrEnum):
    WRITING = "text"  # 文字
    PHOTO = "photo"  # 照片


_CONFIRMED_BY = {
    Word.MENTOR: ConfirmedBy.MENTOR,
    Word.TRAINER: ConfirmedBy.TRAINER,
    Word.SELF: ConfirmedBy.SELF,
}
_EVIDENCE = {Word.WRITING: Evidence.WRITING, Word.PHOTO: Evidence.PHOTO}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """source: as written. html: without a paragraph around it."""

    source: str
    html: str
    text: str
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """minutes: how long it takes, at least 1. source, html, text: the body without its checklist."""

    title: str
    about: About
    minutes: int
    competencies: tuple[str, ...] = ()
    confirmed_by: ConfirmedBy
    evidence: tuple[Evidence, ...] = ()
    source: str = ""
    html: str = ""
    text: str = ""
    checklist: tuple[ChecklistItem, ...] = ()


def parse(source: str, path: str) -> Parsed[TaskSpec]:
    """Read a task. path: in the repository, for its relative links."""
    reading = Reading(source, path)
    reading.allow((Word.DURATION, Word.CONFIRMED_BY, Word.EVIDENCE, Word.COMPETENCIES))
    reading.required(Word.DURATION)
    reading.required(Word.CONFIRMED_BY)
    confirmed_by = reading.choice(Word.CONFIRMED_BY, tuple(_CONFIRMED_BY))
    title = next((block.first for block in reading.headings if block.level == 1), 0)
    shown = [block for block in reading.blocks if block.first > max(title, reading.front.last)]
    body = reading.body([block for block in shown if not block.is_task_list])
    spec = TaskSpec(
        title=reading.title(),
        about=reading.about(),
        minutes=reading.amount(Word.DURATION, read_minutes, "120分钟") or 0,
        competencies=reading.many(Word.COMPETENCIES),
        confirmed_by=_CONFIRMED_BY.get(confirmed_by or Word.MENTOR, ConfirmedBy.MENTOR),
        evidence=tuple(_EVIDENCE[word] for word in reading.choices(Word.EVIDENCE, tuple(_EVIDENCE))),
        source=body,
        html=reading.html(body),
        text=words_of(body),
        checklist=tuple(item for block in shown for item in _checklist(reading, block)),
    )
    return reading.finish(spec)


def write(spec: TaskSpec, language: Language = Language.ZH) -> str:
    """Return the task in canonical form."""
    front = FrontWriter(Word.TASK, language)
    front.about(spec.about)
    front.minutes(Word.DURATION, spec.minutes)
    front.many(Word.COMPETENCIES, spec.competencies)
    front.word(Word.CONFIRMED_BY, next(word for word, kind in _CONFIRMED_BY.items() if kind is spec.confirmed_by))
    front.words(Word.EVIDENCE, [word for word, kind in _EVIDENCE.items() if kind in spec.evidence])
    checklist = "\n".join(f"- [ ] {item.source}" for item in spec.checklist)
    return write_document(front.written(), [write_heading(spec.title, 1), spec.source, checklist])


def _checklist(reading: Reading, block: Block) -> list[ChecklistItem]:
    if not block.is_task_list:
        return []
    found = []
    for item in block.items:
        if item.kids:
            reading.error("L415", item.first, text("清单的一条只写一段文字，下面不能再分。"))
        source = " ".join(item.text.split("\n"))
        if not source:
            reading.error("L415", item.first, text("清单的这一条是空的，请写上内容或删去。"))
        html = reading.html(source).removeprefix("<p>").removesuffix("</p>")
        found.append(ChecklistItem(source=source, html=html, text=plain_text(source), first=item.first, last=item.last))
    return found
