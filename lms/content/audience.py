"""Who may read what: the words of 可见 (roles, positions, teams, shops) against those that fit a person."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from flask import g
from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from lms.accounts.models import Shop, Team, TeamPlace
from lms.content.models import Document
from lms.core.access import Actor, Permission, Role, allows
from lms.core.db import session
from lms.core.here import today

ROLE_WORDS: dict[Role, tuple[str, ...]] = {
    Role.AGENT: ("agent", "客服"),
    Role.LEAD: ("lead", "组长", "主管"),
    Role.TRAINER: ("trainer", "讲师", "培训师"),
    Role.QUALITY: ("quality", "质检"),
    Role.DIRECTOR: ("director", "总监"),
    Role.HR: ("hr", "人事"),
    Role.ADMIN: ("admin", "管理员"),
}
"""How an author may write a role. A position is written as in the staff list, a team or shop by name or code."""


def normal(word: str) -> str:
    """Return the word as it is compared: width and case do not count."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


class HoldsAny(FunctionElement[bool]):
    """Whether a JSON list holds any of the words: `HoldsAny(Document.audience, words)`."""

    type = Boolean()
    inherit_cache = True


@compiles(HoldsAny, "sqlite")
def _on_sqlite(element: HoldsAny, compiler: Any, **more: Any) -> str:
    column, words = element.clauses
    listed = f"json_each({compiler.process(column, **more)}) AS held"
    return f"EXISTS (SELECT 1 FROM {listed} WHERE held.value IN {compiler.process(words, **more)})"  # noqa: S608 - names of columns and places


@compiles(HoldsAny, "postgresql")
def _on_postgresql(element: HoldsAny, compiler: Any, **more: Any) -> str:
    column, words = element.clauses
    listed = f"jsonb_array_elements_text({compiler.process(column, **more)}) AS held(value)"
    return f"EXISTS (SELECT 1 FROM {listed} WHERE held.value IN {compiler.process(words, **more)})"  # noqa: S608 - names of columns and places


IS_FOR_ALL = cast(Document.audience, String) == "[]"


def fits(words: Any) -> ColumnElement[bool]:
    """Return the condition that a published document is for whoever has these words. words: an expanding bindparam."""
    return and_(Document.state == "published", or_(IS_FOR_ALL, HoldsAny(Document.audience, words)))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL condition on Document that the actor may read it: published, not archived, meant for them.

    A trainer, quality and the director read what is meant for others too. Drafts are the studio's affair.
    """
    if allows(actor, Permission.CONTENT_READ_ALL):
        return Document.state == "published"
    return fits(bindparam("audience_words", words_of(actor), expanding=True, unique=True))


def is_meant(audience: Sequence[str], actor: Actor) -> bool:
    """Return whether a published document with this audience is for the actor.

    The words of a person cost a statement, so a document for everybody, as most are, does not ask for them.
    """
    if not audience or allows(actor, Permission.CONTENT_READ_ALL):
        return True
    return not set(audience).isdisjoint(words_of(actor))


def words_of(actor: Actor) -> Sequence[str]:
    """Return every word by which a document may mean this person, compared by `normal`. Asked for once a request."""
    kept: tuple[Actor, Sequence[str]] | None = g.get("audience_words")
    if kept is None or kept[0] != actor:
        kept = g.audience_words = (actor, sorted(_words(actor)))
    return kept[1]


def _words(actor: Actor) -> set[str]:
    own: Iterable[str] = (word for role in actor.roles for word in ROLE_WORDS[role])
    rows = session().execute(_NAMES, {"team": actor.team_id, "shops": list(actor.shops) or [-1], "today": today()})
    names = [name for row in rows for name in row]
    return {normal(word) for word in (*own, actor.position, *names) if word}


def _names() -> Select[Any]:
    """Return the names of a person's team, of the teams above it, and of the shops served."""
    day: BindParameter[Any] = bindparam("today")
    above = select(Team.id).where(Team.id == bindparam("team")).cte("above", recursive=True)
    above = above.union(
        select(TeamPlace.parent_id).where(
            TeamPlace.team_id == above.c.id,
            TeamPlace.parent_id.is_not(None),
            TeamPlace.from_on <= day,
            or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day),
        )
    )
    teams = select(Team.name, Team.code).join(above, above.c.id == Team.id)
    shops = select(Shop.name, Shop.code).where(Shop.id.in_(bindparam("shops", expanding=True)))
    both = union_all(teams, shops).subquery()
    return select(both)


_NAMES = _names()
