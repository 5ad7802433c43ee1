"""Files of trainers: what a file would make, which of it is there already, and making it, as drafts only.

Reading (`read_file`) may take seconds and needs no transaction. `plan` looks up what is there; `make` writes a few.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import and_, select

from lms.accounts.models import Person
from lms.content import store
from lms.content.actions.documents import editable, head_of
from lms.content.actions.drafts import create, save_draft
from lms.content.attachments import actions as attachments
from lms.content.attachments.rules import markdown_of
from lms.content.grammar.findings import Severity
from lms.content.grammar.front import read_front
from lms.content.grammar.inline import relative
from lms.content.importers import faq, word
from lms.content.importers.drafts import KINDS, Drafted, Imported, plain_title
from lms.content.importers.html import read
from lms.content.importers.pieces import LeftOut, Picture, Read
from lms.content.kinds import kind_of
from lms.content.models import Document, Revision, Slug
from lms.content.rules import properties
from lms.content.rules.paths import path_of, why_no_path
from lms.core import archives, confined, files
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import DomainError, Invalid, TooLarge, Unreadable
from lms.core.here import settings
from lms.core.lines import split_lines
from lms.core.texts import Text, text

ALIKE = 85
"""Likeness in per cent from which two titles are taken for the same question."""
SKIP, UPDATE, MAKE = "skip", "update", "make"
_SECONDS = 20
_WORK = 6  # seconds of processor time; the largest file that archives let through takes about two


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is taken. kind: of a Word file's documents. day_kind: "" or one of faq.DAY_KINDS."""

    kind: str = "article"
    folder: str = ""
    split: bool = False
    day_kind: str = ""
    script: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A document that is there already. likeness: per cent; 100 = the same title, alias or address."""

    document_id: int
    kind: str
    slug: str
    title: str
    likeness: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    drafted: Drafted
    twin: Twin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """is_word: from a Word file, not from a sheet. parts: documents that it would become if split."""

    rows: tuple[Planned, ...]
    pictures: tuple[Picture, ...] = ()
    left_out: LeftOut = field(default_factory=LeftOut)
    unknown: tuple[str, ...] = ()
    needs_day_kind: bool = False
    is_word: bool = False
    is_dated: bool = False
    parts: int = 1

    @property
    def refused(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.rows if row.drafted.problems)

    @property
    def good(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.rows if not row.drafted.problems)

    @property
    def twins(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.good if row.twin is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made of one row. document_id: None where it was skipped."""

    line: int
    document_id: int | None
    did: str


def plan(name: str, data: bytes, options: Options) -> Plan:
    """Return what a file would make; nothing is written. name: as the person called the file.

    Raises Unreadable, TooLarge or Invalid with a sentence for a file that can't be taken at all.
    """
    _check(options)
    if not data:
        raise Unreadable(text("文件是空的。请确认选的是填好的那一份。"))
    is_word = _is_word(name, data)
    if is_word:
        found = read_word(data)
        made = word.drafts_of(found, kind=options.kind, name=_stem(name), folder=options.folder, split=options.split)
        imported = Imported(drafts=made)
    else:
        found = Read()
        imported = faq.drafts_of(data, folder=options.folder, day_kind=options.day_kind, script=options.script)
    if not imported.drafts:
        raise Unreadable(text("文件里没有可以导入的内容。"))
    drafts = [_parsed(each) for each in imported.drafts]
    twins = _twins(drafts)
    return Plan(
        rows=tuple(Planned(drafted=each, twin=twin) for each, twin in zip(drafts, twins, strict=True)),
        pictures=found.pictures,
        left_out=found.left_out,
        unknown=imported.unknown,
        needs_day_kind=imported.needs_day_kind,
        is_word=is_word,
        is_dated=imported.needs_day_kind or any(each.chips for each in drafts),
        parts=word.can_be_split(found) if is_word else 1,
    )


