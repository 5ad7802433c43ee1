"""The rest of the company's training year: calendar, certificates, live sessions, feedback, the next peak."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.assignments.jobs.ruling import recompute
from lms.core.db import session, transaction
from lms.core.here import settings, today
from lms.demo import learner, studio
from lms.demo.agenda import Script, later
from lms.demo.company import PersonPlan
from lms.demo.exams import MONTHLY
from lms.demo.stage import Stage
from lms.learning.actions import attendance, campaigns, certificates, ideas, offers, queues, seats, sessions, surveys
from lms.learning.actions.campaigns import Wanted as Campaign
from lms.learning.jobs.feedback import ask_for_pulse
from lms.learning.models import SurveyAsked
from lms.learning.queries import surveys as asking
from lms.learning.rules.certificates import Terms
from lms.learning.rules.sessions import Wanted
from lms.learning.rules.surveys import PULSE

SHIFTS = (("早", "早班", 480, 1_020), ("晚", "晚班", 900, 1_410), ("夜", "夜班", 1_320, 420))
"""Code, name, first and last minute of the day."""
PACK = ("kb_content/presale/discount-order.md", "kb_content/emergency/overload.md", "quizzes/peak/fast-track.md")
"""What the next peak asks, by its file."""
OFFERED = (
    ("courses/special/crisis/course.md", "special", "投诉纠纷组、组长和想当组长的同事", 30),
    ("courses/special/selling/course.md", "special", "售前组，和想转售前的同事", 30),
    ("courses/special/data/course.md", "special", "组长、培训师和质检", None),
    ("courses/in-service/cases/course.md", "in-service", "上岗三个月以上", None),
    ("courses/in-service/stress/course.md", "in-service", "所有在岗的同事，组长请看第三课", None),
    ("courses/in-service/products/course.md", "in-service", "所有在岗的同事", None),
)
BETTER = (
    "例子再多两个夜班的，夜班遇到的和白天不一样。",
    "小测最后一题的题干太长，读两遍才明白问什么。",
    "爆仓那个演练很像真的，希望每个季度都有一个新的。",
    "价保那条要是有一张对照图就好了。",
    "五条一次读完有点多，分两天会记得牢。",
    "挺好的，就是在班上总被打断，能不能留半小时专门的时间。",
)
MOODS = (
    "大促那几天靠同事撑下来的，谢谢大家。",
    "希望夜班的排班早一周出来，好安排家里。",
    "最近投诉队列接得多，能不能轮着来。",
    "带教很有耐心。",
)
IDEAS = (
    ("A1009", "想要一门“怎么带新人”的课，带教之前没有人教过我们。", 9),
    ("A1002", "新品上架前一天，能不能先给我们摸一下实物？", 14),
    ("A1024", "夜班没有面授，录个视频也行。", 6),
)


def plan(stage: Stage) -> None:
    once = stage.agenda.once
    once(stage.at(60, 10), partial(_days, stage))
    once(stage.at(20, 8, 30), partial(_certificates, stage))
    once(stage.at(45, 15), partial(_catalogue, stage))
    once(stage.at(9, 11), partial(_class_that_was, stage))
    once(stage.at(4, 16), partial(_sessions_ahead, stage))
    once(stage.at(10, 10), partial(_pulse, stage))
    once(stage.at(2, 17), partial(_feedback, stage))
    once(stage.at(6, 15), partial(_next_peak, stage))
    for number, (no, words, supporters) in enumerate(IDEAS):
        once(stage.at(21 - 6 * number, 12, 20), partial(_idea, stage, no, words, supporters))


def _moment(stage: Stage, days_ahead: int, hour: int, minute: int = 0) -> datetime:
    day = stage.today + timedelta(days=days_ahead)
    return datetime.combine(day, time(hour, minute), tzinfo=settings().timezone)


def _days(stage: Stage) -> None:
    """双十一 was silent, 双十二 will be."""
    hr, root = stage.who("H1001"), stage.teams["hemu"]
    with transaction():
        for code, name, starts, ends in (
            ("早", "早班", 480, 1_020),
            ("晚", "晚班", 900, 1_410),
            ("夜", "夜班", 1_320, 420),
        ):
            accounts.set_shift(hr, code, name=name, starts=starts, ends=ends)
    for name, first, last in (("双十一静默期", 12, 10), ("双十二静默期", -19, -21)):
        with transaction():
            accounts.set_freeze(
                hr,
                root,
                name=name,
                from_on=stage.today - timedelta(days=first),
                until_on=stage.today - timedelta(days=last),
            )


def _certificates(stage: Stage) -> None:
    """Who passes the month's after-sales exam holds a certificate; refunds and complaints ask for it."""
    trainer = stage.who("T1001")
    exam = studio.document_id(f"quizzes/{MONTHLY}.md")
    terms = Terms(valid_days=180, renew_days=30, grace_days=7)
    with transaction():
        certificates.make_plan(
            trainer, certificates.Draft(document_id=exam, name="售后接待资格证", terms=terms, refresher_id=None)
        )
    for code, name in (("refund", "退款"), ("complaint", "投诉")):
        with transaction():
            queues.make_queue(trainer, code=code, name=name, needs=[exam])


