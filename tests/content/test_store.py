"""Drafts and names: nothing that somebody wrote is ever lost, whoever was quicker."""

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.content import actions, queries
from lms.content.models import Blob, Document, Revision, Slug
from lms.content.rules.line_ends import as_in
from lms.content.rules.merge import merge
from lms.content.rules.paths import path_of, split_path, why_no_path
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound, TooLarge
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, edited


def count(model: type) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_a_new_document_is_a_draft_that_learners_do_not_see(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer, an_article_text("退货时效"), slug="after-sales/return")
    assert queries.cards([made.document_id])[made.document_id].state == "draft"
    with pytest.raises(NotFound):
        queries.open_published(trainer, "article", "after-sales/return")


def test_a_draft_that_cannot_be_parsed_is_kept_all_the_same(world: APIFlask):
    made = a_draft(a_trainer(), "只是一段话")
    assert queries.text(made.revision_id) == "只是一段话"


def test_lists_show_the_title_of_the_draft_while_nothing_is_published(world: APIFlask):
    made = a_draft(a_trainer(), an_article_text("价保规则"))
    assert queries.cards([made.document_id])[made.document_id].title == "价保规则"


def test_two_documents_cannot_have_one_address(world: APIFlask):
    trainer = a_trainer()
    a_draft(trainer, slug="a/b")
    with pytest.raises(Conflict):
        a_draft(trainer, slug="a/b")


def test_documents_of_two_kinds_may_have_the_same_slug(world: APIFlask):
    trainer = a_trainer()
    a_draft(trainer, slug="a/b")
    a_draft(trainer, slug="a/b", kind="quiz")


@pytest.mark.parametrize(
    "slug", ["", "a//b", "../etc/passwd", "/a", "a/", "a/.b", "history", "a/edit", "a b", "a?b", "a\x00b", "甲" * 201]
)
def test_an_address_that_cannot_be_reached_is_refused_with_its_reason(world: APIFlask, slug: str):
    trainer = a_trainer()
    assert why_no_path(path_of("kb_content", slug)) is not None
    with pytest.raises(Invalid), transaction():
        actions.create(trainer, "article", slug, an_article_text())


@pytest.mark.parametrize("slug", ["a", "after-sales/return-7d", "售后/七天无理由", "V1.2", "a_b"])
def test_a_plain_address_is_taken(slug: str):
    assert why_no_path(path_of("kb_content", slug)) is None
    assert split_path(path_of("kb_content", slug)) == ("kb_content", slug)


# the lock


def test_the_second_of_two_authors_is_told_and_both_texts_stay(world: APIFlask):
    first, second = a_trainer(), a_trainer()
    document = a_document(first)
    base = document.published_id
    with transaction():
        mine = actions.save_draft(first, document.id, base, an_article_text(body="甲写的"))
    with transaction():
        late = actions.save_draft(second, document.id, base, an_article_text(body="乙写的"))
    assert late.conflict is not None
    assert late.conflict.details == {"base": base, "current": mine.revision_id, "kept": late.revision_id}
    assert session().get_one(Document, document.id).draft_id == mine.revision_id
    assert "乙写的" in queries.text(late.revision_id)
    assert "甲写的" in queries.text(mine.revision_id)


def test_a_save_without_a_change_writes_no_version(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer, an_article_text())
    before = count(Revision)
    with transaction():
        saved = actions.save_draft(trainer, made.document_id, made.revision_id, an_article_text())
    assert not saved.changed
    assert count(Revision) == before


def test_a_base_of_another_document_is_not_found(world: APIFlask):
    trainer = a_trainer()
    one, other = a_draft(trainer), a_draft(trainer)
    with pytest.raises(NotFound), transaction():
        actions.save_draft(trainer, one.document_id, other.revision_id, "x")


def test_an_archived_document_is_not_written(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer)
    with transaction():
        actions.archive(trainer, document.id)
    with pytest.raises(Conflict), transaction():
        actions.save_draft(trainer, document.id, document.published_id, "x")


