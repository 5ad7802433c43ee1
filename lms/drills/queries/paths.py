"""How people went through a drill: one statement over the events of its latest runs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, bindparam, select

from lms.core.db import rows
from lms.core.plain import from_plain
from lms.drills.models import Run, RunEvent
from lms.drills.rules.lanes import Kind
from lms.drills.rules.score import Result
from lms.drills.spec import DrillSpec

MOST_RUNS = 1_000
STEPS = (Kind.CHOICE.value, Kind.TEXT.value, Kind.TIMEOUT.value)

_LATEST = (
    select(Run.id)
    .where(Run.document_id == bindparam("document_id"), Run.state == "ended", Run.from_scene == "")
    .order_by(Run.ended_at.desc(), Run.id.desc())
    .limit(MOST_RUNS)
    .subquery()
)
_WAYS = (
    select(
        Run.id, Run.passed, Run.ended_at, Run.result, RunEvent.scene, RunEvent.led_to, RunEvent.kind, RunEvent.choice
    )
    .join(_LATEST, _LATEST.c.id == Run.id)
    .join(RunEvent, and_(RunEvent.run_id == Run.id, RunEvent.lane == 0, RunEvent.kind.in_(STEPS)))
    .order_by(Run.id, RunEvent.seq)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """runs: that were counted, practice from a scene left out. links: in how many runs a link was
    taken; replies: likewise a reply, by scene and `choice id`, "text" or "timeout". scenes: how many came to a scene.

    often: the scenes of the way that most runs went, often_runs: how many, often_result: of the last of them. since:
    when the first of them ended. changed: steps from or to a scene that this version has not got. Scenes by title.
    """

    runs: int = 0
    passed: int = 0
    since: datetime | None = None
    links: Counter[tuple[str, str]]
    replies: Counter[tuple[str, str]]
    scenes: Counter[str]
    often: tuple[str, ...] = ()
    often_runs: int = 0
    often_result: Result | None = None
    changed: int = 0


def gone(document_id: int, drill: DrillSpec) -> Gone:
    """Return how the latest 1,000 runs of a drill went, through the scenes that it has now."""
    titles = {each.title: each.title for each in drill.scenes} | {
        each.key: each.title for each in drill.scenes if each.key
    }
    links: Counter[tuple[str, str]] = Counter()
    replies: Counter[tuple[str, str]] = Counter()
    scenes: Counter[str] = Counter()
    ways: Counter[tuple[str, ...]] = Counter()
    results: dict[tuple[str, ...], object] = {}
    passed = changed = number = 0
    since: datetime | None = None
    for _, events in groupby(rows(_WAYS, {"document_id": document_id}), key=lambda row: row.id):
        steps = list(events)
        first = steps[0]
        number += 1
        passed += bool(first.passed)
        since = min(since or first.ended_at, first.ended_at)
        known = [(titles.get(row.scene), titles.get(row.led_to), row) for row in steps]
        links.update({(source, target) for source, target, _ in known if source and target})
        replies.update({(source, row.choice or row.kind) for source, _, row in known if source})
        scenes.update({each for source, target, _ in known for each in (source, target) if each})
        changed += sum(source is None or (target is None and row.led_to != "") for source, target, row in known)
        way = _way(known)
        ways[way] += 1
        results[way] = first.result
    often, often_runs = max(ways.items(), key=lambda each: (each[1], each[0])) if ways else ((), 0)
    return Gone(
        runs=number,
        passed=passed,
        since=since,
        links=links,
        replies=replies,
        scenes=scenes,
        often=often,
        often_runs=often_runs,
        often_result=_first_lane(results.get(often)),
        changed=changed,
    )


def _way(steps: Iterable[tuple[str | None, str | None, object]]) -> tuple[str, ...]:
    found: list[str] = []
    for source, target, _ in steps:
        if not found:
            found.append(source or "")
        found.append(target or "")
    return tuple(each for each in found if each)


def _first_lane(result: object) -> Result | None:
    if not isinstance(result, dict) or not result.get("lanes"):
        return None
    read: Result = from_plain(Result, result["lanes"][0])
    return read
