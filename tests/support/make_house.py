"""A small company with every kind of thing in it, and the values under which each route finds a thing of one person.

What the tests of trust need: two teams with their leads, a mentor and a mentee, everybody who holds a role, published
documents of each kind made from Markdown, attempts, tasks with a photo, an intake, a roster, tokens and a slip.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask import url_for
from werkzeug.routing import Rule

from lms.accounts.actions import make_slips, make_token, note_leave, set_freeze
from lms.accounts.models import ApiToken, Person, RoleGrant, RosterPattern, Team
from lms.assignments.actions import make_rule
from lms.assignments.actions.measures import add_measure
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.content import queries as content
from lms.content.actions import reviewing
from lms.content.models import Attachment, Document, Part
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.here import today
from lms.drills.rules.team import about_of
from lms.integrations.models import Webhook
from lms.kb.actions import gaps, suggestions, talk
from lms.learning.actions import campaigns, ideas, photos, queues, surveys, tasks
from lms.learning.actions.campaigns import Wanted
from lms.learning.actions.feed import make_feed
from lms.learning.rules.surveys import PULSE
from lms.notifications.models import Notice, Robot
from lms.quizzes.actions import regrade
from lms.quizzes.models import Makeup
from lms.quizzes.queries import asked_question
from lms.web.auth import FRAMEWORK_ENDPOINTS
from tests.support import make_certificates as certificates
from tests.support import owners
from tests.support.make import LONG_AGO, a_person, a_team, an_actor, as_actor, mentors, sign_in
from tests.support.make_content import a_document, a_draft, a_quiz_text, an_article_text, edited
from tests.support.make_cycles import a_plan, a_running_cycle
from tests.support.make_learning import a_cohort, a_curriculum, a_lesson, a_png, a_task, owes
from tests.support.make_played import a_published_drill, played_well
from tests.support.make_played import begun as run_begun
from tests.support.make_quizzes import answered_right, begun, handed_in
from tests.support.make_sessions import a_session, enrolled
from tests.support.make_sittings import a_makeup
from tests.support.make_team_drills import a_team_drill
from tests.support.make_urgent import an_urgent, confirmed
from tests.support.pages import token

WRITTEN = a_quiz_text("### 顾客催发货，写出你的回复。\n`人工复核` `3分`\n\n- 必说（3分）：抱歉", title="写一写")
COURSE = """---
类型: 课程
时长: 1小时
---
# 售后基础

