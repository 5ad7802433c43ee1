"""What a learner may do with an attempt: begin it, save to it, finish it, and see of it afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from lms.core.errors import Conflict
from lms.core.points import Points, percent, reaches, share_of
from lms.core.texts import Text, text
from lms.questions.rules.grade import Graded
from lms.quizzes.spec import QuizRules, Use

GRACE = timedelta(seconds=5)  # for an answer that was on its way when the clock ran out


class State(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    EXPIRED = "expired"  # the server closed it at its deadline
    VOIDED = "voided"  # by a named person, with a reason: counts for nothing


CLOSED = (State.SUBMITTED.value, State.EXPIRED.value)
"""The states of an attempt that is over and counts, as its column holds them."""


class NoAttemptsLeft(Conflict):
    """Every attempt that the quiz allows was used."""

    default_code = "no_attempts_left"


class CoolingDown(Conflict):
    """The next attempt may begin only at `details["retry_at"]`, RFC 3339 in UTC."""

    default_code = "cooling_down"


class Paused(Conflict):
    """A trainer has stopped the clock: nothing is taken until it goes on. The page keeps what is typed meanwhile."""

    default_code = "paused"


class AttemptClosed(Conflict):
    """The attempt was handed in, expired or voided: its answers are final."""

    default_code = "attempt_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An attempt of the same person, quiz and occasion. ended_at: UTC, None while it is open."""

    number: int
    state: State
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """resumes: the attempt of this number is open already and goes on; else it is a new one."""

    number: int
    resumes: bool


def may_start(rules: QuizRules, past: Sequence[Past], now: datetime) -> Start:
    """Return which attempt is to be shown. Raises NoAttemptsLeft or CoolingDown.

    past: all earlier attempts, the voided too, in any order; one that is past its deadline was closed before.
    """
    for attempt in past:
        if attempt.state is State.OPEN:
            return Start(number=attempt.number, resumes=True)
    if attempts_left(rules, past) == 0:
        raise NoAttemptsLeft(
            text("这份测验最多考 %(attempts)s 次，已经用完。需要再考，请联系培训师。", attempts=rules.attempts)
        )
    retry_at = next_start(rules, past)
    if retry_at and now < retry_at:
        raise CoolingDown(
            text(
                "两次考试之间要隔一段时间，请%(wait)s后再来。可以先重读错题涉及的小节。", wait=wait_text(retry_at - now)
            ),
            details={"retry_at": retry_at.astimezone(UTC).isoformat().replace("+00:00", "Z")},
        )
    return Start(number=max((attempt.number for attempt in past), default=0) + 1, resumes=False)


def attempts_left(rules: QuizRules, past: Iterable[Past]) -> int | None:
    """Return how many more attempts may begin; None = any number. An open attempt is used."""
    if rules.attempts is None:
        return None
    used = sum(attempt.state is not State.VOIDED for attempt in past)
    return max(rules.attempts - used, 0)


def attempts_to_use(rules: QuizRules, past: Iterable[Past]) -> int | None:
    """Return in how many attempts an answer can still be given: the open one and those that may begin; None = any."""
    every = list(past)
    left = attempts_left(rules, every)
    return None if left is None else left + sum(attempt.state is State.OPEN for attempt in every)


def next_start(rules: QuizRules, past: Iterable[Past]) -> datetime | None:
    """Return when the next attempt may begin at the earliest; None where there is nothing to wait for."""
    ends = [a.ended_at for a in past if a.ended_at is not None and a.state is not State.VOIDED]
    if not ends or not rules.cooldown_seconds:
        return None
    return max(ends) + timedelta(seconds=rules.cooldown_seconds)


