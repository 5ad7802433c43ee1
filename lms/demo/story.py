"""Three months of 禾木生活, told around today through the same actions as in life, with the clock held at each act.

Chance has a fixed seed: two machines show the same people. Every date is a distance from today.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts import passwords
from lms.accounts.actions import Owner
from lms.accounts.jobs import close_leavers
from lms.accounts.models import Cohort, Shop
from lms.accounts.queries import actor_by_id, console
from lms.content.jobs import inspect_documents
from lms.core import chance, clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import local
from lms.demo import (
    abilities,
    appraising,
    company,
    confirming,
    exams,
    incidents,
    inspecting,
    judging,
    learner,
    measuring,
    phoning,
    quarters,
    rewarding,
    sharing,
    staffing,
    studio,
    team_drills,
    training_year,
)
from lms.demo.agenda import Script, later
from lms.demo.company import AUTUMN_COHORT, NEW_HIRES, PersonPlan
from lms.demo.stage import Stage
from lms.demo.words import REMARKS
from lms.kb.jobs.indexing import keep_index

FINAL = "onboarding/q7-final"
COMMUNICATION = "onboarding/q2-communication"
FAST_TRACK = "peak/fast-track"
STAGES_END = {3: 0, 7: 1, 10: 2}
"""The day after which each stage is signed off."""

Say = Callable[[str], None]


def tell(say: Say) -> None:
    """Build the whole sample company in an empty database, alike each time on one day. say: told of each chapter."""
    with chance.held(Random("禾木生活")):  # noqa: S311 - a story, not a secret
        _tell(say)


def _tell(say: Say) -> None:
    stage = _found()
    say("禾木生活：60 人，6 个组，3 家店")
    studio.load(stage)
    say("课程、测验和知识已载入")
    studio.plan(stage)
    confirming.plan(stage)
    incidents.plan(stage)
    sharing.plan(stage)
    exams.plan(stage)
    team_drills.plan(stage)
    _autumn_cohort(stage)
    _temps(stage)
    quarters.plan(stage)
    training_year.plan(stage)
    phoning.plan(stage)
    judging.judge(stage)
    staffing.staff(stage)
    inspecting.inspect(stage)
    abilities.tell(stage)
    measuring.measure(stage)
    appraising.appraise(stage)
    _new_hires(stage)
    _comings_and_goings(stage)
    for days_ago, chapter in (
        (73, "批次2608：8 人开班，7 人出师"),
        (11, "双十一临时客服 18 人，已离开，记录保留"),
        (2, "四季度全员培训：51 人"),
    ):
        stage.agenda.once(stage.at(days_ago, 23), partial(say, chapter))
    stage.agenda.run()
    rewarding.reward(stage)
    say("批次2611：林小满第 4 天")
    keep_index()
    inspect_documents(seconds=600)
    studio.sit_at_desk(stage)
    say("培训师桌上：草稿、冲突和要处理的")


def is_told() -> bool:
    """Return whether the company is there already."""
    return session().scalar(select(Cohort.id).where(Cohort.name == "批次2611")) is not None


def _found() -> Stage:
    """Found the company with its teams, shops, people, rosters and rights."""
    now = clock.now()
    here = local(now).date()
    long_ago = here - timedelta(days=2000)
    with clock.frozen(now - timedelta(days=studio.FIRST_DAY + 1)):
        with transaction():
            root_id = accounts.found_company(company.ROOT.name, long_ago).id
            person = accounts.hire(
                console(),
                employee_no="ADMIN",
                name="系统管理员",
                team_id=root_id,
                hired_on=long_ago,
                position="管理员",
            )
            accounts.grant(console(), person.id, Role.ADMIN, root_id, long_ago)
            person.password_hash = _password()
            admin_id = person.id
        admin = actor_by_id(admin_id)
        assert admin is not None
        stage = Stage(now=now, admin=admin, ids={"ADMIN": admin_id}, teams={"hemu": root_id})
        with transaction():
            accounts.describe_company(admin, company=company.NAME, help_line=company.HELP_LINE)
            for plan in company.TEAMS:
                team = accounts.add_team(admin, code=plan.code, name=plan.name, parent_id=root_id, on=long_ago)
                stage.teams[plan.code] = team.id
            for code, name, platform in company.SHOPS:
                accounts.add_shop(admin, code=code, name=name, platform=platform)
        with transaction():
            for plan in company.TEAMS:
                accounts.set_pattern(
                    admin, Owner(team_id=stage.teams[plan.code]), weekdays=_bits(plan.weekdays), from_on=long_ago
                )
        for employee in company.people():
            if employee.no != "ADMIN" and employee.hired > studio.FIRST_DAY:
                _hire(stage, employee)
    return stage


def _bits(week: str) -> int:
    return sum(1 << number for number, letter in enumerate(week) if letter == "1")


def _hire(stage: Stage, plan: PersonPlan) -> None:
    """Hire one person with rights, shops and the password of the demo."""
    with transaction() as current:
        person = accounts.hire(
            stage.admin,
            employee_no=plan.no,
            name=plan.name,
            team_id=stage.teams[plan.team],
            hired_on=stage.today - timedelta(days=plan.hired),
            position=plan.position,
            employment=plan.employment,
        )
        person.password_hash = _password()
        stage.ids[plan.no] = person.id
        for role in plan.roles:
            accounts.grant(
                stage.admin, person.id, role, stage.teams[plan.team], stage.today - timedelta(days=plan.hired)
            )
        chosen = current.scalars(select(Shop.id).where(Shop.code.in_(plan.shops))).all()
        accounts.set_shops(stage.admin, person.id, chosen)


_hashes: list[str] = []


def _password() -> str:
    """Return one hash for all: sixty of them would take sixty times as long and protect nothing."""
    if not _hashes:
        _hashes.append(passwords.hasher().hash(passwords.DEMO_PASSWORD))
    return _hashes[0]


def _cohort(
    stage: Stage,
    name: str,
    plans: Sequence[PersonPlan],
    room: str,
    *,
    off_ago: Sequence[int] = (),
    mentors: Sequence[str] = (),
) -> None:
    """Hire the members of an intake and open it today. off_ago: days, as distance from today, that it does not work."""
    for plan in plans:
        _hire(stage, plan)
    numbers = [plan.no for plan in plans]
    with transaction():
        cohort = accounts.open_cohort(
            stage.admin,
            name=name,
            starts_on=local(clock.now()).date(),
            trainer_id=stage.ids["T1001"],
            room=room,
        )
        cohort_id = cohort.id
    off: dict[date, bool | None] = {stage.today - timedelta(days=ago): False for ago in off_ago}
    with transaction():
        accounts.set_days(stage.admin, {stage.ids[no]: off for no in numbers})
    with transaction():
        accounts.add_members(stage.admin, cohort_id, [stage.ids[no] for no in numbers])
    with transaction():
        for no, mentor_no in zip(numbers, mentors, strict=bool(mentors)):
            accounts.set_mentor(stage.admin, stage.ids[no], stage.ids[mentor_no])


def _training_day(
    stage: Stage,
    no: str,
    mentor_no: str,
    day: int,
    skill: float,
    *,
    leave_out: Sequence[str] = (),
    unconfirmed: Sequence[str] = (),
    exams: Mapping[str, Sequence[float]] | None = None,
    signed: bool = True,
) -> Script:
    """Spend one day of the onboarding, to the mentor's signature where a stage ends with it."""
    rng = stage.rng(no, day)
    yield later(rng.randrange(18))
    person, mentor, trainer = stage.who(no), stage.who(mentor_no), stage.who("T1001")
    yield from learner.spend_day(
        person, mentor, trainer, day, skill, rng, leave_out=leave_out, unconfirmed=unconfirmed, exams=exams
    )
    if signed and day in STAGES_END:
        yield from learner.sign_stage(mentor, person, STAGES_END[day], rng.choice(REMARKS))