## 内容
1. [课时](own.md) `必读`
2. [小测](../quizzes/going.md)
"""


@dataclass
class House:
    """people: by what they are to 阿南, the agent whose things are asked for. documents: by name."""

    people: dict[str, Person] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    attempts: dict[str, str] = field(default_factory=dict)
    team_drill: str = ""
    measure: str = ""
    runs: dict[str, str] = field(default_factory=dict)
    photo: str = ""
    work_id: int = 0
    work_version: int = 0
    assignment_id: int = 0
    rule: str = ""
    campaign: str = ""
    cycle: str = ""
    cohort_id: int = 0
    pattern_id: int = 0
    team_id: int = 0
    grant_id: int = 0
    token_id: int = 0
    attachment_id: int = 0
    attachment_path: str = ""
    urgent: str = ""
    question: str = ""
    live_session: str = ""
    robot: str = ""
    webhook: str = ""
    survey: str = ""
    idea: str = ""
    certificate: str = ""
    certificate_plan: str = ""
    queue: int = 0
    override: int = 0
    regrade: str = ""
    makeup: str = ""
    gap: str = ""
    notice_id: int = 0
    request_id: int = 0
    suggestion: str = ""
    comment: str = ""
    bearer: str = ""
    slip_token: str = ""
    leave_id: int = 0
    freeze_id: int = 0
    feed: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> Person:
        return self.people["own"]


def a_house() -> House:
    """Build it. `own` is in team A with `mate`, his `mentor` (an agent) and his `lead`; `other_lead` leads team B."""
    root = a_team("客服中心")
    first, second = a_team("售后一组", root), a_team("售后二组", root)
    house = House(team_id=first.id)
    house.people = {
        "own": a_person(Role.AGENT, team=first, name="阿南"),
        "mate": a_person(Role.AGENT, team=first, name="小北"),
        "mentor": a_person(Role.AGENT, team=first, name="带教老师"),
        "lead": a_person(Role.LEAD, team=first, name="一组组长"),
        "stranger": a_person(Role.AGENT, team=second, name="隔壁"),
        "other_lead": a_person(Role.LEAD, team=second, name="二组组长"),
        "trainer": a_person(Role.TRAINER, team=root, name="讲师"),
        "quality": a_person(Role.QUALITY, team=root, name="质检"),
        "hr": a_person(Role.HR, team=root, name="人事"),
        "admin": a_person(Role.ADMIN, team=root, name="管理员"),
        "director": a_person(Role.DIRECTOR, team=root, name="总监"),
    }
    mentors(house.people["mentor"], house.own)
    _write(house)
    _share(house)
    _study(house)
    _account(house)
    _play(house)
    _tell(house)
    _meet(house)
    _certify(house)
    house.more = owners.values(house)
    return house


def _write(house: House) -> None:
    trainer = as_actor(house.people["trainer"])
    a_document(trainer, an_article_text("退货时效"), slug="after-sales/time")
    made = house.documents
    made["article"] = a_document(
        trainer, an_article_text("怎么退货", "## 步骤\n先核对，见[时效](time.md#时效)。"), slug="after-sales/how"
    )
    edited(trainer, made["article"], an_article_text("怎么退货", "## 步骤\n先核对再登记，见[时效](time.md#时效)。"))
    made["lesson"] = a_lesson(trainer, "own")
    made["task"] = a_task(trainer, "own-task", evidence="[文字, 照片]")
    made["going"] = a_document(trainer, a_quiz_text(title="进行中的小测"), kind="quiz", slug="going")
    made["quiz"] = a_document(trainer, a_quiz_text(title="做完的小测"), kind="quiz", slug="done")
    house.question = session().query(Part.key).filter_by(document_id=made["quiz"].id).scalar()
    made["written"] = a_document(trainer, WRITTEN, kind="quiz", slug="written")
    made["course"] = a_document(trainer, COURSE, kind="course", slug="base")
    made["curriculum"] = a_curriculum(trainer, [("第一段", [("own", 1), ("own-task", 1)])], slug="plan")
    with transaction() as s:
        drawn = Attachment(
            path="courses/files/plan-3f9a2c.pdf",
            sha=bytes(32),
            media_type="application/pdf",
            kind="pdf",
            size=1,
            facts={"pages": 1},
            made=1,
            at=clock.now(),
        )
        s.add(drawn)
        s.flush()
        house.attachment_id, house.attachment_path = drawn.id, drawn.path


def _play(house: House) -> None:
    """A drill that `own` has played once and plays again; his team has it tomorrow, and he has a measure to see to."""
    house.documents["drill"] = a_published_drill(as_actor(house.people["trainer"]))
    own, lead = as_actor(house.own), as_actor(house.people["lead"])
    house.runs = {"done": played_well(own), "open": run_begun(own)}
    team = session().get_one(Team, house.team_id)
    tomorrow = a_team_drill(lead, house.documents["drill"], team, opens_at=clock.now() + timedelta(days=1))
    house.team_drill = tomorrow.public_id
    with transaction():
        house.measure = add_measure(lead, about_of(tomorrow.id), "早会演一遍", own.id, due_on=today())


def _share(house: House) -> None:
    """阿南 proposes a change and asks a question; a colleague of the trainer hands a draft in."""
    own, writer = as_actor(house.own), an_actor(Role.TRAINER)
    article = house.documents["article"]
    made = a_draft(writer, slug="after-sales/handed-in")
    with transaction() as s:
        document = s.get_one(Document, article.id)
        read = content.text(document.published_id or 0)
        house.suggestion = suggestions.suggest_edit(
            own, document.id, document.published_id or 0, read.replace("先核对", "先登记"), "顺序反了"
        ).public_id
        house.comment = talk.speak(own, document, "要登记什么？").public_id
        house.gap = gaps.ask(own, "改地址").public_id
        house.request_id = reviewing.hand_in(writer, made.document_id, made.revision_id).id


def _study(house: House) -> None:
    own, trainer = as_actor(house.own), as_actor(house.people["trainer"])
    house.assignment_id = owes(trainer, house.documents["curriculum"], house.own)
    with transaction():
        audience = Audience(people=(house.own.id,))
        house.rule = make_rule(
            trainer, name="规则", document_id=house.documents["article"].id, audience=audience, due_plan=DuePlan()
        ).public_id
    pack = Wanted(
        name="双十二",
        team_id=house.team_id,
        starts_on=today(),
        ends_on=today(),
        ready_on=today(),
        needed=None,
        document_ids=[house.documents["article"].id],
        queue_ids=[],
    )
    with transaction():
        house.campaign = campaigns.draft(trainer, pack).public_id
    plan = a_plan(house.documents["course"], session().get_one(Team, house.team_id), starts_on=today(), due_on=today())
    house.cycle = a_running_cycle(trainer, plan).public_id
    house.attempts["open"] = begun(own, "going")
    house.attempts["done"] = begun(own, "done")
    answered_right(own, house.attempts["done"])
    handed_in(own, house.attempts["done"])
    house.attempts["written"] = begun(own, "written")
    answered_right(own, house.attempts["written"])
    handed_in(own, house.attempts["written"])
    a_makeup("written", trainer, own)
    house.makeup = session().query(Makeup.public_id).scalar()
    house.regrade = _regraded(house)
    with transaction():
        work = tasks.save(own, "own-task", ticked=[0, 1], evidence="听了两小时", version=None)
        house.photo = photos.attach(own, work, "工位.png", a_png()).public_id
    with transaction():
        handed = tasks.hand_in(own, "own-task", ticked=[0, 1], evidence="听了两小时", version=None)
        house.work_id, house.work_version = handed.id, handed.version


def _regraded(house: House) -> str:
    """The trainer gives everybody the points of the one question of the quiz that is done."""
    part = session().query(Part).filter_by(key=house.question).one()
    with transaction():
        return regrade.begin(
            as_actor(house.people["trainer"]),
            document_id=part.document_id,
            part_id=part.id,
            from_sha=part.text_sha,
            by=replace(asked_question(part.text_sha), given_to_all=True),
            reason="题目有歧义",
        )


def _account(house: House) -> None:
    own, hr = house.own, as_actor(house.people["hr"])
    house.cohort_id = a_cohort(house.people["trainer"], own).id
    with transaction() as s:
        pattern = RosterPattern(team_id=house.team_id, weekdays=31, from_on=LONG_AGO)
        s.add(pattern)
        s.flush()
        house.pattern_id = pattern.id
        house.bearer = make_token(as_actor(own), label="脚本")
    with transaction():
        house.slip_token = make_slips(hr, [own.id])[0].token
        house.feed = make_feed(as_actor(own))
        far = {"from_on": today() + timedelta(days=300), "until_on": today() + timedelta(days=301)}
        house.leave_id = note_leave(hr, own.id, **far).id
        house.freeze_id = set_freeze(hr, house.team_id, name="明年双十一", **far).id
    house.token_id = session().query(ApiToken.id).filter_by(person_id=own.id).scalar()
    house.grant_id = session().query(RoleGrant.id).filter_by(person_id=own.id).scalar()
    session().rollback()


def _tell(house: House) -> None:
    """A notice of the lead to the own team, which all have confirmed: no page of theirs shows it any more."""
    lead = as_actor(house.people["lead"])
    house.urgent = an_urgent(lead, document_id=house.documents["article"].id)
    house.notice_id = session().query(Notice.id).filter_by(person_id=house.own.id, topic="urgent").scalar()
    for who in ("own", "mate", "mentor", "lead"):
        confirmed(as_actor(house.people[who]), house.urgent)


def _meet(house: House) -> None:
    """A class for the own team in which 阿南 has a seat, a survey that only he was asked, a suggestion of his."""
    own, trainer = as_actor(house.own), as_actor(house.people["trainer"])
    meeting = a_session(trainer, team_id=house.team_id)
    enrolled(meeting, house.own)
    house.live_session = meeting.public_id
    _other_systems(house)
    with transaction():
        survey = surveys.begin_pulse(trainer, PULSE)
        surveys.ask_pulse(survey, [own.id])
        house.survey = survey.public_id
        house.idea = ideas.suggest(own, "想多练几次爆仓的话术").public_id


def _certify(house: House) -> None:
    """A certificate of 阿南, a queue that asks for it, and his lead's word on that."""
    document = a_document(as_actor(house.people["trainer"]), an_article_text("认证"), slug="certified")
    plan = certificates.a_plan(document, actor=as_actor(house.people["trainer"]))
    house.certificate_plan = plan.public_id
    certificates.completes(house.own, document.id)
    house.certificate = certificates.held_by(house.own)[0].public_id
    house.queue = certificates.a_queue(document.id, code="REFUND").id
    with transaction():
        house.override = queues.override(
            as_actor(house.people["lead"]), house.own.id, house.queue, allowed=True, until_on=today(), reason="陪同"
        ).id


