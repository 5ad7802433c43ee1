"""A drill played by its author as it stands on the desk, from any scene: shown with its effects, nothing is stored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import queries
from lms.content.queries.autosave import unsaved
from lms.content.queries.studio import Work, open_work
from lms.content.show import shower
from lms.core import clock
from lms.core.access import Permission
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.drills.blueprint import bp
from lms.drills.parse import read_whole
from lms.drills.queries.debriefing import Reply
from lms.drills.queries.words import current_word_revisions, words_in
from lms.drills.rules.judge import Words, too_short_or_long
from lms.drills.rules.marked import lines, pieces
from lms.drills.rules.play import offered, said_in
from lms.drills.rules.score import score as score_of
from lms.drills.rules.seen import Line, Who
from lms.drills.rules.trial import MOST_STEPS, Step, Tried, trial
from lms.drills.spec import DrillSpec
from lms.drills.views.debrief import score
from lms.web.auth import current_actor, requires
from lms.web.numbers import whole

LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step for the page: what was sent, what it did, what was said next."""

    tried: Tried
    sent: Line | None
    reply: Reply | None
    next: tuple[Line, ...]


@bp.get("/drills/<path:slug>/try")
@requires(Permission.CONTENT_EDIT)
def try_(slug: str) -> str | Response | tuple[str, int]:
    """Begin at ?scene=, with ?mood=; the text is what this author typed last, saved as a draft or not."""
    work = open_work("drill", slug)
    if work.card.slug != slug:
        return redirect(url_for(".try_", slug=work.card.slug, scene=request.args.get("scene", "")), 301)
    return _page(work, ())


@bp.post("/drills/<path:slug>/try")
@requires(Permission.CONTENT_EDIT)
def try_step(slug: str) -> str | tuple[str, int]:
    """Do one step more, or take one back; every step so far comes along in the form."""
    work = open_work("drill", slug)
    steps = list(_steps(request.form.get("steps", "")))
    error: Invalid | None = None
    if "back" in request.form:
        steps = steps[:-1]
    elif "again" in request.form:
        steps = []
    elif "late" in request.form:
        steps.append(Step("late"))
    elif "choice" in request.form:
        steps.append(Step("choice", request.form["choice"]))
    elif "text" in request.form:
        said = request.form["text"].strip()[:LONGEST]
        if said:
            steps.append(Step("text", said))
        else:
            error = Invalid(text("先写回复再发送"))
    return _page(work, steps, error)


def _page(work: Work, steps: Sequence[Step], error: Invalid | None = None) -> str | tuple[str, int]:
    source, is_unsaved = _desk(work)
    drill, parsed = read_whole(source, work.card.path)
    path = {"work": work, "drill": drill, "is_unsaved": is_unsaved}
    if parsed.has_errors:
        problems = [each for each in parsed.findings if each.severity.value == "error"]
        return render_template("lms/drills/try_broken.html", problems=problems, **path), 409
    start = partial(trial, drill, scene=_asked("scene"), mood=_mood(drill), flags=_flags(drill), words=_words(drill))
    done = start(steps)
    last = done.steps[-1] if done.steps and done.steps[-1].judged else None
    if last is not None and "text" in request.form and too_short_or_long(last.scene, last.said):
        error = Invalid(
            text("这里要写 %(least)s–%(most)s 个字，现在是 %(n)s 个。", least=max(last.scene.shortest, 1),
                 most=last.scene.longest or LONGEST, n=len(last.said))
        )  # fmt: skip
        done = start(steps[:-1])
    now = clock.now()
    told = [_told(drill, each, now) for each in done.steps]
    first = _said(drill, done.first.scene, done.first.mood, 0, now)
    here = drill.scene(done.now.scene)
    notes = [each.tried.note.html for each in told if each.tried.note]
    html = render_template(
        "lms/drills/try.html",
        trial=done,
        told=told,
        first=first,
        scene=here,
        choices=offered(drill, done.now),
        hidden=[each for each in here.choices if each not in offered(drill, done.now)] if not done.now.end else [],
        result=score_of(drill, done.now),
        flags=_every_flag(drill),
        steps=json.dumps([[each.kind, each.said] for each in done.taken], ensure_ascii=False),
        full=len(done.steps) >= MOST_STEPS,
        kept=request.form.get("text", "") if error else "",
        error=say(error.message) if error else "",
        show=shower([line.html for each in (first, *(one.next for one in told)) for line in each] + notes),
        score=score,
        **path,
    )
    return (html, error.status) if error else html


def _desk(work: Work) -> tuple[str, bool]:
    """Return the text, and whether it is one that its author has typed and not saved yet."""
    left = unsaved(current_actor().id, work.card.document_id)
    if left is not None and left.base_revision_id == work.head_id:
        return left.text, True
    return queries.text(work.head_id) if work.head_id else "", False


def _told(drill: DrillSpec, tried: Tried, now: datetime) -> Told:
    after = tried.after
    judged = tried.judged
    return Told(
        tried=tried,
        sent=Line(who=Who.ME, at=now, seq=tried.number, text=tried.said) if tried.said else None,
        reply=None
        if judged is None
        else Reply(
            seq=tried.number,
            text=tried.said,
            pieces=pieces(tried.said, tried.scene, judged),
            lines=lines(tried.scene, judged, tried.said),
            listed=tuple(dict.fromkeys(tried.said[hit.start : hit.end] for hit in judged.hits if not hit.taken_back)),
            doubtful=tuple(dict.fromkeys(tried.said[hit.start : hit.end] for hit in judged.hits if hit.taken_back)),
        ),
        next=_said(drill, after.scene, after.mood, tried.number, now) if tried.route or tried.chosen else (),
    )


def _said(drill: DrillSpec, scene: str, mood: int | None, seq: int, now: datetime) -> tuple[Line, ...]:
    return tuple(
        Line(
            who=Who.THEM if each.speaker else Who.SYSTEM,
            at=now,
            seq=seq,
            speaker=each.speaker,
            html=each.body.html,
        )
        for each in said_in(drill.scene(scene), mood)
    )


def _asked(name: str) -> str:
    return request.values.get(name, "").strip()


def _mood(drill: DrillSpec) -> int | None:
    asked = whole(_asked("mood"))
    return drill.mood if asked is None else min(asked, 100)


def _flags(drill: DrillSpec) -> tuple[str, ...]:
    asked = request.values.getlist("flag")
    return tuple(each for each in _every_flag(drill) if each in asked)


def _every_flag(drill: DrillSpec) -> tuple[str, ...]:
    """Return every flag that something in the drill asks for."""
    every = (need.flag for scene in drill.scenes for choice in scene.choices for need in choice.requires)
    return tuple(dict.fromkeys(each for each in every if each))


def _words(drill: DrillSpec) -> Words:
    return words_in(current_word_revisions(drill))


def _steps(written: str) -> tuple[Step, ...]:
    """Return the steps that came along; what is no list of steps counts as none."""
    try:
        found = json.loads(written) if len(written) < 400_000 else []
    except ValueError:
        return ()
    if not isinstance(found, list):
        return ()
    return tuple(
        Step(kind=each[0], said=str(each[1])[:LONGEST])
        for each in found[:MOST_STEPS]
        if isinstance(each, list) and len(each) == 2 and each[0] in ("choice", "text", "late")
    )
