"""Awards: proposed by a public rule, confirmed by a person, told, paid, withdrawn; through the real app."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.bus import ask
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.notifications.models import Notice
from lms.performance.events import ProfileAsked
from lms.reviews.actions import award_rules, awards, badges
from lms.reviews.models import Award, AwardCandidate, AwardProposal, AwardRule, AwardShare, AwardTerms
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import Measure, What
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_awards import (
    LAST,
    a_deduction,
    a_deduction_rule,
    an_award_rule,
    confirmed,
    let_count,
    proposed,
    scored,
    shared,
    terms,
)
from tests.support.pages import send, token

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture(autouse=True)
def _still():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def hr(world):
    return as_actor(a_person(Role.HR, name="人事"))


def agents(n, team=None):
    team = team or a_team("一组")
    return [a_person(Role.AGENT, team=team, name=f"客服{number}") for number in range(n)]


def names(found):
    return [each.name for each in reading.proposal(found.public_id).winners]


def test_the_shipped_award_finds_the_best_without_a_red_line_and_says_who_was_left_out(hr):
    one, two, three, four = agents(4)
    scored(one, 95)
    scored(two, 99)
    scored(three, 98, n=5)
    scored(four, 80)
    found = a_deduction(
        as_actor(a_person(Role.DIRECTOR, team=a_team())), two, a_deduction_rule(hr, red_line=True), ago=20
    )
    let_count(found)
    made = reading.proposal(proposed(hr).public_id)
    assert [each.name for each in made.winners] == ["客服0", "客服3"]
    assert {each.name: each.out for each in made.candidates if each.out} == {"客服1": "red_line", "客服2": "few"}


def test_a_red_line_that_may_still_be_appealed_against_leaves_nobody_out(hr):
    [one] = agents(1)
    scored(one, 95)
    a_deduction(as_actor(a_person(Role.DIRECTOR)), one, a_deduction_rule(hr, red_line=True), ago=20)
    assert names(proposed(hr)) == ["客服0"]


def test_progress_looks_at_the_period_before(hr):
    one, two = agents(2)
    for person, before, now in ((one, 90, 91), (two, 50, 75)):
        scored(person, before, period="2026Q2")
        scored(person, now)
    made = reading.proposal(proposed(hr, "progress").public_id)
    assert [(each.name, each.place) for each in made.winners] == [("客服1", 1), ("客服0", 2)]
    assert made.winners[0].before == 50


def test_knowledge_counts_what_was_taken_over_in_the_period(hr):
    one, two = agents(2)
    with clock.frozen(datetime(2026, 9, 30, 15, 59, tzinfo=UTC)):
        shared(one, 3)
    with clock.frozen(datetime(2026, 9, 30, 16, tzinfo=UTC)):  # 1 October in Shanghai
        shared(two, 9)
    assert names(proposed(hr, "knowledge")) == ["客服0"]


def test_the_best_team_is_the_mean_of_its_people_and_needs_enough_of_them(hr):
    small, good, weak = a_team("小组"), a_team("好组"), a_team("弱组")
    for team, totals in ((small, (100, 99)), (good, (90, 80, 70)), (weak, (60, 60, 60))):
        for person, total in zip(agents(len(totals), team), totals, strict=True):
            scored(person, total)
    made = reading.proposal(proposed(hr, "best-team").public_id)
    assert [(each.name, each.value) for each in made.winners] == [("好组", 80.0)]
    assert made.counts["small"] >= 1


def test_a_period_has_the_terms_that_stood_on_its_first_day(hr):
    rule = an_award_rule(hr, winners=1)
    with transaction():
        award_rules.change_rule(hr, rule, begins="2026Q4", terms=terms(winners=2))
    one, two = agents(2)
    scored(one, 95)
    scored(two, 90)
    assert names(proposed(hr, rule)) == ["客服0"]
    with clock.frozen(datetime(2027, 1, 4, tzinfo=UTC)):
        for person in (one, two):
            scored(person, 90, period="2026Q4")
        assert len(names(proposed(hr, rule, "2026Q4"))) == 2


def test_terms_are_not_changed_for_what_is_past(hr):
    with pytest.raises(Invalid) as refused, transaction():
        award_rules.change_rule(hr, "excellent", begins=LAST, terms=terms())
    assert set(refused.value.fields) == {"begins"}
    with pytest.raises(Invalid), transaction():
        award_rules.make_rule(hr, kind="person", grain="quarter", begins="2026Q1", terms=terms())


def test_a_shipped_award_has_no_row_until_somebody_uses_it(hr):
    assert session().query(AwardRule).count() == 0
    assert [each.public_id for each in reading.rules()] == ["excellent", "best-team", "knowledge", "progress"]
    proposed(hr)
    assert session().query(AwardTerms).count() == 1
    assert len(reading.rules()) == 4


def test_only_a_period_that_is_over_and_of_the_awards_own_length_is_judged(hr):
    for written in ("2026Q4", "2026-09", "nonsense", "9" * 40):
        with pytest.raises(Invalid), transaction():
            awards.propose_for(hr, "excellent", written)
    with pytest.raises(NotFound), transaction():
        awards.propose_for(hr, "none", LAST)


def test_computing_again_takes_the_latest_figures_and_what_was_seen_before_can_not_be_confirmed(hr):
    one, two = agents(2)
    scored(one, 80)
    first = proposed(hr)
    seen = first.digest
    scored(two, 90)
    again = proposed(hr)
    assert (again.id, names(again)) == (first.id, ["客服1", "客服0"])
    with pytest.raises(Conflict), transaction():
        awards.confirm(hr, again.public_id, seen)
    assert session().query(Award).count() == 0


def test_who_is_taken_out_makes_room_for_the_next(hr):
    rule = an_award_rule(hr, winners=1)
    one, two = agents(2)
    scored(one, 95)
    scored(two, 90)
    made = proposed(hr, rule)
    first = reading.proposal(made.public_id).winners[0]
    with pytest.raises(Invalid), transaction():
        awards.remove(hr, made.public_id, first.id, " ")
    with transaction():
        awards.remove(hr, made.public_id, first.id, "客诉还在查")
    found = reading.proposal(made.public_id)
    assert [each.name for each in found.winners] == ["客服1"]
    assert [each.removed for each in found.candidates if each.name == "客服0"] == ["客诉还在查"]
    assert [each.person_id for each in confirmed(hr, made)] == [two.id]


def test_winners_are_told_and_the_period_is_settled(hr):
    [one] = agents(1)
    scored(one, 95)
    made = proposed(hr)
    assert session().query(Notice).filter_by(person_id=one.id).count() == 0
    confirmed(hr, made)
    assert session().query(Notice).filter_by(person_id=one.id).count() == 1
    with pytest.raises(Conflict), transaction():
        awards.propose_for(hr, "excellent", LAST)
    with pytest.raises(Conflict):
        confirmed(hr, made)


def test_nobody_confirms_an_award_of_their_own(hr):
    director = a_person(Role.DIRECTOR, team=a_team())
    scored(director, 99)
    made = proposed(hr)
    with pytest.raises(Conflict):
        confirmed(as_actor(director), made)
    assert len(confirmed(hr, made)) == 1


def test_a_list_without_winners_is_not_confirmed_and_declining_needs_a_reason(hr):
    made = proposed(hr)
    with pytest.raises(Invalid):
        confirmed(hr, made)
    with pytest.raises(Invalid), transaction():
        awards.decline(hr, made.public_id, "")
    with transaction():
        awards.decline(hr, made.public_id, "数据还没导全")
    assert proposed(hr).id != made.id


def test_the_money_of_a_team_is_shared_by_whoever_was_there_and_adds_up(hr):
    rule = an_award_rule(hr, kind="team", amount_fen=100_000, measure=Measure(what=What.COMPOSITE, min_n=1, min_team=3))
    people = agents(3)
    for person in people:
        scored(person, 90)
    confirmed(hr, proposed(hr, rule))
    shares = session().query(AwardShare).all()
    assert sorted(each.amount_fen for each in shares) == [33_333, 33_333, 33_334]
    assert sum(each.fen for each in reading.payroll(LAST)) == 100_000


def test_what_is_withdrawn_is_not_paid_and_the_person_is_told_why(hr):
    rule = an_award_rule(hr)
    [one] = agents(1)
    scored(one, 95)
    [award] = confirmed(hr, proposed(hr, rule))
    assert [each.fen for each in reading.payroll()] == [30_000]
    with transaction():
        awards.withdraw(hr, award.public_id, "复核发现数据有误")
    assert reading.payroll() == []
    assert reading.of_person(one.id) == []
    assert session().query(Notice).filter_by(person_id=one.id).count() == 2
    with pytest.raises(Conflict), transaction():
        awards.withdraw(hr, award.public_id, "再来一次")


def test_who_opted_out_is_in_no_public_list_but_keeps_the_award(hr):
    rule = an_award_rule(hr)
    one, mate = agents(2)
    scored(one, 95)
    confirmed(hr, proposed(hr, rule))
    assert [each.name for each in reading.won(as_actor(mate))] == ["客服0"]
    with transaction():
        badges.take_part(as_actor(one), wanted=False)
    assert reading.won(as_actor(mate)) == []
    assert [each.amount_fen for each in reading.won(as_actor(one))] == [30_000]
    assert [each.name for each in reading.won(hr)] == ["客服0"]
    assert reading.count_won(as_actor(mate)) == 0


def test_money_is_seen_by_who_confirms_and_by_the_winner_alone(hr):
    rule = an_award_rule(hr)
    one, mate = agents(2)
    scored(one, 95)
    confirmed(hr, proposed(hr, rule))
    assert [each.amount_fen for each in reading.won(as_actor(mate))] == [None]


def test_the_profile_shows_the_person_what_it_shows_the_lead(hr):
    team = a_team()
    [one] = agents(1, team)
    lead = as_actor(a_person(Role.LEAD, team=team))
    scored(one, 95)
    confirmed(hr, proposed(hr))
    a_deduction(lead, one)
    panels = [
        next(
            each
            for found in ask(ProfileAsked(actor=actor, person_id=one.id, team_id=one.team_id))
            for each in found
            if each.key == "rewards"
        )
        for actor in (as_actor(one), lead)
    ]
    assert panels[0].values == panels[1].values
    assert len(panels[0].values["awards"]) == 1
    assert panels[0].values["deductions"] == []  # not effective yet
    stranger = as_actor(a_person(Role.TRAINER))
    assert [
        each
        for found in ask(ProfileAsked(actor=stranger, person_id=one.id, team_id=one.team_id))
        for each in found
        if each.key == "rewards"
    ] == []


# pages


def page_of(world, *roles, person=None, **more):
    client = world.test_client()
    sign_in(client, person or a_person(*roles, **more))
    return client


def text_of(client, path, status=200):
    found = client.get(path)
    assert found.status_code == status, path
    return found.get_data(as_text=True)


def test_hr_writes_a_new_award_and_everybody_can_read_it(world):
    client = page_of(world, Role.HR)
    values = {
        "name": "零差评奖",
        "words": "没有差评，会话量又够的客服。",
        "kind": "person",
        "grain": "month",
        "what": "metric",
        "metric": "bad_reviews",
        "winners": "5",
        "min_n": "100",
        "amount": "66.5",
        "begins": "2026-10",
        "no_red_line": "y",
    }
    answer = send(client, "/awards/rules/new", **values)
    assert answer.status_code == 303
    shown = text_of(page_of(world, Role.AGENT), answer.location)
    assert "零差评奖" in shown
    assert "差评数（越低越好）" in shown
    assert "奖金每人 66.50 元" in shown
    assert "算名单" not in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1e9"),
        ("winners", "0"),
        ("winners", "9" * 40),
        ("min_n", "²"),
        ("begins", "2026-02-31"),
        ("begins", "2020Q1"),
        ("metric", "none"),
        ("what", "metric"),
        ("name", "长" * 700),
        ("words", ""),
        ("kind", "x"),
        ("name", "a\x00b"),
        ("words", "\ud800"),
    ],
)
def test_a_wrong_award_is_refused_with_what_was_typed(world, field, value):
    client = page_of(world, Role.HR)
    values = {
        "name": "零差评奖",
        "words": "没有差评。",
        "kind": "person",
        "grain": "quarter",
        "what": "composite",
        "winners": "5",
        "min_n": "100",
        "begins": "2026Q4",
    }
    answer = client.post(
        "/awards/rules/new",
        data={"csrf_token": _token(client), **values, field: value.encode("utf-8", "surrogatepass")},
    )
    assert answer.status_code in (400, 422, 303)
    if "\x00" not in value and "\ud800" not in value:
        assert answer.status_code == 422
        assert "没有差评" in answer.get_data(as_text=True) or field == "words"


def _token(client):
    return token(client, "/awards/rules/new")


def test_a_proposal_is_looked_at_confirmed_and_exported(world, hr):
    rule = an_award_rule(hr)
    one, two = agents(2)
    scored(one, 95)
    scored(two, 90)
    client = page_of(world, Role.HR)
    answer = send(client, f"/awards/rules/{rule}/propose", f"/awards/rules/{rule}", period=LAST)
    assert answer.status_code == 303
    shown = text_of(client, answer.location)
    assert "拟得奖" in shown
    assert "未入围" in shown
    refused = send(client, answer.location, do="remove", candidate="1" * 40, reason="x")
    assert refused.status_code == 404
    assert send(client, answer.location, do="decline", reason="").status_code == 422
    digest = session().query(AwardProposal.digest).scalar()
    assert send(client, answer.location, do="confirm", digest="old").status_code == 409
    assert send(client, answer.location, do="confirm", digest=digest).status_code == 303
    assert "客服0" in text_of(client, "/awards")
    file = client.get(f"/awards/payroll?period={LAST}&format=csv").get_data().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(file)))
    assert lines[1] == [one.employee_no, "客服0", "月度之星", "", LAST, "300"]
    assert client.get("/awards/payroll?format=xlsx").status_code == 200


def test_a_lead_and_an_agent_see_neither_proposals_nor_payroll(world, hr):
    made = proposed(hr)
    for role in (Role.AGENT, Role.LEAD, Role.TRAINER, Role.ADMIN):
        client = page_of(world, role)
        for path in ("/awards/payroll", f"/awards/proposals/{made.public_id}", "/awards/rules/excellent/effect"):
            text_of(client, path, 403)
        assert "等您确认" not in text_of(client, "/awards")


def test_the_effect_of_a_rule_shows_both_sides_and_says_that_it_proves_nothing(world, hr):
    people = agents(6)
    for person in people:
        for period, total in (("2025Q4", 60), ("2026Q1", 60), ("2026Q2", 61), (LAST, 70)):
            scored(person, total, period=period)
    client = page_of(world, Role.HR)
    assert "还没有评过" in text_of(client, "/awards/rules/excellent/effect")
    proposed(hr)
    shown = text_of(client, "/awards/rules/excellent/effect")
    assert "高了 9.67" in shown
    assert "这不能证明是奖励带来的" in shown


@pytest.mark.parametrize(
    "path",
    [
        "/awards?period=%00&award=%00&page=99999999999999999999",
        "/awards?period=2026-02-31",
        "/awards/payroll?period=²&format=csv",
        "/awards/rules/%00",
        "/awards/proposals/" + "9" * 4000,
    ],
)
def test_junk_in_an_address_is_answered(world, path):
    assert page_of(world, Role.HR).get(path).status_code in (200, 400, 404, 414)


def test_the_api_lists_awards_by_period(world, hr):
    rule = an_award_rule(hr)
    one, mate = agents(2)
    scored(one, 95)
    confirmed(hr, proposed(hr, rule))
    client = page_of(world, person=mate)
    found = client.get(f"/api/v1/awards?period={LAST}").json
    assert [(each["name"], each["award"], each["amount_yuan"]) for each in found["items"]] == [
        ("客服0", "月度之星", None)
    ]
    assert found["next"] is None
    assert client.get("/api/v1/awards?period=2026Q1").json["items"] == []
    assert client.get("/api/v1/awards?period=x").status_code == 422
    mine = page_of(world, person=one).get("/api/v1/awards").json["items"]
    assert mine[0]["amount_yuan"] == "300.00"


def test_pages_are_there_in_english_too(world, hr):
    one = agents(1)[0]
    scored(one, 95)
    made = proposed(hr)
    client = page_of(world, Role.HR, locale="en")
    assert "Excellent agent" in text_of(client, "/awards/rules")
    assert "would win" in text_of(client, f"/awards/proposals/{made.public_id}")
    assert "Excellent agent" in text_of(client, "/awards/rules/excellent/edit")
    answer = send(
        client,
        "/awards/rules/excellent/edit",
        name="Excellent agent",
        words=str(text_field(client)),
        what="composite",
        winners="5",
        min_n="30",
        begins="2026Q4",
    )
    assert answer.status_code == 303
    assert reading.rule("excellent").versions[0].terms.name == "优秀客服奖"


def text_field(client):
    page = client.get("/awards/rules/excellent/edit").get_data(as_text=True)
    return re.search(r"<textarea[^>]*id=\"words\"[^>]*>\s*([^<]*)</textarea>", page)[1].strip()


def test_candidates_of_a_proposal_are_computed_anew_and_not_added(hr):
    [one] = agents(1)
    scored(one, 95)
    proposed(hr)
    proposed(hr)
    assert session().query(AwardCandidate).count() == 1
