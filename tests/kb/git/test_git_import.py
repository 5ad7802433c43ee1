"""A repository of Markdown comes in with its whole history; what can't come in is told, file by file."""

from datetime import timedelta

import pytest

from lms.accounts.models import Person
from lms.accounts.queries import console
from lms.content import queries as content
from lms.content.actions import archive, rename
from lms.content.actions.documents import path_now
from lms.content.models import Document, Revision, Slug
from lms.content.queries import studio
from lms.core import outbox
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from lms.kb.git import jobs, taking
from lms.kb.git.jobs import import_git
from lms.kb.queries.entries import TOPIC
from tests.support.make import a_person, an_actor
from tests.support.make_content import edited
from tests.support.make_git import LINK, START, SUBMODULE, Repository


@pytest.fixture
def repository(world, tmp_path):
    return Repository(tmp_path / "wiki.git")


def text(title="退货", body="七天内。"):
    return f"---\n类型: 知识\n---\n# {title}\n\n{body}\n"


def taken(repository, **options):
    return import_git(console(), repository.folder, **options)


def document(slug):
    session().expire_all()
    return session().query(Document).join(Slug, Slug.document_id == Document.id).filter(Slug.slug == slug).one()


def versions(slug):
    return [content.text(each.id) for each in reversed(content.history(document(slug).id))]


def messages(outcome):
    return {note.path: str(note.message) for note in outcome.notes}


def test_every_commit_of_a_file_is_a_revision_with_its_day_and_note(repository):
    repository.commit("新写", a=text("退货"))
    repository.commit("改期限", a=text("退货", "十五天内。"))
    repository.commit("别的", b=text("换货"))
    outcome = taken(repository)
    assert (sorted(outcome.created), outcome.revisions) == (["kb_content/a.md", "kb_content/b.md"], 3)
    newest, oldest = content.history(document("a").id)
    assert (oldest.note, newest.note) == ("新写（周敏）", "改期限（周敏）")
    assert (oldest.at, newest.at) == (START, START + timedelta(hours=1))
    assert versions("a") == [text("退货"), text("退货", "十五天内。")]


@pytest.mark.parametrize("author", ["谁 <ZM@example.com>", "谁 <t900@elsewhere.org>", "周敏 <x@y.z>"])
def test_an_author_is_known_by_address_number_or_name(repository, author):
    person = a_person(Role.TRAINER, name="周敏")
    with transaction() as current:
        found = current.get_one(Person, person.id)
        found.email, found.employee_no = "zm@example.com", "T900"
    repository.commit("新写", author, a=text())
    taken(repository)
    [version] = content.history(document("a").id)
    assert (version.author, version.note) == ("周敏", "新写")


def test_without_publish_it_is_a_draft_and_with_it_people_read_it(repository):
    repository.commit(a=text("退货"))
    taken(repository)
    assert (document("a").state, document("a").title) == ("draft", "退货")
    other = Repository(repository.folder.parent / "other.git")
    other.commit(b=text("换货"))
    assert taken(other, publish=True).published == 1
    assert document("b").state == "published"


def test_what_has_something_to_mend_stays_a_draft_and_says_so(repository):
    repository.commit(a=text("退货", "见[没有](nowhere.md)。"), b="# 没有属性\n")
    outcome = taken(repository, publish=True)
    assert outcome.published == 0
    assert "必须改" in messages(outcome)["kb_content/a.md"]
    assert document("b").state == "draft"


def test_the_review_of_an_old_text_is_counted_from_its_own_day(repository):
    repository.commit(a=text())
    taken(repository, publish=True)
    assert document("a").verified_until == (START + timedelta(days=180)).date()


def test_a_renamed_file_is_one_article_and_the_old_address_leads_to_it(repository):
    repository.commit("新写", **{"老__a": text()})
    repository.put({"老/a.md": None, "新/b.md": text()}, "搬家")
    repository.put({"新/b.md": text("退货", "八天内。")}, "改")
    outcome = taken(repository)
    assert outcome.created == ["kb_content/新/b.md"]
    assert document("老/a").id == document("新/b").id
    assert len(versions("新/b")) == 2


def test_fifty_renames_are_still_one_article(repository):
    repository.put({"n0.md": text()})
    for number in range(50):
        repository.put({f"n{number}.md": None, f"n{number + 1}.md": text()}, f"第 {number} 次")
    taken(repository)
    assert versions("n50") == [text()]
    assert document("n0").id == document("n50").id


