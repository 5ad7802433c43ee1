"""Sections with a row an article: reviews, reading, votes, must-reads."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, select

from lms.accounts.models import Person
from lms.assignments.models import Assignment, AssignmentReason
from lms.assignments.rules import READ
from lms.content.models import Document, Slug
from lms.core.access import Actor
from lms.core.db import session
from lms.core.here import day_of, today
from lms.core.texts import text
from lms.kb.models import ArticleView, Vote
from lms.reports.knowledge.rules import (
    FEW_VOTES,
    REASONS,
    Figure,
    Report,
    Row,
    review_state,
    share,
)
from lms.reports.knowledge.wanted import Wanted, article, articles, made, people_of, slugged


def reviews(actor: Actor, wanted: Wanted) -> Report:
    here = today()
    owner = select(Person.name).where(Person.id == Document.owner_id).correlate(Document).scalar_subquery()
    statement = slugged(select(Document.title, Slug.slug, Document.verified_until, owner.label("owner"))).where(
        *articles(actor, wanted), Document.verified_until < here + timedelta(days=wanted.days)
    )
    rows = [
        article(
            row,
            owner=row.owner or "",
            until=row.verified_until,
            days=(row.verified_until - here).days,
            state=review_state(row.verified_until, here),
        )
        for row in session().execute(statement.order_by(Document.id))
    ]
    late = sum(row.values["state"] == "late" for row in rows)
    every = session().scalar(slugged(select(func.count()).select_from(Document)).where(*articles(actor, wanted)))
    nobody = sum(not row.values["owner"] for row in rows)
    return made(
        "review",
        rows,
        [
            Figure(value=str(late), unit=text("条"), label=text("已过复审期"), bad=bool(late)),
            Figure(value=str(len(rows) - late), unit=text("条"), label=text("%(n)s 天内到期", n=wanted.days)),
            Figure(value=str(nobody), unit=text("条"), label=text("没有负责人"), bad=bool(nobody)),
            Figure(value=str(every or 0), unit=text("条"), label=text("看得到的知识")),
        ],
    )


def reads(actor: Actor, wanted: Wanted) -> Report:
    statement = (
        slugged(
            select(
                Document.title,
                Slug.slug,
                func.count(func.distinct(ArticleView.person_id)).label("people"),
                func.sum(ArticleView.times).label("times"),
                func.max(ArticleView.last_at).label("last"),
            ).join(ArticleView, ArticleView.document_id == Document.id)
        )
        .join(Person, Person.id == ArticleView.person_id)
        .where(ArticleView.last_at >= wanted.start, *articles(actor, wanted), *people_of(actor, wanted))
        .group_by(Document.id, Document.title, Slug.slug)
        .order_by(Document.id)
    )
    rows = [
        article(row, people=row.people, times=int(row.times), last=day_of(row.last))
        for row in session().execute(statement)
    ]
    readers = session().scalar(
        select(func.count(func.distinct(ArticleView.person_id)))
        .join(Person, Person.id == ArticleView.person_id)
        .where(ArticleView.last_at >= wanted.start, *people_of(actor, wanted))
    )
    return made(
        "reads",
        rows,
        [
            Figure(value=str(len(rows)), unit=text("条"), label=text("有人读过的知识")),
            Figure(value=str(readers or 0), unit=text("人"), label=text("读过知识的人")),
        ],
    )


def votes(actor: Actor, wanted: Wanted) -> Report:
    statement = (
        slugged(
            select(Document.id, Document.title, Slug.slug, Vote.solved, Vote.reason, func.count().label("n")).join(
                Vote, Vote.document_id == Document.id
            )
        )
        .join(Person, Person.id == Vote.person_id)
        .where(Vote.at >= wanted.start, *articles(actor, wanted), *people_of(actor, wanted))
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
            article(
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
    return made(
        "votes",
        rows,
        [
            Figure(
                value="–" if whole is None else str(whole), unit=text("%%"), label=text("解决率，%(n)s 次评价", n=every)
            ),
            Figure(value=str(every - yes), unit=text("次"), label=text("未解决"), bad=every > yes),
            Figure(value=str(len(rows)), unit=text("条"), label=text("有人评价的知识")),
        ],
    )


def must_reads(actor: Actor, wanted: Wanted) -> Report:
    is_late = and_(Assignment.state == "open", Assignment.next_due_on < today())
    statement = (
        slugged(
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
            Assignment.state.in_(("open", "done")),
            exists().where(AssignmentReason.assignment_id == Assignment.id, AssignmentReason.until.is_(None)),
            Person.active.is_(True),
            *articles(actor, wanted),
            *people_of(actor, wanted),
        )
        .group_by(Document.id, Document.title, Slug.slug)
        .order_by(Document.id)
    )
    rows = [
        article(
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
    return made(
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
