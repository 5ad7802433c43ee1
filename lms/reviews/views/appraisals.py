"""绩效考核: one's own and the team's, one appraisal with what it rests on, writing, signing, appealing, printing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.actions import sign_in as signing
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, NotFound
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import Text, from_plain
from lms.performance.queries.figures import metrics
from lms.reviews.actions import appraisals as acts
from lms.reviews.actions import freezing as final
from lms.reviews.actions.freezing import Upheld
from lms.reviews.cycle_forms import mark_of
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.appraisal_basis import Basis, bases
from lms.reviews.queries.appraisal_cycles import Marked, with_marks
from lms.reviews.queries.appraisal_forms import FormRow, by_id, said
from lms.reviews.queries.appraisals import Answers, Row
from lms.reviews.queries.freezing import Paper, papers
from lms.reviews.queries.handovers import handovers
from lms.reviews.rules.appraisal_forms import MARK_WORDS, MARKS, SIDE_WORDS, FormSpec, Side, from_json
from lms.reviews.rules.appraisals import (
    STATE_WORDS,
    Act,
    Hat,
    State,
    last_appeal_day,
    may,
    sees_self,
    sees_supervisor,
)
from lms.reviews.rules.freezing import Beside, beside
from lms.reviews.views.room import bp
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole

ORDER = (State.SELF, State.SUPERVISOR, State.CALIBRATION, State.TO_SIGN, State.SIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An appraisal as one person sees it. given: of each side, None where it may not be seen or is not there.

    mine: own draft or part. marked: the mark so far; None where it may not be seen. paper: the frozen version shown.
    """

    row: Row
    hats: frozenset[Hat]
    form: FormRow
    own: Answers | None
    supervisor: Answers | None
    basis: Basis
    marked: Marked | None
    papers: list[Paper]

    @property
    def paper(self) -> Paper | None:
        return next((each for each in self.papers if each.version == self.row.stand.version), None)

    def may(self, act: Act) -> bool:
        return may(self.row.stand, act, self.hats, today(), self.row.cycle.days)


def word(value: Any) -> str:
    """Return a name or remark as it was frozen, in the reader's language: a stored sentence, or words as they are."""
    if isinstance(value, Text):
        return say(value)
    return say(from_plain(value)) if isinstance(value, Mapping) else said(str(value or ""))


def seen(actor: Actor, appraisal_id: str) -> Seen:
    """Load an appraisal with all that the actor may see of it. Raises NotFound."""
    row = reading.one(actor, appraisal_id)
    hats = reading.hats_of(actor, row)
    form = by_id(row.cycle.form_id)
    given = reading.answers([row.id])
    judged = sees_supervisor(row.stand.state, hats)
    supervisor = given.get((row.id, "supervisor"))
    if supervisor is not None and supervisor.handed_at is None and supervisor.by_id != actor.id:
        supervisor = None
    return Seen(
        row=row,
        hats=hats,
        form=form,
        own=given.get((row.id, "self")) if sees_self(row.stand.state, hats) else None,
        supervisor=supervisor if judged else None,
        basis=bases([row.person_id], row.cycle.period, anew=bool(row.sha))[row.person_id],
        marked=with_marks(form.spec, row.cycle.period, [row])[0] if judged else None,
        papers=papers(row.id) if judged else [],
    )


@bp.get("/reviews")
@requires(Permission.APPRAISAL_READ)
def appraisals() -> str:
    """Show one's own appraisals, what waits, and those of the people one looks after."""
    actor = current_actor()
    looks_after = allows(actor, Permission.APPRAISAL_WRITE) or allows(actor, Permission.APPRAISAL_EDIT)
    others = reading.of_others(actor, closed=bool(request.args.get("closed"))) if looks_after else []
    return render_template(
        "lms/reviews/appraisals.html",
        own=reading.own(actor),
        others=others,
        waiting=reading.waiting(actor),
        looks_after=looks_after,
        manages=allows(actor, Permission.APPRAISAL_EDIT),
        closed=bool(request.args.get("closed")),
        states=STATE_WORDS,
        me=actor.id,
    )


@bp.get("/reviews/<appraisal_id>")
@requires(Permission.APPRAISAL_READ)
def appraisal(appraisal_id: str) -> str:
    """Show an appraisal: what is to be written now, or what was frozen and how today's data would differ."""
    return _page(seen(current_actor(), appraisal_id))