def read_word(data: bytes, to_html: Callable[..., Any] = word.to_html) -> Read:
    """Return what a `.docx` says. to_html: makes the page of it, in the child process.

    Raises Unreadable, TooLarge for a file that is no such thing, or is hostile.
    """
    most = settings().upload_max_bytes
    if len(data) > most:
        raise TooLarge(
            text("文件有 %(size)s MB，最多 %(most)s MB。请分成几个文件。", size=_mb(len(data)), most=_mb(most))
        )
    archives.check(data, archives.Office.WORD)
    with (
        files.arriving(data) as arrived,
        confined.running(to_html, seconds=_SECONDS, work=_WORK, source=str(arrived.path)) as done,
    ):
        found = read((done.folder / word.PAGE).read_text("utf-8"))
        lost = replace(found.left_out, pictures=found.left_out.pictures + int(done.value["lost"]))
        return replace(found, left_out=lost)


def make(
    actor: Actor, rows: Sequence[Planned], choices: Mapping[int, str], pictures: Mapping[int, attachments.Received]
) -> list[Made]:
    """Make drafts of these rows; nothing is published. choices: by line, what to do with one that has a twin.

    pictures: by their place, read and kept already. Raises what `create` and `save_draft` raise.
    """
    made = []
    for row in rows:
        choice = choices.get(row.drafted.line, SKIP) if row.twin is not None else MAKE
        if choice == SKIP:
            made.append(Made(line=row.drafted.line, document_id=None, did=SKIP))
        elif choice == UPDATE and row.twin is not None:
            _update(actor, row.drafted, row.twin, pictures)
            made.append(Made(line=row.drafted.line, document_id=row.twin.document_id, did=UPDATE))
        else:
            made.append(Made(line=row.drafted.line, document_id=_create(actor, row.drafted, pictures), did=MAKE))
    return made


def noted(actor: Actor, name: str, made: Sequence[Made]) -> None:
    """Write into the audit what an import did."""
    counts = {did: sum(each.did == did for each in made) for did in (MAKE, UPDATE, SKIP)}
    audit(actor.id, "content.imported", "file", name[:60], after=counts)


def one_at_a_time(actor: Actor) -> None:
    """Wait until no other import of this person is being written."""
    session().execute(select(Person.id).where(Person.id == actor.id).with_for_update(key_share=True))


def pictures_of(plan: Plan, rows: Sequence[Planned]) -> dict[int, attachments.Received]:
    """Return the pictures that these rows show, read and kept; one that can't be read is left out."""
    found = {}
    for number in dict.fromkeys(number for row in rows for number in row.drafted.pictures):
        picture = plan.pictures[number]
        try:
            found[number] = attachments.receive(f"{picture.words or 'picture'}.{picture.suffix}", picture.data)
        except DomainError:
            continue
    return found


def _check(options: Options) -> None:
    if options.kind not in KINDS:
        raise Invalid(text("导入成什么？请选课时或知识。"))
    if options.day_kind and options.day_kind not in faq.DAY_KINDS:
        raise Invalid(text("有效期按哪一天算？请从列表里选。"))
    if options.folder:
        problem = why_no_path(path_of(kind_of(options.kind).folder, f"{options.folder.strip('/')}/x"))
        if problem is not None:
            raise Invalid(problem, fields={"folder": problem})


def _is_word(name: str, data: bytes) -> bool:
    """Whether this is a Word file or a sheet, by its bytes. Raises Unreadable or TooLarge for anything else."""
    if data.startswith(archives.OLE[:4]):
        raise Unreadable(archives.why_old(data) or archives.BROKEN)
    if data.startswith(archives.ZIP):
        office = archives.check(data).office
        if office is archives.Office.SLIDES:
            raise Unreadable(text("这是 PowerPoint 文件。请把它作为文件放进一节课里，学员可以一页页看。"))
        return office is archives.Office.WORD
    if name.lower().endswith((".docx", ".doc")):
        raise Unreadable(text("这不是 Word 文件（看的是内容，不是文件名）。请用 Word 或 WPS 另存为 .docx 再传。"))
    return False


def _stem(name: str) -> str:
    return " ".join(PurePosixPath(name.replace("\\", "/")).stem.split())[:100] or "Word"


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.0f}"


def _parsed(drafted: Drafted) -> Drafted:
    """Return the draft with what its kind says must be mended, and what is wrong with its address."""
    if drafted.problems:
        return drafted
    kind = kind_of(drafted.kind)
    path = path_of(kind.folder, drafted.slug)
    address = why_no_path(path)
    if address is not None:
        return _with(drafted, address)
    links = dict.fromkeys(drafted.pictures, "![x](https://example.com/x.png)")
    findings = kind.parse(drafted.source("", links), path).findings
    errors = [each.message for each in findings if each.severity is Severity.ERROR]
    return _with(drafted, *errors[:3]) if errors else drafted


