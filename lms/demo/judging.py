"""Figures of every month, the formula that everybody confirmed, the quarter's exam, and 陈予's 79.17 point by point."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from lms.assignments import actions as assignments
from lms.content.models import Part
from lms.core.db import session, transaction
from lms.core.here import today
from lms.demo import learner, studio, writings
from lms.demo.agenda import Script
from lms.demo.answers import right_answer, wrong_answer
from lms.demo.company import AUTUMN_COHORT, PersonPlan
from lms.demo.stage import Stage
from lms.performance.actions import figures as kpis
from lms.performance.actions import formulas, scoring
from lms.performance.rules.formulas import TRAINING, GroupBy, Mode, PartSpec, Spec
from lms.performance.rules.periods import Grain, Period, period_of
from lms.questions.spec import Question
from lms.quizzes import jobs
from lms.quizzes.actions import regrade
from lms.quizzes.queries import Drawn, asked_question

JUDGED = "A1017"
EXAM = "quarterly/exam"
LATEST, EARLIEST = 4, 84
"""Between how many days ago the quarter that is judged ended."""
UNCLEAR = "qe3a8q"
"""Its stem does not say who is meant; the points were given to everybody later."""
MISSED = frozenset({"qe3a2q", "qe3a7q", UNCLEAR, "qe3b4q", "qe3c1q", "qe3c3q"})
"""What 陈予 got wrong: 34 of 50 points."""
UNREAD = "A1031"
"""Who never confirmed the formula."""
MONTHS_BACK = 9

SPEC = Spec(
    parts=(
        PartSpec(source="kpi:csat", weight=30),
        PartSpec(source="kpi:fcr", weight=25, shrinks=False),
        PartSpec(source="kpi:first_response", weight=20, mode=Mode.LINE, floor=120, target=20, shrinks=False),
        PartSpec(source="kpi:qa_pass", weight=10, shrinks=False),
        PartSpec(source=TRAINING, weight=15, shrinks=False),
    ),
    group=(GroupBy.TEAM,),
    least_group=5,
    shrink=True,
    strength=9,
)
OWN = (
    {"csat": 66.7, "fcr": 82.0, "first_response": 45.0, "qa_pass": 80.0},
    {"csat": 66.7, "fcr": 82.0, "first_response": 45.0, "qa_pass": 73.3},
    {"csat": 100.0, "fcr": 82.0, "first_response": 45.0, "qa_pass": 86.7},
)
"""陈予's months of the quarter: of three answers a month, nine in all, seven were good."""
MEAN = 92.0
"""What the survey brought his team, all answers together; the others' values are made around it."""
HEADS = {
    "csat": "满意度",
    "fcr": "一次解决率",
    "first_response": "首次响应时长",
    "avg_response": "平均响应时长",
    "qa_pass": "质检合格率",
    "intervention": "平台介入率",
    "sessions": "会话量",
    "conversion": "询单转化率",
}

Figures = Mapping[str, tuple[float, int | None]]


def quarter_of_story(stage: Stage) -> Period:
    """Return the quarter that was judged: the last one that ended within the story."""
    running = period_of(stage.today, Grain.QUARTER)
    ended = running.before
    if (stage.today - ended.last).days <= EARLIEST:
        return ended
    return running


def judge(stage: Stage) -> None:
    """Note the formula, each month's import, the exam, the composites kept for good, and the unclear question."""
    quarter = quarter_of_story(stage)
    ended = (stage.today - quarter.last).days
    once = stage.agenda.once
    before = (stage.today - quarter.start).days
    once(stage.at(before + 9, 10), partial(_publish, stage, quarter))
    _exam(stage, max(ended, LATEST))
    months = _months(stage)
    for month in months:
        ago = max((stage.today - month.until).days - 1, 1)
        once(stage.at(min(ago, studio.FIRST_DAY - 1), 9, 40 + months.index(month)), partial(_month, stage, month))
    once(stage.at(1, 9, 10), partial(_weeks, stage))
    once(stage.at(max(ended - 8, 2), 16), partial(_final, stage, quarter))
    once(stage.at(3, 15), partial(_given_to_all, stage))
    once(stage.at(2, 10), partial(_next_formula, stage, quarter))
    once(stage.at(0, 6), _running)


# the formula


