"""Running a drill: begin, send, let the clocks run, pause, give up. What happened is written down event by event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.assignments import actions as assignments
from lms.assignments.queries import locked_reason
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from lms.core.plain import from_plain, to_plain
from lms.core.texts import Text, text
from lms.drills.actions.playing import Played, add_events, catch_up, own_run, played, write
from lms.drills.events import DrillStarted
from lms.drills.models import Run, RunEvent, RunText
from lms.drills.queries.frozen import Frozen, FrozenLane, specs_of, with_digests
from lms.drills.queries.replaying import Standing, standing_at
from lms.drills.queries.running import seen_of
from lms.drills.queries.team import team_drill_now
from lms.drills.queries.words import current_word_revisions, words_of
from lms.drills.rules import lanes as clocks
from lms.drills.rules.judge import judge, too_short_or_long
from lms.drills.rules.lanes import Course, Happened, Kind, Lane
from lms.drills.rules.play import NotOffered
from lms.drills.rules.seen import RunSeen
from lms.drills.spec import DrillSpec
from lms.records.actions import lock_people

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
_PERCENT = select(Person.time_factor_percent).where(Person.id == bindparam("person_id"))
_OPEN = (
    select(Run)
    .options(undefer(Run.frozen))
    .where(Run.person_id == bindparam("person_id"), Run.document_id == bindparam("document_id"), Run.state == "open")
    .with_for_update()
    .execution_options(populate_existing=True)
)
_NUMBER = select(func.coalesce(func.max(Run.number), 0)).where(
    Run.person_id == bindparam("person_id"), Run.document_id == bindparam("document_id")
)
_STEP = (
    select(_event.c.kind, _event.c.choice, _text.c.text)
    .outerjoin(_text, (_text.c.run_id == _event.c.run_id) & (_text.c.seq == _event.c.seq))
    .where(
        _event.c.run_id == bindparam("run_id"),
        _event.c.lane == bindparam("lane"),
        _event.c.step == bindparam("step"),
    )
)


class TooLate(Conflict):
    """The scene's clock ran out, or it was answered otherwise: what was sent did not reach the customer."""

    default_code = "too_late"
    default_message = text("这一句没有发出去：顾客已经等不及，对话往下走了。请看最新的对话再回复。")


class Locked(Conflict):
    """The drill waits for something else that the person has to finish first."""

    default_code = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """public_id: the run's name. created: false where one was open already and goes on."""

    public_id: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One step: a ready reply by its id, or a text. seq: the lane's next step, as it was shown."""

    seq: int
    choice: str = ""
    text: str = ""
    lane: int = 0

    @property
    def said(self) -> str:
        """The text as it is kept: without what no reply holds."""
        return self.text.replace("\x00", "").strip()


def start(actor: Actor, slug: str, *, retry_of: str = "", scene: str = "") -> Started:
    """Return the person's open run of the drill, begun now where there was none.

    retry_of, scene: an own run that has ended and the name of a scene that it met, from which to practise again; such
    a run counts for nothing. Raises NotFound, Locked, Conflict where a drill played at the same time is not published.
    """
    lock_people([actor.id])
    opened = content.open_published(actor, "drill", slug)
    going = session().scalars(_OPEN, {"person_id": actor.id, "document_id": opened.document_id}).one_or_none()
    now = clock.now()
    if going is not None:
        if retry_of and not going.from_scene:
            raise Conflict(text("这份演练还有一场没有结束，请先打完再重练。"), code="open_run")
        catch_up(going, now)
        if going.state == "open":
            return Started(public_id=going.public_id, created=False)
    reason = locked_reason(actor.id, opened.document_id, today())
    if reason is not None:
        raise Locked(reason)
    retry = _retry(actor, retry_of, scene) if retry_of else None
    percent = rows(_PERCENT, {"person_id": actor.id}).scalar() or 100
    frozen = with_digests(_frozen(opened, percent, retry))
    drills = specs_of(frozen)
    lanes = clocks.open_lanes(drills, now, scene=frozen.scene, mood=frozen.mood, flags=frozen.flags)
    whole = clocks.whole_seconds(drills)
    over_at = None if whole is None else now + clocks.scaled(whole, percent)
    run = Run(
        person_id=actor.id,
        document_id=opened.document_id,
        revision_id=frozen.lanes[0].revision_id,
        team_drill_id=None if retry else team_drill_now(actor.id, opened.document_id, now),
        number=(rows(_NUMBER, {"person_id": actor.id, "document_id": opened.document_id}).scalar() or 0) + 1,
        from_scene=frozen.scene,
        started_at=now,
        deadline_at=over_at,
        lanes=[],
        frozen=to_plain(frozen),
    )
    try:
        with session().begin_nested():
            session().add(run)
            session().flush()
    except IntegrityError:
        again = session().scalars(_OPEN, {"person_id": actor.id, "document_id": opened.document_id}).one()
        return Started(public_id=again.public_id, created=False)
    table = Played(run=run, frozen=frozen, drills=drills, lanes=lanes)
    write(table, table.caught_up(now))
    assignments.opened(actor.id, opened.document_id)
    if retry is None:
        emit(DrillStarted(person_id=actor.id, document_id=opened.document_id, run_id=run.public_id, at=now))
    return Started(public_id=run.public_id, created=True)


