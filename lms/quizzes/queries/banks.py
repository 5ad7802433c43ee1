"""The banks that a quiz draws from, as they are published now and as far as they are for a person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Shop
from lms.content.audience import normal
from lms.content.models import Document, Edge, Part, ReviewMark, Revision, Slug
from lms.content.parts import PartKind
from lms.content.queries import BANK
from lms.content.queries.reading import PUBLISHED
from lms.content.rules.paths import path_of, split_path
from lms.content.store import spec_of
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.corrections import dropped
from lms.quizzes.rules.holding import for_shops, left_on_paper, on_one_paper
from lms.quizzes.spec import QuizSpec

_asked = aliased(Slug)
_HELD = (
    select(Part.key, Part.text_sha)
    .join(ReviewMark, ReviewMark.part_id == Part.id)
    .join(_asked, _asked.document_id == ReviewMark.document_id)
    .where(
        _asked.kind == "quiz",
        _asked.slug.in_(bindparam("slugs", expanding=True)),
        ReviewMark.cleared_at.is_(None),
        Part.kind == PartKind.QUESTION.value,
        Part.retired_at.is_(None),
    )
)
_BANKS = (
    select(Document.id, Document.folder, _asked.slug, Revision.compiled_sha)
    .join(_asked, _asked.document_id == Document.id)
    .join(Revision, Revision.id == Document.published_id)
    .where(
        _asked.kind == "quiz",
        _asked.slug.in_(bindparam("slugs", expanding=True)),
        Document.state == PUBLISHED,
        Document.use == BANK,
    )
    .order_by(_asked.is_current)
)
_SEEN = (
    select(Part.key, AttemptItem.part_version_sha)
    .join(Part, Part.id == AttemptItem.part_id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(Attempt.person_id == bindparam("person_id"), Part.document_id.in_(bindparam("ids", expanding=True)))
    .distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A quiz with the banks that it draws from. quiz: without the lines that are not for the person.

    banks: by path, as published. document_ids: by path. compiled: digests of what was drawn from, in hex. held: of the
    quiz and of the banks.
    """

    quiz: QuizSpec
    held: frozenset[str] = frozenset()
    banks: Mapping[str, QuizSpec] = field(default_factory=dict)
    document_ids: Mapping[str, int] = field(default_factory=dict)
    compiled: tuple[str, ...] = ()

    @property
    def may_be_short(self) -> bool:
        """Whether a paper may have fewer questions than the quiz promises."""
        return bool(self.held or self.quiz.draws)


def drawing(quiz: QuizSpec, held: Collection[str], shop_ids: Collection[int] | None = None) -> Drawing:
    """Return what a paper of the quiz is drawn from: one statement for a quiz without a blueprint, else three or four.

    held: the quiz's own questions in doubt. shop_ids: those that the person serves; None = for everybody. A version
    that was dropped is asked nobody any more either.
    """
    not_asked = frozenset(held) | dropped()
    if not quiz.draws:
        return Drawing(quiz=quiz, held=not_asked)
    wanted = {path: parts[1] for path in quiz.banks if (parts := split_path(path))}
    slugs = {"slugs": sorted(wanted.values())}
    # Before the banks themselves: what is cleared by a new version must not be asked in the old one.
    doubted = {word for row in rows(_HELD, slugs).all() for word in (row.key, row.text_sha.hex())}
    found = {path_of(row.folder, row.slug): row for row in rows(_BANKS, slugs)}
    there = {path: found[path] for path in wanted if path in found}
    banks: dict[str, QuizSpec] = {path: spec_of(row.compiled_sha) for path, row in there.items()}
    if shop_ids and any(bank.shops for bank in banks.values()):
        quiz = for_shops(quiz, banks, words_of_shops(shop_ids), normal)
    return Drawing(
        quiz=quiz,
        held=not_asked | doubted,
        banks=banks,
        document_ids={path: row.id for path, row in there.items()},
        compiled=tuple(row.compiled_sha.hex() for row in there.values()),
    )


def words_of_shops(shop_ids: Collection[int]) -> frozenset[str]:
    """Return by what words a bank may mean these shops: name, code, platform."""
    found = session().execute(select(Shop.name, Shop.code, Shop.platform).where(Shop.id.in_(list(shop_ids))))
    return frozenset(normal(word) for row in found for word in row if word)


def seen_in_banks(person_id: int, document_ids: Collection[int]) -> set[str]:
    """Return which questions of these banks the person was ever asked, in whichever quiz: keys, and hex of the shas."""
    if not document_ids:
        return set()
    found = rows(_SEEN, {"person_id": person_id, "ids": list(document_ids)})
    return {word for row in found for word in (row.key, row.part_version_sha.hex())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A published quiz that draws from a bank. paths: by which its lines name the bank."""

    document_id: int
    slug: str
    title: str
    quiz: QuizSpec
    paths: frozenset[str]

    def counted(self, bank: QuizSpec | None = None) -> tuple[int, int]:
        """Return how many questions its paper has now and how many it promises, none in doubt counted out.

        bank: what the bank would be, None = as it is published.
        """
        source = drawing(self.quiz, ())
        banks = dict(source.banks)
        if bank is not None:
            banks |= dict.fromkeys(self.paths, bank)
        return left_on_paper(self.quiz, (), banks), on_one_paper(self.quiz)


def drawers(bank_id: int) -> list[Drawer]:
    """Return the published quizzes that draw from a bank, by title."""
    own = session().execute(
        select(Document.folder, Slug.slug).join(Slug, Slug.document_id == Document.id).where(Document.id == bank_id)
    )
    names = {path_of(row.folder, row.slug) for row in own}
    found = session().execute(
        select(Document.id, Document.title, Slug.slug, Revision.compiled_sha)
        .join(Slug, (Slug.document_id == Document.id) & Slug.is_current)
        .join(Revision, Revision.id == Document.published_id)
        .where(
            Document.state == PUBLISHED,
            Document.kind == "quiz",
            Document.id.in_(select(Edge.from_document_id).where(Edge.to_document_id == bank_id)),
        )
        .order_by(Document.title, Document.id)
    )
    drawn = []
    for row in found:
        quiz: QuizSpec = spec_of(row.compiled_sha)
        paths = names.intersection(quiz.banks)
        if paths:
            drawn.append(Drawer(document_id=row.id, slug=row.slug, title=row.title, quiz=quiz, paths=frozenset(paths)))
    return drawn


def for_actor(quiz: QuizSpec, held: Collection[str], actor: Actor) -> Drawing:
    """Return what the actor's paper is drawn from."""
    return drawing(quiz, held, actor.shops)
