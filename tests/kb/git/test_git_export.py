"""The knowledge base as a repository: one commit a revision, always the same; what it says can be taken in again."""

import contextlib
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from dulwich import porcelain
from dulwich.repo import Repo

from lms.accounts.models import Person
from lms.accounts.queries import actor_by_employee_no, console
from lms.content import actions
from lms.content.actions.drafts import discard
from lms.content.attachments import tree
from lms.content.attachments.rules import SVG
from lms.content.models import Document, Revision
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, NotFound
from lms.kb.git.jobs import export_git, import_git
from lms.kb.git.message import read
from tests.conftest import an_app
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_draft, an_article_text, edited
from tests.support.make_git import START


@pytest.fixture
def author(world):
    person = a_person(Role.TRAINER, name="苏岩")
    with transaction() as current:
        current.get_one(Person, person.id).employee_no = "T700"
    return as_actor(session().get_one(Person, person.id))


def commits(folder):
    with contextlib.closing(Repo(str(folder))) as repo:
        return [entry.commit for entry in repo.get_walker()][::-1]


def said(folder):
    return [read(commit.message.decode()) for commit in commits(folder)]


def text(body="七天。", title="退货"):
    return an_article_text(title, body)


def story(author):
    """Write an article, change it, rename it, archive and bring it back, and leave a draft."""
    moments = iter(START + timedelta(minutes=number) for number in range(100))
    with clock.frozen(next(moments)):
        made = a_draft(author, text(), slug="after/a")
    with clock.frozen(next(moments)), transaction():
        actions.publish(author, made.document_id, made.revision_id, "第一版")
    document = session().get_one(Document, made.document_id)
    with clock.frozen(next(moments)):
        edited(author, document, text("八天。"), minor=True)
    with clock.frozen(next(moments)), transaction():
        actions.rename(author, document.id, "after/b")
    with clock.frozen(next(moments)), transaction():
        actions.archive(author, document.id)
    with clock.frozen(next(moments)), transaction():
        actions.unarchive(author, document.id)
    with clock.frozen(next(moments)), transaction():
        actions.save_draft(author, document.id, document.published_id, text("还没发布的一句。"), "等仓库确认")
    return document


def test_each_revision_name_and_end_is_a_commit_by_its_author(author, tmp_path):
    story(author)
    outcome = export_git(tmp_path / "out")
    assert [(each.verb, each.number, each.note) for each in said(tmp_path / "out")] == [
        ("written", 1, ""),
        ("written", 2, "第一版"),
        ("written", 3, ""),
        ("written", 4, ""),
        ("renamed", 0, ""),
        ("removed", 0, ""),
        ("restored", 0, ""),
        ("written", 5, "等仓库确认"),
    ]
    assert outcome.commits == 8
    assert {commit.author for commit in commits(tmp_path / "out")} == {"苏岩 <T700@kefu.invalid>".encode()}


def test_the_files_lie_there_as_they_stand_now(author, tmp_path):
    story(author)
    export_git(tmp_path / "out")
    lying = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.md"))
    assert lying == ["kb_content/after/b.md"]
    assert "还没发布的一句" in (tmp_path / "out/kb_content/after/b.md").read_text("utf-8")


def test_the_same_data_give_the_same_commits_and_a_second_export_goes_on(author, tmp_path):
    document = story(author)
    first = export_git(tmp_path / "one")
    assert export_git(tmp_path / "two").head == first.head
    assert export_git(tmp_path / "one").head == first.head
    with transaction():
        actions.publish(author, document.id, document.draft_id)
    more = export_git(tmp_path / "one")
    assert first.head.encode() in [commit.id for commit in commits(tmp_path / "one")]
    assert more.commits == first.commits + 1


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(author, tmp_path):
    story(author)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("我的")
    with pytest.raises(Conflict, match="不是空的"):
        export_git(tmp_path / "mine")
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_commits_of_others_and_unsaved_changes_in_the_target_are_not_lost(author, tmp_path):
    story(author)
    export_git(tmp_path / "out")
    (tmp_path / "out/kb_content/after/b.md").write_text("我改的")
    with pytest.raises(Conflict, match="没提交的改动"):
        export_git(tmp_path / "out")
    porcelain.add(str(tmp_path / "out"), [str(tmp_path / "out/kb_content/after/b.md")])
    porcelain.commit(str(tmp_path / "out"), message=b"mine", author=b"I <i@x.y>", committer=b"I <i@x.y>")
    with pytest.raises(Conflict, match="别处来的提交"):
        export_git(tmp_path / "out")