def step(actor: Actor, public_id: str, sent: Sent) -> RunSeen | None:
    """Send one reply; return the run with what is new in it. Sent again, the same step changes nothing: None.

    Raises NotFound, TooLate where the conversation has gone on without it, Conflict while it is paused or the customer
    is not there yet, and Invalid for a reply that is not offered, too short or too long.
    """
    lock_people([actor.id])
    run = own_run(actor, public_id)
    table = played(run)
    if not 0 <= sent.lane < len(table.lanes):
        raise Invalid(text("没有这位顾客。"), fields={"lane": text("没有这位顾客。")})
    if sent.seq <= table.lanes[sent.lane].state.steps and _is_repeated(run, sent):
        return None
    if run.state != "open":
        raise TooLate()
    if run.paused_at is not None:
        raise Conflict(text("演练暂停着，请先继续再回复。"), code="paused")
    now = clock.now()
    course = table.caught_up(now)
    lane = course.lanes[sent.lane]
    if not lane.came:
        raise Conflict(text("这位顾客还没有进来。"), code="not_here_yet")
    if lane.state.end is not None or sent.seq != lane.state.steps + 1:
        raise TooLate()
    then = _sent(table, course.lanes, sent, now)
    new = write(table, course, then)
    return seen_of(run, table.frozen, table.drills, then.lanes, new, now)


def tick(actor: Actor, public_id: str) -> None:
    """Write down what the clocks have brought. Changes nothing where no clock has run out. Raises NotFound."""
    lock_people([actor.id])
    run = own_run(actor, public_id)
    catch_up(run, clock.now())


def pause(actor: Actor, public_id: str) -> None:
    """Stop the clocks of an own run that may be interrupted; a paused one stays so. Raises NotFound, Conflict."""
    lock_people([actor.id])
    run = own_run(actor, public_id)
    now = clock.now()
    catch_up(run, now)
    if run.state != "open":
        raise TooLate()
    table = played(run)
    if not table.drills[0].interruptible:
        raise Conflict(text("这份演练不能暂停。"), code="not_interruptible")
    if run.paused_at is None:
        run.paused_at = now
        run.due_at = None
        run.events += len(add_events(run, (Happened(lane=0, kind=Kind.PAUSED, at=now),)))


def resume(actor: Actor, public_id: str) -> None:
    """Let the clocks of a paused run go on with what was left of them. Raises NotFound."""
    lock_people([actor.id])
    run = own_run(actor, public_id)
    if run.state != "open" or run.paused_at is None:
        return
    now = clock.now()
    away: timedelta = now - run.paused_at
    lanes = clocks.shifted(played(run).lanes, away)
    run.paused_at = None
    run.deadline_at = None if run.deadline_at is None else run.deadline_at + away
    run.lanes = to_plain(lanes)
    run.due_at = clocks.due_at(lanes, run.deadline_at)
    run.events += len(add_events(run, (Happened(lane=0, kind=Kind.RESUMED, at=now),)))


def leave(actor: Actor, public_id: str) -> None:
    """Give an own run up. One in which nothing was sent is as if it had not been; else it ends as failed.

    Raises NotFound.
    """
    lock_people([actor.id])
    run = own_run(actor, public_id)
    now = clock.now()
    if run.paused_at is None:
        catch_up(run, now)
    if run.state != "open":
        return
    table = played(run)
    course = clocks.ended(table.drills, table.lanes, now)
    run.paused_at = None
    if any(lane.state.steps for lane in table.lanes):
        write(table, course)
        return
    run.events += len(add_events(run, course.happened))
    run.lanes = to_plain(course.lanes)
    run.state, run.ended_at, run.due_at = "left", now, None