def test_a_file_that_was_deleted_is_archived_and_one_that_came_back_is_not(repository):
    repository.commit(a=text("甲"), b=text("乙"))
    repository.put({"a.md": None, "b.md": None})
    repository.put({"b.md": text("乙", "回来了。")})
    taken(repository)
    assert (document("a").state, document("b").state) == ("archived", "draft")
    assert versions("b") == [text("乙"), text("乙", "回来了。")]


def test_both_sides_of_a_merge_are_revisions_and_the_last_one_is_what_lies_at_the_head(repository):
    base = repository.commit("根", a=text("退货", "一。\n\n二。\n\n三。"))
    left = repository.commit("左", a=text("退货", "一改。\n\n二。\n\n三。"))
    right = repository.commit("右", a=text("退货", "一。\n\n二。\n\n三改。"), parents=[base])
    whole = text("退货", "一改。\n\n二。\n\n三改。")
    repository.commit("合", a=whole, parents=[left, right])
    taken(repository)
    assert versions("a")[-1] == whole
    assert {note.note for note in content.history(document("a").id)} == {f"{each}（周敏）" for each in "根左右合"}


def test_a_merge_that_takes_one_side_ends_with_that_side(repository):
    base = repository.commit("根", a=text("甲"))
    left = repository.commit("左", a=text("左边"))
    right = repository.commit("右", a=text("右边"), parents=[base])
    repository.commit("要左边", a=text("左边"), parents=[left, right])
    taken(repository)
    assert versions("a")[-1] == text("左边")


def test_a_merge_that_took_one_side_is_one_version_however_often_it_is_read(repository):
    base = repository.commit("根", a=text("甲"))
    left = repository.commit("左", a=text("左边"))
    right = repository.commit("右", a=text("右边"), parents=[base])
    repository.commit("要左边", a=text("左边"), parents=[left, right])
    repository.commit("别的", b=text("乙"))
    taken(repository)
    repository.commit("又是别的", c=text("丙"))
    assert taken(repository).revisions == 1
    repository.commit("改", a=text("左边", "又改了。"))
    assert messages(taken(repository)) == {}
    assert document("a").draft_id == content.history(document("a").id)[0].id
    assert versions("a")[-2:] == [text("左边"), text("左边", "又改了。")]


def test_a_rename_on_one_side_and_an_edit_on_the_other_is_one_article(repository):
    long = "\n\n".join(f"第 {number} 句话，写得长一些。" for number in range(20))
    base = repository.put({"a.md": text("甲", long)})
    left = repository.put({"a.md": None, "b.md": text("甲", long)})
    repository.files = {b"a.md": (text("甲", long + "\n\n补一句。").encode(), 0o100644)}
    right = repository.put({}, "补", parents=[base])
    merged = {"a.md": None, "b.md": text("甲", long + "\n\n补一句。")}
    repository.put(merged, "合", parents=[left, right])
    taken(repository)
    assert versions("b")[-1].endswith("补一句。\n")
    assert document("a").id == document("b").id


def test_a_second_run_changes_nothing_and_a_new_commit_adds_one_revision(repository):
    repository.commit(a=text("甲"))
    taken(repository)
    again = taken(repository)
    assert (again.created, again.updated, again.unchanged, again.revisions) == ([], [], 1, 0)
    repository.commit(a=text("甲", "新的一句。"))
    more = taken(repository)
    assert (more.updated, more.revisions) == (["kb_content/a.md"], 1)
    assert len(versions("a")) == 2


LONG = "第一段说时效，写得长一点。\n\n第二段说运费，也写得长一点。\n\n第三段说凭证。"


def test_what_was_changed_here_is_merged_with_what_is_new_there(repository):
    repository.commit(a=text("甲", LONG))
    taken(repository, publish=True)
    trainer = an_actor(Role.TRAINER)
    edited(trainer, document("a"), text("甲", LONG.replace("第三段说凭证。", "第三段说凭证和照片。")))
    repository.commit(a=text("甲", LONG.replace("第一段说时效", "第一段说期限")))
    outcome = taken(repository)
    assert "合并" in messages(outcome)["kb_content/a.md"]
    draft = content.text(document("a").draft_id)
    assert "第一段说期限" in draft
    assert "凭证和照片" in draft


