"""Verbs of one appraisal up to its freezing: both sides write, calibration sends back or adjusts.

Open the transaction around each. Each raises NotFound for what the actor may not see, Forbidden for a step that is
another's, Conflict for a step that is not due, Invalid for what was typed.
"""

from collections.abc import Mapping

from lms.accounts.events import Settled, Told
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import locked, session
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import Text, text
from lms.reviews.actions.appraisal_cycles import TOPIC
from lms.reviews.models import Appraisal, AppraisalAnswer
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.appraisal_forms import by_id
from lms.reviews.queries.appraisals import Row
from lms.reviews.rules.appraisal_forms import Kind, Side, rounded, wrong_answers
from lms.reviews.rules.appraisals import Act, Stand, step

LONGEST_REASON = 1_000
SHORTEST_REASON = 4


def taken(actor: Actor, public_id: str, act: Act) -> tuple[Row, Appraisal, Stand]:
    """Return the appraisal, its locked row and how it stands after this act of the actor's."""
    reading.one(actor, public_id)
    found = locked(Appraisal, public_id)
    row = reading.one(actor, public_id)
    hats = reading.hats_of(actor, row)
    return row, found, step(row.stand, act, hats, today(), row.cycle.days)


def save_self(actor: Actor, public_id: str, marks: Mapping[str, str], texts: Mapping[str, str], *, done: bool) -> None:
    """Keep one's self-assessment; done: hand it in, then nothing may be missing."""
    row, found, after = taken(actor, public_id, Act.HAND_IN if done else Act.SAVE_SELF)
    _write(actor, row, Side.SELF, marks, texts, done=done)
    found.state = after.state
    if done:
        emit(Settled(person_ids=(row.person_id,), key=f"appraisal:{row.public_id}:self"))
        _tell_supervisor(row)


def save_supervisor(
    actor: Actor, public_id: str, marks: Mapping[str, str], texts: Mapping[str, str], *, done: bool
) -> None:
    """Keep the supervisor's part; done: hand it to calibration. Who writes it is the supervisor from then on."""
    row, found, after = taken(actor, public_id, Act.ASSESS if done else Act.SAVE_SUPERVISOR)
    _write(actor, row, Side.SUPERVISOR, marks, texts, done=done)
    found.state = after.state
    if found.supervisor_id != actor.id:
        before = {"supervisor": found.supervisor_id}
        found.supervisor_id = actor.id
        audit(actor.id, "appraisal.taken_over", "appraisal", row.id, person_id=row.person_id, before=before)
    if done:
        audit(actor.id, "appraisal.assessed", "appraisal", row.id, person_id=row.person_id)
        if row.supervisor_id is not None:
            emit(Settled(person_ids=(row.supervisor_id,), key=f"appraisal:{row.public_id}:supervisor"))


def skip_self(actor: Actor, public_id: str) -> None:
    """Go on without the self-assessment once its last day is over; what was kept as a draft is not shown."""
    row, found, after = taken(actor, public_id, Act.SKIP_SELF)
    found.state = after.state
    audit(actor.id, "appraisal.self_skipped", "appraisal", row.id, person_id=row.person_id)
    emit(Settled(person_ids=(row.person_id,), key=f"appraisal:{row.public_id}:self"))


def send_back(actor: Actor, public_id: str, why: str) -> None:
    """Send an appraisal from calibration back to the supervisor, with a reason."""
    row, found, after = taken(actor, public_id, Act.RETURN)
    why = reasoned(why)
    found.state = after.state
    found.adjusted_mark, found.adjusted_why, found.adjusted_by, found.adjusted_at = None, "", None, None
    audit(actor.id, "appraisal.sent_back", "appraisal", row.id, person_id=row.person_id)
    if row.supervisor_id is not None:
        emit(
            Told(
                person_ids=(row.supervisor_id,),
                topic=TOPIC,
                sentence=text("%(who)s 的评价退回给您，请改一改：%(why)s", who=row.name, why=why),
                link=("reviews.appraisal", {"appraisal_id": row.public_id}),
                key=f"appraisal:{row.public_id}:back:{clock.now().isoformat()}",
            )
        )


def adjust(actor: Actor, public_id: str, mark: float | None, why: str) -> None:
    """Put another mark (0 to 100) in place of the one that the form makes, with a reason; None takes it back."""
    row, found, _after = taken(actor, public_id, Act.ADJUST)
    why = reasoned(why)
    if mark is not None and not 0 <= mark <= 100:
        wrong = text("分数在 0 到 100 之间。")
        raise Invalid(wrong, fields={"mark": wrong})
    before = {"mark": found.adjusted_mark}
    found.adjusted_mark = None if mark is None else rounded(mark)
    found.adjusted_why = "" if mark is None else why
    found.adjusted_by = None if mark is None else actor.id
    found.adjusted_at = None if mark is None else clock.now()
    after = {"mark": found.adjusted_mark}
    audit(actor.id, "appraisal.adjusted", "appraisal", row.id, person_id=row.person_id, before=before, after=after)


def reasoned(why: str) -> str:
    """Return a reason that somebody will read. Raises Invalid for one that says nothing."""
    why = why.strip()
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        wrong = text("请写清理由，%(least)s 到 %(most)s 个字。", least=SHORTEST_REASON, most=LONGEST_REASON)
        raise Invalid(wrong, fields={"why": wrong})
    return why


def _write(
    actor: Actor, row: Row, side: Side, marks: Mapping[str, str], texts: Mapping[str, str], *, done: bool
) -> None:
    spec = by_id(row.cycle.form_id).spec
    wrong: dict[str, Text] = wrong_answers(spec, side.value, marks, texts, whole=done)
    if wrong:
        raise Invalid(text("还有 %(n)s 处要补，见标出的地方。写好的都还在。", n=len(wrong)), fields=wrong)
    asked = spec.of(side.value)
    kept = session().get(AppraisalAnswer, (row.id, side.value), with_for_update=True)
    if kept is None:
        kept = AppraisalAnswer(appraisal_id=row.id, side=side.value, person_id=row.person_id)
        session().add(kept)
    kept.by_id = actor.id
    kept.marks = {each.key: int(marks[each.key]) for each in asked if each.kind is Kind.MARK and marks.get(each.key)}
    kept.texts = {each.key: texts[each.key].strip() for each in asked if texts.get(each.key, "").strip()}
    kept.saved_at = clock.now()
    kept.handed_at = clock.now() if done else None


def _tell_supervisor(row: Row) -> None:
    if row.supervisor_id is None:
        return
    emit(
        Told(
            person_ids=(row.supervisor_id,),
            topic=TOPIC,
            sentence=text("%(who)s 交了“%(name)s”的自评，等您评价。", who=row.name, name=row.cycle.name),
            link=("reviews.appraisal", {"appraisal_id": row.public_id}),
            key=f"appraisal:{row.public_id}:supervisor",
        )
    )
