"""质检: an older habit that was broken, and 120 conversations after the flood of parcels, of which 14 promised a day.

What is sampled six days ago takes effect three days later: eleven people have a lesson, four have learned it by now.
"""

from collections.abc import Sequence
from functools import partial

from lms.core.db import session, transaction
from lms.core.sheets import Row
from lms.demo import learner, studio
from lms.demo.agenda import Script
from lms.demo.stage import Stage
from lms.performance.actions import inspection_appeals as appeals
from lms.performance.actions import inspections
from lms.performance.actions.inspections import ItemDraft
from lms.performance.jobs import inspections as jobs
from lms.performance.models import Inspection, InspectionItem

PROMISE, APOLOGY, PERSONAL = "承诺到货时间", "先致歉再解释", "泄露顾客信息"
LESSON = "courses/onboarding/communication/03-expressing.md"
SAMPLED, EFFECTIVE = 6, 3
"""Days ago on which the conversations came in, and on which nobody could appeal any more."""
OLD, LATER = 47, 11
"""Days ago on which the two samples of the older habit came in."""
FAILED, MORE = 11, 3
"""People of whom the promise counts, and how many of them made it twice."""
LEARNED = 4
NOT_THESE = frozenset({"A1002", "A1017", "A1024", "A1031", "A1036"})
"""Whose first screens the story tells otherwise."""
APPEALED = "A1024"

PROMISES = (
    "放心吧，明天下午三点前肯定给您送到。",
    "仓库说今晚一定发，后天您就能收到了。",
    "我跟您保证，周五之前到，到不了您找我。",
    "您的手机号 13800138000 我记下了，明天一定让快递送到楼下。",
    "最晚后天，绝对到，您等着收就行。",
)
BOOKED = "您这单是预约送货，今天 18 点前会送到。"
DEFENCE = "这一单是预约送货，页面上写着当天 18 点前送达，我是照着页面说的，没有自己承诺。"
ANSWER = "查了订单，确实是预约送货单，时间是页面写明的，改判为合格。"


def inspect(stage: Stage) -> None:
    """Plan what inspectors do, from two months ago to this morning."""
    stage.agenda.once(stage.at(OLD, 9), partial(_items, stage))
    for came, days, sampled, failed, again in ((OLD, (58, 48), 150, 24, 3), (LATER, (17, 12), 300, 28, 1)):
        stage.agenda.once(stage.at(came, 10), partial(_habit, stage, came, days, sampled, failed, again))
        stage.agenda.once(stage.at(came - 3, 0, 5), jobs.take_effect)
    stage.agenda.once(stage.at(SAMPLED, 16), partial(_flood, stage))
    stage.agenda.once(stage.at(SAMPLED - 1, 10, 20), partial(_appeal, stage))
    stage.agenda.once(stage.at(SAMPLED - 2, 15), partial(_answer, stage))
    stage.agenda.once(stage.at(EFFECTIVE, 0, 5), jobs.take_effect)
    stage.agenda.once(stage.at(EFFECTIVE, 9), partial(_learning, stage))
    stage.agenda.once(stage.at(1, 20), jobs.keep_loops)


def _staff(stage: Stage) -> list[str]:
    """Return the numbers of agents who have been here for three months, in an order of the story's own."""
    numbers = [plan.no for plan in stage.agents() if plan.hired > 100]
    stage.rng("inspecting").shuffle(numbers)
    return numbers


def _items(stage: Stage) -> None:
    actor = stage.who("Q1001")
    drafts = (
        ItemDraft(name=PROMISE, code="ETA", points=20, document_id=studio.document_id(LESSON), recheck_days=7),
        ItemDraft(name=APOLOGY, code="SORRY", points=10),
        ItemDraft(name=PERSONAL, code="PRIVACY", points=20, red_line=True),
    )
    with transaction():
        inspections.set_rules(actor, appeal_days=2, passes=2)
        for draft in drafts:
            inspections.make_item(actor, draft)


