"""Banks of questions that trainers bring along: what a file would make, and making it, all or nothing, as a draft."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from lms.content.actions.documents import editable, head_of
from lms.content.actions.drafts import create, save_draft
from lms.content.attachments import actions as attachments
from lms.content.grammar.findings import Severity
from lms.content.grammar.inline import relative
from lms.content.importers.drafts import LONGEST_TITLE, name_of
from lms.content.kinds import kind_of, read
from lms.content.models import Document, Revision, Slug
from lms.content.rules.paths import path_of
from lms.content.store import source_of
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import DomainError, Invalid, NotFound, Unreadable
from lms.core.texts import Text, text
from lms.quizzes.importers.formats import FORMATS, format_of
from lms.quizzes.importers.placing import appended, from_the_file, new_source, with_links
from lms.quizzes.importers.reading import Format, Imported, Picture, Taken
from lms.quizzes.importers.twins import Twin, twins
from lms.quizzes.queries.banks_known import KIND, known_questions
from lms.quizzes.spec import Use

NEW_BANK, NEW_QUIZ, INTO = "bank", "quiz", "into"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A question that can be taken. number: its place in the file, from 1; names its choice in the form."""

    number: int
    imported: Imported
    twin: Twin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file would make. title: how a new file would be called, the name of this one."""

    format: Format
    taken: Taken
    rows: tuple[Planned, ...]
    title: str

    @property
    def twins(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.rows if row.twin is not None)

    @property
    def same(self) -> int:
        return sum(row.twin is not None and row.twin.is_same for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the questions go. kind: a new bank, a new quiz, or into the one with this slug. title: of a new one."""

    kind: str = NEW_BANK
    title: str = ""
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """slug: of the quiz whose draft holds the questions now. lost: pictures that could not be taken along."""

    slug: str
    questions: int
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures that were read and kept, by their target in the Markdown. lost: how many could not be."""

    received: Mapping[str, attachments.Received] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def taken(name: str, data: bytes, format: str = "") -> tuple[Format, Taken]:
    """Read a file. name: as the person called it. format: its name; "" = by what the file is.

    Raises Unreadable, TooLarge or Invalid with a sentence for a file that can't be taken at all.
    """
    if not data:
        raise Unreadable(text("文件是空的。请确认选的是填好的那一份。"))
    chosen = FORMATS.get(format) if format else format_of(name, data)
    if chosen is None or chosen.reader is None:
        raise Unreadable(
            text(
                "不认识这种文件。可以导入：%(formats)s。",
                formats="、".join(f"{each.words}（{' '.join(each.extensions)}）" for each in FORMATS.values()),
            )
        )
    found = chosen.reader(data)
    if not found.questions and not found.refused:
        raise Unreadable(text("文件里没有找到题目。请对照模板检查，或换一个文件。"))
    return chosen, found


def plan(name: str, data: bytes, format: str = "") -> Plan:
    """Return what a file would make; nothing is written. Raises what `taken` raises."""
    chosen, found = taken(name, data, format)
    alike = twins([each.question for each in found.questions], known_questions())
    rows = tuple(
        Planned(number=number, imported=each, twin=twin)
        for number, (each, twin) in enumerate(zip(found.questions, alike, strict=True), start=1)
    )
    return Plan(format=chosen, taken=found, rows=rows, title=_stem(name))


def kept(plan: Plan, skipped: Collection[int] | None = None) -> tuple[Planned, ...]:
    """Return the rows to be imported. skipped: numbers of those to leave out; None = what is there already."""
    if skipped is None:
        return tuple(row for row in plan.rows if row.twin is None or not row.twin.is_same)
    return tuple(row for row in plan.rows if row.number not in skipped)


def pictures_of(plan: Plan, rows: Sequence[Planned]) -> Pictures:
    """Read and keep the pictures that these rows show. To be called before a transaction is opened."""
    if not plan.taken.pictures:
        return Pictures()
    sources = new_source("x", Use.BANK, "", [row.imported for row in rows])
    received: dict[str, attachments.Received] = {}
    lost = []
    for target, picture in plan.taken.pictures.items():
        if target not in sources:
            continue
        try:
            received[target] = attachments.receive(_name_of(picture), picture.data)
        except DomainError:
            lost.append(target)
    return Pictures(received=received, lost=tuple(lost))


def make(actor: Actor, name: str, plan: Plan, rows: Sequence[Planned], target: Target, pictures: Pictures) -> Done:
    """Write the questions into a draft; nothing is published. name: of the file, for the audit.

    Raises Invalid, NotFound, Conflict, TooLarge; then nothing is written.
    """
    if not rows:
        raise Invalid(text("没有可以导入的题，什么也没有改。"))
    imported = [row.imported for row in rows]
    if target.kind == INTO:
        slug = _append(actor, target.slug, imported, plan.title, pictures)
    else:
        slug = _create(actor, target, imported, pictures)
    after = {"questions": len(rows), "skipped": len(plan.rows) - len(rows), "into": slug}
    audit(actor.id, "quiz.imported", "file", name[:60], after=after)
    return Done(slug=slug, questions=len(rows), lost=len(pictures.lost))


def _create(actor: Actor, target: Target, imported: Sequence[Imported], pictures: Pictures) -> str:
    title = " ".join(target.title.split())
    if not title or len(title) > LONGEST_TITLE:
        reason = text("请写一个名称，最多 %(most)s 个字。", most=LONGEST_TITLE)
        raise Invalid(reason, fields={"title": reason})
    base = target.slug or name_of(title)
    slug, number = base, 1
    while not target.slug and session().get(Slug, (KIND, slug)) is not None:
        number += 1
        slug = f"{base}-{number}"
    use = Use.BANK if target.kind == NEW_BANK else Use.CHECK
    path = path_of(kind_of(KIND).folder, slug)
    source = with_links(new_source(title, use, actor.employee_no, imported), _links(actor, path, pictures))
    create(actor, KIND, slug, _checked(from_the_file(source, path), path))
    return slug


def _append(actor: Actor, slug: str, imported: Sequence[Imported], title: str, pictures: Pictures) -> str:
    row = session().get(Slug, (KIND, slug))
    if row is None:
        raise NotFound(text("没有“%(slug)s”这份测验，请从列表里选。", slug=slug))
    document: Document = editable(row.document_id)
    head = head_of(document)
    source = source_of(session().get_one(Revision, head).blob_sha)
    path = path_of(document.folder, slug)
    whole = with_links(appended(source, path, imported, title), _links(actor, path, pictures))
    if read(kind_of(KIND), source, path).spec is not None:
        _checked(whole, path)
    saved = save_draft(actor, document.id, head, whole)
    if saved.conflict is not None:
        raise saved.conflict
    return slug


def _checked(source: str, path: str) -> str:
    """Return a source that can be read. Raises Invalid with the first thing that is wrong: nothing is half done."""
    findings = read(kind_of(KIND), source, path).findings
    error = next((each for each in findings if each.severity is Severity.ERROR), None)
    if error is not None:
        raise Invalid(text("这些题合在一起读不了：%(problem)s 什么也没有改。", problem=error.message))
    return source


def _links(actor: Actor, path: str, pictures: Pictures) -> dict[str, str]:
    return {
        target: relative(attachments.attach(actor, path, received.name, received).path, path)
        for target, received in pictures.received.items()
    }


def _name_of(picture: Picture) -> str:
    return f"{picture.words or 'picture'}{picture.suffix}"


def _stem(name: str) -> str:
    return " ".join(PurePosixPath(name.replace("\\", "/")).stem.split())[:100] or "导入的题"


def as_plain(plan: Plan, done: Done | None, say: Callable[[Text], str]) -> dict[str, Any]:
    """Return what an import found and did, for a program. say: puts a sentence into its language."""
    return {
        "format": plan.format.name,
        "questions": len(plan.rows),
        "duplicates": [
            {
                "where": say(row.imported.where.words),
                "likeness": row.twin.likeness,
                "document": f"{row.twin.known.document}:{row.twin.known.slug}" if row.twin.known else None,
            }
            for row in plan.rows
            if row.twin is not None
        ],
        "refused": [
            {
                "where": say(each.where.words),
                "number": each.where.number,
                "reason": say(each.reason),
                "text": each.excerpt,
            }
            for each in plan.taken.refused
        ],
        "notes": [say(note) for note in plan.taken.notes],
        "slug": done.slug if done else None,
        "imported": done.questions if done else 0,
    }