def _catalogue(stage: Stage) -> None:
    trainer = stage.who("T1001")
    for path, category, words, days in OFFERED:
        with transaction():
            offers.offer(trainer, studio.document_id(path), category=category, words=words, days=days)
    for no, path in (("A1009", OFFERED[0][0]), ("A1024", OFFERED[4][0]), ("A1002", OFFERED[3][0])):
        stage.agenda.once(stage.at(1, 17, 40), partial(_choose, stage, no, studio.document_id(path)))


def _choose(stage: Stage, no: str, document_id: int) -> None:
    with transaction():
        offers.choose(stage.who(no), document_id)


def _agents(stage: Stage, *teams: str) -> list[PersonPlan]:
    return [each for each in stage.agents() if each.team in teams]


def _class_that_was(stage: Stage) -> None:
    """面授 after 双十一: ten were asked, nine came."""
    trainer = stage.who("T1001")
    wanted = Wanted(
        title="面授：爆仓时怎么说",
        kind="class",
        starts_at=_moment(stage, -6, 15),
        ends_at=_moment(stage, -6, 16, 30),
        trainer_id=stage.ids["T1001"],
        place="3 楼培训室",
        places=12,
        words="带上自己那三天最难的一段会话。",
    )
    people = [stage.ids[each.no] for each in _agents(stage, "after1", "dispute")[:10]]
    with transaction():
        made = sessions.plan(trainer, wanted).public_id
    with transaction():
        seats.put(trainer, made, people)

    def over() -> None:
        marks = {person: attendance.Mark(state="absent" if person == people[3] else "attended") for person in people}
        with transaction():
            attendance.mark(trainer, made, marks)
        with transaction():
            attendance.close(trainer, made)

    stage.agenda.once(_moment(stage, -6, 17), over)


def _sessions_ahead(stage: Stage) -> None:
    """A guest who speaks online to more people than there are places, and an evening for all."""
    trainer = stage.who("T1001")
    talk = Wanted(
        title="线上分享：评价少的时候怎么看数据",
        kind="online",
        starts_at=_moment(stage, 2, 14),
        ends_at=_moment(stage, 2, 15),
        trainer_name="周老师（外请）",
        link="https://meeting.example.com/hemu-1124",
        places=8,
        words="先看专项课“客服数据分析”的第二课，来了直接提问。",
    )
    evening = Wanted(
        title="年终分享会：我最难忘的一位顾客",
        kind="activity",
        starts_at=_moment(stage, 9, 18, 30),
        ends_at=_moment(stage, 9, 20),
        place="一楼食堂",
        words="每组一位，五分钟，讲清转折那一句。",
    )
    with transaction():
        made = sessions.plan(trainer, talk).public_id
    with transaction():
        sessions.plan(trainer, evening)
    for number, each in enumerate(_agents(stage, "presale", "after2")[:10]):
        stage.agenda.once(stage.at(3, 9, 5 * number), partial(_enrol, stage, each.no, made))


def _enrol(stage: Stage, no: str, session_id: str) -> None:
    with transaction():
        seats.enrol(stage.who(no), session_id)