@bp.get("/reviews/<appraisal_id>/versions/<appraisal_version>")
@requires(Permission.APPRAISAL_READ)
def appraisal_version(appraisal_id: str, appraisal_version: str) -> str:
    """Show one frozen version as it was signed, also after a later one took its place."""
    one = seen(current_actor(), appraisal_id)
    return render_template(
        "lms/reviews/appraisal_version.html", one=one, paper=_version(one, appraisal_version), **_shared(one)
    )


@bp.get("/reviews/<appraisal_id>/print")
@requires(Permission.APPRAISAL_READ)
def print_appraisal(appraisal_id: str) -> str:
    """Show a frozen version as one A4 page: `?version=1`, else the present one. Before it is frozen there is none."""
    one = seen(current_actor(), appraisal_id)
    wanted = request.args.get("version") or str(one.row.stand.version)
    return render_template("lms/reviews/appraisal_print.html", one=one, paper=_version(one, wanted), **_shared(one))


@bp.get("/reviews/<appraisal_id>/versions/<appraisal_version>.json")
@requires(Permission.APPRAISAL_READ)
def appraisal_json(appraisal_id: str, appraisal_version: str) -> FlaskResponse:
    """Give the frozen bytes themselves, whose sha256 anybody can count anew."""
    paper = _version(seen(current_actor(), appraisal_id), appraisal_version)
    response = FlaskResponse((paper.written or "").encode(), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="appraisal-v{paper.version}.json"'
    return response


def _version(one: Seen, written: str) -> Paper:
    found = next((each for each in one.papers if each.version == whole(written)), None)
    if found is None:
        raise NotFound()
    return found


@bp.post("/reviews/<appraisal_id>/self")
@requires(Permission.APPRAISAL_READ)
def write_self(appraisal_id: str) -> Response | tuple[str, int]:
    """Keep or hand in one's self-assessment."""
    return _write(appraisal_id, acts.save_self, _("自评已交，等主管评价。"))


@bp.post("/reviews/<appraisal_id>/supervisor")
@requires(Permission.APPRAISAL_WRITE)
def write_supervisor(appraisal_id: str) -> Response | tuple[str, int]:
    """Keep or hand in the supervisor's part."""
    return _write(appraisal_id, acts.save_supervisor, _("评价已交，进入校准。"))


def _write(appraisal_id: str, save: Callable[..., None], said_when_done: str) -> Response | tuple[str, int]:
    done = request.form.get("do") == "hand"
    marks = {key[5:]: value for key, value in request.form.items() if key.startswith("mark-")}
    texts = {key[5:]: value for key, value in request.form.items() if key.startswith("text-")}
    try:
        with transaction():
            save(current_actor(), appraisal_id, marks, texts, done=done)
    except DomainError as refused:
        return _refused(appraisal_id, refused)
    flash(said_when_done if done else _("草稿已保存，只有您看得到。"), "ok")
    return redirect(url_for(".appraisal", appraisal_id=appraisal_id), 303)


@bp.post("/reviews/<appraisal_id>/skip")
@requires(Permission.APPRAISAL_READ)
def skip_self(appraisal_id: str) -> Response | tuple[str, int]:
    """Go on without the self-assessment."""
    return _do(appraisal_id, lambda actor: acts.skip_self(actor, appraisal_id), _("已跳过自评，可以写主管评价了。"))


@bp.post("/reviews/<appraisal_id>/return")
@requires(Permission.APPRAISAL_EDIT)
def return_appraisal(appraisal_id: str) -> Response | tuple[str, int]:
    """Send it back to the supervisor."""
    why = request.form.get("why", "")
    return _do(appraisal_id, lambda actor: acts.send_back(actor, appraisal_id, why), _("已退回给主管。"))


@bp.post("/reviews/<appraisal_id>/adjust")
@requires(Permission.APPRAISAL_EDIT)
def adjust_appraisal(appraisal_id: str) -> Response | tuple[str, int]:
    """Put another mark in place of the form's, or take that back with an empty one."""

    def change(actor: Actor) -> None:
        acts.adjust(actor, appraisal_id, mark_of(request.form.get("mark", "")), request.form.get("why", ""))

    return _do(appraisal_id, change, _("已记下调整和理由。"))


@bp.post("/reviews/<appraisal_id>/release")
@requires(Permission.APPRAISAL_EDIT)
def release_appraisal(appraisal_id: str) -> Response | tuple[str, int]:
    """Freeze it and give it to both to sign."""
    return _do(appraisal_id, lambda actor: final.release(actor, appraisal_id), _("已封存，等双方签字。"))


@bp.post("/reviews/<appraisal_id>/sign")
@requires(Permission.APPRAISAL_READ)
def sign_appraisal(appraisal_id: str) -> Response | tuple[str, int]:
    """Sign what was shown."""
    form, password = request.form, request.form.get("password", "")
    try:
        counted = _counted(appraisal_id) if password else None
    except DomainError as refused:
        return _refused(appraisal_id, refused)

    def write(actor: Actor) -> None:
        final.sign(actor, appraisal_id, form.get("sha", ""), read=bool(form.get("read")), password=password)
        if counted is not None:
            signing.forgive(counted)

    return _do(appraisal_id, write, _("已签字。"))


def _counted(appraisal_id: str) -> signing.Try:
    """Count a try with the password in a transaction of its own, so that it stays counted where it was wrong."""
    seen(current_actor(), appraisal_id)
    with transaction():
        return final.count_password(current_actor(), request.remote_addr or "")


@bp.post("/reviews/<appraisal_id>/appeal")
@requires(Permission.APPRAISAL_READ)
def appeal_appraisal(appraisal_id: str) -> Response | tuple[str, int]:
    """Appeal against what was signed."""
    form = request.form
    return _do(
        appraisal_id,
        lambda actor: final.appeal(actor, appraisal_id, form.get("reason", ""), form.get("desired", "")),
        _("申诉已提交，人事或总监会答复您。"),
    )


@bp.post("/reviews/<appraisal_id>/answer")
@requires(Permission.APPRAISAL_EDIT)
def answer_appeal(appraisal_id: str) -> Response | tuple[str, int]:
    """Answer an appeal: reject it, or uphold it with a next version."""
    form = request.form

    def answer(actor: Actor) -> None:
        if form.get("do") == "uphold":
            change = Upheld(anew=bool(form.get("anew")), mark=mark_of(form.get("mark", "")))
            final.uphold(actor, appraisal_id, form.get("why", ""), change)
        else:
            final.reject(actor, appraisal_id, form.get("why", ""))

    return _do(appraisal_id, answer, _("答复已发给本人。"))


def _do(appraisal_id: str, act: Callable[[Actor], None], said_when_done: str) -> Response | tuple[str, int]:
    try:
        with transaction():
            act(current_actor())
    except DomainError as refused:
        return _refused(appraisal_id, refused)
    flash(said_when_done, "ok")
    if request.form.get("back") == "calibration":
        cycle = reading.one(current_actor(), appraisal_id).cycle.public_id
        return redirect(url_for(".appraisal_calibration", appraisal_cycle_id=cycle), 303)
    return redirect(url_for(".appraisal", appraisal_id=appraisal_id), 303)


def _refused(appraisal_id: str, refused: DomainError) -> tuple[str, int]:
    """Show the page again with what was typed and every reason; who may not see it gets what the rule said."""
    if refused.status in (403, 404):
        raise refused
    return _page(seen(current_actor(), appraisal_id), refused), refused.status


def _page(one: Seen, refused: DomainError | None = None) -> str:
    errors = {key: say(reason) for key, reason in refused.fields.items()} if refused else {}
    paper = one.paper
    return render_template(
        "lms/reviews/appraisal.html",
        one=one,
        paper=paper,
        beside=differs(one, paper),
        appeals=reading.appeals(one.row.id) if one.papers else [],
        handovers=handovers(one.row.id),
        errors=errors,
        error=say(refused.message) if refused else "",
        typed=request.form if refused else {},
        last_appeal=last_appeal_day(one.row.stand, one.row.cycle.days),
        **_shared(one),
    )


def differs(one: Seen, paper: Paper | None) -> Beside | None:
    """Return what today's data would make of a frozen version; None where there is none or it makes the same."""
    if paper is None or paper.content is None:
        return None
    found = beside(paper.content, one.basis.total, one.basis.formula, one.basis.values)
    return found if found.differs else None


def _shared(one: Seen) -> dict[str, Any]:
    return {
        "Act": Act,
        "Hat": Hat,
        "State": State,
        "order": ORDER,
        "states": STATE_WORDS,
        "sides": SIDE_WORDS,
        "marks": MARKS,
        "mark_words": MARK_WORDS,
        "said": said,
        "word": word,
        "metrics": metrics(every=True),
        "is_own": Hat.PERSON in one.hats,
        "Side": Side,
        "spec_of": _spec,
    }


def _spec(content: Mapping[str, Any]) -> FormSpec:
    return from_json(content["form"]["spec"])
