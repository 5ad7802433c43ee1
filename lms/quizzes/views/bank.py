"""题库: every question of quizzes and banks in one list; one question with its versions; changing several at once."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.rules.tagging import listed
from lms.content.show import shower
from lms.content.store import spec_of
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid, NotFound
from lms.core.i18n import _, say
from lms.core.plain import from_plain
from lms.core.texts import text
from lms.questions.keyed import keyed
from lms.questions.spec import Kind, Question
from lms.quizzes import forms
from lms.quizzes.actions import bank as actions
from lms.quizzes.actions.bank import COPY, DRAW, MOST, Chosens
from lms.quizzes.queries import bank as queries
from lms.quizzes.queries.bank import SORTS, Row, Wanted
from lms.quizzes.queries.banks_known import receivers
from lms.quizzes.rules.analysis.words import percent
from lms.quizzes.rules.bank_edit import Change
from lms.quizzes.rules.versions import version_changes
from lms.quizzes.spec import QuizSpec
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import TableState

FILTERS = ("q", "kind", "tag", "level", "competency", "shop", "file", "state")
STATES = ("bank", "quiz", "unused", "doubt")
LEVELS = ("1", "2", "3", "4", "5", "0")


@bp.get("/bank")
@requires(Permission.CONTENT_EDIT)
def bank() -> str:
    """Show the questions; search, filters, order and page stand in the address."""
    table = TableState.from_args(request.args, sorts=SORTS, default="file", filters=FILTERS, size=queries.PAGE)
    found, total = queries.questions(_wanted(table))
    if not found and total:
        table = table.within(total)
        found, total = queries.questions(_wanted(table))
    return render_template(
        "lms/quizzes/bank.html",
        table=table,
        rows=found,
        total=total,
        choices=queries.choices(),
        words={kind.value: forms.WORDS[kind] for kind in Kind},
        levels=LEVELS,
        percent=_percent,
        base=url_for(".bank_question", key="KEYKEY"),
    )


@bp.get("/bank/<string(length=6):key>")
@requires(Permission.CONTENT_EDIT)
def bank_question(key: str) -> str:
    """Show one question with its key, its versions and where it was asked."""
    found = queries.question(key)
    quiz: QuizSpec = spec_of(found.compiled_sha)
    now = next((each for each in quiz.questions if each.key == key), None)
    if now is None:
        raise NotFound()
    shown = [(version, _as_asked(version, now)) for version in found.versions]
    views = [keyed(question) for _version, question in shown]
    following = [question for _version, question in shown[1:]] + [None]
    changes = [
        version_changes(before, question) if before else ()
        for (_version, question), before in zip(shown, following, strict=True)
    ]
    return render_template(
        "lms/quizzes/bank_question.html",
        one=found,
        row=found.row,
        question=keyed(now),
        tags=found.row.tags,
        versions=list(zip(found.versions, views, changes, strict=True)),
        asked_in=queries.asked_in(found.row.part_id),
        word=forms.WORDS[now.kind],
        show=shower(forms.html_in([each.text_html for each in views])),
        letters=forms.LETTERS,
        percent=_percent,
    )


@bp.get("/bank/change")
@requires(Permission.CONTENT_EDIT)
def bank_change() -> str:
    """Show the chosen questions as they would be tagged and rated."""
    return _change(_asked_change())


@bp.post("/bank/change")
@requires(Permission.CONTENT_EDIT)
def bank_change_submit() -> str | Response | tuple[str, int]:
    """Tag and rate the chosen questions in drafts of their files: all of them or none."""
    change = _asked_change()
    if "look" in request.form:
        return _change(change)
    try:
        found = _chosen()
        with transaction():
            count = actions.retag(current_actor(), found, change, _("批量改题目的标签和难度"))
    except DomainError as error:
        return _change(change, error), error.status
    flash(_("%(n)s 份文件的草稿改好了。题库和测验发布以后才算数，可以一起发布。", n=count), "ok")
    return redirect(url_for("content.publish_several", doc=[each.head.card.document_id for each in found]), 303)


@bp.get("/bank/add")
@requires(Permission.CONTENT_EDIT)
def bank_add() -> str:
    """Show the chosen questions and where they could go."""
    return _add()


@bp.post("/bank/add")
@requires(Permission.CONTENT_EDIT)
def bank_add_submit() -> str | Response | tuple[str, int]:
    """Bring the chosen questions into the draft of a quiz, as copies or as lines that draw from their banks."""
    title = " ".join(request.form.get("title", "").split())[:120]
    try:
        if not request.form.get("to"):
            raise Invalid(text("请选一份测验。"), fields={"to": text("请选一份测验。")})
        if not title:
            raise Invalid(text("请写小节的名字。"), fields={"title": text("请写小节的名字。")})
        found = _chosen()
        with transaction():
            slug, added = actions.add_to(
                current_actor(), found, request.form["to"], request.form.get("how", COPY), title, _("从题库加题")
            )
    except DomainError as error:
        return _add(error), error.status
    if added:
        flash(_("已加进这份测验的草稿，看过以后发布。"), "ok")
    else:
        flash(_("这些都已经在这份测验里，没有再加一遍。"), "info")
    return redirect(url_for("content.edit", kind="quiz", slug=slug), 303)


def _wanted(table: TableState) -> Wanted:
    kind, level, state = table.get("kind"), table.get("level"), table.get("state")
    return Wanted(
        words=table.get("q"),
        kind=kind if kind in {each.value for each in Kind} else "",
        tag=table.get("tag").lstrip("#＃"),
        level=level if level in LEVELS else "",
        competency=table.get("competency"),
        shop=table.get("shop"),
        file=table.get("file"),
        state=state if state in STATES else "",
        sort=table.sort_key,
        offset=table.offset,
        size=table.size,
    )


def _keys() -> list[str]:
    return list(dict.fromkeys(request.values.getlist("question")))[:MOST]


def _chosen() -> list[Chosens]:
    found = actions.chosen(_keys()) if _keys() else []
    if not found:
        raise Invalid(text("请至少选一道题。"))
    return found


def _asked_change() -> Change:
    level = request.values.get("level", "")
    return Change(
        add=listed(request.values.get("add", "")),
        remove=listed(request.values.get("remove", "")),
        level=level if level in LEVELS else "",
    )


def _found() -> tuple[list[Chosens], DomainError | None]:
    """Return what is chosen, and why it cannot be worked on."""
    try:
        return (actions.chosen(_keys()) if _keys() else []), None
    except DomainError as error:
        return [], error


def _change(change: Change, refusal: DomainError | None = None) -> str:
    found, broken = _found()
    wrong: Sequence[Any] = () if change.changes_nothing else actions.why_not(found, change)
    return render_template(
        "lms/quizzes/bank_change.html",
        found=found,
        change=change,
        refusal=refusal or broken,
        wrong=wrong,
        levels=LEVELS,
        known=queries.choices().tags,
        count=sum(len(each.questions) for each in found),
        joined=_("、").join,
    )


def _add(refusal: DomainError | None = None) -> str:
    found, broken = _found()
    try:
        lines = actions.lines_for(found) if found else []
        why_no_lines = None
    except Invalid as error:
        lines, why_no_lines = [], error.message
    return render_template(
        "lms/quizzes/bank_add.html",
        found=found,
        count=sum(len(each.questions) for each in found),
        refusal=refusal or broken,
        errors={name: say(why) for name, why in (refusal.fields if refusal else {}).items()},
        lines=list(zip(lines, actions.pool_sizes(found, lines) if lines else [], strict=True)),
        why_no_lines=why_no_lines,
        receivers=receivers(),
        to=request.values.get("to", ""),
        how=DRAW if request.values.get("how") == DRAW and lines else COPY,
        title=request.values.get("title", "") or _("从题库加的题"),
    )


def _as_asked(version: queries.Version, now: Question) -> Question:
    return now if version.is_current else from_plain(Question, version.spec)


def _percent(row: Row | queries.Went) -> str:
    """Return the share of right answers: "82%", "" while nobody was asked."""
    went = row.went if isinstance(row, Row) else row
    return "" if went.share is None else f"{percent(float(went.share))}%"
