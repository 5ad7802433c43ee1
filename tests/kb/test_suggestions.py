"""What an agent knows comes in: a change proposed, a new article shared; seen to its end, and credited."""

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.content import actions as content
from lms.content import queries
from lms.content.grammar.findings import Severity
from lms.content.grammar.keywords import Language
from lms.content.models import Document, Revision
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound, TooMany
from lms.kb.actions import suggestions as acts
from lms.kb.models import Suggestion
from lms.kb.queries import suggestions as asked
from lms.kb.rules import suggesting as rules
from lms.kb.rules.suggesting import NEW, WHOLE
from lms.kb.spec import parse
from lms.notifications.models import Notice
from tests.support.make import an_actor, sign_in
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, edited
from tests.support.pages import token

TEXT = an_article_text("退货", "先看商品。\n\n## 时效\n`id:k3f9qz`\n\n七天内可以申请。\n\n## 运费\n买家承担。")


def spec_of(source):
    return parse(source, "kb_content/x.md").spec


# the text of a proposal


@pytest.mark.parametrize(
    ("key", "body"), [("时效", "七天内可以申请。"), ("运费", "买家承担。"), ("退货", "先看商品。"), (NEW, "")]
)
def test_the_form_is_filled_with_the_words_under_the_heading(key, body):
    assert rules.body_of(TEXT, spec_of(TEXT), key) == body


def test_what_no_section_is_called_has_no_form():
    assert rules.body_of(TEXT, spec_of(TEXT), "没有") is None


def test_a_changed_section_leaves_every_other_line_as_it_was():
    changed = rules.changed(TEXT, spec_of(TEXT), "时效", "十五天内可以申请。")
    assert changed == TEXT.replace("七天内", "十五天内")


def test_a_text_of_windows_keeps_its_line_ends():
    source = TEXT.replace("\n", "\r\n")
    changed = rules.changed(source, spec_of(source), "运费", "卖家承担。")
    assert changed == source.replace("买家", "卖家")


def test_a_new_section_stands_at_the_end():
    changed = rules.changed(TEXT, spec_of(TEXT), NEW, "顾客付。", "偏远地区")
    assert changed == TEXT + "\n## 偏远地区\n\n顾客付。\n" or changed.startswith(TEXT)
    assert [each.title for each in spec_of(changed).sections] == ["时效", "运费", "偏远地区"]


def test_the_whole_text_is_changed_below_its_properties():
    whole = rules.body_of(TEXT, spec_of(TEXT), WHOLE)
    assert whole.startswith("# 退货")
    changed = rules.changed(TEXT, spec_of(TEXT), WHOLE, whole.replace("先看", "先查"))
    assert changed.rstrip() == TEXT.replace("先看", "先查").rstrip()


@pytest.mark.parametrize("key", ["时效", "退货", WHOLE])
def test_what_was_not_changed_changes_nothing(key):
    body = rules.body_of(TEXT, spec_of(TEXT), key)
    assert rules.changed(TEXT, spec_of(TEXT), key, body.replace("\n", "\r\n")) == TEXT


@pytest.mark.parametrize("language", list(Language))
def test_a_shared_answer_is_a_whole_article(language):
    source = rules.new_article(
        title="能不能改 # 地址", answer="发货前可以。\n\n先核对。", script="{昵称}您好，可以的。", language=language
    )
    parsed = parse(source, "kb_content/x.md")
    assert [each for each in parsed.findings if each.severity is Severity.ERROR] == []
    assert len(parsed.spec.sections) == 1


def test_the_owner_is_named_by_who_accepts_and_never_twice():
    source = rules.new_article(title="改地址", answer="可以。", language=Language.ZH)
    once = rules.with_owner(source, "T1001")
    assert spec_of(once).about.owner == "T1001"
    assert rules.with_owner(once, "T1002") == once


# proposing


@pytest.fixture
def trainer(world: APIFlask):
    return an_actor(Role.TRAINER, name="苏岩")