def _publish(stage: Stage, quarter: Period) -> None:
    """Publish it before the quarter begins; within the week all but one have read it."""
    with transaction():
        made = formulas.draft(stage.who("D1001"), name="客服综合评分", spec=SPEC, quarter=quarter).public_id
    with transaction():
        formulas.publish(
            stage.who("D1001"), made, "看客户怎么说、问题有没有解决、接得快不快，再加质检和培训；不看接了多少。"
        )
    for number, plan in enumerate(stage.agents()):
        if plan.no != UNREAD and plan.no not in AUTUMN_COHORT and not plan.roles:
            at = stage.at((stage.today - quarter.start).days + 1 + number % 7, 9 + number % 9, 11)
            stage.agenda.once(at, partial(_confirm, stage, plan.no, made))


def _confirm(stage: Stage, no: str, formula_id: str) -> None:
    with transaction():
        formulas.confirm(stage.who(no), formula_id)


def _next_formula(stage: Stage, quarter: Period) -> None:
    """The director has a draft for the coming quarter: more weight on the first response."""
    parts = tuple(
        replace(part, weight={"kpi:csat": 25.0, "kpi:first_response": 25.0}.get(part.source, part.weight))
        for part in SPEC.parts
    )
    coming = period_of(period_of(stage.today, Grain.QUARTER).until, Grain.QUARTER)
    with transaction():
        formulas.draft(stage.who("D1001"), name="客服综合评分", spec=replace(SPEC, parts=parts), quarter=coming)


# figures


def _months(stage: Stage) -> list[Period]:
    """Return the whole months of which there are figures, the oldest first."""
    found = [period_of(stage.today, Grain.MONTH).before]
    while len(found) < MONTHS_BACK:
        found.append(found[-1].before)
    return found[::-1]


def _people(stage: Stage, of: Period) -> list[PersonPlan]:
    """Return the agents who worked the whole of a period."""
    return [plan for plan in stage.agents() if stage.today - timedelta(days=plan.hired) <= of.start]


def _figures(stage: Stage, plan: PersonPlan, of: Period) -> Figures:
    """Return the figures of one agent in one month or week: each is as good as he is, more or less."""
    base, now = stage.rng("able", plan.no), stage.rng("figures", plan.no, str(of))
    able = base.gauss(0, 1)
    days = (of.until - of.start).days
    busy = 1.6 if of.start.month == 11 else 1.0
    sessions = int(now.uniform(30, 44) * days * 0.72 * busy)
    slow = 1.25 if of.start.month == 11 else 1.0
    found: dict[str, tuple[float, int | None]] = {
        "csat": (min(99.5, round(91.5 + 2.2 * able + now.gauss(0, 1.3), 1)), max(6, int(sessions * 0.09))),
        "fcr": (min(97.0, round(82 + 3.5 * able + now.gauss(0, 2), 1)), int(sessions * 0.5)),
        "first_response": (round(max(12.0, (38 - 5 * able + now.gauss(0, 4)) * slow), 0), sessions),
        "avg_response": (round(max(18.0, (52 - 6 * able + now.gauss(0, 5)) * slow), 0), sessions),
        "qa_pass": (round(100 * (1 - max(0, int(now.gauss(1.2 - 0.4 * able, 0.8))) / 15), 1), 15),
        "intervention": (round(max(0.1, 1.1 - 0.25 * able + now.gauss(0, 0.2)), 2), sessions),
        "sessions": (float(sessions), None),
    }
    if plan.team == "presale":
        found["conversion"] = (round(24 + 3 * able + now.gauss(0, 1.5), 1), int(sessions * 0.7))
    if plan.no == JUDGED:
        found["csat"] = (round(min(100.0, 84 + now.gauss(0, 4)), 1), 3 if days > 7 else 1)
    return found


