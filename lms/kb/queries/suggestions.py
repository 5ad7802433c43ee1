"""Reading what people propose: one's own, what waits for an editor, who is named for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Team
from lms.content.audience import is_meant
from lms.content.models import Document, Revision, Slug
from lms.core.access import Actor, Permission, allows
from lms.core.db import session
from lms.core.errors import NotFound
from lms.kb.models import Suggestion
from lms.kb.rules.suggesting import State

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An article as somebody who may see it gets to it; is_published: agents can open it."""

    document_id: int
    slug: str
    title: str
    is_published: bool
    is_meant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A proposal. article: what it would change, None for a new one. result: what came of it.

    state: as stored. is_public: accepted and published, in version `number`. decided_by: "" while it is open.
    """

    id: int
    public_id: str
    person_id: int
    name: str
    team: str
    title: str
    reason: str
    folder: str
    state: str
    at: datetime
    answer: str
    decided_by: str
    decided_at: datetime | None
    base_revision_id: int | None
    article: Target | None
    result: Target | None
    number: int | None
    is_public: bool


_author, _decider, _team = aliased(Person), aliased(Person), aliased(Team)
_on, _came = aliased(Document), aliased(Document)
_on_slug, _came_slug, _came_revision = aliased(Slug), aliased(Slug), aliased(Revision)
_ROWS: Any = (
    select(
        Suggestion.id,
        Suggestion.public_id,
        Suggestion.person_id,
        Suggestion.title,
        Suggestion.reason,
        Suggestion.folder,
        Suggestion.state,
        Suggestion.at,
        Suggestion.answer,
        Suggestion.decided_at,
        Suggestion.base_revision_id,
        _author.name,
        _team.name.label("team"),
        _decider.name.label("decider"),
        _on.id.label("on_id"),
        _on.title.label("on_title"),
        _on.state.label("on_state"),
        _on.audience.label("on_audience"),
        _on_slug.slug.label("on_slug"),
        _came.id.label("came_id"),
        _came.title.label("came_title"),
        _came.state.label("came_state"),
        _came.audience.label("came_audience"),
        _came_slug.slug.label("came_slug"),
        _came_revision.number,
        _came_revision.compiled_sha.is_not(None).label("is_public"),
    )
    .join(_author, _author.id == Suggestion.person_id)
    .outerjoin(_team, _team.id == _author.team_id)
    .outerjoin(_decider, _decider.id == Suggestion.decided_by)
    .outerjoin(_on, _on.id == Suggestion.document_id)
    .outerjoin(_on_slug, and_(_on_slug.document_id == _on.id, _on_slug.is_current))
    .outerjoin(_came, _came.id == Suggestion.result_document_id)
    .outerjoin(_came_slug, and_(_came_slug.document_id == _came.id, _came_slug.is_current))
    .outerjoin(_came_revision, _came_revision.id == Suggestion.result_revision_id)
)


def _rows(actor: Actor, *conditions: ColumnElement[bool], newest: bool = True, limit: int = SHOWN) -> list[Row]:
    order = Suggestion.at.desc() if newest else Suggestion.at.asc()
    found = session().execute(_ROWS.where(*conditions).order_by(order, Suggestion.id.desc()).limit(limit))
    return [
        Row(
            id=row.id,
            public_id=row.public_id,
            person_id=row.person_id,
            name=row.name or "",
            team=row.team or "",
            title=row.title,
            reason=row.reason,
            folder=row.folder,
            state=row.state,
            at=row.at,
            answer=row.answer,
            decided_by=row.decider or "",
            decided_at=row.decided_at,
            base_revision_id=row.base_revision_id,
            article=_target(actor, row.on_id, row.on_slug, row.on_title, row.on_state, row.on_audience),
            result=_target(actor, row.came_id, row.came_slug, row.came_title, row.came_state, row.came_audience),
            number=row.number,
            is_public=bool(row.is_public) and row.came_state == "published",
        )
        for row in found
    ]


def _target(actor: Actor, id: int | None, slug: str, title: str, state: str, audience: Any) -> Target | None:
    if id is None:
        return None
    published = state == "published"
    return Target(
        document_id=id,
        slug=slug,
        title=title,
        is_published=published,
        is_meant=published and is_meant(audience, actor),
    )


def mine(actor: Actor) -> list[Row]:
    """Return what the actor proposed, the newest first."""
    return _rows(actor, Suggestion.person_id == actor.id)


def waiting(actor: Actor, *, limit: int = SHOWN) -> list[Row]:
    """Return what waits for an editor, the oldest first. Who may call this is the gate's affair."""
    return _rows(actor, Suggestion.state == State.OPEN, newest=False, limit=limit)


def decided(actor: Actor, *, limit: int = 50) -> list[Row]:
    """Return what was decided lately, the newest first; what its author took back is left out."""
    states = (State.ACCEPTED.value, State.DECLINED.value)
    return _rows(actor, Suggestion.state.in_(states), limit=limit)


def suggestion(actor: Actor, public_id: str) -> Row:
    """Return one proposal: one's own, or any for an editor. Raises NotFound."""
    own = literal(True) if allows(actor, Permission.CONTENT_EDIT) else Suggestion.person_id == actor.id
    found = _rows(actor, Suggestion.public_id == public_id, own, limit=1)
    if not found:
        raise NotFound()
    return found[0]


def text_of(suggestion_id: int) -> str:
    return session().scalars(select(Suggestion.text).where(Suggestion.id == suggestion_id)).one()


def listed(actor: Actor, *, state: str = "", after: int = 0, limit: int = 100) -> list[Row]:
    """Return proposals by their age, the newest first: an editor gets everybody's, everybody else their own."""
    conditions: list[ColumnElement[bool]] = []
    if not allows(actor, Permission.CONTENT_EDIT):
        conditions.append(Suggestion.person_id == actor.id)
    if state:
        conditions.append(Suggestion.state == state)
    if after:
        conditions.append(Suggestion.id < after)
    found = (
        session()
        .execute(select(Suggestion.id).where(*conditions).order_by(Suggestion.id.desc()).limit(limit))
        .scalars()
    )
    ids = list(found)
    rows = {row.id: row for row in _rows(actor, Suggestion.id.in_(ids), limit=limit)}
    return [rows[id] for id in ids]


def open_count(person_id: int) -> int:
    statement = select(func.count()).where(Suggestion.person_id == person_id, Suggestion.state == State.OPEN)
    return session().scalar(statement) or 0


def credit() -> Any:
    """Return the names of those whose proposals a version holds, as a column beside `Revision`."""
    helper = aliased(Person)
    names = (
        select(helper.name)
        .join(Suggestion, Suggestion.person_id == helper.id)
        .where(Suggestion.result_revision_id == Revision.id, helper.name.is_not(None))
        .distinct()
        .correlate(Revision)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, "、")).scalar_subquery()