def _with(drafted: Drafted, *problems: Text) -> Drafted:
    return replace(drafted, problems=(*drafted.problems, *problems))


def _twins(drafts: Sequence[Drafted]) -> list[Twin | None]:
    """Return for each draft the document of its kind that is the same or much alike; archived ones don't count."""
    kinds = {each.kind for each in drafts}
    rows = session().execute(
        select(Document.id, Document.kind, Slug.slug, Document.title, Document.aliases)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind.in_(kinds), Document.state != "archived")
        .order_by(Document.id)
    )
    known = [(row.kind, row.slug, row.id, row.title, [row.title, *map(str, row.aliases)]) for row in rows]
    by_slug = {(kind, slug): (id, title) for kind, slug, id, title, _ in known}
    names: list[str] = []
    owners: list[tuple[str, str, int, str]] = []
    for kind, slug, id, title, called in known:
        for each in called:
            if key := faq.folded(each):
                names.append(key)
                owners.append((kind, slug, id, title))
    return [_twin(each, by_slug, names, owners) for each in drafts]


def _twin(
    drafted: Drafted,
    by_slug: Mapping[tuple[str, str], tuple[int, str]],
    names: Sequence[str],
    owners: Sequence[tuple[str, str, int, str]],
) -> Twin | None:
    same = by_slug.get((drafted.kind, drafted.slug))
    if same is not None:
        return Twin(document_id=same[0], kind=drafted.kind, slug=drafted.slug, title=same[1], likeness=100)
    best: tuple[float, int] = (0, 0)
    for called in (drafted.title, *drafted.aliases):
        key = faq.folded(called)
        found = process.extractOne(key, names, scorer=fuzz.ratio, score_cutoff=ALIKE) if key else None
        if found is not None and found[1] > best[0]:
            best = (found[1], found[2])
    if not best[0]:
        return None
    kind, slug, id, title = owners[best[1]]
    return Twin(document_id=id, kind=kind, slug=slug, title=title, likeness=int(best[0]))


def _create(actor: Actor, drafted: Drafted, pictures: Mapping[int, attachments.Received]) -> int:
    slug, number = drafted.slug, 1
    while session().get(Slug, (drafted.kind, slug)) is not None:
        number += 1
        slug = f"{drafted.slug}-{number}"
    path = path_of(kind_of(drafted.kind).folder, slug)
    source = drafted.source(actor.employee_no, _links(actor, path, drafted, pictures))
    return create(actor, drafted.kind, slug, source).document_id


def _update(actor: Actor, drafted: Drafted, twin: Twin, pictures: Mapping[int, attachments.Received]) -> None:
    """Put the text below the properties and the title of the document that is there, as its draft."""
    document = editable(twin.document_id)
    head = head_of(document)
    source = store.source_of(session().get_one(Revision, head).blob_sha)
    path = path_of(document.folder, twin.slug)
    body = drafted.body(_links(actor, path, drafted, pictures))
    lines, front = split_lines(source), read_front(source)[0].last
    title = next((at for at, line in enumerate(lines) if at >= front and line.startswith("# ")), None)
    above = lines[: title + 1] if title is not None else [*lines[:front], f"# {plain_title(drafted.title)}"]
    aliases = dict.fromkeys([*document.aliases, *drafted.aliases])
    written = "\n".join(above) + f"\n\n{body}"
    if drafted.aliases:
        written = properties.write(written, kind_of(document.kind).word, {"front-aliases": ", ".join(aliases)})
    saved = save_draft(actor, document.id, head, written)
    if saved.conflict is not None:
        raise saved.conflict


def _links(actor: Actor, path: str, drafted: Drafted, pictures: Mapping[int, attachments.Received]) -> dict[int, str]:
    links = {}
    for number in drafted.pictures:
        received = pictures.get(number)
        if received is not None:
            row = attachments.attach(actor, path, received.name, received)
            words = received.name.rpartition(".")[0]
            said = plain_title(drafted.title) if words == "picture" else words
            links[number] = markdown_of(received.kind, said, relative(row.path, path))
    return links
