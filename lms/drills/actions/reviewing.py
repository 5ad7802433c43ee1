"""What a trainer, lead or mentor says of a run: a rating and a comment; and lines of a rubric found otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from lms.accounts.events import Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.plain import from_plain
from lms.core.texts import Text, text
from lms.drills.actions.ending import keep_score, tell
from lms.drills.models import Run, RunOverrule, RunReview
from lms.drills.queries.ended import ENDED, Gone, Head, gone_of, others_head, results_in, revisions_of
from lms.drills.queries.frozen import Frozen
from lms.drills.rules.judge import LISTED
from lms.drills.rules.lanes import Kind
from lms.drills.rules.score import Result
from lms.questions.spec import CriterionKind
from lms.records import actions as records
from lms.records.events import Verb
from lms.records.models import Record

LONGEST = 1_000
"""Characters of a comment or a reason."""


class ReviewedMeanwhile(Conflict):
    """Somebody else has written since the page was opened; details hold what is stored."""

    default_code = "reviewed_meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overruled:
    """was, now: what the run earned, in 1/27,720 point. waits: another reply of it still waits."""

    was: int
    now: int
    waits: bool


def review(actor: Actor, public_id: str, *, rating: int | None, comment: str, version: int) -> None:
    """Keep the rating 1..5 and the comment of a run. version: of the review that the page showed, 0 for none.

    Raises NotFound, ReviewedMeanwhile, Invalid at `rating` and `comment`.
    """
    comment = _plain(comment, "comment")
    if rating is not None and not 1 <= rating <= 5:
        raise Invalid(text("请选 1 到 5。"), fields={"rating": text("请选 1 到 5。")})
    if rating is None and not comment:
        raise Invalid(text("请打分或写一句评语。"), fields={"comment": text("分数和评语至少填一项。")})
    head = others_head(actor, public_id)
    records.lock_people([head.person_id])
    stored = session().get(RunReview, head.id, populate_existing=True, with_for_update=True)
    if (stored.version if stored else 0) != version:
        raise _meanwhile(stored)
    now = clock.now()
    if stored is None:
        try:
            with session().begin_nested():
                session().add(RunReview(run_id=head.id, by_id=actor.id, rating=rating, comment=comment, at=now))
                session().flush()
        except IntegrityError:
            raise _meanwhile(session().get(RunReview, head.id, populate_existing=True)) from None
    else:
        stored.by_id, stored.rating, stored.comment, stored.at = actor.id, rating, comment, now
        stored.version += 1
    audit(actor.id, "run.reviewed", "run", head.public_id, person_id=head.person_id, after={"rating": rating})
    _told(head, text("%(name)s 点评了您的演练《%(title)s》。", name=actor.name, title=head.title), f"review:{version}")


def overrule(actor: Actor, public_id: str, seq: int, line: int, *, held: bool, reason: str) -> Overruled:
    """Say of one line of a free reply whether it holds; the run is scored anew at once, the old score stays beside it.

    line: its place in the rubric by which the reply was played, LISTED for what the shared lists found. A reason is
    needed against what was found by itself. Raises NotFound, Invalid at `reason`, Conflict.
    """
    reason = _plain(reason, "reason")
    head = others_head(actor, public_id)
    records.lock_people([head.person_id])
    run = (
        session()
        .scalars(
            select(Run)
            .options(undefer(Run.result), undefer(Run.frozen))
            .where(Run.id == head.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one()
    )
    if run.state != ENDED:
        raise Conflict(text("演练还没有结束，结束后再复核。"), code="not_over")
    revisions = revisions_of(head.frozen, run.result)  # `head` was read before the lock: it may be scored anew since
    gone = gone_of(head.id, head.frozen, revisions)
    found = _found(gone, seq, line)
    if found is not None and found is not held and not reason:
        raise Invalid(text("改判要写明理由，会记入审计。"), fields={"reason": text("请写明为什么改判。")})
    session().add(
        RunOverrule(run_id=head.id, seq=seq, line=line, held=held, reason=reason, by_id=actor.id, at=clock.now())
    )
    session().flush()
    audit(
        actor.id,
        "run.overruled",
        "run",
        head.public_id,
        person_id=head.person_id,
        before={"held": found},
        after={"seq": seq, "line": line, "held": held},
    )
    was = run.earned or 0
    after = gone_of(head.id, head.frozen, revisions)
    assert after.counted is not None
    run.waiting = is_waiting(after)
    results = after.counted.results(after.now)
    changed = give(run, results, cause="overrule", by_id=actor.id, actor=actor, source="marking", note=reason)
    if changed:
        said = text("《%(title)s》里您的一句回复经人工复核，成绩有更新。", title=head.title)
        _told(head, said, f"overrule:{_count(head.id)}")
    return Overruled(was=was, now=run.earned or 0, waits=run.waiting)


def give(
    run: Run,
    results: tuple[Result, ...],
    *,
    cause: str,
    by_id: int | None,
    actor: Actor | None,
    source: str,
    note: str,
    revisions: tuple[int, ...] = (),
) -> bool:
    """Give an ended run another result, beside the one it had; say whether it is another one.

    revisions: by which it counts from now on; without them as before. The log gets a correction, nothing is removed.
    """
    frozen: Frozen = from_plain(Frozen, run.frozen)
    stood = revisions_of(frozen, run.result)
    counted = revisions or stood
    if (results, counted) == (results_in(run.result), stood):
        return False
    before = (run.earned, run.passed)
    keep_score(run, results, clock.now(), cause=cause, by_id=by_id, revision_id=counted[0], revisions=counted)
    if (run.earned, run.passed) == before:
        return False
    if not run.from_scene:
        _log(actor, run, source, note)
        tell(run, clock.now(), again=True)
    return True


def is_waiting(gone: Gone) -> bool:
    """Whether a reply of the run waits for a person."""
    steps = gone.counted.steps if gone.counted else ()
    return any(each.judged is not None and each.judged.doubt for each in steps)


def _found(gone: Gone, seq: int, line: int) -> bool | None:
    """Return what is found of a line now; None where only a person can say. Raises NotFound, Conflict."""
    step = next((each for each in gone.gone if each.fact.seq == seq and each.fact.kind is Kind.TEXT), None)
    if step is None or step.judged is None:
        raise NotFound()
    if not step.fact.text or gone.counted is None:
        raise Conflict(text("这句回复的原文已删除，不能再复核。"), code="erased")
    if line == LISTED:
        if not any(hit.taken_back for hit in step.judged.hits):
            raise NotFound()
        return None
    if not 0 <= line < len(step.judged.lines):
        raise NotFound()
    rubric = gone.then[step.fact.lane].scene(step.before.scene).rubric
    if rubric[line].kind is CriterionKind.JUDGED:
        return None
    decided = gone.decided.get(seq, {})
    return decided.get(line, step.judged.lines[line].held)


def _log(actor: Actor | None, run: Run, source: str, note: str) -> None:
    """Correct the line of the run in the log; the line itself stays. A run that was voided is left alone."""
    graded = (
        session()
        .scalars(
            select(Record).where(
                Record.person_id == run.person_id,
                Record.document_id == run.document_id,
                Record.ref == run.public_id,
                Record.verb == Verb.GRADED.value,
            )
        )
        .first()
    )
    if graded is not None:
        records.regrade(
            actor,
            graded,
            earned=run.earned or 0,
            possible=run.possible or 0,
            passed=run.passed,
            source=source,
            note=note,
        )


def _told(head: Head, sentence: Text, key: str) -> None:
    emit(
        Told(
            person_ids=(head.person_id,),
            topic="duty",
            sentence=sentence,
            link=("drills.debrief", {"run_id": head.public_id}),
            key=f"run:{head.id}:{key}",
        )
    )


def _count(run_id: int) -> int:
    return session().scalar(select(func.count()).where(RunOverrule.run_id == run_id)) or 0


def _plain(words: str, field: str) -> str:
    plain = words.replace("\x00", "").strip()
    if len(plain) > LONGEST:
        why = text("最多 %(n)s 个字，请缩短。", n=LONGEST)
        raise Invalid(why, fields={field: why})
    return plain


def _meanwhile(stored: RunReview | None) -> ReviewedMeanwhile:
    at: datetime | None = stored.at if stored else None
    details: dict[str, Any] = {
        "version": stored.version if stored else 0,
        "rating": stored.rating if stored else None,
        "comment": stored.comment if stored else "",
        "at": at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None,
    }
    return ReviewedMeanwhile(text("刚才有人也写了点评，您的没有覆盖它。请对照两份，再决定用哪一份。"), details=details)
