"""Files into the store: whole files or none, both versions where both changed, no row for what did not change."""

from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import func, insert, select, update

from lms.content import actions, queries
from lms.content.actions import files
from lms.content.jobs import Outcome, export_files, sync_files
from lms.content.kinds import kind_of
from lms.content.models import Document, Edge, FileState, Revision, Slug
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.tables import metadata
from tests.support.make_content import (
    a_document,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
    write,
)

ARTICLE = "kb_content/a.md"


def the(path: str) -> Document:
    card = queries.by_path([path])[path]
    return session().get_one(Document, card.document_id)


def rows() -> dict[str, int]:
    return {
        name: session().scalar(select(func.count()).select_from(table)) or 0 for name, table in metadata.tables.items()
    }


def reasons(outcome: Outcome) -> str:
    return "\n".join(f"{each.path}:{each.line}: {each.reason}" for each in outcome.refused)


def published(path: str) -> str:
    return queries.text(the(path).published_id or 0)


def synced_already(root: Path, many: int) -> None:
    """Write files and, at one go, the rows that their sync would have made (test_a_second_sync… proves the way)."""
    write(root, "kb_content/first.md", an_article_text())
    sync_files(root)
    document = the("kb_content/first.md")
    like = {name: getattr(document, name) for name in ("kind", "folder", "state", "title", "created_at", "tags")}
    like |= {"aliases": [], "audience": [], "shops": []}
    with transaction() as s:
        blob_sha = s.get_one(Revision, document.published_id).blob_sha
        ids = s.scalars(insert(Document).returning(Document.id), [like] * (many - 1)).all()
        of_file = {"number": 1, "blob_sha": blob_sha, "kind": "sync", "at": document.created_at}
        made = s.execute(
            insert(Revision).returning(Revision.id, Revision.document_id),
            [{"document_id": id, **of_file} for id in ids],
        ).all()
        s.execute(
            insert(Slug), [{"kind": "article", "slug": f"n{id}", "document_id": id, "is_current": True} for id in ids]
        )
        s.execute(
            insert(FileState),
            [
                {
                    "document_id": row.document_id,
                    "path": f"kb_content/n{row.document_id}.md",
                    "file_sha": blob_sha,
                    "synced_revision_id": row.id,
                }
                for row in made
            ],
        )
        s.execute(update(Document), [{"id": row.document_id, "published_id": row.id} for row in made])
    for id in ids:
        write(root, f"kb_content/n{id}.md", an_article_text())


# taking files


def test_a_new_file_becomes_a_published_document(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text("价保"))
    assert sync_files(tmp_path).created == [ARTICLE]
    assert (the(ARTICLE).title, the(ARTICLE).state) == ("价保", "published")
    assert published(ARTICLE) == an_article_text("价保")


def test_files_that_link_to_one_another_come_in_together(world: APIFlask, tmp_path: Path):
    write(tmp_path, "kb_content/a.md", an_article_text("甲", "见[乙](b.md#时效)。"))
    write(tmp_path, "kb_content/b.md", an_article_text("乙", "## 时效\n见[甲](a.md)。"))
    assert sync_files(tmp_path).is_clean
    assert [link.card.title for link in queries.backlinks(the("kb_content/a.md").id)] == ["乙"]
    assert [link.anchor for link in queries.backlinks(the("kb_content/b.md").id)] == ["时效"]
    assert all(session().scalars(select(Edge.to_part_id).where(Edge.to_anchor != "")))


def test_a_course_finds_its_lessons_in_the_same_run(world: APIFlask, tmp_path: Path):
    write(tmp_path, "courses/a/course.md", "---\n类型: 课程\n---\n# 课\n\n## 内容\n1. [一](z.md)\n")
    write(tmp_path, "courses/a/z.md", a_lesson_text())
    sync_files(tmp_path)
    course, lesson = the("courses/a/course.md"), the("courses/a/z.md")
    assert (course.published_id or 0) > (lesson.published_id or 0)


@pytest.mark.parametrize("kind", ["演练", "词表"])
def test_drills_and_word_lists_are_kept_as_source(world: APIFlask, tmp_path: Path, kind: str):
    name = {"演练": "drill", "词表": "words"}[kind]
    source = Path(__file__).parents[1].joinpath(f"examples/{name}.md").read_text("utf-8")
    source = "\n".join(line for line in source.split("\n") if "](../" not in line)
    write(tmp_path, "courses/x.md", source)
    assert reasons(sync_files(tmp_path)) == ""
    assert published("courses/x.md") == source


