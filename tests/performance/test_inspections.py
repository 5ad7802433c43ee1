"""Verdicts come in, may be appealed against, take effect only then, and what failed is followed until it is mended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_id
from lms.assignments.models import Assignment, AssignmentReason
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.notifications.models import Notice
from lms.performance.actions import inspection_appeals as appeals
from lms.performance.actions import inspections as actions
from lms.performance.jobs import inspections as jobs
from lms.performance.models import Inspection, InspectionBatch, InspectionFinding, InspectionLoop
from lms.performance.queries import inspection_items as items
from lms.performance.queries import inspections as reading
from lms.performance.queries.inspection_desk import desk
from lms.performance.queries.inspections import Wanted, quality_of_period
from lms.performance.rules.inspections import Stage, State
from lms.performance.rules.periods import period
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_certificates import completes
from tests.support.make_duties import a_document
from tests.support.make_inspections import a_row, an_inspector, an_item, inspected, later, loops_of, taken

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = date(2026, 11, 23)
REASON = "当时顾客问的是预售款，我说的是页面写的时间。"


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def people(world):
    root = a_team("客服中心")
    team = a_team("售后一组", root)
    return {
        "root": root,
        "agent": a_person(Role.AGENT, team=team, no="A1001", name="小满"),
        "mate": a_person(Role.AGENT, team=team, no="A1002", name="小北"),
        "lead": a_person(Role.LEAD, team=team, no="L1002", name="组长"),
        "quality": a_person(Role.QUALITY, team=root, no="Q1001", name="苏质检"),
        "other": a_person(Role.QUALITY, team=root, no="Q1002", name="李质检"),
        "director": a_person(Role.DIRECTOR, team=root, no="D1001", name="总监"),
    }


def of(people, who):
    return as_actor(people[who])


def state(inspection):
    session().expire_all()
    return session().get_one(Inspection, inspection.id).state


def notices(person):
    return session().query(Notice).filter_by(person_id=person.id).all()


def duties(person):
    session().expire_all()
    return session().query(Assignment).filter_by(person_id=person.id).order_by(Assignment.id).all()


# import


def test_the_same_file_twice_changes_nothing(people):
    item = an_item()
    rows = [a_row(people["agent"], item), a_row(people["mate"], item, "9", quote="电话 13812345678")]
    first = taken(of(people, "quality"), *rows)
    again = taken(of(people, "quality"), *rows)
    assert (first.new, first.masked, again.new, again.unchanged) == (2, 1, 0, 2)
    assert session().query(InspectionBatch).count() == 1
    kept = [each.quote for each in session().query(InspectionFinding)]
    assert "13812345678" not in "".join(kept)


def test_one_refused_row_and_nothing_is_taken(people):
    item = an_item()
    with pytest.raises(Invalid) as refused:
        taken(of(people, "quality"), a_row(people["agent"], item), a_row(people["agent"], "没有这一项"))
    assert list(refused.value.fields) == ["items.1"]
    assert session().query(Inspection).count() == 0


def test_a_plan_that_is_another_by_now_is_not_carried_out(people):
    item = an_item()
    row = a_row(people["agent"], item)
    with pytest.raises(Conflict), transaction():
        actions.apply_rows(of(people, "quality"), [row], source="file", shown_digest="0" * 64, hide=None)


def test_the_person_is_told_once_of_a_batch_and_nobody_of_what_passed(people):
    item = an_item()
    actor = of(people, "quality")
    taken(actor, a_row(people["agent"], item), a_row(people["agent"], item), a_row(people["mate"], item, "合格"))
    [notice] = notices(people["agent"])
    assert notice.sentence["values"]["n"] == 2
    assert notices(people["mate"]) == []


def test_items_of_one_conversation_add_up(people):
    one, two = an_item(points=10), an_item(points=30)
    actor = of(people, "quality")
    taken(
        actor,
        a_row(people["agent"], one, "5", conversation="C1"),
        a_row(people["agent"], two, "30", conversation="C1"),
    )
    [line] = reading.lines(actor, Wanted())
    assert (line.score, line.failed, line.items) == (87.5, 1, (one.name,))


def test_an_item_that_comes_later_gives_the_days_anew(people):
    one, two = an_item(), an_item()
    actor = of(people, "quality")
    taken(actor, a_row(people["agent"], one, "合格", conversation="C1", on=TODAY))
    before = session().query(Inspection).one().appeal_until
    with clock.shifted(timedelta(days=2)):
        taken(actor, a_row(people["agent"], two, conversation="C1", on=TODAY))
    session().expire_all()
    inspection = session().query(Inspection).one()
    assert (inspection.failed, inspection.score) == (1, 50)
    assert inspection.appeal_until == before + timedelta(days=2)


# nothing before the window ends


def test_a_verdict_counts_for_nothing_until_nobody_can_appeal(people):
    lesson = a_document()
    item = an_item(lesson=lesson)
    inspection = inspected(of(people, "quality"), people["agent"], item)
    for days in (0, 1, 3):
        with later(days):
            assert state(inspection) == State.OPEN
            assert quality_of_period(period("2026-11"), None) == {}
            assert duties(people["agent"]) == []
    with later(4):
        assert state(inspection) == State.EFFECTIVE
        assert quality_of_period(period("2026-11"), [people["agent"].id]) == {people["agent"].id: (0.0, 1)}
        assert quality_of_period(period("2026-10"), None) == {}
        assert [duty.document_id for duty in duties(people["agent"])] == [lesson.id]


def test_the_days_are_those_that_were_said(people):
    item = an_item()
    inspection = inspected(of(people, "quality"), people["agent"], item)
    with transaction():
        actions.set_rules(of(people, "quality"), appeal_days=0, passes=1)
    with later(1):
        assert state(inspection) == State.OPEN
    other = inspected(of(people, "quality"), people["mate"], item)
    with later(1):
        assert state(other) == State.EFFECTIVE


def test_effects_happen_once_however_often_the_worker_looks(people):
    inspected(of(people, "quality"), people["agent"], an_item(lesson=a_document()))
    with later(4):
        assert jobs.take_effect() == jobs.keep_loops() == 0
        [duty] = duties(people["agent"])
        [reason] = session().query(AssignmentReason).filter_by(assignment_id=duty.id).all()
        assert reason.kind == "inspection"


def test_a_red_line_makes_the_score_0_and_the_lead_hears_of_it_afterwards(people):
    item, good = an_item(red_line=True), an_item()
    actor = of(people, "quality")
    taken(
        actor,
        a_row(people["agent"], item, "不合格", conversation="C1"),
        a_row(people["agent"], good, "合格", conversation="C1"),
    )
    assert notices(people["lead"]) == []
    with later(4):
        assert len(notices(people["lead"])) == 1
        assert quality_of_period(period("2026-11"), None)[people["agent"].id] == (0.0, 1)


# appeals


def test_an_appeal_stops_the_effects_until_another_inspector_answers(people):
    item = an_item(lesson=a_document())
    inspection = inspected(of(people, "quality"), people["agent"], item)
    with transaction():
        appeals.appeal(of(people, "agent"), inspection.public_id, REASON)
    with later(10):
        assert state(inspection) == State.APPEALED
        assert duties(people["agent"]) == []
        with transaction():
            decision = appeals.answer(
                of(people, "other"), inspection.public_id, overturn=[], words="话术里写明要说页面时间。"
            )
        assert decision == appeals.REJECTED
        jobs.take_effect()
        assert state(inspection) == State.EFFECTIVE
        assert len(duties(people["agent"])) == 1


def test_an_upheld_appeal_leaves_nothing_of_the_verdict(people):
    item = an_item(lesson=a_document())
    inspection = inspected(of(people, "quality"), people["agent"], item)
    with transaction():
        appeals.appeal(of(people, "agent"), inspection.public_id, REASON)
    with transaction():
        appeals.answer(of(people, "other"), inspection.public_id, overturn=[item.public_id], words="确实是预售款。")
    with later(10):
        assert state(inspection) == State.OVERTURNED
        assert quality_of_period(period("2026-11"), None) == {}
        assert duties(people["agent"]) == loops_of(people["agent"]) == []


def test_of_two_items_only_the_wrong_one_is_overturned(people):
    right, wrong = an_item(lesson=a_document()), an_item(lesson=a_document())
    actor = of(people, "quality")
    taken(
        actor,
        a_row(people["agent"], right, "5", conversation="C1"),
        a_row(people["agent"], wrong, "0", conversation="C1"),
    )
    [line] = reading.lines(actor, Wanted())
    with transaction():
        appeals.appeal(of(people, "agent"), line.public_id, REASON)
    with transaction():
        appeals.answer(of(people, "other"), line.public_id, overturn=[wrong.public_id], words="确实是预售款。")
    with later(4):
        assert quality_of_period(period("2026-11"), None) == {people["agent"].id: (50.0, 1)}
        assert [duty.document_id for duty in duties(people["agent"])] == [right.document_id]


def test_nobody_answers_an_appeal_against_themselves(people):
    inspection = inspected(of(people, "quality"), people["agent"], an_item())
    with transaction():
        appeals.appeal(of(people, "agent"), inspection.public_id, REASON)
    for who in ("quality", "agent", "lead"):
        with pytest.raises(Forbidden), transaction():
            appeals.answer(of(people, who), inspection.public_id, overturn=[], words="维持原来的判断。")
    assert len(notices(people["other"])) == 1
    with transaction():
        appeals.answer(of(people, "director"), inspection.public_id, overturn=[], words="维持原来的判断。")


def test_one_appeal_in_time_by_oneself_of_what_cost_points(people):
    actor = of(people, "quality")
    mine = inspected(actor, people["agent"], an_item())
    whole = inspected(actor, people["agent"], an_item(), "合格")
    with pytest.raises(NotFound), transaction():
        appeals.appeal(of(people, "mate"), mine.public_id, REASON)
    with pytest.raises(Invalid), transaction():
        appeals.appeal(of(people, "agent"), mine.public_id, "不服\x00")
    with pytest.raises(Conflict), transaction():
        appeals.appeal(of(people, "agent"), whole.public_id, REASON)
    with clock.frozen(mine.appeal_until), pytest.raises(Conflict), transaction():
        appeals.appeal(of(people, "agent"), mine.public_id, REASON)
    with clock.frozen(mine.appeal_until - timedelta(seconds=1)), transaction():
        appeals.appeal(of(people, "agent"), mine.public_id, REASON)
    with pytest.raises(Conflict), transaction():
        appeals.appeal(of(people, "agent"), mine.public_id, REASON)


# loops


def test_a_loop_closes_when_two_inspections_pass_after_the_lesson(people):
    lesson, quiz = a_document(), a_document("quiz")
    item = an_item(lesson=lesson, recheck=quiz)
    actor = of(people, "quality")
    inspected(actor, people["agent"], item)
    with later(4):
        [loop] = loops_of(people["agent"])
        assert (loop.state, loop.recheck_on) == (Stage.OPEN, TODAY + timedelta(days=11))
    with clock.shifted(timedelta(days=5)):
        completes(people["agent"], lesson.id)
    with later(5):
        [loop] = loops_of(people["agent"])
        assert (loop.state, loop.learned_on) == (Stage.LEARNED, TODAY + timedelta(days=5))
        assert [duty.document_id for duty in duties(people["agent"])] == [lesson.id, quiz.id]
    with clock.shifted(timedelta(days=6)):
        completes(people["agent"], quiz.id)
    with later(6):
        assert loops_of(people["agent"])[0].state == Stage.RECHECKED
        inspected(actor, people["agent"], item, "合格")
    with later(10):
        assert (loops_of(people["agent"])[0].passes, loops_of(people["agent"])[0].state) == (1, Stage.RECHECKED)
        inspected(actor, people["agent"], item, "合格")
    with later(14):
        [loop] = loops_of(people["agent"])
        assert (loop.state, loop.passes, loop.ended_on) == (Stage.CLOSED, 2, TODAY + timedelta(days=10))


def test_failing_again_after_the_lesson_opens_the_next_round_with_a_new_duty(people):
    lesson = a_document()
    item = an_item(lesson=lesson)
    actor = of(people, "quality")
    inspected(actor, people["agent"], item)
    with later(4):
        completes(people["agent"], lesson.id)
    with later(5):
        inspected(actor, people["agent"], item)
    with later(9):
        first, second = loops_of(people["agent"])
        assert (first.state, second.state, second.round) == (Stage.REPEATED, Stage.OPEN, 2)
        assert [duty.state for duty in duties(people["agent"])] == ["done", "open"]


def test_failing_again_before_the_lesson_is_the_same_loop_and_duty(people):
    item = an_item(lesson=a_document())
    actor = of(people, "quality")
    inspected(actor, people["agent"], item)
    with later(4):
        inspected(actor, people["agent"], item)
    with later(8):
        [loop] = loops_of(people["agent"])
        assert (loop.state, loop.fails) == (Stage.OPEN, 2)
        assert len(duties(people["agent"])) == 1


def test_an_old_conversation_that_is_judged_late_opens_no_loop_that_is_closed(people):
    item = an_item()
    with transaction():
        actions.set_rules(of(people, "quality"), appeal_days=0, passes=1)
    actor = of(people, "quality")
    inspected(actor, people["agent"], item)
    with later(1):
        pass
    with later(3):
        inspected(actor, people["agent"], item, "合格")
    with later(4):
        assert loops_of(people["agent"])[0].state == Stage.CLOSED
        inspected(actor, people["agent"], item, on=TODAY)
    with later(5):
        assert len(loops_of(people["agent"])) == 1


def test_learning_in_the_days_of_the_appeal_counts(people):
    lesson = a_document()
    inspected(of(people, "quality"), people["agent"], an_item(lesson=lesson))
    with clock.shifted(timedelta(days=1)):
        completes(people["agent"], lesson.id)
    with later(4):
        jobs.keep_loops()
        assert loops_of(people["agent"])[0].state == Stage.LEARNED


def test_who_has_left_owes_nothing(people):
    inspected(of(people, "quality"), people["agent"], an_item(lesson=a_document()))
    with transaction():
        session().get_one(type(people["agent"]), people["agent"].id).active = False
    with later(4):
        assert loops_of(people["agent"]) == duties(people["agent"]) == []


# second inspections


def test_a_second_inspection_counts_for_the_agreement_alone(people):
    item = an_item()
    row = a_row(people["agent"], item, "合格", conversation="C1")
    taken(of(people, "quality"), row)
    taken(of(people, "other"), a_row(people["agent"], item, "不合格", conversation="C1"))
    assert notices(people["agent"]) == []
    with later(4):
        assert quality_of_period(period("2026-11"), None) == {people["agent"].id: (100.0, 1)}
        found, together = items.agreements(of(people, "quality"), period("2026-11"))
        assert (found[0].agreement.n, found[0].agreement.agree, together.n) == (1, 0, 1)
        assert reading.count_lines(of(people, "agent"), Wanted()) == 1
        assert reading.count_lines(of(people, "lead"), Wanted()) == 1
        assert reading.count_lines(of(people, "other"), Wanted()) == 2
        assert loops_of(people["agent"]) == []


def test_what_is_to_be_judged_again_is_what_another_has_judged_once(people):
    item = an_item()
    actor, other = of(people, "quality"), of(people, "other")
    for number in range(5):
        inspected(actor, people["agent"], item, conversation=f"C{number}")
    now = period("2026-11")
    assert items.to_judge_again(actor, now, 9) == []
    found = items.to_judge_again(other, now, 3)
    assert len(found) == 3
    assert found[0].items == (item.name,)
    taken(other, a_row(people["agent"], item, conversation=found[0].conversation))
    assert found[0].conversation not in [each.conversation for each in items.to_judge_again(other, now, 9)]


# what is read


def test_repeat_failure_by_item_falls_from_one_month_to_the_next(people):
    item = an_item()
    actor = of(people, "quality")
    with transaction():
        actions.set_rules(actor, appeal_days=0, passes=2)
    for who, days in (("agent", (1, 8)), ("mate", (2,))):
        for number in days:
            inspected(actor, people[who], item, on=date(2026, 10, number))
    inspected(actor, people["mate"], item, on=date(2026, 11, 20))
    with later(1):
        [line] = items.item_lines(actor, period("2026-11"))
        assert (line.failures, line.people, line.repeats, line.rate) == (1, 1, 0, 0)
        assert line.before_rate == pytest.approx(100 / 3)


def test_each_sees_their_own_the_lead_the_team_and_trainers_nobody(people):
    actor = of(people, "quality")
    inspected(actor, people["agent"], an_item())
    other_lead = an_actor(Role.LEAD, team=a_team("售后二组", people["root"]))
    sees = {"agent": 1, "mate": 0, "lead": 1, "quality": 1, "director": 1}
    for who, count in sees.items():
        assert reading.count_lines(of(people, who), Wanted()) == count
    assert reading.count_lines(other_lead, Wanted()) == 0
    for role in (Role.TRAINER, Role.ADMIN):
        assert reading.count_lines(an_actor(role, team=people["root"]), Wanted()) == 0
    assert reading.count_lines(an_actor(Role.HR, team=people["root"]), Wanted()) == 1


def test_the_desk_of_an_inspector(people):
    actor = of(people, "quality")
    without = an_item()
    inspected(actor, people["agent"], an_item(lesson=a_document(), recheck_days=1))
    inspected(actor, people["mate"], without)
    with later(4):
        found = desk(actor)
        assert (found.failed, found.unassigned, found.due) == (2, 1, 0)
        assert found.failures[0].item == without.name
        assert [line.failures for line in found.items] == [1, 1]
    with later(5):
        assert desk(actor).due == 1
        assert desk(actor).rechecks[0].employee_no == "A1001"


# items and rules


def test_items_have_names_of_their_own_in_any_width(people):
    an_item("承诺到货时间", code="promise")
    for name, code in (("承诺到货时间 ", ""), ("别的", "PROMISE"), ("", ""), ("名" * 81, "")):
        with pytest.raises(Invalid):
            an_item(name, code=code) if name else an_item(" ")
    actor = an_inspector()
    with pytest.raises(Invalid) as refused, transaction():
        actions.make_item(actor, actions.ItemDraft(name="新的", points=0, pass_percent=101, recheck_days=0))
    assert set(refused.value.fields) == {"points", "pass_percent", "recheck_days"}


def test_rules_have_bounds(people):
    for days, passes in ((-1, 2), (31, 2), (3, 0), (3, 11)):
        with pytest.raises(Invalid), transaction():
            actions.set_rules(of(people, "quality"), appeal_days=days, passes=passes)


# at the same moment


@pytest.fixture
def committed(fresh):
    """An inspection whose days end in three days, with real commits; by ids, for other threads."""
    with fresh.app_context(), clock.frozen(NOW):
        root = a_team("客服中心")
        agent = a_person(Role.AGENT, team=root, no="A1001")
        quality = a_person(Role.QUALITY, team=root, no="Q1001")
        item = an_item(lesson=a_document())
        inspection = inspected(as_actor(quality), agent, item)
        found = {
            "app": fresh, "agent": agent.id, "quality": quality.id, "item": item.name,
            "inspection": inspection.public_id, "until": inspection.appeal_until,
        }  # fmt: skip
        db.session.remove()
        yield found


def at_once(app, at, *works):
    """Do each of these in a thread of its own, at the same moment; return what each answered or how it was refused."""
    start = Barrier(len(works))

    def run(work):
        with app.app_context(), clock.frozen(at):
            start.wait()
            try:
                return work()
            except (Conflict, Invalid) as refused:
                return refused

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(run, work) for work in works]]


def appealing(there):
    def work():
        actor = actor_by_id(there["agent"])
        with transaction():
            appeals.appeal(actor, there["inspection"], REASON)
        return "appealed"

    return work


@pytest.mark.committed
@pytest.mark.parametrize("late", [0, -1])
def test_an_appeal_at_the_moment_the_window_closes_is_heard_or_too_late_and_never_both(committed, late):
    """The clock of the appeal is a second before the end, or at it; the worker looks at the end."""

    def effect():
        with clock.frozen(committed["until"]):
            return jobs.take_effect()

    at = committed["until"] + timedelta(seconds=late)
    said, _counted = at_once(committed["app"], at, appealing(committed), effect)
    with committed["app"].app_context():
        inspection = session().query(Inspection).one()
        given = session().query(Assignment).count()
        if said == "appealed":
            assert late
            assert (inspection.state, given) == (State.APPEALED, 0)
        else:
            assert isinstance(said, Conflict)
            assert (inspection.state, given) == (State.EFFECTIVE, 1)


@pytest.mark.committed
def test_two_workers_at_once_let_it_count_once(committed):
    with clock.frozen(committed["until"]):
        counted = at_once(committed["app"], committed["until"], *[jobs.take_effect] * 4)
    assert sum(counted) == 1
    with committed["app"].app_context():
        assert session().query(Assignment).count() == session().query(InspectionLoop).count() == 1


@pytest.mark.committed
def test_two_appeals_at_once_are_one(committed):
    said = at_once(committed["app"], NOW, *[appealing(committed)] * 3)
    assert said.count("appealed") == 1
    assert sum(isinstance(each, Conflict) for each in said) == 2


@pytest.mark.committed
def test_the_same_file_from_two_desks_at_once_comes_in_once(committed):
    with committed["app"].app_context():
        agent = session().get_one(Person, committed["agent"])
        rows = [a_row(agent, committed["item"], conversation=f"D{number}") for number in range(20)]

    def taking():
        return taken(actor_by_id(committed["quality"]), *rows).new

    assert sorted(at_once(committed["app"], NOW, taking, taking, taking)) == [0, 0, 20]
    with committed["app"].app_context():
        assert session().query(Inspection).count() == 21
