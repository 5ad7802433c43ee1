"""Running a quiz over `/api/v1`: who sits now, pauses, more time, collecting, windows, makeups, scores."""

from typing import Any

from lms.accounts.queries import team_id_of, team_tree
from lms.core import clock
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.points import number
from lms.core.texts import text
from lms.quizzes.actions import makeups as giving
from lms.quizzes.actions import running as acts
from lms.quizzes.actions.makeups import Terms
from lms.quizzes.actions.running import Whom
from lms.quizzes.actions.windows import Of, change_window
from lms.quizzes.api.room import bp
from lms.quizzes.api.running_bodies import (
    AT_ONCE,
    ActBody,
    DoneBody,
    GivenBody,
    MakeupBody,
    MakeupsBody,
    MovedBody,
    ScoresBody,
    SeatsBody,
    WhyBody,
    WindowBody,
    WindowsBody,
)
from lms.quizzes.queries import live
from lms.quizzes.queries import scores as reading
from lms.quizzes.queries.exams import exam
from lms.quizzes.queries.scores import Wanted
from lms.quizzes.rules.scores import Line, Try, in_order, totals
from lms.quizzes.rules.windows import Window
from lms.web.api import instant, page, refusals
from lms.web.auth import current_actor, requires


@bp.get("/quizzes/<path:slug>/scores")
@requires(Permission.QUIZ_SCORES)
@bp.output(ScoresBody)
@bp.doc(summary="The scores of a quiz, a line for each person whom one may see", responses=refusals(404))
def scores(slug: str) -> dict[str, Any]:
    actor = current_actor()
    lines = in_order(reading.scores(actor, exam(actor, slug).document_id, Wanted()), "name")
    found = totals(lines)
    return {
        "people": found.people,
        "sat": found.sat,
        "pass_rate": None if found.pass_percent is None else number(found.pass_percent),
        "pass_rate_with_makeups": None if found.final_percent is None else number(found.final_percent),
        "mean": None if found.mean is None else number(found.mean),
        **page([_score(line) for line in lines], None),
    }


@bp.get("/quizzes/<path:slug>/sittings")
@requires(Permission.QUIZ_MANAGE)
@bp.output(SeatsBody)
@bp.doc(summary="Who sits the quiz now, of those whom one manages", responses=refusals(404))
def sittings(slug: str) -> dict[str, Any]:
    actor = current_actor()
    now = clock.now()
    found = live.seats(actor, exam(actor, slug).document_id, now)
    seats = page(
        [
            {
                "attempt": seat.attempt_id,
                "employee_no": seat.employee_no,
                "name": seat.name,
                "team": seat.team,
                "occasion": seat.occasion,
                "number": seat.number,
                "started_at": instant(seat.started_at),
                "deadline": instant(seat.deadline_at),
                "seconds_left": seat.seconds_left,
                "paused": seat.paused_at is not None,
                "answered": seat.answered,
                "total": seat.total,
                "saved_at": instant(seat.saved_at),
                "away_times": seat.away_times,
                "away_seconds": seat.away_seconds,
            }
            for seat in found
        ],
        None,
    )
    return {"at": instant(now), **seats}


