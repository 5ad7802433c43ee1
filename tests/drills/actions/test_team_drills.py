"""Team drills: who is in one, what they owe, how it ends and comes again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.accounts.models import RosterDay
from lms.assignments.actions import recount
from lms.assignments.models import Assignment
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.drills import jobs
from lms.drills.actions import running, team, team_duties, team_series
from lms.drills.models import Run, TeamDrill, TeamDrillPerson
from lms.drills.queries.team import own_team_drills, team_drill, team_drill_now, team_drills
from lms.drills.rules.team import Part
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_played import COLD, a_published_drill, begun, chose, played_well
from tests.support.make_team_drills import HOUR, a_team_drill, people_of, wanted

WEDNESDAY = datetime(2026, 11, 25, 6, tzinfo=UTC)  # 14:00 in Shanghai


@pytest.fixture(autouse=True)
def on_wednesday():
    with clock.frozen(WEDNESDAY):
        yield


class Floor:
    """Two teams below one; the lead of the first one, a trainer, a published drill."""

    def __init__(self):
        self.root = a_team("客服中心")
        self.one, self.two = a_team("一组", self.root), a_team("二组", self.root)
        self.lead = as_actor(a_person(Role.LEAD, team=self.one))
        self.trainer = as_actor(a_person(Role.TRAINER, team=self.root))
        self.anna, self.ben = a_person(Role.AGENT, team=self.one), a_person(team=self.one)
        self.other = a_person(Role.AGENT, team=self.two)
        self.drill = a_published_drill(self.trainer)


@pytest.fixture
def floor(world):
    return Floor()


def off(person, day=date(2026, 11, 25)):
    with transaction() as s:
        s.add(RosterDay(person_id=person.id, day=day, working=False))


def duty(person):
    found = select(Assignment).where(Assignment.person_id == person.id).execution_options(populate_existing=True)
    return session().scalars(found).one_or_none()


def told(person):
    return list(session().scalars(select(Notice.dedup_key).where(Notice.person_id == person.id)))


def test_everybody_who_serves_customers_takes_part_and_owes_it_by_the_closing_day(floor):
    row = a_team_drill(floor.trainer, floor.drill, floor.root)
    assert people_of(row) == {floor.anna.id, floor.ben.id, floor.other.id}
    owed = duty(floor.anna)
    assert (owed.occasion, owed.due_on, owed.state) == (f"drill:{row.id}", date(2026, 11, 25), "open")
    assert len(told(floor.anna)) == 1


def test_the_preview_says_who_takes_part_and_is_what_happens(floor):
    off(floor.ben)
    asked = wanted(floor.drill, [floor.one], on_shift=True)
    planned = team.preview(floor.lead, asked)
    assert {each.member.person_id: each.part for each in planned} == {
        floor.anna.id: Part.TAKES,
        floor.ben.id: Part.AWAY,
    }
    assert people_of(a_team_drill(floor.lead, floor.drill, floor.one, on_shift=True)) == {floor.anna.id}


def test_a_lead_makes_one_for_the_own_team_alone(floor):
    for teams in ([floor.two], [floor.one, floor.two], [floor.root]):
        with pytest.raises(NotFound), transaction():
            team.make(floor.lead, wanted(floor.drill, teams))


@pytest.mark.parametrize(
    ("more", "field"), [({"incident": "rain"}, "incident"), ({"title": ""}, "title"), ({"team_ids": ()}, "teams")]
)
def test_what_is_missing_is_said_at_its_field(floor, more, field):
    with pytest.raises(Invalid) as refused, transaction():
        team.make(floor.trainer, wanted(floor.drill, [floor.one], **more))
    assert field in refused.value.fields


def test_a_run_in_the_window_belongs_to_it_and_only_the_first_one(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    played_well(as_actor(floor.anna))
    played_well(as_actor(floor.anna))
    runs = session().scalars(select(Run.team_drill_id).order_by(Run.number)).all()
    assert runs == [row.id, None]


@pytest.mark.parametrize("by", [-2 * HOUR, 3 * HOUR])
def test_a_run_before_or_after_the_window_is_none_of_it(floor, by):
    a_team_drill(floor.lead, floor.drill, floor.one, opens_at=WEDNESDAY + HOUR)
    with clock.shifted(by):
        assert team_drill_now(floor.anna.id, floor.drill.id, clock.now()) is None


def test_a_run_that_was_given_up_before_anything_was_sent_may_be_begun_again(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    anna = as_actor(floor.anna)
    run_id = begun(anna)
    with transaction():
        running.leave(anna, run_id)
    assert team_drill_now(anna.id, floor.drill.id, clock.now()) == row.id


def test_taking_part_settles_the_duty_even_if_it_went_badly(floor):
    a_team_drill(floor.lead, floor.drill, floor.one)
    chose(as_actor(floor.anna), begun(as_actor(floor.anna)), COLD)
    assert duty(floor.anna).state == "done"
    with transaction():
        recount(floor.anna.id, source="rebuild")
    assert (duty(floor.anna).state, duty(floor.ben).state) == ("done", "open")


def test_what_was_passed_before_the_window_does_not_settle_it(floor):
    played_well(as_actor(floor.anna))
    with clock.frozen(WEDNESDAY + timedelta(minutes=1)):
        a_team_drill(floor.lead, floor.drill, floor.one)
    assert duty(floor.anna).state == "open"


def test_who_comes_to_the_team_is_taken_in_and_who_leaves_it_is_let_go(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    new = a_person(Role.AGENT, team=floor.one)
    with transaction() as s:
        s.get_one(type(floor.ben), floor.ben.id).active = False
    assert jobs.run_team_drills() == 2
    assert people_of(row) == {floor.anna.id, new.id}
    assert (duty(floor.ben).state, duty(new).state) == ("withdrawn", "open")
    assert jobs.run_team_drills() == 0


def test_whoever_has_begun_stays_in_it(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one, on_shift=True)
    begun(as_actor(floor.anna))
    off(floor.anna)
    off(floor.ben)
    jobs.run_team_drills()
    assert people_of(row) == {floor.anna.id}


def test_nobody_is_taken_in_once_it_is_over(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    new = a_person(Role.AGENT, team=floor.one)
    with clock.shifted(3 * HOUR):
        jobs.run_team_drills()
    assert new.id not in people_of(row)


def test_whoever_is_excused_owes_nothing_and_may_come_back(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    with transaction():
        team.excuse(floor.lead, row.public_id, floor.anna.id, "产检")
    assert duty(floor.anna).state == "withdrawn"
    assert team_drill_now(floor.anna.id, floor.drill.id, clock.now()) is None
    assert jobs.run_team_drills() == 0
    with transaction():
        team.excuse(floor.lead, row.public_id, floor.anna.id, "")
    assert duty(floor.anna).state == "open"


def test_whoever_has_begun_is_excused_no_more(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    begun(as_actor(floor.anna))
    with pytest.raises(Conflict), transaction():
        team.excuse(floor.lead, row.public_id, floor.anna.id, "忙")


def test_called_off_it_is_owed_no_more_and_results_stay(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    played_well(as_actor(floor.anna))
    with transaction():
        team.cancel(floor.lead, row.public_id)
    assert jobs.run_team_drills() == 1
    assert (duty(floor.anna).state, duty(floor.ben).state) == ("done", "withdrawn")
    assert any(key.startswith(f"team_drill:{row.public_id[:12]}:off") for key in told(floor.ben))
    with pytest.raises(Conflict), transaction():
        team.cancel(floor.lead, row.public_id)


def test_another_window_moves_the_duties_and_tells_once_more(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one, opens_at=WEDNESDAY + HOUR)
    later = WEDNESDAY + timedelta(days=2)
    with transaction():
        team.change(floor.lead, row.public_id, wanted(floor.drill, [floor.one], opens_at=later))
    jobs.move_duties(row.id)
    jobs.move_duties(row.id)
    owed = duty(floor.anna)
    assert (owed.due_on, owed.counts_from) == (date(2026, 11, 27), later)
    assert len(told(floor.anna)) == 2


def test_one_that_has_begun_keeps_its_opening_and_its_teams(floor):
    row = a_team_drill(floor.trainer, floor.drill, floor.one)
    for asked in (
        wanted(floor.drill, [floor.one, floor.two]),
        wanted(floor.drill, [floor.one], opens_at=WEDNESDAY + HOUR),
    ):
        with pytest.raises(Conflict), transaction():
            team.change(floor.trainer, row.public_id, asked)
    with transaction():
        team.change(floor.trainer, row.public_id, wanted(floor.drill, [floor.one], title="爆仓演练（二）"))
    assert session().get_one(TeamDrill, row.id).title == "爆仓演练（二）"


def test_at_its_closing_the_next_month_is_made_once(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one, monthly=True)
    with clock.shifted(3 * HOUR):
        jobs.run_team_drills()
        jobs.run_team_drills()
        with transaction():
            assert not team_series.close(row.id, clock.now())
    [following] = session().scalars(select(TeamDrill).where(TeamDrill.id != row.id)).all()
    assert following.previous_id == row.id
    assert following.opens_at == datetime(2026, 12, 23, 6, tzinfo=UTC)  # the fourth Wednesday again
    assert people_of(following) == {floor.anna.id, floor.ben.id}


def test_after_a_long_silence_of_the_worker_the_next_one_lies_ahead(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one, monthly=True)
    with clock.shifted(timedelta(days=40)):
        jobs.run_team_drills()
        [following] = session().scalars(select(TeamDrill).where(TeamDrill.id != row.id)).all()
        assert following.opens_at == datetime(2027, 1, 27, 6, tzinfo=UTC)


def test_an_open_run_goes_on_after_the_closing_and_counts(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    anna = as_actor(floor.anna)
    with clock.frozen(WEDNESDAY + 2 * HOUR - timedelta(seconds=10)):
        run_id = begun(anna)
    with clock.frozen(WEDNESDAY + 2 * HOUR + timedelta(seconds=10)):
        jobs.run_team_drills()
        chose(anna, run_id, COLD)
    run = session().scalars(select(Run)).one()
    assert (run.state, run.team_drill_id) == ("ended", row.id)


def test_it_is_compared_with_the_last_one_of_the_same_drill_and_team(floor):
    first = a_team_drill(floor.lead, floor.drill, floor.one, opens_at=WEDNESDAY)
    elsewhere = a_team_drill(floor.trainer, floor.drill, floor.two, opens_at=WEDNESDAY + HOUR)
    second = a_team_drill(floor.lead, floor.drill, floor.one, opens_at=WEDNESDAY + 2 * HOUR)
    assert (first.previous_id, elsewhere.previous_id, second.previous_id) == (None, None, first.id)


def test_one_of_another_team_is_not_to_be_seen(floor):
    row = a_team_drill(floor.trainer, floor.drill, floor.two)
    with pytest.raises(NotFound):
        team_drill(floor.lead, row.public_id, clock.now())
    assert team_drill(floor.trainer, row.public_id, clock.now()).people == 1


def test_what_lies_ahead_today_is_shown_until_it_is_done(floor):
    a_team_drill(floor.lead, floor.drill, floor.one, opens_at=WEDNESDAY + HOUR)
    tonight = WEDNESDAY + timedelta(hours=10)
    assert [each.slug for each in own_team_drills(floor.anna.id, WEDNESDAY, tonight)] == ["drills/urge"]
    with clock.shifted(HOUR):
        played_well(as_actor(floor.anna))
    assert own_team_drills(floor.anna.id, WEDNESDAY + HOUR, tonight) == []


def test_whoever_was_added_has_the_team_of_that_day(floor):
    row = a_team_drill(floor.lead, floor.drill, floor.one)
    assert session().get_one(TeamDrillPerson, (row.id, floor.anna.id)).team_id == floor.one.id


def test_the_list_counts_who_takes_part_who_is_at_it_and_who_is_done_in_this_one_alone(floor):
    first = a_team_drill(floor.trainer, floor.drill, floor.root)
    for person in (floor.anna, floor.ben):
        played_well(as_actor(person))
    second = a_team_drill(floor.trainer, floor.drill, floor.root, opens_at=WEDNESDAY + timedelta(minutes=5))
    with clock.shifted(timedelta(minutes=6)):
        begun(as_actor(floor.anna))
        found = {each.id: (each.people, each.begun, each.ended) for each in team_drills(floor.trainer, clock.now())}
    assert found == {first.id: (3, 0, 2), second.id: (3, 1, 0)}


def test_a_page_waits_for_one_portion_and_the_worker_does_the_rest(floor):
    for _ in range(team_duties.TOGETHER):
        a_person(team=floor.one)
    with transaction():
        number = team.make(floor.lead, wanted(floor.drill, [floor.one])).id
    assert jobs.keep_in_step(number, 0) == team_duties.TOGETHER
    assert jobs.run_team_drills() == 2
