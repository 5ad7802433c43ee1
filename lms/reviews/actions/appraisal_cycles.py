"""Verbs of the rounds of appraisals: make one, begin it, remind, close it. Open the transaction around each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlalchemy import delete, select

from lms.accounts.events import Told
from lms.accounts.models import Person, Team
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new_returning, locked, new_public_id, rows, session
from lms.core.errors import Conflict, DomainError, Invalid
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.rules.periods import period
from lms.reviews.actions.appraisal_forms import kept
from lms.reviews.models import Appraisal, AppraisalCycle
from lms.reviews.queries.appraisals import Row
from lms.reviews.rules.appraisal_forms import LONGEST_NAME
from lms.reviews.rules.appraisals import Act as Step
from lms.reviews.rules.appraisals import Days, Hat, Stand, State, step

TOGETHER = 100
"""People whose appraisals are begun in one transaction."""
LONGEST_APPEAL = 60
STEPS_BY_DAY = ("self_until", "supervisor_until", "calibrate_until", "sign_until")
TOPIC = "appraisal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a round is to be. form: the public name of a form's version. Both ids empty: everybody."""

    name: str
    period: str
    form: str
    team_ids: Sequence[int]
    person_ids: Sequence[int]
    self_until: date
    supervisor_until: date
    calibrate_until: date
    sign_until: date
    appeal_days: int


def draft(actor: Actor, wanted: Wanted) -> str:
    """Keep a round as a draft; nobody is told. Return its public name. Raises Invalid with every reason, NotFound."""
    _check(wanted)
    made = AppraisalCycle(public_id=new_public_id(), made_by=actor.id, made_at=clock.now(), **_values(wanted))
    session().add(made)
    session().flush()
    audit(actor.id, "appraisal_cycle.drafted", "appraisal_cycle", made.id)
    return made.public_id


def change(actor: Actor, public_id: str, wanted: Wanted) -> None:
    """Change a draft; of a round that runs only the name and the days. Raises Conflict, Invalid, NotFound."""
    found = locked(AppraisalCycle, public_id)
    if found.state == "closed":
        raise Conflict(text("这一轮已经结束，不能再改。"))
    _check(wanted)
    values = _values(wanted)
    if found.state == "running":
        values = {key: values[key] for key in ("name", *STEPS_BY_DAY)}
    for key, value in values.items():
        setattr(found, key, value)
    audit(actor.id, "appraisal_cycle.changed", "appraisal_cycle", found.id)


def discard(actor: Actor, public_id: str) -> None:
    """Throw a draft away. Raises Conflict once it has begun."""
    found = locked(AppraisalCycle, public_id)
    if found.state != "draft":
        raise Conflict(text("已经开始的考核不能删除，只能结束。"))
    session().execute(delete(AppraisalCycle).where(AppraisalCycle.id == found.id))
    audit(actor.id, "appraisal_cycle.discarded", "appraisal_cycle", found.id)


def begin(actor: Actor, public_id: str) -> None:
    """Say that the round runs; `include` then brings the people in. Raises Conflict for one that is closed."""
    found = locked(AppraisalCycle, public_id)
    if found.state == "closed":
        raise Conflict(text("这一轮已经结束，不能再改。"))
    if found.state == "draft":
        found.state, found.started_at = "running", clock.now()
        audit(actor.id, "appraisal_cycle.began", "appraisal_cycle", found.id)


def include(actor: Actor, public_id: str, supervisors: dict[int, int]) -> int:
    """Begin the appraisals of these people (at most 100), each with their supervisor; return how many are new.

    Who is in the round already stays as they are.
    """
    found = locked(AppraisalCycle, public_id, key_share=True)
    if found.state != "running":
        raise Conflict(text("这一轮没有在进行。"))
    days = _days(found)
    begun = step(Stand(), Step.BEGIN, {Hat.OFFICE}, today(), days)
    teams = {
        each.id: each.team_id for each in rows(select(Person.id, Person.team_id).where(Person.id.in_(supervisors)))
    }
    values = [
        {
            "public_id": new_public_id(),
            "cycle_id": found.id,
            "person_id": person_id,
            "supervisor_id": supervisors[person_id],
            "team_id": teams.get(person_id),
            "state": begun.state.value,
            "version": begun.version,
            "begun_at": clock.now(),
        }
        for person_id in sorted(supervisors)
    ]
    columns = (Appraisal.person_id, Appraisal.public_id)
    made = insert_new_returning(Appraisal, ["cycle_id", "person_id"], values, columns) if values else []
    for person_id, appraisal_id in made:
        emit(
            Told(
                person_ids=(person_id,),
                topic=TOPIC,
                sentence=text("“%(name)s”开始了，请在 %(day)s 前写好自评。", name=found.name, day=found.self_until),
                link=("reviews.appraisal", {"appraisal_id": appraisal_id}),
                key=f"appraisal:{appraisal_id}:self",
            )
        )
    if made:
        audit(actor.id, "appraisal_cycle.joined", "appraisal_cycle", found.id, after={"people": len(made)})
    told = sorted({supervisors[person_id] for person_id, _ in made})
    if told:
        emit(
            Told(
                person_ids=tuple(told),
                topic=TOPIC,
                sentence=text(
                    "“%(name)s”开始了，请在 %(day)s 前写好您团队的主管评价。",
                    name=found.name,
                    day=found.supervisor_until,
                ),
                link=("reviews.appraisals", {}),
                key=f"appraisal-cycle:{found.public_id}:lead",
            )
        )
    return len(made)


