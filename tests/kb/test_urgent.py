"""紧急通知: whom it reaches, who has confirmed, when it goes, who may send."""

import threading
from datetime import timedelta

import pytest

from lms.accounts.actions.people import set_shops
from lms.accounts.events import PersonHired
from lms.accounts.models import PersonShop, RoleGrant, Shop
from lms.core import clock
from lms.core.access import Role
from lms.core.bus import emit
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.kb.actions import urgent
from lms.kb.jobs.urgent import include_late
from lms.kb.models import UrgentReceipt
from lms.kb.queries import urgent as queries
from lms.kb.rules.urgent import Audience, read_audience, write_audience
from lms.notifications import queries as inbox
from tests.support.make import LONG_AGO, a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, an_article_text
from tests.support.make_urgent import an_urgent, confirmed
from tests.support.pages import send, token


def a_shop(*people):
    with transaction() as s:
        shop = Shop(code=f"s{s.query(Shop).count()}", name="抖音店", platform="douyin")
        s.add(shop)
        s.flush()
        for person in people:
            s.add(PersonShop(person_id=person.id, shop_id=shop.id))
        return shop.id


def waiting(person):
    return [each.title for each in queries.waiting(person.id, clock.now())]


def count(actor, public_id):
    found = queries.one_sent(actor, public_id)
    return found.done, found.total


# for whom


def test_who_sends_it_has_read_it(world):
    trainer = an_actor(Role.TRAINER)
    a_person()
    notice = an_urgent(trainer)
    assert (waiting(trainer), count(trainer, notice)) == ([], (1, 2))
    assert len(inbox.inbox(trainer.id, unread=True)) == 0


def test_everybody_who_works_here_gets_it_and_who_has_left_does_not(world):
    here, gone = a_person(), a_person(active=False)
    an_urgent(an_actor(Role.TRAINER))
    assert (waiting(here), waiting(gone)) == (["华东仓恢复发货"], [])


def test_a_team_means_the_teams_below_it_too(world):
    above = a_team()
    below = a_team(parent=above)
    inside, outside = a_person(team=below), a_person()
    an_urgent(an_actor(Role.TRAINER), teams=[above.id])
    assert (waiting(inside), waiting(outside)) == (["华东仓恢复发货"], [])


def test_a_shop_means_who_serves_it(world):
    server, other = a_person(), a_person()
    an_urgent(an_actor(Role.TRAINER), shops=[a_shop(server)])
    assert (waiting(server), waiting(other)) == (["华东仓恢复发货"], [])


def test_who_holds_no_role_is_an_agent(world):
    agent, named, lead = a_person(), a_person(Role.AGENT), a_person(Role.LEAD)
    an_urgent(an_actor(Role.TRAINER), roles=[Role.AGENT])
    assert [len(waiting(each)) for each in (agent, named, lead)] == [1, 1, 0]


def test_any_of_what_was_chosen_is_enough(world):
    team = a_team()
    in_team, in_shop, neither = a_person(team=team), a_person(), a_person()
    an_urgent(an_actor(Role.TRAINER), teams=[team.id], shops=[a_shop(in_shop)])
    assert [len(waiting(each)) for each in (in_team, in_shop, neither)] == [1, 1, 0]


def test_an_audience_is_kept_as_it_was_chosen():
    chosen = Audience(teams=frozenset({3, 12}), shops=frozenset({1}), roles=frozenset({Role.AGENT}))
    assert read_audience(write_audience(chosen)) == chosen
    assert read_audience([]).is_everybody


def test_a_notice_for_nobody_is_not_sent(world):
    with pytest.raises(Invalid):
        an_urgent(an_actor(Role.TRAINER), teams=[a_team().id])


def test_what_the_preview_counts_is_what_is_sent(world):
    team = a_team()
    for _ in range(3):
        a_person(team=team)
    a_person(team=team, active=False)
    trainer = an_actor(Role.TRAINER)
    promised = sum(each.count for each in queries.counted(Audience(teams=frozenset({team.id}))))
    assert count(trainer, an_urgent(trainer, teams=[team.id])) == (0, promised) == (0, 3)


