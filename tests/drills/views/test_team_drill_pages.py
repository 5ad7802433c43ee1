"""The pages of team drills as people use them: plan, board, result, review."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.drills import jobs
from lms.drills.actions.after import Written, WrittenMeanwhile, save_review
from lms.drills.models import TeamDrill
from lms.drills.queries.after import review_of
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_played import COLD, WARM, a_published_drill, begun, chose, played_well
from tests.support.make_team_drills import HOUR, a_team_drill, people_of
from tests.support.pages import send

WEDNESDAY = datetime(2026, 11, 25, 6, tzinfo=UTC)  # 14:00 in Shanghai


@pytest.fixture(autouse=True)
def on_wednesday():
    with clock.frozen(WEDNESDAY):
        yield


class Floor:
    def __init__(self):
        self.root = a_team("客服中心")
        self.one, self.two = a_team("一组", self.root), a_team("二组", self.root)
        self.lead = a_person(Role.LEAD, team=self.one, name="丁一")
        self.trainer = a_person(Role.TRAINER, team=self.root, name="苏岩")
        self.anna = a_person(Role.AGENT, team=self.one, name="安娜")
        self.ben = a_person(Role.AGENT, team=self.one, name="阿本")
        self.other = a_person(Role.AGENT, team=self.two, name="隔壁老王")
        self.drill = a_published_drill(as_actor(self.trainer))

    def held(self, *teams, **more):
        return a_team_drill(as_actor(self.trainer), self.drill, *(teams or (self.root,)), **more)


@pytest.fixture
def floor(world):
    return Floor()


@pytest.fixture
def lead(client, floor):
    sign_in(client, floor.lead)
    return client


def text_of(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def plan_form(floor, **more):
    return {
        "document": str(floor.drill.id),
        "title": "爆仓演练",
        "incident": "overflow",
        "teams": str(floor.one.id),
        "on_shift": "y",
        "opens_at": "2026-11-26T14:00",
        "closes_at": "2026-11-26T16:00",
        **more,
    }


def test_nobody_is_told_before_the_names_were_shown(lead, floor):
    shown = text_of(send(lead, "/team-drills/new", **plan_form(floor)))
    assert "2 人参加" in shown
    assert "安娜" in shown
    assert "隔壁老王" not in shown
    assert session().query(TeamDrill).count() == 0


def test_confirmed_with_the_number_that_was_shown_it_is_made(lead, floor):
    answer = send(lead, "/team-drills/new", **plan_form(floor, confirmed="2", monthly="y"))
    assert answer.status_code == 303
    row = session().query(TeamDrill).one()
    assert (row.opens_at, row.repeats, len(people_of(row))) == (datetime(2026, 11, 26, 6, tzinfo=UTC), "monthly", 2)


def test_confirmed_with_another_number_the_names_are_shown_again(lead, floor):
    assert "2 人参加" in text_of(send(lead, "/team-drills/new", **plan_form(floor, confirmed="3")))
    assert session().query(TeamDrill).count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"closes_at": "2026-11-26T14:05"}, "至少比开始晚 10 分钟"),
        ({"opens_at": "2026-11-20T14:00", "closes_at": "2026-11-26T16:00"}, "开始时间已经过去"),
        ({"title": ""}, "is-invalid"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(lead, floor, wrong, said):
    answer = send(lead, "/team-drills/new", **plan_form(floor, **wrong))
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_a_team_of_somebody_else_is_no_choice(lead, floor):
    answer = send(lead, "/team-drills/new", **plan_form(floor, teams=str(floor.two.id)))
    assert answer.status_code == 422


def test_the_empty_list_offers_the_first_step(lead):
    assert "安排第一次" in text_of(lead.get("/team-drills"))


def test_whoever_sees_only_own_runs_is_led_to_the_drills(client, floor):
    sign_in(client, floor.anna)
    answer = client.get("/team-drills")
    assert (answer.status_code, answer.location) == (302, "/drills")


def test_a_mentor_sees_the_mentee_alone(client, floor):
    mentors(floor.other, floor.anna)
    row = floor.held()
    for person in (floor.anna, floor.ben):
        played_well(as_actor(person))
    sign_in(client, floor.other)
    shown = text_of(client.get(f"/team-drills/{row.public_id}"))
    assert "安娜" in shown
    assert "阿本" not in shown


def test_the_board_says_who_stands_where_and_names_nobody_of_other_teams(lead, floor):
    row = floor.held()
    played_well(as_actor(floor.ben))
    begun(as_actor(floor.anna))
    begun(as_actor(floor.other))
    with clock.shifted(timedelta(seconds=45)):
        for page in ("board", "board/live"):
            shown = text_of(lead.get(f"/team-drills/{row.public_id}/{page}"))
            assert "场景 1/4" in shown
            assert "情绪 40" in shown
            assert "等了 44 秒" in shown
            assert "另有 1 人不在您的团队" in shown
            assert "隔壁老王" not in shown


def test_the_result_shows_scores_the_worst_scene_and_who_did_not_take_part(lead, floor):
    row = floor.held()
    for person in (floor.anna, floor.other):
        chose(as_actor(person), begun(as_actor(person)), COLD)
    with clock.shifted(3 * HOUR):
        jobs.run_team_drills()
        shown = text_of(lead.get(f"/team-drills/{row.public_id}"))
    assert "2/2 人" in shown  # both went wrong in the first scene
    assert "没参加" in shown
    assert "只有 2 人的成绩" in shown
    assert "隔壁老王" not in shown


def test_the_result_stands_beside_the_time_before(lead, floor):
    first = floor.held()
    for person in (floor.anna, floor.ben):
        chose(as_actor(person), begun(as_actor(person)), COLD)
    with clock.shifted(timedelta(days=1)):
        jobs.run_team_drills()
        second = floor.held()
        for person in (floor.anna, floor.ben):
            played_well(as_actor(person))
        shown = text_of(lead.get(f"/team-drills/{second.public_id}"))
    assert f"/team-drills/{first.public_id}" in shown
    assert "两次都参加的 2 人" in shown
    assert "2 人进步，0 人退步" in shown


def test_a_file_holds_what_is_shown_and_the_teams(lead, floor):
    row = floor.held()
    played_well(as_actor(floor.anna))
    book = openpyxl.load_workbook(io.BytesIO(lead.get(f"/team-drills/{row.public_id}?format=xlsx").data))
    people, teams = book.worksheets
    assert [cells[0].value for cells in people.iter_rows(min_row=2)] == ["安娜", "阿本"]
    assert [cells[0].value for cells in teams.iter_rows(min_row=2)] == ["合计", "一组", "二组"]


def test_the_api_gives_the_same_result(client, floor):
    row = floor.held()
    played_well(as_actor(floor.anna))
    sign_in(client, floor.trainer)
    body = client.get(f"/api/v1/team-drills/{row.public_id}").json
    assert (body["whole"]["people"], body["whole"]["ended"], body["whole"]["mean"]) == (3, 1, 100)
    assert [each["standing"] for each in body["people"]] == ["ended", "absent", "absent"]
    assert (body["hidden"], body["compared"]) == (0, None)


@pytest.mark.parametrize("page", ["", "/board", "/board/live"])
def test_the_statements_do_not_grow_with_the_people(lead, floor, statements, page):
    row = floor.held()

    def sent():
        statements.clear()
        text_of(lead.get(f"/team-drills/{row.public_id}{page}"))
        return len(statements)

    played_well(as_actor(floor.anna))
    begun(as_actor(floor.ben))
    sent()
    few = sent()
    for number in range(6):
        person = as_actor(a_person(Role.AGENT, team=floor.one, name=f"新人{number}"))
        jobs.keep_in_step(row.id)
        if number % 2:
            played_well(person)
        else:
            chose(person, begun(person), WARM)
    sent()
    assert sent() == few
    assert few <= 12


def test_two_who_write_the_review_at_once_lose_nothing(lead, floor):
    row = floor.held(floor.one)
    here = f"/team-drills/{row.public_id}/review"
    assert send(lead, here, went_well="先道歉", went_badly="", causes="", version="0").status_code == 303
    clash = send(lead, here, went_well="话术齐", went_badly="", causes="", version="0")
    assert clash.status_code == 409
    shown = clash.get_data(as_text=True)
    assert "先道歉" in shown
    assert "话术齐" in shown
    assert send(lead, here, went_well="先道歉\n话术齐", went_badly="", causes="", version="1").status_code == 303
    assert review_of(row.id).version == 2


def test_a_version_that_is_old_never_overwrites(floor):
    row = floor.held(floor.one)
    lead = as_actor(floor.lead)
    with transaction():
        save_review(lead, row.id, Written(went_well="一", went_badly="", causes="", version=0))
    with pytest.raises(WrittenMeanwhile), transaction():
        save_review(lead, row.id, Written(went_well="二", went_badly="", causes="", version=0))
    with transaction():
        assert save_review(lead, row.id, Written(went_well="一", went_badly="", causes="", version=0)) == 1


def test_a_measure_goes_from_the_review_to_its_owner_and_back(client, lead, floor):
    row = floor.held(floor.one)
    here = f"/team-drills/{row.public_id}"
    form = {"what": "早会演一遍", "owner": str(floor.anna.id), "due_on": "2026-11-26", "check_on": "2026-11-25"}
    refused = send(lead, f"{here}/measures", f"{here}/review", **form)
    assert refused.status_code == 422
    assert "复查日期不早于完成日期" in refused.get_data(as_text=True)
    assert send(lead, f"{here}/measures", f"{here}/review", **{**form, "check_on": "2026-11-27"}).status_code == 303
    sign_in(client, floor.anna)
    assert "早会演一遍" in text_of(client.get("/"))
    shown = text_of(client.get("/measures"))
    assert "爆仓演练" in shown
    assert here not in shown  # the pages of team drills are not hers


def test_the_first_screen_says_when_to_take_part_and_how_it_goes(client, lead, floor):
    floor.held(floor.one)
    assert "实战演练进行中 0/2" in text_of(lead.get("/"))
    sign_in(client, floor.anna)
    assert "今天 14:00–16:00 实战演练" in text_of(client.get("/"))


def test_calling_it_off_says_first_whom_it_concerns(lead, floor):
    row = floor.held(floor.one)
    played_well(as_actor(floor.anna))
    begun(as_actor(floor.ben))
    shown = text_of(lead.get(f"/team-drills/{row.public_id}/cancel"))
    assert "1 人还没完成" in shown
    assert "1 人正在对话" in shown
    assert send(lead, f"/team-drills/{row.public_id}/cancel").status_code == 303
    assert "已取消" in text_of(lead.get("/team-drills"))
