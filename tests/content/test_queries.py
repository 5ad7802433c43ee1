"""Reading: who may open what, under which name, and what a page costs."""

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask import g
from sqlalchemy import select

from lms.accounts.models import PersonShop, Shop, TeamPlace
from lms.content import actions, queries
from lms.content.audience import normal, readable, words_of
from lms.content.models import Document
from lms.content.queries import Filter
from lms.content.show import show, shower
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_content import a_document, a_draft, a_quiz_text, a_trainer, an_article_text, edited


def sees(actor: Actor, document: Document) -> bool:
    """Whether the actor can open it; a list made with `readable` says the same."""
    slug = queries.cards([document.id])[document.id].slug
    listed = document.id in session().scalars(select(Document.id).where(readable(actor))).all()
    try:
        queries.open_published(actor, document.kind, slug)
    except NotFound:
        assert not listed
        return False
    assert listed
    return True


# audience


def test_a_document_without_an_audience_is_for_everybody(world: APIFlask):
    assert sees(an_actor(), a_document(a_trainer()))


@pytest.mark.parametrize(
    ("word", "roles", "seen"),
    [
        ("组长", [Role.LEAD], True),
        ("lead", [Role.LEAD], True),
        ("ＬＥＡＤ", [Role.LEAD], True),
        ("组长", [Role.AGENT], False),
        ("质检", [Role.AGENT], False),
        ("没有这个词", [Role.LEAD], False),
        ("没有这个词", [Role.TRAINER], True),
        ("没有这个词", [Role.QUALITY], True),
        ("没有这个词", [Role.DIRECTOR], True),
        ("组长", [Role.HR], False),
        ("组长", [Role.ADMIN], False),
    ],
)
def test_an_audience_lets_in_whom_it_names_and_who_reads_everything(
    world: APIFlask, word: str, roles: list[Role], seen: bool
):
    document = a_document(a_trainer(), an_article_text(可见=f"[{word}]"))
    assert sees(an_actor(*roles), document) is seen


def test_one_fitting_word_of_several_is_enough(world: APIFlask):
    document = a_document(a_trainer(), an_article_text(可见="[质检, 客服专员]"))
    assert sees(as_actor(a_person(position="客服专员")), document)
    assert not sees(as_actor(a_person(position="客服主管")), document)


def test_a_team_in_the_audience_means_the_teams_below_it_too(world: APIFlask):
    upper = a_team("售后部")
    lower = a_team("售后一组", parent=upper)
    document = a_document(a_trainer(), an_article_text(可见="[售后部]"))
    assert sees(as_actor(a_person(team=lower)), document)
    assert sees(as_actor(a_person(team=upper)), document)
    assert not sees(as_actor(a_person(team=a_team("售前部"))), document)


def test_a_team_is_meant_however_wide_it_is_written(world: APIFlask):
    document = a_document(a_trainer(), an_article_text(可见="[vip组]"))
    assert sees(as_actor(a_person(team=a_team("ＶＩＰ组"))), document)


def test_a_team_above_from_earlier_days_no_longer_counts(world: APIFlask):
    upper = a_team("旧部门")
    lower = a_team("一组", parent=upper)
    with transaction() as s:
        place = s.scalars(select(TeamPlace).where(TeamPlace.team_id == lower.id)).one()
        place.until_on = clock.now().date() - timedelta(days=30)
    assert not sees(as_actor(a_person(team=lower)), a_document(a_trainer(), an_article_text(可见="[旧部门]")))


def test_a_shop_in_the_audience_means_who_serves_it(world: APIFlask):
    document = a_document(a_trainer(), an_article_text(可见="[旗舰店]"))
    person = a_person()
    assert not sees(as_actor(person), document)
    with transaction() as s:
        shop = Shop(code="tm-1", name="旗舰店", platform="天猫")
        s.add(shop)
        s.flush()
        s.add(PersonShop(person_id=person.id, shop_id=shop.id))
    assert sees(as_actor(person), document)


def test_the_words_of_a_person_are_asked_for_once(world: APIFlask, statements: list[str]):
    actor = an_actor()
    g.pop("audience_words", None)
    statements.clear()
    words_of(actor), words_of(actor), words_of(actor)
    assert len(statements) == 1