@pytest.fixture
def agent(world: APIFlask):
    return an_actor(Role.AGENT, name="许文静")


def article(trainer, **more):
    return a_document(trainer, TEXT, **more)


def proposed(agent, document, old="七天内", new="十五天内", reason="仓库改了"):
    source = queries.text(document.published_id).replace(old, new)
    with transaction():
        return acts.suggest_edit(agent, document.id, document.published_id, source, reason).public_id


def shared(agent, title="改地址", folder=""):
    source = rules.new_article(title=title, answer="发货前可以。", language=Language.ZH)
    with transaction():
        return acts.suggest_new(agent, title, folder, source).public_id


def accepted(trainer, public_id, slug=""):
    with transaction():
        return acts.accept(trainer, public_id, slug=slug)


def published(trainer, document_id):
    document = session().get_one(Document, document_id, populate_existing=True)
    with transaction():
        return content.publish(trainer, document_id, document.draft_id).id


def row(actor, public_id):
    return asked.suggestion(actor, public_id)


def told(person_id):
    rows = session().scalars(select(Notice.sentence).where(Notice.person_id == person_id).order_by(Notice.id))
    return [each["id"] for each in rows]


def test_the_trainers_are_told_of_a_proposal(agent, trainer):
    proposed(agent, article(trainer))
    assert told(trainer.id) == ["%(name)s建议修改《%(title)s》"]


def test_a_proposal_needs_a_change_and_a_reason(agent, trainer):
    document = article(trainer)
    with pytest.raises(Invalid) as refused:
        proposed(agent, document, new="七天内")
    assert "body" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        proposed(agent, document, reason="  ")
    assert "reason" in refused.value.fields


def test_nobody_proposes_on_top_of_a_draft_that_they_cannot_have_read(agent, trainer):
    document = article(trainer)
    with transaction():
        draft = content.save_draft(trainer, document.id, document.published_id, TEXT + "\n未发布").revision_id
    with pytest.raises(NotFound), transaction():
        acts.suggest_edit(agent, document.id, draft, TEXT, "改")


def test_one_person_keeps_the_trainers_only_so_busy(agent, trainer, monkeypatch):
    monkeypatch.setattr(acts, "MOST_OPEN", 2)
    document = article(trainer)
    proposed(agent, document)
    proposed(agent, document, new="十天内")
    with pytest.raises(TooMany):
        proposed(agent, document, new="八天内")


# what becomes of it


def test_an_accepted_proposal_is_a_draft_of_its_author(agent, trainer):
    document = article(trainer)
    saved = accepted(trainer, proposed(agent, document))
    draft = session().get_one(Revision, saved.revision_id)
    assert (draft.author_id, draft.note) == (agent.id, "仓库改了")
    assert session().get_one(Document, document.id, populate_existing=True).draft_id == draft.id
    assert "十五天内" in queries.text(draft.id)


def test_published_it_is_credited_to_who_proposed_it_and_they_are_told(agent, trainer):
    document = article(trainer)
    public_id = proposed(agent, document)
    accepted(trainer, public_id)
    revision = published(trainer, document.id)
    found = row(agent, public_id)
    assert (found.is_public, found.result.title) == (True, "退货")
    names = session().scalar(select(asked.credit()).select_from(Revision).where(Revision.id == revision))
    assert names == "许文静"
    assert told(agent.id)[-1] == "您的建议已经写进《%(title)s》并发布，谢谢。"


def test_a_later_version_does_not_claim_the_credit_again(agent, trainer):
    document = article(trainer)
    public_id = proposed(agent, document)
    accepted(trainer, public_id)
    first = published(trainer, document.id)
    current = session().get_one(Document, document.id, populate_existing=True)
    edited(trainer, current, TEXT.replace("买家", "卖家"))
    assert session().scalars(select(Suggestion.result_revision_id)).one() == first


def test_what_was_changed_elsewhere_meanwhile_stays(agent, trainer):
    document = article(trainer)
    public_id = proposed(agent, document)
    edited(trainer, document, TEXT.replace("买家承担", "卖家承担"))
    saved = accepted(trainer, public_id)
    assert saved.conflict is None
    text = queries.text(saved.revision_id)
    assert "十五天内" in text
    assert "卖家承担" in text


