"""The store written out as Markdown: the same documents come back, and nobody's work is overwritten."""

from pathlib import Path

from apiflask import APIFlask

from lms.content import actions, queries
from lms.content.jobs import export_files, sync_files
from lms.core.db import transaction
from tests.support.make_content import (
    a_document,
    a_draft,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
    write,
)


def read(root: Path, path: str) -> str:
    return (root / path).read_text("utf-8")


def test_every_published_document_becomes_a_file_at_its_path(world: APIFlask, tmp_path: Path):
    trainer = a_trainer()
    a_document(trainer, "---\n类型: 知识\n---\n# 没有小节\n\n正文\n", slug="x/plain")
    a_draft(trainer, slug="x/unfinished")
    gone = a_document(trainer, slug="x/gone")
    with transaction():
        actions.archive(trainer, gone.id)
    assert export_files(tmp_path).written == ["kb_content/x/plain.md"]
    assert read(tmp_path, "kb_content/x/plain.md") == "---\n类型: 知识\n---\n# 没有小节\n\n正文\n"


def test_questions_and_sections_carry_their_ids_there_and_only_there(world: APIFlask, tmp_path: Path):
    trainer = a_trainer()
    quiz = a_document(
        trainer, a_quiz_text(a_question("一？"), a_question("二？", chips="`难度2`")), kind="quiz", slug="q"
    )
    first, second = [part.key for part in queries.parts(quiz.id)]
    export_files(tmp_path)
    assert f"### 一？\n`id:{first}`\n\n1. [x]" in read(tmp_path, "quizzes/q.md")
    assert f"### 二？\n`难度2` `id:{second}`\n" in read(tmp_path, "quizzes/q.md")
    assert "id:" not in queries.text(quiz.published_id or 0)


def test_a_sync_after_the_export_changes_nothing(world: APIFlask, tmp_path: Path):
    trainer = a_trainer()
    a_document(trainer, a_quiz_text(a_question("一？")), kind="quiz", slug="q")
    a_document(
        trainer, a_lesson_text(body="## 一节\n正文。\n\n## 自测\n\n" + a_question("对吗？")), kind="lesson", slug="l"
    )
    a_document(trainer, an_article_text(body="## 时效\n\n- 一\n- 二"), slug="a")
    export_files(tmp_path)
    outcome = sync_files(tmp_path)
    assert (outcome.unchanged, outcome.updated, outcome.created, outcome.refused) == (3, [], [], [])


def test_a_second_export_writes_nothing(world: APIFlask, tmp_path: Path):
    a_document(a_trainer(), a_quiz_text(), kind="quiz", slug="q")
    export_files(tmp_path)
    again = export_files(tmp_path)
    assert (again.written, again.unchanged) == ([], 1)


def test_a_later_export_brings_its_own_files_up_to_date(world: APIFlask, tmp_path: Path):
    trainer = a_trainer()
    document = a_document(trainer, an_article_text(body="## 一\n旧"), slug="a")
    export_files(tmp_path)
    edited(trainer, document, an_article_text(body="## 一\n新"))
    assert export_files(tmp_path).written == ["kb_content/a.md"]
    assert "新" in read(tmp_path, "kb_content/a.md")


def test_a_file_that_somebody_edited_is_never_overwritten(world: APIFlask, tmp_path: Path):
    a_document(a_trainer(), an_article_text(), slug="a")
    write(tmp_path, "kb_content/a.md", "刚写的，还没同步")
    assert export_files(tmp_path).kept == ["kb_content/a.md"]
    assert read(tmp_path, "kb_content/a.md") == "刚写的，还没同步"


def test_what_was_changed_in_the_browser_goes_into_the_authors_folder_and_syncs_clean(world: APIFlask, tmp_path: Path):
    write(tmp_path, "kb_content/a.md", an_article_text(body="## 一\n旧"))
    sync_files(tmp_path)
    trainer = a_trainer()
    card = queries.by_path(["kb_content/a.md"])["kb_content/a.md"]
    document = queries.open_published(trainer, "article", "a")
    with transaction():
        saved = actions.save_draft(trainer, card.document_id, document.revision_id, an_article_text(body="## 一\n新"))
        actions.publish(trainer, card.document_id, saved.revision_id)
    export_files(tmp_path, own=True)
    assert "新" in read(tmp_path, "kb_content/a.md")
    outcome = sync_files(tmp_path)
    assert (outcome.unchanged, outcome.ahead, outcome.is_clean) == (1, [], True)


def test_a_document_renamed_in_the_browser_is_written_at_its_new_path_and_the_old_file_is_named(
    world: APIFlask, tmp_path: Path
):
    write(tmp_path, "kb_content/a.md", an_article_text())
    sync_files(tmp_path)
    card = queries.by_path(["kb_content/a.md"])["kb_content/a.md"]
    trainer = a_trainer()
    with transaction():
        actions.rename(trainer, card.document_id, "b")
    export_files(tmp_path, own=True)
    outcome = sync_files(tmp_path)
    assert (tmp_path / "kb_content/b.md").exists()
    assert [each.path for each in outcome.refused] == ["kb_content/a.md"]
    assert outcome.created == []


def test_nothing_half_written_is_left_beside_the_files(world: APIFlask, tmp_path: Path):
    a_document(a_trainer(), an_article_text(), slug="a")
    export_files(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.md"]