def _autumn_cohort(stage: Stage) -> None:
    """批次2608: eight begin 88 days ago, seven finish, one leaves on the fifth day."""
    by_number = {plan.no: plan for plan in company.people()}
    plans = [by_number[no] for no in AUTUMN_COHORT]
    beginners = [replace(plan, team="camp") for plan in plans]
    mentors = (("A1009", "A1002", "A1024", "A1017") * 2)[: len(plans)]
    skills = (0.9, 0.86, 0.93, 0.82, 0.99, 0.84, 0.78, 0.7)
    finals = {"A1046": (0.74, 0.94, 1.0), "A1047": (0.97, 1.0), "A1049": (0.45, 0.9, 1.0)}
    off = (85, 82, 79)
    working = [ago for ago in range(88, 74, -1) if ago not in off][:10]
    stage.agenda.once(
        stage.at(88, 8), lambda: _cohort(stage, "批次2608", beginners, "3 楼培训室", off_ago=off, mentors=mentors)
    )
    for no, mentor_no, skill in zip(AUTUMN_COHORT, mentors, skills, strict=True):
        days = working[:4] if no == AUTUMN_COHORT[-1] else working
        exams = {FINAL: finals.get(no, (max(skill, 0.92), 0.97, 1.0))}
        for day, ago in enumerate(days, start=1):
            stage.agenda.add(stage.at(ago, 8, 55), _training_day(stage, no, mentor_no, day, skill, exams=exams))

    def graduate() -> None:
        for plan in plans[:-1]:
            with transaction():
                accounts.move(stage.admin, stage.ids[plan.no], stage.teams[plan.team], stage.today - timedelta(days=74))

    def end_of_probation() -> None:
        for plan in plans[:-1]:
            with transaction():
                accounts.set_mentor(stage.admin, stage.ids[plan.no], None)

    stage.agenda.once(stage.at(84, 18), lambda: _close(stage, AUTUMN_COHORT[-1]))
    stage.agenda.once(stage.at(74, 8), graduate)
    stage.agenda.once(stage.at(44, 18), end_of_probation)