def test_line_ends_of_a_form_do_not_make_every_line_new(world: APIFlask):
    trainer = a_trainer()
    made = a_draft(trainer, an_article_text())
    with transaction():
        saved = actions.save_draft(trainer, made.document_id, made.revision_id, an_article_text().replace("\n", "\r\n"))
    assert not saved.changed


@pytest.mark.parametrize(("text", "refusal"), [("a\x00b", Invalid), ("a\ud800b", Invalid), ("长" * 700_000, TooLarge)])
def test_what_is_no_text_is_refused_before_anything_is_written(world: APIFlask, text: str, refusal: type):
    trainer = a_trainer()
    made = a_draft(trainer)
    before = count(Revision), count(Blob)
    with pytest.raises(refusal), transaction():
        actions.save_draft(trainer, made.document_id, made.revision_id, text)
    assert (count(Revision), count(Blob)) == before


def test_the_same_text_is_stored_once(world: APIFlask):
    trainer = a_trainer()
    a_draft(trainer, an_article_text("同一篇"))
    before = count(Blob)
    a_draft(trainer, an_article_text("同一篇"))
    assert count(Blob) == before


# history


def test_an_old_version_comes_back_as_a_draft_and_nothing_between_is_lost(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="一"))
    old = document.published_id
    edited(trainer, document, an_article_text(body="二"))
    with transaction():
        back = actions.restore(trainer, document.id, old, document.published_id)
    assert queries.text(back.revision_id) == an_article_text(body="一")
    assert [version.kind for version in queries.history(document.id)] == [
        "restore",
        "publish",
        "draft",
        "publish",
        "draft",
    ]


def test_restoring_on_top_of_somebody_elses_work_is_refused(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer)
    old = document.published_id
    edited(trainer, document, an_article_text(body="二"))
    with pytest.raises(Conflict), transaction():
        actions.restore(trainer, document.id, old, old)


def test_the_history_says_who_when_and_how_much(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text())
    newest = queries.history(document.id)[0]
    assert (newest.number, newest.author, newest.is_published) == (2, trainer.name, True)
    assert newest.size == len(an_article_text().encode())


# names


def test_a_renamed_document_is_found_under_both_names(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="old/name")
    with transaction():
        actions.rename(trainer, document.id, "new/name")
    for asked in ("old/name", "new/name"):
        assert queries.open_published(trainer, "article", asked).slug == "new/name"


def test_a_document_may_take_its_old_name_back(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="eins")
    for slug in ("zwei", "eins"):
        with transaction():
            actions.rename(trainer, document.id, slug)
    names = session().execute(select(Slug.slug, Slug.is_current).where(Slug.document_id == document.id)).all()
    assert sorted(names) == [("eins", True), ("zwei", False)]


def test_a_former_name_is_not_given_to_another_document(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="first")
    with transaction():
        actions.rename(trainer, document.id, "second")
    with pytest.raises(Conflict):
        a_draft(trainer, slug="first")


def test_an_archived_document_is_gone_for_readers_and_comes_back_as_it_was(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="gone")
    with transaction():
        actions.archive(trainer, document.id)
    with pytest.raises(NotFound):
        queries.open_published(trainer, "article", "gone")
    with transaction():
        actions.unarchive(trainer, document.id)
    assert queries.open_published(trainer, "article", "gone").revision_id == document.published_id


def test_before_archiving_one_is_told_who_links_here(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer, slug="a/target")
    a_document(trainer, an_article_text(body="见[时效](target.md#时效)。"), slug="a/origin")
    impacts = actions.archive_preview(document.id)
    assert [impact.count for impact in impacts] == [1]


# two at one document