def wait_text(wait: timedelta) -> Text:
    """Return a length of time for people, rounded up to a minute, an hour or a day."""
    minutes = max(-(-int(wait.total_seconds() + 0.999) // 60), 1)
    if minutes < 100:
        return text("%(count)s 分钟", count=minutes)
    hours = -(-minutes // 60)
    if hours < 48:
        return text("%(count)s 小时", count=hours)
    return text("%(count)s 天", count=-(-hours // 24))


def deadline(rules: QuizRules, started_at: datetime, time_factor: Fraction = Fraction(1)) -> datetime | None:
    """Return when the attempt ends by itself; None = never. time_factor: the person's own, at least 1."""
    if rules.seconds is None:
        return None
    return started_at + timedelta(seconds=(rules.seconds * max(time_factor, Fraction(1))).__ceil__())


def is_over(deadline_at: datetime | None, at: datetime, paused_at: datetime | None = None) -> bool:
    """Say whether the server is to close the attempt: the deadline and the grace have passed, and it is not paused."""
    return paused_at is None and deadline_at is not None and at > deadline_at + GRACE


def require_open(state: State, deadline_at: datetime | None, at: datetime, paused_at: datetime | None = None) -> None:
    """Accept a save that reaches the server at `at`. Raises AttemptClosed, saying why, and Paused."""
    if state is State.OPEN and paused_at is not None:
        raise paused()
    if state is State.VOIDED:
        raise AttemptClosed(text("这份答卷已作废，不再接收答案。原因请看通知。"), code="attempt_voided")
    if state is State.EXPIRED or (state is State.OPEN and is_over(deadline_at, at)):
        raise AttemptClosed(text("答题时间已到，到时前保存的答案已经交卷。"), code="time_over")
    if state is State.SUBMITTED:
        raise AttemptClosed(text("这份答卷已经交卷，答案不能再改。"))


def paused() -> Paused:
    return Paused(text("培训师暂停了作答，时间没有在走。答案先留在本机，继续后自动保存。"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one question of the paper earned. waiting: a person has still to mark it. dropped: it counts for nobody."""

    earned: Points
    possible: Points
    waiting: bool = False
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    earned: Points
    possible: Points
    waiting: Points = 0  # the most that a person's marking can still add

    @property
    def percent(self) -> Fraction:
        return percent(self.earned, self.possible)

    def passes(self, pass_mark: Fraction) -> bool:
        return reaches(self.earned, self.possible, pass_mark)

    def verdict(self, pass_mark: Fraction) -> bool | None:
        """Return passed or not; None while the marking of written answers can still decide it."""
        if self.passes(pass_mark):
            return True
        return None if reaches(self.earned + self.waiting, self.possible, pass_mark) else False


def mark(points: Points, graded: Graded) -> Mark:
    """Return what an answer counts now: nothing while a person has still to mark it, so that no mark takes any away."""
    earned = 0 if graded.needs_person else share_of(points, graded.share)
    return Mark(earned=earned, possible=points, waiting=graded.needs_person)


def score(marks: Iterable[Mark]) -> Score:
    """Return the sum of the marks that count, exact."""
    every = [each for each in marks if not each.dropped]
    return Score(
        earned=sum(each.earned for each in every),
        possible=sum(each.possible for each in every),
        waiting=sum(each.possible - each.earned for each in every if each.waiting),
    )


class Reveal(StrEnum):
    """How much of a question may be shown to its learner."""

    NOTHING = "nothing"  # the question and the own answer
    POINTS = "points"  # also what it earned, and which section to read again
    KEY = "key"  # also the right answer, the explanation and the remarks


def reveal(
    use: Use, *, ended: bool, answered: bool = False, passed: bool | None = None, left: int | None = None
) -> Reveal:
    """Return what may be shown of one question of an attempt.

    answered: a complete answer to this question is saved. passed: None while undecided. left: attempts in which
    the key could still be used (`attempts_to_use`), None = any number. In a practice the key shows once the question
    is answered, in a check once the attempt has ended, in an exam when it is passed or there is no attempt left to
    use it in; one that is open now is still to be used.
    """
    if not ended:
        return Reveal.KEY if use.answers_at_once and answered else Reveal.NOTHING
    if use is Use.EXAM and not passed and left != 0:
        return Reveal.POINTS
    return Reveal.KEY