def test_what_both_changed_is_left_to_a_person_and_nothing_is_lost(repository):
    repository.commit(a=text("甲", "七天。"))
    taken(repository, publish=True)
    edited(an_actor(Role.TRAINER), document("a"), text("甲", "这里改成十天。"))
    repository.commit(a=text("甲", "那里改成九天。"))
    outcome = taken(repository)
    assert "同一处" in messages(outcome)["kb_content/a.md"]
    assert document("a").draft_id is None
    assert versions("a")[-1] == text("甲", "那里改成九天。")


def test_what_was_deleted_there_and_changed_here_stays_and_says_so(repository):
    repository.commit(a=text("甲"), b=text("乙"))
    taken(repository, publish=True)
    edited(an_actor(Role.TRAINER), document("a"), text("甲", "这里改成十天。"))
    repository.put({"a.md": None})
    assert "没有归档" in messages(taken(repository))["kb_content/a.md"]
    assert (document("a").state, document("a").archived_at) == ("published", None)


def test_what_was_archived_here_is_not_made_public_by_a_new_commit(repository):
    repository.commit(a=text("甲"))
    taken(repository, publish=True)
    trainer = an_actor(Role.TRAINER)
    with transaction():
        archive(trainer, document("a").id)
    repository.commit(a=text("甲", "新的一句。"))
    outcome = taken(repository, publish=True)
    assert (outcome.published, document("a").state) == (0, "archived")
    assert "已归档" in messages(outcome)["kb_content/a.md"]


def test_a_name_given_here_stays_until_the_file_is_renamed_there(repository):
    repository.commit(a=text("甲"))
    taken(repository)
    trainer = an_actor(Role.TRAINER)
    with transaction():
        rename(trainer, document("a").id, "kept")
    repository.commit(a=text("甲", "新的一句。"))
    taken(repository)
    assert path_now(document("kept")) == "kb_content/kept.md"
    repository.put({"a.md": None, "b.md": text("甲", "新的一句。")})
    taken(repository)
    assert path_now(document("kept")) == "kb_content/b.md"


def test_what_only_comes_back_or_is_only_renamed_is_put_into_the_index_again(repository):
    repository.commit(a=text("甲"), b=text("乙"))
    taken(repository, publish=True)
    repository.put({"a.md": None})
    taken(repository)
    repository.put({"a.md": text("甲"), "b.md": None, "c.md": text("乙")})
    with transaction():
        outbox.finish(outbox.lease(TOPIC, 10, 60))
    assert (taken(repository).revisions, document("a").state) == (0, "published")
    assert outbox.waiting(TOPIC).open == 2


def test_a_version_that_was_meant_for_some_stays_theirs(repository):
    repository.commit(a=text().replace("类型: 知识", "类型: 知识\n可见: [组长]"))
    repository.commit(a=text())
    taken(repository, publish=True)
    rows = session().query(Revision).filter_by(document_id=document("a").id).order_by(Revision.number)
    assert [each.audience for each in rows] == [["组长"], []]


def test_a_page_whose_address_somebody_else_has_is_left_out(repository):
    repository.commit(a=text("甲"))
    taken(repository)
    other = Repository(repository.folder.parent / "other.git")
    other.commit("别处", a=text("别的文章"))
    assert "已是《甲》的" in messages(taken(other))["kb_content/a.md"]
    assert versions("a") == [text("甲")]


def test_pictures_come_with_the_pages_that_show_them(repository):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><path d="M0 0h4v3z"/></svg>'
    repository.put({"a.md": text("甲", "![图](files/x.svg)"), "files/x.svg": svg})
    outcome = taken(repository, publish=True)
    assert (outcome.pictures, outcome.published) == (1, 1)


def test_only_the_folder_that_is_asked_for_comes_in_and_a_readme_never(repository):
    repository.put({"docs/a.md": text("甲"), "src/b.md": text("乙"), "docs/README.md": "# 说明"})
    assert taken(repository, folder="docs").created == ["kb_content/a.md"]