def object_rules(app: Any) -> list[Rule]:
    """Return every route whose address names a thing."""
    return [rule for rule in all_rules(app) if rule.arguments]


def all_rules(app: Any) -> list[Rule]:
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint not in FRAMEWORK_ENDPOINTS),
        key=lambda rule: (rule.rule, sorted(rule.methods or ())),
    )


SLUGS = {
    "article": "after-sales/how", "lesson": "own", "task": "own-task", "quiz": "done",
    "course": "base", "curriculum": "plan", "drill": "drills/urge",
}  # fmt: skip
BOUGHT = {"scorm": "returns/speaking"}
"""A kind that begins with a file and not on the desk."""


def values_of(house: House, rule: Rule) -> list[dict[str, Any]]:
    """Return the values that lead a route to things of `own`. Raises KeyError for a parameter that nobody knows."""
    if rule.arguments == {"kind", "slug"} or rule.arguments == {"kind", "slug", "number"}:
        kinds = ("lesson", "article") if rule.endpoint == "learning.complete" else tuple(SLUGS)
        more = {"number": 1} if "number" in rule.arguments else {}
        return [{"kind": kind, "slug": SLUGS[kind], **more} for kind in kinds]
    if rule.arguments == {"slug"}:
        return [{"slug": (SLUGS | BOUGHT)[KIND_OF[rule.endpoint]]}]
    if rule.arguments == {"slug", "key"}:  # a question of the quiz that `own` has done
        return [{"slug": SLUGS["quiz"], "key": house.question}]
    found: dict[str, Any] = {
        "attempt_id": house.attempts["open"],
        "run_id": house.runs["open"],
        "drill_id": house.team_drill,
        "measure_id": house.measure,
        "attachment_id": house.attachment_id,
        "path": house.attachment_path,
        "number": 1,
        "position": 1,
        "question": "q1",
        "employee_no": house.own.employee_no,
        "public_id": house.photo,
        "work_id": house.work_id,
        "assignment_id": house.assignment_id,
        "duty_id": house.assignment_id,
        "rule_id": house.rule,
        "campaign_id": house.campaign,
        "cycle_id": house.cycle,
        "stage": 0,
        "cohort_id": house.cohort_id,
        "leave_id": house.leave_id,
        "freeze_id": house.freeze_id,
        "person_id": house.own.id,
        "grant_id": house.grant_id,
        "pattern_id": house.pattern_id,
        "team_id": house.team_id,
        "token_id": house.token_id,
        "token": house.slip_token,
        "request_id": house.request_id,
        "notice_id": house.notice_id,
        "makeup_id": house.makeup,
        "key": house.question,
        "regrade_id": house.regrade,
        "session_id": house.live_session,
        "robot_id": house.robot,
        "webhook_id": house.webhook,
        "platform": "wecom",
        "way": "mail",
        "survey_id": house.survey,
        "idea_id": house.idea,
        "certificate_id": house.certificate,
        "plan_id": house.certificate_plan,
        "queue_id": house.queue,
        "override_id": house.override,
        "code": "AAAA-BBBB-CCCC",
        "mark_id": 999_999,  # nothing is in doubt here
        **house.more,
    }
    if rule.endpoint == "learning.feed":
        found["token"] = house.feed
    if "gap" in rule.endpoint:
        found["public_id"] = house.gap
    if "urgent" in rule.endpoint:
        found["public_id"] = house.urgent
    if "suggestion" in rule.endpoint:
        found["public_id"] = house.suggestion
    if rule.endpoint in ("kb.take_back", "kb.settle_talk"):
        found["public_id"] = house.comment
    chosen = {name: found[name] for name in rule.arguments}
    if "attempt_id" in chosen and "GET" in (rule.methods or ()):
        return [chosen, {**chosen, "attempt_id": house.attempts["done"]}]
    if "run_id" in chosen and "GET" in (rule.methods or ()):
        return [chosen, {**chosen, "run_id": house.runs["done"]}]
    return [chosen]


