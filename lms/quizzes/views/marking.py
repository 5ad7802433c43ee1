"""Pages of marking: all answers that wait, those of one quiz, and one answer with its rubric."""

from fractions import Fraction
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.show import show
from lms.core.access import Actor, Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import _, say
from lms.core.points import decimal_text, points_text
from lms.quizzes.actions import marking as actions
from lms.quizzes.marks_form import Sheet, given_in, number_in, sheet_of, turn_in, typed_sheet
from lms.quizzes.queries import answers, marking
from lms.quizzes.rules.marking import MarkedMeanwhile, Turn
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires

SHOWN = 100  # answers listed of one quiz; the rest is reached by marking


@bp.get("/marking")
@requires(Permission.QUIZ_MARK)
def queue() -> str:
    """Show what waits over all quizzes, the oldest first."""
    heaps = marking.heaps(current_actor())
    wanted = request.args.get("turn", "")
    words = request.args.get("q", "").strip()[:100]
    counts = {turn.value: sum(getattr(heap, turn.value) for heap in heaps) for turn in _HEAPED}
    shown = [
        heap
        for heap in heaps
        if (not words or words.casefold() in heap.quiz.title.casefold())
        and (wanted not in counts or getattr(heap, wanted))
    ]
    return render_template(
        "lms/quizzes/marking_queue.html",
        heaps=shown,
        any=bool(heaps),
        total=sum(heap.count for heap in heaps),
        counts=counts,
        turn=wanted if wanted in counts else "",
        words=words,
    )


_HEAPED = (Turn.FIRST, Turn.SECOND, Turn.SETTLE)


@bp.get("/exams/<path:slug>/marking", endpoint="marking")
@requires(Permission.QUIZ_MARK)
def exam_marking(slug: str) -> str | Response:
    """Show what waits in one quiz, question by question, and how it is marked."""
    return _exam(slug)


@bp.post("/exams/<path:slug>/marking")
@requires(Permission.QUIZ_MARK)
def plan_marking(slug: str) -> str | Response | tuple[str, int]:
    """Decide whether names are hidden and how many answers two people mark."""
    percent = request.form.get("second_percent", "").strip() or "0"
    try:
        with transaction():
            actions.set_plan(
                current_actor(),
                slug,
                blind=request.form.get("blind") == "1",
                second_percent=int(percent) if percent.isdecimal() and len(percent) < 4 else -1,
            )
    except Invalid as refused:
        return str(_exam(slug, wrong=say(refused.message), percent=percent)), 422
    flash(_("阅卷方式已保存，从下一份起生效。"), "ok")
    return redirect(url_for(".marking", slug=slug), 303)


def _exam(slug: str, wrong: str = "", percent: str = "") -> str | Response:
    actor = current_actor()
    quiz = marking.quiz_of(slug)
    if quiz.slug != slug:
        return redirect(url_for(".marking", slug=quiz.slug), 301)
    tasks = marking.tasks(actor, quiz.document_id)
    agreed = marking.agreement_in(quiz.document_id)
    groups: dict[int, list[marking.Task]] = {}
    for task in tasks:
        groups.setdefault(task.part_id, []).append(task)
    return render_template(
        "lms/quizzes/marking_quiz.html",
        quiz=quiz,
        tasks=tasks,
        groups=list(groups.values()),
        shown=SHOWN,
        done=marking.marked_count(quiz.document_id),
        agreement=agreed,
        mean=_signed(agreed.mean),
        undo=_undo(request.args.get("undo", "")),
        wrong=wrong,
        percent=percent or quiz.plan.second_percent,
    )


def _signed(points: Fraction) -> str:
    written = decimal_text(points)
    return f"+{written}" if points > 0 else written


@bp.get("/marking/next/<path:slug>")
@requires(Permission.QUIZ_MARK)
def next_answer(slug: str) -> Response:
    """Go to the first answer of a quiz that waits; to its page where none does."""
    quiz = marking.quiz_of(slug)
    tasks = marking.tasks(current_actor(), quiz.document_id)
    if not tasks:
        return redirect(url_for(".marking", slug=quiz.slug))
    return redirect(url_for(".mark", attempt_id=tasks[0].ref, position=tasks[0].position))


@bp.get("/marking/<attempt_id>/<int:position>")
@requires(Permission.QUIZ_MARK)
def mark(attempt_id: str, position: int) -> str:
    answer = answers.answer_of(current_actor(), attempt_id, position)
    return _page(answer, sheet_of(answer))


