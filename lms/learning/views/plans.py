"""What there is to learn: my curricula and courses, one curriculum by its days, one course by its contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.assignments import queries as duties_queries
from lms.assignments import rules as duties_rules
from lms.assignments.rules import Duty, Progress, State
from lms.content import queries as content
from lms.content.kinds import kind_of
from lms.content.show import show
from lms.content.steps import Step
from lms.core.access import Permission
from lms.core.here import today
from lms.core.texts import Text
from lms.learning import queries
from lms.learning.queries import surveys as feedback
from lms.learning.rules import plan
from lms.learning.spec.course import CourseSpec
from lms.learning.spec.curriculum import CurriculumSpec
from lms.learning.views.reading import content_href
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A curriculum or course on the list of courses. next: what to go on with, None where nothing is open.

    state: open | optional | exempt | done. duty_id: of the page that says why it is asked.
    """

    kind: str
    title: str
    href: str
    progress: Progress
    minutes_left: int
    due_on: date | None
    state: str
    day: int
    days: int
    next: Duty | None
    next_href: str
    duty_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of contents. state: of its cell; work: of a task, "" where none was begun; reason: why it is locked."""

    title: str
    kind: str
    href: str | None
    minutes: int
    state: str
    required: bool
    due_on: date | None
    done_at: datetime | None
    work: str = ""
    reason: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The rows of one course, or of what stands alone, within one day of a curriculum."""

    title: str
    href: str | None
    rows: Sequence[Row]
    done: int


TO_LEARN = frozenset({"open", "optional"})
"""States of a duty on which one may go on."""


@bp.get("/courses")
@requires(Permission.LEARN)
def index() -> str:
    actor = current_actor()
    duties = duties_queries.duties(actor.id, today())
    groups: dict[int, list[Duty]] = {}
    for duty in duties:
        groups.setdefault(duty.item.assignment_id, []).append(duty)
    goals = [_goal(group) for group in groups.values() if group[0].goal_kind in plan.PLANS]
    mine = {duty.goal_id for duty in duties} | {duty.item.container_id for duty in duties}
    others = [row for row in queries.plans_to_read(actor) if row.id not in mine]
    return render_template(
        "lms/learning/index.html",
        goals=[goal for goal in goals if goal.state in TO_LEARN],
        finished=[goal for goal in goals if goal.state not in TO_LEARN],
        others=others,
    )


def _goal(group: Sequence[Duty]) -> Goal:
    items = [duty.item for duty in group]
    first = group[0]
    chosen = duties_rules.next_item(items) if first.goal_state in TO_LEARN else None
    following = next((duty for duty in group if duty.item == chosen), None)
    days = plan.strip(items, today())
    return Goal(
        kind=first.goal_kind,
        title=first.goal_title,
        href=url_for(f".{first.goal_kind}", slug=first.goal_slug),
        progress=duties_rules.progress(items),
        minutes_left=sum(item.minutes for item in items if item.required and not item.settled),
        due_on=max((item.due_on for item in items if item.required and item.due_on), default=None),
        state=first.goal_state,
        day=plan.day_number(days, today()),
        days=len(days),
        next=following,
        next_href=content_href(following.kind, following.slug) if following else "",
        duty_id=first.item.assignment_id,
    )


@bp.get("/learn/course/<path:slug>")
@requires(Permission.LEARN)
def course(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "course", slug)
    if opened.slug != slug:
        return redirect(url_for(".course", slug=opened.slug), 301)
    spec: CourseSpec = content.spec(opened)
    duties = duties_queries.duties(actor.id, today())
    inside = [
        duty
        for duty in duties
        if opened.document_id in (duty.item.container_id, duty.goal_id) and duty.item.purpose == "complete"
    ]
    waiting = next((duty for duty in inside if duty.state == State.LOCKED), None)
    reason = (
        duties_queries.locked_reason(actor.id, waiting.item.document_id, today(), every=duties) if waiting else None
    )
    rows = _rows_of_steps(actor.id, kind_of("course").expand(spec), inside, waiting, reason)
    all_locked = all(row.state in ("locked", *plan.SETTLED) for row in rows)
    next_row = next((row for row in rows if row.href and row.state in plan.TO_DO and row.required), None)
    return render_template(
        "lms/learning/course.html",
        opened=opened,
        intro=show(spec.intro.html),
        rows=rows,
        ask=feedback.open_ask_after(actor.id, opened.document_id) if _is_done(rows) else None,
        next=next_row,
        locked=reason if all_locked else None,
        goal=next((duty for duty in inside if duty.goal_kind == "curriculum"), None),
        done=sum(row.state in plan.SETTLED for row in rows if row.required),
        total=sum(row.required for row in rows),
        minutes=sum(row.minutes for row in rows if row.required) or opened.minutes,
        minutes_left=sum(row.minutes for row in rows if row.required and row.state not in plan.SETTLED),
    )


def _is_done(rows: Sequence[Row]) -> bool:
    return all(row.state in plan.SETTLED for row in rows if row.required)