# later


def test_somebody_new_gets_what_still_stands(world):
    team = a_team()
    a_person(team=team)
    an_urgent(an_actor(Role.TRAINER), teams=[team.id])
    late = a_person(team=team)
    with transaction():
        emit(PersonHired(person_id=late.id))
    assert waiting(late) == ["华东仓恢复发货"]


def test_who_begins_to_serve_the_shop_gets_it(world):
    shop = a_shop(a_person())
    an_urgent(an_actor(Role.TRAINER), shops=[shop])
    late = a_person()
    hr = an_actor(Role.HR)
    with transaction():
        set_shops(hr, late.id, [shop])
    assert waiting(late) == ["华东仓恢复发货"]


def test_who_is_given_the_role_gets_it_within_a_minute(world):
    an_urgent(an_actor(Role.TRAINER), roles=[Role.TRAINER])
    late = a_person()
    with transaction() as s:
        s.add(RoleGrant(person_id=late.id, role=Role.TRAINER, team_id=late.team_id, from_on=LONG_AGO))
    assert include_late() == 1
    assert include_late() == 0
    assert waiting(late) == ["华东仓恢复发货"]


def test_what_is_down_is_given_to_nobody_new(world):
    an_urgent(an_actor(Role.TRAINER), hours=1)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        late = a_person()
        assert include_late() == 0
        assert waiting(late) == []


# confirming


def test_confirming_twice_is_confirming_once(world):
    trainer, agent = an_actor(Role.TRAINER), an_actor()
    notice = an_urgent(trainer)
    assert confirmed(agent, notice)
    first = session().query(UrgentReceipt.confirmed_at).filter_by(person_id=agent.id).scalar()
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        assert not confirmed(agent, notice)
    assert session().query(UrgentReceipt.confirmed_at).filter_by(person_id=agent.id).scalar() == first
    assert waiting(agent) == []


def test_a_notice_that_was_not_sent_to_one_is_not_found(world):
    team = a_team()
    a_person(team=team)
    notice = an_urgent(an_actor(Role.TRAINER), teams=[team.id])
    with pytest.raises(NotFound):
        confirmed(an_actor(), notice)


def test_confirming_also_reads_it_in_the_inbox(world):
    agent = an_actor()
    notice = an_urgent(an_actor(Role.TRAINER))
    assert len(inbox.inbox(agent.id, unread=True)) == 1
    confirmed(agent, notice)
    assert len(inbox.inbox(agent.id, unread=True)) == 0


def test_who_leaves_without_confirming_is_not_waited_for(world):
    trainer, stays, goes = an_actor(Role.TRAINER), an_actor(), a_person()
    notice = an_urgent(trainer)
    _, before = count(trainer, notice)
    confirmed(stays, notice)
    with transaction() as s:
        s.merge(goes).active = False
    assert count(trainer, notice) == (2, before - 1)


# how long


def test_a_notice_takes_itself_down(world):
    agent = an_actor()
    notice = an_urgent(an_actor(Role.TRAINER), hours=1)
    with clock.frozen(clock.now() + timedelta(minutes=59)):
        assert waiting(agent) != []
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert waiting(agent) == []
        assert confirmed(agent, notice)  # whoever had the page open may still say that they have read it


def test_a_notice_may_stand_longer(world):
    trainer, agent = an_actor(Role.TRAINER), an_actor()
    notice = an_urgent(trainer, hours=1)
    with transaction():
        urgent.extend(trainer, notice, clock.now() + timedelta(hours=5))
    with clock.frozen(clock.now() + timedelta(hours=4)):
        assert waiting(agent) != []


def test_what_is_down_is_not_put_up_again(world):
    trainer = an_actor(Role.TRAINER)
    notice = an_urgent(trainer)
    with transaction():
        urgent.withdraw(trainer, notice)
    with pytest.raises(Conflict), transaction():
        urgent.extend(trainer, notice, clock.now() + timedelta(hours=5))


