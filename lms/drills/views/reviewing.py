"""Pages of those who look after others' runs: rating and comment, findings, the talk, the queue, mends of a rubric."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries as content
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import Conflict, DomainError, Invalid, Unreadable
from lms.core.i18n import _, say
from lms.drills.actions import mending, reviewing, voiding
from lms.drills.blueprint import bp
from lms.drills.queries import ended, offers, reviews
from lms.drills.queries.debriefing import Debrief, debrief, replies_as_played
from lms.drills.queries.ended import ENDED, Head
from lms.drills.rules.guide import Guide, guide
from lms.drills.rules.judge import LISTED
from lms.drills.views.debrief import shared
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole


@bp.get("/runs/<run_id>/review")
@requires(Permission.DRILL_REVIEW)
def review(run_id: str) -> str:
    """Show a run to whoever looks after it."""
    return _page(run_id)


@bp.post("/runs/<run_id>/review")
@requires(Permission.DRILL_REVIEW)
def save_review(run_id: str) -> str | Response | tuple[str, int]:
    """Keep the rating and the comment."""
    given = request.form.get("rating", "")
    try:
        with transaction():
            reviewing.review(
                current_actor(),
                run_id,
                rating=int(given) if given.isdecimal() and len(given) == 1 else None,
                comment=request.form.get("comment", ""),
                version=_number("version"),
            )
    except (Conflict, Invalid) as refused:
        return _page(run_id, refused), refused.status
    flash(_("点评已保存，%(name)s会收到通知。", name=ended.others_head(current_actor(), run_id).person_name), "ok")
    return redirect(url_for(".review", run_id=run_id), 303)


@bp.post("/runs/<run_id>/overrule")
@requires(Permission.DRILL_REVIEW)
def overrule(run_id: str) -> str | Response | tuple[str, int]:
    """Say of one line of a reply whether it holds."""
    line, held = request.form.get("line", ""), request.form.get("held", "")
    if held not in ("0", "1") or not (line == str(LISTED) or (line.isdecimal() and len(line) < 4)):
        raise Unreadable()
    try:
        with transaction():
            done = reviewing.overrule(
                current_actor(),
                run_id,
                _number("seq"),
                int(line),
                held=held == "1",
                reason=request.form.get("reason", ""),
            )
    except (Conflict, Invalid) as refused:
        return _page(run_id, refused), refused.status
    flash(_("已改判，成绩重新算过，旧成绩留在旁边。") if done.was != done.now else _("已记下，成绩没有变。"), "ok")
    if request.form.get("go") == "next" and not done.waits:
        return redirect(url_for(".next_reply"), 303)
    return redirect(url_for(".review", run_id=run_id, _anchor=f"r{_number('seq')}"), 303)


@bp.post("/runs/<run_id>/void")
@requires(Permission.RECORD_VOID)
def void(run_id: str) -> Response:
    """Let a run count for nothing; refused, the page says why."""
    try:
        with transaction():
            voiding.void(current_actor(), run_id, request.form.get("reason", ""))
    except (Conflict, Invalid) as refused:
        flash(say(refused.message), "warn")
    else:
        flash(_("这场演练已作废，不计入成绩。"), "ok")
    return redirect(url_for(".debrief", run_id=run_id), 303)


@bp.get("/runs/<run_id>/guide")
@requires(Permission.DRILL_REVIEW)
def talk(run_id: str) -> str | Response:
    """The guide for a talk, for printing."""
    actor = current_actor()
    head = ended.others_head(actor, run_id)
    if head.state != ENDED:
        return redirect(url_for(".review", run_id=run_id))
    gone = ended.gone_of(head.id, head.frozen, head.revisions)
    found = debrief(actor, head, gone)
    values = shared(actor, head, gone, found)
    return render_template("lms/drills/guide.html", guide=guide_of(head, found), **values)


@bp.get("/drills/replies")
@requires(Permission.DRILL_REVIEW)
def replies() -> str:
    """Show the runs in which a reply waits for a person, over all drills, the oldest first."""
    return render_template("lms/drills/replies.html", waiting=reviews.waiting(current_actor()))


@bp.get("/drills/replies/next")
@requires(Permission.DRILL_REVIEW)
def next_reply() -> Response:
    """Go to the oldest run with a reply that waits; to the queue where none does."""
    found = reviews.waiting(current_actor())
    after = request.args.get("after", "")
    names = [each.public_id for each in found]
    others = [name for name in names if name != after]
    if not others:
        return redirect(url_for(".replies"))
    place = names.index(after) + 1 if after in names else 0
    name = names[place] if place < len(names) else others[0]
    return redirect(url_for(".review", run_id=name, _anchor="waits"))


@bp.get("/drills/<path:slug>/mends")
@requires(Permission.CONTENT_EDIT)
def mends(slug: str) -> str | Response:
    """Show what people found otherwise than the rubric, each with a mend."""
    card = content.open_work("drill", slug).card
    return _mends(card) if card.slug == slug else redirect(url_for(".mends", slug=card.slug), 301)


@bp.post("/drills/<path:slug>/mends")
@requires(Permission.CONTENT_EDIT)
def settle_mend(slug: str) -> str | Response | tuple[str, int]:
    """Take a finding into the draft, or leave the rubric as it is."""
    actor = current_actor()
    card = content.open_work("drill", slug).card
    try:
        with transaction():
            if request.form.get("act") == "decline":
                mending.decline(actor, card.document_id, _number("id"))
            else:
                mending.mend(actor, card.document_id, _number("id"), request.form.get("phrase", ""))
    except (Conflict, Invalid) as refused:
        return _mends(card, refused), refused.status
    if request.form.get("act") == "decline":
        flash(_("好，评分标准不改。"), "ok")
    else:
        flash(_("已写进草稿。发布以后，可以把旧的演练重新评分。"), "ok")
    return redirect(url_for(".mends", slug=card.slug), 303)


def guide_of(head: Head, found: Debrief) -> Guide:
    """Return the guide for a talk over a run."""
    return guide(
        [turn.turning for turn in found.turns],
        found.well,
        head.whole.dimensions if head.whole else (),
        head.rating.get("ratings", {}),
        {turn.turning.seq: turn.search.looked for turn in found.turns},
        said=found.said,
        numbers=found.numbers,
    )


def _mends(card: content.Card, refused: DomainError | None = None) -> str:
    return render_template(
        "lms/drills/mends.html",
        drill=card,
        offers=offers.offers(card.document_id),
        refused=refused,
        given=request.form if refused else {},
    )


def _page(run_id: str, refused: DomainError | None = None) -> str:
    actor: Actor = current_actor()
    head = ended.others_head(actor, run_id)
    if head.state != ENDED:
        return render_template("lms/drills/not_over.html", head=head)
    gone = ended.gone_of(head.id, head.frozen, head.revisions)
    found = debrief(actor, head, gone)
    values: dict[str, Any] = shared(actor, head, gone, found)
    if refused is not None:
        values["problem"] = say(refused.message)
    return render_template(
        "lms/drills/review.html",
        guide=guide_of(head, found),
        replies=replies_as_played(gone),
        findings=reviews.findings(head.id),
        refused=refused,
        given=request.form if refused else {},
        may_mend=allows(actor, Permission.CONTENT_EDIT),
        may_void=allows(actor, Permission.RECORD_VOID),
        left=reviews.waiting_count(actor),
        listed=LISTED,
        **values,
    )


def _number(name: str) -> int:
    return whole(request.form.get(name)) or 0
