"""培训证明: what was learned over some days on paper, with a code by which anybody may see that it is ours."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, current_locale, say
from lms.core.quarters import quarter_days, quarter_of
from lms.learning.rules.certificates import code_shown, name_masked
from lms.performance.actions import proofs as actions
from lms.performance.actions.looks import PROOF, note_look
from lms.performance.paper import verify_link
from lms.performance.queries import profile as people
from lms.performance.queries import proofs as reading
from lms.performance.queries.profile import Who
from lms.performance.queries.proofs import Issued
from lms.performance.rules import proofs as rules
from lms.performance.rules.proofs import Line, Paper
from lms.performance.views.room import bp
from lms.records.events import Verb
from lms.web import pdf
from lms.web.auth import current_actor, public, requires
from lms.web.rate import Brake
from lms.web.shell import show_day, show_minutes
from lms.web.tables import download

SOURCE = Path(__file__).parents[2] / "templates" / "lms" / "performance" / "proof.typ"
ASKED = Brake(30, timedelta(minutes=1))
"""How often one address may verify a code."""
SHOWN_LINES = 30
"""So many lines are shown before it is issued."""


def _looked_at(employee_no: str) -> Who:
    """Return whose proofs are asked for and note the look, once a day. Raises NotFound."""
    actor = current_actor()
    who = people.who(actor, employee_no, Permission.PROOF_PRINT)
    if not who.is_self and PROOF not in who.noted:
        with transaction():
            note_look(actor, who.id, PROOF)
    return who


@bp.get("/people/<employee_no>/proof")
@requires(Permission.PROOF_PRINT)
def proofs(employee_no: str) -> str | tuple[str, int]:
    """The proofs of somebody, and what a new one would say over the days of the address."""
    who = _looked_at(employee_no)
    if "from" not in request.args and "to" not in request.args:
        return _form_page(who, None, None)
    try:
        first, last = rules.days_of(request.args.get("from", ""), request.args.get("to", ""), today())
    except DomainError as wrong:
        return _form_page(who, None, wrong), wrong.status
    return _form_page(who, reading.would_say(current_actor(), who, first, last), None)


@bp.post("/people/<employee_no>/proof")
@requires(Permission.PROOF_PRINT)
def issue_proof(employee_no: str) -> Response | tuple[str, int]:
    """Issue a proof: from now on nothing that happens changes what it says."""
    who = _looked_at(employee_no)
    try:
        first, last = rules.days_of(request.form.get("from", ""), request.form.get("to", ""), today())
        with transaction():
            code = actions.issue(current_actor(), who, first, last).code
    except NotFound:
        raise
    except DomainError as wrong:
        return _form_page(who, None, wrong), wrong.status
    flash(_("证明已签发，内容从此不变。"), "ok")
    return redirect(url_for(".proof", employee_no=employee_no, proof_code=code), 303)


def _form_page(who: Who, paper: Paper | None, wrong: DomainError | None) -> str:
    start = quarter_days(quarter_of(today()))[0]
    typed = request.values
    return render_template(
        "lms/performance/proofs.html",
        who=who,
        paper=paper,
        issued=reading.issued(who.id),
        typed_from=typed.get("from", start.isoformat())[:40],
        typed_to=typed.get("to", today().isoformat())[:40],
        errors={name: say(reason) for name, reason in wrong.fields.items()} if wrong else {},
        error=say(wrong.message) if wrong else "",
        said=said,
        score=score,
        shown_lines=SHOWN_LINES,
        code_shown=code_shown,
    )


def _proof(employee_no: str, proof_code: str) -> tuple[Who, Issued, Paper]:
    who = _looked_at(employee_no)
    found = reading.paper_of(who.id, proof_code)
    if found is None:
        raise NotFound()
    return who, *found


@bp.get("/people/<employee_no>/proof/<proof_code>")
@requires(Permission.PROOF_PRINT)
def proof(employee_no: str, proof_code: str) -> str:
    """One proof as it was issued, for the printer."""
    who, issued, paper = _proof(employee_no, proof_code)
    link = verify_link(issued.code)
    return render_template(
        "lms/performance/proof.html",
        who=who,
        issued=issued,
        paper=paper,
        code=code_shown(issued.code),
        link=link,
        qr=segno.make(link, error="m").svg_data_uri(scale=4, border=0, dark="#22201d", light=None),
        said=said,
        score=score,
        as_day=date.fromisoformat,
        pdf=pdf.available(),
    )


@bp.get("/people/<employee_no>/proof/<proof_code>/csv")
@requires(Permission.PROOF_PRINT)
def proof_csv(employee_no: str, proof_code: str) -> Response:
    """The lines of a proof as a table, with its code and digest in each."""
    _who, issued, paper = _proof(employee_no, proof_code)
    heads = (
        _("日期"),
        _("事项"),
        _("内容"),
        _("版本"),
        _("得分"),
        _("分钟"),
        _("签字人"),
        _("原文摘要"),
        _("记录号"),
        _("证明编号"),
    )
    lines = (
        (
            line.on,
            said(line),
            line.title,
            line.number or "",
            "" if line.percent is None else line.percent,
            line.minutes,
            line.by,
            line.wording,
            line.record,
            code_shown(issued.code),
        )
        for line in paper.lines
    )
    return download("csv", f"{_('培训证明')} {paper.employee_no} {paper.from_on} {paper.until_on}", heads, lines)


@bp.get("/people/<employee_no>/proof/<proof_code>/pdf")
@requires(Permission.PROOF_PRINT)
def proof_pdf(employee_no: str, proof_code: str) -> Response:
    """The same on A4 as PDF, in the reader's language. Where PDF can't be made, the page prints from the browser."""
    _who, issued, paper = _proof(employee_no, proof_code)
    if not pdf.available():
        flash(_("这台服务器没有装 PDF 组件，请在页面上用浏览器打印，可以另存为 PDF。"), "warn")
        return redirect(url_for(".proof", employee_no=employee_no, proof_code=proof_code))
    made = pdf.render(SOURCE.read_text(encoding="utf-8"), on_paper(issued, paper))
    name = f'inline; filename="proof-{code_shown(issued.code)}.pdf"'
    return FlaskResponse(made, mimetype="application/pdf", headers={"Content-Disposition": name})


def on_paper(issued: Issued, paper: Paper) -> dict[str, object]:
    """Return what stands on the paper, as plain values in the reader's language."""
    drawn = BytesIO()
    segno.make(verify_link(issued.code), error="m").save(drawn, kind="svg", border=0, xmldecl=False, dark="#22201d")
    day = date.fromisoformat
    return {
        "lang": "en" if current_locale() == "en" else "zh",
        "title": f"{_('培训证明')} · {paper.name}",
        "company": paper.company,
        "heading": _("培训证明"),
        "facts": [
            [
                _("姓名"),
                f"{paper.name}（{paper.employee_no}）"
                if current_locale() != "en"
                else f"{paper.name} ({paper.employee_no})",
            ],
            [_("团队"), " · ".join(each for each in (paper.team, paper.position) if each)],
            [_("时间"), f"{show_day(day(paper.from_on), year=True)} – {show_day(day(paper.until_on), year=True)}"],
            [_("合计"), _("%(n)s 项，计入学时 %(time)s", n=len(paper.lines), time=show_minutes(paper.minutes))],
        ],
        "heads": [_("日期"), _("事项"), _("内容（当时的版本）"), _("得分"), _("分钟"), _("签字人")],
        "lines": [
            [
                line.on,
                said(line),
                line.title + (f" · {_('第 %(n)s 版', n=line.number)}" if line.number else ""),
                score(line),
                str(line.minutes) if line.minutes else "",
                line.by,
            ]
            for line in paper.lines
        ],
        "certificates_head": _("期间取得的证书"),
        "certificates": [
            [held.name, code_shown(held.code), f"{held.from_on} – {held.until_on or _('长期')}"]
            for held in paper.certificates
        ],
        "issued": _("%(day)s签发，签发人 %(by)s", day=show_day(day(paper.issued_on), year=True), by=paper.issued_by),
        "check": _("扫码核验，或在学院 /proofs 输入编号"),
        "code": code_shown(issued.code),
        "sha": issued.sha,
        "sign": [_("本人签字"), _("主管签字"), _("日期")],
        "qr": drawn.getvalue().decode(),
    }