def test_what_two_authors_wrote_in_different_places_is_one_draft_and_each_text_is_kept(world: APIFlask):
    first, second = a_trainer(), a_trainer()
    document = a_document(first, an_article_text(body="签收次日起七天内可以申请。\n\n## 运费\n\n由顾客承担。"))
    base, text = document.published_id, queries.text(document.published_id)
    with transaction():
        early = actions.save_draft(first, document.id, base, text.replace("七天", "十五天"))
    mine = text.replace("由顾客承担", "由商家承担")
    with transaction():
        late = actions.save_draft(second, document.id, base, mine)
    assert late.conflict is None
    assert late.joined is not None
    assert late.joined.author == first.name
    merged = session().get_one(Revision, late.revision_id)
    assert (merged.kind, merged.parent_id, merged.merge_parent_id) == ("merge", early.revision_id, late.kept_id)
    assert queries.text(merged.id) == mine.replace("七天", "十五天")
    assert queries.text(late.kept_id or 0) == mine
    assert session().get_one(Document, document.id).draft_id == merged.id


def test_who_changed_nothing_gets_what_the_other_wrote_and_no_version_is_made(world: APIFlask):
    first, second = a_trainer(), a_trainer()
    document = a_document(first)
    base, text = document.published_id, queries.text(document.published_id)
    with transaction():
        early = actions.save_draft(first, document.id, base, text + "\n新的一句。\n")
    before = count(Revision)
    with transaction():
        late = actions.save_draft(second, document.id, base, text)
    assert (late.revision_id, late.changed, count(Revision)) == (early.revision_id, False, before)


def test_together_wrong_where_each_alone_is_right_asks(world: APIFlask):
    first, second = a_trainer(), a_trainer()
    document = a_document(first, an_article_text(body="见[运费](#运费)。\n\n## 运费\n\n由顾客承担。"))
    base, text = document.published_id, queries.text(document.published_id)
    with transaction():  # one calls the section otherwise …
        actions.save_draft(first, document.id, base, text.replace("#运费)", "#邮费)").replace("## 运费", "## 邮费"))
    with transaction():  # … the other one leads to it once more
        late = actions.save_draft(second, document.id, base, text + "\n详见[运费](#运费)。\n")
    assert late.conflict is not None
    assert "详见[运费]" in queries.text(late.revision_id)


# the law

SOURCES = st.lists(
    st.sampled_from(
        [
            "甲。乙。\n\n",
            "# 题\n\n",
            "- 丙\n",
            "丁。",
            "\n",
            "| 1 | 2 |\n",
            "---\n",
            "键: 值\n",
            "戊\u2028己\n",
            "\ufeff",
        ]
    ),
    max_size=10,
).map("".join) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), SOURCES, st.integers(0, 30)),
        st.tuples(st.just("restore"), st.integers(0, 30)),
        st.tuples(st.just("rename"), st.integers(0, 3)),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SOURCES, acts=ACTS)
def test_any_sequence_of_edits_merges_restores_and_renames_keeps_every_version_byte_for_byte(
    world: APIFlask, first: str, acts: list[tuple[object, ...]]
):
    trainer = a_trainer()
    made = a_draft(trainer, first)
    document = session().get_one(Document, made.document_id)
    written: dict[int, str] = {made.revision_id: first}
    for verb, *rest in acts:
        head = document.draft_id or 0
        with transaction():
            if verb == "save":
                chosen = sorted(written)[int(rest[1]) % len(written)]  # type: ignore[call-overload]
                text, base = str(rest[0]), written[chosen]
                saved = actions.save_draft(trainer, document.id, chosen, text)
                sent = as_in(text, base)
                if saved.kept_id is not None and saved.kept_id not in written:
                    written[saved.kept_id] = sent
                if saved.joined is not None and saved.changed:
                    written[saved.revision_id] = merge(base, sent, written[head]).text or ""
                elif saved.changed:
                    written[saved.revision_id] = sent
            elif verb == "restore":
                chosen = sorted(written)[int(rest[0]) % len(written)]  # type: ignore[call-overload]
                restored = actions.restore(trainer, document.id, chosen, head)
                written[restored.revision_id] = written[chosen]
            else:
                actions.rename(trainer, document.id, f"d{document.id}-{rest[0]}")
    assert {version.id: queries.text(version.id) for version in queries.history(document.id)} == written
    assert [version.number for version in queries.history(document.id)] == list(range(len(written), 0, -1))