def _close(stage: Stage, *numbers: str) -> None:
    for no in numbers:
        with transaction():
            accounts.close(stage.admin, stage.ids[no])


def _temps(stage: Stage) -> None:
    """Eighteen temporary agents learn in three days; sixteen may work, two never pass. All have left since."""
    temps = company.temps()

    def learn(number: int, plan: PersonPlan) -> Script:
        person, trainer = stage.who(plan.no), stage.who("T1001")
        rng = stage.rng(plan.no)
        skill = rng.uniform(0.8, 0.97)
        # The order of the questions is drawn anew each time, so what must come out is not left to chance.
        exams = {FAST_TRACK: (0.1, 0.2, 0.2) if number in {5, 13} else (skill, 0.95, 1.0)}
        for day, ago in enumerate((27, 26, 25), start=1):
            morning = stage.at(ago, 9, number)
            if day > 1:
                yield morning
            yield from learner.spend_day(person, trainer, trainer, day, skill, rng, exams=exams)
        if number not in {5, 13}:
            yield from learner.sign_stage(trainer, person, 2)

    stage.agenda.once(stage.at(28, 8), lambda: _temps_come(stage, temps))
    for number, plan in enumerate(temps):
        stage.agenda.add(stage.at(27, 9, number), learn(number, plan))
    stage.agenda.once(stage.at(11, 1), lambda: close_leavers(stage.today - timedelta(days=11)))


def _temps_come(stage: Stage, temps: Sequence[PersonPlan]) -> None:
    """One intake, with the last day that is planned and the tag by which rules know them."""
    _cohort(stage, "双十一临时客服", temps, "2 楼会议室")
    with transaction():
        for plan in temps:
            accounts.change(stage.admin, stage.ids[plan.no], {"leaving_on": stage.today - timedelta(days=12)})
            accounts.set_tags(stage.admin, stage.ids[plan.no], ["大促支援"])


def _new_hires(stage: Stage) -> None:
    """批次2611: four people; today is their fourth rostered day."""
    plans = [plan for plan in company.people() if plan.no in dict(NEW_HIRES)]
    mentors = ("A1009", "A1009", "A1002", "A1024")
    skills = {"A1001": 0.9, "A1051": 0.86, "A1052": 0.72, "A1053": 0.95}
    plans.sort(key=lambda plan: plan.no)
    stage.agenda.once(
        stage.at(4, 8), lambda: _cohort(stage, "批次2611", plans, "3 楼培训室", off_ago=[2, -3, -7], mentors=mentors)
    )
    for plan, mentor_no in zip(plans, mentors, strict=True):
        no = plan.no
        unfinished = ("onboarding/communication/03-expressing",) if no == "A1052" else ()
        waiting = ("onboarding/tasks/read-real-chats",) if no == "A1052" else ()
        exams = {COMMUNICATION: (0.4, 0.95, 1.0)} if no == "A1052" else {}
        for day, ago in enumerate((4, 3, 1), start=1):
            stage.agenda.add(
                stage.at(ago, 8, 55),
                _training_day(
                    stage,
                    no,
                    mentor_no,
                    day,
                    skills[no],
                    leave_out=unfinished,
                    unconfirmed=waiting,
                    exams=exams,
                    signed=no in {"A1001", "A1053"},
                ),
            )
        lessons = {"A1001": 2, "A1053": 3}.get(no, 0)
        stage.agenda.add(stage.today_at(95 if no == "A1001" else 110), _fourth_day(stage, no, lessons))


def _fourth_day(stage: Stage, no: str, lessons: int) -> Script:
    """This morning: some lessons read, the next one begun, a task waiting for its mentor."""
    person = stage.who(no)
    due = learner.owed(person.id, 4)
    online = [duty for duty in due if duty.kind == "lesson"]
    for duty in online[:lessons]:
        yield from learner.read_to_end(person, duty, int(640 * stage.pace))
        yield later(13 * stage.pace)
    if no == "A1001":
        learner.begin_reading(person, online[lessons], 2)
    if no in {"A1001", "A1053"}:
        yield stage.today_at(18 if no == "A1001" else 31)
        task = next(duty for duty in due if duty.kind == "task" and not learner.is_class(duty.slug))
        learner.hand_in(person, task.slug, stage.rng(no, "today"))


def _comings_and_goings(stage: Stage) -> None:
    """Who left, and who is on leave."""

    def leave() -> None:
        first, last = stage.today - timedelta(days=12), stage.today + timedelta(days=20)
        with transaction():
            accounts.note_leave(
                stage.who("L1006"), stage.ids[stage.number("常乐")], from_on=first, until_on=last, kind="personal"
            )

    stage.agenda.once(stage.at(45, 18), lambda: _close(stage, company.GONE_TRAINER))
    stage.agenda.once(stage.at(13, 17), leave)