def _pulse(stage: Stage) -> None:
    """客服关怀 of the month; more than half have answered, a few have written a line."""
    with transaction():
        survey = surveys.begin_pulse(stage.who("H1001"), PULSE, "客服关怀")
        number, public_id = survey.id, survey.public_id
    ask_for_pulse()
    asked = list(session().scalars(select(SurveyAsked.person_id).where(SurveyAsked.survey_id == number)))
    numbers = {person: no for no, person in stage.ids.items()}
    for count, person in enumerate(sorted(asked)):
        rng = stage.rng("pulse", numbers[person])
        if rng.random() < 0.62:
            words = MOODS[count % len(MOODS)] if rng.random() < 0.25 else ""
            given = {"mood": rng.choice("33444455"), "load": rng.choice("2233344"), "support": rng.choice("34445555")}
            moment = stage.at(9 - count % 6, 12, rng.randrange(50))
            stage.agenda.once(moment, partial(_answer, stage, numbers[person], public_id, 0, given | {"word": words}))


def _answer(stage: Stage, no: str, public_id: str, about_id: int, given: dict[str, str]) -> None:
    with transaction():
        surveys.answer(stage.who(no), public_id, about_id, given)


def _feedback(stage: Stage) -> None:
    """What those say who have finished the quarter's course."""
    course = studio.document_id("courses/quarterly/2026q4.md")
    for number, each in enumerate(stage.agents()):
        ask = asking.open_ask_after(stage.ids[each.no], course)
        rng = stage.rng("feedback", each.no)
        if ask is None or rng.random() > 0.7:
            continue
        given = {
            "useful": rng.choice("3444555"),
            "clear": rng.choice("3344455"),
            "length": rng.choice("0111122"),
            "better": BETTER[number % len(BETTER)] if rng.random() < 0.3 else "",
        }
        _answer(stage, each.no, ask.public_id, course, given)


def _idea(stage: Stage, no: str, words: str, supporters: int) -> None:
    with transaction():
        made = ideas.suggest(stage.who(no), words).public_id
    others: Sequence[PersonPlan] = [each for each in stage.agents() if each.no != no]
    for each in stage.rng("idea", no).sample(list(others), supporters):
        with transaction():
            ideas.support(stage.who(each.no), made, wanted=True)
    if no == "A1002":
        answer = "可以。从下一次上新开始，上架前一天下午把样品放到三楼，每组来半小时。"
        with transaction():
            ideas.answer(stage.who("T1001"), made, state="planned", words=answer)


def _next_peak(stage: Stage) -> None:
    """The pack for 双十二, given to the night team, which has it first; half of them are ready."""
    lead = stage.who("L1001")
    with transaction():
        queue = queues.make_queue(stage.who("T1001"), code="peak", name="大促专线", needs=[]).id
    wanted = Campaign(
        name="双十二",
        team_id=stage.teams["night"],
        starts_on=today() + timedelta(days=26),
        ends_on=today() + timedelta(days=28),
        ready_on=today() + timedelta(days=24),
        needed=8,
        document_ids=[studio.document_id(path) for path in PACK],
        queue_ids=[queue],
    )
    with transaction():
        made = campaigns.draft(lead, wanted).public_id
    with transaction():
        rules = campaigns.start(lead, made)
    recompute(rules)
    people = _agents(stage, "night")
    wish = {each.no: 5 - number for number, each in enumerate(people[:4])}
    for no, ago in stage.worked(list(wish), wish).items():
        if ago < 6:
            stage.agenda.add(stage.at(ago, 22, stage.rng(no, "peak").randrange(50)), _prepare(stage, no))


def _prepare(stage: Stage, no: str) -> Script:
    person, rng = stage.who(no), stage.rng(no, "pack")
    documents = {studio.document_id(path) for path in PACK}
    for duty in learner.owed(person.id):
        if duty.goal_id not in documents:
            continue
        if duty.kind == "quiz":
            yield from learner.until_passed(person, duty.slug, (rng.uniform(0.85, 0.98), 1.0, 1.0))
        else:
            yield from learner.read_to_end(person, duty, rng.randrange(150, 400))
        yield later(rng.randrange(2, 9))
