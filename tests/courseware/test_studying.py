"""Taking a package: what it says is kept in order, the result enters the log, and who comes back goes on."""

import json
from datetime import timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.courseware.actions.studying import Elsewhere
from lms.courseware.spec import DoneWhen, Rule
from tests.support.make import an_actor
from tests.support.make_content import a_trainer
from tests.support.make_courseware import courseware, one_page, steps2004, talk12
from tests.support.taking_courseware import Taker


@pytest.fixture
def taker(world):
    return Taker(an_actor(Role.AGENT), courseware(a_trainer()))


ONE = 27_720


def test_who_passes_has_it_done_with_the_score(taker):
    taker.opens().says(cmi__core__lesson_status="incomplete")
    assert taker.standing is None
    taker.says(cmi__core__score__raw="85", cmi__core__lesson_status="passed")
    assert taker.lines == [("graded", "scorm", 85 * ONE, 100 * ONE, True)]
    assert taker.standing == "done"
    taker.says(finish=True)
    assert (taker.attempt.state, taker.attempt.status, len(taker.lines)) == ("ended", "passed", 1)


def test_below_the_authors_bound_it_is_failed_at_the_end_and_may_be_taken_again(taker):
    taker.opens().says(cmi__core__score__raw="60", cmi__core__lesson_status="completed", finish=True)
    assert taker.lines == [("graded", "scorm", 60 * ONE, 100 * ONE, False)]
    assert (taker.standing, taker.attempt.status) == ("failed", "failed")
    taker.opens(again=True).says(cmi__core__score__raw="90", cmi__core__lesson_status="completed", finish=True)
    assert (taker.standing, taker.attempt.number, taker.attempt.status) == ("done", 2, "passed")
    assert [line[4] for line in taker.lines] == [False, True]


def test_a_late_or_doubled_message_changes_nothing(taker):
    taker.opens().says(cmi__core__lesson_location="p1")
    taker.says(seq=3, cmi__core__lesson_location="p3")
    assert taker.says(seq=2, cmi__core__lesson_location="p2").seq == 3
    assert taker.says(seq=3, cmi__core__lesson_location="p9").seq == 3
    assert taker.cmi()["cmi.core.lesson_location"] == "p3"


def test_who_was_cut_off_goes_on_where_they_were(taker):
    taker.opens().says(cmi__core__lesson_location="p7", cmi__suspend_data="半路", cmi__core__session_time="00:00:10")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        taker.opens()
        cmi = taker.cmi()
        assert (cmi["cmi.core.lesson_location"], cmi["cmi.suspend_data"], cmi["cmi.core.entry"]) == (
            "p7", "半路", "resume",
        )  # fmt: skip
        assert taker.attempt.number == 1


def test_what_an_earlier_window_still_sends_is_refused(taker):
    first = taker.opens().key
    taker.says(cmi__core__lesson_location="p1")
    taker.opens()
    with pytest.raises(Elsewhere):
        taker.says(key=first, seq=9, cmi__core__lesson_location="old")
    assert taker.cmi()["cmi.core.lesson_location"] == "p1"


def test_a_new_version_is_for_whoever_begins_later(world):
    trainer = a_trainer()
    document = courseware(trainer)
    early = Taker(an_actor(Role.AGENT), document)
    early.opens().says(cmi__core__lesson_location="p1")
    from lms.courseware.actions import documents
    from tests.support.make_courseware import a_package

    package = a_package(trainer, one_page("1"))
    with transaction():
        assert documents.give_version(trainer, document.id, package)
        assert documents.put_out(trainer, document.id)
    old = early.attempt.package_id
    assert early.opens().attempt.package_id == old
    late = Taker(an_actor(Role.AGENT), document).opens()
    assert late.attempt.package_id == package.id != old


def test_as_many_tries_as_the_document_allows(world):
    taker = Taker(an_actor(Role.AGENT), courseware(a_trainer(), attempts=1))
    taker.opens().says(cmi__core__score__raw="0", cmi__core__lesson_status="failed", finish=True)
    with pytest.raises(Exception, match="最多学"):
        taker.opens(again=True)
    heard = taker.opens().says(cmi__core__score__raw="100", cmi__core__lesson_status="passed", finish=True)
    assert not heard.recorded
    assert taker.standing == "failed"


