"""What happens to people on its day without anybody asking: moves begin, accounts end and close, old tries go."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import CursorResult, delete, select

from lms.accounts import actions
from lms.accounts.actions import endings
from lms.accounts.events import Told
from lms.accounts.models import Person, SignInSlip, SignInTry
from lms.accounts.queries.people import tokens_ending
from lms.accounts.rules.sign_in import SLIP_LIFE
from lms.accounts.rules.tokens import WARNED
from lms.core import clock
from lms.core.bus import emit
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.core.here import day_of, today
from lms.core.retention import first_kept
from lms.core.texts import text

CHUNK = 100
TRIES_KEPT = 2 * SLIP_LIFE


def apply_dated_changes() -> int:
    """Do what the day brings; safe at any time and as often as one likes. Return how many people it concerned."""
    day = today()
    done = close_leavers(day)
    tell_of_endings(day)
    tell_of_tokens()
    with transaction():
        done += len(actions.apply_moves(day))
    with transaction():
        session().execute(delete(SignInTry).where(SignInTry.at < clock.now() - TRIES_KEPT))
    return done


def forget_slips() -> int:
    """Delete sign-in slips that ended longer ago than LMS_KEEP_SLIPS_DAYS; return how many."""
    with transaction():
        gone = session().execute(delete(SignInSlip).where(SignInSlip.expires_at < first_kept("slips")))
        assert isinstance(gone, CursorResult)
        return gone.rowcount


def tell_of_endings(on: date) -> None:
    """Tell who is here for a time, and their leads, of accounts that end soon. Said once, however often it runs."""
    said = endings.words_of_endings(on)
    session().rollback()
    for each in said:
        for start in range(0, len(each.person_ids), CHUNK):
            with transaction():
                emit(replace(each, person_ids=each.person_ids[start : start + CHUNK]))


def tell_of_tokens() -> None:
    """Tell people of tokens that end soon, while there is time to make others. Said once, however often it runs."""
    with transaction():
        for each in tokens_ending(clock.now() + timedelta(days=WARNED)):
            sentence = text(
                "接口令牌“%(name)s”用到 %(day)s，之后失效。还要用请先建一个新的。",
                name=each.label,
                day=day_of(each.expires_at),
            )
            link = ("accounts.me", {"_anchor": "tokens"})
            emit(
                Told(
                    person_ids=(each.person_id,),
                    topic="message",
                    sentence=sentence,
                    link=link,
                    key=f"token-ends:{each.id}",
                )
            )


def close_leavers(on: date) -> int:
    """Close the accounts whose planned last day is over on the day, 100 in a transaction. Return how many."""
    session().rollback()
    due = list(
        session().execute(
            select(Person.id, Person.leaving_on).where(Person.active, Person.leaving_on < on).order_by(Person.id)
        )
    )
    closed = 0
    for start in range(0, len(due), CHUNK):
        with transaction():
            for row in due[start : start + CHUNK]:
                try:
                    actions.close(None, row.id, last_day=row.leaving_on)
                except Conflict:  # the last administrator stays, or nobody could mend anything
                    continue
                closed += 1
    return closed
