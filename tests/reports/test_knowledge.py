"""The knowledge report: what each section counts, for whom, and that every way out of it says the same."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.actions import make_token
from lms.cli import main
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from lms.kb.models import Gap, Suggestion, Verification
from lms.reports.knowledge.queries import categories, report
from lms.reports.knowledge.rules import SECTIONS, Row, ordered, share
from lms.reports.knowledge.wanted import Wanted
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited
from tests.support.make_kb import a_gap, a_shop, searched, viewed, voted

PAGE, API = "/reports/knowledge", "/api/v1/reports/knowledge"
SECRET = "赔付上限九千"


def director():
    return an_actor(Role.DIRECTOR)


def rows(actor, section, **wanted):
    return [dict(row.values) for row in report(actor, SECTIONS[section], Wanted(**wanted)).rows]


def column(actor, section, key, **wanted):
    return [row[key] for row in rows(actor, section, **wanted)]


def due(document, days):
    with transaction() as s:
        s.get_one(Document, document.id).verified_until = today() + timedelta(days=days)


# pure


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5))), st.booleans())
def test_rows_are_ordered_and_what_has_no_value_comes_last(values, down):
    found = [row.values["n"] for row in ordered([Row(values={"n": value}) for value in values], "n", descending=down)]
    there = [value for value in values if value is not None]
    assert found == [*sorted(there, reverse=down), *[None] * (len(values) - len(there))]


def test_a_share_is_whole_only_when_all_of_it_is_there():
    assert share(199, 200) == 99
    assert share(200, 200) == 100
    assert share(0, 0) is None
    assert share(2, 3, least=5) is None


@pytest.mark.parametrize("section", SECTIONS.values(), ids=SECTIONS)
def test_a_section_sorts_and_draws_by_columns_that_it_has(section):
    keys = [each.key for each in section.columns]
    assert section.sort.removeprefix("-") in keys
    assert section.bar in ("", *keys)
    assert len(set(keys)) == len(keys)


# what is counted


def test_reviews_are_those_past_and_those_of_the_coming_days_the_most_urgent_first(world):
    trainer = a_trainer()
    late, soon, far = (a_document(trainer, an_article_text(title)) for title in ("过期的", "快到的", "还早的"))
    due(late, -12)
    due(soon, 5)
    due(far, 60)
    assert [(row["title"], row["days"], row["state"]) for row in rows(director(), "review", days=28)] == [
        ("过期的", -12, "late"),
        ("快到的", 5, "soon"),
    ]
    assert len(rows(director(), "review", days=90)) == 3


def test_reading_counts_people_of_the_days_asked_for(world):
    article = a_document(a_trainer())
    viewed(a_person(Role.AGENT), article, times=4)
    viewed(a_person(Role.AGENT), article, at=clock.now() - timedelta(days=20))
    assert [(row["people"], row["times"]) for row in rows(director(), "reads", days=28)] == [(2, 5)]
    assert column(director(), "reads", "people", days=7) == [1]


def test_searches_are_counted_by_what_was_meant_not_by_how_it_was_typed(world):
    one, two = a_person(Role.AGENT), a_person(Role.AGENT)
    searched(one, "运费险", hits=3, times=2)
    searched(two, " 運費險 ", hits=0)
    searched(two, "？？", hits=0)
    row = {"words": "运费险", "searches": 3, "people": 2, "zero": 1, "unclicked": 2}
    assert rows(director(), "searches") == [row]


def test_numbers_of_customers_are_not_in_the_report(world):
    searched(a_person(Role.AGENT), "13812345678 到哪了")
    assert column(director(), "zero", "words") == ["***到哪了"]


def test_what_found_nothing_says_whether_somebody_is_at_it(world):
    person = a_person(Role.AGENT)
    searched(person, "改地址", times=2)
    searched(person, "税票")
    searched(person, "退货", hits=4)
    a_gap("改地址")
    assert [(row["words"], row["searches"], row["state"]) for row in rows(director(), "zero")] == [
        ("改地址", 2, "open"),
        ("税票", 1, "few"),
    ]


def test_votes_give_their_share_only_where_enough_have_voted(world):
    much, little = (a_document(a_trainer(), an_article_text(title)) for title in ("评得多", "评得少"))
    for number in range(6):
        voted(a_person(Role.AGENT), much, solved=number < 4, reason="outdated")
    voted(a_person(Role.AGENT), little, solved=True)
    found = {row["title"]: (row["votes"], row["share"], row["reason"]) for row in rows(director(), "votes")}
    assert found == {"评得多": (6, 66, "outdated"), "评得少": (1, None, "")}


def test_contributions_are_versions_published_suggestions_taken_and_reviews_confirmed(world):
    trainer = an_actor(Role.TRAINER, name="苏岩")
    article = a_document(trainer)
    edited(trainer, article, an_article_text("退货时效", "## 时效\n十天。"), minor=True)
    agent = a_person(Role.AGENT, name="许文静")
    with transaction() as s:
        for state in ("accepted", "open", "withdrawn"):
            s.add(Suggestion(person_id=agent.id, title="改一句", text="…", state=state, at=clock.now()))
        s.add(
            Verification(
                document_id=article.id,
                revision_id=article.published_id,
                person_id=trainer.id,
                at=clock.now(),
                until=today(),
            )
        )
    found = {row["name"]: row for row in rows(director(), "people")}
    assert set(found) == {"苏岩", "许文静"}
    assert (found["苏岩"]["published"], found["苏岩"]["minor"], found["苏岩"]["verified"]) == (1, 1, 1)
    assert (found["许文静"]["accepted"], found["许文静"]["suggested"]) == (1, 2)


def test_gaps_are_counted_by_week_with_the_median_of_their_days(world):
    now = clock.now()
    a_gap("改地址")
    for days in (1, 3, 8):
        gap = a_gap(f"补上的{days}")
        with transaction() as s:
            row = s.get_one(Gap, gap.id)
            row.state, row.opened_at, row.closed_at = "closed", now - timedelta(days=days), now
    found = rows(director(), "gaps")
    assert sum(row["opened"] for row in found) == 4
    assert [row["days"] for row in found if row["closed"]] == [3]


def test_filters_leave_what_they_say(world):
    trainer, shop = a_trainer(), a_shop("抖音店", "douyin")
    due(a_document(trainer, an_article_text("甲"), slug="after-sales/refund/a"), -1)
    due(a_document(trainer, an_article_text("乙", 适用="[抖音店]"), slug="orders/b"), -2)
    due(a_document(trainer, an_article_text("丙", 适用="[天猫旗舰店]"), slug="orders/c"), -3)
    assert column(director(), "review", "title", category="after-sales") == ["甲"]
    assert column(director(), "review", "title", shop=shop.code) == ["乙", "甲"]
    assert [folder for folder, _name in categories(director())] == ["after-sales", "after-sales/refund", "orders"]


def test_a_category_is_called_as_on_the_front_page(world):
    due(a_document(a_trainer(), an_article_text("甲", 标签="[物流, 大促]"), slug="logistics/a"), -1)
    assert column(director(), "review", "category") == ["物流"]
    assert categories(director()) == [("logistics", "物流")]


def test_the_filter_of_a_category_knows_no_wildcards(world):
    due(a_document(a_trainer(), an_article_text("甲"), slug="after-sales/a"), -1)
    assert rows(director(), "review", category="%") == []
    assert rows(director(), "review", category="after_sales") == []


# whose people, whose titles


@pytest.fixture
def two_teams(world):
    root = a_team("客服中心")
    first, second = a_team("售后一组", root), a_team("售后二组", root)
    lead = as_actor(a_person(Role.LEAD, team=first))
    return lead, a_person(Role.AGENT, team=first, name="自己人"), a_person(Role.AGENT, team=second, name="别组的人")


def test_a_lead_counts_the_own_people_only(two_teams):
    lead, mine, other = two_teams
    article = a_document(a_trainer())
    for person in (mine, other):
        viewed(person, article)
        voted(person, article)
        searched(person, "改地址")
        with transaction() as s:
            s.add(Suggestion(person_id=person.id, title="改一句", text="…", at=clock.now()))
    assert column(lead, "reads", "people") == [1]
    assert column(lead, "votes", "votes") == [1]
    assert column(lead, "zero", "people") == [1]
    assert column(lead, "people", "name") == ["自己人"]
    assert {"别组的人", "自己人"} < set(column(director(), "people", "name"))


def test_the_filter_of_a_team_never_widens_what_a_lead_sees(two_teams):
    lead, _, other = two_teams
    searched(other, "改地址")
    assert rows(lead, "zero", team_id=other.team_id) == []


@pytest.fixture
def secret(world):
    """An article that only trainers may read, with everything that a report could say of it."""
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(SECRET, 可见="[培训师]"), slug="secret/limit")
    due(document, -3)
    for _ in range(5):
        person = a_person(Role.TRAINER)
        viewed(person, document)
        voted(person, document)
    return document


@pytest.mark.parametrize("section", SECTIONS)
def test_a_restricted_title_leaks_in_no_section_page_file_or_answer(client, secret, section):
    root = a_team("客服中心")
    lead = a_person(Role.LEAD, team=root)
    sign_in(client, lead)
    with transaction():
        bearer = make_token(as_actor(lead), label="脚本")
    answers = [
        client.get(f"{PAGE}?section={section}").get_data(as_text=True),
        client.get(f"{PAGE}?section={section}&format=csv").get_data(as_text=True),
        client.get(f"{API}?section={section}", headers={"Authorization": f"Bearer {bearer}"}).get_data(as_text=True),
    ]
    assert all(SECRET not in answer and "secret" not in answer for answer in answers)
    assert SECRET not in str(rows(as_actor(lead), section))


def test_who_may_read_it_sees_it(world, secret):
    assert SECRET in column(director(), "review", "title")
    assert SECRET in column(director(), "votes", "title")


# page, file, API, command


def test_an_agent_has_no_report(client):
    sign_in(client, a_person(Role.AGENT))
    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("section", SECTIONS)
def test_every_tab_opens_empty_and_in_both_languages(client, section):
    person = a_person(Role.DIRECTOR, locale="en")
    sign_in(client, person)
    answer = client.get(f"{PAGE}?section={section}")
    assert answer.status_code == 200


def test_an_address_that_says_nothing_sensible_shows_the_first_tab(client):
    sign_in(client, a_person(Role.DIRECTOR))
    address = f"{PAGE}?section=nothing&days=-4&team=nowhere&sort=--&page=0&shop=nowhere"
    assert client.get(address).status_code == 200


def test_page_file_and_api_say_the_same(client):
    person = a_person(Role.DIRECTOR)
    sign_in(client, person)
    due(a_document(a_trainer(), an_article_text("=过期的")), -2)
    due(a_document(a_trainer(), an_article_text("也过期")), -1)
    shown = client.get(PAGE).get_data(as_text=True)
    assert shown.index("=过期的") < shown.index("也过期")
    table = list(csv.reader(io.StringIO(client.get(f"{PAGE}?format=csv").get_data().decode("utf-8-sig"))))
    assert [row[0] for row in table] == ["知识", "'=过期的", "也过期"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}?format=xlsx").get_data()))
    assert [row[0] for row in book.active.iter_rows(values_only=True)] == ["知识", "=过期的", "也过期"]
    with transaction():
        bearer = make_token(as_actor(person), label="脚本")
    items = client.get(API, headers={"Authorization": f"Bearer {bearer}"}).json["items"]
    assert [item["title"] for item in items] == ["=过期的", "也过期"]
    assert items[0]["until"] == (today() - timedelta(days=2)).isoformat()


def test_a_file_is_sorted_as_the_page_is(client):
    sign_in(client, a_person(Role.DIRECTOR))
    due(a_document(a_trainer(), an_article_text("甲")), -2)
    due(a_document(a_trainer(), an_article_text("乙")), -1)
    table = client.get(f"{PAGE}?sort=-until&format=csv").get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in table] == ["知识", "乙", "甲"]


def test_the_api_refuses_what_is_no_section_or_team(client):
    person = a_person(Role.DIRECTOR)
    with transaction():
        bearer = make_token(as_actor(person), label="脚本")
    header = {"Authorization": f"Bearer {bearer}"}
    assert client.get(f"{API}?section=nothing", headers=header).status_code == 422
    assert client.get(f"{API}?team=nowhere", headers=header).status_code == 404


def test_the_command_writes_the_file(world, tmp_path):
    due(a_document(a_trainer(), an_article_text("过期的")), -2)
    target = tmp_path / "review.csv"
    answer = CliRunner().invoke(main, ["report", "knowledge", "-o", str(target)], obj=world)
    assert answer.exit_code == 0, answer.output
    assert "过期的" in target.read_text("utf-8-sig")
    assert "1 行" in answer.output


def test_the_command_knows_no_team_that_is_not_there(world, tmp_path):
    arguments = ["report", "knowledge", "--team", "nowhere", "-o", str(tmp_path / "x.csv")]
    assert CliRunner().invoke(main, arguments, obj=world).exit_code == 1


def test_a_page_takes_a_constant_number_of_statements(client, statements):
    sign_in(client, a_person(Role.DIRECTOR))
    client.get(PAGE)
    statements.clear()
    client.get(PAGE)
    few = len(statements)
    for number in range(8):
        due(a_document(a_trainer(), an_article_text(f"条目{number}"), slug=f"f{number}/a"), -2)
    statements.clear()
    client.get(PAGE)
    assert len(statements) <= few <= 14
