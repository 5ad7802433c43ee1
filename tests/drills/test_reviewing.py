"""Looking after others' runs: rating, findings against the rubric, mending it, scoring anew, the list of runs."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from lms.content import actions as content_actions
from lms.content.models import Document
from lms.content.queries import text as text_of
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.points import ONE_POINT
from lms.drills.actions import rating, rescoring, reviewing
from lms.drills.models import Run, RunEvent, RunOverrule, RunReview, RunScore
from lms.drills.queries import offers, reviews
from lms.drills.queries.rescoring import candidates, mark_of, newest
from lms.drills.rules.judge import LISTED
from lms.notifications.models import Notice
from lms.records.events import Verb
from lms.records.models import Record, Standing
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_content import a_document, a_trainer
from tests.support.make_played import GOOD_REPLY, WARM, a_published_drill, begun, chose, wrote
from tests.support.pages import send

ALMOST = "很体谅您着急，我这就去看看进度。"
DOUBTFUL = "很理解您着急，但我不能保证今天到，已加急，17号前发。"


@pytest.fixture
def house(world):
    drill = a_published_drill(a_trainer())
    team = a_team()
    return drill, team, a_person(Role.AGENT, team=team), a_person(Role.TRAINER)


def played(person, reply):
    actor = as_actor(person)
    run = begun(actor)
    chose(actor, run, WARM)
    wrote(actor, run, reply)
    return run


def run_of(public_id):
    return session().execute(select(Run).where(Run.public_id == public_id)).scalar_one()


def text_seq(public_id):
    return next(each.seq for each in events_of(public_id) if each.kind == "text")


def events_of(public_id):
    return (
        session().scalars(select(RunEvent).where(RunEvent.run_id == run_of(public_id).id).order_by(RunEvent.seq)).all()
    )


def overruled(trainer, run, line, held, reason="说法不同，意思到了"):
    with transaction():
        return reviewing.overrule(as_actor(trainer), run, text_seq(run), line, held=held, reason=reason)


def graded(public_id):
    lines = session().scalars(select(Record).where(Record.ref == public_id).order_by(Record.seq)).all()
    return [(Verb(line.verb), line.earned // ONE_POINT, line.passed) for line in lines]


def mended(drill, trainer, before, after):
    """Publish the drill with other words."""
    source = text_of(session().get_one(Document, drill.id).published_id).replace(before, after)
    head = session().get_one(Document, drill.id).published_id
    with transaction():
        saved = content_actions.save_draft(as_actor(trainer), drill.id, head, source)
        content_actions.publish(as_actor(trainer), drill.id, saved.revision_id)


def test_a_finding_raises_the_score_and_the_old_one_stays_beside_it(house):
    _, _, person, trainer = house
    run = played(person, ALMOST)
    done = overruled(trainer, run, 0, True)
    assert done.now > done.was
    scores = (
        session().scalars(select(RunScore).where(RunScore.run_id == run_of(run).id).order_by(RunScore.number)).all()
    )
    assert [(each.cause, each.by_id) for each in scores] == [("end", None), ("overrule", trainer.id)]
    assert [each[0] for each in graded(run)] == [Verb.GRADED, Verb.REGRADED]
    assert graded(run)[-1][1] == done.now // ONE_POINT


def test_against_what_was_found_a_reason_is_needed(client, house):
    _, _, person, trainer = house
    run = played(person, ALMOST)
    sign_in(client, trainer)
    values = {"seq": text_seq(run), "line": 0, "held": 1}
    answer = send(client, f"/runs/{run}/overrule", f"/runs/{run}/review", **values)
    assert answer.status_code == 422
    assert "请写明为什么改判" in answer.get_data(as_text=True)
    assert not session().scalars(select(RunOverrule)).all()


def test_a_finding_down_never_takes_a_completion_away(house):
    drill, _, person, trainer = house
    run = played(person, GOOD_REPLY)
    assert run_of(run).passed
    overruled(trainer, run, 0, False)
    overruled(trainer, run, 1, False)
    assert not run_of(run).passed
    assert session().get_one(Standing, (person.id, drill.id)).state == "done"


def test_a_doubt_waits_in_the_queue_until_somebody_has_looked(client, house):
    _, team, person, trainer = house
    run = played(person, DOUBTFUL)
    assert run_of(run).waiting
    sign_in(client, trainer)
    assert person.name in client.get("/drills/replies").get_data(as_text=True)
    assert client.get("/drills/replies/next").location == f"/runs/{run}/review#waits"
    values = {"seq": text_seq(run), "line": 2, "held": 0, "go": "next"}
    assert send(client, f"/runs/{run}/overrule", f"/runs/{run}/review", **values).location == "/drills/replies/next"
    assert not run_of(run).waiting
    assert reviews.waiting_count(as_actor(a_person(Role.LEAD, team=team))) == 0


@pytest.mark.parametrize(
    ("reply", "why"),
    [(DOUBTFUL, "前面有否定，"), ("很理解您着急，我保正今天到，已加急，17号前发。", "“保正今天到”只是相像，")],
)
def test_the_pages_say_why_a_reply_is_in_doubt(client, house, reply, why):
    _, _, person, trainer = house
    run = played(person, reply)
    sign_in(client, trainer)
    for name in ("review", "debrief"):
        shown = client.get(f"/runs/{run}/{name}").text
        assert why in shown
        assert ("前面有否定，" in shown, "只是相像，" in shown).count(True) == 1


def test_what_a_shared_list_found_in_doubt_is_settled_too(house):
    a_document(
        a_trainer(), "---\n类型: 词表\n词表: 禁用语\n---\n# 禁用\n\n- 最便宜\n", kind="words", slug="words/shared"
    )
    _, _, person, trainer = house
    run = played(person, "理解您，不是最便宜也已加急，17号前发。")
    assert run_of(run).waiting
    overruled(trainer, run, LISTED, False, "")
    assert not run_of(run).waiting


def test_the_learner_is_told_without_a_score(house):
    _, _, person, trainer = house
    overruled(trainer, played(person, ALMOST), 0, True)
    notices = session().scalars(select(Notice).where(Notice.person_id == person.id)).all()
    assert len(notices) == 1
    assert not re.search(r"\d分", str(notices[0].sentence))


def test_nobody_reviews_his_own_run_nor_that_of_another_team(client, house):
    _, team, person, _ = house
    own = a_person(Role.TRAINER)
    run, other = played(own, ALMOST), played(person, ALMOST)
    sign_in(client, own)
    assert client.get(f"/runs/{run}/review").status_code == 404
    sign_in(client, a_person(Role.LEAD, team=a_team()))
    assert client.get(f"/runs/{other}/review").status_code == 404
    mentor = a_person(Role.AGENT)
    mentors(mentor, person)
    for allowed in (mentor, a_person(Role.LEAD, team=team)):
        sign_in(client, allowed)
        assert client.get(f"/runs/{other}/review").status_code == 200


def test_two_reviewers_never_overwrite_each_other(client, house):
    _, _, person, trainer = house
    run = played(person, GOOD_REPLY)
    with transaction():
        reviewing.review(as_actor(trainer), run, rating=4, comment="接得稳", version=0)
    sign_in(client, a_person(Role.TRAINER))
    answer = send(client, f"/runs/{run}/review", rating=2, comment="太急", version=0)
    assert answer.status_code == 409
    shown = answer.get_data(as_text=True)
    assert "接得稳" in shown
    assert "太急" in shown
    assert session().scalars(select(RunReview)).one().comment == "接得稳"


def test_the_guide_asks_about_the_gap_and_can_be_printed(client, house):
    _, _, person, trainer = house
    run = played(person, "好的我看看吧")
    with transaction():
        given = {"共情": 5, "准确": 5, "效率": 5}
        rating.rate(as_actor(person), run, given, [], dimensions=tuple(given))
    sign_in(client, trainer)
    shown = client.get(f"/runs/{run}/guide").get_data(as_text=True)
    assert "打 5 分（满分 5），实际" in shown
    assert 3 <= shown.split("最后约定")[0].count("<li>") <= 12


def test_a_finding_becomes_a_phrase_of_the_rubric_in_the_draft(client, house):
    drill, _, person, trainer = house
    run = played(person, ALMOST)
    overruled(trainer, run, 0, True)
    (offer,) = offers.offers(drill.id)
    assert offer.phrase == "很体谅您着急"
    sign_in(client, trainer)
    path = "/drills/drills/urge/mends"
    assert send(client, path, id=offer.id, act="mend", phrase="抱歉来晚").status_code == 422
    assert send(client, path, id=offer.id, act="mend", phrase="体谅").status_code == 303
    document = session().get_one(Document, drill.id)
    assert "必说 `共情+10`：理解 | 抱歉 | 体谅" in text_of(document.draft_id)
    assert [each.offered for each in offers.offers(drill.id)] == ["mended"]
    assert send(client, path, f"/runs/{run}/review", id=offer.id, act="decline").status_code == 409


def test_a_finding_may_be_left_alone(client, house):
    drill, _, person, trainer = house
    overruled(trainer, played(person, ALMOST), 0, True)
    (offer,) = offers.offers(drill.id)
    sign_in(client, trainer)
    assert send(client, "/drills/drills/urge/mends", id=offer.id, act="decline").status_code == 303
    assert session().get_one(Document, drill.id).draft_id is None


def rescored(trainer, reason="评分标准漏了说法"):
    new = newest("drills/urge")
    done = 0
    with transaction():
        reason = rescoring.begin(as_actor(trainer), new, reason=reason, seen=mark_of(new, candidates(new)))
    after = 0
    while True:
        with transaction():
            made = rescoring.portion(as_actor(trainer), new, reason, after)
        done += made.done
        if made.last is None:
            return done
        after = made.last


def test_a_mended_rubric_is_applied_to_what_was_played_and_only_once(house):
    drill, _, person, trainer = house
    run = played(person, ALMOST)
    before = run_of(run).earned
    mended(drill, trainer, "理解 | 抱歉", "理解 | 抱歉 | 体谅")
    assert rescored(trainer) == 1
    assert run_of(run).earned > before
    assert [each.cause for each in session().scalars(select(RunScore).order_by(RunScore.number))] == ["end", "rescore"]
    assert rescored(trainer) == 0
    assert len(graded(run)) == 2


def test_what_a_person_found_lasts_through_a_rescoring(house):
    drill, _, person, trainer = house
    run = played(person, ALMOST)
    overruled(trainer, run, 0, True)
    stood = run_of(run).earned
    mended(drill, trainer, "加急 & 17号", "加急 & (17号 | 18号)")
    rescored(trainer)
    assert run_of(run).earned == stood


def test_a_run_whose_scene_is_gone_keeps_its_score(client, house):
    drill, _, person, trainer = house
    run = played(person, GOOD_REPLY)
    stood = run_of(run).earned
    mended(drill, trainer, WARM, "抱歉，我这就去查。")
    sign_in(client, trainer)
    assert "保持原分" in client.get("/drills/drills/urge/rescore").get_data(as_text=True)
    assert rescored(trainer) == 0
    assert run_of(run).earned == stood


def test_the_page_scores_anew_what_it_has_shown_and_nothing_else(client, house):
    drill, _, person, trainer = house
    run = played(person, ALMOST)
    mended(drill, trainer, "理解 | 抱歉", "理解 | 抱歉 | 体谅")
    sign_in(client, trainer)
    path = "/drills/drills/urge/rescore"
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).get_data(as_text=True))[1]
    played(a_person(Role.AGENT), GOOD_REPLY)
    assert send(client, path, reason="漏了", seen="0").status_code == 409
    assert send(client, path, reason="", seen=seen).status_code == 422
    assert send(client, path, reason="漏了说法", seen=seen).status_code == 303
    assert "漏了说法" in client.get(f"/runs/{run}/debrief").get_data(as_text=True)


def test_the_list_shows_whom_one_may_see_and_the_file_is_the_same(client, house):
    _, team, person, _ = house
    played(person, GOOD_REPLY)
    stranger = a_person(Role.AGENT, team=a_team())
    played(stranger, ALMOST)
    sign_in(client, a_person(Role.LEAD, team=team))
    path = "/drills/drills/urge/runs"
    shown = client.get(path).get_data(as_text=True)
    assert person.name in shown
    assert stranger.name not in shown
    book = load_workbook(BytesIO(client.get(f"{path}?format=xlsx").data))
    rows = list(book.active.values)
    assert rows[0][:7] == ("姓名", "工号", "团队", "结束时间", "第几次", "总分", "结果")
    assert [row[0] for row in rows[1:]] == [person.name]
    assert "没有符合条件" in client.get(f"{path}?result=failed").get_data(as_text=True)
    assert person.name in client.get(f"{path}?result=passed&sort=-total&from=2020-01-01").get_data(as_text=True)


def test_in_english_the_list_says_when_a_run_ended(client, house):
    _, team, person, _ = house
    played(person, GOOD_REPLY)
    sign_in(client, a_person(Role.LEAD, team=team, locale="en"))
    page = client.get("/drills/drills/urge/runs").get_data(as_text=True)
    assert 'data-label="Ended"' in page
    assert 'data-label="Until"' not in page


def test_an_agent_has_no_list_of_runs(client, house):
    _, _, person, _ = house
    played(person, GOOD_REPLY)
    sign_in(client, person)
    assert client.get("/drills/drills/urge/runs").status_code == 404


def test_ones_own_run_is_not_in_the_list_before_it_is_rated(client, house):
    _, team, _, _ = house
    lead = a_person(Role.LEAD, team=team)
    run = played(lead, GOOD_REPLY)
    sign_in(client, lead)
    assert run not in client.get("/drills/drills/urge/runs").get_data(as_text=True)
    with transaction():
        rating.put_off(as_actor(lead), run)
    assert run in client.get("/drills/drills/urge/runs").get_data(as_text=True)


def test_the_first_screen_says_that_a_reply_waits(client, house):
    _, team, person, trainer = house
    played(person, DOUBTFUL)
    for told in (trainer, a_person(Role.LEAD, team=team)):
        sign_in(client, told)
        assert "1 个回复待复核" in client.get("/").get_data(as_text=True)
    sign_in(client, a_person(Role.LEAD, team=a_team()))
    assert "个回复待复核" not in client.get("/").get_data(as_text=True)