def test_with_nothing_there_is_nothing_to_write(world, tmp_path):
    with pytest.raises(NotFound):
        export_git(tmp_path / "out")


# what was exported and taken in elsewhere is the same


@contextlib.contextmanager
def another_academy(folder):
    """An empty academy with a person of the same number."""
    app = an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}")
    with app.app_context():
        person = a_person(Role.TRAINER, name="苏岩")
        with transaction() as current:
            current.get_one(Person, person.id).employee_no = "T700"
        yield app
        db.session.remove()
        db.engine.dispose()


def rows():
    """Return everything that a history says, without the numbers of rows."""
    found = []
    for document in session().query(Document).order_by(Document.title, Document.created_at, Document.id):
        revisions = session().query(Revision).filter_by(document_id=document.id).order_by(Revision.number).all()
        number = {each.id: each.number for each in revisions}
        found.append(
            (
                document.kind,
                document.state,
                document.title,
                number.get(document.published_id),
                number.get(document.draft_id),
                [
                    (
                        each.number,
                        number.get(each.parent_id),
                        number.get(each.merge_parent_id),
                        each.kind,
                        each.minor,
                        each.note,
                        each.at,
                        each.blob_sha,
                        each.compiled_sha is not None,
                    )
                    for each in revisions
                ],
            )
        )
    return found


@pytest.mark.committed
@pytest.mark.parametrize("act", ["whole story", "dropped draft", "kept aside", "pictures", "still a draft"])
def test_taking_in_an_export_gives_the_same_and_exports_to_the_same_commits(tmp_path, act):
    with another_academy(made(tmp_path / "one")):
        author = actor_by_employee_no("T700")
        document = story(author)
        if act == "dropped draft":
            with transaction():
                discard(author, document.id, document.draft_id)
        if act == "kept aside":
            with transaction():
                saved = actions.save_draft(
                    author, document.id, document.published_id, text("同时改了别的，九天。"), "晚了一步"
                )
                assert saved is not None
        if act == "pictures":
            a_drawing(author, document)
        if act == "still a draft":
            a_draft(author, text("只是草稿。", "新规"), slug="after/fresh")
        before, head = rows(), export_git(tmp_path / "out").head
    with another_academy(made(tmp_path / "two")):
        outcome = import_git(console(), tmp_path / "out")
        assert [(note.path, str(note.message)) for note in outcome.notes] == []
        assert rows() == before
        assert export_git(tmp_path / "again").head == head
        again = import_git(console(), tmp_path / "out")
        assert (again.created, again.updated, again.revisions) == ([], [], 0)
    same = [commit.id for commit in commits(tmp_path / "out")] == [commit.id for commit in commits(tmp_path / "again")]
    assert same


def made(folder):
    folder.mkdir()
    return folder


def a_drawing(author, document):
    """Put a drawing beside the article and show it."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><path d="M0 0h4v3z"/></svg>'
    with tempfile.TemporaryDirectory() as folder:
        path = "kb_content/after/files/box.svg"
        (Path(folder) / path).parent.mkdir(parents=True)
        (Path(folder) / path).write_bytes(svg)
        received = tree.receive(Path(folder) / path, SVG)
    with transaction():
        tree.take(path, received, added_by=author.id, at=START)
    edited(author, document, text("看图：\n\n![箱子](files/box.svg)"))
