"""Beginning an attempt: its questions are drawn and its rules frozen; later publishing changes neither."""

from dataclasses import dataclass

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.assignments import actions as assignments
from lms.assignments.queries import locked_reason
from lms.content import queries as content
from lms.content.models import Part, PartVersion
from lms.content.queries.marks import held as held_questions
from lms.core import chance, clock
from lms.core.access import Actor
from lms.core.bus import emit
from lms.core.db import rows, session
from lms.core.errors import Conflict, NotFound
from lms.core.here import today
from lms.core.plain import to_plain
from lms.core.texts import text
from lms.quizzes import queries
from lms.quizzes.actions.finish import close_over
from lms.quizzes.actions.recall import draw_check
from lms.quizzes.events import QuizStarted
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.banks import Drawing, for_actor, seen_in_banks
from lms.quizzes.queries.occasions import hold_windows, named, past_on
from lms.quizzes.queries.recall import open_round
from lms.quizzes.rules.attempts import State, may_start
from lms.quizzes.rules.draw import Paper, draw
from lms.quizzes.rules.holding import why_not_now
from lms.quizzes.rules.windows import deadline, require_window
from lms.quizzes.spec import QuizSpec
from lms.records.actions import lock_people

_item: Table = AttemptItem.__table__  # type: ignore[assignment]
_PERCENT = select(Person.time_factor_percent).where(Person.id == bindparam("person_id"))
_OPEN_ONE = select(Attempt.public_id).where(
    Attempt.person_id == bindparam("person_id"),
    Attempt.document_id == bindparam("document_id"),
    Attempt.state == State.OPEN.value,
)
_ASKED = select(PartVersion.sha, PartVersion.part_id).where(PartVersion.sha.in_(bindparam("shas", expanding=True)))
_KEYED = select(Part.key, Part.id).where(Part.key.in_(bindparam("keys", expanding=True)))


class Locked(Conflict):
    """The quiz waits for something else that the person has to finish first."""

    default_code = "locked"


class Held(Conflict):
    """Too few questions are left while the keys of the others are in doubt."""

    default_code = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """public_id: the attempt's name. created: false where one was open already and goes on."""

    public_id: str
    created: bool


def start(actor: Actor, slug: str, occasion: str | None = None) -> Started:
    """Return the person's open attempt at the quiz, begun now where there was none.

    occasion: None for the one that the person may sit now, the common one or a makeup; a room that gives an occasion
    of its own names it (`check:2026-W48`). An open attempt goes on, whatever its occasion. A question whose key is in
    doubt is not drawn. Raises NotFound, NotOpenYet, Closed, Locked, Held, NoAttemptsLeft, CoolingDown, and Conflict
    for a quiz without a question.
    """
    lock_people([actor.id])  # two starts of one person wait here; the unique index is the proof
    held = held_questions("quiz", slug)  # before the quiz itself: see there
    opened = content.open_published(actor, "quiz", slug)
    quiz: QuizSpec = content.spec(opened)
    if quiz.is_bank:
        raise NotFound()
    now = clock.now()
    hold_windows(opened.document_id)
    close_over(actor.id, opened.document_id)
    past = queries.history(actor.id, opened.document_id, now)
    if any(each.state is State.OPEN for each in past):
        return Started(public_id=_open_one(actor.id, opened.document_id), created=False)
    every = queries.occasions(actor.id, opened.document_id, quiz.rules)
    if quiz.recurring and occasion is None:
        occasion = open_round(actor.id, opened.document_id)
    chosen = named(every, occasion, quiz.rules) if occasion else queries.occasion_now(every, past, now)
    plan = chosen.plan
    require_window(plan, now)
    decision = may_start(plan.rules, queries.as_past(past_on(chosen.name, past)), now)
    reason = locked_reason(actor.id, opened.document_id, today())
    if reason is not None:
        raise Locked(reason)
    percent = rows(_PERCENT, {"person_id": actor.id}).scalar() or 100
    source = for_actor(quiz, held, actor)
    frozen = queries.Frozen(
        rules=plan.rules,
        minutes=opened.minutes,
        time_percent=percent,
        seed=chance.seed(),
        banks=source.compiled,
    )
    paper = (
        draw_check(actor, quiz.recurring, frozen.seed, now)
        if quiz.recurring
        else _paper(actor.id, opened.document_id, source, frozen.seed)
    )
    why = why_not_now(source.quiz, len(paper.items), doubted=bool(source.held)) if source.may_be_short else None
    if why is not None:
        raise Held(why)
    if not paper.items:
        raise Conflict(text("这份测验还没有题目，请联系它的负责人。"), code="empty")
    attempt = Attempt(
        person_id=actor.id,
        document_id=opened.document_id,
        revision_id=opened.revision_id,
        occasion=chosen.name,
        number=decision.number,
        mode=quiz.rules.use.value,
        state=State.OPEN.value,
        started_at=now,
        deadline_at=deadline(plan, now, percent=percent),
        total=len(paper.items),
        possible=paper.possible,
        limits=to_plain(frozen),
    )
    try:
        with session().begin_nested():
            session().add(attempt)
            session().flush()
    except IntegrityError:
        return Started(public_id=_open_one(actor.id, opened.document_id), created=False)
    lay_out(attempt.id, paper)
    assignments.opened(actor.id, opened.document_id)
    emit(
        QuizStarted(
            person_id=actor.id, document_id=opened.document_id, attempt_id=attempt.public_id, at=attempt.started_at
        )
    )
    return Started(public_id=attempt.public_id, created=True)


def _paper(person_id: int, document_id: int, source: Drawing, seed: str) -> Paper:
    seen = queries.seen_by(person_id, document_id) | seen_in_banks(person_id, source.document_ids.values())
    return draw(source.quiz, seed, seen=seen, held=source.held, banks=source.banks)


def _open_one(person_id: int, document_id: int) -> str:
    found: str = rows(_OPEN_ONE, {"person_id": person_id, "document_id": document_id}).scalar_one()
    return found


def lay_out(attempt_id: int, paper: Paper) -> None:
    """Write every question of the paper, with room for its answer, in one statement."""
    parts = _parts_of(paper)
    session().execute(
        insert(_item),
        [
            {
                "attempt_id": attempt_id,
                "position": position,
                "key": f"q{position}",
                "part_id": parts[item.asked],
                "part_version_sha": bytes.fromhex(item.asked),
                "option_order": {"ids": list(item.option_order)},
                "points": item.points,
            }
            for position, item in enumerate(paper.items, start=1)
        ],
    )


def _parts_of(paper: Paper) -> dict[str, int]:
    """Return the part of each drawn question: that of its own quiz or bank where another one asks the same."""
    shas = [bytes.fromhex(item.asked) for item in paper.items]
    found = {row.sha.hex(): row.part_id for row in rows(_ASKED, {"shas": shas})}
    keys = {item.key: item.asked for item in paper.items if item.key}
    if keys:
        found.update({keys[row.key]: row.id for row in rows(_KEYED, {"keys": list(keys)})})
    return found
