"""Reading leaderboards: the figures of a group, and the names of the few that are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person, Team
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.rules.periods import Period
from lms.reviews.queries.award_figures import members, values_of
from lms.reviews.queries.awards import opted_out
from lms.reviews.rules.awards import What
from lms.reviews.rules.leaders import Board, board

BOARDS: Mapping[str, tuple[What, Text]] = {
    "composite": (What.COMPOSITE, text("综合评分")),
    "learning": (What.LEARNING, text("测验首考")),
    "knowledge": (What.CONTRIBUTION, text("知识贡献")),
}
SCOPES: Mapping[str, Text] = {"team": text("我的团队"), "all": text("全公司")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place of the top with the name."""

    place: int
    person_id: int
    name: str
    team: str
    value: float


def leaderboard(actor: Actor, key: str, scope: str, period: Period) -> tuple[Board, Sequence[Named]]:
    """Return a leaderboard as the actor may see it. scope: team = who is in the actor's own team today | all.

    Only people with a figure take part; who opted out takes no part at all.
    """
    teams = members(min(period.last, today()))
    people = frozenset(teams.get(actor.team_id or 0, ()) if scope == "team" else _all(teams))
    found = board(values_of(BOARDS[key][0], period, people), opted_out(), actor.id)
    return found, _named(found)


def _all(teams: Mapping[int, Sequence[int]]) -> list[int]:
    return [person for people in teams.values() for person in people]


def _named(found: Board) -> list[Named]:
    ids = [each.person_id for each in found.shown]
    if not ids:
        return []
    statement = (
        select(Person.id, Person.name, Team.name.label("team"))
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Person.id.in_(ids))
    )
    names = {row.id: row for row in rows(statement)}
    return [
        Named(
            place=each.place,
            person_id=each.person_id,
            name=names[each.person_id].name or "",
            team=names[each.person_id].team or "",
            value=each.value,
        )
        for each in found.shown
    ]