def _other_systems(house: Any) -> None:
    """Keep a group robot and the address of another system."""
    with transaction() as s:
        robot = Robot(
            team_id=house.team_id, platform="wecom", name="大群", url="https://x.invalid", made_at=clock.now()
        )
        webhook = Webhook(name="工单系统", url="https://x.invalid", secret="s", made_at=clock.now())
        s.add_all([robot, webhook])
        s.flush()
        house.robot, house.webhook = robot.public_id, webhook.public_id


KIND_OF = {
    "courseware.intro": "scorm",
    "courseware.results": "scorm",
    "courseware.start": "scorm",
    "courseware_api.give_version": "scorm",
    "drills.intro": "drill",
    "drills.mends": "drill",
    "drills.paths": "drill",
    "drills.rescore": "drill",
    "drills.rescore_apply": "drill",
    "drills.runs": "drill",
    "drills.settle_mend": "drill",
    "drills.start": "drill",
    "drills.try_": "drill",
    "drills.try_step": "drill",
    "drills.table_apply": "drill",
    "drills.table_export": "drill",
    "drills.table_import": "drill",
    "drills.table_preview": "drill",
    "drills_api.rescore": "drill",
    "drills_api.start": "drill",
    "kb.article": "article",
    "kb.change": "article",
    "kb.confirm": "article",
    "kb.diff": "article",
    "kb.favourite": "article",
    "kb.going_on": "article",
    "kb.history": "article",
    "kb.print_article": "article",
    "kb.speak": "article",
    "kb.suggest": "article",
    "kb.suggest_submit": "article",
    "kb.talk": "article",
    "kb.uses": "article",
    "kb.verify": "article",
    "kb_care_api.verify": "article",
    "kb.vote": "article",
    "kb_api.article": "article",
    "learning.check": "lesson",
    "learning.confirm_people": "task",
    "learning.course": "course",
    "learning.curriculum": "curriculum",
    "learning.lesson": "lesson",
    "learning.new_lesson": "course",
    "learning.task": "task",
    "learning.work": "task",
    "learning_api.save_task": "task",
    "quizzes.intro": "quiz",
    "quizzes.mistakes": "quiz",
    "quizzes.regrades": "quiz",
    "quizzes_api.regrade": "quiz",
    "quizzes_api.regrades": "quiz",
    "quizzes_api.analysis": "quiz",
    "quizzes_api.export_bank": "quiz",
    "quizzes.unusual": "quiz",
    "quizzes.analysis": "quiz",
    "quizzes.act": "quiz",
    "quizzes.give_makeups": "quiz",
    "quizzes.live_seats": "quiz",
    "quizzes.makeups": "quiz",
    "quizzes.manage": "quiz",
    "quizzes.score_sheet": "quiz",
    "quizzes.scores": "quiz",
    "quizzes.set_window": "quiz",
    "quizzes_api.act": "quiz",
    "quizzes_api.give_makeups": "quiz",
    "quizzes_api.makeups": "quiz",
    "quizzes_api.scores": "quiz",
    "quizzes_api.set_window": "quiz",
    "quizzes_api.sittings": "quiz",
    "quizzes_api.windows": "quiz",
    "quizzes.marking": "quiz",
    "quizzes.next_answer": "quiz",
    "quizzes.plan_marking": "quiz",
    "quizzes_api.marking_plan": "quiz",
    "quizzes_api.set_marking_plan": "quiz",
    "quizzes.start": "quiz",
    "quizzes_api.start": "quiz",
}
"""What a route means that names nothing but a slug. A new one has to be added here, with its row in the tables."""


@contextmanager
def undone(app: Any) -> Iterator[None]:
    """Take back whatever is written within, inside a `world`."""
    db.session.remove()
    inner = app.extensions["lms_pinned_connection"].begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        inner.rollback()


def browser_of(app: Any, person: Person) -> tuple[Any, str]:
    """Return a signed-in browser and the token of its pages. Its session stays as it is now: see `ask`."""
    client = app.test_client()
    sign_in(client, person)
    csrf = token(client, "/me")
    client.kept = client.get_cookie("lms_session").value
    return client, csrf


def ask(app: Any, client: Any, csrf: str, method: str, path: str, **body: Any) -> tuple[int, str]:
    """Return status and text of one request, and take back whatever it did, messages in the session too."""
    client.set_cookie("lms_session", client.kept)
    with undone(app), client.open(path, method=method, headers={"X-CSRFToken": csrf}, **body) as answer:
        return answer.status_code, answer.data.decode("utf-8", "replace")


def address(app: Any, rule: Rule, values: dict[str, Any]) -> str:
    with app.test_request_context():
        return url_for(rule.endpoint, **values)