def _take(stage: Stage, rows: Sequence[Row]) -> None:
    with transaction():
        inspections.apply_rows(stage.who("Q1001"), rows, source="file", hide=inspections.hider())


def _row(
    stage: Stage, line: int, no: str, ago: int, conversation: str, item: str, score: str, quote: str = "", by: str = ""
) -> Row:
    values = {
        "employee_no": no,
        "conversation": conversation,
        "day": stage.at(ago).date().isoformat(),
        "item": item,
        "score": score,
        "quote": quote,
        "inspector": by,
    }
    return Row(line=line, values=values)


def _habit(stage: Stage, came: int, days: tuple[int, int], sampled: int, failed: int, again: int) -> None:
    """A sample of the older item. failed: people who failed it once; again: how many of them once more."""
    first, last = days
    staff = _staff(stage)
    whose = [staff[(came + number) % len(staff)] for number in range(failed)]
    failures = [(no, first - number % 3) for number, no in enumerate(whose)]
    failures += [(no, last) for no in whose[:again]]
    passed = [(staff[number % len(staff)], first - number % (first - last + 1)) for number in range(sampled)]
    rows = [
        _row(stage, line, no, ago, f"H{came:02}{line:04}", APOLOGY, "2" if line < len(failures) else "10")
        for line, (no, ago) in enumerate([*failures, *passed[: sampled - len(failures)]])
    ]
    _take(stage, rows)


def _flood(stage: Stage) -> None:
    """120 conversations: 15 promised a day, of which an appeal takes one away; 24 were judged by a second person."""
    staff = _staff(stage)
    failing = [no for no in staff if no not in NOT_THESE][:FAILED]
    fails = [*failing, *failing[:MORE], APPEALED]
    whose = [*fails, *(staff[number % len(staff)] for number in range(120 - len(fails)))]
    rows: list[Row] = []
    for number, no in enumerate(whose):
        ago, name = 6 + number % 2, f"K{number:05}"
        promised = number < len(fails)
        quote = PROMISES[number % len(PROMISES)] if promised else ""
        quote = BOOKED if promised and no == APPEALED else quote
        rows.append(_row(stage, len(rows), no, ago, name, PROMISE, "0" if promised else "20", quote))
        rows.append(_row(stage, len(rows), no, ago, name, APOLOGY, "10"))
        rows.append(_row(stage, len(rows), no, ago, name, PERSONAL, "20"))
    _take(stage, rows)
    again = [*range(6), *range(len(fails), len(fails) + 18)]
    seconds = [
        _row(
            stage, line, whose[number], 6 + number % 2, f"K{number:05}", PROMISE, "0" if line < 5 else "20", by="T1001"
        )
        for line, number in enumerate(again)
    ]
    _take(stage, seconds)


def _appealed() -> Inspection:
    found = session().query(Inspection).filter(Inspection.failed > 0, Inspection.conversation.like("K%"))
    return found.filter(Inspection.person_id == learner.who(APPEALED).id, Inspection.second.is_(False)).one()


def _appeal(stage: Stage) -> None:
    name = _appealed().public_id
    with transaction():
        appeals.appeal(stage.who(APPEALED), name, DEFENCE)


def _answer(stage: Stage) -> None:
    name = _appealed().public_id
    item = session().query(InspectionItem).filter_by(name=PROMISE).one().public_id
    with transaction():
        appeals.answer(stage.who("L1001"), name, overturn=[item], words=ANSWER)


def _learning(stage: Stage) -> None:
    """Four of the eleven learn it on the two days that follow; let each begin at a moment of their own."""
    lesson = studio.document_id(LESSON)
    failing = [no for no in _staff(stage) if no not in NOT_THESE][:FAILED]
    for number, no in enumerate(failing[:LEARNED]):
        stage.agenda.add(stage.at(2 - number % 2, 10 + number, 15), _learn(stage, no, lesson))


def _learn(stage: Stage, no: str, lesson: int) -> Script:
    actor = stage.who(no)
    duty = next(each for each in learner.owed(actor.id) if each.item.document_id == lesson)
    yield from learner.read_to_end(actor, duty, 11 * 60)
