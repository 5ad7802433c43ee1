"""Preparing for a peak: draft, give out, who is ready, queues that ask for it, ending it. On both databases."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.assignments.jobs.ruling import recompute
from lms.assignments.models import Assignment
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.learning.actions import campaigns as acts
from lms.learning.actions.campaigns import Wanted
from lms.learning.models import Campaign, QueueNeed, QueueRight, ServiceQueue
from lms.learning.queries import campaigns as reading
from lms.learning.rules.campaigns import State, occasion_of, readiness
from lms.records.actions import append, lock_people
from lms.records.events import Verb
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text
from tests.support.pages import send

pytestmark = pytest.mark.usefixtures("world")


def in_days(n: int) -> date:
    return today() + timedelta(days=n)


def an_article(title: str = "双十二的规则"):
    return a_document(a_trainer(), an_article_text(title), slug=f"peak/a{sum(map(ord, title))}")


def wanted(team, *documents, **changes):
    values = {
        "name": "双十二",
        "team_id": team.id,
        "starts_on": in_days(10),
        "ends_on": in_days(13),
        "ready_on": in_days(9),
        "needed": None,
        "document_ids": [each.id for each in documents],
        "queue_ids": [],
    }
    return Wanted(**(values | changes))


def a_queue(code: str = "refund", name: str = "退款") -> ServiceQueue:
    queue = ServiceQueue(code=code, name=name)
    with transaction() as current:
        current.add(queue)
    return queue


def given(team, *documents, **changes) -> Campaign:
    trainer, asked = an_actor(Role.TRAINER), wanted(team, *documents, **changes)
    with transaction():
        made = acts.draft(trainer, asked).public_id
    with transaction():
        rules = acts.start(trainer, made)
    recompute(rules)
    return session().scalars(select(Campaign).where(Campaign.public_id == made)).one()


def done(person, document) -> None:
    actor, read, version = as_actor(person), document.id, document.published_id
    with transaction():
        lock_people([actor.id])
        append(actor, actor.id, Verb.COMPLETED, document_id=read, revision_id=version, source="web")


def owed(campaign):
    found = select(Assignment.person_id).where(
        Assignment.occasion == occasion_of(campaign.id), Assignment.state == "open"
    )
    return set(session().scalars(found))


def test_everybody_of_the_team_and_below_gets_each_part_by_the_day():
    team = a_team()
    below = a_team(parent=team)
    people = [a_person(team=team), a_person(team=below)]
    outsider = a_person(team=a_team())
    campaign = given(team, an_article(), an_article("改地址"))
    duties = session().scalars(select(Assignment).where(Assignment.occasion == occasion_of(campaign.id))).all()
    assert {duty.person_id for duty in duties} == {person.id for person in people}
    assert len(duties) == 4
    assert {duty.due_on for duty in duties} == {campaign.ready_on}
    assert outsider.id not in owed(campaign)


def test_whoever_comes_later_gets_it_and_whoever_leaves_loses_it():
    team = a_team()
    leaver = a_person(team=team)
    campaign = given(team, an_article())
    hr, team_id, leaver_id = an_actor(Role.HR), team.id, leaver.id
    with transaction():
        newcomer = accounts.hire(hr, employee_no="N77", name="新来的", team_id=team_id).id
    with transaction():
        accounts.close(hr, leaver_id)
    assert owed(campaign) == {newcomer}


def test_who_has_done_every_part_is_ready():
    team, lead = a_team(), an_actor(Role.TRAINER)
    one, two = a_person(team=team), a_person(team=team)
    first, second = an_article(), an_article("改地址")
    campaign = given(team, first, second)
    for document in (first, second):
        done(one, document)
    done(two, first)
    everybody = {who.id: who.member for who in reading.people(lead, campaign.id)}
    assert everybody[one.id].is_ready
    assert everybody[two.id].left == 1
    assert reading.ready_counts(lead, [campaign.id]) == {campaign.id: (1, 2)}
    assert readiness(everybody.values(), 2).missing == 1


def test_what_was_read_before_the_campaign_does_not_count():
    team = a_team()
    person, article = a_person(team=team), an_article()
    done(person, article)
    assert owed(given(team, article)) == {person.id}


def test_its_queues_ask_for_every_part_during_the_promotion_only():
    team, queue = a_team(), a_queue()
    first, second = an_article(), an_article("改地址")
    campaign = given(team, first, second, queue_ids=[queue.id])
    needs = session().scalars(select(QueueNeed).where(QueueNeed.campaign_id == campaign.id)).all()
    assert {need.document_id for need in needs} == {first.id, second.id}
    assert {(need.from_on, need.until_on) for need in needs} == {(campaign.starts_on, campaign.ends_on)}


def test_ending_it_asks_nobody_any_more_and_opens_its_queues():
    team, trainer = a_team(), an_actor(Role.TRAINER)
    a_person(team=team)
    campaign = given(team, an_article(), queue_ids=[a_queue().id])
    name = campaign.public_id
    with transaction():
        rules = acts.stop(trainer, name)
    recompute(rules)
    assert owed(campaign) == set()
    assert session().scalars(select(QueueNeed)).all() == []
    assert reading.campaign(trainer, campaign.public_id, today()).state is State.OVER


def test_it_is_given_out_once():
    team = a_team()
    campaign = given(team, an_article())
    trainer, name = an_actor(Role.TRAINER), campaign.public_id
    with pytest.raises(Conflict), transaction():
        acts.start(trainer, name)


def test_every_reason_against_a_draft_is_named_at_once():
    trainer = an_actor(Role.TRAINER)
    asked = wanted(a_team(), name=" ", ends_on=in_days(5), ready_on=in_days(11), needed=0, document_ids=[])
    with pytest.raises(Invalid) as refused:
        acts.draft(trainer, asked)
    assert set(refused.value.fields) == {"name", "ends_on", "ready_on", "needed", "parts"}


def test_once_it_is_out_its_people_and_contents_stay_while_its_end_may_move():
    team, article = a_team(), an_article()
    campaign = given(team, article, queue_ids=[a_queue().id])
    trainer, name = an_actor(Role.TRAINER), campaign.public_id
    asked = wanted(a_team(), an_article("别的"), name="双十二延长", ends_on=in_days(20))
    with transaction():
        acts.change(trainer, name, asked)
    assert (campaign.name, campaign.team_id, campaign.ends_on) == ("双十二延长", team.id, in_days(20))
    assert [part.document_id for part in reading.parts(campaign.id)] == [article.id]
    assert set(session().scalars(select(QueueNeed.until_on))) == {in_days(20)}


def test_a_lead_prepares_for_own_teams_only():
    company = a_team()
    own, other = a_team(parent=company), a_team(parent=company)
    lead = as_actor(a_person(Role.LEAD, team=own))
    trainer, article = an_actor(Role.TRAINER), an_article()
    of_own, of_other = wanted(own, article), wanted(other, article)
    with transaction():
        acts.draft(lead, of_own)
        foreign = acts.draft(trainer, of_other).public_id
    with pytest.raises(Invalid), transaction():
        acts.draft(lead, of_other)
    with pytest.raises(NotFound):
        acts.of(lead, foreign)
    with pytest.raises(NotFound):
        reading.campaign(lead, foreign, today())


def test_a_campaign_is_made_shown_and_given_out_by_its_pages(client):
    team = a_team("夜班组")
    person = a_person(team=team, name="何家豪")
    article = an_article()
    sign_in(client, a_person(Role.TRAINER))
    values = {
        "name": "双十二",
        "team": team.id,
        "starts_on": in_days(10).isoformat(),
        "ends_on": in_days(13).isoformat(),
        "ready_on": in_days(9).isoformat(),
        "parts": [article.id],
    }
    made = send(client, "/campaigns/new", **values)
    assert made.status_code == 303
    address = made.headers["Location"]
    draft = client.get(address)
    assert "夜班组" in draft.text
    changed = send(client, f"{address}/edit", **(values | {"name": "双十二返场"}))
    assert changed.status_code == 303
    assert "双十二返场" in client.get(address).text
    assert send(client, f"{address}/start", page=address).status_code == 303
    page = client.get(address)
    assert person.name in page.text
    assert "差 1 项" in page.text
    assert "双十二" in client.get("/campaigns").text
    stopping = client.get(f"{address}/stop")
    assert "1 人还没学完" in stopping.text
    assert send(client, f"{address}/stop", page=f"{address}/stop").status_code == 303


def test_its_queue_is_closed_to_who_has_not_finished_and_opens_when_it_is_ended(client):
    team, queue, article = a_team(), a_queue(), an_article()
    one, two = a_person(team=team), a_person(team=team)
    trainer = an_actor(Role.TRAINER)
    asked = wanted(team, article, starts_on=today(), ready_on=today(), queue_ids=[queue.id])
    with transaction():
        name = acts.draft(trainer, asked).public_id
    sign_in(client, a_person(Role.TRAINER))
    send(client, f"/campaigns/{name}/start", page=f"/campaigns/{name}")
    assert {may(one, queue), may(two, queue)} == {False}
    done(one, article)
    assert (may(one, queue), may(two, queue)) == (True, False)
    send(client, f"/campaigns/{name}/stop", page=f"/campaigns/{name}/stop")
    assert may(two, queue)


def may(person, queue):
    session().expire_all()
    return session().get_one(QueueRight, (person.id, queue.id)).allowed


def test_a_form_that_lacks_something_comes_back_with_every_reason_and_what_was_typed(client):
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, "/campaigns/new", name="双十二", team="", starts_on="", ends_on="2026-12-15")
    assert answer.status_code == 422
    assert 'value="双十二"' in answer.text
    assert 'value="2026-12-15"' in answer.text


def test_an_agent_has_no_campaigns(client):
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/campaigns").status_code == 403
    assert client.get("/campaigns/new").status_code == 403