def test_the_bytes_are_kept_as_they_are(world: APIFlask, tmp_path: Path):
    source = "\ufeff" + an_article_text(body="一行\n二行").replace("\n", "\r\n")
    write(tmp_path, ARTICLE, source)
    assert reasons(sync_files(tmp_path)) == ""
    assert published(ARTICLE) == source


def test_a_second_sync_changes_no_row(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    write(tmp_path, "quizzes/q.md", a_quiz_text())
    sync_files(tmp_path)
    before = rows()
    outcome = sync_files(tmp_path)
    assert (outcome.unchanged, rows()) == (2, before)


def test_a_thousand_unchanged_files_cost_a_few_statements_and_no_row(
    world: APIFlask, tmp_path: Path, statements: list[str]
):
    synced_already(tmp_path, 1_000)
    before = rows()
    statements.clear()
    outcome = sync_files(tmp_path)
    assert len(statements) <= 3
    assert not [each for each in statements if not each.lstrip().startswith("SELECT")]
    assert (outcome.unchanged, rows()) == (1_000, before)


def test_a_dry_run_says_the_same_and_does_nothing(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    before = rows()
    assert sync_files(tmp_path, dry_run=True).created == [ARTICLE]
    assert rows() == before
    assert sync_files(tmp_path).created == [ARTICLE]


def test_the_files_themselves_are_never_written(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    write(tmp_path, "quizzes/q.md", a_quiz_text())
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*.md")}
    sync_files(tmp_path)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*.md")} == before


def test_a_question_keeps_its_key_when_its_file_is_edited(world: APIFlask, tmp_path: Path):
    write(tmp_path, "quizzes/q.md", a_quiz_text(a_question("顾客几天内可已申请退货？")))
    sync_files(tmp_path)
    before = [part.key for part in queries.parts(the("quizzes/q.md").id)]
    write(tmp_path, "quizzes/q.md", a_quiz_text(a_question("顾客几天内可以申请退货？")))
    assert sync_files(tmp_path).updated == ["quizzes/q.md"]
    assert [part.key for part in queries.parts(the("quizzes/q.md").id)] == before


# moved, vanished


def test_a_moved_file_keeps_its_document_and_the_old_address_leads_there(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    sync_files(tmp_path)
    document = the(ARTICLE)
    (tmp_path / ARTICLE).rename(tmp_path / "kb_content/b.md")
    assert sync_files(tmp_path).moved == [(ARTICLE, "kb_content/b.md")]
    assert queries.open_published(a_trainer(), "article", "a").document_id == document.id
    assert queries.open_published(a_trainer(), "article", "b").document_id == document.id


def test_several_files_may_move_at_once(world: APIFlask, tmp_path: Path):
    for name in ("a", "b"):
        write(tmp_path, f"kb_content/{name}.md", an_article_text(name))
    sync_files(tmp_path)
    ids = {name: the(f"kb_content/{name}.md").id for name in ("a", "b")}
    for name in ("a", "b"):
        write(tmp_path, f"kb_content/sub/{name}.md", an_article_text(name))
        (tmp_path / f"kb_content/{name}.md").unlink()
    assert sync_files(tmp_path).is_clean
    assert {name: the(f"kb_content/sub/{name}.md").id for name in ("a", "b")} == ids


def test_a_file_does_not_move_onto_the_name_of_another_document(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text("甲"))
    sync_files(tmp_path)
    other = a_document(a_trainer(), an_article_text("网页上的乙"), slug="sub/b")
    write(tmp_path, "courses/sub/b.md", an_article_text("甲"))
    (tmp_path / ARTICLE).unlink()
    outcome = sync_files(tmp_path)
    assert "《网页上的乙》" in reasons(outcome)
    assert (the(ARTICLE).title, the("kb_content/sub/b.md").id) == ("甲", other.id)


def test_a_moved_and_edited_file_is_known_by_the_ids_in_it(world: APIFlask, tmp_path: Path):
    write(tmp_path, "quizzes/q.md", a_quiz_text(a_question("一？", chips="`id:k3f9qz`")))
    sync_files(tmp_path)
    document = the("quizzes/q.md")
    (tmp_path / "quizzes/q.md").unlink()
    write(tmp_path, "quizzes/sub/q2.md", a_quiz_text(a_question("一，改过？", chips="`id:k3f9qz`")))
    assert reasons(sync_files(tmp_path)) == ""
    assert the("quizzes/sub/q2.md").id == document.id
    assert "改过" in published("quizzes/sub/q2.md")


def test_a_copied_file_with_ids_is_refused_with_the_line(world: APIFlask, tmp_path: Path):
    source = a_quiz_text(a_question("一？", chips="`id:k3f9qz`"))
    write(tmp_path, "quizzes/q.md", source)
    sync_files(tmp_path)
    write(tmp_path, "quizzes/twin.md", source)
    outcome = sync_files(tmp_path)
    assert "quizzes/twin.md:10: “id:k3f9qz”" in reasons(outcome)
    assert queries.by_path(["quizzes/twin.md"]) == {}


def test_a_vanished_file_leaves_its_document_where_it_is(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    sync_files(tmp_path)
    (tmp_path / ARTICLE).unlink()
    assert sync_files(tmp_path).missing == [ARTICLE]
    assert the(ARTICLE).state == "published"


# refused


JUNK = {
    "binary": (bytes(range(256)) * 4, "不是文本文件"),
    "gbk": (an_article_text("退货时效").encode("gbk"), "GBK"),
    "big": (b"---\n" + b"a" * 10_000_000, "超过"),
    "empty": (b"", "缺少属性"),
    "no_front": ("# 标题\n\n正文".encode(), "缺少属性"),
    "unknown_kind": ("---\n类型: 只是\n---\n# 一\n".encode(), "没有“只是”这种类型"),
    "open_front": ("---\n类型: 知识\n# 一\n".encode(), "属性没有结束"),
    "two_titles": (an_article_text(body="# 又一个").encode(), "一级标题"),
    "dead_link": (an_article_text(body="[x](none.md)").encode(), "没有对应的文件"),
    "outside": (an_article_text(body="[x](../../etc/passwd.md)").encode(), "内容目录之外"),
    "bad_chip": (a_quiz_text(a_question("一？", chips="`漏选半分`")).encode(), "漏选"),
    "deep": (("> " * 5_000 + "x").encode(), "缺少属性"),
    "brackets": (an_article_text(body="[" * 100_000).encode(), ""),
}


@pytest.mark.parametrize("name", JUNK)
def test_a_file_with_something_to_mend_is_left_out_with_its_reason_and_the_others_are_taken(
    world: APIFlask, tmp_path: Path, name: str
):
    data, reason = JUNK[name]
    write(tmp_path, "kb_content/bad.md", data)
    write(tmp_path, "kb_content/good.md", an_article_text())
    outcome = sync_files(tmp_path)
    assert outcome.created == ["kb_content/good.md"]
    assert {each.path for each in outcome.refused} == {"kb_content/bad.md"}
    assert reason in reasons(outcome)
    assert (tmp_path / "kb_content/bad.md").read_bytes() == data


@pytest.mark.parametrize("name", JUNK)
def test_a_file_that_was_spoilt_leaves_what_is_published(world: APIFlask, tmp_path: Path, name: str):
    write(tmp_path, ARTICLE, an_article_text("好的"))
    sync_files(tmp_path)
    write(tmp_path, ARTICLE, JUNK[name][0])
    outcome = sync_files(tmp_path)
    assert not outcome.is_clean
    assert published(ARTICLE) == an_article_text("好的")


def test_a_link_out_of_the_tree_is_refused_unread(world: APIFlask, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    (tmp_path / "kb_content").mkdir()
    (tmp_path / "kb_content/a.md").symlink_to(secret)
    assert "符号链接" in reasons(sync_files(tmp_path))


def test_hidden_files_and_the_readme_of_a_folder_are_no_content(world: APIFlask, tmp_path: Path):
    for path in ("kb_content/.draft.md", "kb_content/.git/x.md", "kb_content/README.md", "notes/a.md"):
        write(tmp_path, path, "nichts")
    outcome = sync_files(tmp_path)
    assert (outcome.created, outcome.refused) == ([], [])


def test_a_name_that_no_address_can_have_is_refused(world: APIFlask, tmp_path: Path):
    write(tmp_path, "kb_content/history.md", an_article_text())
    write(tmp_path, "kb_content/two words.md", an_article_text())
    assert {each.path for each in sync_files(tmp_path).refused} == {"kb_content/history.md", "kb_content/two words.md"}


def test_two_files_with_one_name_are_not_both_taken(world: APIFlask, tmp_path: Path):
    write(tmp_path, "kb_content/a.md", an_article_text("一"))
    write(tmp_path, "courses/a.md", an_article_text("二"))
    outcome = sync_files(tmp_path)
    assert len(outcome.created) == 1
    assert len(outcome.refused) == 1


# both changed


@pytest.fixture
def both_changed(world: APIFlask, tmp_path: Path) -> Document:
    """A document published anew in the browser while its file was edited, then synced."""
    write(tmp_path, ARTICLE, an_article_text(body="原文"))
    sync_files(tmp_path)
    document = the(ARTICLE)
    edited(a_trainer(), document, an_article_text(body="网页上改的"))
    write(tmp_path, ARTICLE, an_article_text(body="文件里改的"))
    assert sync_files(tmp_path).conflicts == [ARTICLE]
    return document


def test_where_both_changed_both_are_kept_and_nothing_is_overwritten(both_changed: Document, tmp_path: Path):
    state = session().get_one(FileState, both_changed.id)
    assert "文件里改的" in queries.text(state.conflict_revision_id or 0)
    assert "网页上改的" in published(ARTICLE)
    assert "文件里改的" in (tmp_path / ARTICLE).read_text("utf-8")
    assert [card.path for card in queries.conflicts()] == [ARTICLE]


def test_a_conflict_is_shown_at_every_sync_and_stored_once(both_changed: Document, tmp_path: Path):
    before = rows()
    outcome = sync_files(tmp_path)
    assert outcome.conflicts == [ARTICLE]
    assert not outcome.is_clean
    assert rows() == before


def test_the_conflict_can_be_settled_for_the_file(both_changed: Document, tmp_path: Path):
    trainer = a_trainer()
    with transaction():
        actions.take_file(trainer, both_changed.id)
    assert "文件里改的" in published(ARTICLE)
    assert any("网页上改的" in queries.text(version.id) for version in queries.history(both_changed.id))
    assert sync_files(tmp_path).is_clean


def test_the_conflict_can_be_settled_for_the_database(both_changed: Document, tmp_path: Path):
    trainer = a_trainer()
    with transaction():
        actions.take_database(trainer, both_changed.id)
    outcome = sync_files(tmp_path)
    assert (outcome.is_clean, outcome.ahead) == (True, [ARTICLE])
    export_files(tmp_path, own=True)
    assert "网页上改的" in (tmp_path / ARTICLE).read_text("utf-8")


def test_after_settling_for_the_database_another_edit_of_the_old_file_is_a_conflict_again(
    both_changed: Document, tmp_path: Path
):
    trainer = a_trainer()
    with transaction():
        actions.take_database(trainer, both_changed.id)
    write(tmp_path, ARTICLE, an_article_text(body="文件里又改的"))
    assert sync_files(tmp_path).conflicts == [ARTICLE]
    assert "网页上改的" in published(ARTICLE)


def test_a_file_put_back_ends_the_conflict(both_changed: Document, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text(body="原文"))
    assert sync_files(tmp_path).settled == [ARTICLE]
    assert queries.conflicts() == []


def test_without_a_conflict_there_is_nothing_to_settle(world: APIFlask):
    trainer = a_trainer()
    document = a_document(trainer)
    with pytest.raises(Conflict), transaction():
        actions.take_file(trainer, document.id)


def test_a_draft_in_the_browser_is_not_published_over(world: APIFlask, tmp_path: Path):
    trainer = a_trainer()
    write(tmp_path, ARTICLE, an_article_text(body="原文"))
    sync_files(tmp_path)
    document = the(ARTICLE)
    with transaction():
        saved = actions.save_draft(trainer, document.id, document.published_id, an_article_text(body="草稿"))
    write(tmp_path, ARTICLE, an_article_text(body="文件里改的"))
    assert sync_files(tmp_path).conflicts == [ARTICLE]
    assert session().get_one(Document, document.id).draft_id == saved.revision_id


def test_a_document_made_in_the_browser_is_not_overwritten_by_a_file_of_its_name(world: APIFlask, tmp_path: Path):
    document = a_document(a_trainer(), an_article_text(body="网页上写的"), slug="a")
    write(tmp_path, ARTICLE, an_article_text(body="文件里写的"))
    assert sync_files(tmp_path).conflicts == [ARTICLE]
    assert sync_files(tmp_path).conflicts == [ARTICLE]
    assert "网页上写的" in queries.text(document.published_id or 0)


def test_what_was_published_after_the_plan_was_made_is_not_overwritten(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text(body="原文"))
    sync_files(tmp_path)
    document = the(ARTICLE)
    (seen,) = [state for state in files.states() if state.document_id == document.id]
    edited(a_trainer(), document, an_article_text(body="刚发布的"))
    source = an_article_text(body="文件里改的")
    with pytest.raises(Conflict), transaction():
        files.take(document.id, ARTICLE, kind_of("article").parse(source, ARTICLE), source, seen)
    assert "刚发布的" in published(ARTICLE)


def test_the_versions_of_a_file_have_no_author(world: APIFlask, tmp_path: Path):
    write(tmp_path, ARTICLE, an_article_text())
    sync_files(tmp_path)
    revision = session().scalars(select(Revision).where(Revision.document_id == the(ARTICLE).id)).one()
    assert (revision.kind, revision.author_id) == ("sync", None)
