"""What sessions and feedback do by the clock: reminders before a session, the pulse of a new month."""

from datetime import timedelta

from sqlalchemy import select

from lms.accounts.events import Told
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.here import today
from lms.core.texts import text
from lms.learning.actions import surveys
from lms.learning.actions.sessions import facts_of
from lms.learning.models import LiveSession, Seat
from lms.learning.queries import surveys as reading
from lms.learning.rules import sessions as rules
from lms.learning.rules import surveys as survey_rules
from lms.learning.rules.sessions import SeatState, State

SENTENCES = {
    "day": text("明天有课堂：“%(title)s”，%(time)s，%(place)s。"),
    "hour": text("一小时内开始：“%(title)s”，%(time)s，%(place)s。"),
}


def remind_of_sessions() -> int:
    """Tell who has a seat, and who holds the session, a day and an hour before; each once. Return how many sessions."""
    now = clock.now()
    numbers = (
        session()
        .scalars(
            select(LiveSession.id)
            .where(
                LiveSession.state == State.PLANNED,
                LiveSession.starts_at > now,
                LiveSession.starts_at <= now + timedelta(hours=24),
            )
            .order_by(LiveSession.starts_at, LiveSession.id)
        )
        .all()
    )
    session().rollback()
    return sum(_remind(number) for number in numbers)


def _remind(session_id: int) -> int:
    with transaction():
        row = session().get(LiveSession, session_id)
        now = clock.now()
        if row is None or row.state != State.PLANNED:
            return 0
        due: dict[str, list[int]] = {}
        for seat in session().scalars(
            select(Seat).where(Seat.session_id == row.id, Seat.state == SeatState.ENROLLED).order_by(Seat.person_id)
        ):
            due.setdefault(rules.reminder(row.starts_at, now, seat.asked_at), []).append(seat.person_id)
        if row.trainer_id is not None:
            due.setdefault(rules.reminder(row.starts_at, now, row.made_at), []).append(row.trainer_id)
        told = 0
        for step, sentence in SENTENCES.items():
            people = tuple(dict.fromkeys(due.get(step, ())))
            if people:
                told = 1
                emit(
                    Told(
                        person_ids=people,
                        topic="duty",
                        sentence=text(sentence.id, **facts_of(row)),
                        link=("learning.session", {"session_id": row.public_id}),
                        key=f"session:{row.id}:{step}:{row.starts_at.isoformat()}",
                    )
                )
    return told


def ask_for_pulse() -> int:
    """Open the pulse of a new month where it is switched on, and ask who was not asked yet; return how many people."""
    running = reading.running_pulse()
    if running is None:
        return 0
    if survey_rules.next_pulse(running.opens_on, today()):
        with transaction():
            found = reading.running_pulse()
            if found is not None:
                surveys.begin_pulse(None, survey_rules.read(found.questions), found.title)
        running = reading.running_pulse()
    asked = 0
    while running is not None:
        people = reading.not_yet_asked(running.id, today(), surveys.TOGETHER)
        if not people:
            break
        with transaction():
            surveys.ask_pulse(running, people)
        asked += len(people)
    session().rollback()
    return asked
