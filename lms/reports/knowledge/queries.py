"""Reading the sections of the knowledge report. Nobody sees a title that they may not read, nor people not theirs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, case, cast, func, or_, select

from lms.accounts.models import Person, Shop
from lms.accounts.queries import teams_below, visible
from lms.assignments.models import Assignment
from lms.assignments.rules import READ
from lms.content import queries as content
from lms.content.audience import HoldsAny, normal
from lms.content.models import Document, Slug
from lms.core.access import Actor, Permission
from lms.core.db import session
from lms.core.here import day_of, settings, today
from lms.core.texts import text
from lms.kb.models import ArticleView, Gap, GapMiss, SearchLog, Vote
from lms.kb.queries import folder_of
from lms.kb.rules.gap_words import words_of
from lms.kb.rules.gaps import by_day, days_open
from lms.reports.knowledge.people import contributions
from lms.reports.knowledge.rules import (
    FEW_VOTES,
    REASONS,
    SECTIONS,
    USUAL_DAYS,
    Figure,
    Report,
    Row,
    Section,
    ordered,
    review_state,
    share,
)

MOST_ROWS = 5_000
"""Rows of one section; more are not made."""


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


def report(actor: Actor, section: Section, wanted: Wanted, *, sort: str = "", descending: bool | None = None) -> Report:
    """Return a section with all its rows, in order. sort: the key of a column, "" = the section's own."""
    found = _BUILDERS[section.key](actor, wanted)
    key = sort or section.sort.removeprefix("-")
    down = section.sort.startswith("-") if descending is None else descending
    rows = ordered(found.rows, key, descending=down)[:MOST_ROWS]
    return Report(section=section, rows=rows, figures=found.figures, days=found.days)


def _made(key: str, rows: Sequence[Row], figures: Sequence[Figure], days: Sequence[int] = ()) -> Report:
    return Report(section=SECTIONS[key], rows=rows, figures=figures, days=days)


