"""The pages of a run as a browser without scripts uses them, and the part that a script asks for."""

import re

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session
from lms.drills.models import Run
from tests.support.make import a_person, an_actor, as_actor, sign_in
from tests.support.make_learning import owes
from tests.support.make_played import GOOD_REPLY, WARM, a_drill_text, a_published_drill, begun, played_well
from tests.support.pages import send, token


@pytest.fixture
def drill(world):
    return a_published_drill(an_actor(Role.TRAINER))


@pytest.fixture
def person(client, drill):
    person = a_person(Role.AGENT, name="林小满")
    sign_in(client, person)
    return person


def shown(client, path):
    return client.get(path).get_data(as_text=True)


def choice_of(page, words):
    return re.search(r'name="choice" value="(\w+)"><span[^>]*>\d</span><span class="grow">' + words, page)[1]


def at_free(client, person):
    """Begin and send the first reply; return the run's name."""
    run_id = begun(as_actor(person))
    page = shown(client, f"/runs/{run_id}")
    send(client, f"/runs/{run_id}/steps", f"/runs/{run_id}", seq="1", choice=choice_of(page, WARM))
    return run_id


def test_the_start_leads_into_the_run_and_a_second_start_into_the_same(client, person):
    first = send(client, "/drills/drills/urge/runs", "/drills/drills/urge")
    assert (first.status_code, first.location.startswith("/runs/")) == (303, True)
    again = client.post("/drills/drills/urge/runs", data={"csrf_token": token(client, first.location)})
    assert again.location == first.location
    assert "继续演练" in shown(client, "/drills/drills/urge")


def test_the_first_page_says_the_pass_rule_in_words(client, person):
    page = shown(client, "/drills/drills/urge")
    assert "总分 60 分以上" in page
    assert "共情 50% · 准确 30% · 效率 20%" in page


def test_a_longer_time_of_a_person_is_said_before_the_start(client, person):
    person.time_factor_percent = 150
    session().flush()
    assert "您的每个时钟按 150% 计" in shown(client, "/drills/drills/urge")


def test_nothing_on_the_page_tells_what_a_reply_is_worth(client, person):
    page = shown(client, f"/runs/{begun(as_actor(person))}")
    assert not re.search(r"共情|准确|效率|超时", page)


def test_a_part_holds_the_room_alone(client, person):
    part = shown(client, f"/runs/{begun(as_actor(person))}?part=1")
    assert "data-room" in part
    assert "<html" not in part


def test_a_reply_that_is_too_short_is_refused_and_stays_in_its_field(client, person):
    run_id = at_free(client, person)
    answer = send(client, f"/runs/{run_id}/steps", f"/runs/{run_id}", seq="2", text="好")
    assert answer.status_code == 422
    assert ">好</textarea>" in answer.get_data(as_text=True)


def test_a_step_that_comes_too_late_stays_to_be_copied(client, person):
    run_id = at_free(client, person)
    send(client, f"/runs/{run_id}/steps", f"/runs/{run_id}", seq="2", text=GOOD_REPLY)
    answer = send(client, f"/runs/{run_id}/steps", "/drills/drills/urge", seq="2", text="另一句回复，写得晚了")
    assert answer.status_code == 409
    assert re.search(r"data-kept>另一句回复，写得晚了<", answer.get_data(as_text=True))


@pytest.mark.parametrize("seq", ["", "x", "12345"])
def test_a_step_without_its_number_is_unreadable(client, person, seq):
    run_id = begun(as_actor(person))
    assert send(client, f"/runs/{run_id}/steps", f"/runs/{run_id}", seq=seq, text="好").status_code == 400


def test_what_a_learner_writes_is_text_and_no_markup(client, person):
    run_id = at_free(client, person)
    send(client, f"/runs/{run_id}/steps", f"/runs/{run_id}", seq="2", text="<b>理解您着急</b><script>")
    assert "&lt;b&gt;理解您着急&lt;/b&gt;&lt;script&gt;" in shown(client, f"/runs/{run_id}")


def test_leaving_before_the_first_reply_leaves_no_score(client, person):
    run_id = begun(as_actor(person))
    assert "这次不留成绩" in shown(client, f"/runs/{run_id}/leave")
    send(client, f"/runs/{run_id}/leave", f"/runs/{run_id}/leave")
    run = session().query(Run).filter_by(public_id=run_id).one()
    assert (run.state, run.earned) == ("left", None)


def test_a_drill_that_may_not_be_paused_says_so(client, person):
    run_id = begun(as_actor(person))
    assert "暂停</button>" not in shown(client, f"/runs/{run_id}")
    send(client, f"/runs/{run_id}/pause", f"/runs/{run_id}")
    assert "这份演练不能暂停" in shown(client, f"/runs/{run_id}")


def test_a_paused_run_offers_to_go_on_and_nothing_to_send(client, person):
    a_published_drill(an_actor(Role.TRAINER), a_drill_text("可以停", 可中断="是"), slug="drills/stop")
    run_id = begun(as_actor(person), "drills/stop")
    send(client, f"/runs/{run_id}/pause", f"/runs/{run_id}")
    page = shown(client, f"/runs/{run_id}")
    assert "已暂停，时钟停着。" in page
    assert 'name="choice"' not in page
    assert "已暂停" in shown(client, "/drills/drills/stop")


def test_the_room_shows_what_is_owed_first_and_the_best_score(client, person, drill):
    other = a_published_drill(an_actor(Role.TRAINER), a_drill_text("还要练这个"), slug="drills/owed")
    owes(an_actor(Role.TRAINER), other, person)
    run_id = played_well(as_actor(person))
    page = shown(client, "/drills")
    assert page.index("还要练这个") < page.index("催发货")
    assert "先自评，再看得分" in page.partition("可练")[2].partition("我的演练记录")[0]
    assert "100 分" not in page
    session().query(Run).filter_by(public_id=run_id).one().self_rated_at = clock.now()
    session().flush()
    assert "最好 100 分" in shown(client, "/drills")


def test_an_empty_room_says_what_will_be_here(client, world):
    sign_in(client, a_person(Role.AGENT))
    assert "还没有发布的演练" in shown(client, "/drills")


def test_a_customer_who_only_comes_second_is_no_drill_of_the_list(client, person):
    trainer = an_actor(Role.TRAINER)
    a_published_drill(trainer, a_drill_text("第二位顾客单列"), slug="drills/second")
    assert "第二位顾客单列" in shown(client, "/drills")
    a_published_drill(trainer, a_drill_text("两位顾客", 并发="[second.md]"), slug="drills/pair")
    page = shown(client, "/drills")
    assert "第二位顾客单列" not in page
    assert "两位顾客" in page
