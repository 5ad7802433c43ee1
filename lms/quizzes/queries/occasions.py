"""On which occasion somebody may sit a quiz now, and what counts there: windows, makeups, attempts that are left.

An occasion is one round of attempts, counted apart from the others: `once`, the common one; `makeup:<n>`, which a
trainer gave to one person (补考); any other is given by the room that starts it (`check:2026-W48`), under the quiz's
own rules. Nobody chooses an occasion over the network: the server finds the one that the person may sit now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, literal, null, or_, select, union_all

from lms.accounts.models import Person, TeamPlace
from lms.content.models import Slug
from lms.core import clock
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.here import today
from lms.quizzes.models import Makeup, QuizWindow
from lms.quizzes.queries.sittings import ONCE, PastAttempt, Sitting, as_past, base_rules, history
from lms.quizzes.rules.attempts import State, attempts_left, attempts_to_use
from lms.quizzes.rules.makeups import MAKEUP, makeup_number
from lms.quizzes.rules.windows import Plan, Window, is_closed, plan_of
from lms.quizzes.spec import QuizRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One round that a person may have attempts in. makeup_id: the public name of the makeup that gave it."""

    name: str
    plan: Plan
    makeup_id: str | None = None

    @property
    def makeup(self) -> int | None:
        """The number of the makeup, None for another occasion."""
        return makeup_number(self.name)


_SAID: Any = union_all(
    select(
        QuizWindow.team_id,
        QuizWindow.person_id,
        QuizWindow.opens_at,
        QuizWindow.closes_at,
        QuizWindow.seconds,
        QuizWindow.attempts,
        literal(0, Integer).label("number"),
        literal("").label("makeup_id"),
    ).where(
        QuizWindow.document_id == bindparam("document_id"),
        or_(QuizWindow.person_id.is_(None), QuizWindow.person_id == bindparam("person_id")),
    ),
    select(
        null(),
        Makeup.person_id,
        Makeup.opens_at,
        Makeup.closes_at,
        null(),
        Makeup.attempts,
        Makeup.number,
        Makeup.public_id,
    ).where(
        Makeup.document_id == bindparam("document_id"),
        Makeup.person_id == bindparam("person_id"),
        Makeup.withdrawn_at.is_(None),
    ),
)


def _chain() -> Any:
    base: Any = (
        select(Person.id.label("person_id"), Person.team_id.label("team_id"), literal(0, Integer).label("depth"))
        .where(Person.id.in_(bindparam("ids", expanding=True)), Person.team_id.is_not(None))
        .cte("chain", recursive=True)
    )
    day: Any = bindparam("today")
    up = select(base.c.person_id, TeamPlace.parent_id, base.c.depth + 1).where(
        TeamPlace.team_id == base.c.team_id,
        TeamPlace.parent_id.is_not(None),
        TeamPlace.from_on <= day,
        or_(TeamPlace.until_on.is_(None), TeamPlace.until_on > day),
    )
    tree = base.union_all(up)
    return select(tree.c.person_id, tree.c.team_id).order_by(tree.c.person_id, tree.c.depth)


_CHAIN = _chain()