def _articles(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions that an article is among those asked for, and that the actor may read it."""
    found = [Document.kind == "article", content.readable(actor)]
    if wanted.shop:
        names = session().execute(select(Shop.code, Shop.name).where(Shop.code == wanted.shop)).one_or_none()
        words = sorted({each for name in names for each in (name, normal(name))}) if names else [wanted.shop]
        found.append(or_(cast(Document.shops, String) == "[]", HoldsAny(Document.shops, _listed(words))))
    if wanted.category:
        folder = wanted.category.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found.append(Slug.slug.like(f"{folder}/%", escape="\\"))
    return found


def _listed(words: Sequence[str]) -> Any:
    return bindparam("shop_words", list(words), expanding=True, unique=True)


def people_of(actor: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions on Person: whom the actor may see, of the team asked for."""
    found = [visible(actor, Permission.REPORT_READ)]
    if wanted.team_id is not None:
        found.append(Person.team_id.in_(teams_below([wanted.team_id])))
    return found


def _slugged(statement: Any) -> Any:
    return statement.join(Slug, and_(Slug.document_id == Document.id, Slug.is_current))


def _article(row: Any, **values: Any) -> Row:
    return Row(values={"title": row.title, "category": folder_of(row.slug), **values}, slug=row.slug)


def _reviews(actor: Actor, wanted: Wanted) -> Report:
    here = today()
    owner = select(Person.name).where(Person.id == Document.owner_id).correlate(Document).scalar_subquery()
    statement = _slugged(select(Document.title, Slug.slug, Document.verified_until, owner.label("owner"))).where(
        *_articles(actor, wanted), Document.verified_until < here + timedelta(days=wanted.days)
    )
    rows = [
        _article(
            row,
            owner=row.owner or "",
            until=row.verified_until,
            days=(row.verified_until - here).days,
            state=review_state(row.verified_until, here),
        )
        for row in session().execute(statement.order_by(Document.id))
    ]
    late = sum(row.values["state"] == "late" for row in rows)
    every = session().scalar(_slugged(select(func.count()).select_from(Document)).where(*_articles(actor, wanted)))
    nobody = sum(not row.values["owner"] for row in rows)
    return _made(
        "review",
        rows,
        [
            Figure(value=str(late), unit=text("条"), label=text("已过复审期"), bad=bool(late)),
            Figure(value=str(len(rows) - late), unit=text("条"), label=text("%(n)s 天内到期", n=wanted.days)),
            Figure(value=str(nobody), unit=text("条"), label=text("没有负责人"), bad=bool(nobody)),
            Figure(value=str(every or 0), unit=text("条"), label=text("看得到的知识")),
        ],
    )


def _reads(actor: Actor, wanted: Wanted) -> Report:
    statement = (
        _slugged(
            select(
                Document.title,
                Slug.slug,
                func.count(func.distinct(ArticleView.person_id)).label("people"),
                func.sum(ArticleView.times).label("times"),
                func.max(ArticleView.last_at).label("last"),
            ).join(ArticleView, ArticleView.document_id == Document.id)
        )
        .join(Person, Person.id == ArticleView.person_id)
        .where(ArticleView.last_at >= wanted.start, *_articles(actor, wanted), *people_of(actor, wanted))
        .group_by(Document.id, Document.title, Slug.slug)
        .order_by(Document.id)
    )
    rows = [
        _article(row, people=row.people, times=int(row.times), last=day_of(row.last))
        for row in session().execute(statement)
    ]
    readers = session().scalar(
        select(func.count(func.distinct(ArticleView.person_id)))
        .join(Person, Person.id == ArticleView.person_id)
        .where(ArticleView.last_at >= wanted.start, *people_of(actor, wanted))
    )
    return _made(
        "reads",
        rows,
        [
            Figure(value=str(len(rows)), unit=text("条"), label=text("有人读过的知识")),
            Figure(value=str(readers or 0), unit=text("人"), label=text("读过知识的人")),
        ],
    )


@dataclass(slots=True)
class _Searched:
    """What is summed of one way of asking."""

    searches: int = 0
    zero: int = 0
    unclicked: int = 0
    last: datetime | None = None


def _searched(actor: Actor, wanted: Wanted) -> tuple[dict[str, _Searched], dict[str, set[int]], list[tuple[date, int]]]:
    """Return searches by their words, the people by words, and the searches without result of each day."""
    statement = (
        select(SearchLog.query, SearchLog.hits, SearchLog.clicked_id, SearchLog.at, SearchLog.person_id)
        .join(Person, Person.id == SearchLog.person_id)
        .where(SearchLog.at >= wanted.start, *people_of(actor, wanted))
    )
    if wanted.shop:
        statement = statement.where(SearchLog.shop == wanted.shop)
    found: dict[str, _Searched] = defaultdict(_Searched)
    people: dict[str, set[int]] = defaultdict(set)
    zero: Counter[date] = Counter()
    kept: dict[str, str | None] = {}
    for query, hits, clicked_id, at, person_id in session().execute(statement):
        if query not in kept:
            kept[query] = words_of(query)
        words = kept[query]
        if words is None:
            continue
        each = found[words]
        each.searches += 1
        each.zero += not hits
        each.unclicked += bool(hits) and clicked_id is None
        each.last = at if each.last is None else max(each.last, at)
        if person_id is not None:
            people[words].add(person_id)
        if not hits:
            zero[day_of(at)] += 1
    return found, people, list(zero.items())


def _searches(actor: Actor, wanted: Wanted) -> Report:
    found, people, _ = _searched(actor, wanted)
    rows = [
        Row(
            values={
                "words": words,
                "searches": each.searches,
                "people": len(people[words]),
                "zero": each.zero,
                "unclicked": each.unclicked,
            }
        )
        for words, each in sorted(found.items())
    ]
    total = sum(each.searches for each in found.values())
    zero = sum(each.zero for each in found.values())
    every = {person for some in people.values() for person in some}
    return _made(
        "searches",
        rows,
        [
            Figure(value=str(total), unit=text("次"), label=text("搜索")),
            Figure(value=str(len(every)), unit=text("人"), label=text("搜过的人")),
            Figure(value=str(share(zero, total) or 0), unit=text("%%"), label=text("没有结果")),
        ],
    )


def _zero(actor: Actor, wanted: Wanted) -> Report:
    found, people, by = _searched(actor, wanted)
    states = _gap_states()
    rows = [
        Row(
            values={
                "words": words,
                "searches": each.zero,
                "people": len(people[words]),
                "last": day_of(each.last) if each.last else None,
                "state": states.get(words, "few"),
            }
        )
        for words, each in sorted(found.items())
        if each.zero
    ]
    total = sum(each.zero for each in found.values())
    waiting = sum(row.values["state"] == "open" for row in rows)
    return _made(
        "zero",
        rows,
        [
            Figure(value=str(total), unit=text("次"), label=text("没有结果"), bad=bool(waiting)),
            Figure(value=str(len(rows)), unit=text("种"), label=text("说法")),
            Figure(value=str(waiting), unit=text("种"), label=text("在待处理的缺口里")),
        ],
        by_day(by, today(), wanted.days),
    )


def _gap_states() -> Mapping[str, str]:
    statement = select(GapMiss.words, Gap.state).join(Gap, Gap.id == GapMiss.gap_id).distinct()
    return dict(session().execute(statement).all())


def _votes(actor: Actor, wanted: Wanted) -> Report:
    statement = (
        _slugged(
            select(Document.id, Document.title, Slug.slug, Vote.solved, Vote.reason, func.count().label("n")).join(
                Vote, Vote.document_id == Document.id
            )
        )
        .join(Person, Person.id == Vote.person_id)
        .where(Vote.at >= wanted.start, *_articles(actor, wanted), *people_of(actor, wanted))
        .group_by(Document.id, Document.title, Slug.slug, Vote.solved, Vote.reason)
        .order_by(Document.id)
    )
    solved: Counter[int] = Counter()
    reasons: dict[int, Counter[str]] = defaultdict(Counter)
    first: dict[int, Any] = {}
    for row in session().execute(statement):
        first.setdefault(row.id, row)
        if row.solved:
            solved[row.id] += row.n
        else:
            reasons[row.id][row.reason] += row.n
    rows = []
    for id, row in first.items():
        no = reasons[id].total()
        top = min(reasons[id], key=lambda each: (-reasons[id][each], each)) if no else ""
        rows.append(
            _article(
                row,
                votes=solved[id] + no,
                solved=solved[id],
                unsolved=no,
                share=share(solved[id], solved[id] + no, least=FEW_VOTES),
                reason=top if top in REASONS else "",
            )
        )
    yes, every = solved.total(), solved.total() + sum(each.total() for each in reasons.values())
    whole = share(yes, every, least=FEW_VOTES)
    return _made(
        "votes",
        rows,
        [
            Figure(
                value="–" if whole is None else str(whole), unit=text("%%"), label=text("解决率，%(n)s 次评价", n=every)
            ),
            Figure(value=str(every - yes), unit=text("次"), label=text("没解决"), bad=every > yes),
            Figure(value=str(len(rows)), unit=text("条"), label=text("有人评价的知识")),
        ],
    )


def _must_reads(actor: Actor, wanted: Wanted) -> Report:
    is_late = and_(Assignment.state == "open", Assignment.next_due_on < today())
    statement = (
        _slugged(
            select(
                Document.title,
                Slug.slug,
                func.count().label("people"),
                func.sum(case((Assignment.state == "open", 0), else_=1)).label("done"),
                func.sum(case((is_late, 1), else_=0)).label("late"),
            ).join(Assignment, Assignment.document_id == Document.id)
        )
        .join(Person, Person.id == Assignment.person_id)
        .where(
            Assignment.occasion == READ,
            Assignment.state != "withdrawn",
            Person.active.is_(True),
            *_articles(actor, wanted),
            *people_of(actor, wanted),
        )
        .group_by(Document.id, Document.title, Slug.slug)
        .order_by(Document.id)
    )
    rows = [
        _article(
            row,
            people=row.people,
            done=int(row.done),
            open=row.people - int(row.done),
            late=int(row.late),
            share=share(int(row.done), row.people),
        )
        for row in session().execute(statement)
    ]
    done, people, late = (_sum(rows, key) for key in ("done", "people", "late"))
    return _made(
        "must-read",
        rows,
        [
            Figure(
                value=str(share(done, people) or 0),
                unit=text("%%"),
                label=text("确认了 %(done)s/%(all)s 人次", done=done, all=people),
            ),
            Figure(value=str(late), unit=text("人次"), label=text("逾期"), bad=bool(late)),
            Figure(value=str(len(rows)), unit=text("条"), label=text("必读的知识")),
        ],
    )


def _sum(rows: Sequence[Row], key: str) -> int:
    return sum(value for row in rows if isinstance(value := row.values[key], int))


def _people(actor: Actor, wanted: Wanted) -> Report:
    lines = contributions(people_of(actor, wanted), wanted.start)
    rows = [
        Row(
            values={
                "name": line.name,
                "employee_no": line.employee_no,
                "team": line.team,
                "published": line.published,
                "minor": line.minor,
                "accepted": line.accepted,
                "suggested": line.suggested,
                "verified": line.verified,
            }
        )
        for line in lines
    ]
    return _made(
        "people",
        rows,
        [
            Figure(value=str(len(rows)), unit=text("人"), label=text("有贡献的人")),
            Figure(value=str(sum(line.published for line in lines)), unit=text("次"), label=text("发布")),
            Figure(value=str(sum(line.accepted for line in lines)), unit=text("条"), label=text("采纳的建议")),
            Figure(value=str(sum(line.verified for line in lines)), unit=text("次"), label=text("确认有效")),
        ],
    )


def _gaps(actor: Actor, wanted: Wanted) -> Report:
    opened: Counter[date] = Counter()
    spans: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
    standing = 0
    for state, opened_at, closed_at in session().execute(
        select(Gap.state, Gap.opened_at, Gap.closed_at).where(Gap.state.in_(("open", "closed")))
    ):
        standing += state == "open"
        if opened_at >= wanted.start:
            opened[_monday(day_of(opened_at))] += 1
        if state == "closed" and closed_at is not None and closed_at >= wanted.start:
            spans[_monday(day_of(closed_at))].append((opened_at, closed_at))
    weeks = sorted(opened.keys() | spans.keys())
    rows = [
        Row(
            values={
                "week": week,
                "opened": opened[week],
                "closed": len(spans[week]),
                "days": _whole(days_open(spans[week])),
            }
        )
        for week in weeks
    ]
    middle = _whole(days_open([span for some in spans.values() for span in some]))
    return _made(
        "gaps",
        rows,
        [
            Figure(value=str(standing), unit=text("个"), label=text("待处理"), bad=bool(standing)),
            Figure(value=str(opened.total()), unit=text("个"), label=text("新开")),
            Figure(value=str(sum(len(each) for each in spans.values())), unit=text("个"), label=text("补上")),
            Figure(value="–" if middle is None else str(middle), unit=text("天"), label=text("补上用的天数（中位数）")),
        ],
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _whole(days: float | None) -> int | None:
    return None if days is None else round(days)


_BUILDERS: Mapping[str, Callable[[Actor, Wanted], Report]] = {
    "review": _reviews,
    "reads": _reads,
    "searches": _searches,
    "zero": _zero,
    "votes": _votes,
    "must-read": _must_reads,
    "people": _people,
    "gaps": _gaps,
}


def categories(actor: Actor) -> list[str]:
    """Return the folders in which the actor may read something, each with all above it."""
    statement = _slugged(select(Slug.slug).select_from(Document)).where(
        Document.kind == "article", content.readable(actor)
    )
    found: set[str] = set()
    for slug in session().scalars(statement):
        folder = folder_of(slug)
        while folder:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(found)
