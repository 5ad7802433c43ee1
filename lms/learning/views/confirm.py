"""确认: what waits for a mentor, trainer or lead; one tap confirms, a remark sends back, a stage is signed off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.show import shower
from lms.content.store import spec_of
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import day_of, today
from lms.core.i18n import _, say
from lms.learning import queries
from lms.learning.actions import confirm as actions
from lms.learning.forms import number
from lms.learning.rules import plan
from lms.learning.spec.task import ConfirmedBy, TaskSpec
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import every_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One piece of work that waits. steps: HTML of the checklist with whether each is ticked."""

    row: Any
    steps: Sequence[tuple[str, bool]]
    photos: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of one cohort whose attendance is not yet all confirmed."""

    slug: str
    title: str
    cohort: str
    room: str
    due_on: date
    people: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """One task that several people have handed in: all of them can be confirmed at once."""

    slug: str
    title: str
    people: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    learner: queries.Learner
    days: int


@bp.get("/confirm")
@requires(Permission.TASK_CONFIRM)
def queue() -> str:
    actor = current_actor()
    rows = queries.waiting(actor)
    classes = _classes(queries.attendance(actor, today()))
    handed_in = [person.work_id for one in classes for person in one.people if person.work_id]
    photos = queries.photos([*(row.id for row in rows), *handed_in])
    in_class = {(one.slug, person.person_id) for one in classes for person in one.people}
    waiting = [
        Waiting(row=row, steps=_steps(row), photos=photos.get(row.id, []))
        for row in rows
        if (row.slug, row.person_id) not in in_class
    ]
    learners = queries.learners(actor, today())
    return render_template(
        "lms/learning/queue.html",
        waiting=waiting,
        classes=classes,
        photos=photos,
        same=_same([each.row for each in waiting]),
        stages=queries.stages_ready(actor),
        stuck=_stuck(learners),
        learners=learners,
        show=shower(html for each in waiting for html, _ticked in each.steps),
    )


def _same(rows: Sequence[Any]) -> list[Same]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.slug, []).append(row)
    return [Same(slug=slug, title=group[0].title, people=group) for slug, group in groups.items() if len(group) > 1]


def _steps(row: Any) -> list[tuple[str, bool]]:
    spec: TaskSpec = spec_of(row.compiled_sha)
    return [(step.html, position in row.ticked) for position, step in enumerate(spec.checklist)]


def _classes(rows: Sequence[Any]) -> list[Class]:
    """Return what 讲师 confirms, a class of a cohort at a time, the latest day first."""
    groups: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        spec: TaskSpec = spec_of(row.compiled_sha)
        if spec.confirmed_by == ConfirmedBy.TRAINER:
            groups.setdefault((row.document_id, row.cohort_id), []).append(row)
    return [
        Class(
            slug=group[0].slug,
            title=group[0].title,
            cohort=group[0].cohort_name,
            room=group[0].room,
            due_on=group[0].due_on,
            people=group,
        )
        for group in groups.values()
    ]


def _stuck(learners: Sequence[queries.Learner]) -> list[Stuck]:
    found = []
    for learner in learners:
        last = day_of(learner.last_done_at) if learner.last_done_at else None
        days = plan.idle_days(last, learner.starts_on, learner.days, today())
        if days >= plan.STUCK_AFTER:
            found.append(Stuck(learner=learner, days=days))
    return sorted(found, key=lambda each: -each.days)


@bp.post("/confirm/work/<int(max=2147483647):work_id>")
@requires(Permission.TASK_CONFIRM)
def decide(work_id: int) -> Response:
    """Confirm one piece of work, or send it back with a remark."""
    actor = current_actor()
    version = number(request.form, "version")
    try:
        with transaction():
            if request.form.get("do") == "return":
                actions.send_back(actor, work_id, version=version, remark=request.form.get("remark", ""))
                message = _("已退回，对方会看到你写的话。")
            else:
                actions.confirm(actor, work_id, version=version)
                message = _("已确认。")
    except (Conflict, Invalid) as error:
        reasons = [say(reason) for reason in error.fields.values()] or [say(error.message)]
        flash(" ".join(reasons), "warn")
        return redirect(url_for(".queue", _anchor=f"work-{work_id}"))
    flash(message, "ok")
    return redirect(url_for(".queue"))


@bp.post("/confirm/task/<path:slug>")
@requires(Permission.TASK_CONFIRM)
def confirm_people(slug: str) -> Response:
    """Confirm one task for everybody who was chosen: the attendance of a class."""
    people = every_whole(request.form.getlist("person"))
    if not people:
        flash(_("还没有选人。"), "warn")
        return redirect(url_for(".queue"))
    with transaction():
        done = actions.confirm_people(current_actor(), slug, people)
    if done.names:
        flash(_("已确认 %(n)s 人：%(names)s。", n=len(done.names), names="、".join(done.names)), "ok")
    for reason in done.left_out:
        flash(say(reason), "warn")
    return redirect(url_for(".queue"))


@bp.post("/confirm/stage/<int(max=2147483647):assignment_id>/<int(max=999):stage>")
@requires(Permission.TASK_CONFIRM)
def sign_off(assignment_id: int, stage: int) -> Response:
    person = number(request.form, "person")
    try:
        with transaction():
            actions.sign_off(current_actor(), person, assignment_id, stage, request.form.get("note", ""))
    except (Conflict, Invalid) as error:
        flash(say(error.message), "warn")
        return redirect(url_for(".queue"))
    flash(_("已验收，下一个阶段随之开放。"), "ok")
    return redirect(url_for(".queue"))
