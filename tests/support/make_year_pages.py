"""A company with every page of the training year filled: who may see which, and at what time of what day."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from lms.accounts.actions import note_leave, set_freeze
from lms.accounts.models import Person
from lms.assignments import actions as duties
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.integrations.actions import webhooks
from lms.learning.actions import campaigns, cycles, ideas, queues, surveys
from lms.learning.models import LiveSession, Survey
from lms.learning.rules.surveys import PULSE
from lms.notifications.actions import robots, templates
from lms.notifications.jobs import outgoing
from tests.support import make_certificates as certificates
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_quiz_text, an_article_text
from tests.support.make_cycles import a_draft_cycle, a_plan, a_running_cycle, finishes
from tests.support.make_deliveries import tell
from tests.support.make_leading import works_today
from tests.support.make_learning import a_lesson
from tests.support.make_rules import a_rule, duty_of, stopped, tagged
from tests.support.make_sessions import a_session, an_offer, enrolled, surveyed
from tests.support.platforms import Mailbox, posting

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""A Tuesday, noon in Shanghai: the clock of everything here stands there, or earlier."""
COURSE = "---\n类型: 课程\n时长: 1小时\n---\n# {title}\n\n## 内容\n1. [四季度的课](quarter.md)\n"
NAMES = ("林小满", "许文静", "田甜", "欧阳雪莉娜", "Alexandra Konstantinopoulou", "周敏")


@dataclass
class School:
    """people: by what they are. found: public ids by the name of the thing."""

    people: dict[str, Person] = field(default_factory=dict)
    agents: list[Person] = field(default_factory=list)
    found: dict[str, object] = field(default_factory=dict)

    def pages(self) -> dict[str, list[str]]:
        """Return the addresses of the year's pages by who opens them."""
        it = self.found
        trainer = [
            "/rules", "/rules/new", f"/rules/{it['rule']}", f"/rules/{it['rule']}/stop", "/rules?stopped=1",
            "/cycles", f"/cycles/{it['draft']}", f"/cycles/{it['running']}?view=items&close=1", f"/cycles/{it['closed']}",
            "/certificates/rules", f"/certificates/rules/{it['plan']}", f"/queues/{it['queue']}",
            "/catalogue/edit", f"/sessions/{it['ahead']}/edit", f"/sessions/{it['ahead']}/people",
            f"/sessions/{it['ahead']}/cancel", f"/sessions/{it['now']}", f"/sessions/{it['now']}/sheet",
            "/surveys", f"/surveys/{it['survey']}/edit", f"/surveys/{it['survey']}/results?about={it['about']}",
            "/ideas", "/pulse", "/campaigns", f"/campaigns/{it['pack']}", f"/campaigns/{it['pack']}/edit",
            f"/campaigns/{it['peak']}", f"/campaigns/{it['peak']}/stop", "/bulk",
        ]  # fmt: skip
        lead = [
            "/today", "/late?who=left", "/week", "/compare", "/certificates/team", "/queues",
            f"/queues/people/{self.agents[0].employee_no}", f"/duties/{it['duty']}", f"/duties/{it['excused']}",
            f"/cycles/{it['running']}", "/roster", "/leave", f"/campaigns/{it['peak']}?show=all",
        ]  # fmt: skip
        agent = [
            "/catalogue", "/sessions", f"/sessions/{it['ahead']}", f"/sessions/{it['full']}",
            f"/sessions/{it['now']}/check-in?code={it['code']}", f"/surveys/{it['pulse']}", "/ideas", "/certificates",
            f"/certificates/{it['certificate']}", f"/verify/{it['verified']}", f"/duties/{it['duty']}",
            "/calendar", "/me/calendar", "/me/notifications",
        ]  # fmt: skip
        admin = [
            "/settings/channels", "/settings/deliveries", "/settings/robots", "/settings/webhooks",
            "/settings/reminders", "/settings/templates?name=reminder", "/calendar",
        ]  # fmt: skip
        return {"trainer": trainer, "lead": lead, "agent": agent, "admin": admin}


