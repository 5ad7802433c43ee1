"""Verbs of staff before a peak: plan it, write down what days bring, give the training that is missing.

Open the transaction around each call; giving training takes at most 100 people a call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete

from lms.accounts.models import Team
from lms.accounts.queries import seen
from lms.assignments import actions as duties
from lms.core import clock
from lms.core.access import Actor, Permission
from lms.core.audit import audit
from lms.core.db import locked, session, upsert_all
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.fingerprint import fingerprint
from lms.core.here import today
from lms.core.sheets import read
from lms.core.texts import Text, text
from lms.learning.models import Campaign, CertificatePlan, ServiceQueue
from lms.readiness.models import DailyVolume, StaffDay, StaffPlan, StaffSkill, StaffTeam
from lms.readiness.queries import staffing as reading
from lms.readiness.queries.staffing import Row, Trainee
from lms.readiness.queries.supply import Proof
from lms.readiness.rules import volume_file
from lms.readiness.rules.gap import MOST_SKILLS
from lms.readiness.rules.need import MOST_ORDERS, MOST_PEOPLE, Formula, Volume, checked
from lms.readiness.rules.outlook import outlook
from lms.readiness.rules.volume_file import FilePlan
from lms.records.actions import lock_people

LONGEST_NAME = 80
MOST_DAYS = 92
"""Days of one plan."""
MOST_TEAMS = 50
"""Further teams of one plan."""

FORECAST, HISTORY = "forecast", "history"
"""What a file of days can be."""

OCCASION = "staffing:"
"""What the occasion of training begins with that a plan gave: `staffing:12`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a plan is to be. more_teams: those that it plans for beside team_id.

    skills: what proves each kind of work, with its share in percent; none = one kind.
    """

    name: str
    team_id: int
    from_on: date
    until_on: date
    base_orders: int
    present: int
    formula: Formula
    skills: Sequence[tuple[Proof, int]] = ()
    campaign_id: int | None = None
    more_teams: Sequence[int] = ()


def make(actor: Actor, draft: Draft) -> StaffPlan:
    """Make a plan. Raises Invalid with every reason."""
    _check(actor, draft)
    made = StaffPlan(
        name=draft.name.strip(),
        team_id=draft.team_id,
        from_on=draft.from_on,
        until_on=draft.until_on,
        base_orders=draft.base_orders,
        present=draft.present,
        formula=draft.formula.written(),
        campaign_id=draft.campaign_id,
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    _write_skills(made.id, draft.skills)
    _write_teams(made.id, draft)
    audit(actor.id, "staffing.made", "staff_plan", made.id)
    return made


def change(actor: Actor, public_id: str, draft: Draft) -> None:
    """Change a plan; days that no longer belong to it are kept, and count again once they do. Raises Invalid."""
    plan = _of(actor, public_id)
    _check(actor, draft)
    plan.name, plan.team_id = draft.name.strip(), draft.team_id
    plan.from_on, plan.until_on = draft.from_on, draft.until_on
    plan.base_orders, plan.present = draft.base_orders, draft.present
    plan.formula, plan.campaign_id = draft.formula.written(), draft.campaign_id
    _write_skills(plan.id, draft.skills)
    _write_teams(plan.id, draft)
    audit(actor.id, "staffing.changed", "staff_plan", plan.id)


def discard(actor: Actor, public_id: str) -> None:
    """Throw a plan away; training that it gave stays."""
    plan = _of(actor, public_id)
    plan.closed_at = clock.now()
    audit(actor.id, "staffing.discarded", "staff_plan", plan.id)


def _of(actor: Actor, public_id: str) -> StaffPlan:
    """Return a plan, locked. Raises NotFound where the actor may not change it."""
    plan = locked(StaffPlan, public_id)
    if plan.closed_at is not None or not reading.may_edit(actor, _teams_of(plan)):
        raise NotFound()
    return plan


def _check(actor: Actor, draft: Draft) -> None:
    fields: dict[str, Text] = {}
    if not 1 <= len(draft.name.strip()) <= LONGEST_NAME:
        fields["name"] = text("名称 1–%(n)s 个字。", n=LONGEST_NAME)
    for field, ids in (("team", [draft.team_id]), ("more_teams", list(draft.more_teams))):
        found = [session().get(Team, id) for id in ids[: MOST_TEAMS + 1]]
        open_all = all(team is not None and team.closed_on is None for team in found)
        if len(ids) > MOST_TEAMS or not open_all or not reading.may_edit(actor, ids):
            fields[field] = text("请选您负责的团队。")
    if abs(draft.from_on - today()) > volume_file.SPAN:
        fields["from_on"] = text("%(day)s 离今天超过三年，请检查年份。", day=draft.from_on.isoformat())
    if draft.until_on < draft.from_on:
        fields["until_on"] = text("结束不能早于开始。")
    elif draft.until_on - draft.from_on >= timedelta(days=MOST_DAYS):
        fields["until_on"] = text("一份计划最多 %(n)s 天。", n=MOST_DAYS)
    if not 0 <= draft.base_orders <= MOST_ORDERS:
        fields["base_orders"] = text("填 0–%(most)s 的整数。", most=MOST_ORDERS)
    if not 0 <= draft.present <= MOST_PEOPLE:
        fields["present"] = text("填 0–%(most)s 的整数。", most=MOST_PEOPLE)
    if (wrong := _wrong_skills(draft.skills)) is not None:
        fields["skills"] = wrong
    if draft.campaign_id is not None and session().get(Campaign, draft.campaign_id) is None:
        fields["campaign"] = text("这个活动包已经没有了，请重新选。")
    try:
        checked(draft.formula)
    except Invalid as refused:
        fields |= refused.fields
    if fields:
        raise Invalid(text("计划没有保存，请看标出的地方。"), fields=fields)


def _wrong_skills(skills: Sequence[tuple[Proof, int]]) -> Text | None:
    """Return what is wrong with the kinds of work; None for nothing."""
    if len(skills) > MOST_SKILLS:
        return text("最多 %(n)s 项。", n=MOST_SKILLS)
    if len({proof for proof, _share in skills}) < len(skills):
        return text("同一项选了两次。")
    for proof, share in skills:
        held = (
            session().get(CertificatePlan, proof.certificate_plan_id)
            if proof.certificate_plan_id is not None
            else session().get(ServiceQueue, proof.queue_id or 0)
        )
        if held is None:
            return text("选的证书或队列已经没有了，请重新选。")
        if not 1 <= share <= 100:
            return text("占比填 1–100。")
    if skills and sum(share for _proof, share in skills) != 100:
        return text("各项占比加起来要等于 100，现在是 %(n)s。", n=sum(share for _proof, share in skills))
    return None


def _teams_of(plan: StaffPlan) -> list[int]:
    return [plan.team_id, *(team_id for team_id, _name in reading.more_teams([plan.id]).get(plan.id, ()))]


def _write_teams(plan_id: int, draft: Draft) -> None:
    session().execute(delete(StaffTeam).where(StaffTeam.plan_id == plan_id))
    session().add_all(
        StaffTeam(plan_id=plan_id, team_id=team_id) for team_id in sorted(set(draft.more_teams) - {draft.team_id})
    )


def _write_skills(plan_id: int, skills: Sequence[tuple[Proof, int]]) -> None:
    session().execute(delete(StaffSkill).where(StaffSkill.plan_id == plan_id))
    session().add_all(
        StaffSkill(
            plan_id=plan_id,
            position=position,
            certificate_plan_id=proof.certificate_plan_id,
            queue_id=proof.queue_id,
            share=share,
        )
        for position, (proof, share) in enumerate(skills)
    )


def plan_file(row: Row, data: bytes, what: str) -> FilePlan:
    """Return what a file of days would do; nothing is changed. what: FORECAST or HISTORY. Raises what `read` raises."""
    if what == HISTORY and row.more_teams:
        raise Invalid(text("这份计划有几个团队。以往的单量请在各团队自己的计划里导入，这里会合起来算。"))
    sheet = read(data, volume_file.COLUMNS)
    held = row.volumes if what == FORECAST else reading.history(row.team_ids)
    return volume_file.plan(
        sheet.rows,
        held,
        today(),
        span=(row.from_on, row.until_on) if what == FORECAST else None,
        unknown_columns=sheet.unknown,
    )


def apply_file(actor: Actor, row: Row, data: bytes, what: str, digest: str) -> int:
    """Take over the days that were shown and return how many. Rows that were refused are left out.

    Raises Conflict where something else would be done than what was shown, and where there is nothing to do.
    """
    plan = _of(actor, row.public_id)
    found = plan_file(row, data, what)
    if fingerprint(what, found) != digest or not found.can_apply:
        raise Conflict(text("预览以后数据有变化，请重新上传看一遍。"))
    write_days(plan, {each.day: each.after for each in found.changed}, what)
    audit(actor.id, "staffing.days", "staff_plan", plan.id, after={"what": what, "days": len(found.changed)})
    return len(found.changed)


def set_days(actor: Actor, public_id: str, volumes: Mapping[date, Volume]) -> None:
    """Write what days of a plan are expected to bring; at least one."""
    plan = _of(actor, public_id)
    write_days(plan, volumes, FORECAST)
    audit(actor.id, "staffing.days", "staff_plan", plan.id, after={"what": FORECAST, "days": len(volumes)})


def write_days(plan: StaffPlan, volumes: Mapping[date, Volume], what: str) -> None:
    """Write days of a plan, or of the history of its team; no audit line of its own."""
    model, key = (StaffDay, "plan_id") if what == FORECAST else (DailyVolume, "team_id")
    upsert_all(
        model,
        [key, "day"],
        [
            {
                key: plan.id if what == FORECAST else plan.team_id,
                "day": day,
                "orders": each.orders,
                "contacts": each.contacts,
                "complaints": each.complaints,
            }
            for day, each in sorted(volumes.items())
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Whom the missing training would be given, by name. beyond: how many more there are whom the actor may not give
    anything; due_on: the day before the peak, at the earliest tomorrow."""

    gets: tuple[Trainee, ...]
    has: tuple[Trainee, ...]
    beyond: int
    due_on: date

    @property
    def digest(self) -> str:
        return fingerprint([(each.person_id, each.document_ids) for each in self.gets], self.due_on)