def test_all_parts_have_to_be_done(world):
    taker = Taker(an_actor(Role.AGENT), courseware(a_trainer(), steps2004()))
    for place, scaled in enumerate(("0.8", "1", "0.9")):
        assert taker.standing is None
        taker.opens(place).says(
            cmi__completion_status="completed", cmi__success_status="passed", cmi__score__scaled=scaled, finish=True
        )
    assert taker.lines == [("graded", "scorm", 90 * ONE, 100 * ONE, True)]
    assert taker.attempt.state == "ended"


def test_seeing_all_of_it_is_enough_where_the_document_says_so(world):
    taker = Taker(an_actor(Role.AGENT), courseware(a_trainer(), one_page("1"), done_when=DoneWhen()))
    taker.opens().says(cmi__core__lesson_status="completed", finish=True)
    assert taker.lines == [("completed", "scorm", None, None, None)]
    assert taker.standing == "done"


def test_a_score_that_rises_in_the_same_attempt_corrects_the_line(world):
    rule = DoneWhen(rule=Rule.SCORE, least=None)
    taker = Taker(an_actor(Role.AGENT), courseware(a_trainer(), one_page("1"), done_when=rule))
    taker.opens().says(
        cmi__core__score__raw="60", cmi__core__lesson_status="completed", cmi__core__exit="suspend", finish=True
    )
    taker.opens().says(cmi__core__score__raw="95", finish=True)
    assert [(line[0], line[2]) for line in taker.lines] == [("graded", 60 * ONE), ("regraded", 95 * ONE)]


def test_messages_over_http_need_the_key_alone(world, client):
    taker = Taker(an_actor(Role.AGENT), courseware(a_trainer())).opens()

    def sent(body):
        return client.post("/scorm/commit", data=body, headers={"Origin": "null", "Content-Type": "text/plain"})

    good = {"key": taker.key, "seq": 1, "set": {"cmi.core.lesson_location": "p2"}, "finish": False}
    answer = sent(json.dumps(good))
    assert (answer.status_code, answer.json["seq"], answer.headers["Access-Control-Allow-Origin"]) == (200, 1, "*")
    assert taker.cmi()["cmi.core.lesson_location"] == "p2"
    forged = taker.key[:-1] + ("0" if taker.key[-1] != "0" else "1")
    assert sent(json.dumps({**good, "key": forged})).status_code == 404
    for junk in ("", "[]", "{", "null", '"x"', json.dumps({**good, "seq": 10**4400 if False else -1}), "9" * 5000,
                 json.dumps({**good, "seq": "1"}), json.dumps({**good, "seq": 2**70}), json.dumps({**good, "set": []}),
                 json.dumps({**good, "key": "²"}), "\x00", json.dumps({**good, "finish": 1}),
                 '{"key": "' + taker.key + '", "seq": 2, "set": {"cmi.suspend_data": "\\ud800"}}',
                 '{"key": "' + taker.key + '", "seq": 2, "set": {"\\ud800": "x"}}',
                 json.dumps({**good, "seq": 2, "set": {"cmi.suspend_data": "\x00"}}),
                 json.dumps({**good, "seq": 2, "set": {"cmi.interactions.99999.id": "x"}}),
                 json.dumps({**good, "seq": 2, "set": {"cmi.core.student_id": "me"}}), "[" * 100_000):  # fmt: skip
        assert sent(junk).status_code in (400, 404, 422), junk[:60]
    assert taker.cmi()["cmi.core.lesson_location"] == "p2"


def test_who_has_left_is_no_longer_heard(world, client):
    actor = an_actor(Role.AGENT)
    taker = Taker(actor, courseware(a_trainer())).opens()
    from lms.accounts.models import Person

    page = f"/scorm/{taker.key}/files/index.html"
    assert client.get(page).status_code == 200
    with transaction() as s:
        s.get_one(Person, actor.id).active = False
    assert client.get(page).status_code == 404
    answer = client.post("/scorm/commit", data=json.dumps({"key": taker.key, "seq": 1, "set": {}}))
    assert answer.status_code == 404
    assert talk12()  # the package itself is fine
