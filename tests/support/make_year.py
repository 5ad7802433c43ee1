"""A year of a company, lived through the actions and the worker's jobs with a clock that stands still at each step.

Everything is chosen by one seed, before it is done: a step that is killed anywhere (its transaction thrown away, its
connections dropped) is done again, as by the next process, and has to lead to the same year. What the year must hold is
judged by a model of its own: who works when, is away or in a silent time is known here without asking the academy.
"""

import itertools
import random
import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
from sqlalchemy import event, select

from lms import worker
from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.assignments import actions as duties
from lms.assignments.actions.chase import chase
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.assignments.models import Assignment, AssignmentItem, AssignmentReason, Exemption, Rule
from lms.content import queries as content
from lms.content.models import Document, Slug
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.quarters import quarter_days, quarter_of
from lms.learning.actions import certificates, cycles, reading
from lms.learning.models import Certificate, CertificatePlan, Cycle
from lms.learning.queries.cycles import draft_of
from lms.learning.rules.certificates import Terms
from lms.notifications.jobs.reminders import forecast
from lms.notifications.models import Notice, Reminder
from lms.notifications.queries.plan import plan as reminder_plan
from lms.notifications.rules import LEAD
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_content import a_document, a_lesson_text

FIRST = date(2026, 1, 5)
JOBS = (
    "accounts.apply_dated_changes",
    "assignments.keep_rules",
    "assignments.end_exemptions",
    "assignments.reschedule",
    "learning.notice_ends",
    "learning.draft_cycle",
    "notifications.remind",
)
EVERY_DAY, FOUR_ON_TWO_OFF = 0b1111111, ("A", "A", "B", "B", "", "")


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Killer:
    """Counts what is sent to the database and kills at these points: before a statement, or before a commit."""

    points: frozenset[int] = frozenset()
    seen: int = 0
    killed: int = 0
    armed: bool = False

    def look(self, *_: object) -> None:
        if not self.armed:
            return
        self.seen += 1
        if self.seen in self.points:
            self.killed += 1
            raise Killed

    @contextmanager
    def watching(self, app):
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self.look)
            event.listen(db.engine, "commit", self.look)
        try:
            yield
        finally:
            with app.app_context():
                event.remove(db.engine, "before_cursor_execute", self.look)
                event.remove(db.engine, "commit", self.look)


@dataclass
class Member:
    """What the model knows of somebody. away: leave, first and last day. own: single days of the roster."""

    id: int
    no: str
    team: int
    active: bool = True
    is_lead: bool = False
    away: list = field(default_factory=list)
    own: dict = field(default_factory=dict)


