"""Taking a package: begin or go on, open one of its parts, keep what it says, and put the result into the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.assignments import actions as assignments
from lms.assignments.queries import locked_reason
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import settings, today
from lms.core.points import ONE_POINT, Points, share_of
from lms.core.texts import Text, text
from lms.courseware.models import CoursewareAttempt, CoursewareState
from lms.courseware.queries.packages import manifest_of, package_named
from lms.courseware.queries.studying import asked_since
from lms.courseware.rules import cmi, starting
from lms.courseware.rules.keys import OPEN_FOR, Opening, opening_of
from lms.courseware.rules.manifest import Manifest
from lms.courseware.rules.verdict import Verdict, verdict
from lms.courseware.spec import ScormSpec
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

POSSIBLE: Points = 100 * ONE_POINT
"""What every attempt with a score can earn: packages report a share of whatever they count."""


class Locked(Conflict):
    """The package waits for something else that the person has to finish first."""

    default_code = "locked"


class Elsewhere(Conflict):
    """The same part was opened again since, in another window or on another device."""

    default_code = "elsewhere"
    default_message = text("这一节已经在别处重新打开，这个页面不再保存。请关掉这一页，或回到课件首页再打开。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of a message. seq: of the last one that is kept. recorded: False where nothing counts any more."""

    seq: int
    met: bool
    recorded: bool = True


def start(actor: Actor, slug: str, *, again: bool = False) -> CoursewareAttempt:
    """Return the person's open attempt, begun now where there was none; the last one, for another look, once it ended.

    again: begin a new one where the last has ended or its condition is met. An open attempt goes on with the version
    with which it was begun. Raises NotFound, Locked, Conflict where it may not be begun again.
    """
    records.lock_people([actor.id])
    opened = content.open_published(actor, "scorm", slug)
    last = _last(actor.id, opened.document_id)
    if last is not None and last.state == "open" and not (again and last.met):
        return last
    if last is not None and not again:
        return last
    reason = locked_reason(actor.id, opened.document_id, today())
    if reason is not None:
        raise Locked(reason)
    spec: ScormSpec = content.spec(opened)
    number = last.number + 1 if last else 1
    if spec.attempts is not None and _begun(actor.id, opened.document_id) >= spec.attempts:
        raise Conflict(text("最多学 %(n)s 次，次数用完了。还可以回看。", n=spec.attempts), code="no_attempts")
    package = package_named(spec.package)
    if package is None:
        raise Conflict(text("这门课件的文件包还没有传上来，暂时打不开。请告诉负责人。"), code="no_package")
    now = clock.now()
    if last is not None and last.state == "open":
        last.state, last.ended_at = "ended", now
        session().flush()
    attempt = CoursewareAttempt(
        person_id=actor.id,
        document_id=opened.document_id,
        revision_id=opened.revision_id,
        package_id=package.id,
        number=number,
        started_at=now,
        last_at=now,
    )
    try:
        with session().begin_nested():
            session().add(attempt)
            session().flush()
    except IntegrityError:
        there = _last(actor.id, opened.document_id)
        assert there is not None
        return there
    assignments.opened(actor.id, opened.document_id)
    return attempt


def _begun(person_id: int, document_id: int) -> int:
    """Return how many attempts were begun since the person was last asked for it."""
    since = asked_since(person_id, document_id)
    mine = select(func.count()).where(
        CoursewareAttempt.person_id == person_id, CoursewareAttempt.document_id == document_id
    )
    return session().scalar(mine if since is None else mine.where(CoursewareAttempt.started_at >= since)) or 0