def a_school(app: object) -> School:
    """Build it, with a mail server for what has been sent. The clock has to stand at NOW."""
    made = School()
    root = a_team("客服中心")
    team, other = a_team("售后一组", root), a_team("会员与 VIP 接待组", root)
    made.people = {
        "trainer": a_person(Role.TRAINER, team=root, name="苏岩"),
        "hr": a_person(Role.HR, team=root, name="温雅"),
        "lead": a_person(Role.LEAD, team=team, name="方远"),
        "admin": a_person(Role.ADMIN, team=root, name="管理员", email="admin@example.com"),
    }
    made.agents = [
        a_person(Role.AGENT, team=team, name=name, position="客服专员", email=f"a{number}@example.com")
        for number, name in enumerate(NAMES)
    ]
    made.people["agent"] = made.agents[0]
    strangers = [a_person(Role.AGENT, team=other, name=f"接待{number}") for number in range(3)]
    works_today(*made.agents[:4], *strangers)
    works_today(made.agents[4], working=False)
    tagged(made.agents[1], "大促支援", "夜班")
    _cycles(made, team, other)
    _rules(made)
    _certificates(made)
    _sessions(made, team)
    _feedback(made)
    _peak(made, team)
    with transaction():
        hr = as_actor(made.people["hr"])
        note_leave(hr, made.agents[5].id, from_on=today(), until_on=today() + timedelta(days=4), kind="sick")
        far = today() + timedelta(days=200)
        set_freeze(hr, team.id, name="年中大促静默期", from_on=far, until_on=far + timedelta(days=3))
    _ways(made, team, app)
    return made


def _cycles(made: School, team, other) -> None:
    trainer = as_actor(made.people["trainer"])
    lesson = a_lesson(trainer, slug="quarter", checks=False, title="四季度的课")
    course = a_document(trainer, COURSE.format(title="四季度全员培训：承诺不确定的时间"), kind="course", slug="q4")
    with clock.frozen(datetime(2026, 7, 6, 4, tzinfo=UTC)):
        plan = a_plan(
            lesson,
            team,
            other,
            quarter="2026Q3",
            name="三季度全员培训",
            starts_on=date(2026, 7, 6),
            due_on=date(2026, 9, 18),
        )
        closed = a_running_cycle(trainer, plan)
        for person in made.agents[:3]:
            finishes(person.id, lesson)
    with clock.frozen(datetime(2026, 9, 20, 4, tzinfo=UTC)), transaction():
        cycles.close(trainer, closed.public_id, "中秋前后少开一周。")
    with clock.frozen(datetime(2026, 10, 8, 4, tzinfo=UTC)):
        running = a_running_cycle(trainer, a_plan(course, team, other, due_on=today() + timedelta(days=40)))
        finishes(made.agents[0].id, lesson)
    draft = a_draft_cycle(
        trainer,
        a_plan(
            course, team, quarter="2027Q1", name="一季度全员培训", starts_on=date(2027, 1, 11), due_on=date(2027, 3, 12)
        ),
    )
    made.found |= {"closed": closed.public_id, "running": running.public_id, "draft": draft.public_id}


def _rules(made: School) -> None:
    trainer = as_actor(made.people["trainer"])
    article = a_document(trainer, an_article_text("退货时效"), slug="after-sales/time")
    with clock.frozen(NOW - timedelta(days=20)):
        rule = a_rule(article, actor=trainer, name="全员重读退货时效", due=DuePlan(days=10), positions=("客服专员",))
        other = a_document(trainer, an_article_text("运费谁出"), slug="after-sales/freight")
        gone = a_rule(other, actor=trainer, name="去年的规则", tags=("大促支援",))
        stopped(gone)
    duty, excused = duty_of(made.agents[0], article), duty_of(made.agents[2], article)
    assert duty is not None
    assert excused is not None
    with transaction():
        lead = as_actor(made.people["lead"])
        duties.extend(lead, [duty.id], today() + timedelta(days=2), "上周在支援大促")
        duties.exempt(lead, [excused.id], reason="参与了编写", category="other", until_on=today() + timedelta(days=90))
    made.found |= {"rule": rule.public_id, "duty": duty.id, "excused": excused.id}


def _certificates(made: School) -> None:
    trainer, person = as_actor(made.people["trainer"]), made.agents[0]
    passed = a_document(trainer, a_quiz_text(title="退款操作认证"), kind="quiz", slug="certified")
    plan = certificates.a_plan(passed, actor=trainer, name="退款上岗证", valid_days=180, grace_days=7)
    for each in made.agents[:3]:
        certificates.completes(each, passed.id, today() - timedelta(days=160))
    [held] = certificates.held_by(person)
    queue = certificates.a_queue(passed.id, code="REFUND", name="退款")
    certificates.a_queue(passed.id, code="VIP", name="VIP 客户")
    with transaction():
        queues.override(
            as_actor(made.people["lead"]), made.agents[4].id, queue.id, allowed=True,
            until_on=today() + timedelta(days=3), reason="由带教陪同",
        )  # fmt: skip
    made.found |= {
        "plan": plan.public_id, "certificate": held.public_id, "verified": held.code, "queue": queue.id,
    }  # fmt: skip


