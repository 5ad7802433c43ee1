"""What somebody has to know before an attempt: how it goes, what came before, what may be done now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.assignments.queries import locked_reason
from lms.content import queries as content
from lms.content.queries.marks import held as held_questions
from lms.core import clock
from lms.core.access import Actor
from lms.core.errors import NotFound
from lms.core.here import today
from lms.core.texts import Text
from lms.quizzes.queries.banks import for_actor
from lms.quizzes.queries.mistakes import mistakes
from lms.quizzes.queries.occasions import Occasion, occasion_now, occasions, past_on
from lms.quizzes.queries.recall import candidates
from lms.quizzes.queries.sittings import MISTAKES, PastAttempt, as_past, history
from lms.quizzes.rules.attempts import CoolingDown, NoAttemptsLeft, State, attempts_left, may_start, next_start
from lms.quizzes.rules.holding import left_on_paper, on_one_paper, why_not_now
from lms.quizzes.rules.mistakes import may_practise
from lms.quizzes.rules.recall import NOTHING_LEARNED
from lms.quizzes.rules.windows import Closed, NotOpenYet, require_window
from lms.quizzes.spec import QuizRules, QuizSpec


class IsBank(NotFound):
    """It only holds questions for others: nobody sits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intro:
    """questions: on one paper now. held: how many fewer these are, as their keys are in doubt or a bank has too few.

    rules: with this person's limit and attempts. going: the open attempt; over: its time is up. practising: the open
    practice of mistakes; mistakes: how many questions were wrong the last time. occasion: the one that may be sat now.
    opens_at, closes_at: of beginning. refusal: why none may begin now. retry_at: when the next may begin, where there
    is a wait. left: attempts that may still begin on the occasion, None = any number.
    """

    slug: str
    title: str
    questions: int
    held: int
    rules: QuizRules
    quiz: QuizSpec
    past: tuple[PastAttempt, ...]
    going: PastAttempt | None
    practising: PastAttempt | None
    mistakes: int
    occasion: Occasion
    now: datetime
    refusal: Text | None
    retry_at: datetime | None
    left: int | None

    @property
    def opens_at(self) -> datetime | None:
        return self.occasion.plan.opens_at

    @property
    def closes_at(self) -> datetime | None:
        return self.occasion.plan.closes_at

    @property
    def passed(self) -> bool:
        return any(each.passed for each in self.past if each.state is not State.VOIDED)


def intro(actor: Actor, slug: str) -> Intro:
    """Return what the quiz's first page shows. Raises NotFound, IsBank for a bank."""
    held = held_questions("quiz", slug)
    opened = content.open_published(actor, "quiz", slug)
    quiz: QuizSpec = content.spec(opened)
    if quiz.is_bank:
        raise IsBank()
    source = for_actor(quiz, held, actor)
    now = clock.now()
    whole = history(actor.id, opened.document_id, now)
    past = [each for each in whole if each.occasion != MISTAKES]
    going = next((each for each in past if each.state is State.OPEN), None)
    practising = next((each for each in whole if each.state is State.OPEN and each.occasion == MISTAKES), None)
    wrong = mistakes(actor.id, opened.document_id) if may_practise(quiz.rules.use) else []
    every = occasions(actor.id, opened.document_id, quiz.rules)
    occasion = occasion_now(every, past, now)
    rules, tries = occasion.plan.rules, as_past(past_on(occasion.name, past))
    refusal: Text | None = None
    retry_at: datetime | None = None
    left = left_on_paper(source.quiz, source.held, source.banks)
    if quiz.recurring:
        left = min(left, len(candidates(actor)))
    if going is None:
        try:
            require_window(occasion.plan, now)
            may_start(rules, tries, now)
            refusal = locked_reason(actor.id, opened.document_id, today())
            if refusal is None and quiz.recurring and not left:
                refusal = NOTHING_LEARNED
            if refusal is None and source.may_be_short:
                refusal = why_not_now(source.quiz, left, doubted=bool(source.held))
        except (NoAttemptsLeft, Closed) as refused:
            refusal = refused.message
        except NotOpenYet as refused:
            refusal, retry_at = refused.message, occasion.plan.opens_at
        except CoolingDown as refused:
            refusal, retry_at = refused.message, next_start(rules, tries)
    return Intro(
        slug=opened.slug,
        title=opened.title,
        questions=left,
        held=0 if quiz.recurring else on_one_paper(source.quiz) - left,
        rules=rules,
        quiz=quiz,
        past=tuple(reversed(past)),
        going=going,
        practising=practising,
        mistakes=len(wrong),
        occasion=occasion,
        now=now,
        refusal=refusal,
        retry_at=retry_at,
        left=attempts_left(rules, tries),
    )


def next_try(rules: QuizRules, ended_at: datetime | None) -> datetime | None:
    """Return when the next attempt may begin after one that ended at this time; None = at once."""
    if ended_at is None or not rules.cooldown_seconds:
        return None
    return ended_at + timedelta(seconds=rules.cooldown_seconds)