def due(now: datetime, after: int, limit: int) -> list[tuple[int, int]]:
    """Return run and person of open runs of which a clock has run out: up to `limit` with a key above `after`."""
    found = session().execute(
        select(Run.id, Run.person_id)
        .where(Run.state == "open", Run.due_at < now - clocks.GRACE, Run.id > after)
        .order_by(Run.id)
        .limit(limit)
    )
    return [(row.id, row.person_id) for row in found]


def catch_up_all(run_ids: Sequence[int], person_ids: Sequence[int]) -> int:
    """Write down what the clocks of these runs have brought; return of how many. At most 100 in one transaction."""
    lock_people(person_ids)
    now = clock.now()
    done = 0
    for run in session().scalars(
        select(Run)
        .options(undefer(Run.frozen))
        .where(Run.id.in_(run_ids), Run.state == "open")
        .order_by(Run.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ):
        done += catch_up(run, now)
    return done


def _sent(table: Played, lanes: Sequence[Lane], sent: Sent, now: datetime) -> Course:
    percent = table.frozen.time_percent
    scene = table.drills[sent.lane].scene(lanes[sent.lane].state.scene)
    try:
        if not scene.free:
            return clocks.chosen(table.drills, lanes, sent.lane, sent.choice, now, percent)
        if too_short_or_long(scene, sent.said):
            raise Invalid(_length_wanted(scene.shortest, scene.longest), fields={"text": text("字数不符合要求。")})
        judged = judge(scene, sent.said, words_of(table.frozen))
        table.run.waiting = table.run.waiting or judged.doubt
        return clocks.replied(table.drills, lanes, sent.lane, sent.said, judged, now, percent)
    except NotOffered as wrong:
        problem = text("这里没有这个选项，请按页面上现在的选项回复。")
        raise Invalid(problem, fields={"choice": problem}) from wrong


def _length_wanted(shortest: int, longest: int | None) -> Text:
    if longest is None:
        return text("回复至少写 %(least)s 个字。", least=max(shortest, 1))
    return text("回复写 %(least)s 到 %(most)s 个字。", least=max(shortest, 1), most=longest)


def _is_repeated(run: Run, sent: Sent) -> bool:
    """Say whether this very step was taken already: the answer to it was lost on its way."""
    done = rows(_STEP, {"run_id": run.id, "lane": sent.lane, "step": sent.seq}).one_or_none()
    if done is None or done.kind not in (Kind.CHOICE, Kind.TEXT):
        return False
    return bool(done.choice == sent.choice if done.kind == Kind.CHOICE else done.text == sent.said)


def _frozen(opened: content.Opened, percent: int, retry: Standing | None) -> Frozen:
    drill: DrillSpec = content.spec(opened)
    beside = content.by_path(drill.concurrent) if drill.concurrent and not retry else {}
    first = FrozenLane(document_id=opened.document_id, revision_id=opened.revision_id, slug=opened.slug)
    return Frozen(
        lanes=(first, *(_lane(path, beside) for path in (() if retry else drill.concurrent))),
        word_revisions=current_word_revisions(drill),
        time_percent=percent,
        minutes=opened.minutes,
        scene=retry.scene if retry else "",
        mood=retry.mood if retry else None,
        flags=tuple(sorted(retry.flags)) if retry else (),
    )


def _lane(path: str, beside: Mapping[str, content.Card]) -> FrozenLane:
    card = beside.get(path)
    if card is None or card.published_id is None:
        raise Conflict(text("同时接待的另一份演练还没有发布，请联系这份演练的负责人。"), code="incomplete")
    return FrozenLane(document_id=card.document_id, revision_id=card.published_id, slug=card.slug)


def _retry(actor: Actor, public_id: str, scene: str) -> Standing:
    """Return how things stood when a scene of an own run that has ended began. Raises NotFound, Conflict, Invalid."""
    run = own_run(actor, public_id)
    if run.state == "open":
        raise Conflict(text("这份演练还有一场没有结束，请先打完再重练。"), code="open_run")
    found = standing_at(run.id, from_plain(Frozen, run.frozen), scene)
    if found is None:
        raise Invalid(text("这一场没有走到这个场景。"), fields={"scene": text("这一场没有走到这个场景。")})
    return found
