"""Setting the targets of a year. A setting is never changed: the next one takes its place."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import insert_new_returning
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import Text, text
from lms.performance.queries.figures import metrics
from lms.performance.rules.metrics import Direction, Metric
from lms.reviews.models import YearTarget
from lms.reviews.queries import targets as reading
from lms.reviews.rules.targets import FIRST_YEAR, LAST_YEAR, Reached, Way, goal_of, is_at, offered, room, shown

LONGEST_WHY = 500
LONGEST_BASE = timedelta(days=1_100)
MOST = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A target. amount: of the way, signed. base_from, base_until: first days of the first month and after the last.

    active: False = no target any more. version: the one that was seen; another one meanwhile is a conflict.
    """

    way: Way
    amount: float
    base_from: date
    base_until: date
    active: bool = True
    why: str = ""
    version: int = 0


def set_target(actor: Actor, year: int, team_id: int, code: str, wanted: Wanted) -> int:
    """Set a team's target of a year; return its version. Raises NotFound, Invalid with every reason, Conflict."""
    metric = metrics().get(code)
    if metric is None or team_id not in {team.id for team in reading.teams(actor, Permission.TARGET_EDIT)}:
        raise NotFound()
    problems: dict[str, Text] = {}
    if not FIRST_YEAR <= year <= LAST_YEAR:
        problems["year"] = text("年份从 %(first)s 到 %(last)s。", first=FIRST_YEAR, last=LAST_YEAR)
    if len(wanted.why) > LONGEST_WHY:
        problems["why"] = text("最多 %(n)s 个字。", n=LONGEST_WHY)
    if wanted.base_from >= wanted.base_until or wanted.base_until - wanted.base_from > LONGEST_BASE:
        problems["base_until"] = text("基准期的结束不早于开始，最长三年。")
    base = None if problems else reading.base_of(team_id, metric, wanted.base_from, wanted.base_until)
    if not problems and wanted.active:
        problems |= _problems(wanted, metric, base)
    if problems:
        raise Invalid(text("请看标出的地方。"), fields=problems)
    kept = reading.settings_of(year, team_id).get(code)
    version = kept.version if kept else 0
    made = version == wanted.version and insert_new_returning(
        YearTarget,
        ["year", "team_id", "metric", "version"],
        [
            {
                "year": year,
                "team_id": team_id,
                "metric": code,
                "version": version + 1,
                "way": wanted.way.value,
                "amount": wanted.amount,
                "base": base.value if base else None,
                "base_count": round(base.cases) if base else None,
                "base_from": wanted.base_from,
                "base_until": wanted.base_until,
                "active": wanted.active,
                "why": wanted.why.strip(),
                "made_by": actor.id,
                "made_at": clock.now(),
            }
        ],
        [YearTarget.id],
    )
    if not made:
        raise Conflict(text("这个目标刚被别人改过，请看看现在的，再改。"))
    after = {"year": year, "metric": code, "way": wanted.way.value, "amount": wanted.amount, "active": wanted.active}
    audit(actor.id, "target.set", "year_target", made[0].id, after=after)
    return version + 1


def _problems(wanted: Wanted, metric: Metric, base: Reached | None) -> dict[str, Text]:
    if not math.isfinite(wanted.amount) or abs(wanted.amount) > MOST:
        return {"amount": text("数字太大了。")}
    if base is None and wanted.way is not Way.VALUE:
        return {"base_from": text("这段时间没有数据。换一段时间，或者直接写要达到的数值。")}
    goal = goal_of(wanted.way, wanted.amount, base.value if base else None, metric)
    if goal is None:
        return {}
    if goal.is_impossible:
        return {"amount": _impossible(metric, base)}
    if base is not None and (is_at(base.value, goal.value, metric.direction)):
        return {"amount": text("基准已经是 %(base)s，这个目标没有更好。", base=shown(base.value, metric))}
    return {}


def _impossible(metric: Metric, base: Reached | None) -> Text:
    """Return why a goal can't be, and which one can."""
    end = metric.high if metric.direction is Direction.UP else metric.low
    limit = shown(end, metric) if end is not None else ""
    left = room(base.value, metric) if base else None
    points = offered(base.value, metric) if base else None
    if base is None or left is None or points is None:
        return text("这个数值不可能，最好是 %(limit)s。", limit=limit)
    return text(
        "基准是 %(base)s，最好只能到 %(limit)s。请改用“按点数”：最多 %(left)s，建议 %(points)s。",
        base=shown(base.value, metric),
        limit=limit,
        left=f"{left if metric.direction is Direction.UP else -left:+.1f}",
        points=f"{points:+.1f}",
    )
