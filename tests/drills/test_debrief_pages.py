"""The debrief: nothing of a score before the own rating, then where it turned; who may see whose."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.drills.actions import rating, running
from lms.drills.models import Run, RunText
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_content import a_trainer
from tests.support.make_played import (
    BAD_REPLY,
    COLD,
    GOOD_REPLY,
    WARM,
    a_drill_text,
    a_published_drill,
    begun,
    chose,
    wrote,
)
from tests.support.pages import send

SCORES = re.compile(r"\d+<small>分|未通过|(?<!未)通过<|得分 \d|转折点|少得")


@pytest.fixture
def floor(world):
    a_published_drill(a_trainer(), a_drill_text().replace("- 顾客最在意", "- 自评：哪一步最难？\n- 顾客最在意"))
    team = a_team()
    return team, a_person(Role.AGENT, team=team)


def badly(person):
    run = begun(as_actor(person))
    chose(as_actor(person), run, WARM)
    wrote(as_actor(person), run, BAD_REPLY)
    return run


def rated(person, run, value=4):
    with transaction():
        rating.rate(
            as_actor(person),
            run,
            {"共情": value, "准确": value, "效率": value},
            [],
            dimensions=("共情", "准确", "效率"),
        )


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_nothing_of_a_score_is_shown_before_the_own_rating(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    shown = page(client, f"/runs/{run}/debrief")
    assert "先自己评一评" in shown
    assert "哪一步最难？" in shown
    assert not SCORES.search(shown)
    answer = client.get(f"/api/v1/runs/{run}/debrief")
    assert answer.status_code == 409
    assert "total" not in answer.get_json()


def test_after_the_rating_the_score_stands_beside_it(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    values = {"rating-0": 4, "rating-1": 5, "rating-2": 3, "answer-0": "第二步"}
    assert send(client, f"/runs/{run}/self-rating", f"/runs/{run}/debrief", **values).status_code == 303
    shown = page(client, f"/runs/{run}/debrief")
    assert "您打 4/5，得分" in shown
    assert "第二步" in shown
    assert "说了不能说的" in shown
    assert session().query(Run).filter_by(public_id=run).one().self_rating["after"] is False


def test_a_rating_that_is_not_complete_says_where(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    answer = send(client, f"/runs/{run}/self-rating", f"/runs/{run}/debrief", **{"rating-0": 4})
    assert answer.status_code == 422
    assert "rating-1-error" in answer.get_data(as_text=True)


def test_a_rating_may_be_put_off_and_is_then_known_as_late(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    send(client, f"/runs/{run}/self-rating", f"/runs/{run}/debrief", later="1")
    assert SCORES.search(page(client, f"/runs/{run}/debrief"))
    rated(person, run)
    assert session().query(Run).filter_by(public_id=run).one().self_rating["after"] is True


def test_a_faultless_run_says_that_nothing_was_better(client, floor):
    _, person = floor
    run = begun(as_actor(person))
    chose(as_actor(person), run, WARM)
    wrote(as_actor(person), run, GOOD_REPLY)
    rated(person, run)
    sign_in(client, person)
    shown = page(client, f"/runs/{run}/debrief")
    assert "没有一步能回得更好" in shown
    assert "said-earns" in shown


def test_who_leads_or_guides_the_person_sees_it_and_nobody_else(client, floor):
    team, person = floor
    run = badly(person)
    mentor = a_person(Role.AGENT)
    mentors(mentor, person)
    for allowed in (a_person(Role.LEAD, team=team), a_person(Role.TRAINER), mentor, a_person(Role.QUALITY)):
        sign_in(client, allowed)
        assert "BAD" not in page(client, f"/runs/{run}/debrief")
    for other in (a_person(Role.AGENT, team=team), a_person(Role.LEAD, team=a_team())):
        sign_in(client, other)
        assert client.get(f"/runs/{run}/debrief").status_code == 404


def test_what_the_best_wrote_is_shown_without_a_name_once_three_have(client, floor):
    team, person = floor
    run = badly(person)
    rated(person, run)
    others = [a_person(Role.AGENT, team=team) for _ in range(3)]
    sign_in(client, person)
    for count, other in enumerate(others, start=1):
        mine = begun(as_actor(other))
        chose(as_actor(other), mine, WARM)
        wrote(as_actor(other), mine, f"很抱歉，已加急，17号到，电话{13800138000 + count}")
        shown = page(client, f"/runs/{run}/debrief")
        assert ("不署名" in shown) is (count == 3)
    assert "已加急，17号到" in shown
    assert "1380013800" not in shown
    assert not any(other.name in shown for other in others)


def test_from_a_turning_point_it_is_practised_again_and_counts_for_nothing(client, floor):
    _, person = floor
    run = badly(person)
    rated(person, run)
    sign_in(client, person)
    scene = re.search(r'name="scene" value="([^"]+)"', page(client, f"/runs/{run}/debrief"))[1]
    answer = send(client, f"/runs/{run}/retry", f"/runs/{run}/debrief", scene=scene)
    again = answer.location.rsplit("/", 1)[1]
    assert session().query(Run).filter_by(public_id=again).one().from_scene == "核实"
    wrote(as_actor(person), again, GOOD_REPLY)
    with transaction():
        rating.put_off(as_actor(person), again)
    assert "练习，不计入成绩" in page(client, f"/runs/{again}/debrief")


def test_an_open_run_leads_back_to_its_play(client, floor):
    _, person = floor
    run = begun(as_actor(person))
    sign_in(client, person)
    assert client.get(f"/runs/{run}/debrief").location == f"/runs/{run}"
    sign_in(client, a_person(Role.TRAINER))
    assert "还在进行" in page(client, f"/runs/{run}/debrief")


def test_the_first_reply_that_went_wrong_names_the_better_one(client, floor):
    _, person = floor
    run = begun(as_actor(person))
    chose(as_actor(person), run, COLD)
    rated(person, run)
    sign_in(client, person)
    shown = page(client, f"/runs/{run}/debrief")
    assert "这里更好的回法" in shown
    assert WARM in shown
    assert "这条路上没有考到" in shown


def test_a_run_that_was_given_up_unplayed_has_no_debrief(client, floor):
    _, person = floor
    run = begun(as_actor(person))
    with transaction():
        running.leave(as_actor(person), run)
    sign_in(client, a_person(Role.TRAINER))
    assert "没有成绩" in page(client, f"/runs/{run}/debrief")


def test_neither_the_room_nor_the_first_page_tells_a_score_before_the_own_rating(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    for path in ("/drills", "/drills/drills/urge"):
        shown = page(client, path)
        assert "先自评，再看得分" in shown
        assert "未通过" not in shown
    rated(person, run)
    assert "未通过" in page(client, "/drills")
    assert "先自评，再看得分" not in page(client, "/drills")


def test_the_debrief_takes_few_statements(client, floor, statements):
    team, person = floor
    run = badly(person)
    rated(person, run)
    for _ in range(4):
        badly(a_person(Role.AGENT, team=team))
    sign_in(client, person)
    page(client, f"/runs/{run}/debrief")
    statements.clear()
    page(client, f"/runs/{run}/debrief")
    assert len(statements) <= 12, "\n".join(each[:150] for each in statements)


def test_what_was_written_may_be_deleted_and_the_score_stays(client, floor):
    _, person = floor
    run = badly(person)
    with transaction():
        session().execute(delete(RunText))
    sign_in(client, a_person(Role.TRAINER))
    shown = page(client, f"/runs/{run}/debrief")
    assert "回复原文已按要求删除" in shown
    assert BAD_REPLY not in shown
    assert "回复原文已删除" in page(client, f"/runs/{run}/review")


def test_several_customers_have_the_figures_of_a_desk_and_each_his_talk(client, world):
    trainer = a_trainer()
    a_published_drill(trainer, a_drill_text("第二位"), slug="drills/other")
    a_published_drill(trainer, a_drill_text(并发="[other.md]"))
    person = as_actor(a_person(Role.AGENT))
    start = clock.now()
    with clock.frozen(start):
        run = begun(person)
    with clock.frozen(start + timedelta(seconds=25)):
        chose(person, run, WARM)
        chose(person, run, COLD, lane=1)
        wrote(person, run, GOOD_REPLY)
    sign_in(client, a_person(Role.TRAINER))
    shown = page(client, f"/runs/{run}/debrief")
    assert "串窗" in shown
    assert "2 位顾客里有 1 位没有留住。" in shown
    assert shown.count("mood-curve") == 2


def test_the_api_gives_the_debrief_once_it_was_rated(client, floor):
    _, person = floor
    run = badly(person)
    sign_in(client, person)
    asked = client.get(f"/api/v1/runs/{run}/debrief").get_json()["error"]
    assert (asked["code"], asked["dimensions"], asked["questions"]) == (
        "rate_first",
        ["共情", "准确", "效率"],
        ["哪一步最难？"],
    )
    rated(person, run)
    told = client.get(f"/api/v1/runs/{run}/debrief").get_json()
    assert told["passed"] is False
    assert [(each["scene"], each["whys"]) for each in told["turning_points"]] == [("核实", ["violated", "loss"])]
    assert {each["name"]: each["rated"] for each in told["dimensions"]} == {"共情": 4, "准确": 4, "效率": 4}
