"""Reading gaps: the list with its weights, one gap with everything that is known of it, words that may become one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, Shop, Team
from lms.content import queries as content
from lms.content.models import Document, Edge, Part, Slug
from lms.content.queries import Card
from lms.core.access import Actor
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.here import today
from lms.kb.models import Gap, GapAsker, GapMiss
from lms.kb.rules import gaps as rules

OPEN, CLOSED, DISMISSED, MERGED = "open", "closed", "dismissed", "merged"
SORTS = ("month", "week", "last", "opened", "title")
MOST_WORDS = 200
MOST_CANDIDATES = 200
MOST_NAMES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One gap of the list. week, month: misses of the last 7 and 28 days; trend: of each of the 28, oldest first.

    draft: what is being written for it; article: what closed it.
    """

    id: int
    public_id: str
    title: str
    state: str
    week: int
    month: int
    trend: Sequence[int]
    shops: Sequence[str]
    sources: Sequence[str]
    owner_id: int | None
    owner: str
    askers: int
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    reopened: int
    draft: Card | None
    article: Card | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which gaps. owner: a person's id, 0 = nobody, None = whoever. shop: its code, "" = all."""

    state: str = OPEN
    owner: int | None = None
    shop: str = ""
    source: str = ""
    q: str = ""


def gaps(wanted: Wanted, *, sort: str = "month", descending: bool = True) -> list[Listed]:
    """Return the gaps of a state, all of them: they are dozens, and what sorts them is counted from their misses."""
    statement = (
        select(
            Gap.id, Gap.public_id, Gap.title, Gap.state, Gap.owner_id, Person.name.label("owner"), Gap.opened_at,
            Gap.last_at, Gap.closed_at, Gap.reopened, Gap.draft_document_id, Gap.document_id,
        )
        .outerjoin(Person, Person.id == Gap.owner_id)
        .where(Gap.state == wanted.state)
        .order_by(Gap.id)
    )  # fmt: skip
    if wanted.owner is not None:
        statement = statement.where(Gap.owner_id.is_(None) if wanted.owner == 0 else Gap.owner_id == wanted.owner)
    found = session().execute(statement).all()
    counts = _recent([row.id for row in found])
    askers = _askers([row.id for row in found])
    cards = content.cards([each for row in found for each in (row.draft_document_id, row.document_id) if each])
    names = shop_names()
    listed = [_listed(row, counts.get(row.id, []), askers.get(row.id, 0), cards, names) for row in found]
    shown = [each for each in listed if _fits(each, wanted, counts.get(each.id, []))]
    return sorted(shown, key=lambda each: (_value(each, sort), each.id), reverse=descending)


def _value(each: Listed, sort: str) -> Any:
    return {
        "month": (each.month, each.week),
        "week": (each.week, each.month),
        "last": each.last_at,
        "opened": each.opened_at,
        "title": each.title,
    }[sort]


Counts = list[tuple[str, str, date, int]]
"""Source, shop, day, misses."""

_RECENT = (
    select(GapMiss.gap_id, GapMiss.source, GapMiss.shop, GapMiss.day, func.sum(GapMiss.count).label("times"))
    .where(GapMiss.gap_id.in_(bindparam("ids", expanding=True)), GapMiss.day >= bindparam("first"), GapMiss.count > 0)
    .group_by(GapMiss.gap_id, GapMiss.source, GapMiss.shop, GapMiss.day)
)
_ASKERS = (
    select(GapAsker.gap_id, func.count())
    .where(GapAsker.gap_id.in_(bindparam("ids", expanding=True)))
    .group_by(GapAsker.gap_id)
)


def _recent(ids: Sequence[int]) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(list)
    if ids:
        first = today() - timedelta(days=rules.WINDOW - 1)
        for row in rows(_RECENT, {"ids": list(ids), "first": first}):
            found[row.gap_id].append((row.source, row.shop, row.day, int(row.times)))
    return found


def _askers(ids: Sequence[int]) -> dict[int, int]:
    return dict(rows(_ASKERS, {"ids": list(ids)}).all()) if ids else {}


