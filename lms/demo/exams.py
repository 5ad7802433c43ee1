"""The after-sales exam of the month, and each week's check: people with abilities of their own, one bad question, one
that got around, written answers that wait for the trainer.
"""

import math
import random
from datetime import timedelta
from functools import partial
from importlib.resources import files

from lms.accounts.queries import works_of
from lms.assignments import actions as assignments
from lms.assignments.queries import open_checks
from lms.core import clock
from lms.core.db import transaction
from lms.core.here import local
from lms.core.points import Points
from lms.demo import learner, studio
from lms.demo.agenda import Script
from lms.demo.answers import right_answer, wrong_answer
from lms.demo.company import PersonPlan
from lms.demo.stage import FULL_PACE, Stage
from lms.questions.spec import Kind, Question
from lms.quizzes import jobs
from lms.quizzes.actions import marking as marks
from lms.quizzes.queries import Drawn, marking
from lms.quizzes.queries import answers as marking_sheet

MONTHLY = "after-sales/monthly"
PRACTICE = "practice/freight-insurance"
TEAMS = ("after1", "after2", "dispute", "night")
DAYS = (20, 19, 18)
"""Days ago on which the exam was open: a third of the people on each."""

BAD = "mk7a1q"
"""Its author ticked the wrong option; who knows the rule chooses the right one."""
TOLD = "mk7a4q"
"""Whoever sat on the first day told the others."""
HARD = {"mk7a3q": 0.4, "mk7a4q": 1.9, "mk7a5q": -1.2, "mk7a6q": 0.9, "mk7a8q": 0.2, "mk7a9q": -1.6, "mk7b1q": 0.6}
"""How able somebody has to be for an even chance; 0 = as the average."""
SHARP = 1.4
"""How clearly the questions tell the able from the others."""

LEFT = 6
"""Written answers that still wait for the trainer today."""
WILLING = 0.45
"""How likely somebody who works does the week's check on a given day."""
STILL_OPEN = frozenset({("A1002", 0)})
"""Who leaves it for the last day, in which week (0 = the last seven days)."""

REPLIES = (
    (
        "您好，拆开试用不影响退货，7 天内在订单页点申请退货就行，配件和标签请一起寄回。",
        "可以退的，在申请期内，麻烦您点一下申请退货，我马上给您审核。",
        "能退哦，拆开试一下没关系的。",
        "亲，这个要看仓库验货结果，一般没问题。",
        "您好，七天无理由支持退货，寄回来验完就退款。",
    ),
    (
        "非常抱歉，昨天答应您却没有回复。刚核实过，包裹已到您所在的站点，今天下午 5 点前我再给您回一次消息。",
        "对不起让您久等了，我现在查一下，半小时内回您。",
        "不好意思，昨天同事没有交接到，我已经查了，今天会派送。",
        "亲，物流不归我们管，您可以打快递电话问一下。",
        "抱歉抱歉，我保证今天到，您别着急。",
        "理解您的心情，真的很抱歉。我刚核实，包裹在转运中，明天上午 10 点前给您答复，不能保证今天送到。",
    ),
)


def plan(stage: Stage) -> None:
    """Note the exam with its sittings, and the weekly checks of the last fortnight."""
    people = [each for each in stage.agents() if each.team in TEAMS]
    stage.agenda.once(stage.at(22, 16), partial(_publish, stage, people))
    stage.agenda.add(stage.at(21, 14, 10), _practise(stage))
    stage.agenda.once(stage.at(DAYS[-1] - 1, 16, 30), partial(_mark, stage, LEFT))
    for ago in range(13, -1, -1):
        morning = stage.at(ago, 8, 20) if ago else stage.today_at(FULL_PACE)
        stage.agenda.once(morning, _give_checks)
        stage.agenda.once(morning, partial(_spread_checks, stage, ago))


def _publish(stage: Stage, people: list[PersonPlan]) -> None:
    source = files("lms.demo").joinpath("documents/after-sales-monthly.md").read_text("utf-8")
    document = studio.create(stage, "T1001", "quiz", MONTHLY, source, "本月售后月考")
    with transaction():
        assignments.assign(
            stage.who("T1001"),
            [stage.ids[each.no] for each in people],
            document,
            occasion="once",
            due_on=stage.today - timedelta(days=DAYS[-1]),
        )
    works = works_of([stage.ids[each.no] for each in people])
    for number, each in enumerate(people):
        days = [ago for ago in (*DAYS[number % 3 :], *DAYS) if works[stage.ids[each.no]](stage.today - timedelta(ago))]
        if days:
            stage.agenda.add(stage.at(days[0], 9 + number % 8, 7 * number % 60), _sit(stage, each, days[0]))


