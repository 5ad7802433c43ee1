"""三季度 and 四季度全员培训: one that was closed with its report, one that runs in two waves and has five late."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.assignments import actions as duties
from lms.assignments.jobs.ruling import recompute
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.demo import company, learner, studio, writings
from lms.demo.agenda import Script, later
from lms.demo.company import PersonPlan
from lms.demo.stage import Stage
from lms.learning.actions import cycles
from lms.learning.rules.cycles import Draft, Wave

LAST_COURSE, COURSE = "quarterly/2026q3", "courses/quarterly/2026q4.md"
TEAMS = ("presale", "after1", "after2", "dispute", "night")
POSITIONS = ("客服专员", "客服主管")
FIRST = ("night", "dispute", "after2")
"""Teams of the first wave of the fourth quarter."""
AWAY = ("A1020", "A1033")
"""Who was on a long leave in the third quarter."""

MISSED = ("A1031", "A1036")
"""Who has not finished it to this day, and is late with the fourth quarter too."""

Days = tuple[int, int]
"""How many days ago a wave began, and how many days ago it was due; less than 0 lies ahead."""


def plan(stage: Stage) -> None:
    _third(stage)
    _fourth(stage)


def _staff() -> list[PersonPlan]:
    return [each for each in company.people() if each.position in POSITIONS and each.team in TEAMS]


def _started(
    stage: Stage, quarter: str, name: str, document_id: int, waves: Mapping[str, Days]
) -> tuple[str, list[int]]:
    """Draft a cycle and start it; return its name in addresses and its rules."""
    trainer = stage.who("T1001")
    days = {code: [stage.today - timedelta(days=ago) for ago in both] for code, both in waves.items()}
    draft = Draft(
        name=name,
        quarter=quarter,
        document_id=document_id,
        starts_on=min(both[0] for both in days.values()),
        due_on=max(both[1] for both in days.values()),
        waves=[Wave(team_id=stage.teams[code], starts_on=both[0], due_on=both[1]) for code, both in days.items()],
        positions=POSITIONS,
    )
    with transaction():
        made = cycles.begin(trainer, quarter, like_last=False).public_id
    with transaction():
        cycles.change(trainer, made, draft)
    with transaction():
        rules = cycles.start(trainer, made)
    recompute(rules)
    return made, rules


def _duty(no: str, document_id: int) -> int:
    person = learner.who(no).id
    found = select(Assignment.id).where(Assignment.person_id == person, Assignment.document_id == document_id)
    return session().scalars(found).one()


def _third(stage: Stage) -> None:
    """47 of 49 had finished when it was closed; two were on a long leave and are exempt."""
    kept: list[str] = []

    def begin() -> None:
        text = writings.document("quarterly-2026q3")
        document = studio.create(stage, "T1001", "course", LAST_COURSE, text, "三季度全员培训")
        kept.append(_started(stage, "2026Q3", "三季度全员培训", document, dict.fromkeys(TEAMS, (74, 50)))[0])
        for no in AWAY:
            with transaction():
                duties.exempt(
                    stage.who("H1001"), [_duty(no, document)], category="leave", reason="本季度长假，下季度一起学"
                )
        numbers = [each.no for each in _staff() if each.no not in {*AWAY, *MISSED}]
        wanted = {no: 53 + number % 18 for number, no in enumerate(numbers)}
        for no, ago in stage.worked(numbers, wanted).items():
            stage.agenda.add(stage.at(ago, 14, stage.rng(no, "q3").randrange(50)), learn(no, document))

    def learn(no: str, document: int) -> Script:
        rng, person = stage.rng(no, "third"), stage.who(no)
        for duty in learner.owed(person.id):
            if duty.goal_id == document:
                yield from learner.read_to_end(person, duty, rng.randrange(150, 400))
                yield later(rng.randrange(4, 25))

    def close() -> None:
        with transaction():
            cycles.close(
                stage.who("T1001"), kept[0], "两位同事长假，四季度一起学。质量凭证那一条问得最多，已补进知识库。"
            )

    stage.agenda.once(stage.at(74, 9), begin)
    stage.agenda.once(stage.at(47, 17), close)


def _fourth(stage: Stage) -> None:
    """In two waves: 33 of 51 have finished, 5 of the first wave are late; who was away at a class has more time."""
    course = studio.document_id(COURSE)
    people = _staff()
    late = {"A1031": 3, "A1024": 1, "A1036": 4, stage.number("曹志远"): 2, stage.number("邓佳"): 0}
    half = {stage.number("何家豪"): 3, "A1017": 4, "A1002": 5}
    second = [each for each in people if each.team not in FIRST]
    waiting = [each for each in second if each.no not in half and Role.LEAD not in each.roles]
    open_still = [each.no for each in waiting if each.team == "presale"][:6]
    open_still += [each.no for each in waiting if each.team == "after1" and each.no != "A1009"][:4]
    rules: list[int] = []

    def learn(no: str, items: int) -> Script:
        rng, person = stage.rng(no, "quarter"), stage.who(no)
        owed = [each for each in learner.owed(person.id) if each.goal_id == course and each.item.position < items]
        for duty in owed:
            if duty.kind == "quiz":
                yield from learner.until_passed(person, duty.slug, learner.better(rng.uniform(0.8, 0.98)))
            elif duty.kind == "drill":
                yield from learner.drill_until_passed(person, duty.slug, learner.better(rng.uniform(0.8, 0.98)))
            else:
                yield from learner.read_to_end(person, duty, rng.randrange(150, 520))
            yield later(rng.randrange(4, 25))

    def begin() -> None:
        waves = {code: (38, 1) if code in FIRST else (24, -9) for code in TEAMS}
        rules.extend(_started(stage, "2026Q4", "四季度全员培训", course, waves)[1])

    def second_wave() -> None:
        recompute(rules)
        to = stage.today + timedelta(days=9)
        with transaction():
            duties.extend(stage.who("L1001"), [_duty("A1017", course)], to, "外出参加投诉专项培训，跟第二波一起")
        numbers: Sequence[str] = [each.no for each in people]
        wanted = {no: 3 + number % 17 for number, no in enumerate(numbers)}
        wanted[stage.number("常乐")] = 15  # before the leave
        for no, ago in stage.worked(numbers, wanted).items():
            items = late.get(no, half.get(no, stage.rng(no).choice([0, 0, 1, 2]) if no in open_still else 7))
            stage.agenda.add(stage.at(ago, 10, stage.rng(no).randrange(50)), learn(no, items))

    stage.agenda.once(stage.at(38, 10), begin)
    stage.agenda.once(stage.at(24, 10), second_wave)