def test_a_dry_run_tells_and_changes_nothing(repository):
    repository.commit(a=text("甲"))
    outcome = taken(repository, dry_run=True)
    assert (outcome.created, outcome.revisions) == (["kb_content/a.md"], 1)
    assert session().query(Document).count() == 0
    taken(repository)
    repository.commit(b=text("乙"))
    repository.commit(c=text("丙"))
    taken(repository)
    repository.commit(b=text("乙", "新的一句。"))
    again = taken(repository, dry_run=True)
    assert (again.created, again.updated, again.unchanged, again.revisions) == ([], ["kb_content/b.md"], 2, 1)


ODD = {
    "symlink": ("a.md", b"/etc/passwd", LINK, "符号链接"),
    "submodule": ("a.md", b"1" * 40, SUBMODULE, "子模块"),
    "binary": ("a.md", b"\x89PNG\x00\x01", 0o100644, "不是文本文件"),
    "no text at all": ("a.md", b"\xff\xfe\xff\x81", 0o100644, "另存为 UTF-8"),
    "way out": ("../a.md", b"# x", 0o100644, "路径不对"),
    "reserved word": ("history.md", b"# x", 0o100644, "不能用作地址"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_can_be_no_article_is_told_and_the_others_come_in(repository, name):
    path, data, mode, why = ODD[name]
    repository.put({path: data, "good.md": text("好")}, modes={path: mode})
    outcome = taken(repository)
    assert outcome.created == ["kb_content/good.md"]
    assert any(why in str(note.message) for note in outcome.notes if note.refused), messages(outcome)


def test_a_page_with_one_version_that_cannot_be_read_is_left_out_whole(repository):
    repository.commit(a=b"\x00\x01")
    repository.commit(a=text("后来好了"))
    outcome = taken(repository)
    assert (outcome.created, outcome.is_clean) == ([], False)
    assert session().query(Document).count() == 0


def test_chinese_in_gb18030_is_read(repository):
    repository.put({"退货.md".encode("gb18030"): text("退货").encode("gb18030")})
    taken(repository)
    assert versions("退货") == [text("退货")]


def test_quotes_spaces_and_the_like_in_a_name_are_mended_and_told(repository):
    repository.put({'他说 "好" .md': text("甲"), "空 格/a b.md": text("乙")})
    outcome = taken(repository)
    assert outcome.is_clean
    assert len(outcome.created) == 2
    assert len(outcome.notes) == 2
    assert not any(" " in path or '"' in path for path in outcome.created)


def test_an_empty_file_is_an_empty_draft(repository):
    repository.commit(a=b"")
    taken(repository, publish=True)
    assert (document("a").state, versions("a")) == ("draft", [""])


def test_a_message_in_another_encoding_or_without_words_does_no_harm(repository):
    repository.commit("改".encode("gb18030"), b"\xff\xfe <x>", a=text("甲"))
    repository.commit("", "", a=text("乙"))
    assert taken(repository).revisions == 2


def test_a_commit_of_the_year_ten_thousand_does_no_harm(repository):
    repository.commit(a=text("甲"))
    from_far = START + timedelta(days=365 * 200)
    repository.commit(a=text("乙"), at=from_far)
    assert taken(repository).revisions == 2


def test_what_is_no_repository_or_has_no_commit_is_refused(world, tmp_path):
    with pytest.raises(NotFound, match="不是 Git 仓库"):
        import_git(console(), tmp_path)
    empty = Repository(tmp_path / "empty.git")
    with pytest.raises(NotFound, match="还没有提交"):
        import_git(console(), empty.folder)


def test_a_run_that_is_interrupted_leaves_whole_pages_and_the_next_one_does_the_rest(repository, monkeypatch):
    for name in "abc":
        repository.put({f"{name}.md": text(name)})
        repository.put({f"{name}.md": text(name, "改过。")})
    done = []

    def interrupted(actor, page, people):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(page.path)
        return taking.take(actor, page, people)

    monkeypatch.setattr(jobs, "take", interrupted)
    with pytest.raises(KeyboardInterrupt):
        taken(repository)
    monkeypatch.undo()
    assert [len(content.history(each.id)) for each in session().query(Document)] == [2]
    assert len(taken(repository).created) == 2
    assert [len(versions(name)) for name in "abc"] == [2, 2, 2]


def test_three_hundred_versions_of_one_page_come_in_at_once(repository):
    for number in range(300):
        repository.put({"a.md": text("甲", f"第 {number} 版。")}, at=START + timedelta(minutes=number))
    taken(repository)
    assert len(studio.history(document("a").id, limit=400)) == 300
