"""Certificates: one's own, one of them on paper, those of a team that end soon, and what stands behind a code."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import team_tree
from lms.accounts.slip_codes import LOOPBACK
from lms.content.kinds import kind_of
from lms.content.queries import Card
from lms.core.access import Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, current_locale, gettext, say
from lms.core.installation import company
from lms.learning.actions import certificates as actions
from lms.learning.queries import certificates as reading
from lms.learning.queries import queues as queue_reading
from lms.learning.queries.certificates import Shown
from lms.learning.rules.certificates import STATE_WORDS, State, code_shown, name_masked
from lms.learning.views.room import bp
from lms.web import pdf
from lms.web.addresses import full_address
from lms.web.auth import current_actor, maybe_actor, public, requires
from lms.web.numbers import whole
from lms.web.rate import Brake
from lms.web.shell import show_day
from lms.web.tables import TableState, download

PAPER = Path(__file__).parents[2] / "templates" / "lms" / "learning" / "certificate.typ"
ASKED = Brake(30, timedelta(minutes=1))
"""How often one address may verify a code."""

SHOWN_STATES = (State.ENDS_SOON, State.IN_GRACE, State.LAPSED)
PAGE = 50


def way_to(card: Card) -> str:
    """Return where a document is opened."""
    endpoint = kind_of(card.kind).open_endpoint
    return url_for(endpoint, slug=card.slug) if endpoint else url_for("learning.index")


@bp.get("/certificates")
@requires(Permission.LEARN)
def certificates() -> str:
    """What one holds and held, what renews it, and which queues it opens."""
    actor, day = current_actor(), today()
    every = reading.of_person(actor.id, day)
    open_queues = queue_reading.queues(day)
    cells = queue_reading.cells_of([actor.id], open_queues)[actor.id] if open_queues else []
    return render_template(
        "lms/learning/certificates.html",
        current=[one for one in every if one.is_valid],
        lapsed=[one for one in every if one.state is State.LAPSED],
        past=[one for one in every if one.state in {State.RENEWED, State.REVOKED, State.NOT_YET}],
        rights=list(zip(open_queues, cells, strict=True)),
        words=STATE_WORDS,
        shown=code_shown,
        way_to=way_to,
        sees_others=allows(actor, Permission.PERSON_READ) and not actor.is_new_hire_only,
    )


@bp.get("/certificates/team")
@requires(Permission.PERSON_READ)
def team_certificates() -> str | Response:
    """Whose certificate ends soon, is in its grace or is over, of those whom one sees: the earliest end first."""
    actor, day = current_actor(), today()
    table = TableState.from_args(
        request.args, sorts=("end",), default="end", filters=("state", "plan", "team"), size=PAGE
    )
    every = reading.plans(active=True)
    chosen = next((plan for plan in every if plan.public_id == table.get("plan")), None)
    found = reading.of_team(actor, day, _states(table.get("state")), plan_id=chosen.id if chosen is not None else None)
    team = whole(table.get("team"))
    if team is not None:
        found = [one for one in found if one.team_id == team]
    if table.format:
        return _export(table.format, found)
    table = table.within(len(found))
    return render_template(
        "lms/learning/certificates_team.html",
        table=table,
        total=len(found),
        rows=found[table.offset : table.offset + table.size],
        plans=every,
        teams=[each for each in team_tree() if each.id in actor.teams_below or not actor.teams_below],
        words=STATE_WORDS,
        states=(*SHOWN_STATES, State.HOLDS),
    )


def _states(chosen: str) -> frozenset[State]:
    return frozenset({State(chosen)}) if chosen in set(State) else frozenset(SHOWN_STATES)


def _export(format: str, rows: list[Shown]) -> Response:
    heads = ("工号", "姓名", "团队", "证书", "状态", "到期", "宽限到", "编号")
    return download(
        format,
        _("证书到期"),
        [gettext(head) for head in heads],
        (
            (
                one.employee_no,
                one.person,
                one.team,
                one.plan.name,
                say(STATE_WORDS[one.state]),
                one.valid_until,
                one.accepted_until,
                code_shown(one.code),
            )
            for one in rows
        ),
    )


@bp.get("/certificates/<certificate_id>")
@requires(Permission.LEARN)
def certificate(certificate_id: str) -> str:
    """One certificate as it hangs on a wall, with what can be done about it beside."""
    actor = current_actor()
    one = reading.certificate(actor, certificate_id)
    return render_template("lms/learning/certificate.html", **_page(one))


def _page(one: Shown) -> dict[str, Any]:
    actor = current_actor()
    link = verify_link(one.code)
    revocable = one.person_id != actor.id and one.revoked_at is None
    return {
        "one": one,
        "own": one.person_id == actor.id,
        "words": STATE_WORDS,
        "way_to": way_to,
        "code": code_shown(one.code),
        "link": link,
        "only_here": urlsplit(link).hostname in LOOPBACK,
        "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=0, dark="#22201d", light=None),
        "pdf": pdf.available(),
        "may_revoke": revocable and allows(actor, Permission.CERTIFICATE_EDIT),
        "errors": {},
    }


@bp.get("/certificates/<certificate_id>/pdf")
@requires(Permission.LEARN)
def certificate_pdf(certificate_id: str) -> Response:
    """The same on A4 as PDF, in the reader's language. Where PDF can't be made, the page prints from the browser."""
    one = reading.certificate(current_actor(), certificate_id)
    if not pdf.available():
        flash(_("这台服务器没有装 PDF 组件，请在页面上用浏览器打印，可以另存为 PDF。"), "warn")
        return redirect(url_for(".certificate", certificate_id=certificate_id))
    made = pdf.render(PAPER.read_text(encoding="utf-8"), on_paper(one))
    return FlaskResponse(
        made,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="certificate-{code_shown(one.code)}.pdf"'},
    )


def on_paper(one: Shown) -> dict[str, object]:
    """Return what stands on the paper, as plain values in the reader's language."""
    drawn = BytesIO()
    segno.make(verify_link(one.code), error="m").save(drawn, kind="svg", border=0, xmldecl=False, dark="#22201d")
    facts = [[_("发证日期"), show_day(one.issued_on, year=True)]]
    if one.valid_until is None:
        facts.append([_("有效期"), _("长期有效")])
    else:
        span = {"start": show_day(one.valid_from, year=True), "end": show_day(one.valid_until, year=True)}
        facts.append([_("有效期"), _("%(start)s 至 %(end)s", **span)])
    return {
        "lang": "en" if current_locale() == "en" else "zh",
        "title": f"{one.plan.name} · {one.person}",
        "company": company(),
        "heading": _("培训证书"),
        "lead": _("兹证明"),
        "person": one.person,
        "who": " · ".join(each for each in (_("工号 %(no)s", no=one.employee_no), one.team) if each),
        "sentence": _("完成培训并通过考核，特发此证"),
        "name": one.plan.name,
        "facts": facts,
        "check": _("扫码核验，或在学院 /verify 输入编号"),
        "code": code_shown(one.code),
        "qr": drawn.getvalue().decode(),
        "stamp": _("已撤销") if one.state is State.REVOKED else _("已过期") if one.state is State.LAPSED else "",
    }