def test_width_and_case_of_a_word_do_not_count():
    assert normal(" ＶＩＰ组 ") == normal("vip组")


def test_a_draft_an_archived_and_an_unknown_document_look_the_same(world: APIFlask):
    trainer = a_trainer()
    a_draft(trainer, slug="unfinished")
    gone = a_document(trainer, slug="gone")
    with transaction():
        actions.archive(trainer, gone.id)
    said = set()
    for slug in ("unfinished", "gone", "never"):
        with pytest.raises(NotFound) as refused:
            queries.open_published(an_actor(), "article", slug)
        said.add(str(refused.value))
    assert len(said) == 1


# opening


def test_an_opened_document_says_what_its_page_needs(world: APIFlask):
    owner = a_person(no="T7002", name="林晓")
    document = a_document(a_trainer(), an_article_text(负责人="T7002", 标签="[售后]", 摘要="一句话"), slug="a/b")
    opened = queries.open_published(an_actor(), "article", "a/b")
    assert (opened.document_id, opened.slug, opened.revision_id) == (document.id, "a/b", document.published_id)
    assert (opened.owner_id, opened.owner_name, opened.tags) == (owner.id, "林晓", ("售后",))
    assert (opened.summary, opened.verified_until) == ("一句话", document.verified_until)


def test_opening_and_reading_cost_two_statements_at_most(world: APIFlask, statements: list[str]):
    trainer = a_trainer()
    a_document(trainer, slug="a/b")
    queries.spec(queries.open_published(trainer, "article", "a/b"))
    statements.clear()
    opened = queries.open_published(trainer, "article", "a/b")
    assert queries.spec(opened).title == "退货时效"
    assert len(statements) == 1
    queries.compiled(opened.revision_id)
    assert len(statements) == 2


def test_a_version_given_back_by_a_rollback_is_not_shown_later(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer, an_article_text("留下的"))

    def stopped() -> None:
        with transaction():
            saved = actions.save_draft(trainer, made.document_id, made.revision_id, an_article_text("撤回的"))
            revision = actions.publish(trainer, made.document_id, saved.revision_id)
            assert queries.compiled(revision.id).title == "撤回的"
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        stopped()
    with transaction():
        kept = actions.publish(trainer, made.document_id, made.revision_id)
    assert queries.compiled(kept.id).title == "留下的"


def test_cards_and_paths_cost_one_statement_each_however_many(world: APIFlask, statements: list[str]):
    trainer = a_trainer()
    ids = {a_document(trainer, slug=f"many/n{number}").id for number in range(5)}
    statements.clear()
    found = queries.by_path(card.path for card in queries.cards(ids).values())
    assert len(statements) == 2
    assert {card.document_id for card in found.values()} == ids


def test_a_former_path_leads_to_the_document_and_a_new_one_there_comes_first(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="eins")
    with transaction():
        actions.rename(trainer, document.id, "zwei")
    paths = ["kb_content/eins.md", "kb_content/zwei.md", "kb_content/drei.md", "quizzes/eins.md", "x", "../a.md"]
    assert {path: card.document_id for path, card in queries.by_path(paths).items()} == {
        "kb_content/eins.md": document.id,
        "kb_content/zwei.md": document.id,
    }


def test_an_archived_document_is_found_by_no_path(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="gone")
    with transaction():
        actions.archive(trainer, document.id)
    assert queries.by_path(["kb_content/gone.md"]) == {}
    assert queries.by_path(["kb_content/gone.md"], archived=True)["kb_content/gone.md"].state == "archived"


def test_text_of_no_version_is_not_found(world: APIFlask):
    with pytest.raises(NotFound):
        queries.text(10**9)


# showing


def test_a_reference_becomes_the_address_of_the_document(world: APIFlask):
    a_document(a_trainer(), slug="a/target")
    actor = an_actor()
    with world.test_request_context("/"):
        g.actor = actor
        shown = show('<a href="lms:kb_content/a/target.md#时效">x</a>')
    assert str(shown) == '<a href="/kb/a/target#时效">x</a>'


