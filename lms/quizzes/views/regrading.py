"""Pages of 重新判分: what a correction would do, doing it, and what was done."""

from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.content.show import shower
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import _
from lms.core.points import decimal_text
from lms.core.texts import text
from lms.questions.keyed import keyed
from lms.questions.rekeyed import fields_of, rekeyed
from lms.questions.rules.correction import misfit
from lms.questions.spec import Kind, Question
from lms.quizzes import forms, jobs
from lms.quizzes.actions import regrade as actions
from lms.quizzes.queries import impact as impacts
from lms.quizzes.queries import question_as, regrades
from lms.quizzes.queries.choosing import How, is_published_other, key_by, version_of
from lms.quizzes.queries.regrading import Asked, Version, asked_in
from lms.quizzes.rules.regrade import Correction, Drop, Outcome, Rekey
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole

PAGE = 30
EDIT = "edit"  # beside the ways that have a name everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody wants to do with a version. by: None = drop it; act: "" while nothing is chosen."""

    act: str
    by: Question | None = None
    remark: bool = False

    @property
    def correction(self) -> Correction:
        return Drop() if self.by is None else Rekey(by=self.by, remark=self.remark)


@bp.get("/exams/<path:slug>/regrades", endpoint="regrades")
@requires(Permission.QUIZ_REGRADE)
def every_regrade(slug: str) -> str | Response:
    """List what was marked again in a quiz, and why."""
    card = content.open_work("quiz", slug).card
    if card.slug != slug:
        return redirect(url_for(".regrades", slug=card.slug), 301)
    found = regrades.history(card.document_id)
    return render_template("lms/quizzes/regrades.html", quiz=card, made=found, page=_shared())


@bp.get("/exams/<path:slug>/regrades/<key>")
@requires(Permission.QUIZ_REGRADE)
def regrade_question(slug: str, key: str) -> str | Response:
    """Show a question's key as it was asked and as it would be, and whom that touches."""
    found = asked_in(slug, key)
    if found.quiz.slug != slug:
        given: dict[str, Any] = request.args.to_dict(flat=False)
        return redirect(url_for(".regrade_question", slug=found.quiz.slug, key=key, **given), 301)
    return _question_page(found, request.args)


@bp.post("/exams/<path:slug>/regrades/<key>")
@requires(Permission.QUIZ_REGRADE)
def regrade_apply(slug: str, key: str) -> tuple[str, int] | Response:
    """Mark again what the page has shown. What has changed since is shown anew before anything is written."""
    actor = current_actor()
    found = asked_in(slug, key)
    version = version_of(found, request.form.get("version", ""))
    try:
        choice = _choice(found, version, request.form)
        if version is None or not choice.act:
            raise Invalid(text("请先选怎么更正，再看影响。"))
        with transaction():
            public_id = actions.begin(
                actor,
                document_id=found.quiz.document_id,
                part_id=found.part_id,
                from_sha=version.sha,
                by=choice.by,
                reason=request.form.get("reason", ""),
                remark=choice.remark,
                seen=request.form.get("seen"),
            )
    except DomainError as refused:
        if refused.status not in (409, 422):
            raise
        return _question_page(found, request.form, refused=refused), refused.status
    finished = jobs.carry_out(actions.number_of(public_id))
    if finished:
        flash(_("已重新判分，分数变了的人已收到通知。"), "ok")
    return redirect(url_for(".regrade", regrade_id=public_id), 303)