def _listed(row: Any, counts: Counts, askers: int, cards: Mapping[int, Card], names: Mapping[str, str]) -> Listed:
    trend = rules.by_day([(day, count) for _, _, day, count in counts], today(), rules.WINDOW)
    sources = {source for source, _, _, _ in counts}
    by_shop = Counter[str]()
    for _, shop, _, count in counts:
        if shop:
            by_shop[shop] += count
    return Listed(
        id=row.id,
        public_id=row.public_id,
        title=row.title,
        state=row.state,
        week=sum(trend[-7:]),
        month=sum(trend),
        trend=trend,
        shops=[names.get(shop, shop) for shop, _ in by_shop.most_common()],
        sources=[source for source in rules.SOURCES if source in sources],
        owner_id=row.owner_id,
        owner=row.owner or "",
        askers=askers,
        opened_at=row.opened_at,
        last_at=row.last_at,
        closed_at=row.closed_at,
        reopened=row.reopened,
        draft=cards.get(row.draft_document_id),
        article=cards.get(row.document_id),
    )


def _fits(each: Listed, wanted: Wanted, counts: Counts) -> bool:
    return (
        (not wanted.q or wanted.q.casefold() in each.title.casefold())
        and (not wanted.source or wanted.source in each.sources)
        and (not wanted.shop or any(shop == wanted.shop for _, shop, _, _ in counts))
    )


def shop_names() -> dict[str, str]:
    return dict(session().execute(select(Shop.code, Shop.name).order_by(Shop.id)).all())


def states() -> dict[str, int]:
    """Return how many gaps stand in each state."""
    found = dict(session().execute(select(Gap.state, func.count()).group_by(Gap.state)).all())
    return {state: found.get(state, 0) for state in (OPEN, CLOSED, DISMISSED)}


def open_gaps() -> list[tuple[str, str]]:
    """Return public id and title of every open gap, by title: into which another may be merged."""
    statement = select(Gap.public_id, Gap.title).where(Gap.state == OPEN).order_by(Gap.title, Gap.id)
    return [(public_id, title) for public_id, title in session().execute(statement)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Words that are missed too seldom to be a gap."""

    words: str
    count: int
    last: date


def candidates(limit: int = MOST_CANDIDATES) -> list[Candidate]:
    """Return what was missed in the last 28 days and belongs to no gap, the most missed first."""
    count = func.sum(GapMiss.count)
    statement = (
        select(GapMiss.words, count.label("times"), func.max(GapMiss.day).label("last"))
        .where(GapMiss.gap_id.is_(None), GapMiss.day >= today() - timedelta(days=rules.WINDOW - 1), GapMiss.count > 0)
        .group_by(GapMiss.words)
        .order_by(count.desc(), GapMiss.words)
        .limit(limit)
    )
    return [Candidate(words=row.words, count=int(row.times), last=row.last) for row in session().execute(statement)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Words of a gap with all their misses ever. sources: where they come from."""

    words: str
    sources: Sequence[str]
    count: int
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who missed it. told_at: when the answer was announced to them."""

    name: str
    employee_no: str
    team: str
    at: datetime
    told_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """What one source says of a gap. days: of the last 28, oldest first."""

    source: str
    week: int
    month: int
    ever: int
    days: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One gap with everything. articles: what votes and questions are about, with the reason of a vote, and how often.

    merged_into: public id and title of the gap that took its words. names: () for who may not know who asked.
    """

    listed: Listed
    reason: str
    closed_by: str
    merged_into: tuple[str, str] | None
    words: Sequence[Word]
    by_source: Sequence[SourceLine]
    articles: Sequence[tuple[Card, str, int]]
    names: Sequence[Asker]


def gap_id(public_id: str) -> int:
    """Return the key of a gap. Raises NotFound."""
    found = session().scalar(select(Gap.id).where(Gap.public_id == public_id))
    if found is None:
        raise NotFound()
    return found


def gap(public_id: str, *, with_names: bool) -> Whole:
    """Return one gap. with_names: who asked, not only how many. Raises NotFound."""
    closer = aliased(Person)
    row = (
        session()
        .execute(
            select(
                Gap.id, Gap.public_id, Gap.title, Gap.state, Gap.owner_id, Person.name.label("owner"), Gap.opened_at,
                Gap.last_at, Gap.closed_at, Gap.reopened, Gap.draft_document_id, Gap.document_id, Gap.reason,
                Gap.merged_into_id, closer.name.label("closer"),
            )
            .outerjoin(Person, Person.id == Gap.owner_id)
            .outerjoin(closer, closer.id == Gap.closed_by)
            .where(Gap.public_id == public_id)
        )
        .one_or_none()
    )  # fmt: skip
    if row is None:
        raise NotFound()
    cards = content.cards([each for each in (row.draft_document_id, row.document_id) if each])
    signs = _signs(row.id)
    return Whole(
        listed=_listed(row, _recent([row.id]).get(row.id, []), _askers([row.id]).get(row.id, 0), cards, shop_names()),
        reason=row.reason,
        closed_by=row.closer or "",
        merged_into=_named(row.merged_into_id),
        words=_words(signs)[:MOST_WORDS],
        by_source=_by_source(row.id),
        articles=_articles(signs),
        names=_names(row.id) if with_names else (),
    )


def _named(gap_id: int | None) -> tuple[str, str] | None:
    if gap_id is None:
        return None
    public_id, title = session().execute(select(Gap.public_id, Gap.title).where(Gap.id == gap_id)).one()
    return public_id, title


def _signs(gap_id: int) -> list[tuple[str, str, str, int, date]]:
    """Return words, source, ref, misses and last day of everything that was counted for a gap."""
    statement = (
        select(GapMiss.words, GapMiss.source, GapMiss.ref, func.sum(GapMiss.count), func.max(GapMiss.day))
        .where(GapMiss.gap_id == gap_id)
        .group_by(GapMiss.words, GapMiss.source, GapMiss.ref)
    )
    return [(words, source, ref, int(count), last) for words, source, ref, count, last in session().execute(statement)]


def _words(signs: Iterable[tuple[str, str, str, int, date]]) -> list[Word]:
    by_words: dict[str, list[tuple[str, int, date]]] = defaultdict(list)
    for words, source, _, count, last in signs:
        by_words[words].append((source, count, last))
    found = [
        Word(
            words=words,
            sources=[source for source in rules.SOURCES if any(source == each[0] for each in every)],
            count=sum(count for _, count, _ in every),
            last=max(last for _, _, last in every),
        )
        for words, every in by_words.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.words))


