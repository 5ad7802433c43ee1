"""The sample company, built for real: everybody's numbers come out as the story says, and the log verifies."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.models import CohortMember, Person
from lms.accounts.queries import actor_by_employee_no, works_of
from lms.assignments.models import Assignment, Measure
from lms.assignments.queries import duties
from lms.content import queries as content
from lms.content.lint import FOLDERS
from lms.content.models import Attachment, Autosave, Document, Part, ReviewMark, Revision
from lms.content.queries import autosave, quality
from lms.content.queries.quality import Concern, Wanted
from lms.core import clock
from lms.core.db import db, session
from lms.core.here import settings, today
from lms.core.models import AuditEntry
from lms.courseware.models import CoursewareAttempt
from lms.courseware.queries import results as courseware
from lms.demo import exams, inspecting, judging, phoning, staffing, story, writings
from lms.demo.company import AUTUMN_COHORT
from lms.demo.stage import FULL_PACE, Stage
from lms.drills.models import Run, TeamDrill
from lms.home import desk
from lms.home.queries import screen
from lms.home.sections import sections_of
from lms.home.setup.queries import facts
from lms.home.setup.rules import Step, lacking
from lms.kb import queries as kb
from lms.kb.models import Gap, GapAsker, SearchLog, Suggestion, UrgentNotice, UrgentReceipt
from lms.learning import queries as learning
from lms.learning.models import Certificate, CertificatePlan, Cycle, LiveSession, QueueRight, Seat, ServiceQueue
from lms.learning.queries import campaigns, surveys
from lms.performance.actions import scoring
from lms.performance.models import InspectionItem, InspectionLoop
from lms.performance.queries import formulas, scores
from lms.performance.queries.figures import metrics
from lms.performance.rules.periods import Grain, period_of
from lms.quizzes.models import Attempt
from lms.readiness.queries import staffing as staff
from lms.records.models import Record
from lms.records.queries import verify
from lms.reports import queries as reports
from lms.reports.queries import Filter
from lms.reviews.queries import appraisals
from tests.conftest import an_app

pytestmark = [pytest.mark.committed, pytest.mark.timeout(1500)]  # the first test builds a company of a hundred days


@pytest.fixture(scope="module")
def academy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("academy")
    app = an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}", demo="1")
    with app.app_context():
        story.tell(lambda chapter: None)
        yield app
        db.engine.dispose()


def test_sixty_people_work_here_and_eighteen_temps_have_left(academy):
    working = session().scalar(select(func.count()).select_from(Person).where(Person.active))
    temps = session().scalars(select(Person).where(Person.employment == "temporary")).all()
    assert working == 61  # sixty and the administrator's account
    assert len(temps) == 18
    assert not any(temp.active for temp in temps)


def test_the_temps_stood_in_one_intake_and_their_accounts_ended_by_themselves(academy):
    temps = list(session().scalars(select(Person.id).where(Person.employment == "temporary")))
    intakes = session().scalars(select(CohortMember.cohort_id).where(CohortMember.person_id.in_(temps))).all()
    assert (len(intakes), len(set(intakes))) == (18, 1)
    closed = select(AuditEntry.actor_id).where(AuditEntry.verb == "person.closed", AuditEntry.person_id.in_(temps))
    assert session().scalars(closed).all() == [None] * 18


def test_lin_xiaoman_is_on_the_fourth_of_ten_days(academy):
    found = screen(actor_by_employee_no("A1001"))
    assert found.journey is not None
    assert (found.journey.number, found.journey.count) == (4, 10)
    assert [day.state for day in found.journey.days[:4]] == ["done", "done", "done", "now"]
    assert found.mentor.employee_no == "A1009"
    assert found.lists.next.title == "杯壶与定制"
    assert found.reading.section == 2


def test_each_mentor_of_the_new_intake_is_waited_for(academy):
    waiting = {no: learning.waiting(actor_by_employee_no(no), limit=50) for no in ("A1009", "A1002", "A1024")}
    assert {no: [work.employee_no for work in works] for no, works in waiting.items()} == {
        "A1009": ["A1001"],
        "A1002": ["A1052"],
        "A1024": ["A1053"],
    }


def test_every_day_of_the_onboarding_has_something_due(academy):
    mine = duties(actor_by_employee_no("A1001").id, today())
    assert {duty.item.day for duty in mine} >= set(range(1, 11))
    assert sum(duty.item.minutes for duty in mine if duty.item.required) == 4_800


def test_today_is_a_working_day(academy):
    found = screen(actor_by_employee_no("A1001"))
    assert today() in {day.on for day in found.journey.days}


def test_seven_of_the_autumn_intake_have_finished(academy):
    lead = actor_by_employee_no("L1001")
    goal = reports.goal_named(lead, "curriculum:onboarding/curriculum")
    whole = reports.summary(lead, Filter(document_id=goal.document_id))
    assert (whole.people, whole.done) == (11, 7)
    assert 1 <= whole.overdue <= 2


def attempts_of(employee_no, slug):
    document = content.open_published(actor_by_employee_no("T1001"), "quiz", slug).document_id
    person = actor_by_employee_no(employee_no)
    found = select(Attempt).where(Attempt.person_id == person.id, Attempt.document_id == document)
    return session().scalars(found.order_by(Attempt.started_at)).all()


def test_seven_have_passed_the_final_exam_some_at_the_second_try(academy):
    tries = [attempts_of(no, "onboarding/q7-final") for no in AUTUMN_COHORT[:-1]]
    assert all(each[-1].passed for each in tries)
    assert [each.passed for each in attempts_of("A1049", "onboarding/q7-final")] == [False, True]


def test_who_left_on_the_fifth_day_has_kept_the_records_of_four(academy):
    gone = session().scalars(select(Person).where(Person.employee_no == AUTUMN_COHORT[-1])).one()
    days = {record.at.date() for record in session().scalars(select(Record).where(Record.person_id == gone.id))}
    assert (gone.active, len(days)) == (False, 4)


def test_two_of_the_temps_never_passed(academy):
    temps = select(Person.id).where(Person.employment == "temporary")
    exam = content.open_published(actor_by_employee_no("T1001"), "quiz", "peak/fast-track").document_id
    sat = session().scalars(select(Attempt).where(Attempt.person_id.in_(temps), Attempt.document_id == exam)).all()
    assert len({each.person_id for each in sat}) == 18
    assert len({each.person_id for each in sat if each.passed}) == 16


def test_the_third_quarter_was_closed_with_two_exempt_for_a_long_leave(academy):
    cycle = session().scalars(select(Cycle).where(Cycle.quarter == "2026Q3")).one()
    assert (cycle.state, cycle.report["done"], cycle.report["counted"]) == ("closed", 47, 49)
    exempt = session().scalars(select(Assignment).where(Assignment.occasion == f"cycle:{cycle.id}"))
    assert sum(duty.state == "exempt" for duty in exempt) == 2


def test_who_passed_the_months_exam_holds_a_certificate_and_may_take_refunds(academy):
    exam = session().scalars(select(CertificatePlan.id).where(CertificatePlan.name == "售后接待资格证")).one()
    passed = session().scalars(select(Certificate.person_id).where(Certificate.plan_id == exam)).all()
    queue = session().scalars(select(ServiceQueue).where(ServiceQueue.code == "refund")).one()
    may = session().scalars(select(QueueRight.person_id).where(QueueRight.queue_id == queue.id, QueueRight.allowed))
    assert set(may) == set(passed)
    assert 10 < len(passed) < 46


def test_some_of_the_night_team_are_ready_for_the_next_peak(academy):
    lead = actor_by_employee_no("L1001")
    pack = campaigns.campaigns(lead, today())[0]
    ready, people = campaigns.ready_counts(lead, [pack.id])[pack.id]
    assert 1 <= ready < people


def test_the_pulse_is_shown_because_enough_have_answered(academy):
    assert len(surveys.released_of([pulse.id for pulse in surveys.pulses()])) == 1


def test_more_people_want_to_hear_the_guest_than_there_are_places(academy):
    states = session().scalars(
        select(Seat.state).join(LiveSession).where(LiveSession.kind == "online", LiveSession.state == "planned")
    )
    assert {"enrolled", "waiting"} <= set(states)


def test_thirty_three_of_fifty_one_have_finished_the_quarter_and_five_are_late(academy):
    lead = actor_by_employee_no("L1001")
    goal = reports.goal_named(lead, "course:quarterly/2026q4")
    whole = reports.summary(lead, Filter(document_id=goal.document_id))
    assert (whole.people, whole.done, whole.overdue) == (51, 33, 5)


def test_seven_of_ten_have_passed_the_lesson_on_telephones_two_are_in_the_middle_and_one_has_not_begun(academy):
    lead = actor_by_employee_no("L1001")
    goal = reports.goal_named(lead, f"course:{phoning.COURSE}")
    whole = reports.summary(lead, Filter(document_id=goal.document_id))
    assert (whole.people, whole.done, whole.begun, whole.overdue) == (10, 7, 2, 0)
    package = content.open_published(lead, "scorm", phoning.PACKAGE).document_id
    tries = session().scalars(select(CoursewareAttempt).where(CoursewareAttempt.document_id == package)).all()
    assert sorted(each.status for each in tries) == ["failed"] + ["passed"] * 7 + ["started"] * 2
    assert len(courseware.results(lead, package)) == 10


def test_one_article_is_twelve_days_past_its_review(academy):
    found, count = content.find(content.Filter(state="expired"))
    assert count == 1
    assert found[0].card.verified_until == today() - timedelta(days=12)


def worries(concern):
    return [each.card.slug for each in quality.worries(Wanted(), today(), clock.now()) if each.concern == concern]


def test_every_shipped_picture_is_there_to_be_shown(academy):
    root = settings().content_path
    shipped = {str(path.relative_to(root)) for folder in FOLDERS for path in (root / folder).rglob("files/*.svg")}
    kept = session().execute(select(Attachment.path, Attachment.state)).all()
    assert shipped
    assert {(path, "ready") for path in shipped} <= {tuple(row) for row in kept}


def test_the_quality_page_has_one_finding_of_every_sort(academy):
    found = {each.concern for each in quality.worries(Wanted(), today(), clock.now())}
    assert found == set(Concern)


def test_what_a_trainer_who_left_had_written_fell_to_the_lead(academy):
    opened = content.open_published(actor_by_employee_no("A1002"), "article", writings.ENTERPRISE)
    assert opened.owner_name == "方远"


def test_a_draft_has_lain_about_for_a_month(academy):
    assert worries(Concern.OLD_DRAFT) == ["emergency/outage"]


def test_a_quiz_made_in_a_hurry_has_no_owner_and_rests_on_nothing(academy):
    assert worries(Concern.NO_OWNER) == worries(Concern.NO_BASIS) == [writings.PEAK_CHECK]


def test_four_quizzes_and_a_lesson_lie_in_no_course(academy):
    alone = [writings.PEAK_CHECK, exams.MONTHLY, judging.EXAM, staffing.LESSON, "practice/mixed-review"]
    assert sorted(worries(Concern.UNUSED)) == sorted(alone)


def test_a_file_and_the_studio_have_both_changed_one_article(academy):
    assert worries(Concern.CONFLICT) == ["logistics/freight-insurance"]


def test_the_first_steps_of_the_company_are_done(academy):
    assert [step for step in Step if lacking(step, facts())] == []


def test_the_trainer_finds_drafts_on_her_desk_and_what_she_had_not_saved(academy):
    trainer = actor_by_employee_no("T1001")
    work = content.open_work("article", "after-sales/return-freight")
    assert desk.studio(trainer).draft_count == 4
    assert autosave.unsaved(trainer.id, work.card.document_id).base_revision_id == work.head_id


def test_a_colleague_has_the_same_article_open_when_the_story_ends(academy):
    work = content.open_work("article", "after-sales/return-freight")
    seen = session().scalars(select(Autosave).where(Autosave.document_id == work.card.document_id)).all()
    assert {each.person_id for each in seen} == {actor_by_employee_no(no).id for no in ("T1001", "A1007")}


def test_price_protection_was_changed_yesterday_by_the_trainer(academy):
    opened = content.open_published(actor_by_employee_no("A1002"), "article", "after-sales/price-protection")
    change = kb.last_change(opened.revision_id)
    assert (opened.number, change.name) == (3, "苏岩")


def test_57_searches_opened_nothing_and_6_the_day_after_there_was_an_answer(academy):
    found = select(func.count()).select_from(SearchLog).where(SearchLog.query.in_(writings.IN_VAIN))
    answered = session().scalar(select(Gap.closed_at).where(Gap.state == "closed"))
    assert session().scalar(found.where(SearchLog.clicked_id.is_(None), SearchLog.at < answered)) == 57
    assert session().scalar(found.where(SearchLog.at > answered)) == 6
    assert kb.search(actor_by_employee_no("A1002"), "爆仓改地址")[0].slug == writings.EAST


def test_the_gap_was_closed_by_its_article_and_who_asked_was_told(academy):
    gap = session().scalars(select(Gap).where(Gap.state == "closed")).one()
    asked = session().scalars(select(GapAsker).where(GapAsker.gap_id == gap.id)).all()
    assert content.cards([gap.document_id])[gap.document_id].slug == writings.EAST
    assert len(asked) > 10
    assert sum(asker.told_at is not None for asker in asked) >= len(asked) - 8  # a few asked after it was there


def test_one_gap_waits_for_the_trainer(academy):
    assert session().scalars(select(Gap.title).where(Gap.state == "open")).all() == ["以旧换新怎么办理"]


def receipts(title):
    found = select(func.count(), func.count(UrgentReceipt.confirmed_at)).join(
        UrgentNotice, UrgentNotice.id == UrgentReceipt.urgent_notice_id
    )
    return tuple(session().execute(found.where(UrgentNotice.title.startswith(title))).one())


def test_38_of_44_confirmed_the_kettle_on_the_same_day_and_all_by_the_next(academy):
    assert receipts("K2 底座异响") == (44, 44)
    sent = session().scalars(select(UrgentNotice).order_by(UrgentNotice.sent_at)).first()
    home = datetime.combine(sent.sent_at.date(), time(18), tzinfo=settings().timezone)
    by_evening = select(func.count()).where(
        UrgentReceipt.urgent_notice_id == sent.id, UrgentReceipt.confirmed_at < home
    )
    assert session().scalar(by_evening) == 38


def test_a_notice_of_this_morning_stands_and_ten_have_not_confirmed_it(academy):
    assert receipts("华东仓恢复发货") == (51, 41)


def doubted(slug):
    cause = content.open_published(actor_by_employee_no("T1001"), "article", slug).document_id
    found = session().execute(
        select(Part.kind, Document.kind, func.count(), func.count(ReviewMark.cleared_at))
        .join(Part, Part.id == ReviewMark.part_id)
        .join(Document, Document.id == Part.document_id)
        .join(Revision, Revision.id == ReviewMark.cause_revision_id)
        .where(Revision.document_id == cause)
        .group_by(Part.kind, Document.kind)
    )
    return {(part, kind): (count, cleared) for part, kind, count, cleared in found}


def test_the_freight_rule_put_12_questions_and_3_lessons_in_doubt_and_all_were_looked_at(academy):
    marks = doubted(writings.FREIGHT)
    questions = [count for (part, _), count in marks.items() if part == "question"]
    assert sum(count for count, _ in questions) == 12
    assert marks["section", "lesson"] == (3, 3)
    assert all(count == cleared for count, cleared in marks.values())


def test_twelve_questions_of_quizzes_and_banks_wait_to_be_confirmed_after_yesterdays_edit(academy):
    assert doubted("after-sales/price-protection")["question", "quiz"] == (12, 0)


def test_each_fate_of_a_proposal_can_be_seen(academy):
    states = session().scalars(select(Suggestion.state).order_by(Suggestion.at)).all()
    assert sorted(states) == ["accepted", "declined", "open", "open"]


def test_31_people_practised_the_wrong_price_twice_and_the_second_time_better(academy):
    with academy.app_context():
        done = session().execute(
            select(TeamDrill.title, func.count(), func.avg(100 * Run.earned / Run.possible))
            .join(Run, Run.team_drill_id == TeamDrill.id)
            .where(Run.state == "ended")
            .group_by(TeamDrill.id)
            .order_by(TeamDrill.opens_at)
        )
        assert [(people, round(mean)) for _, people, mean in done] == [(31, 68), (31, 79)]


def test_two_replies_wait_for_a_person_and_the_measures_were_checked(academy):
    with academy.app_context():
        assert session().scalar(select(func.count()).where(Run.waiting)) == 2
        of_drills = select(Measure.verdict).where(Measure.about.startswith("team_drill:")).order_by(Measure.id)
        assert session().scalars(of_drills).all() == ["worked", "worked", ""]


def test_somebody_is_on_leave_and_still_owes_what_came_meanwhile(academy):
    away = session().scalars(select(Person).where(Person.name == "常乐")).one()
    assert not works_of([away.id])[away.id](today())
    open_now = [duty.kind for duty in duties(away.id, today()) if not duty.item.settled]
    assert sorted(open_now) == ["article"] * 4 + ["quiz"] * 2  # the pack for 双十二 of the night team among them


def test_told_soon_after_midnight_this_morning_still_lies_in_today(academy):
    here = datetime.combine(today(), time(0, 20), tzinfo=settings().timezone)
    stage = Stage(now=here, admin=actor_by_employee_no("ADMIN"), ids={}, teams={})
    assert stage.today_at(FULL_PACE).date() == today()
    assert stage.at(1, 9).date() == today() - timedelta(days=1)


def test_nothing_in_the_log_was_written_before_what_stands_above_it(academy):
    moments = session().scalars(select(Record.at).order_by(Record.seq)).all()
    assert moments == sorted(moments)
    assert moments[-1] <= clock.now()


def test_the_log_of_three_months_verifies(academy):
    verdict = verify()
    assert verdict.checked > 1_000
    assert verdict.problems == ()


def test_nobody_is_told_twice(academy):
    assert story.is_told()


def test_a_lead_of_a_team_sees_nobody_of_another(academy):
    lead = actor_by_employee_no("L1003")
    goal = reports.goal_named(lead, "course:quarterly/2026q4")
    lines = reports.lines(lead, Filter(document_id=goal.document_id))
    assert {line.team for line in lines} == {"售后一组"}


# scores, inspections, appraisals, staff


def the(no):
    return session().scalars(select(Person).where(Person.employee_no == no)).one()


def last_quarter():
    return str(period_of(today(), Grain.QUARTER).before)


def test_the_composite_of_chen_yu_is_79_17_point_by_point(academy):
    scored = scores.latest(the(judging.JUDGED).id, last_quarter())
    assert [(part.name, part.contribution) for part in scored.parts] == [
        ("满意度", 25.47),
        ("一次解决率", 20.50),
        ("首次响应时长", 15.00),
        ("质检合格率", 8.00),
        ("培训", 10.20),
    ]
    assert (scored.total, scored.raw_total, scored.final, scored.unannounced) == (79.17, 77.04, True, False)
    assert (scored.parts[0].raw, scored.parts[0].n, scored.parts[0].adjusted) == (
        pytest.approx(77.8),
        9,
        pytest.approx(84.9),
    )


def test_a_later_regrade_would_give_090_more_and_moves_no_signed_number(academy):
    person, quarter = the(judging.JUDGED), period_of(today(), Grain.QUARTER).before
    formula = formulas.in_force(quarter)
    today_it_is = scoring.reckon(formula.spec, quarter, metrics(every=True), [person.id])[person.id]
    assert round(today_it_is.total - scores.latest(person.id, str(quarter)).total, 2) == 0.90
    [row] = appraisals.own(actor_by_employee_no(judging.JUDGED))
    assert (row.mark, row.stand.state) == (79.17, "appealed")


def test_eleven_people_promised_a_day_and_four_have_learned(academy):
    item = session().scalars(select(InspectionItem).where(InspectionItem.name == inspecting.PROMISE)).one()
    loops = session().scalars(select(InspectionLoop).where(InspectionLoop.item_id == item.id)).all()
    assert len({loop.person_id for loop in loops}) == inspecting.FAILED
    assert sum(loop.state != "open" for loop in loops) == inspecting.LEARNED


def test_ten_people_are_missing_for_the_next_peak(academy):
    gap = staff.next_gap(actor_by_employee_no("L1001"))
    assert (gap.need, gap.certified, gap.gap) == (53, 43, 10)


def test_every_role_finds_its_part_of_the_year_on_its_first_screen(academy):
    for no, templates in {
        "D1001": {"judging", "outlook"},
        "H1001": {"judging", "outlook"},
        "Q1001": {"inspections"},
    }.items():
        shown = {each.template for each in sections_of(actor_by_employee_no(no))}
        assert {f"lms/home/section_{name}.html" for name in templates} <= shown, no