@bp.post("/certificates/<certificate_id>/revoke")
@requires(Permission.CERTIFICATE_EDIT)
def certificate_revoke(certificate_id: str) -> Response | tuple[str, int]:
    """Take a certificate back, with a reason that its holder reads too."""
    actor = current_actor()
    one = reading.certificate(actor, certificate_id)
    try:
        with transaction():
            actions.revoke(actor, certificate_id, request.form.get("reason", ""))
    except NotFound:
        raise
    except DomainError as error:
        reasons = {name: say(reason) for name, reason in error.fields.items()} or {"reason": say(error.message)}
        return render_template("lms/learning/certificate.html", **{**_page(one), "errors": reasons}), error.status
    flash(_("已撤销，本人会收到通知。"), "ok")
    return redirect(url_for(".certificate", certificate_id=certificate_id), 303)


def verify_link(code: str) -> str:
    """Return the full address that a QR code leads to, on the installation's own base where it has one."""
    return full_address("learning.verify", code=code_shown(code))


@bp.get("/verify")
@bp.get("/verify/<code>")
@public
def verify(code: str = "") -> str:
    """Say to anybody whether a certificate holds: surname, plan and days, nothing else.

    A code that nobody was given takes the same time and the same page.
    """
    typed = (code or request.args.get("code", "")).strip()[:40]
    if not typed:
        return render_template("lms/learning/verify.html", asked="", one=None, name="", words=STATE_WORDS)
    ASKED.count(request.remote_addr or "")
    one = reading.verified(typed)
    return render_template(
        "lms/learning/verify.html",
        asked=typed,
        one=one,
        name=name_masked(one.person) if one is not None else "",
        code=code_shown(one.code) if one is not None else "",
        words=STATE_WORDS,
        known=maybe_actor() is not None,
    )
