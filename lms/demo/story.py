"""Three months of 禾木生活, told around today through the same actions as in life, with the clock held at each day.

Random, with a fixed seed: two machines show the same people. Every date is a distance from today.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts import passwords
from lms.accounts.actions import Owner
from lms.accounts.models import Cohort, Shop
from lms.accounts.queries import actor_by_id, console
from lms.assignments import actions as assignments
from lms.content import actions as content_actions
from lms.content import queries as content
from lms.content.actions import documents
from lms.content.jobs import sync_files
from lms.content.kinds import kind_of
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.here import settings
from lms.demo import company, learner
from lms.demo.company import AUTUMN_COHORT, NEW_HIRES, PersonPlan
from lms.learning.actions.confirm import confirm_people

SEED = 20_260_811
FIRST_DAY = 102
"""Days back to the first day of the story; articles reviewed every 90 days are then twelve days overdue."""

CURRICULUM = "courses/onboarding/curriculum.md"
QUARTER_COURSE = "courses/quarterly/2026q4.md"

Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the acts of the story share. today: the day around which it is told."""

    today: date
    rng: random.Random
    admin: Actor
    ids: dict[str, int]
    teams: dict[str, int]

    def at(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """Return a moment of the story in local time."""
        day = self.today - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), tzinfo=settings().timezone)

    def who(self, no: str) -> Actor:
        return learner.who(no)


def tell(say: Say) -> None:
    """Build the whole sample company in an empty database. say: told of each chapter."""
    here = clock.today(settings().timezone)
    stage = _found(here)
    say("禾木生活：60 人，6 个组，3 家店")
    _publish(stage)
    say("课程、测验和知识已载入")
    _autumn_cohort(stage)
    say("批次2608：8 人开班，7 人出师")
    _temps(stage)
    say("双十一临时客服 18 人，已离开，记录保留")
    _quarter(stage)
    say("四季度全员培训：51 人")
    _new_hires(stage)
    say("批次2611：林小满第 4 天")
    _desk(stage)
    say("培训师桌上的草稿")


