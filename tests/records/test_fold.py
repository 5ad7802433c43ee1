"""How the lines of one person and one document fold: corrections give, and take nothing away by themselves."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from lms.records.events import Verb
from lms.records.rules import fold

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass(kw_only=True)
class Line:
    seq: int
    verb: Verb
    passed: bool | None = None
    earned: int | None = None
    possible: int | None = 10
    corrects: int | None = None
    at: datetime = AT
    day: date = date(2026, 11, 22)
    person_id: int = 1
    actor_id: int | None = None
    team_id: int | None = None
    document_id: int | None = 1
    revision_id: int | None = 1
    credited_minutes: int | None = 10
    observed_seconds: int | None = None
    valid_until: date | None = None
    source: str = "quiz"
    ref: str = ""
    note_digest: bytes | None = None


def graded(seq, earned, passed):
    return Line(seq=seq, verb=Verb.GRADED, earned=earned, passed=passed)


def regraded(seq, corrects, earned, passed, possible=10):
    return Line(seq=seq, verb=Verb.REGRADED, earned=earned, passed=passed, possible=possible, corrects=corrects)


def voided(seq, corrects):
    return Line(seq=seq, verb=Verb.VOIDED, corrects=corrects)


def test_a_corrected_result_is_the_one_that_counts():
    folded = fold([graded(1, 5, False), graded(2, 6, False), regraded(3, 1, 9, True)])
    assert (folded.state, folded.best_earned, folded.last_earned, folded.tries) == ("done", 9, 6, 2)


def test_the_last_of_several_corrections_counts():
    folded = fold([graded(1, 5, False), regraded(2, 1, 9, True), regraded(3, 1, 8, True, possible=9)])
    assert (folded.best_earned, folded.best_possible) == (8, 9)


def test_a_correction_down_takes_no_completion_back():
    folded = fold([graded(1, 8, True), regraded(2, 1, 3, False)])
    assert (folded.state, folded.best_earned, folded.credited_minutes) == ("done", 3, 10)


def test_a_correction_up_credits_the_minutes_once():
    folded = fold([graded(1, 3, False), regraded(2, 1, 8, True), regraded(3, 1, 9, True)])
    assert (folded.state, folded.credited_minutes) == ("done", 10)


def test_a_voided_attempt_leaves_nothing_of_its_correction():
    folded = fold([graded(1, 3, False), regraded(2, 1, 9, True), voided(3, 1)])
    assert (folded.state, folded.tries, folded.best_earned) == ("touched", 0, None)


def test_an_attempt_that_waits_for_its_marker_is_no_failure():
    assert fold([graded(1, 3, None)]).state == "touched"


def test_an_attempt_that_is_marked_later_can_fail():
    assert fold([graded(1, 3, None), regraded(2, 1, 4, False)]).state == "failed"
