"""再练错题: a practice of one's own mistakes in a quiz. It counts for nothing and is never written into the log."""

from lms.content import queries as content
from lms.core import chance, clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, NotFound
from lms.core.plain import to_plain
from lms.core.texts import text
from lms.quizzes import queries
from lms.quizzes.actions.start import Started, lay_out
from lms.quizzes.models import Attempt
from lms.quizzes.queries.mistakes import mistakes
from lms.quizzes.queries.sittings import MISTAKES
from lms.quizzes.rules.attempts import State
from lms.quizzes.rules.mistakes import may_practise, paper_of, practice_rules
from lms.quizzes.spec import QuizSpec, Use
from lms.records.actions import lock_people


def practise(actor: Actor, slug: str) -> Started:
    """Return the person's open practice of mistakes, begun now where there was none.

    Raises NotFound, also for an exam; Conflict while another attempt is open or where there is no mistake to practise.
    """
    lock_people([actor.id])
    opened = content.open_published(actor, "quiz", slug)
    quiz: QuizSpec = content.spec(opened)
    if not may_practise(quiz.rules.use):
        raise NotFound()
    now = clock.now()
    past = queries.history(actor.id, opened.document_id, now)
    for each in past:
        if each.state is State.OPEN and each.occasion == MISTAKES:
            return Started(public_id=each.public_id, created=False)
        if each.state is State.OPEN:
            raise Conflict(text("这份测验还有一份没交的答卷，先交卷再练错题。"), code="going")
    rules, seed = practice_rules(quiz.rules), chance.seed()
    paper = paper_of(mistakes(actor.id, opened.document_id), seed, rules)
    if not paper.items:
        raise Conflict(text("没有要再练的错题了。"), code="no_mistakes")
    attempt = Attempt(
        person_id=actor.id,
        document_id=opened.document_id,
        revision_id=opened.revision_id,
        occasion=MISTAKES,
        number=1 + max((each.number for each in past if each.occasion == MISTAKES), default=0),
        mode=Use.PRACTICE.value,
        state=State.OPEN.value,
        started_at=now,
        total=len(paper.items),
        possible=paper.possible,
        limits=to_plain(queries.Frozen(rules=rules, minutes=0, time_percent=100, seed=seed)),
    )
    session().add(attempt)
    session().flush()
    lay_out(attempt.id, paper)
    return Started(public_id=attempt.public_id, created=True)
