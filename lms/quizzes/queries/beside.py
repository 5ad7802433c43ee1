"""What the form of a quiz shows of the banks that it may draw from."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select

from lms.content.models import Document, Slug
from lms.content.queries import BANK
from lms.content.rules.paths import path_of
from lms.core.db import session
from lms.quizzes.blueprint import Draw
from lms.quizzes.models import BankQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank with the tags and the level of each of its published questions."""

    path: str
    title: str
    questions: tuple[tuple[tuple[str, ...], int | None], ...]

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(sorted({tag for tags, _level in self.questions for tag in tags}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    banks: tuple[Bank, ...]

    @property
    def by_path(self) -> Mapping[str, Bank]:
        return {bank.path: bank for bank in self.banks}

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(sorted({tag for bank in self.banks for tag in bank.tags}))

    def pool(self, line: Draw) -> int | None:
        """Return how many questions a line draws from now; None for a bank that is not there."""
        bank = self.by_path.get(line.target)
        return None if bank is None else sum(line.takes(tags, level) for tags, level in bank.questions)


def banks_beside() -> Beside:
    """Return every bank that is not archived, by title, in two statements. A draft has no questions yet."""
    rows = (
        session()
        .execute(
            select(Document.id, Document.folder, Document.title, Slug.slug)
            .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
            .where(Document.use == BANK, Document.state != "archived")
            .order_by(Document.title, Document.id)
        )
        .all()
    )
    found: dict[int, list[tuple[tuple[str, ...], int | None]]] = {row.id: [] for row in rows}
    held = select(BankQuestion.document_id, BankQuestion.tags, BankQuestion.level)
    for row in session().execute(held.where(BankQuestion.document_id.in_(found))):
        found[row.document_id].append((tuple(row.tags), row.level))
    return Beside(
        banks=tuple(
            Bank(path=path_of(row.folder, row.slug), title=row.title, questions=tuple(found[row.id])) for row in rows
        )
    )