def test_two_changes_of_one_place_are_settled_by_the_trainer_and_nothing_is_lost(agent, trainer):
    document = article(trainer)
    public_id = proposed(agent, document)
    edited(trainer, document, TEXT.replace("七天内", "三天内"))
    saved = accepted(trainer, public_id)
    assert saved.conflict is not None
    assert "十五天内" in queries.text(saved.revision_id)
    assert session().get_one(Document, document.id, populate_existing=True).draft_id is None


def test_what_was_shared_becomes_a_draft_with_an_owner(agent, trainer):
    saved = accepted(trainer, shared(agent), "pre-sales/address")
    text = queries.text(saved.revision_id)
    assert f"负责人: {trainer.employee_no}" in text
    assert session().get_one(Revision, saved.revision_id).author_id == agent.id
    document = queries.open_work("article", "pre-sales/address")
    assert (document.card.state, document.card.title) == ("draft", "改地址")


def test_an_address_that_is_taken_is_refused_and_the_proposal_waits_on(agent, trainer):
    article(trainer, slug="pre-sales/address")
    public_id = shared(agent)
    with pytest.raises(Conflict):
        accepted(trainer, public_id, "pre-sales/address")
    session().rollback()
    assert row(trainer, public_id).state == "open"


def test_a_refusal_says_why(agent, trainer):
    public_id = proposed(agent, article(trainer))
    with pytest.raises(Invalid), transaction():
        acts.decline(trainer, public_id, " ")
    with transaction():
        acts.decline(trainer, public_id, "平台还是七天")
    assert (row(agent, public_id).state, row(agent, public_id).answer) == ("declined", "平台还是七天")
    assert told(agent.id) == ["您对《%(title)s》的建议这次没有采纳：%(answer)s"]


def test_of_two_trainers_the_second_is_told_who_was_first(agent, trainer):
    other, public_id = a_trainer(), proposed(agent, article(trainer))
    accepted(trainer, public_id)
    with pytest.raises(Conflict) as refused, transaction():
        acts.decline(other, public_id, "不")
    assert "苏岩" in str(refused.value.message)


def test_only_its_author_takes_it_back(agent, trainer):
    public_id = proposed(agent, article(trainer))
    with pytest.raises(NotFound), transaction():
        acts.withdraw(trainer, public_id)
    with transaction():
        acts.withdraw(agent, public_id)
    with pytest.raises(Conflict):
        accepted(trainer, public_id)


def test_nobody_else_sees_a_proposal_but_editors(agent, trainer):
    public_id = proposed(agent, article(trainer))
    with pytest.raises(NotFound):
        row(an_actor(Role.AGENT), public_id)
    assert row(trainer, public_id).name == "许文静"


# the pages


def person(actor):
    return session().get_one(Person, actor.id)


def test_an_agent_proposes_and_sees_it_under_their_own(client: FlaskClient, agent, trainer):
    article(trainer, slug="after-sales/return")
    sign_in(client, person(agent))
    assert "时效" in client.get("/kb/after-sales/return/suggest").text
    form = "/kb/after-sales/return/suggest?section=时效"
    assert "七天内可以申请。" in client.get(form).text
    data = {"csrf_token": token(client, form), "revision": "2", "section": "时效", "body": "十五天内可以申请。"}
    refused = client.post("/kb/after-sales/return/suggest", data=data)
    assert refused.status_code == 422
    assert "十五天内" in refused.text
    answer = client.post("/kb/after-sales/return/suggest", data={**data, "reason": "改了"}, follow_redirects=True)
    assert "等处理" in answer.text