def _rows_of_steps(
    person_id: int, steps: Sequence[Step], inside: Sequence[Duty], waiting: Duty | None, reason: Text | None
) -> list[Row]:
    """Return the lines of a course: as owed where it is owed, else by what was ever done."""
    cards = content.by_path([step.target for step in steps if step.target])
    owed = {duty.item.document_id: duty for duty in inside}
    known = [card.document_id for card in cards.values()]
    standings = queries.standings_of(person_id, known)
    readings = queries.readings_of(person_id, known)
    works = queries.work_states(person_id)
    rows = []
    for step in steps:
        card = cards.get(step.target)
        if card is None or card.published_id is None:
            continue
        duty = owed.get(card.document_id)
        standing = standings.get(card.document_id)
        done = standing is not None and standing.state == "done"
        state = plan.cell_state(duty.state) if duty else "done" if done else "open"
        if state == "open" and card.document_id in readings:
            state = "part"
        rows.append(
            Row(
                title=card.title,
                kind=card.kind,
                href=content_href(card.kind, card.slug) if state != "locked" else None,
                minutes=(duty.item.minutes if duty else step.minutes) or card.minutes,
                state=state,
                required=step.required,
                due_on=duty.item.due_on if duty else None,
                done_at=duty.item.done_at if duty else standing.last_done_at if standing and done else None,
                work=works.get(card.document_id, ""),
                reason=reason if duty is not None and duty is waiting else None,
            )
        )
    return rows


@bp.get("/learn/curriculum/<path:slug>")
@requires(Permission.LEARN)
def curriculum(slug: str) -> str | Response:
    actor = current_actor()
    opened = content.open_published(actor, "curriculum", slug)
    if opened.slug != slug:
        return redirect(url_for(".curriculum", slug=opened.slug), 301)
    spec: CurriculumSpec = content.spec(opened)
    group = [duty for duty in duties_queries.duties(actor.id, today()) if duty.goal_id == opened.document_id]
    if not group:
        return _unassigned(actor.id, opened, spec)
    items = [duty.item for duty in group]
    days = plan.strip(items, today())
    stages = plan.stages(items)
    works = queries.work_states(actor.id)
    chosen = duties_rules.next_item(items)
    following = next((duty for duty in group if duty.item == chosen), None)
    return render_template(
        "lms/learning/curriculum.html",
        opened=opened,
        intro=show(spec.intro.html),
        days=days,
        day=plan.day_number(days, today()),
        stages=stages,
        progress=duties_rules.progress(items),
        minutes_left=sum(item.minutes for item in items if item.required and not item.settled),
        by_day=[
            (stage, _days(group, works, stage, days), _blocks(group, works, stage.position, None)) for stage in stages
        ],
        next=following,
        next_href=content_href(following.kind, following.slug) if following else "",
        starts_on=group[0].starts_on,
    )


def _days(
    group: Sequence[Duty], works: Mapping[int, str], stage: plan.Stage, days: Sequence[plan.Day]
) -> list[tuple[plan.Day, list[Block]]]:
    """Return the days of a stage on which something falls due, each with its blocks."""
    found = [(day, _blocks(group, works, stage.position, day)) for day in days]
    return [(day, blocks) for day, blocks in found if blocks]


def _blocks(group: Sequence[Duty], works: Mapping[int, str], stage: int, day: plan.Day | None) -> list[Block]:
    """Return what is due on one day of a stage, courses as blocks with their contents. day None: what has no day."""
    number = day.number if day else None
    mine = [
        duty
        for duty in group
        if duty.item.stage == stage and duty.item.day == number and duty.item.purpose == "complete"
    ]
    blocks: list[Block] = []
    for container in dict.fromkeys(duty.item.container_id for duty in mine):
        inside = [duty for duty in mine if duty.item.container_id == container]
        first = inside[0]
        blocks.append(
            Block(
                title=first.container_title,
                href=url_for(".course", slug=first.container_slug) if first.container_slug else None,
                rows=[_row(duty, works) for duty in inside],
                done=sum(duty.item.settled for duty in inside),
            )
        )
    return blocks


def _row(duty: Duty, works: Mapping[int, str]) -> Row:
    return Row(
        title=duty.title,
        kind=duty.kind,
        href=content_href(duty.kind, duty.slug) if duty.state != State.LOCKED else None,
        minutes=duty.item.minutes,
        state=plan.cell_state(duty.state),
        required=duty.item.required,
        due_on=duty.item.due_on,
        done_at=duty.item.done_at,
        work=works.get(duty.item.document_id, ""),
    )


def _unassigned(person_id: int, opened: content.Opened, spec: CurriculumSpec) -> str:
    """Show a curriculum to somebody who does not owe it: what is in it, and nothing about days of theirs."""
    steps = [step for step in kind_of("curriculum").expand(spec) if not step.sign_off]
    cards = content.by_path([step.target for step in steps])
    names = list(dict.fromkeys(step.stage_name for step in steps))
    standings = queries.standings_of(person_id, [card.document_id for card in cards.values()])
    stages = []
    for name in names:
        rows = []
        for step in steps:
            card = cards.get(step.target)
            if step.stage_name != name or card is None or card.published_id is None:
                continue
            standing = standings.get(card.document_id)
            done = standing is not None and standing.state == "done"
            rows.append(
                Row(
                    title=card.title,
                    kind=card.kind,
                    href=content_href(card.kind, card.slug),
                    minutes=step.minutes or card.minutes,
                    state="done" if done else "open",
                    required=step.required,
                    due_on=None,
                    done_at=standing.last_done_at if standing and done else None,
                )
            )
        stages.append((name, rows))
    return render_template(
        "lms/learning/curriculum_outline.html", opened=opened, intro=show(spec.intro.html), stages=stages
    )
