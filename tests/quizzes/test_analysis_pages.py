"""The analysis as trainers meet it: which attempts count, what the pages say, files, machines, looked-at hints."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from lms.content.models import Part
from lms.content.queries import open_published
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.questions.rules.identity import asked_sha
from lms.quizzes import jobs
from lms.quizzes.models import Attempt, AttemptItem, ItemVerdict, QuizHealth
from lms.quizzes.queries.analysis import Take, Wanted, analysis, choices
from lms.quizzes.queries.health import bad_by_quiz, unwell
from tests.support import make_cohort_of_attempts as made
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.make_quizzes import a_quiz, answered_right, begun, document_id, handed_in, one_of_each
from tests.support.pages import token

COHORT = made.simulated(3, people=60, questions=8, planted={3: made.MISKEYED})
SMALL = made.simulated(4, people=8, questions=4)


@pytest.fixture
def exam(world):
    """A quiz that sixty people have sat; the fourth question has a wrong key."""
    return sat(COHORT)


def sat(cohort, team=None, **rules):
    slug = a_quiz(*cohort.questions, **rules)
    made.write(cohort, slug, team_id=(team or a_team()).id)
    return slug


def opened(slug):
    return open_published(an_actor(Role.TRAINER), "quiz", slug)


def counted(slug, **wanted):
    return analysis(opened(slug), Wanted(**wanted))


def papers(slug, **wanted):
    return len(counted(slug, **wanted).papers)


def as_role(client, *roles):
    person = a_person(*roles)
    sign_in(client, person)
    return client


def page(client, slug, rest=""):
    return client.get(f"/exams/{slug}/analysis{rest}").get_data(as_text=True)


def key_of(finding):
    return finding.item.asked.key


def test_the_database_counts_as_the_rules_do(exam):
    """Every group that the statement makes is the one that plain counting makes."""
    rows = made.rows_of(COHORT)
    found = counted(exam).report
    expected = {asked_sha(question): 0 for question in COHORT.questions}
    for cell in rows.cells:
        expected[cell.sha] += cell.earned * cell.count
    assert {each.item.asked.sha: round(each.item.share * 60 * 27_720) for each in found.findings} == expected
    assert found.whole.mean == pytest.approx(sum(100 * p.earned / p.possible for p in rows.papers) / 60)


def test_a_wrong_key_is_told_first(exam):
    first = counted(exam).report.to_look_at[0]
    assert first.item.asked.number == 4
    assert first.is_bad


def again(slug, person_id, *, days, occasion="once", number=2):
    """Let somebody sit the quiz once more, `days` after the first time, with everything right."""
    with transaction() as s:
        old = s.query(Attempt).filter_by(document_id=document_id(slug), person_id=person_id).first()
        columns = {c.name: getattr(old, c.name) for c in Attempt.__table__.columns if c.name not in ("id", "public_id")}
        more = {
            "started_at": old.started_at + timedelta(days=days),
            "submitted_at": old.submitted_at + timedelta(days=days),
            "earned": old.possible,
            "occasion": occasion,
            "number": number,
        }
        new = Attempt(**{**columns, **more})
        s.add(new)
        s.flush()
        for item in s.query(AttemptItem).filter_by(attempt_id=old.id):
            values = {c.name: getattr(item, c.name) for c in AttemptItem.__table__.columns}
            s.execute(insert(AttemptItem).values(**{**values, "attempt_id": new.id, "earned": item.points}))
        return new.id


def test_only_the_first_attempt_counts_unless_another_is_asked_for(exam):
    person = counted(exam).papers[0].person_id
    again(exam, person, days=100)
    assert papers(exam) == 60
    assert papers(exam, take=Take.ALL) == 61
    last = next(paper for paper in counted(exam, take=Take.LAST).papers if paper.person_id == person)
    assert last.earned == last.possible


def test_a_second_attempt_is_no_first_one_of_a_later_month(exam):
    person = counted(exam).papers[0].person_id
    again(exam, person, days=100)
    later = (made.BEGAN + timedelta(days=90)).date()
    assert papers(exam, start=later) == 0
    assert papers(exam, start=later, take=Take.ALL) == 1


def test_a_makeup_is_an_occasion_of_its_own(exam):
    again(exam, counted(exam).papers[0].person_id, days=3, occasion="makeup:1", number=1)
    assert papers(exam, occasion="makeup:1") == 1
    assert papers(exam, occasion="once") == 60
    assert choices(document_id(exam)).occasions == {"makeup:1": 1, "once": 60}


@pytest.mark.parametrize("values", [{"state": "voided"}, {"state": "open"}, {"mode": "practice"}])
def test_what_does_not_count_is_left_out(exam, values):
    one = counted(exam).papers[0].attempt_id
    with transaction() as s:
        s.execute(update(Attempt).where(Attempt.id == one).values(**values))
    assert papers(exam) == 59


def test_a_paper_that_waits_for_a_marker_is_told_and_not_counted(exam):
    one = counted(exam).papers[0].attempt_id
    with transaction() as s:
        s.execute(
            update(AttemptItem).where(AttemptItem.attempt_id == one, AttemptItem.position == 1).values(waiting=True)
        )
    found = counted(exam)
    assert (len(found.papers), found.waiting) == (59, 1)
    assert {each.item.n for each in found.report.findings} == {59}


def test_a_dropped_question_counts_for_nobody(exam):
    sha = counted(exam).report.findings[0].item.asked.sha
    with transaction() as s:
        s.execute(update(AttemptItem).where(AttemptItem.part_version_sha == sha).values(dropped=True))
    assert sha not in {each.item.asked.sha for each in counted(exam).report.findings}


def test_an_answer_marked_by_a_corrected_key_counts_with_that_version(exam):
    old, new = (each.item.asked.sha for each in counted(exam).report.findings[:2])
    with transaction() as s:
        s.execute(update(AttemptItem).where(AttemptItem.part_version_sha == old).values(graded_as=new))
    found = {each.item.asked.sha: each.item.n for each in counted(exam).report.findings}
    assert old not in found
    assert found[new] == 120


def test_a_team_sees_its_own_people_and_those_below(world):
    team, other = a_team(), a_team()
    slug = sat(COHORT, team)
    assert papers(slug, team_id=team.id) == 60
    assert papers(slug, team_id=other.id) == 0


def test_drawn_papers_say_how_their_reliability_was_estimated(exam):
    ids = [paper.attempt_id for paper in counted(exam).papers[:30]]
    with transaction() as s:
        s.query(AttemptItem).filter(AttemptItem.attempt_id.in_(ids), AttemptItem.position == 8).delete()
        s.query(AttemptItem).filter(~AttemptItem.attempt_id.in_(ids), AttemptItem.position == 7).delete()
    found = counted(exam).report.whole.reliability
    assert found.method.value == "nested"
    assert found.items == 7


def test_the_number_of_statements_does_not_grow_with_the_attempts(world, statements):
    small, large = sat(SMALL), sat(COHORT)
    counts = []
    for slug in (small, large):
        found = opened(slug)
        analysis(found, Wanted())  # the chance of passing by guessing is kept from now on
        statements.clear()
        analysis(found, Wanted())
        counts.append(len(statements))
    assert counts == [6, 6]


def test_the_page_says_first_what_is_wrong(exam, client):
    html = page(as_role(client, Role.TRAINER), exam)
    assert html.index("1 道题有问题") < html.index("高分学员多选了") < html.index("全部题目")


def test_too_few_papers_are_told_instead_of_figures(world, client):
    html = page(as_role(client, Role.QUALITY), sat(SMALL))
    assert "样本太少（n=8，至少 20 份才有意义）" in html
    assert "区分指数" not in html


def test_without_a_paper_the_page_says_what_will_be_there(world, client):
    assert "还没有可以分析的答卷" in page(as_role(client, Role.TRAINER), a_quiz())


def test_a_filter_that_nothing_fits_can_be_cleared(exam, client):
    html = page(as_role(client, Role.TRAINER), exam, "?from=2030-01-01")
    assert "没有符合条件的答卷" in html
    assert "清除筛选" in html


@pytest.mark.parametrize(
    "rest", ["?from=never&team=none&revision=-1&occasion=%00&sort=x&take=y", "?from=0001-01-01&to=9999-12-31"]
)
def test_an_address_typed_by_hand_breaks_nothing(exam, client, rest):
    assert as_role(client, Role.TRAINER).get(f"/exams/{exam}/analysis{rest}").status_code == 200


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.HR, Role.ADMIN])
def test_who_does_not_answer_for_questions_sees_no_analysis(exam, client, role):
    assert as_role(client, role).get(f"/exams/{exam}/analysis").status_code == 403


def test_the_file_holds_exactly_the_rows_of_the_page(exam, client):
    answer = as_role(client, Role.TRAINER).get(f"/exams/{exam}/analysis?sort=-share&format=csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][:3] == ["题号", "编号", "题目"]
    assert len(rows) == 9
    assert [float(row[7]) for row in rows[1:]] == sorted((float(row[7]) for row in rows[1:]), reverse=True)
    book = client.get(f"/exams/{exam}/analysis?format=xlsx")
    assert book.get_data()[:2] == b"PK"


def test_a_question_shows_who_chose_what_and_where_to_go_on(exam, client):
    finding = counted(exam).report.findings[3]
    html = page(as_role(client, Role.TRAINER), exam, f"/{key_of(finding)}")
    assert html.count('data-label="高分的三分之一"') == 4
    assert f"/studio/quiz/{exam}/edit" in html
    assert "改题" in html


def test_every_kind_of_question_has_its_page(world, client):
    slug = a_quiz(*one_of_each(written=True))
    for right in (True, False, True):
        actor = an_actor(Role.AGENT)
        attempt = begun(actor, slug)
        if right:
            answered_right(actor, attempt)
        handed_in(actor, attempt)
    with transaction() as s:
        s.execute(update(AttemptItem).values(waiting=False, earned=0))
    as_role(client, Role.TRAINER)
    findings = counted(slug).report.findings
    assert len(findings) == 8
    for finding in findings:
        assert client.get(f"/exams/{slug}/analysis/{key_of(finding)}").status_code == 200
    assert "请到阅卷页看" in page(client, slug, f"/{key_of(findings[-1])}")
    assert client.get(f"/exams/{slug}/analysis?format=xlsx").status_code == 200


def test_quality_reads_a_question_and_changes_nothing(exam, client):
    html = page(as_role(client, Role.QUALITY), exam, f"/{key_of(counted(exam).report.findings[3])}")
    assert "改题" not in html
    assert "看过了，不用改" not in html


def test_the_same_words_in_two_quizzes_are_two_questions(exam, client):
    """The version is one, by its words; it is asked and counted in each quiz by itself."""
    other = sat(COHORT)
    with transaction() as s:
        parts = s.query(Part).filter_by(document_id=document_id(exam)).order_by(Part.position).all()
        twins = [
            Part(
                key=f"w{part.key[1:]}",
                document_id=document_id(other),
                kind="question",
                text_sha=part.text_sha,
                position=place,
            )
            for place, part in enumerate(parts)
        ]
        s.add_all(twins)
        s.flush()
        mine = select(Attempt.id).where(Attempt.document_id == document_id(other))
        for part, twin in zip(parts, twins, strict=True):
            found = update(AttemptItem).where(AttemptItem.part_id == part.id, AttemptItem.attempt_id.in_(mine))
            s.execute(found.values(part_id=twin.id))
    finding = counted(other).report.findings[3]
    assert finding.item.n == 60
    assert key_of(finding).startswith("w")
    as_role(client, Role.TRAINER)
    assert say(client, other, finding).status_code == 303
    assert not counted(other).report.bad
    assert counted(exam).report.bad


def test_a_question_of_another_quiz_is_not_found(exam, client):
    assert as_role(client, Role.TRAINER).get(f"/exams/{exam}/analysis/zzzzzz").status_code == 404


def say(client, slug, finding, **values):
    path = f"/exams/{slug}/analysis/{key_of(finding)}"
    data = {"csrf_token": token(client, path), "version": finding.item.asked.sha.hex(), "kind": "key", **values}
    return client.post(f"{path}/seen", data=data)


def test_a_hint_that_was_looked_at_is_quiet_with_its_note_and_can_be_woken(exam, client):
    as_role(client, Role.TRAINER)
    finding = counted(exam).report.findings[3]
    assert say(client, exam, finding, note="问过出题人").status_code == 303
    assert not counted(exam).report.bad
    assert "问过出题人" in page(client, exam, f"/{key_of(finding)}")
    say(client, exam, finding, again="1")
    assert counted(exam).report.bad


def test_a_hint_comes_back_with_twice_as_many_answers(exam, client):
    as_role(client, Role.TRAINER)
    finding = counted(exam).report.findings[3]
    say(client, exam, finding)
    with transaction() as s:
        s.execute(update(ItemVerdict).values(answers=30))
    assert counted(exam).report.bad


@pytest.mark.parametrize("wrong", [{"version": "x"}, {"version": "0" * 64}, {"kind": "none"}, {"note": "长" * 501}])
def test_a_verdict_about_nothing_changes_nothing(exam, client, wrong):
    as_role(client, Role.TRAINER)
    assert say(client, exam, counted(exam).report.findings[3], **wrong).status_code in (404, 422)
    assert session().query(ItemVerdict).count() == 0


def test_the_worker_keeps_the_bad_questions_for_the_first_screen(exam, client):
    assert jobs.look_at_questions() == 1
    assert bad_by_quiz() == {document_id(exam): 1}
    assert "高分学员多选了" in str(unwell(5)[0].worst)
    html = as_role(client, Role.TRAINER).get("/").get_data(as_text=True)
    assert "1 道题有问题" in html
    assert f"/exams/{exam}/analysis" in html


def test_the_worker_looks_again_only_after_a_new_attempt_or_a_day(exam):
    at = clock.now()
    with clock.frozen(at):
        assert jobs.look_at_questions() == 1
        assert jobs.look_at_questions() == 0
    with clock.frozen(at + timedelta(hours=25)):
        assert jobs.look_at_questions() == 1


def test_a_looked_at_question_leaves_the_first_screen_at_once(exam, client):
    jobs.look_at_questions()
    as_role(client, Role.TRAINER)
    say(client, exam, counted(exam).report.findings[3])
    assert session().get(QuizHealth, document_id(exam)).bad == 0
    assert "道题有问题" not in client.get("/").get_data(as_text=True)


def test_machines_get_the_same_figures(exam, client):
    answer = as_role(client, Role.TRAINER).get(f"/api/v1/quizzes/{exam}/analysis").get_json()
    assert answer["quiz"]["attempts"] == 60
    assert answer["quiz"]["reliability_method"] == "kr20"
    assert answer["items"][3]["hints"][0] == "key"
    assert sum(each["upper"] + each["middle"] + each["lower"] for each in answer["items"][0]["options"]) == 60
    assert client.get(f"/api/v1/quizzes/{exam}/analysis?team=none").status_code == 404


def test_alike_papers_are_shown_with_names_and_a_warning(world, client):
    cohort = made.simulated(31, people=100, questions=40)
    weak = min(range(100), key=lambda number: cohort.sat[number].ability)
    slug = sat(made.simulated(31, people=100, questions=40, copied=((weak, 90),), hasty=(17,)))
    html = page(as_role(client, Role.TRAINER), slug, "/unusual")
    assert "这些只是提示，不是证据" in html
    assert html.count('href="/attempts/') == 3


def test_names_of_odd_papers_stand_on_no_other_page(exam, client):
    as_role(client, Role.TRAINER)
    html = page(client, exam) + page(client, exam, f"/{key_of(counted(exam).report.findings[3])}")
    assert "/attempts/" not in html