def teams_up(person_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return of each of these people the ids of the team and of all above it, the nearest first, as of today."""
    found: dict[int, list[int]] = {}
    for person_id, team_id in rows(_CHAIN, {"ids": list(person_ids), "today": today()}):
        found.setdefault(person_id, []).append(team_id)
    return found


def nearest_first(said: Sequence[Any], person_id: int, teams: Sequence[int]) -> list[Window]:
    """Return the windows of one person in the order in which they count. said: rows of windows, of anybody."""
    by_team = {row.team_id: row for row in said if row.team_id is not None}
    own = [row for row in said if row.person_id == person_id]
    common = [row for row in said if row.team_id is None and row.person_id is None]
    ordered = [*own, *(by_team[team] for team in teams if team in by_team), *common]
    return [
        Window(
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            seconds=row.seconds,
            attempts=row.attempts,
            personal=row.person_id is not None,
        )
        for row in ordered
    ]


def occasions(person_id: int, document_id: int, rules: QuizRules) -> list[Occasion]:
    """Return the occasions on which a person may have attempts: the common one first, then each makeup."""
    said = rows(_SAID, {"person_id": person_id, "document_id": document_id}).all()
    windows = [row for row in said if not row.number]
    teams = teams_up([person_id]).get(person_id, []) if any(row.team_id for row in windows) else []
    common = plan_of(rules, nearest_first(windows, person_id, teams))
    found = [Occasion(name=ONCE, plan=common)]
    for row in sorted((row for row in said if row.number), key=lambda row: row.number):
        given = Window(opens_at=row.opens_at, closes_at=row.closes_at, attempts=row.attempts, personal=True)
        found.append(
            Occasion(name=f"{MAKEUP}{row.number}", plan=plan_of(common.rules, [given]), makeup_id=row.makeup_id)
        )
    return found


def occasion_now(every: Sequence[Occasion], past: Sequence[PastAttempt], now: datetime) -> Occasion:
    """Return the occasion that its person may sit now, or hears of why not.

    A makeup that is open and has attempts left; else the common one while it can be begun; else a makeup that opens
    later; else the common one. every: of `occasions`. past: every attempt at the quiz.
    """
    common = every[0]
    usable = [each for each in every[1:] if not is_closed(each.plan, now) and left_in(each, past) != 0]
    open_now = [each for each in usable if each.plan.opens_at is None or each.plan.opens_at <= now]
    if open_now:
        return open_now[0]
    if usable and (is_closed(common.plan, now) or left_in(common, past) == 0):
        return usable[0]
    return common


def named(every: Sequence[Occasion], name: str, rules: QuizRules) -> Occasion:
    """Return the occasion of this name. Raises NotFound for a makeup that was not given or was withdrawn.

    One that another room gives has the quiz's own rules, without windows. rules: those.
    """
    for each in every:
        if each.name == name:
            return each
    if name.startswith(MAKEUP):
        raise NotFound()
    return Occasion(name=name, plan=Plan(rules=rules))


def past_on(occasion: str, past: Sequence[PastAttempt]) -> list[PastAttempt]:
    return [each for each in past if each.occasion == occasion]


def left_in(occasion: Occasion, past: Sequence[PastAttempt]) -> int | None:
    """Return how many more attempts may begin on the occasion; None = any number."""
    return attempts_left(occasion.plan.rules, as_past(past_on(occasion.name, past)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """left: attempts that may still begin on the attempt's occasion. to_use: those in which an answer can still be
    given, on any occasion. None = any number.
    """

    left: int | None
    to_use: int | None


def chances(sitting: Sitting) -> Chances:
    """Return what the person of an attempt can still do with the quiz, by what counts for him now."""
    now = clock.now()
    past = history(sitting.person_id, sitting.document_id, now)
    every = occasions(sitting.person_id, sitting.document_id, base_rules(sitting))
    try:
        own = named(every, sitting.occasion, sitting.rules)
    except NotFound:  # a makeup that was withdrawn after its attempt
        own = Occasion(name=sitting.occasion, plan=Plan(rules=sitting.rules))
    of_use = every if own in every else [*every, own]
    return Chances(left=_left(own, past, now), to_use=_sum(_to_use(each, past, now) for each in of_use))


def _left(occasion: Occasion, past: Sequence[PastAttempt], now: datetime) -> int | None:
    return 0 if is_closed(occasion.plan, now) else left_in(occasion, past)


def _to_use(occasion: Occasion, past: Sequence[PastAttempt], now: datetime) -> int | None:
    tries = as_past(past_on(occasion.name, past))
    if is_closed(occasion.plan, now):
        return sum(each.state is State.OPEN for each in tries)
    return attempts_to_use(occasion.plan.rules, tries)


def _sum(counts: Iterable[int | None]) -> int | None:
    every = list(counts)
    return None if None in every else sum(each or 0 for each in every)


_NAME = select(Slug.slug).where(Slug.document_id == bindparam("document_id"), Slug.is_current)
_HOLD, _HOLD_TO_CHANGE = _NAME.with_for_update(read=True), _NAME.with_for_update()


def hold_windows(document_id: int, *, to_change: bool = False) -> None:
    """Keep a quiz's windows as they are until the transaction ends; whoever changes them waits for all who begin.

    So no attempt begins under windows that are changed at the same moment. What is locked is the row of the quiz's
    name: nothing else locks it but a new name. Taken after the person's lock and before the attempts'.
    """
    rows(_HOLD_TO_CHANGE if to_change else _HOLD, {"document_id": document_id}).all()


def limits_of(people: Mapping[int, QuizRules], said: Sequence[Any]) -> dict[int, Plan]:
    """Return what counts for each of many people on the common occasion. said: rows of windows. people: their rules."""
    teams = teams_up(people) if any(row.team_id for row in said) else {}
    return {
        person_id: plan_of(rules, nearest_first(said, person_id, teams.get(person_id, [])))
        for person_id, rules in people.items()
    }