def _judged_month(stage: Stage, plan: PersonPlan, of: Period, number: int) -> Figures:
    """Return a month of the quarter that is judged: 陈予's own, and surveys of his team that come to the mean."""
    found = dict(_figures(stage, plan, of))
    if plan.no == JUDGED:
        sessions = 900  # the same in each month, so that means of three months are plain
        counts = {"csat": 3, "fcr": 450, "first_response": sessions, "qa_pass": 15}
        found |= {code: (value, counts[code]) for code, value in OWN[number].items()}
    elif plan.team == "dispute":
        team = [each.no for each in _people(stage, quarter_of_story(stage)) if each.team == "dispute"]
        others = [no for no in team if no != JUDGED]
        if plan.no in others:
            value, answers = _around(others.index(plan.no), len(others))
            found["csat"] = (value, answers // 3 + (number < answers % 3))
    return found


def _around(place: int, count: int) -> tuple[float, int]:
    """Return value and number of answers of a colleague: all together, with 陈予's nine, come to the mean exactly."""
    if place == 0:
        return 93.8, 71  # 71 × 1.8 is what his nine answers lack
    if place == count - 1 and count % 2 == 0:
        return MEAN, 66
    step = 0.7 * ((place + 1) // 2)
    return round(MEAN + (step if place % 2 else -step), 1), 58 + 4 * ((place + 1) // 2)


def _month(stage: Stage, month: Period) -> None:
    quarter = quarter_of_story(stage)
    number = month.start.month - quarter.start.month if quarter.start <= month.start < quarter.until else None
    figures = {
        plan.no: _figures(stage, plan, month) if number is None else _judged_month(stage, plan, month, number)
        for plan in _people(stage, month)
    }
    _import(stage, figures, month, "客服月报")


def _weeks(stage: Stage) -> None:
    """The weeks of the running month that are over."""
    week = period_of(period_of(stage.today, Grain.MONTH).start + timedelta(days=6), Grain.WEEK)
    while week.last < stage.today - timedelta(days=1):
        _import(stage, {plan.no: _figures(stage, plan, week) for plan in _people(stage, week)}, week, "客服周报")
        week = period_of(week.until, Grain.WEEK)


def _import(stage: Stage, of: Mapping[str, Figures], when: Period, name: str) -> None:
    """Take in a file as H1001 gets it from the customer-service system."""
    codes = [code for code in HEADS if any(code in figures for figures in of.values())]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["工号", "周期", *(head for code in codes for head in (HEADS[code], f"{HEADS[code]}样本数"))])
    for no, figures in of.items():
        cells: list[object] = []
        for code in codes:
            value, count = figures.get(code, ("", ""))
            cells += [value, "" if count is None else count]
        writer.writerow([no, str(when), *cells])
    with transaction():
        kpis.apply_file(stage.who("H1001"), file.getvalue().encode("utf-8-sig"), name=f"{name} {when}.csv")


# the exam


def _exam(stage: Stage, ended: int) -> None:
    people = [plan for plan in stage.agents() if plan.no not in AUTUMN_COHORT]
    stage.agenda.once(stage.at(ended + 12, 15), partial(_give, stage, people, ended))
    wish = {plan.no: ended + 1 + number % 5 for number, plan in enumerate(people)}
    for number, (no, ago) in enumerate(stage.worked([plan.no for plan in people], wish).items()):
        stage.agenda.add(stage.at(ago, 10 + number % 6, 5 * number % 60), _sit(stage, no))


def _give(stage: Stage, people: Sequence[PersonPlan], ended: int) -> None:
    source = writings.document("quarterly-exam")
    document = studio.create(stage, "T1001", "quiz", EXAM, source, "季度业务知识考核")
    due: date = stage.today - timedelta(days=ended)
    with transaction():
        assignments.assign(
            stage.who("T1001"), [stage.ids[plan.no] for plan in people], document, occasion="once", due_on=due
        )


def _sit(stage: Stage, no: str) -> Script:
    rng = stage.rng("quarterly exam", no)
    skill = rng.uniform(0.66, 0.97)

    def given(item: Drawn) -> tuple[object, int | None]:
        question = item.question
        knows = question.key not in MISSED if no == JUDGED else rng.random() < skill
        return right_answer(question) if knows else _wrong(question, stage, no), rng.randrange(15, 70)

    yield from learner.answer_paper(stage.who(no), EXAM, rng.randrange(14, 27), given)


def _wrong(question: Question, stage: Stage, no: str) -> object:
    return "o4" if question.key == UNCLEAR else wrong_answer(question, stage.rng("wrong", no, question.key))


def _given_to_all(stage: Stage) -> None:
    """The trainer gives everybody the points of the question that did not say whose deadline is meant."""
    part = session().scalars(select(Part).where(Part.key == UNCLEAR)).one()
    document, sha, part_id = part.document_id, part.text_sha, part.id
    session().rollback()
    with transaction():
        regrade.begin(
            stage.who("T1001"),
            document_id=document,
            part_id=part_id,
            from_sha=sha,
            by=replace(asked_question(sha), given_to_all=True),
            reason="题干没有说清是专员交给组长的时间，还是组长提交的时间，这题给所有人满分。",
        )
    jobs.regrade_waiting()


# composites


def _final(stage: Stage, quarter: Period) -> None:
    with transaction():
        scoring.score(stage.who("D1001"), quarter, final=True)


def _running() -> None:
    with transaction():
        scoring.score(None, period_of(today(), Grain.QUARTER))