def _found(here: date) -> Stage:
    """Found the company with its teams, shops, people, rosters and rights."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    start = datetime.combine(here - timedelta(days=FIRST_DAY + 1), time(9), tzinfo=settings().timezone)
    long_ago = here - timedelta(days=2000)
    with clock.frozen(start):
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
        stage = Stage(today=here, rng=rng, admin=admin, ids={"ADMIN": admin_id}, teams={"hemu": root_id})
        with transaction():
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
            if employee.no != "ADMIN" and employee.hired > FIRST_DAY:
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


def _publish(stage: Stage) -> None:
    """Load the content as it was 102 days ago; most articles were confirmed again since."""
    with clock.frozen(stage.at(FIRST_DAY, 10)):
        sync_files(settings().content_path)
    with clock.frozen(stage.at(20, 15)):
        found, _ = content.find(content.Filter(kind="article"), size=100)
        for listed in sorted(found, key=lambda each: each.card.slug)[1:]:
            assert listed.card.published_id is not None
            with transaction():
                meta = kind_of("article").meta(content.compiled(listed.card.published_id))
                documents.verify(documents.locked(listed.card.document_id), meta)


def _document(path: str) -> int:
    return content.by_path([path])[path].document_id


def _cohort(stage: Stage, name: str, numbers: Sequence[str], starts_ago: int, room: str, off_ago: Sequence[int]) -> int:
    """Open an intake with its members; off_ago: days (distance from today) on which it does not work."""
    with transaction():
        cohort = accounts.open_cohort(
            stage.admin,
            name=name,
            starts_on=stage.today - timedelta(days=starts_ago),
            trainer_id=stage.ids["T1001"],
            room=room,
        )
        cohort_id = cohort.id
    off: dict[date, bool | None] = {stage.today - timedelta(days=ago): False for ago in off_ago}
    with transaction():
        accounts.set_days(stage.admin, {stage.ids[no]: off for no in numbers})
    with transaction():
        accounts.add_members(stage.admin, cohort_id, [stage.ids[no] for no in numbers])
    return cohort_id


def _autumn_cohort(stage: Stage) -> None:
    """批次2608: eight begin 88 days ago, seven finish, one leaves on the fifth day."""
    plans = {plan.no: plan for plan in company.people()}
    mentors = ("A1009", "A1002", "A1024", "A1017")
    with clock.frozen(stage.at(88, 8)):
        for no in AUTUMN_COHORT:
            _hire_into_camp(stage, plans[no])
        _cohort(stage, "批次2608", AUTUMN_COHORT, 88, "3 楼培训室", [85, 82, 79])
        with transaction():
            for number, no in enumerate(AUTUMN_COHORT):
                accounts.set_mentor(stage.admin, stage.ids[no], stage.ids[mentors[number % 4]])
    trainer = stage.who("T1001")
    working = [ago for ago in range(88, 74, -1) if ago not in {85, 82, 79}][:10]
    for number, no in enumerate(AUTUMN_COHORT):
        skill = (0.9, 0.86, 0.93, 0.82, 0.95, 0.84, 0.78, 0.7)[number]
        mentor_no = mentors[number % 4]
        for day, ago in enumerate(working, start=1):
            if no == AUTUMN_COHORT[-1] and day > 4:
                break
            with clock.frozen(stage.at(ago)):
                person, mentor = stage.who(no), stage.who(mentor_no)
            learner.spend_day(person, mentor, trainer, day, stage.at(ago, 9, 5), skill, stage.rng)
            stages_end = {3: 0, 7: 1, 10: 2}
            if day in stages_end:
                with clock.frozen(stage.at(ago, 18, 10)):
                    learner.sign_stage(mentor, person, stages_end[day], "")
    with clock.frozen(stage.at(84, 18)), transaction():
        accounts.close(stage.admin, stage.ids[AUTUMN_COHORT[-1]])
    with clock.frozen(stage.at(74)):
        for no in AUTUMN_COHORT[:-1]:
            with transaction():
                accounts.move(stage.admin, stage.ids[no], stage.teams[plans[no].team], stage.today - timedelta(days=74))


def _hire_into_camp(stage: Stage, plan: PersonPlan) -> None:
    _hire(
        stage,
        PersonPlan(
            no=plan.no,
            name=plan.name,
            team="camp",
            position=plan.position,
            roles=plan.roles,
            hired=plan.hired,
            shops=plan.shops,
            employment=plan.employment,
        ),
    )


def _temps(stage: Stage) -> None:
    """Eighteen temporary agents learn how to talk to customers before 双十一, and leave afterwards."""
    temps = company.temps()
    course = _document("courses/onboarding/communication/course.md")
    with clock.frozen(stage.at(28, 8)):
        trainer = stage.who("T1001")
        for plan in temps:
            _hire(stage, plan)
        _cohort(stage, "双十一临时客服", [plan.no for plan in temps], 28, "2 楼会议室", [])
        with transaction():
            assignments.assign(
                trainer, [stage.ids[plan.no] for plan in temps], course, due_on=stage.today - timedelta(days=25)
            )
    for number, plan in enumerate(temps):
        with clock.frozen(stage.at(27 - number % 2, 9)):
            person = stage.who(plan.no)
            moment = stage.at(27 - number % 2, 9, number)
            left_out = 1 if number in {5, 13} else 0
            for duty in learner.owed(person.id):
                if left_out and duty.kind == "quiz":
                    continue
                with clock.frozen(moment):
                    if duty.kind in {"lesson", "article"}:
                        learner.read_to_end(person, duty, stage.rng.randrange(320, 700))
                    elif duty.kind == "quiz":
                        learner.until_passed(person, duty.slug, moment, stage.rng.uniform(0.82, 0.97))
                    elif duty.kind == "task":
                        with transaction():
                            confirm_people(trainer, duty.slug, [person.id])
                moment += timedelta(minutes=14)
    with clock.frozen(stage.at(12, 18)):
        for plan in temps:
            with transaction():
                accounts.close(stage.admin, stage.ids[plan.no])


def _quarter(stage: Stage) -> None:
    """四季度全员培训 in two waves: 33 of 51 have finished, 5 of the first wave are late."""
    course = _document(QUARTER_COURSE)
    agents = [plan for plan in company.people() if plan.position in {"客服专员", "客服主管"} and plan.no in stage.ids]
    new = {no for no, _ in NEW_HIRES}
    agents = [plan for plan in agents if plan.no not in new and plan.no != AUTUMN_COHORT[-1]]
    first = [plan for plan in agents if plan.team in {"night", "dispute", "after2"} and plan.no != "A1017"]
    second = [plan for plan in agents if plan not in first]
    with clock.frozen(stage.at(38, 10)):
        lead = stage.who("L1001")
        with transaction():
            ids = [stage.ids[plan.no] for plan in first]
            assignments.assign(lead, ids, course, occasion="2026Q4", due_on=stage.today - timedelta(days=1))
    with clock.frozen(stage.at(24, 10)), transaction():
        ids = [stage.ids[plan.no] for plan in second]
        assignments.assign(lead, ids, course, occasion="2026Q4", due_on=stage.today + timedelta(days=9))
    late = {"A1031": 3, "A1024": 1, "A1036": 4, _number(first, "曹志远"): 2, _number(first, "邓佳"): 0}
    half = {_number(second, "何家豪"): 3, "A1017": 4, "A1002": 5}
    waiting = [plan for plan in second if plan.no not in half and not plan.roles]
    open_still = [plan.no for plan in waiting if plan.team == "presale"][:6]
    open_still += [plan.no for plan in waiting if plan.team == "after1" and plan.no != "A1009"][:4]
    for number, plan in enumerate(agents):
        items = late.get(plan.no, half.get(plan.no, stage.rng.choice([0, 0, 1, 2]) if plan.no in open_still else 6))
        ago = 3 + number % 17
        with clock.frozen(stage.at(ago, 10)):
            person = stage.who(plan.no)
            moment = stage.at(ago, 10, number % 50)
            for duty in [each for each in learner.owed(person.id) if each.goal_id == course][:items]:
                with clock.frozen(moment):
                    if duty.kind == "quiz":
                        learner.until_passed(person, duty.slug, moment, stage.rng.uniform(0.8, 0.98))
                    else:
                        learner.read_to_end(person, duty, stage.rng.randrange(150, 520))
                moment += timedelta(minutes=stage.rng.randrange(9, 40))


def _number(plans: Sequence[PersonPlan], name: str) -> str:
    return next(plan.no for plan in plans if plan.name == name)


def _new_hires(stage: Stage) -> None:
    """批次2611: four people; today is their fourth rostered day."""
    plans = {plan.no: plan for plan in company.people()}
    numbers = [no for no, _ in NEW_HIRES]
    with clock.frozen(stage.at(4, 8)):
        for no in numbers:
            _hire_into_camp(stage, plans[no])
        _cohort(stage, "批次2611", numbers, 4, "3 楼培训室", [2, -3, -7])
        with transaction():
            for no, mentor_no in zip(numbers, ("A1009", "A1009", "A1002", "A1024"), strict=True):
                accounts.set_mentor(stage.admin, stage.ids[no], stage.ids[mentor_no])
    trainer = stage.who("T1001")
    mentor_of = dict(zip(numbers, ("A1009", "A1009", "A1002", "A1024"), strict=True))
    skills = {"A1001": 0.9, "A1051": 0.86, "A1052": 0.72, "A1053": 0.95}
    for day, ago in enumerate((4, 3, 1), start=1):
        for no in numbers:
            with clock.frozen(stage.at(ago)):
                person, mentor = stage.who(no), stage.who(mentor_of[no])
            unfinished = ("onboarding/communication/03-expressing",) if no == "A1052" else ()
            learner.spend_day(
                person, mentor, trainer, day, stage.at(ago, 9, 5), skills[no], stage.rng, leave_out=unfinished
            )
            if day == 3 and no in {"A1001", "A1053"}:
                with clock.frozen(stage.at(ago, 18, 5)):
                    learner.sign_stage(mentor, person, 0, "复述三条服务标准很流利，工单字段还要练。")
    _fourth_day(stage, numbers)


def _fourth_day(stage: Stage, numbers: Sequence[str]) -> None:
    """This morning: two lessons read, the third begun, a task waiting for its mentor."""
    done = {"A1001": 2, "A1051": 0, "A1052": 0, "A1053": 3}
    now = clock.now()
    for no in numbers:
        moment = now - timedelta(minutes=95 if no == "A1001" else 110)
        with clock.frozen(moment):
            person = stage.who(no)
            online = [duty for duty in learner.owed(person.id, 4) if duty.kind == "lesson"]
        for duty in online[: done[no]]:
            with clock.frozen(moment):
                learner.read_to_end(person, duty, 640)
            moment += timedelta(minutes=24)
        if no == "A1001" and len(online) > 2:
            with clock.frozen(moment):
                learner.begin_reading(person, online[2], 2)
        tasks = [duty for duty in learner.owed(person.id, 4) if duty.kind == "task"] if no in {"A1001", "A1053"} else []
        for duty in tasks[:2]:
            with clock.frozen(now - timedelta(minutes=18)):
                if not learner.is_class(person, duty.slug):
                    learner.hand_in(person, duty.slug, stage.rng)
                    break


def _desk(stage: Stage) -> None:
    """What lies on the trainer's desk: a draft that waits to be published."""
    with clock.frozen(stage.at(1, 16, 40)):
        trainer = stage.who("T1001")
        work = content.open_work("article", "after-sales/price-protection")
        assert work.head_id is not None
        text = content.text(work.head_id)
        changed = text.rstrip("\n") + "\n\n> 内部：大促后第一周价保咨询会多一倍，先看付款日，再看是不是同一规格。\n"
        with transaction():
            content_actions.save_draft(trainer, work.card.document_id, work.head_id, changed, "补一条大促后的提醒")


def is_told() -> bool:
    """Return whether the company is there already."""
    return session().scalar(select(Cohort.id).where(Cohort.name == "批次2611")) is not None
