"""A draft is looked at by somebody else before people read it: handed in, approved, returned, taken back."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import actions as people
from lms.accounts.models import Person
from lms.content import actions
from lms.content.actions import Unpublishable, bulk, reviewing
from lms.content.models import Document, ReviewRequest
from lms.content.queries import reviewing as queries
from lms.content.rules import reviewing as rules
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.models import AuditEntry
from lms.notifications.models import Notice
from tests.support.make import a_person, a_team, an_actor, sign_in
from tests.support.make_content import a_document, a_draft, an_article_text
from tests.support.pages import token


@pytest.fixture
def two(world: APIFlask):
    """Two trainers: one writes, one reviews."""
    return an_actor(Role.TRAINER, name="苏岩"), an_actor(Role.TRAINER, name="何静")


def person(actor) -> Person:
    return session().get_one(Person, actor.id)


def handed_in(actor, *, slug="", text=None, note="请看"):
    made = a_draft(actor, text, slug=slug)
    with transaction():
        return reviewing.hand_in(actor, made.document_id, made.revision_id, note).id


def reviewed_by(actor, folder, person_id):
    with transaction():
        reviewing.set_category(actor, folder, person_id)


def asked(request_id):
    return session().get_one(ReviewRequest, request_id, populate_existing=True)


def document_of(request_id):
    return session().get_one(Document, asked(request_id).document_id)


def told(actor):
    rows = session().scalars(select(Notice.sentence).where(Notice.person_id == actor.id).order_by(Notice.id))
    return [row["id"] for row in rows]


# the rules


@pytest.mark.parametrize(("slug", "reviewer"), [("a/b/c", 2), ("a/x", 1), ("a/b/c/d", 2), ("z", 9), ("z/y", 9)])
def test_of_several_folders_the_nearest_says_who_reviews(slug, reviewer):
    assert rules.nearest(slug, {"": 9, "a": 1, "a/b": 2}) == reviewer


def test_a_category_without_reviewer_lets_everybody_publish_and_one_with_only_him():
    assert rules.may_publish(5, None)
    assert rules.may_publish(5, 5)
    assert not rules.may_publish(5, 6)


def test_the_command_line_is_never_asked_back():
    assert rules.may_publish(0, 6)


@pytest.mark.parametrize(
    ("actor", "publishes", "reviewer", "expected"),
    [(1, True, None, False), (2, True, None, True), (2, True, 3, True), (3, False, 3, True), (2, False, None, False)],
)
def test_whoever_wrote_it_decides_nothing_but_the_named_reviewer_always_may(actor, publishes, reviewer, expected):
    assert rules.may_decide(actor, publishes=publishes, reviewer_id=reviewer, writers={1}) is expected


# handing in


def test_without_a_reviewer_every_other_trainer_is_told(two):
    author, other = two
    agent = an_actor(Role.AGENT)
    handed_in(author)
    assert told(other) == ["%(name)s送审《%(title)s》，请看改动并决定。"]
    assert told(author) == told(agent) == []


def test_the_reviewer_of_the_category_alone_is_told_even_if_no_trainer(two):
    author, other = two
    lead = an_actor(Role.LEAD)
    reviewed_by(author, "after-sales", lead.id)
    request = handed_in(author, slug="after-sales/how")
    assert asked(request).reviewer_id == lead.id
    assert len(told(lead)) == 1
    assert told(other) == []


def test_a_text_with_errors_is_not_handed_in(two):
    author, _ = two
    made = a_draft(author, "---\n类型: 知识\n复审周期: bald\n---\n# 时效\n")
    with pytest.raises(Unpublishable), transaction():
        reviewing.hand_in(author, made.document_id, made.revision_id)


def test_a_draft_that_is_another_one_by_now_is_not_handed_in(two):
    author, other = two
    made = a_draft(author)
    with transaction():
        actions.save_draft(other, made.document_id, made.revision_id, an_article_text(body="别人改过"))
    with pytest.raises(Conflict) as refused, transaction():
        reviewing.hand_in(author, made.document_id, made.revision_id)
    assert refused.value.code == "stale"


def test_the_only_trainer_is_told_to_publish_and_may(world: APIFlask):
    alone = an_actor(Role.TRAINER)
    made = a_draft(alone)
    with pytest.raises(Conflict) as refused, transaction():
        reviewing.hand_in(alone, made.document_id, made.revision_id)
    assert refused.value.code == "nobody_to_review"
    with transaction():
        actions.publish(alone, made.document_id, made.revision_id)


def test_handing_in_again_replaces_what_was_handed_in(two):
    author, _ = two
    made = a_draft(author)
    with transaction():
        first = reviewing.hand_in(author, made.document_id, made.revision_id).id
        saved = actions.save_draft(author, made.document_id, made.revision_id, an_article_text(body="更好的一版"))
        second = reviewing.hand_in(author, made.document_id, saved.revision_id).id
    assert first == second
    assert asked(first).revision_id == saved.revision_id


# deciding


def test_approving_publishes_in_one_act_and_tells_who_asked(two):
    author, other = two
    request = handed_in(author)
    with transaction():
        revision = reviewing.approve(other, request, asked(request).revision_id, "第一版")
    document = document_of(request)
    assert (document.state, document.published_id, document.draft_id) == ("published", revision.id, None)
    assert (asked(request).state, asked(request).decided_by) == ("approved", other.id)
    assert told(author) == ["%(name)s审过并发布了《%(title)s》。"]


def test_returning_keeps_the_draft_and_needs_a_reason(two):
    author, other = two
    request = handed_in(author)
    with pytest.raises(Invalid), transaction():
        reviewing.send_back(other, request, "  ")
    with transaction():
        reviewing.send_back(other, request, "时限写错了")
    assert document_of(request).draft_id is not None
    assert (asked(request).state, asked(request).answer) == ("returned", "时限写错了")
    assert told(author) == ["%(name)s退回了《%(title)s》：%(answer)s"]


def test_nobody_approves_what_they_wrote_or_handed_in(two):
    author, other = two
    request = handed_in(author)
    with pytest.raises(Forbidden), transaction():
        reviewing.approve(author, request, asked(request).revision_id)
    made = a_draft(author)
    with transaction():
        by_other = reviewing.hand_in(other, made.document_id, made.revision_id).id
    with pytest.raises(Forbidden), transaction():
        reviewing.approve(author, by_other, made.revision_id)


def test_an_agent_can_neither_see_nor_decide(two):
    author, _ = two
    request = handed_in(author)
    agent = an_actor(Role.AGENT)
    with pytest.raises(NotFound):
        queries.request(agent, request)
    with pytest.raises(NotFound), transaction():
        reviewing.approve(agent, request, asked(request).revision_id)


def test_of_two_who_decide_the_second_is_told_who_was_first(two):
    author, other = two
    third = an_actor(Role.TRAINER)
    request = handed_in(author)
    with transaction():
        reviewing.send_back(other, request, "再改改")
    with pytest.raises(Conflict) as refused, transaction():
        reviewing.approve(third, request, asked(request).revision_id)
    assert "何静" in str(refused.value.message)


def test_what_was_changed_after_handing_in_is_shown_as_changed_and_only_what_was_read_is_published(two):
    author, other = two
    request = handed_in(author)
    read = asked(request).revision_id
    with transaction():
        actions.save_draft(author, asked(request).document_id, read, an_article_text(body="送审后又改"))
    assert queries.request(other, request).is_stale
    with pytest.raises(Conflict) as refused, transaction():
        reviewing.approve(other, request, read)
    assert refused.value.code == "stale"
    assert asked(request).state == "open"


def test_only_who_asked_takes_it_back(two):
    author, other = two
    request = handed_in(author)
    with pytest.raises(NotFound), transaction():
        reviewing.withdraw(other, request)
    with transaction():
        reviewing.withdraw(author, request)
    assert asked(request).state == "withdrawn"


# publishing with and without


def test_a_category_with_a_reviewer_asks_back_and_the_reviewer_publishes_himself(two):
    author, other = two
    reviewed_by(author, "after-sales", other.id)
    made = a_draft(author, slug="after-sales/x")
    with pytest.raises(Conflict) as refused, transaction():
        actions.publish(author, made.document_id, made.revision_id)
    assert refused.value.code == "needs_approval"
    with transaction():
        actions.publish(other, made.document_id, made.revision_id)


def test_a_reviewer_who_left_holds_nobody_up(two):
    author, _ = two
    leaver = a_person(Role.LEAD)
    reviewed_by(author, "after-sales", leaver.id)
    request = handed_in(author, slug="after-sales/x")
    left(leaver.id)
    assert asked(request).reviewer_id is None
    with transaction():
        actions.publish(author, asked(request).document_id, asked(request).revision_id)


def test_a_reviewer_says_nothing_about_lessons_of_the_same_folder(two):
    author, other = two
    reviewed_by(author, "after-sales", other.id)
    lesson = "---\n类型: 课时\n时长: 9分钟\n---\n# 时效\n\n## 一\n七天。\n"
    a_document(author, lesson, kind="lesson", slug="after-sales/x")


def test_a_link_that_follows_a_new_address_waits_for_the_reviewer_as_a_draft(two):
    author, other = two
    target = a_document(author, slug="free/target")
    holder = a_document(author, an_article_text("引用", "见[这里](../free/target.md)。"), slug="after-sales/holder")
    reviewed_by(author, "after-sales", other.id)
    with transaction():
        bulk.move(author, target.id, "free/moved", follow=True)
    found = session().get_one(Document, holder.id, populate_existing=True)
    assert found.draft_id is not None


def test_what_is_decided_asks_for_no_further_look_in_the_inbox(two):
    author, other = two
    request = handed_in(author)
    with transaction():
        reviewing.send_back(other, request, "再改改")
    unread = select(Notice.id).where(Notice.person_id == other.id, Notice.read_at.is_(None))
    assert session().scalars(unread).all() == []


def test_publishing_another_way_closes_what_was_handed_in(two):
    author, other = two
    request = handed_in(author)
    with transaction():
        actions.publish(other, asked(request).document_id, asked(request).revision_id)
    assert asked(request).state == "approved"
    assert len(told(author)) == 1


def test_archiving_closes_what_was_handed_in(two):
    author, other = two
    document = a_document(author)
    with transaction():
        saved = actions.save_draft(author, document.id, document.published_id, an_article_text(body="改"))
        request = reviewing.hand_in(author, document.id, saved.revision_id).id
    with transaction():
        actions.archive(other, document.id)
    assert asked(request).state != "open"


# the pages


def test_the_reviewer_sees_the_difference_and_publishes_from_the_page(client: FlaskClient, two):
    author, _ = two
    lead = a_person(Role.LEAD)
    reviewed_by(author, "after-sales", lead.id)
    document = session().get_one(Document, document_of(handed_in(author, slug="after-sales/x")).id)
    request = session().scalars(select(ReviewRequest.id).where(ReviewRequest.document_id == document.id)).one()
    sign_in(client, lead)
    path = f"/studio/reviews/{request}"
    page = client.get(path).text
    assert "七天内可以申请" in page
    data = {"csrf_token": token(client, path), "base_revision": document.draft_id, "note": "看过"}
    assert client.post(f"{path}/approve", data=data).status_code == 303
    assert session().get_one(Document, document.id, populate_existing=True).state == "published"


def test_the_page_of_publishing_asks_for_approval_where_it_is_needed(client: FlaskClient, two):
    author, other = two
    reviewed_by(author, "after-sales", other.id)
    made = a_draft(author, slug="after-sales/x")
    sign_in(client, person(author))
    page = client.get("/studio/article/after-sales/x/publish").text
    assert "何静" in page
    assert 'name="minor"' not in page
    data = {"csrf_token": token(client, "/studio/new"), "base_revision": made.revision_id, "note": "请看"}
    answer = client.post("/studio/article/after-sales/x/hand-in", data=data)
    assert answer.status_code == 303
    assert "审核中" in client.get("/studio/article/after-sales/x/edit").text
    assert "after-sales/x" in client.get("/studio?state=review").text


# who leaves


def left(person_id):
    hr = an_actor(Role.HR)
    with transaction():
        people.close(hr, person_id)


def owned_by(number):
    return a_document(an_actor(Role.TRAINER), an_article_text(负责人=number))


def owner_of(document):
    return session().get_one(Document, document.id, populate_existing=True).owner_id


def test_the_documents_of_somebody_who_leaves_fall_to_their_lead(world: APIFlask):
    team = a_team()
    owner, lead = a_person(team=team), a_person(Role.LEAD, team=team)
    document = owned_by(owner.employee_no)
    left(owner.id)
    assert owner_of(document) == lead.id
    assert told(lead) == ["%(name)s已离开，其负责的 %(count)s 份内容现在由您负责。"]


def test_a_team_without_a_lead_asks_the_lead_of_the_team_above(world: APIFlask):
    whole = a_team()
    owner, head = a_person(team=a_team(parent=whole)), a_person(Role.LEAD, team=whole)
    document = owned_by(owner.employee_no)
    left(owner.id)
    assert owner_of(document) == head.id


def test_a_lead_who_leaves_is_not_their_own_lead(world: APIFlask):
    whole = a_team()
    team = a_team(parent=whole)
    owner, head = a_person(Role.LEAD, team=team), a_person(Role.LEAD, team=whole)
    document = owned_by(owner.employee_no)
    left(owner.id)
    assert owner_of(document) == head.id


def test_without_any_lead_nobody_answers_and_the_trainers_are_told(world: APIFlask):
    owner = a_person()
    document = owned_by(owner.employee_no)
    trainer = an_actor(Role.TRAINER)
    left(owner.id)
    assert owner_of(document) is None
    assert told(trainer) == ["%(name)s已离开，其负责的 %(count)s 份内容现在没有人负责。"]


def test_what_is_published_after_the_owner_left_belongs_to_the_lead_too(world: APIFlask):
    team = a_team()
    owner, lead = a_person(team=team), a_person(Role.LEAD, team=team)
    left(owner.id)
    assert owner_of(owned_by(owner.employee_no)) == lead.id


def test_that_documents_changed_hands_stands_in_the_audit(world: APIFlask):
    team = a_team()
    owner, lead = a_person(team=team), a_person(Role.LEAD, team=team)
    document = owned_by(owner.employee_no)
    left(owner.id)
    line = session().scalars(select(AuditEntry).where(AuditEntry.verb == "document.owner")).one()
    assert (line.object_id, line.before, line.after) == (str(document.id), {"owner": owner.id}, {"owner": lead.id})