def test_a_reference_to_what_somebody_may_not_read_is_plain_text(world: APIFlask):
    a_document(a_trainer(), an_article_text(可见="[组长]"), slug="a/secret")
    html = '<a href="lms:kb_content/a/secret.md">x</a>'
    for actor, link in ((an_actor(Role.LEAD), True), (an_actor(Role.AGENT), False), (None, False)):
        with world.test_request_context("/"):
            g.actor = actor
            assert ("href" in show(html)) is link


def test_a_reference_by_a_former_name_and_heading_still_arrives(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="## 时效\n自签收次日零点起七天。"), slug="a/old")
    edited(trainer, document, an_article_text(body="## 申请时效\n自签收次日零点起七天。"))
    with transaction():
        actions.rename(trainer, document.id, "a/fresh")
    with world.test_request_context("/"):
        g.actor = trainer
        shown = show('<a href="lms:kb_content/a/old.md#时效">x</a>')
    assert str(shown) == '<a href="/kb/a/fresh#申请时效">x</a>'


def test_many_pieces_are_shown_with_one_look_into_the_database(world: APIFlask, statements: list[str]):
    trainer = a_trainer()
    a_document(trainer, slug="a/one")
    a_document(trainer, a_quiz_text(), kind="quiz", slug="a/two")
    pieces = ['<a href="lms:kb_content/a/one.md">1</a>', '<a href="lms:quizzes/a/two.md">2</a>', "<p>3</p>"]
    with world.test_request_context("/"):
        g.actor = trainer
        statements.clear()
        one = shower(pieces)
        assert ["href" in one(piece) for piece in pieces] == [True, "quizzes.intro" in world.view_functions, False]
        assert len(statements) == 1


def test_html_without_a_reference_costs_nothing(world: APIFlask, statements: list[str]):
    statements.clear()
    with world.test_request_context("/"):
        assert str(show("<p>x</p>")) == "<p>x</p>"
    assert statements == []


# the studio


def test_the_studio_finds_by_words_kind_owner_and_state(world: APIFlask):
    trainer = a_trainer()
    owner = a_person(no="T7003")
    article = a_document(trainer, an_article_text("特别的价保 100%", 负责人="T7003"), slug="price")
    quiz = a_document(trainer, a_quiz_text(title="特别的小测"), kind="quiz", slug="special-quiz")
    draft = a_draft(trainer, an_article_text("特别的草稿"), slug="special")

    def found(**wanted: object) -> set[int]:
        return {listed.card.document_id for listed in queries.find(Filter(words="特别", **wanted))[0]}  # type: ignore[arg-type]

    assert found() == {article.id, quiz.id, draft.document_id}
    assert found(kind="quiz") == {quiz.id}
    assert found(state="draft") == {draft.document_id}
    assert found(state="changed") == {draft.document_id}
    assert found(owner_id=owner.id) == {article.id}
    assert {listed.card.document_id for listed in queries.find(Filter(words="100%"))[0]} == {article.id}
    assert queries.find(Filter(words="%%%"))[0] == []


def test_the_studio_lists_page_by_page_and_counts_all(world: APIFlask):
    trainer = a_trainer()
    for number in range(5):
        a_document(trainer, an_article_text(f"翻页用 {number}"))
    first, total = queries.find(Filter(words="翻页用"), size=2)
    last, _ = queries.find(Filter(words="翻页用", page=3), size=2)
    assert (len(first), len(last), total) == (2, 1, 5)


def test_what_is_past_its_review_day_is_found(world: APIFlask):
    trainer = a_trainer()
    with clock.shifted(timedelta(days=-100)):
        old = a_document(trainer, an_article_text("过期的一篇", 复审周期="90天"))
    new = a_document(trainer, an_article_text("没过期的一篇", 复审周期="90天"))
    found = {listed.card.document_id for listed in queries.find(Filter(words="过期的一篇", state="expired"))[0]}
    assert (old.id in found, new.id in found) == (True, False)


def test_an_author_opens_any_document_with_the_version_to_build_on(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="a/b")
    work = queries.open_work("article", "a/b")
    assert (work.head_id, work.draft_id) == (document.published_id, None)
    with transaction():
        saved = actions.save_draft(trainer, document.id, work.head_id, an_article_text(body="新"))
    work = queries.open_work("article", "a/b")
    assert (work.head_id, work.draft_author) == (saved.revision_id, trainer.name)