@bp.get("/regrades/<regrade_id>")
@requires(Permission.QUIZ_REGRADE)
def regrade(regrade_id: str) -> Response:
    """Show one regrade: how far it is, old results beside new ones, who counts as done although below the mark."""
    actor = current_actor()
    made = regrades.made(regrade_id)
    page = min(max(whole(request.args.get("page")) or 1, 1), 10_000)
    lines, shown, hidden = regrades.lines(actor, regrade_id, offset=(page - 1) * PAGE, limit=PAGE)
    card = content.cards([made.document_id])[made.document_id]
    shown_page = render_template(
        "lms/quizzes/regrade.html",
        quiz=card,
        made=made,
        progress=actions.progress(actions.number_of(regrade_id)),
        lines=lines,
        shown=shown,
        hidden=hidden,
        number=page,
        last=max(1, -(-shown // PAGE)),
        still=regrades.still_complete(actor, regrade_id) if made.done_at else [],
        undo=_undo(card.slug, made),
        page=_shared(made.asked, made.now),
    )
    response = make_response(shown_page)
    if not made.done_at:
        response.headers["Refresh"] = "3"  # the page follows the work without a script
    return response


@bp.post("/regrades/<regrade_id>/continue")
@requires(Permission.QUIZ_REGRADE)
def regrade_continue(regrade_id: str) -> Response:
    """Go on with a regrade that is not finished, for as long as a page may take."""
    if jobs.carry_out(actions.number_of(regrade_id)):
        flash(_("已重新判分，分数变了的人已收到通知。"), "ok")
    return redirect(url_for(".regrade", regrade_id=regrade_id), 303)


def _question_page(found: Asked, given: MultiDict[str, str], refused: DomainError | None = None) -> str:
    actor = current_actor()
    version = version_of(found, given.get("version", ""))
    choice, problem, impact = Choice(act=given.get("act", "")), refused, None
    try:
        choice = _choice(found, version, given)
        if version is not None and choice.act:
            impact = impacts.impact(version.question, version.sha, choice.correction)
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        problem = problem or error
    plan = impact.plan if impact else None
    to_pass = impacts.named(actor, plan.to_pass) if plan else []
    to_fail = impacts.named(actor, plan.to_fail) if plan else []
    asked = version.question if version else found.published
    return render_template(
        "lms/quizzes/regrade_question.html",
        found=found,
        quiz=found.quiz,
        version=version,
        choice=choice,
        problem=problem,
        misfit=misfit(version.question, found.published) if version and found.published else None,
        is_published_other=is_published_other(found, version),
        impact=impact,
        totals=plan.totals if plan else None,
        to_pass=to_pass,
        to_fail=to_fail,
        given=given,
        fields=_filled(asked, version, given),
        asked=asked,
        page=_shared(asked, choice.by, version.marked_by if version else None, found.published),
    )


def _choice(found: Asked, version: Version | None, given: MultiDict[str, str]) -> Choice:
    """Return what is to be done; by itself what is published now. Raises Invalid at a field of the key."""
    remark = given.get("remark") == "1"
    if version is None:
        return Choice(act="")
    act = given.get("act", How.PUBLISHED.value if is_published_other(found, version) else "")
    if act == EDIT:
        return Choice(act=EDIT, by=rekeyed(version.question, given), remark=remark)
    if act not in list(How):
        return Choice(act="")
    return Choice(act=act, by=key_by(found, version, How(act)), remark=remark or act == How.TO_ALL)


def _filled(asked: Question | None, version: Version | None, given: MultiDict[str, str]) -> dict[str, Any]:
    """Return what the fields of the key hold: what was typed, else the key that counts now."""
    if asked is None:
        return {}
    now = version.marked_by if version and version.marked_by else asked
    filled = dict(fields_of(now))
    if given.get("act") == EDIT:
        for name in filled:
            filled[name] = tuple(given.getlist(name)) if name == "right" else given.get(name, "")
    return filled


def _undo(slug: str, made: regrades.Made) -> str | None:
    """Return where the regrade can be taken back by another one; None where a later one counts."""
    if not made.last or made.done_at is None:
        return None
    values: dict[str, Any] = {"version": made.asked_sha.hex()[:16]}
    before = None if made.back_to is None else question_as(made.asked_sha, made.back_to)
    if before is None:
        values["act"] = How.DROP.value
    elif made.back_to == made.asked_sha:
        values["act"] = How.AS_ASKED.value
    elif before.given_to_all:
        values["act"] = How.TO_ALL.value
    else:
        values |= {"act": EDIT, **_as_arguments(before)}
    return url_for(".regrade_question", slug=slug, key=made.key, **values)


def _as_arguments(question: Question) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields_of(question).items()}


def _shared(*questions: Question | None) -> dict[str, Any]:
    """Return what every page of these needs to show questions with their keys."""
    views = {id(each): keyed(each) for each in questions if each is not None}
    return {
        "keyed": keyed,
        "show": shower([piece for view in views.values() for piece in view.pieces]),
        "letters": forms.LETTERS,
        "score": score,
        "share": lambda count, whole: round(100 * count / whole) if whole else 0,
        "is_open": lambda question: question.kind is Kind.OPEN,
    }


def score(outcome: Outcome) -> str:
    """Return a result out of 100: "87.5"."""
    return decimal_text(outcome.percent, 1)