def test_a_withdrawn_notice_is_gone_at_once_and_keeps_who_had_confirmed(world):
    trainer, agent, other = an_actor(Role.TRAINER), an_actor(), an_actor()
    notice = an_urgent(trainer)
    confirmed(agent, notice)
    for _ in range(2):
        with transaction():
            urgent.withdraw(trainer, notice)
    assert waiting(other) == []
    assert len(inbox.inbox(other.id, unread=True)) == 0
    assert count(trainer, notice)[0] == 2


@pytest.mark.parametrize(("minutes", "hours"), [(0, 1), (60 * 25, 48), (120, 1), (30, 24 * 15)])
def test_limits_of_time(world, minutes, hours):
    with pytest.raises(Invalid):
        an_urgent(an_actor(Role.TRAINER), minutes=minutes, hours=hours)


# who may


def a_branch():
    """Return a lead's team, which is not the root: who leads the root leads everybody."""
    return a_team(parent=a_team())


def test_a_lead_reaches_their_own_teams_only(world):
    team = a_branch()
    lead = an_actor(Role.LEAD, team=team)
    below, other = a_person(team=a_team(parent=team)), a_person(team=a_team(parent=a_team()))
    an_urgent(lead)
    assert (waiting(below), waiting(other)) == (["华东仓恢复发货"], [])
    with pytest.raises(Invalid):
        an_urgent(lead, teams=[other.team_id])
    with pytest.raises(Invalid):
        an_urgent(lead, roles=[Role.AGENT])


def test_a_lead_sees_their_own_people_in_the_list(client):
    team = a_branch()
    lead = a_person(Role.LEAD, team=team)
    a_person(team=team, name="自己人")
    a_person(name="别组的人")
    notice = an_urgent(an_actor(Role.TRAINER))
    sign_in(client, lead)
    page = client.get(f"/kb/care/urgent/{notice}").text
    assert "自己人" in page
    assert "别组的人" not in page
    assert count(as_actor(lead), notice) == (0, 2)


def test_a_lead_changes_no_notice_of_others(client):
    lead = a_person(Role.LEAD, team=a_branch())
    notice = an_urgent(an_actor(Role.TRAINER))
    sign_in(client, lead)
    assert send(client, f"/kb/care/urgent/{notice}/withdraw", page="/me").status_code == 404
    assert waiting(lead) != []


def test_a_notice_for_other_teams_is_not_found_by_a_lead(client):
    lead, other = a_person(Role.LEAD, team=a_branch()), a_branch()
    a_person(team=other)
    notice = an_urgent(an_actor(Role.TRAINER), teams=[other.id])
    sign_in(client, lead)
    assert client.get(f"/kb/care/urgent/{notice}").status_code == 404
    assert notice not in client.get("/kb/care/urgent").text


# pages


