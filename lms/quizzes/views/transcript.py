"""成绩单: an attempt's result on one A4 page and as XLSX, for whoever may see the result."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from jinja2.filters import do_striptags
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.errors import Conflict
from lms.core.here import local
from lms.core.i18n import _, gettext
from lms.core.points import decimal_text, number, percent, points_text, to_fraction
from lms.core.texts import text
from lms.questions.spec import Kind
from lms.quizzes import forms, queries
from lms.quizzes.queries.results import Mode
from lms.quizzes.queries.sittings import MISTAKES, Sitting
from lms.quizzes.queries.transcript import Row, Transcript, transcript
from lms.quizzes.rules.attempts import State
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.tables import download


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One question in words. seconds: how long it was in front, None = not told."""

    number: int
    stem: str
    kind: str
    outcome: str
    mode: Mode
    earned: str
    possible: str
    marker: str
    row: Row


@bp.get("/attempts/<attempt_id>/print")
@requires(Permission.LEARN)
def transcript_print(attempt_id: str) -> str | Response:
    sitting = queries.visible_sitting(current_actor(), attempt_id)
    if sitting.state is State.OPEN:
        return redirect(url_for(".result", attempt_id=attempt_id))
    found = transcript(sitting)
    return render_template(
        "lms/quizzes/transcript.html",
        sitting=sitting,
        found=found,
        told=[_told(row) for row in found.rows],
        score=_score(sitting),
        verdict=_verdict(sitting),
        pass_mark=decimal_text(100 * sitting.rules.pass_mark, 1),
        points=points_text,
        ended=local(sitting.submitted_at).strftime("%H:%M") if sitting.submitted_at else "",
        practice=sitting.occasion == MISTAKES,
    )


@bp.get("/attempts/<attempt_id>/scores.xlsx")
@requires(Permission.LEARN)
def transcript_file(attempt_id: str) -> Response:
    """Return two sheets: the whole in words and figures, then question by question."""
    sitting = queries.visible_sitting(current_actor(), attempt_id)
    if sitting.state is State.OPEN:
        raise Conflict(text("还在作答，交卷后才有成绩单。"))
    found = transcript(sitting)
    lines = [
        (
            each.number,
            each.stem,
            each.kind,
            each.outcome,
            number(to_fraction(each.row.line.earned)),
            number(to_fraction(each.row.line.possible)),
            each.row.seconds,
            each.marker,
        )
        for each in (_told(row) for row in found.rows)
    ]
    headers = [_("题号"), _("题目"), _("题型"), _("结果"), _("得分"), _("满分"), _("用时（秒）"), _("阅卷")]
    return download(
        "xlsx",
        _("成绩单 %(name)s %(title)s", name=sitting.person_name, title=sitting.title),
        [_("项目"), _("内容")],
        _whole(sitting, found),
        more=[(_("逐题"), headers, lines)],
    )


def _whole(sitting: Sitting, found: Transcript) -> list[tuple[str, object]]:
    return [
        (_("姓名"), sitting.person_name),
        (_("工号"), found.employee_no),
        (_("测验"), sitting.title),
        (_("版本"), found.revision),
        (_("第几次"), sitting.number),
        (_("开始"), local(sitting.started_at)),
        (_("交卷"), local(sitting.submitted_at) if sitting.submitted_at else None),
        (_("得分"), number(to_fraction(sitting.earned or 0))),
        (_("满分"), number(to_fraction(sitting.possible))),
        (_("百分制"), number(percent(sitting.earned or 0, sitting.possible))),
        (_("结果"), _verdict(sitting)),
        (_("答卷号"), sitting.public_id),
    ]


def _told(row: Row) -> Told:
    line = row.line
    view = line.review.view
    return Told(
        number=line.review.number,
        stem=" ".join(do_striptags(forms.split_stem(str(view["text_html"]))[0]).split()),
        kind=gettext(forms.WORDS[Kind(str(view["type"]))]),
        outcome=_outcome(row),
        mode=line.mode,
        earned=points_text(line.earned),
        possible=points_text(line.possible),
        marker=row.marker or ("" if line.mode is Mode.WAITING else _("系统")),
        row=row,
    )


def _outcome(row: Row) -> str:
    match row.line.mode:
        case Mode.RIGHT:
            return _("答对")
        case Mode.HALF:
            return _("得一部分")
        case Mode.WAITING:
            return _("待阅卷")
        case Mode.DROPPED:
            return _("不计分")
        case Mode.WRONG:
            return _("没有作答") if row.line.review.answer is None else _("答错")


def _verdict(sitting: Sitting) -> str:
    if sitting.state is State.VOIDED:
        return _("已作废")
    if sitting.occasion == MISTAKES:
        return _("练习，不计入成绩")
    if sitting.passed is None:
        return _("待阅卷")
    return _("通过") if sitting.passed else _("未通过")


def _score(sitting: Sitting) -> str:
    return decimal_text(percent(sitting.earned or 0, sitting.possible), 1)
