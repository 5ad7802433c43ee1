"""重新评分: runs that have ended, counted by the newest version of their drill, in portions that can be resumed.

Done twice or by two at once it changes nothing more: a run that counts by the newest version is left alone.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.accounts.events import Told
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.plain import from_plain
from lms.core.texts import text
from lms.drills.actions.reviewing import give, is_waiting
from lms.drills.models import Run
from lms.drills.queries.ended import gone_of
from lms.drills.queries.frozen import Frozen
from lms.drills.queries.rescoring import Newest, candidates, mark_of
from lms.drills.rules.rescore import change
from lms.records import actions as records

AT_ONCE = 100
"""Runs in one transaction."""
LONGEST_REASON = 400


class Moved(Conflict):
    """What a rescoring would do is not what the person has seen any more."""

    default_code = "preview_stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """last: the last run that was looked at, None once none is left. done: runs that count by the new version now."""

    last: int | None
    done: int


def begin(actor: Actor, new: Newest, *, reason: str, seen: str) -> str:
    """Check what the person confirms and write it into the audit; return the reason as it is kept.

    seen: of the preview. Raises Invalid at `reason`, Moved.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid(text("请写明为什么重新评分，学员会看到这句话。"), fields={"reason": text("原因不能为空。")})
    if len(reason) > LONGEST_REASON:
        why = text("原因最多 %(n)s 个字。", n=LONGEST_REASON)
        raise Invalid(why, fields={"reason": why})
    if mark_of(new, candidates(new)) != seen:
        raise Moved(text("刚才又有人结束演练或改了分，影响的人不同了。请再看一遍，再确认。"))
    audit(
        actor.id,
        "drill.rescored",
        "document",
        new.card.document_id,
        after={"revisions": list(new.revisions), "reason": reason},
    )
    return reason


def portion(actor: Actor, new: Newest, reason: str, after: int = 0) -> Portion:
    """Count the next runs by the newest version. Each in its own right: those whose scenes are gone are left alone."""
    waiting = [each for each in candidates(new) if each.id > after][:AT_ONCE]
    if not waiting:
        return Portion(last=None, done=0)
    records.lock_people([each.person_id for each in waiting])
    drills = new.drills
    done = 0
    for each in candidates(new, [one.id for one in waiting]):
        made = change(drills, each.ended)
        if made.kept is not None:
            continue
        run = _locked(each.id)
        frozen: Frozen = from_plain(Frozen, run.frozen)
        revisions = new.revisions[: len(frozen.lanes)]
        is_other = give(
            run,
            made.results,
            cause="rescore",
            by_id=actor.id,
            actor=actor,
            source="regrade",
            note=reason,
            revisions=revisions,
        )
        run.waiting = is_waiting(gone_of(run.id, frozen, revisions))
        done += 1
        if is_other:
            _tell(run, new, reason)
    return Portion(last=waiting[-1].id, done=done)


def _locked(run_id: int) -> Run:
    return (
        session()
        .scalars(
            select(Run)
            .options(undefer(Run.frozen), undefer(Run.result))
            .where(Run.id == run_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one()
    )


def _tell(run: Run, new: Newest, reason: str) -> None:
    emit(
        Told(
            person_ids=(run.person_id,),
            topic="duty",
            sentence=text("《%(title)s》的演练成绩有更新：%(reason)s", title=new.card.title, reason=reason),
            link=("drills.debrief", {"run_id": run.public_id}),
            key=f"run:{run.id}:rescore:{new.revisions[0]}",
        )
    )
