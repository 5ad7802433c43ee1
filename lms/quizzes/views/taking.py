"""Pages of a quiz: what awaits you, the paper, handing in, and a result that teaches."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content.show import show, shower
from lms.core import clock
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError
from lms.core.here import local
from lms.core.i18n import _, say
from lms.core.points import decimal_text, percent, points_text
from lms.core.texts import Text
from lms.quizzes import actions, forms, queries, reading
from lms.quizzes.queries.mistakes import mistakes
from lms.quizzes.queries.presence import seen_pages
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import AttemptClosed, Paused, State
from lms.quizzes.rules.lengths import exact_length
from lms.quizzes.rules.mistakes import may_practise
from lms.quizzes.rules.presence import hints, watches_absence, watches_focus
from lms.quizzes.rules.release import release_text
from lms.quizzes.spec import QuizRules
from lms.quizzes.views.room import bp
from lms.web.auth import current_actor, requires

FINISH = "finish"


@bp.get("/quizzes/<path:slug>")
@requires(Permission.LEARN)
def intro(slug: str) -> str | Response:
    actor = current_actor()
    try:
        found = queries.intro(actor, slug)
    except queries.IsBank:
        if allows(actor, Permission.CONTENT_EDIT):
            return redirect(url_for(".bank", file=slug))
        raise
    if found.slug != slug:
        return redirect(url_for(".intro", slug=found.slug), 301)
    return render_template(
        "lms/quizzes/intro.html",
        page=found,
        rules=found.rules,
        pass_mark=_mark(found.rules),
        score=_score,
        show=show,
        released=release_text(found.rules),
        watched=watches_focus(found.rules),
        gone_watched=watches_absence(found.rules),
    )


@bp.post("/quizzes/<path:slug>")
@requires(Permission.LEARN)
def start(slug: str) -> Response:
    """Begin, or go on; whoever may not is told why on the quiz's first page."""
    actor = current_actor()
    try:
        with transaction():
            started = actions.start(actor, slug)
    except DomainError as refused:
        if refused.status != 409:
            raise
        flash(say(refused.message), "warn")
        return redirect(url_for(".intro", slug=slug), 303)
    return redirect(url_for(".paper", attempt_id=started.public_id), 303)


@bp.get("/attempts/<attempt_id>")
@requires(Permission.LEARN)
def paper(attempt_id: str) -> str | Response:
    sitting = queries.own_sitting(current_actor(), attempt_id)
    now = clock.now()
    if sitting.state is not State.OPEN:
        return redirect(url_for(".result", attempt_id=attempt_id))
    if sitting.is_over(now):
        return render_template("lms/quizzes/over.html", sitting=sitting)
    items = queries.items_of(sitting)
    cards = [forms.card_of(item, review) for item, review in zip(items, queries.papers(items, sitting), strict=True)]
    return render_template(
        "lms/quizzes/paper.html",
        sitting=sitting,
        rules=sitting.rules,
        pass_mark=_mark(sitting.rules),
        cards=cards,
        show=shower(forms.html_in([card.view for card in cards])),
        split=forms.split_stem,
        current=_current(cards),
        answered=sum(card.answered for card in cards),
        saved_at=max((item.saved_at for item in items if item.saved_at), default=None),
        seconds_left=sitting.seconds_left(now),
        left=queries.chances(sitting).left,
        letters=forms.LETTERS,
        watched=watches_focus(sitting.rules),
        practice=sitting.occasion == MISTAKES,
        zone_minutes=_zone_minutes(),
    )


@bp.post("/attempts/<attempt_id>")
@requires(Permission.LEARN)
def save(attempt_id: str) -> Response | tuple[str, int]:
    """Save what the page changed, then do what the pressed button says: go on, flag, look at the key, hand in."""
    actor = current_actor()
    sitting = queries.own_sitting(actor, attempt_id)
    items = queries.items_of(sitting)
    changed = forms.changed_answers(request.form, items)
    keys = {item.key: item for item in items}
    wanted = request.form.get("flag") or request.form.get("check") or ""
    try:
        with transaction():
            refused = actions.save_page(actor, attempt_id, changed)
            if request.form.get("flag") in keys:
                actions.flag(actor, attempt_id, wanted, not keys[wanted].flagged)
    except AttemptClosed as closed:
        return _closed(actor, attempt_id, closed)
    except Paused as paused:
        sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        return render_template("lms/quizzes/kept.html", sitting=sitting, sent=sent), paused.status
    for key, reason in refused.items():
        flash(_("第 %(number)s 题没有保存：%(reason)s", number=keys[key].position, reason=say(reason)), "bad")
    for number in forms.doubled_places(request.form, items):
        flash(_("第 %(number)s 题有两个步骤选了同一个位置，请再看一下。", number=number), "warn")
    if request.form.get("check") in keys:
        _check(actor, attempt_id, wanted)
    if wanted in keys:
        return _to_question(attempt_id, keys[wanted].position)
    go = request.form.get("go", "")
    if go == FINISH and not refused:
        return redirect(url_for(".confirm", attempt_id=attempt_id), 303)
    return _to_question(attempt_id, int(go) if go.isdecimal() and len(go) < 4 else 1)