def remind(actor: Actor, public_id: str, among: Sequence[Row]) -> int:
    """Remind whoever these appraisals wait for, each once a day; return how many people are told."""
    found = locked(AppraisalCycle, public_id, key_share=True)
    if found.state != "running":
        raise Conflict(text("这一轮没有在进行。"))
    told: dict[int, tuple[Text, tuple[str, dict[str, object]]]] = {}
    for row in among:
        page: tuple[str, dict[str, object]] = ("reviews.appraisal", {"appraisal_id": row.public_id})
        state, signed = row.stand.state, row.stand.signed
        if state is State.SELF:
            told[row.person_id] = (text("“%(name)s”还等您写自评。", name=found.name), page)
        elif state is State.TO_SIGN and Hat.PERSON not in signed:
            told[row.person_id] = (text("“%(name)s”还等您看过并签字。", name=found.name), page)
        waits = state is State.SUPERVISOR or (state is State.TO_SIGN and Hat.SUPERVISOR not in signed)
        if waits and row.supervisor_id is not None:
            words = text("“%(name)s”还有评价或签字等您。", name=found.name)
            told[row.supervisor_id] = (words, ("reviews.appraisals", {}))
    for person_id, (sentence, link) in sorted(told.items()):
        key = f"appraisal-cycle:{found.public_id}:remind:{today()}"
        emit(Told(person_ids=(person_id,), topic=TOPIC, sentence=sentence, link=link, key=key))
    audit(actor.id, "appraisal_cycle.reminded", "appraisal_cycle", found.id, after={"people": len(told)})
    return len(told)


def close(actor: Actor, public_id: str) -> None:
    """End a round: nothing waits in it any more. What is signed stays; appeals can be made until their day."""
    found = locked(AppraisalCycle, public_id)
    if found.state != "running":
        raise Conflict(text("这一轮没有在进行。"))
    found.state, found.closed_at = "closed", clock.now()
    audit(actor.id, "appraisal_cycle.closed", "appraisal_cycle", found.id)


def _days(found: AppraisalCycle) -> Days:
    return Days(
        self_until=found.self_until,
        supervisor_until=found.supervisor_until,
        calibrate_until=found.calibrate_until,
        sign_until=found.sign_until,
        appeal_days=found.appeal_days,
    )


def _values(wanted: Wanted) -> dict[str, object]:
    return {
        "name": wanted.name.strip(),
        "period": str(period(wanted.period)),
        "form_id": kept(wanted.form),
        "team_ids": sorted(set(wanted.team_ids)),
        "person_ids": sorted(set(wanted.person_ids)),
        "self_until": wanted.self_until,
        "supervisor_until": wanted.supervisor_until,
        "calibrate_until": wanted.calibrate_until,
        "sign_until": wanted.sign_until,
        "appeal_days": wanted.appeal_days,
    }


def _check(wanted: Wanted) -> None:
    wrong: dict[str, Text] = {}
    if not 0 < len(wanted.name.strip()) <= LONGEST_NAME:
        wrong["name"] = text("请写名称，最多 %(n)s 个字。", n=LONGEST_NAME)
    try:
        period(wanted.period)
    except DomainError as refused:
        wrong |= refused.fields
    order = [(name, getattr(wanted, name)) for name in STEPS_BY_DAY]
    for (_before, early), (name, late) in pairwise(order):
        if late < early:
            wrong[name] = text("每一步的日子不能早于上一步。")
    if not 1 <= wanted.appeal_days <= LONGEST_APPEAL:
        wrong["appeal_days"] = text("请填 1 到 %(n)s 天。", n=LONGEST_APPEAL)
    teams = set(session().scalars(select(Team.id).where(Team.id.in_(wanted.team_ids)))) if wanted.team_ids else set()
    if set(wanted.team_ids) - teams:
        wrong["teams"] = text("有一个团队已经没有了，请重新选。")
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
