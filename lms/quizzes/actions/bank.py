"""Changing chosen questions of several files, and bringing them into another one: drafts, all of them or none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.content.actions.bulk import Change as Draft
from lms.content.actions.bulk import broken_by, save_all
from lms.content.actions.parts import assign
from lms.content.kinds import kind_of, read
from lms.content.models import Document, Part, Slug
from lms.content.parts import PartKind
from lms.content.queries.several import Head, heads
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Invalid, NotFound
from lms.core.texts import Text, text
from lms.quizzes.blueprint import Draw
from lms.quizzes.rules.bank_edit import Change, changed, texts_of, with_lines, with_questions
from lms.quizzes.rules.draw import banked, pool_of, tags_of
from lms.quizzes.spec import QuizSpec

MOST = 200
"""Questions changed in one go: what a person can look through."""
COPY, DRAW = "copy", "draw"
_BY_SLUG = (
    select(Document.id)
    .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
    .where(Document.kind == "quiz", Document.state != "archived")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A question of a file's latest text. tags: its own, without its section's. line: of its heading."""

    key: str
    title: str
    tags: tuple[str, ...]
    all_tags: tuple[str, ...]
    level: int | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosens:
    """The chosen questions of one file."""

    head: Head
    spec: QuizSpec
    questions: tuple[Chosen, ...]

    @property
    def lines(self) -> frozenset[int]:
        return frozenset(each.line for each in self.questions)


def chosen(keys: Collection[str]) -> list[Chosens]:
    """Return the questions of these keys by file, as its authors have it now. Raises Invalid for a file with errors.

    A question that the latest text no longer has is left out.
    """
    wanted = list(dict.fromkeys(keys))[:MOST]
    rows = session().execute(
        select(Part.document_id)
        .join(Document, Document.id == Part.document_id)
        .where(Part.key.in_(wanted), Part.kind == PartKind.QUESTION.value, Document.kind == "quiz")
        .distinct()
    )
    found = []
    for head in heads([row.document_id for row in rows]):
        questions = _questions(head, wanted)
        if questions.questions:
            found.append(questions)
    return found


def retag(actor: Actor, found: Sequence[Chosens], change: Change, note: str) -> int:
    """Tag and rate these questions in drafts of their files; return how many files differ. Raises Invalid, Refused."""
    if change.changes_nothing:
        raise Invalid(text("请写要加或去掉的标签，或选一个难度。"))
    drafts = [_draft(each, changed(each.head.source, each.head.card.path, each.lines, change)) for each in found]
    return save_all(actor, drafts, note)


def add_to(actor: Actor, found: Sequence[Chosens], slug: str, how: str, title: str, note: str) -> tuple[str, bool]:
    """Bring these questions into the draft of a quiz: as copies, or as lines that draw as many of their banks.

    Returns the quiz's slug and whether there was anything to add: what it has already is not added again.
    title: of the section they go to. Raises NotFound, Invalid, Refused.
    """
    target = target_of(slug)
    if how == DRAW:
        source = with_lines(target.source, target.card.path, lines_for(found), title)
    else:
        texts = [
            each for one in found for each in texts_of(one.head.source, one.head.card.path, one.lines, target.card.path)
        ]
        source = with_questions(target.source, texts, title)
    if source == target.source:
        return target.card.slug, False
    wrong = broken_by(target, source)
    if wrong:
        raise Invalid(text("加进去以后有地方要先改：%(why)s", why=wrong[0]))
    save_all(
        actor,
        [Draft(document_id=target.card.document_id, base_revision_id=target.revision_id, source=source)],
        note,
    )
    return target.card.slug, True


def lines_for(found: Sequence[Chosens]) -> list[Draw]:
    """Return a line for each bank: as many questions as were chosen, of what they have in common.

    Raises Invalid where a question stands in no bank.
    """
    lines = []
    for each in found:
        if not each.spec.is_bank or each.head.card.published_id is None:
            raise Invalid(
                text("《%(title)s》不是发布了的题库，不能从它抽题，请选“复制题目”。", title=each.head.card.title)
            )
        common = [tag for tag in each.questions[0].all_tags if all(tag in one.all_tags for one in each.questions)]
        levels = [one.level for one in each.questions if one.level is not None]
        whole = len(levels) == len(each.questions)
        lines.append(
            Draw(
                target=each.head.card.path,
                link=each.head.card.path,
                title=each.head.card.title,
                count=len(each.questions),
                tags=tuple(common),
                levels=(min(levels), max(levels)) if whole else None,
            )
        )
    return lines


def pool_sizes(found: Sequence[Chosens], lines: Sequence[Draw]) -> list[int]:
    """Return from how many questions each line would draw."""
    return [
        len(pool_of(line, banked({line.target: each.spec}).values())) for each, line in zip(found, lines, strict=True)
    ]


def target_of(slug: str) -> Head:
    """Return the quiz or bank of this name with its latest text. Raises NotFound."""
    document_id = session().scalar(_BY_SLUG.where(Slug.slug == slug))
    found = list(heads([document_id])) if document_id is not None else []
    if not found:
        raise NotFound()
    return found[0]


def why_not(found: Sequence[Chosens], change: Change) -> list[Text]:
    """Return what would have to be mended after a change and is right now; said before anything is done."""
    reasons: list[Text] = []
    for each in found:
        try:
            after = changed(each.head.source, each.head.card.path, each.lines, change)
        except Invalid as error:
            reasons.append(error.message)
            continue
        reasons.extend(broken_by(each.head, after))
    return reasons


def _draft(each: Chosens, source: str) -> Draft:
    return Draft(document_id=each.head.card.document_id, base_revision_id=each.head.revision_id, source=source)


def _questions(head: Head, wanted: Collection[str]) -> Chosens:
    kind = kind_of(head.card.kind)
    spec = read(kind, head.source, head.card.path).spec
    if spec is None:
        raise Invalid(text("《%(title)s》的草稿有错，先到编辑台改好。", title=head.card.title))
    document = session().get_one(Document, head.card.document_id)
    assigned = assign(document, kind, kind.parts(spec))
    sections = [(section, question) for section in spec.sections for question in section.questions]
    keys = assigned.answered_keys
    return Chosens(
        head=head,
        spec=spec,
        questions=tuple(
            Chosen(
                key=keys[place],
                title=question.stem.text,
                tags=question.tags,
                all_tags=tags_of(section, question),
                level=question.level,
                line=question.span.first,
            )
            for place, (section, question) in enumerate(sections)
            if keys[place] in wanted
        ),
    )