@bp.get("/attempts/<attempt_id>/confirm")
@requires(Permission.LEARN)
def confirm(attempt_id: str) -> str | Response:
    """Say what is still unanswered before the paper is handed in."""
    sitting = queries.own_sitting(current_actor(), attempt_id)
    if sitting.state is not State.OPEN:
        return redirect(url_for(".result", attempt_id=attempt_id))
    items = queries.items_of(sitting)
    return render_template(
        "lms/quizzes/confirm.html",
        sitting=sitting,
        rules=sitting.rules,
        pass_mark=_mark(sitting.rules),
        items=items,
        unanswered=[item for item in items if not item.answered],
        flagged=[item for item in items if item.flagged],
        left=queries.chances(sitting).left,
    )


@bp.post("/attempts/<attempt_id>/submit")
@requires(Permission.LEARN)
def submit(attempt_id: str) -> Response:
    with transaction():
        actions.submit(current_actor(), attempt_id)
    return redirect(url_for(".result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<attempt_id>/result")
@requires(Permission.LEARN)
def result(attempt_id: str) -> str | Response:
    """Show a result: to its person as much as the rules allow, with the key to those who know every key."""
    actor = current_actor()
    sitting = queries.visible_sitting(actor, attempt_id)
    own = sitting.person_id == actor.id
    if sitting.state is State.OPEN:
        if own:
            return redirect(url_for(".paper", attempt_id=attempt_id))
        return render_template("lms/quizzes/going.html", sitting=sitting)
    found = queries.result_of(sitting, knows_keys=not own and allows(actor, Permission.CONTENT_READ_ALL))
    now = clock.now()
    next_try = queries.next_try(sitting.rules, sitting.submitted_at)
    return render_template(
        "lms/quizzes/result.html",
        sitting=sitting,
        rules=sitting.rules,
        pass_mark=_mark(sitting.rules),
        found=found,
        own=own,
        show=shower(forms.html_in([line.review.view for line in found.lines])),
        sections=reading.sections_of(actor, found),
        score=_score,
        points=points_text,
        letters=forms.LETTERS,
        split=forms.split_stem,
        taken=say(exact_length(sitting.seconds_taken)),
        retry_at=next_try if next_try and next_try > now else None,
        may_void=allows(actor, Permission.RECORD_VOID) and not own,
        practice=sitting.occasion == MISTAKES,
        again=len(mistakes(actor.id, sitting.document_id)) if own and may_practise(sitting.rules.use) else 0,
        hints=_hints(sitting) if not own and allows(actor, Permission.QUIZ_MANAGE) else (),
    )


@bp.post("/attempts/<attempt_id>/void")
@requires(Permission.RECORD_VOID)
def void(attempt_id: str) -> Response:
    with transaction():
        actions.void(current_actor(), attempt_id, request.form.get("reason", ""))
    flash(_("这次作答已作废，不计入成绩。"), "ok")
    return redirect(url_for(".result", attempt_id=attempt_id), 303)


def _check(actor: Actor, attempt_id: str, key: str) -> None:
    try:
        with transaction():
            actions.check_answer(actor, attempt_id, key)
    except DomainError as refused:
        if refused.status != 409:
            raise
        flash(say(refused.message), "warn")


def _closed(actor: Actor, attempt_id: str, closed: AttemptClosed) -> Response:
    """Nothing more is taken: close it where only its time is up, and show the result with the reason."""
    if closed.code == "time_over":
        with transaction():
            actions.submit(actor, attempt_id)
    flash(say(closed.message), "warn")
    return redirect(url_for(".result", attempt_id=attempt_id), 303)


def _to_question(attempt_id: str, number: int) -> Response:
    return redirect(url_for(".paper", attempt_id=attempt_id, q=number, _anchor=f"q{number}"), 303)


def _current(cards: list[forms.Card]) -> int:
    """Return the question that a phone shows: the one asked for, else the first that is not answered."""
    asked = request.args.get("q", "")
    if asked.isdecimal() and len(asked) < 4 and 1 <= int(asked) <= len(cards):
        return int(asked)
    return next((card.number for card in cards if not card.answered), 1)


def _hints(sitting: queries.Sitting) -> tuple[Text, ...]:
    """Return what those who run the quiz may want to look at; it decides nothing."""
    return hints(seen_pages([sitting.id]).get(sitting.id), sitting.rules)


def _mark(rules: QuizRules) -> str:
    """Return the pass mark out of 100."""
    return decimal_text(100 * rules.pass_mark, 1)


def _zone_minutes() -> int:
    """Return how far the installation's clock is before UTC now."""
    offset = local(clock.now()).utcoffset()
    return int(offset.total_seconds() // 60) if offset else 0


def _score(attempt: Any) -> str:
    """Return the score of an attempt out of 100: "87.5"."""
    return decimal_text(percent(attempt.earned or 0, attempt.possible), 1)