class Year:
    """One company and its days. teams: beside the office, which is the root."""

    def __init__(self, app, *, seed: int, people: int, days: int, teams: int = 4, killer: Killer | None = None) -> None:
        self.app, self.days, self.size = app, days, people
        self.chance = random.Random(seed)
        self.killer = killer or Killer()
        self.members: dict[str, Member] = {}
        self.freezes: list[tuple[date, date]] = []
        self.day = FIRST
        self.number = 0
        self.counts: dict[str, int] = {}
        self.slowest: dict[str, float] = {}
        with self.at(8):
            self._found(teams)

    # --- the clock and the steps ---------------------------------------------------------------------------

    @contextmanager
    def at(self, hour: int, minute: int = 0):
        """Hold the clock at an hour of this day in Shanghai."""
        here = datetime(self.day.year, self.day.month, self.day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
        with clock.frozen(here):
            yield

    def step(self, name: str, work: Callable[[], object]) -> object:
        """Do something as one process would; if that is killed, as the next one does after it."""
        began = time.monotonic()
        while True:
            try:
                with self.app.app_context():
                    self.killer.armed = True
                    try:
                        found = work()
                    finally:
                        self.killer.armed = False
                        db.session.remove()
                break
            except Killed:
                with self.app.app_context():
                    db.engine.dispose()
        self.counts[name] = self.counts.get(name, 0) + 1
        self.slowest[name] = max(self.slowest.get(name, 0.0), time.monotonic() - began)
        return found

    def act(self, name: str, work: Callable[..., object]) -> object:
        """Let the administrator do something in one transaction."""

        def whole() -> object:
            actor = as_actor(session().get_one(Person, self.admin))
            with transaction():
                return work(actor)

        return self.step(name, whole)

    def jobs(self, *names: str) -> None:
        for job in worker.SCHEDULE:
            if job.name in names:
                self.step(job.name, job.work)

    def read(self, work: Callable[[], object]) -> object:
        with self.app.app_context():
            try:
                return work()
            finally:
                db.session.remove()

    # --- the company ---------------------------------------------------------------------------------------

    def _found(self, teams: int) -> None:
        def begin() -> None:
            root = a_team("总部")
            admin = a_person(Role.ADMIN, Role.TRAINER, team=root, no="ADMIN", name="管理员")
            manager = a_person(Role.LEAD, team=root, no="L0", name="经理")
            self.root, self.admin = root.id, admin.id
            self.teams = [a_team(f"组{number}", root).id for number in range(teams)]
            for person, is_lead in ((admin, False), (manager, True)):
                self.members[person.employee_no] = Member(
                    id=person.id, no=person.employee_no, team=root.id, is_lead=is_lead
                )
            trainer = as_actor(admin)
            self.lessons: list[str] = []
            for course in ("basic", "q1", "q2", "q3", "q4"):
                for lesson in "ab":
                    self._document(trainer, f"{course}-{lesson}", "lesson", a_lesson_text(f"{course}{lesson}"))
                inside = "\n".join(f"{n}. [{course}{x}]({course}-{x}.md)" for n, x in enumerate("ab", start=1))
                self._document(
                    trainer, course, "course", f"---\n类型: 课程\n---\n# 课程{course}\n\n## 内容\n{inside}\n"
                )
            for lesson in ("fast", "peak", "fresh"):
                self._document(trainer, lesson, "lesson", a_lesson_text(lesson))
            self.documents = {
                row.slug: row.document_id for row in session().execute(select(Slug.slug, Slug.document_id))
            }

        self.read(begin)
        owner = accounts.Owner
        self.act(
            "pattern",
            lambda actor: accounts.set_pattern(
                actor, owner(team_id=self.root), weekdays=0b0011111, from_on=FIRST, follows_holidays=True
            ),
        )
        for number, team in enumerate(self.teams):
            cycle = FOUR_ON_TWO_OFF if number % 2 else ()
            self.act(
                "pattern",
                lambda actor, team=team, cycle=cycle: accounts.set_pattern(
                    actor,
                    owner(team_id=team),
                    weekdays=0b0111111 if not cycle else EVERY_DAY,
                    from_on=FIRST,
                    cycle=cycle,
                ),
            )
        for start in range(0, self.size, 100):
            self._hire(min(100, self.size - start))
        for team in self.teams:
            lead = next(each for each in self.members.values() if each.team == team)
            self.act("grant", lambda actor, lead=lead: accounts.grant(actor, lead.id, Role.LEAD, lead.team))
            lead.is_lead = True
        self.act("certificate", self._plan)
        self.plan = self.read(lambda: session().scalar(select(CertificatePlan.id)))
        self._rules()

    def _document(self, trainer, slug: str, kind: str, text: str) -> None:
        a_document(trainer, text, kind=kind, slug=slug)
        if kind == "lesson":
            self.lessons.append(slug)

    def _plan(self, actor) -> None:
        draft = certificates.Draft(
            document_id=self.documents["basic"],
            name="上岗证",
            terms=Terms(valid_days=90, renew_days=20, grace_days=5),
            refresher_id=self.documents["fresh"],
        )
        certificates.make_plan(actor, draft)

    def _rules(self) -> None:
        wanted = (
            ("全员", "basic", Audience(), DuePlan(days=30, at_least=14)),
            ("大促", "peak", Audience(tags=("大促支援",)), DuePlan(days=10, at_least=5)),
            ("临时", "fast", Audience(employment=("temporary",)), DuePlan(workdays=3, at_least=3)),
            ("无证", "fresh", Audience(lacks=(self.plan,), hired_until=FIRST), DuePlan(days=45, at_least=20)),
        )
        for name, slug, audience, due in wanted:
            self.act(
                "rule",
                lambda actor, name=name, slug=slug, audience=audience, due=due: duties.make_rule(
                    actor, name=name, document_id=self.documents[slug], audience=audience, due_plan=due
                ),
            )

    def _hire(self, count: int) -> None:
        new = []
        for _ in range(count):
            self.number += 1
            team = self.chance.choice(self.teams)
            temporary = self.chance.random() < 0.2
            new.append((f"A{self.number:05}", f"员工{self.number}", team, "temporary" if temporary else "regular"))

        def hire(actor) -> dict[str, int]:
            return {
                no: accounts.hire(
                    actor, employee_no=no, name=name, team_id=team, hired_on=self.day, position="客服", employment=kind
                ).id
                for no, name, team, kind in new
            }

        ids = self.act("hire", hire)
        for no, _name, team, _kind in new:
            self.members[no] = Member(id=ids[no], no=no, team=team)

    # --- the model -----------------------------------------------------------------------------------------

    def works(self, member: Member) -> bool:
        """Return whether somebody works today, by the model."""
        if self.day in member.own:
            return member.own[self.day]
        if member.team == self.root:
            return chinese_calendar.is_workday(self.day)
        if self.teams.index(member.team) % 2:
            return bool(FOUR_ON_TWO_OFF[(self.day - FIRST).days % 6])
        return self.day.weekday() < 6

    def silent(self, member: Member) -> bool:
        away = any(first <= self.day <= last for first, last in member.away)
        return away or any(first <= self.day <= last for first, last in self.freezes)

    def judge(self, *, may_speak: bool) -> int:
        """Look at what was said at this moment; return how many notices it were."""
        now = clock.now()
        by_id = {member.id: member for member in self.members.values()}
        said = session().scalars(select(Notice).where(Notice.at == now, Notice.topic.in_(("reminder", "late")))).all()
        assert may_speak or not said, f"{self.day}: {len(said)} were told in quiet hours"
        for notice in said:
            told = by_id[notice.person_id]
            assert told.active, f"{told.no} has left and was told"
            assert self.works(told), f"{told.no} is off on {self.day}"
            assert not self.silent(told), f"{told.no} is away on {self.day}"
        about = (
            session()
            .execute(
                select(Reminder, Assignment)
                .join(Assignment, Assignment.id == Reminder.assignment_id)
                .where(Reminder.notice_key.in_([notice.dedup_key for notice in said]))
            )
            .all()
            if said
            else []
        )
        assert {row.Reminder.notice_key for row in about} == {notice.dedup_key for notice in said}
        for reminder, assignment in about:
            owner = by_id[assignment.person_id]
            assert assignment.state == "open", f"{owner.no} was reminded of what is {assignment.state}"
            assert assignment.next_due_on is not None
            if reminder.step == LEAD:
                assert not self.silent(owner), f"the lead of {owner.no}, who is away, was told"
                assert self.day - reminder.due_on >= timedelta(days=3)
                assert by_id[reminder.person_id].is_lead
            else:
                assert reminder.person_id == assignment.person_id
                assert reminder.due_on + timedelta(days=reminder.step) <= self.day
                assert reminder.step >= 0 or self.day < reminder.due_on
        open_ones = {
            row.assignment_id
            for row in session().execute(
                select(AssignmentReason.assignment_id).where(
                    AssignmentReason.assignment_id.in_([a.id for _, a in about]), AssignmentReason.until.is_(None)
                )
            )
        }
        assert {assignment.id for _, assignment in about} == open_ones, "somebody was reminded of what nobody asks for"
        return len(said)

    # --- a day ---------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Live all days."""
        with self.killer.watching(self.app):
            for number in range(self.days):
                self.day = FIRST + timedelta(days=number)
                self.live_a_day()

    def live_a_day(self) -> None:
        with self.at(6, 10):
            self.jobs(*JOBS)
            self.read(lambda: self.judge(may_speak=False))
        with self.at(9, 5):
            self.jobs("notifications.remind")
            self.read(lambda: self.judge(may_speak=True))
            left = self.read(lambda: forecast(reminder_plan(), self.day))
            assert (left.people, left.leads) == (0, 0), f"{self.day}: {left} were forgotten"
        with self.at(11):
            self._company()
            self.jobs("assignments.keep_rules", "assignments.reschedule")
        with self.at(15):
            self._learn()
        with self.at(16):
            self.jobs("notifications.remind")
            self.read(lambda: self.judge(may_speak=True))
        with self.at(22, 40):
            self.jobs("notifications.remind")
            self.read(lambda: self.judge(may_speak=False))

    def _some(self, share: float, members: list[Member]) -> list[Member]:
        """Return so large a part of the people, by chance; the rest of a part is somebody or nobody."""
        wanted = share * len(members)
        count = int(wanted) + (self.chance.random() < wanted % 1)
        return self.chance.sample(members, min(count, len(members)))

    def _company(self) -> None:
        here = [
            member
            for member in self.members.values()
            if member.active and member.no.startswith("A") and member.no != "ADMIN"
        ]
        free = [member for member in here if not member.is_lead]
        self._hire(len(self._some(0.004, here)))
        for member in self._some(0.002, free):
            self.act("leave the company", lambda actor, m=member: accounts.close(actor, m.id))
            member.active = False
        for member in self._some(0.01, [each for each in self.members.values() if not each.active]):
            self.act("come back", lambda actor, m=member: accounts.reopen(actor, m.id))
            member.active, member.own = True, {day: on for day, on in member.own.items() if day < self.day}
        free = [member for member in free if member.active]
        for member in self._some(0.004, free):
            team = self.chance.choice([each for each in self.teams if each != member.team])
            self.act("move", lambda actor, m=member, t=team: accounts.move(actor, m.id, t, self.day))
            member.team = team
        for member in self._some(0.006, free):
            first = self.day + timedelta(days=self.chance.randint(0, 6))
            last = first + timedelta(days=self.chance.randint(0, 12))
            if all(last < a - timedelta(days=1) or first > b + timedelta(days=1) for a, b in member.away):
                self.act(
                    "take leave",
                    lambda actor, m=member, a=first, b=last: accounts.note_leave(
                        actor, m.id, from_on=a, until_on=b, kind="annual"
                    ),
                )
                member.away.append((first, last))
        for member in self._some(0.008, free):
            day, working = self.day + timedelta(days=self.chance.randint(0, 9)), self.chance.random() < 0.5
            self.act("swap a day", lambda actor, m=member, d=day, w=working: accounts.set_days(actor, {m.id: {d: w}}))
            member.own[day] = working
        for member in self._some(0.003, free):
            tags = ["大促支援"] if self.chance.random() < 0.7 else []
            self.act("tag", lambda actor, m=member, t=tags: accounts.set_tags(actor, m.id, t))
        self._freeze()
        self._cycle()
        self._relief()

    def _freeze(self) -> None:
        for name, first, last in (
            ("年货节", date(2026, 1, 20), date(2026, 1, 27)),
            ("618", date(2026, 6, 8), date(2026, 6, 20)),
            ("双十一", date(2026, 10, 28), date(2026, 11, 12)),
        ):
            if self.day == first - timedelta(days=10):
                self.act(
                    "freeze",
                    lambda actor, n=name, a=first, b=last: accounts.set_freeze(
                        actor, self.root, name=n, from_on=a, until_on=b
                    ),
                )
                self.freezes.append((first, last))

    def _cycle(self) -> None:
        quarter = quarter_of(self.day)
        began = quarter_days(quarter)[0]
        slug = f"q{quarter[-1]}"
        if self.day == max(began, FIRST) + timedelta(days=3):
            self.act("begin a cycle", lambda actor: self._begin(actor, quarter, slug))
        if self.day == began + timedelta(days=84):
            self.act("close a cycle", lambda actor: self._close(actor, quarter))

    def _begin(self, actor, quarter: str, slug: str) -> None:
        drafted = session().scalars(select(Cycle).where(Cycle.quarter == quarter, Cycle.state == "draft")).first()
        cycle = drafted or cycles.begin(actor, quarter)
        draft = draft_of(cycle)
        due = self.day + timedelta(days=60)
        waves = [replace(wave, starts_on=self.day, due_on=due) for wave in draft.waves]
        wanted = replace(draft, document_id=self.documents[slug], starts_on=self.day, due_on=due, waves=waves)
        cycles.change(actor, cycle.public_id, wanted)
        cycles.start(actor, cycle.public_id)

    def _close(self, actor, quarter: str) -> None:
        cycle = session().scalars(select(Cycle).where(Cycle.quarter == quarter, Cycle.state == "running")).first()
        if cycle is not None:
            cycles.close(actor, cycle.public_id, "")

    def _relief(self) -> None:
        owed = self.read(self._open_duties)
        if not owed:
            return
        for verb in ("exempt", "credit", "extend", "chase"):
            if self.chance.random() < min(0.9, len(owed) / 250):
                key = self.chance.choice(owed)
                days = self.chance.randint(3, 15)
                self.act(verb, lambda actor, v=verb, k=key, d=days: self._relieve(actor, v, k, d))

    def _open_duties(self) -> list[tuple[str, str, str]]:
        return sorted(
            session().execute(
                select(Person.employee_no, Slug.slug, Assignment.occasion)
                .join(Assignment, Assignment.person_id == Person.id)
                .join(Slug, Slug.document_id == Assignment.document_id)
                .where(Assignment.state == "open", Person.active, Person.id != self.admin)
            )
        )

    def _relieve(self, actor, verb: str, key: tuple[str, str, str], days: int) -> None:
        no, slug, occasion = key
        ids = list(
            session().scalars(
                select(Assignment.id)
                .join(Person, Person.id == Assignment.person_id)
                .join(Slug, Slug.document_id == Assignment.document_id)
                .where(
                    Person.employee_no == no,
                    Slug.slug == slug,
                    Assignment.occasion == occasion,
                    Assignment.state == "open",
                )
            )
        )
        until = self.day + timedelta(days=days)
        if verb == "exempt":
            duties.exempt(actor, ids, category="other", reason="借调", until_on=until)
        elif verb == "credit":
            duties.credit(actor, ids, "以前学过")
        elif verb == "extend":
            duties.extend(actor, ids, until, "请假补课")
        else:
            chase(actor, ids)

    def _learn(self) -> None:
        """Let people who work today finish a lesson now and then, more eagerly the nearer its day is."""
        todo = self.read(
            lambda: sorted(
                session().execute(
                    select(Person.employee_no, Slug.slug, AssignmentItem.due_on)
                    .join(Assignment, Assignment.person_id == Person.id)
                    .join(AssignmentItem, AssignmentItem.assignment_id == Assignment.id)
                    .join(Document, Document.id == AssignmentItem.document_id)
                    .join(Slug, Slug.document_id == Document.id)
                    .where(
                        Assignment.state == "open",
                        AssignmentItem.done_at.is_(None),
                        AssignmentItem.required,
                        Document.kind == "lesson",
                        Person.active,
                    )
                ),
                key=lambda row: (row[0], row[1], row[2] or date.max),
            )
        )
        done = set()
        for no, slug, due in todo:
            member = self.members[no]
            eager = 0.02 if due is None or due > self.day + timedelta(days=8) else 0.12 if due >= self.day else 0.08
            if self.chance.random() >= eager or no in done or not self.works(member) or self.silent(member):
                continue
            done.add(no)
            self.step("learn", lambda m=member, s=slug: self._finish(m, s))

    def _finish(self, member: Member, slug: str) -> None:
        actor = as_actor(session().get_one(Person, member.id))
        with transaction():
            shown = content.open_published(actor, "lesson", slug)
            reading.complete(actor, "lesson", slug, number=shown.number)

    # --- what it came to ----------------------------------------------------------------------------------

    def judge_the_whole(self) -> None:
        """Assert of the whole year what can be seen at its end."""
        with self.at(23):
            self.read(self._every_duty_is_explained)
            self.read(self._every_notice_was_said_once)
            before = self.digest()
            self.read(lambda: recompute())
            assert self.digest() == before, "counting all rules anew changes something"

    def _every_duty_is_explained(self) -> None:
        live: dict[int, list[AssignmentReason]] = {}
        for reason in session().scalars(select(AssignmentReason).where(AssignmentReason.until.is_(None))):
            live.setdefault(reason.assignment_id, []).append(reason)
        ever = set(session().scalars(select(AssignmentReason.assignment_id)))
        active = set(session().scalars(select(Rule.id).where(Rule.active)))
        excused = {
            row.assignment_id for row in session().scalars(select(Exemption).where(Exemption.ended_at.is_(None)))
        }
        here = {member.id for member in self.members.values() if member.active}
        for duty in session().scalars(select(Assignment)):
            assert duty.id in ever, f"{duty.id} was never asked for"
            if duty.state == "open":
                assert duty.person_id in here, "somebody who has left owes something"
                assert live.get(duty.id), f"nobody asks for {duty.id}, and it is open"
                for reason in live[duty.id]:
                    assert reason.kind in {"rule", "cycle", "expiry", "manual"}
                    if reason.ref.startswith("rule:"):
                        assert int(reason.ref.removeprefix("rule:")) in active
            elif duty.state == "exempt":
                assert duty.id in excused
            elif duty.state in {"withdrawn", "optional"}:
                assert duty.person_id not in here or not live.get(duty.id)
            else:
                assert duty.state == "done"
                assert duty.done_at is not None

    def _every_notice_was_said_once(self) -> None:
        told = session().execute(select(Notice.person_id, Notice.topic, Notice.at, Notice.dedup_key)).all()
        assert len({row.dedup_key for row in told}) == len(told)
        days = [(row.person_id, row.topic, row.at.date()) for row in told if row.topic in {"reminder", "late"}]
        assert len(days) == len(set(days)), "somebody was reminded twice on one day"
        done = {id: at for id, at in session().execute(select(Assignment.id, Assignment.done_at)) if at is not None}
        at = {row.dedup_key: row.at for row in told}
        said: dict[tuple[int, int], list[Reminder]] = {}
        for reminder in session().scalars(select(Reminder).where(Reminder.step != LEAD).order_by(Reminder.said_on)):
            finished = done.get(reminder.assignment_id)
            assert finished is None or at[reminder.notice_key] <= finished, "somebody was reminded of what was done"
            said.setdefault((reminder.assignment_id, reminder.step), []).append(reminder)
        for group in said.values():
            for one, other in itertools.pairwise(group):
                assert other.said_on - one.said_on >= timedelta(days=1)

    def digest(self) -> list[tuple]:
        """Return all that the year came to by names that no database gives: two years are one if these are equal."""
        return self.read(self._digest)

    def _digest(self) -> list[tuple]:
        people = {row.id: row.employee_no for row in session().execute(select(Person.id, Person.employee_no))}
        slugs = {row.document_id: row.slug for row in session().execute(select(Slug.document_id, Slug.slug))}
        rules = {row.id: (row.name, row.source) for row in session().scalars(select(Rule))}
        quarters = {row.id: row.quarter for row in session().scalars(select(Cycle))}
        held = {row.id: (people[row.person_id], row.valid_from) for row in session().scalars(select(Certificate))}

        def named(ref: str) -> str:
            def put(found: re.Match[str]) -> str:
                kinds = {"rule": rules, "cycle": quarters, "expiry": held, "person": people}
                return f"{found[1]}:{kinds[found[1]].get(int(found[2]))}"

            return re.sub(r"(rule|cycle|expiry|person):(\d+)", put, ref)

        names = {
            row.id: (people[row.person_id], slugs[row.document_id], named(row.occasion))
            for row in session().scalars(select(Assignment))
        }
        found: list[tuple] = []
        for duty in session().scalars(select(Assignment)):
            found.append(
                (
                    "duty",
                    *names[duty.id],
                    duty.state,
                    str(duty.due_on),
                    str(duty.next_due_on),
                    str(duty.done_at),
                    duty.done_items,
                    duty.total_items,
                )
            )
        for item in session().scalars(select(AssignmentItem)):
            found.append(
                (
                    "item",
                    *names[item.assignment_id],
                    item.position,
                    str(item.due_on),
                    str(item.extended_to),
                    str(item.done_at),
                    item.exempt,
                    item.required,
                )
            )
        for reason in session().scalars(select(AssignmentReason)):
            found.append(
                (
                    "reason",
                    *names[reason.assignment_id],
                    reason.kind,
                    named(reason.ref),
                    str(reason.due_on),
                    str(reason.since),
                    str(reason.until),
                )
            )
        for notice in session().scalars(select(Notice)):
            found.append(
                (
                    "notice",
                    people[notice.person_id],
                    notice.topic,
                    str(notice.sentence),
                    str(notice.at),
                    str(notice.read_at),
                )
            )
        for said in session().scalars(select(Reminder)):
            found.append(
                (
                    "said",
                    people[said.person_id],
                    *names[said.assignment_id],
                    str(said.due_on),
                    said.step,
                    str(said.said_on),
                    said.done,
                )
            )
        for one in session().scalars(select(Certificate)):
            found.append(("certificate", *held[one.id], str(one.valid_until), str(one.lapsed_at), str(one.issued_at)))
        for person in session().scalars(select(Person)):
            found.append(("person", person.employee_no, person.active, str(person.left_on)))
        return sorted(found)