def _sessions(made: School, team) -> None:
    trainer = as_actor(made.people["trainer"])
    passed = session().query(Document).filter_by(title="退款操作认证").one()
    an_offer(trainer, passed, words="想多接退款的同事", days=30)
    an_offer(
        trainer, a_document(trainer, a_quiz_text(title="快递名词小测"), kind="quiz", slug="words"), category="special"
    )
    more = {"team_id": team.id, "trainer_id": made.people["trainer"].id}
    ahead = a_session(trainer, places=10, **more)
    full = a_session(trainer, title="新人见面会", kind="activity", places=2, **more)
    begun = {"starts_at": NOW - timedelta(minutes=10), "ends_at": NOW + timedelta(hours=1)}
    with clock.frozen(NOW - timedelta(days=1)):
        present = a_session(trainer, title="直播：双十二话术", places=8, words="请先看活动规则。", **more, **begun)
        enrolled(present, *made.agents[:4])
    enrolled(ahead, *made.agents[1:4])
    enrolled(full, *made.agents[1:5], made.agents[0])
    with clock.frozen(NOW - timedelta(days=9)):
        enrolled(a_session(trainer, title="上周的课", **more), *made.agents[:2])
    code = session().get_one(LiveSession, present.id).code
    made.found |= {"ahead": ahead.public_id, "full": full.public_id, "now": present.public_id, "code": code}


def _feedback(made: School) -> None:
    trainer = as_actor(made.people["trainer"])
    course = a_document(trainer, COURSE.format(title="售后基础"), kind="course", slug="base")
    for number, person in enumerate(made.agents):
        surveyed(person, course, useful=str(2 + number % 4), better="多给几个真实的例子。")
    asked = session().query(Survey).filter_by(kind="course", stopped_at=None).one()
    made.found |= {"survey": asked.public_id, "about": course.id}
    with transaction():
        pulse = surveys.begin_pulse(trainer, PULSE)
        surveys.ask_pulse(pulse, [made.agents[0].id])
        made.found["pulse"] = pulse.public_id
        idea = ideas.suggest(as_actor(made.agents[0]), "想多练几次爆仓的话术").public_id
        ideas.suggest(as_actor(made.agents[1]), "希望有一次“怎么跟快递公司交涉”的课", anonymous=True)
    with transaction():
        ideas.answer(trainer, idea, state="planned", words="下个月的课里加两段。")


def _peak(made: School, team) -> None:
    trainer = as_actor(made.people["trainer"])
    asked = [
        a_document(trainer, an_article_text("双十二的规则"), slug="peak/rules"),
        a_document(trainer, a_quiz_text(title="双十二小测"), kind="quiz", slug="peak/check"),
    ]

    def wanted(name: str, first: int) -> campaigns.Wanted:
        return campaigns.Wanted(
            name=name, team_id=team.id, starts_on=today() + timedelta(days=first), ends_on=today() + timedelta(days=first + 3),
            ready_on=today() + timedelta(days=first - 1), needed=20, document_ids=[each.id for each in asked],
            queue_ids=[made.found["queue"]],
        )  # fmt: skip

    with transaction():
        made.found["pack"] = campaigns.draft(trainer, wanted("年货节", 30)).public_id
        peak = campaigns.draft(trainer, wanted("双十二", 18)).public_id
    with transaction():
        rules = campaigns.start(trainer, peak)
    recompute(rules)
    certificates.completes(made.agents[1], asked[0].id)
    made.found["peak"] = peak


def _ways(made: School, team, app) -> None:
    """Messages that went out and one that nobody took, a robot, another system, a message in the admin's own words."""
    admin = as_actor(made.people["admin"])
    with posting(app, Mailbox(says=["250 OK", "550 no such user"])):
        tell(*made.agents[:3])
        outgoing.send_waiting()
    with transaction():
        robots.keep(admin, team_id=team.id, platform="wecom", name="售后一组大群", url=ROBOT, secret="")
        webhooks.keep(admin, name="工单系统", url="https://desk.example.com/hooks", facts=["QueueRightChanged"])
        templates.change_template(admin, "reminder", "zh_CN", subject="{姓名}，{数量}项要到期", body="{清单}\n{链接}")


ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k1"
