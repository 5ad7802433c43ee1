"""Whether training helped, on its page: what is compared, who may look, what is never shown. On both databases."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from lms.content.models import Part, PartVersion
from lms.core.access import Role
from lms.core.db import rows, transaction
from lms.core.here import settings, today
from lms.performance.models import KpiValue
from lms.performance.queries import impact as reading
from lms.performance.queries.figures import metrics
from lms.performance.rules.impact import Verdict
from lms.performance.rules.metrics import Direction
from lms.performance.rules.periods import Grain
from lms.performance.rules.validity import Link
from lms.quizzes.models import Attempt, AttemptItem
from tests.support.make import a_person, a_team, sign_in
from tests.support.make_content import a_document, a_question, a_quiz_text, a_trainer
from tests.support.make_impact import some_figures, some_people, trained, week

pytestmark = pytest.mark.usefixtures("world")

PRIVATE = "同事"
JUNK = ["", "\x00", "quiz:\x00", "quiz:²", "²", "-1", "1e999", "nan", "9" * 40, "9" * 4_500, "x" * 700, "2026-02-31"]


def a_quiz() -> tuple[int, str]:
    document = a_document(
        a_trainer(), a_quiz_text(a_question("几天内可以退？"), title="退货小测"), kind="quiz", slug="impact/returns"
    )
    return document.id, "quiz:impact/returns"


def in_waves(document_id: int, *, effect: float = 6.0, grain: Grain = Grain.WEEK, metric: str = "csat") -> list[int]:
    """Train 24 of 60 people in two waves, twelve weeks and ten weeks ago, and give all of them figures."""
    people = some_people(a_team().id, 60)
    done = {person: week(12 if number < 12 else 10) + timedelta(days=2) for number, person in enumerate(people[:24])}
    if grain is Grain.MONTH:
        done = dict.fromkeys(people[:24], week(12))
    trained(document_id, done)
    some_figures(people, done, effect=effect, grain=grain, metric=metric)
    return people


def told(document_id: int, metric: str = "csat"):
    return reading.compared(document_id, metrics()[metric], weeks=4, over=26, today=today())


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.DAY, Grain.MONTH])
def test_an_effect_is_found_whatever_the_figures_come_by(grain):
    number, _ = a_quiz()
    in_waves(number, grain=grain)
    found = told(number)
    assert found.grain is (Grain.MONTH if grain is Grain.MONTH else Grain.WEEK)
    assert (found.impact.trained, found.impact.others) == (24, 36)
    assert found.impact.verdict is Verdict.BETTER
    assert found.impact.effect is not None
    assert found.impact.effect.interval.low <= 6.0 <= found.impact.effect.interval.high
    assert not found.impact.is_doubtful


def test_for_a_figure_that_is_to_fall_less_is_better():
    number, _ = a_quiz()
    in_waves(number, effect=-6.0, metric="first_response")
    assert metrics()["first_response"].direction is Direction.DOWN
    assert told(number, "first_response").impact.verdict is Verdict.BETTER


def test_days_and_weeks_of_one_person_are_not_counted_twice():
    number, _ = a_quiz()
    people = in_waves(number)
    before = told(number).impact.effect
    some_figures(people, {}, grain=Grain.DAY, effect=0.0, seed=99)
    assert told(number).impact.effect == before


def test_a_question_that_tells_of_later_work_is_found(client):
    """Of two questions one goes with the figure afterwards, the other is luck; attempts are real rows of the quiz."""
    questions = [a_question("几天内可以退？"), a_question("运费谁出？")]
    document = a_document(a_trainer(), a_quiz_text(*questions, title="退货小测"), kind="quiz", slug="impact/two")
    number, revision = document.id, document.published_id
    people = some_people(a_team().id, 60)
    versions = list(rows(select(PartVersion.sha, PartVersion.part_id).join(Part).where(Part.document_id == number)))
    sat = datetime.combine(week(10) + timedelta(days=1), time(10), settings().timezone)
    with transaction() as current:
        for place, person in enumerate(people):
            paper = Attempt(
                person_id=person, document_id=number, revision_id=revision, number=1, mode="check", state="submitted",
                started_at=sat, submitted_at=sat, total=2, limits={}, earned=0, possible=2,
            )  # fmt: skip
            current.add(paper)
            current.flush()
            for position, (sha, part) in enumerate(versions):
                is_right = place < 30 if position == 0 else place % 2 == 0
                current.add(
                    AttemptItem(
                        attempt_id=paper.id, position=position, key=f"q{position}", part_id=part, part_version_sha=sha,
                        option_order={}, points=1, earned=int(is_right), answered=True,
                    )
                )  # fmt: skip
            for back in range(1, 40):
                value = (92.0 if place < 30 else 84.0) + place % 7
                current.add(
                    KpiValue(metric="csat", grain=Grain.WEEK, start=week(back), person_id=person, value=value, count=9)
                )
    found = reading.answered(number, metrics()["csat"], weeks=4, over=26, today=today())
    assert sorted(each.link.link for each in found) == [Link.NONE, Link.TELLS]
    assert {each.link.n for each in found} == {60}
    tells = next(each for each in found if each.link.link is Link.TELLS)
    assert tells.link.gap == pytest.approx(8.0, abs=0.5)
    sign_in(client, a_person(Role.TRAINER))
    page = client.get("/impact?document=quiz:impact/two").text
    assert "答对的人后来做得更好" in page
    assert PRIVATE not in page


def test_the_page_says_it_in_words_and_shows_nobody(client):
    number, name = a_quiz()
    in_waves(number)
    sign_in(client, a_person(Role.TRAINER))
    page = client.get("/impact", query_string={"document": name}).text
    assert "看得出差别：学过的人更好" in page
    assert "学过的 24 人" in page
    assert PRIVATE not in page
    assert client.get("/impact").text.count("退货小测") >= 1


def test_english_says_the_same(client):
    number, name = a_quiz()
    in_waves(number)
    sign_in(client, a_person(Role.DIRECTOR, locale="en"))
    assert "a visible difference. Trained people do better." in client.get(f"/impact?document={name}").text


def test_too_few_people_are_not_shown(client):
    number, name = a_quiz()
    people = some_people(a_team().id, 40)
    done = dict.fromkeys(people[:7], week(10))
    trained(number, done)
    some_figures(people, done)
    sign_in(client, a_person(Role.TRAINER))
    page = client.get(f"/impact?document={name}").text
    assert "样本太少" in page
    assert "lines-main" not in page
    csv = client.get(f"/impact?document={name}&format=csv").text
    assert len(csv.strip().splitlines()) == 1


def test_the_file_holds_the_sum_and_the_waves(client):
    number, name = a_quiz()
    in_waves(number)
    sign_in(client, a_person(Role.HR))
    answer = client.get(f"/impact?document={name}&format=csv")
    assert answer.mimetype == "text/csv"
    assert [line.split(",")[1] for line in answer.text.strip().splitlines()[1:]] == ["24", "12", "12"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ADMIN])
def test_who_may_not_look_is_refused(client, role):
    sign_in(client, a_person(role))
    assert client.get("/impact").status_code == 403


@pytest.mark.parametrize("field", ["document", "metric", "weeks", "over", "format"])
def test_odd_addresses_break_nothing(client, field):
    number, name = a_quiz()
    in_waves(number)
    sign_in(client, a_person(Role.TRAINER))
    for junk in JUNK:
        answer = client.get("/impact", query_string={"document": name, field: junk})
        assert answer.status_code in (200, 404), (field, junk)


def test_a_document_that_is_not_there_is_not_found(client):
    sign_in(client, a_person(Role.TRAINER))
    assert client.get("/impact?document=quiz:none/at-all").status_code == 404
    assert client.get("/impact?document=article:none").status_code == 404


def test_an_empty_company_is_told_what_comes_first(client):
    sign_in(client, a_person(Role.TRAINER))
    assert "还没有人学完过" in client.get("/impact").text