def training(actor: Actor, row: Row) -> Training:
    """Return who lacks one thing on the fullest day, and what they would be given. Asks for ASSIGN over each."""
    found = reading.supply_of(row, only_peak=True)
    again = outlook(row.wanted, found).again if found is not None else ()
    people = reading.trainees(actor, again, Permission.ASSIGN)
    return Training(
        gets=tuple(each for each in people if not each.owed),
        has=tuple(each for each in people if each.owed),
        beyond=len(again) - len(people),
        due_on=max(today() + timedelta(days=1), row.from_on - timedelta(days=1)),
    )


def give_training(actor: Actor, row: Row, shown: Training) -> int:
    """Give everybody of a preview what they lack; return to how many. What was done before does not count again."""
    by_document: dict[int, list[int]] = {}
    allowed = seen(actor, Permission.ASSIGN, [each.person_id for each in shown.gets])
    for each in shown.gets:
        if each.person_id in allowed:
            for document_id in each.document_ids:
                by_document.setdefault(document_id, []).append(each.person_id)
    lock_people(sorted(allowed))
    for document_id, person_ids in sorted(by_document.items()):
        for start in range(0, len(person_ids), 100):
            duties.assign(
                actor,
                person_ids[start : start + 100],
                document_id,
                occasion=f"{OCCASION}{row.id}",
                due_on=shown.due_on,
                starts_on=today(),
                counts_from=clock.now(),
            )
    audit(actor.id, "staffing.training", "staff_plan", row.id, after={"people": len(allowed)})
    return len(allowed)
