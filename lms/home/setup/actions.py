"""Verbs of the first steps: what the company is called, the first intake in one act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.assignments.actions import assign
from lms.core.access import Actor
from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import text

MOST = 200
"""Members of an intake that is made in one act; more are added on its own page."""

TOGETHER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """An intake as it was filled in. members: employee numbers in order; mentors: number by member's number.

    mentor: for all who have none of their own. weekdays: bit 0 = Monday.
    """

    name: str
    starts_on: date
    document_id: int
    trainer_no: str = ""
    room: str = ""
    weekdays: int
    members: Sequence[str]
    mentors: Mapping[str, str] = field(default_factory=dict)
    mentor: str = ""


def describe(actor: Actor, *, company: str, help_line: str, name: str) -> None:
    """Write what the company is called, whom to call, and the actor's own name. Raises Invalid."""
    accounts.describe_company(actor, company=company, help_line=help_line)
    if name != actor.name:
        accounts.change(actor, actor.id, {"name": name})


def open_intake(actor: Actor, intake: Intake) -> int:
    """Open an intake with its members, their mentors, its week, and give them the curriculum; return its id.

    Raises Invalid with every reason at its field; nothing is done then.
    """
    wrong = {}
    trainer = people.active_by_no(intake.trainer_no) if intake.trainer_no else None
    if intake.trainer_no and trainer is None:
        wrong["trainer"] = text("没有找到在职员工 %(no)s。", no=intake.trainer_no)
    if not today() - timedelta(days=365) <= intake.starts_on <= today() + timedelta(days=365):
        wrong["starts_on"] = text("开班日离今天太远，请再看一遍年份。")
    if not 1 <= intake.weekdays <= 127:
        wrong["weekdays"] = text("至少勾一天上班。")
    members = {no: people.active_by_no(no) for no in dict.fromkeys(intake.members)}
    unknown = [no for no, person in members.items() if person is None]
    if not members:
        wrong["members"] = text("至少选一位学员。")
    elif unknown:
        wrong["members"] = text("没有找到：%(numbers)s。", numbers="、".join(unknown[:20]))
    elif len(members) > MOST:
        wrong["members"] = text("一次最多 %(n)s 人，其余的请之后到批次的页面上加。", n=MOST)
    wanted = {no: intake.mentors.get(no) or intake.mentor for no in members}
    mentors = {no: people.active_by_no(no) for no in dict.fromkeys(wanted.values()) if no}
    if strangers := [no for no, person in mentors.items() if person is None]:
        wrong["mentor"] = text("没有找到带教人：%(numbers)s。", numbers="、".join(strangers[:20]))
    ids = {no: person.id for no, person in members.items() if person is not None}
    pairs = {ids[no]: found.id for no, written in wanted.items() if no in ids and (found := mentors.get(written))}
    if any(person_id == mentor_id for person_id, mentor_id in pairs.items()):
        wrong["mentor"] = text("自己不能带教自己。")
    if wrong:
        raise Invalid(text("有几处要改，改好再建。什么也没有建。"), fields=wrong)
    cohort_id = accounts.open_cohort(
        actor,
        name=intake.name,
        starts_on=intake.starts_on,
        trainer_id=trainer.id if trainer else None,
        room=intake.room,
    ).id
    accounts.set_pattern(actor, accounts.Owner(cohort_id=cohort_id), weekdays=intake.weekdays, from_on=intake.starts_on)
    accounts.add_members(actor, cohort_id, ids.values())
    for person_id, mentor_id in pairs.items():
        accounts.set_mentor(actor, person_id, mentor_id)
    everybody = sorted(ids.values())
    for first in range(0, len(everybody), TOGETHER):
        together = everybody[first : first + TOGETHER]
        assign(actor, together, intake.document_id, kind="cohort", ref=f"cohort:{cohort_id}")
    return cohort_id