@bp.post("/quizzes/<path:slug>/sittings")
@requires(Permission.QUIZ_MANAGE)
@bp.input(ActBody, arg_name="body")
@bp.output(DoneBody)
@bp.doc(summary="Pause, let go on, give more time, or hand in what is saved", responses=refusals(404, 409, 422))
def act(slug: str, body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    document_id = exam(actor, slug).document_id
    team = _team_id(body["team"])
    whom = Whom(document_id=document_id, attempts=tuple(body["attempts"]), team_id=team)
    if body["act"] == "collect":
        wanted = acts.to_collect(actor, whom, confirmed=body["confirm"])
        count = 0
        for start in range(0, len(wanted), AT_ONCE):
            with transaction():
                count += acts.collect(actor, document_id, wanted[start : start + AT_ONCE])
        return {"count": count}
    with transaction():
        if body["act"] == "extend":
            return {"count": acts.extend(actor, whom, body.get("minutes", 0), seen_at=body["seen_at"])}
        return {"count": (acts.pause if body["act"] == "pause" else acts.go_on)(actor, whom)}


@bp.get("/quizzes/<path:slug>/windows")
@requires(Permission.QUIZ_MANAGE)
@bp.output(WindowsBody)
@bp.doc(summary="When the quiz is open for whom, and under which limits", responses=refusals(404))
def windows(slug: str) -> dict[str, Any]:
    actor = current_actor()
    codes = {team.id: team.code for team in team_tree()}
    return page(
        [
            {
                "team": codes.get(row.team_id or 0, ""),
                "employee_no": row.employee_no,
                "opens_at": instant(row.opens_at),
                "closes_at": instant(row.closes_at),
                "seconds": row.seconds,
                "attempts": row.attempts,
            }
            for row in live.windows(actor, exam(actor, slug).document_id)
        ],
        None,
    )


@bp.put("/quizzes/<path:slug>/windows")
@requires(Permission.QUIZ_MANAGE)
@bp.input(WindowBody, arg_name="body")
@bp.output(MovedBody)
@bp.doc(
    summary="Set the window of everybody, a team or a person; one that says nothing is taken away",
    responses=refusals(404, 409, 422),
)
def set_window(slug: str, body: dict[str, Any]) -> dict[str, int]:
    actor = current_actor()
    document_id = exam(actor, slug).document_id
    if body["team"] and body["employee_no"]:
        raise Invalid(text("一个时段只给一个团队，或只给一个人。"))
    person = live.managed(actor, [body["employee_no"]])[body["employee_no"]] if body["employee_no"] else None
    window = Window(
        opens_at=body["opens_at"], closes_at=body["closes_at"], seconds=body["seconds"], attempts=body["attempts"]
    )
    of = Of(team_id=_team_id(body["team"]), person_id=person)
    with transaction():
        change = change_window(actor, document_id, of, window, confirmed=body["confirm"])
    return {"ended": change.ends_now, "earlier": change.earlier, "later": change.later}


@bp.get("/quizzes/<path:slug>/makeups")
@requires(Permission.QUIZ_MANAGE)
@bp.output(MakeupsBody)
@bp.doc(summary="The makeups of a quiz, the latest first", responses=refusals(404))
def makeups(slug: str) -> dict[str, Any]:
    actor = current_actor()
    return page(
        [
            {
                "id": row.public_id,
                "employee_no": row.employee_no,
                "number": row.number,
                "attempts": row.attempts,
                "used": row.tries,
                "passed": row.passed,
                "opens_at": instant(row.opens_at),
                "closes_at": instant(row.closes_at),
                "withdrawn_at": instant(row.withdrawn_at),
            }
            for row in live.makeups(actor, exam(actor, slug).document_id)
        ],
        None,
    )


@bp.post("/quizzes/<path:slug>/makeups")
@requires(Permission.QUIZ_MANAGE)
@bp.input(MakeupBody, arg_name="body")
@bp.output(GivenBody)
@bp.doc(summary="Let people sit a quiz again, counted apart", responses=refusals(404, 422))
def give_makeups(slug: str, body: dict[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    found = exam(actor, slug)
    by_no = live.managed(actor, body["people"])
    names = {person_id: number for number, person_id in by_no.items()}
    terms = Terms(
        attempts=body["attempts"], opens_at=body["opens_at"], closes_at=body["closes_at"], reason=body["reason"]
    )
    given: list[str] = []
    refused: list[dict[str, str]] = []
    people = sorted(names)
    for start in range(0, len(people), AT_ONCE):
        with transaction():
            part = giving.give_makeups(actor, found, people[start : start + AT_ONCE], terms)
        given += [names[person_id] for person_id in part.given]
        refused += [{"employee_no": names[each], "reason": say(why)} for each, why in part.refused.items()]
    return {"given": given, "refused": refused}


@bp.post("/makeups/<makeup_id>/withdraw")
@requires(Permission.QUIZ_MANAGE)
@bp.input(WhyBody, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(summary="Take a makeup back that nobody sits", responses=refusals(404, 409, 422))
def withdraw_makeup(makeup_id: str, body: dict[str, Any]) -> tuple[str, int]:
    with transaction():
        giving.withdraw_makeup(current_actor(), makeup_id, body["reason"])
    return "", 204


def _team_id(code: str) -> int | None:
    return team_id_of(code) if code else None


def _score(line: Line) -> dict[str, Any]:
    return {
        "employee_no": line.who.employee_no,
        "name": line.who.name,
        "team": line.who.team,
        "standing": line.standing.value,
        "first": _try(line.first),
        "best": _try(line.best),
        "last": _try(line.last),
        "attempts": line.tries,
        "makeup": _try(line.makeup),
        "makeup_attempts": line.makeup_tries,
        "waiting": line.waiting,
        "away_times": line.away_times,
        "away_seconds": line.away_seconds,
    }


def _try(one: Try | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "attempt": one.attempt_id,
        "score": number(one.percent),
        "passed": one.passed,
        "ended_at": instant(one.ended_at),
        "seconds": one.seconds,
    }
