"""The end of a team drill, and the next one of its series."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import select

from lms.accounts.events import Told
from lms.accounts.queries import rosters_of
from lms.content import queries as content
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.calendar import Works
from lms.core.db import session
from lms.core.here import local, settings
from lms.core.texts import text
from lms.drills.actions.team import Wanted, add, told_of
from lms.drills.models import TeamDrill
from lms.drills.queries import team as reading
from lms.drills.rules import team as rules
from lms.drills.rules.team import MONTHLY


def live(now: datetime) -> list[int]:
    """Return the team drills that are planned or running, in order."""
    return list(
        session().scalars(
            select(TeamDrill.id)
            .where(TeamDrill.cancelled_at.is_(None), TeamDrill.closed_at.is_(None), TeamDrill.closes_at > now)
            .order_by(TeamDrill.id)
        )
    )


def to_close(now: datetime) -> list[int]:
    """Return the team drills whose time is up and that nobody has closed."""
    return list(
        session().scalars(
            select(TeamDrill.id)
            .where(TeamDrill.cancelled_at.is_(None), TeamDrill.closed_at.is_(None), TeamDrill.closes_at <= now)
            .order_by(TeamDrill.id)
        )
    )


def close(team_drill_id: int, now: datetime) -> bool:
    """Close one whose time is up, make the next of its series and tell who made it; False where somebody was quicker.

    Open runs are left to their own clocks and count.
    """
    row = (
        session()
        .scalars(
            select(TeamDrill)
            .where(
                TeamDrill.id == team_drill_id,
                TeamDrill.closed_at.is_(None),
                TeamDrill.cancelled_at.is_(None),
                TeamDrill.closes_at <= now,
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if row is None:
        return False
    row.closed_at = now
    session().flush()
    link = ("drills.team_drill", {"drill_id": row.public_id})
    sentence = text("实战演练结束了，可以看结果、写复盘：%(title)s", title=row.title)
    emit(
        Told(
            person_ids=(row.made_by,),
            topic="duty",
            sentence=sentence,
            link=link,
            key=f"team_drill:{row.public_id[:12]}:over",
        )
    )
    if row.repeats == MONTHLY:
        _make_next(row, now)
    return True


def _make_next(row: TeamDrill, now: datetime) -> None:
    card = content.cards([row.document_id])[row.document_id]
    teams = tuple(reading.teams_of(row.id))
    if card.published_id is None or card.state != "published" or not teams:
        sentence = text("没有安排下个月的实战演练，因为演练已归档或团队已关闭：%(title)s", title=row.title)
        key = f"team_drill:{row.public_id[:12]}:no-next"
        emit(Told(person_ids=(row.made_by,), topic="duty", sentence=sentence, key=key))
        return
    opens_at, closes_at = _next_window(row, teams, now)
    wanted = Wanted(
        document_id=row.document_id,
        title=row.title,
        incident=row.incident,
        team_ids=teams,
        opens_at=opens_at,
        closes_at=closes_at,
        monthly=True,
        on_shift=row.on_shift,
    )
    made = add(wanted, row.made_by, row.id)
    audit(None, "team_drill.make", "team_drill", made.id, after=told_of(made, teams))


def _next_window(row: TeamDrill, team_ids: Sequence[int], now: datetime) -> tuple[datetime, datetime]:
    zone = settings().timezone
    opens, closes = (local(each).replace(tzinfo=None) for each in (row.opens_at, row.closes_at))
    works = _teams_work(team_ids, row)
    while True:
        opens, closes = rules.next_window(opens, closes, works)
        if opens.replace(tzinfo=zone) > now:
            return opens.replace(tzinfo=zone), closes.replace(tzinfo=zone)


def _teams_work(team_ids: Sequence[int], row: TeamDrill) -> Callable[[date], bool]:
    """Return whether a day is a working day of the teams: half of their people work at least."""
    people = [each.person_id for each in reading.members(team_ids, row.opens_at, row.closes_at)]
    rosters: Sequence[Works] = list(rosters_of(people).values())
    return lambda day: rules.mostly_work(sum(works(day) for works in rosters), len(rosters))