@bp.post("/marking/<attempt_id>/<int:position>")
@requires(Permission.QUIZ_MARK)
def save_mark(attempt_id: str, position: int) -> str | Response | tuple[str, int]:
    """Save the marks and go on; whoever was overtaken sees both versions and what he has typed."""
    actor, form = current_actor(), request.form
    before = answers.answer_of(actor, attempt_id, position)
    order = marking.tasks(actor, before.quiz.document_id)
    try:
        with transaction():
            saved = actions.save_mark(
                actor,
                attempt_id,
                position,
                version=number_in(form, "version"),
                turn=turn_in(form),
                given=given_in(before, form),
                note=form.get("note", ""),
            )
    except Invalid as refused:
        return _page(before, _kept_version(typed_sheet(before, form, errors=refused.fields))), 422
    except MarkedMeanwhile as clash:
        return _clash(actor, attempt_id, position, clash), 409
    undo = f"{attempt_id}.{position}.{saved.version}.{points_text(saved.earned)}"
    step = _beside(order, (attempt_id, position), back=form.get("go") == "back")
    if step is None:
        flash(_("这份测验的问答题都批完了。"), "ok")
        return redirect(url_for(".marking", slug=before.quiz.slug, undo=undo), 303)
    return redirect(url_for(".mark", attempt_id=step.ref, position=step.position, undo=undo), 303)


@bp.post("/marking/<attempt_id>/<int:position>/undo")
@requires(Permission.QUIZ_MARK)
def undo_mark(attempt_id: str, position: int) -> Response:
    try:
        with transaction():
            actions.undo(current_actor(), attempt_id, position, version=number_in(request.form, "version"))
    except Conflict as refused:
        flash(say(refused.message), "warn")
    else:
        flash(_("已撤销，这份答案又在等您批改。"), "ok")
    return redirect(url_for(".mark", attempt_id=attempt_id, position=position), 303)


def _page(answer: answers.Answer, sheet: Sheet, clash: MarkedMeanwhile | None = None) -> str:
    tasks = marking.tasks(current_actor(), answer.quiz.document_id)
    here = (answer.ref, answer.position)
    return render_template(
        "lms/quizzes/marking_answer.html",
        answer=answer,
        sheet=sheet,
        clash=clash,
        quiz=answer.quiz,
        left=len(tasks),
        same=sum(task.part_version_sha in _versions(tasks, here) for task in tasks),
        next=_beside(tasks, here),
        previous=_beside(tasks, here, back=True),
        undo=_undo(request.args.get("undo", "")),
        show=show,
        points=points_text,
    )


def _versions(tasks: list[marking.Task], here: tuple[str, int]) -> set[bytes]:
    return {task.part_version_sha for task in tasks if task.key == here}


def _clash(actor: Actor, attempt_id: str, position: int, clash: MarkedMeanwhile) -> str:
    answer = answers.answer_of(actor, attempt_id, position)
    stored = answer.first.given if answer.first and answer.turn is not Turn.SECOND else {}
    return _page(answer, typed_sheet(answer, request.form, stored=stored), clash)


def _kept_version(sheet: Sheet) -> Sheet:
    """Send back the version that the page was opened with: a mistake in a number takes over nobody's mark unseen."""
    return Sheet(
        rows=sheet.rows,
        version=number_in(request.form, "version"),
        turn=turn_in(request.form),
        note=sheet.note,
        errors=sheet.errors,
    )


def _beside(tasks: list[marking.Task], here: tuple[str, int], *, back: bool = False) -> marking.Task | None:
    """Return the answer after this one (before it: back), round at the end; None where no other waits."""
    keys = [task.key for task in tasks]
    others = [task for task in tasks if task.key != here]
    if not others:
        return None
    if here not in keys:
        return others[-1] if back else others[0]
    at = keys.index(here)
    return tasks[(at - 1 if back else at + 1) % len(tasks)]


def _undo(given: str) -> dict[str, Any] | None:
    """Return what was saved last, as the address tells it."""
    parts = given.split(".", 3)
    if len(parts) != 4 or not parts[1].isdecimal() or not parts[2].isdecimal() or not parts[0].isalnum():
        return None
    if len(given) > 80 or not parts[3].replace(".", "").isdecimal():
        return None
    return {"ref": parts[0], "position": int(parts[1]), "version": int(parts[2]), "points": parts[3]}