def test_an_agent_shares_from_a_template(client: FlaskClient, agent, trainer):
    sign_in(client, person(agent))
    page = client.get("/kb/share?shape=emergency").text
    assert "触发条件" in page
    data = {
        "csrf_token": token(client, "/kb/share"),
        "shape": "emergency",
        "title": "停电",
        "body": "## 措施\n先报备。",
    }
    assert client.post("/kb/share", data=data).status_code == 303
    source = session().scalars(select(Suggestion.text)).one()
    assert "标签: [应急预案]" in source
    assert "负责人" not in source


def test_a_trainer_accepts_from_the_page_and_goes_on_to_publish(client: FlaskClient, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document)
    sign_in(client, person(trainer))
    assert "许文静" in client.get("/kb/care/submissions").text
    page = client.get(f"/kb/suggestions/{public_id}").text
    assert "<ins>十五</ins>" in page or "十五" in page
    data = {"csrf_token": token(client, f"/kb/suggestions/{public_id}")}
    answer = client.post(f"/kb/suggestions/{public_id}/accept", data=data)
    assert answer.location.endswith("/studio/article/after-sales/return/publish")


def test_what_meets_a_later_change_is_settled_on_the_page_for_it_and_still_credited(client, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document)
    edited(trainer, document, TEXT.replace("七天内", "三天内"))
    sign_in(client, person(trainer))
    page = f"/kb/suggestions/{public_id}"
    assert "又被改过" in client.get(page).text
    settle = client.post(f"{page}/accept", data={"csrf_token": token(client, page)}).location
    assert client.get(settle).status_code == 200
    edited(trainer, session().get_one(Document, document.id), TEXT.replace("七天内", "三到十五天内"))
    assert row(agent, public_id).is_public


def test_a_restricted_article_can_be_neither_proposed_to_nor_talked_about(client: FlaskClient, agent, trainer):
    a_document(trainer, an_article_text(可见="[人事]"), slug="hidden/x")
    sign_in(client, person(agent))
    for path in ("suggest", "suggest?section=时效", "talk"):
        assert client.get(f"/kb/hidden/x/{path}").status_code == 404


def test_a_proposal_shows_nothing_of_an_article_that_was_closed_to_its_author_since(client, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document)
    edited(trainer, document, TEXT.replace("---\n", "---\n可见: [人事]\n", 1))
    sign_in(client, person(agent))
    page = client.get(f"/kb/suggestions/{public_id}").text
    assert "先看商品" not in page
    assert "十五天内" not in page


def test_a_draft_of_somebody_else_is_not_shown_to_who_proposed(client, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document)
    with transaction():
        content.save_draft(trainer, document.id, document.published_id, TEXT.replace("买家", "还没公布的"))
    sign_in(client, person(agent))
    assert "还没公布的" not in client.get(f"/kb/suggestions/{public_id}").text


def test_nothing_typed_runs_as_a_page(client: FlaskClient, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document, new="<script>alert(1)</script>", reason="<img src=x onerror=alert(1)>")
    for who in (agent, trainer):
        sign_in(client, person(who))
        for path in (f"/kb/suggestions/{public_id}", "/kb/mine", "/kb/care/submissions"):
            page = client.get(path).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page


def test_a_draft_that_waits_anyway_is_pointed_out(client: FlaskClient, agent, trainer):
    document = article(trainer, slug="after-sales/return")
    public_id = proposed(agent, document)
    with transaction():
        content.save_draft(trainer, document.id, document.published_id, TEXT.replace("买家", "卖家"))
    sign_in(client, person(trainer))
    assert "采纳后建议会并进去" in client.get(f"/kb/suggestions/{public_id}").text


def test_a_draft_alone_is_no_article_to_propose_to(client: FlaskClient, agent, trainer):
    a_draft(trainer, slug="drafts/x")
    sign_in(client, person(agent))
    assert client.get("/kb/drafts/x/suggest").status_code == 404


@pytest.mark.parametrize("slug", ["mine", "share", "care/gaps", "suggestions/x"])
def test_no_article_takes_the_place_of_a_page(trainer, slug):
    with pytest.raises(Invalid):
        a_draft(trainer, slug=slug)
    assert a_draft(trainer, slug=f"logistics/{slug.partition('/')[0]}")
