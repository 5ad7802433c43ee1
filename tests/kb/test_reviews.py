"""What is written is looked at again: due, past, confirmed; the owner is reminded, and somebody always answers."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms.accounts import actions as people
from lms.accounts.models import Person
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.here import today
from lms.core.models import AuditEntry
from lms.kb.actions import reviews as acts
from lms.kb.jobs import reviews as jobs
from lms.kb.models import Verification
from lms.kb.queries import reviews as queries
from lms.kb.queries.reviews import Wanted
from lms.kb.rules.reviews import BEFORE, SOON, Stand, keys_until, reminder_of, stand_of
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, an_actor, as_actor, sign_in
from tests.support.make_content import a_document, an_article_text, edited
from tests.support.pages import token

UNTIL = date(2026, 12, 1)
DAYS = st.integers(min_value=-400, max_value=400)

# the rules


@pytest.mark.parametrize(("left", "stand"), [(-1, Stand.LATE), (0, Stand.SOON), (SOON, Stand.SOON), (15, Stand.GOOD)])
def test_on_its_review_day_an_article_still_holds(left, stand):
    assert stand_of(UNTIL, UNTIL - timedelta(days=left)) is stand


@pytest.mark.parametrize(
    ("left", "step"),
    [(15, None), (14, 14), (13, 14), (4, 14), (3, 3), (1, 3), (0, 0), (-6, 0), (-7, -7), (-13, -7), (-14, -14)],
)
def test_the_owner_is_reminded_14_and_3_days_before_on_the_day_and_every_week_after(left, step):
    reminder = reminder_of(UNTIL, UNTIL - timedelta(days=left))
    assert (reminder.step if reminder else None) == step


@given(DAYS)
def test_a_reminder_is_never_taken_back_and_says_the_days_that_are_left(left):
    reminder = reminder_of(UNTIL, UNTIL - timedelta(days=left))
    assert (reminder is None) == (left > max(BEFORE))
    if reminder is not None:
        assert reminder.left == left
        assert reminder.step >= left


@given(DAYS)
def test_what_was_said_up_to_a_day_ends_with_the_reminder_of_that_day(left):
    day = UNTIL - timedelta(days=left)
    reminder = reminder_of(UNTIL, day)
    assert keys_until(UNTIL, day)[-1:] == ([reminder.key(UNTIL)] if reminder else [])


def test_the_next_period_is_reminded_of_anew():
    other = UNTIL + timedelta(days=90)
    assert not set(keys_until(UNTIL, UNTIL + timedelta(days=30))) & set(keys_until(other, other))


# confirming


@pytest.fixture
def trainer(world: APIFlask):
    return an_actor(Role.TRAINER, name="苏岩")


def article(trainer, *, left=None, owner="", title="退货", slug="", period="90天"):
    """Return a published article whose review day is so many days away."""
    front = {"复审周期": period, **({"负责人": owner} if owner else {})}
    document = a_document(trainer, an_article_text(title, **front), slug=slug)
    if left is not None:
        with transaction() as s:
            s.get_one(Document, document.id).verified_until = today() + timedelta(days=left)
    return now(document)


def now(document):
    return session().get_one(Document, document.id, populate_existing=True)


def confirmed(actor, document):
    with transaction():
        return acts.confirm(actor, document.id, now(document).published_id)


def told(person_id):
    rows = session().scalars(select(Notice.sentence).where(Notice.person_id == person_id).order_by(Notice.id))
    return [each["id"] for each in rows]


def unread(person_id):
    return session().scalars(select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None))).all()


def test_confirming_counts_the_period_anew_and_is_kept(trainer):
    document = article(trainer, left=-5)
    until = confirmed(trainer, document)
    assert until == now(document).verified_until == today() + timedelta(days=90)
    kept = session().scalars(select(Verification)).one()
    assert (kept.document_id, kept.revision_id, kept.person_id) == (document.id, document.published_id, trainer.id)
    assert session().scalars(select(AuditEntry).where(AuditEntry.verb == "document.verified")).one()


def test_an_owner_who_is_no_trainer_confirms_their_own_and_nothing_else(trainer):
    owner = a_person(Role.AGENT)
    mine, other = article(trainer, left=2, owner=owner.employee_no), article(trainer, left=2)
    assert confirmed(as_actor(owner), mine)
    with pytest.raises(NotFound):
        confirmed(as_actor(owner), other)


def test_what_was_changed_meanwhile_is_not_confirmed_unread(trainer):
    document = article(trainer, left=2)
    seen = document.published_id
    edited(trainer, document, an_article_text(body="## 新\n新的。", 复审周期="90天"), minor=True)
    with pytest.raises(Conflict), transaction():
        acts.confirm(trainer, document.id, seen)


def test_several_are_confirmed_all_or_none(trainer):
    first, second = article(trainer, left=-1), article(trainer, left=-1)
    with pytest.raises(NotFound), transaction():
        acts.confirm_several(trainer, [(first.id, first.published_id), (second.id + 999, 1)])
    assert now(first).verified_until < today()
    with transaction():
        count = acts.confirm_several(trainer, [(first.id, first.published_id), (second.id, second.published_id)])
    assert count == 2


# the list


def listed(actor, **more):
    return [row.title for row in queries.find(actor, Wanted(**more))[0]]


def test_a_trainer_sees_all_the_earliest_first_and_others_their_own(trainer):
    owner = a_person(Role.LEAD)
    article(trainer, left=40, title="还早")
    article(trainer, left=-3, title="过期")
    article(trainer, left=5, title="快到", owner=owner.employee_no)
    assert listed(trainer, whose="all") == ["过期", "快到", "还早"]
    assert listed(as_actor(owner), whose="all") == ["快到"]
    assert listed(trainer, whose="nobody") == ["过期", "还早"]


@pytest.mark.parametrize(
    ("stand", "titles"), [("late", ["过期"]), ("soon", ["快到"]), ("due", ["过期", "快到"]), ("good", ["还早"])]
)
def test_the_list_is_filtered_by_how_it_stands(trainer, stand, titles):
    for left, title in ((40, "还早"), (-3, "过期"), (5, "快到")):
        article(trainer, left=left, title=title)
    assert listed(trainer, whose="all", stand=stand) == titles


def test_who_confirmed_is_named_until_the_next_version(trainer):
    document = article(trainer, left=2)
    confirmed(trainer, document)
    row = queries.find(trainer, Wanted(whose="all"))[0][0]
    assert row.confirmed_by == "苏岩"
    edited(trainer, now(document), an_article_text(body="## 新\n新的。", 复审周期="90天"))
    row = queries.find(trainer, Wanted(whose="all"))[0][0]
    assert (row.confirmed_by, row.confirmed_at) == ("", None)


# reminding


def test_a_reminder_is_told_once_however_often_the_worker_runs(trainer):
    owner = a_person()
    article(trainer, left=14, owner=owner.employee_no)
    jobs.remind()
    jobs.remind()
    assert told(owner.id) == ["《%(title)s》还有 %(days)s 天到复审期，请看过后确认有效或修改。"]


def test_many_of_one_day_are_one_sentence(trainer):
    owner = a_person()
    for number in range(4):
        article(trainer, left=3, owner=owner.employee_no, title=f"第{number}条")
    jobs.remind()
    assert told(owner.id) == ["《%(title)s》等 %(count)s 份内容还有 %(days)s 天到复审期，请看过。"]


def test_what_nobody_answers_for_reminds_the_trainers(trainer):
    article(trainer, left=-7)
    jobs.remind()
    assert told(trainer.id) == ["《%(title)s》已过复审期 %(days)s 天，请看过后确认有效或修改。"]


def test_an_owner_for_whom_it_is_not_meant_hears_nothing_and_the_trainers_do(trainer):
    owner = a_person(Role.AGENT)
    document = article(trainer, left=0, owner=owner.employee_no)
    with transaction() as current:
        current.get_one(Document, document.id).audience = ["组长"]
    jobs.remind()
    assert (told(owner.id), len(told(trainer.id))) == ([], 1)
    assert listed(as_actor(owner), whose="all") == []
    with pytest.raises(NotFound):
        confirmed(as_actor(owner), document)


def test_the_reminders_of_somebody_who_left_go_to_their_lead(trainer):
    team = a_team()
    owner, lead = a_person(team=team), a_person(Role.LEAD, team=team)
    article(trainer, left=0, owner=owner.employee_no)
    hr = an_actor(Role.HR)
    with transaction():
        people.close(hr, owner.id)
    jobs.remind()
    assert told(owner.id) == []
    assert told(lead.id)[-1] == "《%(title)s》今天到复审期，请看过后确认有效或修改。"


def test_nothing_is_said_of_what_is_not_due_or_archived(trainer):
    owner = a_person()
    article(trainer, left=15, owner=owner.employee_no)
    assert jobs.remind() == 0


def test_a_confirmed_article_asks_for_no_further_look_in_the_inbox(trainer):
    owner = a_person()
    first = article(trainer, left=-8, owner=owner.employee_no)
    second = article(trainer, left=-8, owner=owner.employee_no)
    jobs.remind()
    confirmed(trainer, first)
    assert len(unread(owner.id)) == 1
    confirmed(trainer, second)
    assert unread(owner.id) == []


# the pages


def person(actor):
    return session().get_one(Person, actor.id)


def test_an_owner_confirms_on_the_article_itself(client: FlaskClient, trainer):
    owner = a_person(name="周敏")
    document = article(trainer, left=-12, owner=owner.employee_no, slug="a/x")
    sign_in(client, owner)
    page = client.get("/kb/a/x").text
    assert "已过复审期 12 天。看一遍" in page
    answer = client.post("/kb/a/x/verify", data={"csrf_token": token(client, "/kb/a/x"), "revision": "2"})
    assert answer.status_code == 303
    assert now(document).verified_until > today()
    assert "周敏 " in client.get("/kb/a/x").text


def test_a_reader_is_not_asked_and_may_not(client: FlaskClient, trainer):
    article(trainer, left=-12, slug="a/x")
    sign_in(client, a_person())
    page = client.get("/kb/a/x").text
    assert "看一遍：还对就确认有效" not in page
    data = {"csrf_token": token(client, "/kb/a/x"), "revision": "2"}
    assert client.post("/kb/a/x/verify", data=data).status_code == 404


def test_several_are_shown_before_they_are_confirmed(client: FlaskClient, trainer):
    first, second = article(trainer, left=-1, title="甲"), article(trainer, left=-1, title="乙")
    sign_in(client, person(trainer))
    assert "甲" in client.get("/kb/care/reviews?stand=late").text
    path = f"/kb/care/reviews/confirm?doc={first.id}&doc={second.id}"
    page = client.get(path).text
    assert f'value="{first.id}:{first.published_id}"' in page
    data = {"csrf_token": token(client, path), "seen": [f"{first.id}:{first.published_id}"]}
    assert client.post("/kb/care/reviews/confirm", data=data).status_code == 303
    assert (now(first).verified_until > today(), now(second).verified_until > today()) == (True, False)


def test_the_list_is_a_file_to_keep_too(client: FlaskClient, trainer):
    article(trainer, left=-1, title="甲")
    sign_in(client, person(trainer))
    answer = client.get("/kb/care/reviews?format=csv")
    assert "甲" in answer.data.decode("utf-8-sig")