def _by_source(gap_id: int) -> list[SourceLine]:
    statement = (
        select(GapMiss.source, GapMiss.day, func.sum(GapMiss.count))
        .where(GapMiss.gap_id == gap_id)
        .group_by(GapMiss.source, GapMiss.day)
    )
    counts: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for source, day, count in session().execute(statement):
        counts[source].append((day, int(count)))
    found = []
    for source in rules.SOURCES:
        if source in counts:
            days = rules.by_day(counts[source], today(), rules.WINDOW)
            ever = sum(count for _, count in counts[source])
            found.append(SourceLine(source=source, week=sum(days[-7:]), month=sum(days), ever=ever, days=days))
    return found


def _articles(signs: Iterable[tuple[str, str, str, int, date]]) -> list[tuple[Card, str, int]]:
    """Return what the votes and the questions of a gap are about, the most often first."""
    about = Counter[tuple[int, str]]()
    keys = Counter[str]()
    for _, source, ref, count, _ in signs:
        document, _, reason = ref.partition(":")
        if source == rules.QUESTION:
            keys[ref] += count
        elif source == rules.VOTE and document.isdecimal():
            about[int(document), reason] += count
    if keys:
        rests = select(Part.key, Edge.to_document_id).join(Edge, Edge.from_part_id == Part.id)
        resting = rests.join(Document, Document.id == Edge.to_document_id).where(
            Part.key.in_(keys), Document.kind == "article"
        )
        for key, document_id in session().execute(resting.distinct()):
            if document_id is not None:
                about[document_id, rules.QUESTION] += keys[key]
    cards = content.cards([document_id for document_id, _ in about])
    return [(cards[id], reason, count) for (id, reason), count in about.most_common() if id in cards and count]


def _names(gap_id: int) -> list[Asker]:
    statement = (
        select(Person.name, Person.employee_no, Team.name.label("team"), GapAsker.at, GapAsker.told_at)
        .join(Person, Person.id == GapAsker.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(GapAsker.gap_id == gap_id)
        .order_by(GapAsker.at.desc(), Person.id)
        .limit(MOST_NAMES)
    )
    return [
        Asker(
            name=row.name or "", employee_no=row.employee_no or "", team=row.team or "", at=row.at, told_at=row.told_at
        )
        for row in session().execute(statement)
    ]


def article_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return slug and title of every published article that the actor may read, by title."""
    statement = (
        select(Slug.slug, Document.title)
        .join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))
        .where(Document.kind == "article", content.readable(actor))
        .order_by(Document.title, Document.id)
    )
    return [(slug, title) for slug, title in session().execute(statement)]