def _last(person_id: int, document_id: int) -> CoursewareAttempt | None:
    return (
        session()
        .scalars(
            select(CoursewareAttempt)
            .where(CoursewareAttempt.person_id == person_id, CoursewareAttempt.document_id == document_id)
            .order_by(CoursewareAttempt.number.desc())
            .limit(1)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def open_part(actor: Actor, attempt_id: str, place: int) -> Opening:
    """Open a part of one's own attempt; what an earlier opening of it still says is no longer listened to.

    Raises NotFound.
    """
    records.lock_people([actor.id])
    attempt = _locked(attempt_id)
    if attempt is None or attempt.person_id != actor.id:
        raise NotFound()
    manifest = manifest_of(attempt.package_id)
    if not 0 <= place < len(manifest.scos):
        raise NotFound()
    now = clock.now()
    state = session().get(CoursewareState, (attempt.id, place), with_for_update=True, populate_existing=True)
    if state is None:
        state = CoursewareState(
            attempt_id=attempt.id, place=place, launch=0, launched_at=now, seq=0, cmi={}, hundredths=0
        )
        session().add(state)
    most = max(int((now - state.launched_at).total_seconds() * 100), 0)
    if attempt.state == "open":
        state.cmi, state.hundredths = starting.relaunched(
            manifest.edition, state.cmi, state.hundredths, most, left=state.left
        )
        state.left = not manifest.scos[place].reports
    state.launch, state.launched_at, state.seq = (state.launch or 0) + 1, now, 0
    session().flush()
    if attempt.state == "open":
        attempt.last_at = now
        _settle(attempt, manifest, now, ended=not manifest.scos[place].reports)
    return Opening(attempt_id=attempt.public_id, place=place, launch=state.launch)


def commit(key: str, seq: int, changes: Mapping[str, object], *, finish: bool) -> Heard:
    """Keep what a part says. seq: of the message within its opening, from 1: an older or doubled one changes nothing.

    changes: the elements that differ from what was last acknowledged. finish: it takes its leave. Raises NotFound for a
    key that opens nothing, Elsewhere for one that is no longer listened to, Invalid.
    """
    opening = opening_of(settings().secret_key, key)
    person_id = None if opening is None else _person_of(opening)
    if opening is None or person_id is None:
        raise NotFound()
    records.lock_people([person_id])
    attempt = _locked(opening.attempt_id)
    state = (
        session().get(CoursewareState, (attempt.id, opening.place), with_for_update=True, populate_existing=True)
        if attempt
        else None
    )
    if attempt is None or state is None:
        raise NotFound()
    if state.launch != opening.launch:
        raise Elsewhere()
    now = clock.now()
    if now - state.launched_at > OPEN_FOR:
        raise Elsewhere(
            text("这一页打开太久了，不再保存。请回到课件首页再打开，会从上次的地方接着学。"), code="too_old"
        )
    if attempt.state != "open":
        return Heard(seq=seq, met=attempt.met, recorded=False)
    if seq <= state.seq:
        return Heard(seq=state.seq, met=attempt.met)
    manifest = manifest_of(attempt.package_id)
    after = cmi.merged(manifest.edition, state.cmi, changes)
    if isinstance(after, Text):
        raise Invalid(after, code="not_scorm")
    state.cmi, state.seq, state.saved_at = after, seq, now
    state.left = state.left or finish
    attempt.last_at = now
    session().flush()
    _settle(attempt, manifest, now, ended=finish)
    return Heard(seq=seq, met=attempt.met)


def _person_of(opening: Opening) -> int | None:
    """Return whose attempt it is, None once the person is no longer here."""
    return session().scalar(
        select(Person.id)
        .join(CoursewareAttempt, CoursewareAttempt.person_id == Person.id)
        .where(CoursewareAttempt.public_id == opening.attempt_id, Person.active)
    )


def _locked(attempt_id: str) -> CoursewareAttempt | None:
    return (
        session()
        .scalars(
            select(CoursewareAttempt)
            .where(CoursewareAttempt.public_id == attempt_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )


def _settle(attempt: CoursewareAttempt, manifest: Manifest, now: datetime, *, ended: bool) -> None:
    """Look how the attempt stands now. Its one line goes into the log as soon as the condition is met, else at its end.

    ended: a part has just taken its leave. The attempt ends when every part has, and none wants to go on.
    """
    states = {
        state.place: state
        for state in session().scalars(select(CoursewareState).where(CoursewareState.attempt_id == attempt.id))
    }
    parts = [
        cmi.said(manifest.edition, sco, states[place].cmi, ended=states[place].left) if place in states else None
        for place, sco in enumerate(manifest.scos)
    ]
    spec: ScormSpec = content.compiled(attempt.revision_id)
    found = verdict(spec.done_when, parts)
    attempt.status, attempt.met = found.status.value, attempt.met or found.met
    attempt.earned = None if found.score is None else share_of(POSSIBLE, found.score)
    attempt.possible = None if found.score is None else POSSIBLE
    attempt.seconds = sum(_seconds(manifest.edition, state, now) for state in states.values())
    over = ended and found.over and all(state.left for state in states.values())
    if over:
        attempt.state, attempt.ended_at = "ended", now
    session().flush()
    if (found.met or over) and not attempt.logged:
        attempt.logged = True
        _log(attempt, found, spec)
    elif ended and attempt.logged:
        _log_better(attempt, found)


def _seconds(edition: str, state: CoursewareState, now: datetime) -> int:
    """Return how long a part was in front, as it says, but no longer than it can have been."""
    where = "cmi.core.session_time" if edition == "1.2" else "cmi.session_time"
    said = cmi.hundredths(edition, state.cmi.get(where, ""))
    return (state.hundredths + min(said, max(int((now - state.launched_at).total_seconds() * 100), 0))) // 100


def _log(attempt: CoursewareAttempt, found: Verdict, spec: ScormSpec) -> None:
    """Put the attempt's line into the log: completed where nothing was scored, else graded."""
    plainly_seen = found.met and attempt.earned is None
    common: dict[str, Any] = {
        "document_id": attempt.document_id,
        "revision_id": attempt.revision_id,
        "source": "scorm",
        "credited_minutes": spec.minutes,
        "observed_seconds": attempt.seconds,
        "ref": attempt.public_id,
    }
    if plainly_seen:
        records.append(None, attempt.person_id, Verb.COMPLETED, **common)
    else:
        records.append(
            None,
            attempt.person_id,
            Verb.GRADED,
            earned=attempt.earned,
            possible=attempt.possible,
            passed=found.met,
            **common,
        )


def _log_better(attempt: CoursewareAttempt, found: Verdict) -> None:
    """Correct the line of the log where the same attempt has come to more since."""
    line = (
        session()
        .scalars(
            select(Record).where(
                Record.person_id == attempt.person_id,
                Record.document_id == attempt.document_id,
                Record.ref == attempt.public_id,
                Record.verb == Verb.GRADED,
            )
        )
        .one_or_none()
    )
    if line is None or attempt.earned is None:
        return
    best = session().scalar(
        select(func.max(Record.earned)).where(
            Record.person_id == attempt.person_id,
            Record.document_id == attempt.document_id,
            Record.ref == attempt.public_id,
        )
    )
    newly_met = found.met and line.passed is not True
    if attempt.earned > (best or 0) or newly_met:
        records.regrade(None, line, earned=attempt.earned, possible=POSSIBLE, passed=attempt.met, source="regrade")
