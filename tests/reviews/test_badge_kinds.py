"""Badges as data: the company changes those that came, adds its own in both languages, and takes nothing away."""

import pytest

from lms.core.access import Role
from lms.core.db import session
from lms.notifications.models import Notice
from lms.reviews.jobs.rewards import grant_badges
from lms.reviews.models import BadgeGrant
from lms.reviews.queries import badges as reading
from lms.reviews.rules.badges import BADGES
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_awards import shared
from tests.support.pages import token

OWN = {
    "name": "知识双星",
    "name_en": "Two stars",
    "how": "两条建议被采纳。",
    "how_en": "Two suggestions taken over.",
    "mark": "双",
    "rule": "shares",
    "threshold": "2",
}


@pytest.fixture
def hr(world, app):
    client = app.test_client()
    sign_in(client, a_person(Role.HR, team=a_team("公司")))
    return client


def post(client, path, **form):
    return client.post(path, data={"csrf_token": token(client, "/me"), **form})


def granted(person):
    return {code for (code,) in session().query(BadgeGrant.badge).filter_by(person_id=person.id)}


def test_a_badge_of_the_companys_own_is_reached_and_told_in_the_readers_language(hr, app):
    chinese, english = a_person(Role.AGENT), a_person(Role.AGENT, locale="en")
    assert post(hr, "/badges/new", **OWN).status_code == 303
    for person in (chinese, english):
        shared(person, 2)
    grant_badges()
    assert granted(chinese) == granted(english) == {"share_1", "own_1"}
    for person, words in ((chinese, "知识双星"), (english, "Two stars")):
        client = app.test_client()
        sign_in(client, person)
        assert words in client.get("/badges").text
        assert words in client.get("/inbox").text
    assert grant_badges() == 0


def test_another_threshold_takes_nothing_away_and_gives_to_whom_it_now_fits(hr):
    has, nearly = a_person(Role.AGENT), a_person(Role.AGENT)
    shared(has, 10)
    shared(nearly, 5)
    grant_badges()
    page = hr.get("/badges/edit/share_10").text
    assert 'value="知识达人"' in page
    form = {"name": "知识达人", "how": "第 5 条知识分享或修改建议被采纳。", "mark": "知", "rule": "shares"}
    assert post(hr, "/badges/edit/share_10", **form, threshold="5").status_code == 303
    grant_badges()
    assert granted(nearly) == {"share_1", "share_10"}
    assert post(hr, "/badges/edit/share_10", **form, threshold="50").status_code == 303
    grant_badges()
    assert "share_10" in granted(has) & granted(nearly)
    english = a_person(Role.AGENT, locale="en")
    assert reading.badges(locale="en")["share_10"].name == next(b.name for b in BADGES if b.code == "share_10")
    assert english.id not in {row.person_id for row in session().query(Notice)}


def test_a_badge_is_given_no_more_and_again_and_as_it_came(hr):
    person = a_person(Role.AGENT)
    shared(person, 1)
    assert post(hr, "/badges/edit/share_1", do="stop").status_code == 303
    grant_badges()
    assert granted(person) == set()
    assert "不再发的" in hr.get("/badges").text
    assert post(hr, "/badges/edit/share_1", do="use").status_code == 303
    grant_badges()
    assert granted(person) == {"share_1"}
    post(hr, "/badges/edit/share_1", do="stop")
    assert [badge.code for badge, _ in reading.of_person(person.id)] == ["share_1"]
    assert post(hr, "/badges/edit/share_1", do="reset").status_code == 303
    assert list(reading.badges()) == [badge.code for badge in BADGES]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("threshold", junk) for junk in ("0", "1001", "-1", "²", "9" * 40, "9" * 4_500, "1e9", "", "null")),
        *(("name", junk) for junk in ("", " ", "长" * 700)),
        *(("mark", junk) for junk in ("", "两字")),
        *(("rule", junk) for junk in ("", "money", "\x00")),
        *(("how_en", junk) for junk in ("x" * 700,)),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(hr, field, value):
    answer = post(hr, "/badges/new", **{**OWN, field: value})
    assert answer.status_code == 422
    assert OWN["how"] in answer.text or field == "how"
    assert len(reading.badges(every=True)) == len(BADGES)


def test_weeks_are_at_most_two_years_and_unknown_badges_are_not_found(hr):
    assert post(hr, "/badges/new", **{**OWN, "rule": "weeks", "threshold": "105"}).status_code == 422
    assert hr.get("/badges/edit/none").status_code == 404
    assert post(hr, "/badges/edit/none", do="stop").status_code == 404
