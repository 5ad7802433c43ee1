"""What is asked of the knowledge report: its filters, as conditions. Nobody gets a title or a person not theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, or_, select

from lms.accounts.models import Person, Shop
from lms.accounts.queries import teams_below, visible
from lms.content import queries as content
from lms.content.audience import HoldsAny, normal
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.here import settings, today
from lms.kb.queries import folder_of
from lms.reports.knowledge.rules import (
    SECTIONS,
    USUAL_DAYS,
    Figure,
    Report,
    Row,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked. days: back from today (of reviews: ahead). category: a folder and all below it, "" = all.

    shop: its code. team_id: and all below it.
    """

    days: int = USUAL_DAYS
    category: str = ""
    shop: str = ""
    team_id: int | None = None

    @property
    def first(self) -> date:
        return today() - timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=settings().timezone)


def made(key: str, rows: Sequence[Row], figures: Sequence[Figure], days: Sequence[int] = ()) -> Report:
    return Report(section=SECTIONS[key], rows=rows, figures=figures, days=days)


def articles(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions that an article is among those asked for, and that the actor may read it."""
    found = [Document.kind == "article", content.readable(actor)]
    if wanted.shop:
        names = session().execute(select(Shop.code, Shop.name).where(Shop.code == wanted.shop)).one_or_none()
        words = sorted({each for name in names for each in (name, normal(name))}) if names else [wanted.shop]
        found.append(or_(cast(Document.shops, String) == "[]", HoldsAny(Document.shops, _listed(words))))
    if wanted.category:
        found.append(Slug.slug.startswith(f"{wanted.category}/", autoescape=True))
    return found


def _listed(words: Sequence[str]) -> Any:
    return bindparam("shop_words", list(words), expanding=True, unique=True)


def people_of(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions on Person: whom the actor may see, of the team asked for."""
    found = [visible(actor, Permission.REPORT_READ)]
    if wanted.team_id is not None:
        found.append(Person.team_id.in_(teams_below([wanted.team_id])))
    return found


def slugged(statement: Any) -> Any:
    return statement.join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))


def article(row: Any, **values: Any) -> Row:
    return Row(values={"title": row.title, "category": folder_of(row.slug), **values}, slug=row.slug)