def said(line: Line) -> str:
    """Return what was done, in a word."""
    words = {
        Verb.COMPLETED.value: _("学习完成"),
        Verb.ACKNOWLEDGED.value: _("已阅确认"),
        Verb.CONFIRMED.value: _("任务完成"),
        Verb.SIGNED_OFF.value: _("带教签字"),
        Verb.CERTIFIED.value: _("取得证书"),
        Verb.REVOKED.value: _("证书撤销"),
    }
    if line.verb == Verb.GRADED.value:
        return _("考核通过") if line.passed else _("考核未通过")
    return words.get(line.verb, line.verb)


def score(line: Line) -> str:
    return "" if line.percent is None else f"{line.percent:.1f}"


@bp.get("/proofs")
@bp.get("/proofs/<proof_code>")
@public
def verify_proof(proof_code: str = "") -> str:
    """Say to anybody whether a proof was issued so: surname, days, number of items and digest, nothing else."""
    typed = (proof_code or request.args.get("code", "")).strip()[:40]
    values: dict[str, Any] = {"asked": typed, "found": None, "name": "", "code": ""}
    if typed:
        ASKED.count(request.remote_addr or "")
        found = reading.behind(typed)
        if found is not None:
            shown = code_shown(found.issued.code)
            values |= {"found": found, "name": name_masked(found.name), "code": shown}
    return render_template("lms/performance/verify_proof.html", **values)