def _sit(stage: Stage, each: PersonPlan, ago: int) -> Script:
    """Sit the exam once, with the ability that this person has."""
    rng = stage.rng("monthly", each.no)
    ability = rng.gauss(1.0, 0.9)
    minutes = rng.randrange(11, 26)

    def given(item: Drawn) -> tuple[object, int | None]:
        told = ago < DAYS[0] and item.question.key == TOLD
        seconds = rng.randrange(4, 10) if told else int(minutes * 60 / 14 * rng.uniform(0.5, 1.6))
        return _answer(item.question, ability, rng, told=told), seconds

    yield from learner.answer_paper(stage.who(each.no), MONTHLY, minutes, given)


def _answer(question: Question, ability: float, rng: random.Random, *, told: bool) -> object:
    if question.kind is Kind.OPEN:
        replies = REPLIES[question.key == "mk7b3q"]
        best = int(len(replies) * (1 - _chance(ability, 0.0)))
        return replies[min(best + rng.randrange(3), len(replies) - 1)] if rng.random() < 0.94 else None
    if question.key == BAD:
        knows = rng.random() < _chance(ability, -0.2)
        return "o3" if knows else rng.choice(("o2", "o2", "o1", "o4"))
    chance = 0.97 if told else _chance(ability, HARD.get(question.key or "", -0.8))
    return right_answer(question) if rng.random() < chance else wrong_answer(question, rng)


def _chance(ability: float, hard: float) -> float:
    """Return how likely somebody of this ability knows it."""
    return 1 / (1 + math.exp(-SHARP * (ability - hard)))


def _practise(stage: Stage) -> Script:
    """The presale team has no monthly exam; who asked about freight insurance has practised it."""
    for no in ("A1002", stage.number("田甜"), stage.number("石磊")):
        yield from learner.take_quiz(stage.who(no), PRACTICE, 0.8, 8, stage.rng("practice", no))


def _give_checks() -> None:
    jobs.give_checks()


def _spread_checks(stage: Stage, ago: int) -> None:
    """Of those who owe the week's check and work today, let some do it between two chats."""
    works = works_of([stage.ids[each.no] for each in stage.agents()])
    here = local(clock.now()).date()
    for each in stage.agents():
        person_id = stage.ids[each.no]
        rng = stage.rng("check", each.no, ago)
        if not works[person_id](here) or rng.random() > WILLING or (each.no, ago // 7) in STILL_OPEN:
            continue
        for check in open_checks(person_id):
            begins = (
                stage.today_at(rng.randrange(30, 140))
                if ago == 0
                else stage.at(ago, 9 + rng.randrange(8), rng.randrange(60))
            )
            stage.agenda.add(begins, _take_check(stage, each, check.slug, rng))


def _take_check(stage: Stage, each: PersonPlan, slug: str, rng: random.Random) -> Script:
    skill = rng.uniform(0.55, 0.95)

    def given(item: Drawn) -> tuple[object, int | None]:
        question = item.question
        if question.key == BAD:
            return _answer(question, 1.0, rng, told=False), None
        return right_answer(question) if rng.random() < skill else wrong_answer(question, rng), None

    yield from learner.answer_paper(stage.who(each.no), slug, 3, given)


def _mark(stage: Stage, leave: int) -> None:
    """Mark the written answers as the rubric suggests, with an eye of one's own for the tone; the last ones wait."""
    trainer = stage.who("T1001")
    for task in marking.tasks(trainer)[: -leave or None]:
        answer = marking_sheet.answer_of(trainer, task.ref, task.position)
        given = {line.worth.line: _points(line, answer.answer) for line in answer.lines}
        with transaction():
            marks.save_mark(trainer, task.ref, task.position, version=answer.version, turn=answer.turn, given=given)


def _points(line: marking_sheet.Line, answer: str) -> Points:
    """Return what the trainer gives for one line: for the tone, half where the answer only sends the customer away."""
    if line.given is not None:
        return line.given
    return line.worth.most // 2 if "物流不归" in answer or "保证" in answer else line.worth.most
