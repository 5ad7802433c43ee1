"""分批 of people who work here already: only those in no intake, seen first, done as seen. On both databases."""

import re
from datetime import date

import pytest
from sqlalchemy import func, select

from lms.accounts import actions
from lms.accounts.actions import batches as acts
from lms.accounts.models import Cohort, CohortMember
from lms.accounts.queries import batches as reading
from lms.accounts.queries.batches import Chosen
from lms.accounts.rules.batches import Split
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid
from tests.support.make import a_person, a_team, an_actor, mentors, sign_in
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")
DAY = date(2026, 11, 2)
ALL = Chosen(hired_from=DAY, hired_until=DAY)
PAIRS = Split(most=2)


def temps(count: int, **more):
    team = more.pop("team", None) or a_team("客服训练营")
    return [a_person(Role.AGENT, team=team, hired_on=DAY, employment="temporary", **more) for _ in range(count)]


def done(actor, chosen=ALL, how=PAIRS):
    with transaction():
        return acts.split(actor, chosen, how, reading.plan(actor, chosen, how).digest)


def sizes():
    counted = select(Cohort.name, func.count()).join(CohortMember, CohortMember.cohort_id == Cohort.id)
    return dict(tuple(row) for row in session().execute(counted.group_by(Cohort.name)))


def test_everybody_chosen_joins_one_intake():
    temps(5)
    done(an_actor(Role.TRAINER))
    assert sorted(sizes().values()) == [1, 2, 2]


def test_who_is_in_an_intake_stays_there_and_nobody_is_put_twice():
    boss, (one, *_) = an_actor(Role.TRAINER), temps(3)
    with transaction():
        other = actions.open_cohort(boss, name="自己开的一期", starts_on=DAY)
        actions.add_members(boss, other.id, [one.id])
    done(boss)
    with pytest.raises(Invalid, match="没有要分批"):
        done(boss)
    assert sizes() == {"自己开的一期": 1, "2026-11 临时 第 1 批": 2}


def test_who_left_an_intake_can_join_another():
    boss, (one, _) = an_actor(Role.TRAINER), temps(2)
    (made,) = done(boss)
    cohort_id = session().scalars(select(Cohort.id).where(Cohort.name == made.name)).one()
    with transaction():
        actions.remove_member(boss, cohort_id, one.id)
    (again,) = done(boss)
    assert (again.cohort_id, len(again.keys)) == (cohort_id, 1)


def test_an_intake_that_starts_on_another_day_is_still_of_its_batch():
    boss = an_actor(Role.TRAINER)
    temps(1)
    (made,) = done(boss)
    cohort = session().scalars(select(Cohort).where(Cohort.name == made.name)).one()
    with transaction():
        actions.change_cohort(boss, cohort.id, name="夜班的一批", starts_on=date(2026, 11, 9), trainer_id=None, room="")
    temps(1)
    (again,) = done(boss)
    assert (again.cohort_id, again.name, again.size) == (cohort.id, "夜班的一批", 2)


def test_leads_trainers_and_who_has_left_are_not_split():
    a_person(Role.LEAD, hired_on=DAY)
    a_person(Role.TRAINER, hired_on=DAY)
    a_person(hired_on=DAY, active=False)
    assert reading.plan(an_actor(Role.TRAINER), ALL, PAIRS).batches == ()


def test_kind_team_and_days_choose():
    boss, team = an_actor(Role.TRAINER), a_team("夜班组")
    temps(1, team=team)
    temps(1)
    a_person(hired_on=DAY, team=team)
    chosen = Chosen(hired_from=DAY, hired_until=DAY, employment="temporary", team_id=team.id)
    assert len(reading.plan(boss, chosen, PAIRS).ids) == 1
    later = Chosen(hired_from=date(2026, 11, 3), hired_until=date(2026, 11, 9))
    assert reading.plan(boss, later, PAIRS).batches == ()


def test_the_mentors_of_an_intake_are_told_before():
    (one, two), mentor = temps(2), a_person(name="周敏")
    mentors(mentor, one, two)
    (batch,) = reading.plan(an_actor(Role.TRAINER), ALL, PAIRS).batches
    assert batch.mentors == (("周敏", 2),)


def test_what_is_done_is_what_was_seen_or_nothing():
    boss = an_actor(Role.TRAINER)
    temps(2)
    seen = reading.plan(boss, ALL, PAIRS).digest
    temps(1)
    with pytest.raises(Conflict), transaction():
        acts.split(boss, ALL, PAIRS, seen)
    assert sizes() == {}


def test_the_page_shows_first_and_splits_on_the_button(client):
    temps(3)
    sign_in(client, a_person(Role.TRAINER))
    values = {"hired_from": "2026-11-02", "hired_until": "2026-11-02", "employment": "temporary", "most": "2"}
    shown = send(client, "/cohorts/split", do="look", **values)
    assert ("2026-11 临时 第 2 批" in shown.text, sizes()) == (True, {})
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', shown.text)[1]
    assert send(client, "/cohorts/split", do="apply", digest=digest, **values).status_code == 303
    assert sizes() == {"2026-11 临时 第 1 批": 2, "2026-11 临时 第 2 批": 1}


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.LEAD, 403), (Role.TRAINER, 200), (Role.HR, 200)])
def test_who_keeps_intakes_may_split(client, role, status):
    sign_in(client, a_person(role))
    assert client.get("/cohorts/split").status_code == status


def test_two_teams_of_one_name_keep_their_own_leads(client):
    for lead in ("周组长", "吴组长"):
        team = a_team("客服训练营")
        a_person(Role.LEAD, team=team, name=lead)
        temps(2, team=team)
    sign_in(client, a_person(Role.TRAINER))
    values = {"hired_from": "2026-11-02", "hired_until": "2026-11-02", "employment": "temporary", "most": "9"}
    page = send(client, "/cohorts/split", do="look", **values).text
    assert [page.count(lead) for lead in ("周组长", "吴组长")] == [1, 1]
    assert page.count("客服训练营 2 人") == 2
