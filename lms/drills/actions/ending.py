"""The end of a run: it is scored, and its one line goes into the log. Practice from a scene leaves none."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import Table, bindparam, select

from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.plain import to_plain
from lms.core.points import ONE_POINT, Points, share_of
from lms.drills.events import DrillScored
from lms.drills.models import Run, RunEvent, RunScore
from lms.drills.queries.frozen import Frozen
from lms.drills.rules.lanes import Kind, Lane
from lms.drills.rules.score import FULL, Result, combined, score
from lms.drills.spec import DrillSpec
from lms.records import actions as records
from lms.records.events import Verb

POSSIBLE: Points = FULL * ONE_POINT
"""What every run can earn: its total is a share of it."""

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_STOPS = (
    select(_event.c.kind, _event.c.at)
    .where(_event.c.run_id == bindparam("run_id"), _event.c.kind.in_((Kind.PAUSED.value, Kind.RESUMED.value)))
    .order_by(_event.c.seq)
)


def finish(run: Run, frozen: Frozen, drills: Sequence[DrillSpec], lanes: Sequence[Lane], at: datetime) -> None:
    """Score a run whose last conversation has ended. The caller holds the locks of person and run."""
    each = [score(drill, lane.state) for drill, lane in zip(drills, lanes, strict=True)]
    run.state, run.ended_at, run.due_at = "ended", at, None
    keep_score(run, each, at, cause="end", by_id=None, revision_id=run.revision_id)
    if run.from_scene:
        return
    records.append(
        None,
        run.person_id,
        Verb.GRADED,
        document_id=run.document_id,
        revision_id=run.revision_id,
        source="drill",
        earned=run.earned,
        possible=run.possible,
        passed=run.passed,
        credited_minutes=frozen.minutes,
        observed_seconds=_observed(run, at),
        ref=run.public_id,
    )
    tell(run, at, again=False)


def keep_score(
    run: Run,
    lanes: Sequence[Result],
    at: datetime,
    *,
    cause: str,
    by_id: int | None,
    revision_id: int,
    revisions: Sequence[int] = (),
) -> None:
    """Write one scoring of a run beside the earlier ones, and make it the one that counts.

    lanes: the result of each conversation. cause: end | overrule | rescore. revisions: of each drill, by which it was
    scored; () = those of its start.
    """
    whole = combined(lanes)
    run.earned, run.possible, run.passed = earned_of(whole.total), POSSIBLE, whole.passed
    run.result = {"lanes": [to_plain(each) for each in lanes], "together": to_plain(whole)}
    if revisions:
        run.result |= {"revisions": list(revisions)}
    session().flush()
    session().add(
        RunScore(
            run_id=run.id,
            number=_next_number(run.id),
            at=at,
            by_id=by_id,
            cause=cause,
            revision_id=revision_id,
            earned=run.earned,
            possible=run.possible,
            passed=run.passed,
            result=run.result,
        )
    )
    session().flush()


def tell(run: Run, at: datetime, *, again: bool) -> None:
    """Tell whoever listens what a run has scored."""
    emit(
        DrillScored(
            person_id=run.person_id,
            document_id=run.document_id,
            run_id=run.public_id,
            earned=run.earned or 0,
            possible=run.possible or POSSIBLE,
            passed=bool(run.passed),
            at=at,
            again=again,
        )
    )


def earned_of(total: Fraction) -> Points:
    """Return a total of 0..100 in points of the log."""
    return share_of(POSSIBLE, total / FULL)


def _next_number(run_id: int) -> int:
    last = session().scalar(select(RunScore.number).where(RunScore.run_id == run_id).order_by(-RunScore.number))
    return (last or 0) + 1


def _observed(run: Run, at: datetime) -> int:
    """Return the seconds from the start to the end without the pauses."""
    away, since = timedelta(), None
    for row in rows(_STOPS, {"run_id": run.id}):
        if row.kind == Kind.PAUSED:
            since = row.at
        elif since is not None:
            away, since = away + (row.at - since), None
    return max(int((at - run.started_at - away).total_seconds()), 0)