def values(**more):
    until = (clock.now() + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    return {
        "public_id": "a" * 32,
        "title": "爆仓延迟结束",
        "body": "不再说“爆仓延迟”。",
        "due": "30",
        "until": until,
        "who": "all",
        "step": "preview",
        **more,
    }


def test_it_is_sent_only_after_its_number_was_shown(client):
    trainer, agent = a_person(Role.TRAINER), a_person()
    sign_in(client, trainer)
    shown = send(client, "/kb/care/urgent/new", **values())
    people = len(session().query(UrgentReceipt).all())
    assert (shown.status_code, people) == (200, 0)
    number = shown.text.split('name="people" value="')[1].split('"')[0]
    assert f"发给 {number} 人" in shown.text
    for _ in range(2):  # pressed twice, or in two tabs
        sent = send(client, "/kb/care/urgent/new", **values(step="send", people=number))
        assert (sent.status_code, sent.location) == (303, f"/kb/care/urgent/{'a' * 32}")
    assert waiting(agent) == ["爆仓延迟结束"]


def test_where_the_number_is_another_by_now_it_is_shown_again(client):
    sign_in(client, a_person(Role.TRAINER))
    shown = send(client, "/kb/care/urgent/new", **values(step="send", people="7"))
    assert "人数和刚才看的不一样了" in shown.text
    assert session().query(UrgentReceipt).count() == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"title": ""}, "必填"),
        ({"who": "some"}, "请至少选一个团队、店铺或角色。"),
        ({"article": "no/such"}, "没有找到这篇知识"),
        ({"until": "2020-01-01T00:00"}, "有效期要晚于确认时限。"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, wrong, why):
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, "/kb/care/urgent/new", **values(**wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text if why == "必填" else why in answer.text


def test_the_banner_stands_on_every_page_until_it_is_confirmed(client):
    agent = a_person()
    sign_in(client, agent)
    notice = an_urgent(an_actor(Role.TRAINER), "<script>alert(1)</script>", body="<img src=x onerror=alert(1)>")
    for path in ("/", "/kb", "/inbox", "/me", "/kb/no/such"):
        page = client.get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
    answer = send(client, f"/urgent/{notice}/confirm", page="/kb", next="/kb?q=退货")
    assert answer.status_code == 303
    assert answer.location.startswith("/kb?q=")
    assert "data-urgent=" not in client.get("/").text


def test_a_confirmation_never_leads_to_another_host(client):
    sign_in(client, a_person())
    notice = an_urgent(an_actor(Role.TRAINER))
    assert send(client, f"/urgent/{notice}/confirm", page="/kb", next="//evil.example/").location == "/"


def test_the_page_of_one_who_may_not_read_the_article_does_not_name_it(client):
    trainer = an_actor(Role.TRAINER)
    secret = a_document(trainer, an_article_text("赔付上限", **{"可见": "[质检]"}), slug="pay/secret-limit")
    agent = a_person()
    sign_in(client, agent)
    notice = an_urgent(trainer, document_id=secret.id)
    page = client.get("/urgent").text + client.get("/").text
    assert "secret-limit" not in page
    assert "赔付上限" not in page
    assert client.get(f"/urgent/{notice}/article").status_code == 404


def test_an_open_page_asks_for_the_bar_alone(client):
    sign_in(client, a_person())
    an_urgent(an_actor(Role.TRAINER))
    piece = client.get("/alerts", headers={"Referer": "http://localhost/kb?q=x"}).text
    assert "<html" not in piece
    assert 'value="/kb?q=x"' in piece
    assert 'id="bell"' in piece


def test_the_live_list_costs_the_same_however_many_are_asked(client, statements):
    sign_in(client, a_person(Role.TRAINER))
    team = a_team()
    a_person(team=team)
    path = f"/kb/care/urgent/{an_urgent(an_actor(Role.TRAINER))}?part=list"
    client.get(path)
    statements.clear()
    client.get(path)
    few = len(statements)
    for _ in range(6):
        a_person(team=team)
    path = f"/kb/care/urgent/{an_urgent(an_actor(Role.TRAINER))}?part=list"
    statements.clear()
    client.get(path)
    assert len(statements) == few <= 12


def test_confirming_over_json_needs_no_page(client):
    agent = a_person()
    sign_in(client, agent)
    notice = an_urgent(an_actor(Role.TRAINER))
    answer = client.post(
        f"/urgent/{notice}/confirm",
        data={"csrf_token": token(client, "/")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 204
    assert waiting(agent) == []


@pytest.mark.committed
def test_two_tabs_at_once_confirm_once(fresh):
    with fresh.app_context():
        agent = an_actor()
        notice = an_urgent(an_actor(Role.TRAINER))
        person_id = agent.id
    gate, done = threading.Barrier(8), []

    def press():
        with fresh.app_context():
            gate.wait()
            done.append(confirmed(agent, notice))
            db.session.remove()

    tabs = [threading.Thread(target=press) for _ in range(8)]
    [tab.start() for tab in tabs]
    [tab.join() for tab in tabs]
    assert sorted(done) == [False] * 7 + [True]
    with fresh.app_context():
        assert session().query(UrgentReceipt).filter_by(person_id=person_id).one().confirmed_at is not None
