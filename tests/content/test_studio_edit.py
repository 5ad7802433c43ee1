"""The editor: what it shows, what it mends, what it saves, and that no text is ever lost."""

import json

import pytest

from lms.content import actions, queries
from lms.content.models import Document, Revision
from lms.core.access import Role
from lms.core.db import session, transaction
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import (
    a_document,
    a_draft,
    a_lesson_text,
    a_question,
    a_quiz_text,
    a_trainer,
    an_article_text,
    edited,
)
from tests.support.make_studio import address, opened, sent, text_in

BAD = a_quiz_text(a_question("几天内可以申请退货？", chips="`漏选半分`")).replace("`全部`", "`全部` ·每题2分·")


@pytest.fixture
def me(client):
    person = a_person(Role.TRAINER, name="苏岩")
    sign_in(client, person)
    return as_actor(person)


def draft_of(document_id: int) -> str:
    document = session().get_one(Document, document_id, populate_existing=True)
    return queries.text(document.draft_id or document.published_id or 0)


def count_of_versions(document_id: int) -> int:
    return session().query(Revision).filter_by(document_id=document_id).count()


# showing


@pytest.mark.parametrize("text", [an_article_text(), "\n\n开头有空行\n", "<b>&amp;</b> </textarea>", "没有换行", ""])
def test_the_text_is_shown_as_it_is_written(client, me, text):
    a_draft(me, text, slug="as-is")
    assert opened(client, "article", "as-is")[0] == text


def test_every_problem_stands_with_its_line_and_its_button(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    page = client.get(address("quiz", "bad")).text
    assert "第 7 行" in page
    assert "第 10 行" in page
    assert "2 处必须改" in page
    assert "改好 2 处后发布" in page
    assert page.count(">一键修正</button>") == 2


def test_an_unknown_document_or_kind_is_not_found(client, me):
    assert client.get(address("article", "nowhere")).status_code == 404
    assert client.get(address("nonsense", "nowhere")).status_code == 404


def test_an_old_address_leads_to_the_present_one(client, me):
    document = a_document(me, slug="old")
    with transaction():
        actions.rename(me, document.id, "present")
    for page in ("edit", "history", "publish", "rename"):
        answer = client.get(address("article", "old", page))
        assert (answer.status_code, answer.location) == (301, address("article", "present", page))


def test_an_archived_document_can_be_read_and_not_written(client, me):
    document = a_document(me, slug="gone")
    with transaction():
        actions.archive(me, document.id)
    page = client.get(address("article", "gone")).text
    assert "readonly" in page
    assert ">保存草稿</button>" not in page
    answer = sent(client, "article", "gone", markdown="新的", base_revision=document.published_id)
    assert answer.status_code == 409
    assert text_in(answer.text) == "新的"


# the learner's view

SECRET = "密钥QX"
ALL_KINDS = "\n\n".join(
    [
        a_question("单选题", right="一", wrong=("二",)).replace("[x] 一", f"[x] 一\n    - 解析：{SECRET}"),
        f"### 多选题\n- [x] 甲\n    - 解析：{SECRET}\n- [ ] 乙",
        f"### 判断题。\n- 答案：错\n\n> 解析：{SECRET}",
        f"### 填 ____ 空。\n- 空1：{SECRET} | {SECRET}2",
        f"### 多少元？\n- 答案：64 ± 0.01 元\n\n> 解析：{SECRET}",
        f"### 排好。\n`排序`\n\n1. 第一\n2. 第二\n3. 第三\n\n> 解析：{SECRET}",
        f"### 连好。\n- 左一 => 右一\n- 左二 => 右二\n\n> 解析：{SECRET}",
        f"### 写一句。\n`人工复核`\n\n- 必说（3分）：{SECRET}\n- 禁说（-5分）：{SECRET}3\n\n> 参考：{SECRET}",
    ]
)


def preview(client, kind, slug, text):
    answer = sent(client, kind, slug, "preview", json=True, markdown=text)
    assert answer.status_code == 200
    return answer.json


def test_the_preview_of_each_kind_of_question_holds_no_key(client, me):
    text = a_quiz_text(ALL_KINDS)
    a_draft(me, text, kind="quiz", slug="all")
    found = preview(client, "quiz", "all", text)
    assert found["errors"] == 0
    assert SECRET not in found["preview"]
    assert found["preview"].count("question-head") == 8
    assert "64" not in found["preview"]
    assert found["preview"].index("第三") < found["preview"].index("第一")  # not in the right order


def test_the_preview_of_a_text_with_errors_shows_what_is_left_of_it(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    text = BAD + "\n### 没有选项的题\n\n### 第二道好题\n- 答案：对\n"
    found = preview(client, "quiz", "bad", text)
    assert found["errors"] == 3
    assert "几天内可以申请退货" in found["preview"]
    assert "第二道好题" in found["preview"]


def test_a_wrong_setting_takes_no_right_one_along_in_the_preview(client, me):
    text = a_quiz_text().replace("`全部`", "`全部` `每题2分` `限时60秒`")
    a_draft(me, text, kind="quiz", slug="bad")
    found = preview(client, "quiz", "bad", text)
    assert found["errors"] == 1
    assert "2 分" in found["preview"]


def test_a_preview_keeps_nothing(client, me):
    made = a_draft(me, slug="quiet")
    preview(client, "article", "quiet", "别的")
    assert count_of_versions(made.document_id) == 1


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<svg/onload=1>"]
)
def test_a_preview_runs_nothing(client, me, body):
    a_draft(me, slug="evil")
    found = preview(client, "article", "evil", an_article_text(body, body=f"## {body}\n{body}", 摘要=body, 标签=body))
    for sign in ("<script", "<img", 'href="javascript', "<svg/"):
        assert sign not in found["preview"]


def test_a_lesson_shows_its_self_check_without_the_answer(client, me):
    a_draft(me, a_lesson_text(), kind="lesson", slug="l")
    found = preview(
        client, "lesson", "l", a_lesson_text(body=f"## 一\n正文\n\n## 自测\n\n### 题\n- 答案：对\n\n> 解析：{SECRET}")
    )
    assert "自测，不计分" in found["preview"]
    assert SECRET not in found["preview"]


# mending


def mended(client, text, fix):
    return sent(client, "quiz", "bad", "fix", json=True, markdown=text, fix=fix).json["markdown"]


def test_one_mend_changes_its_line_and_no_other_byte(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    problem = preview(client, "quiz", "bad", BAD)["problems"][0]
    assert mended(client, BAD, problem["id"]) == BAD.replace("·每题2分·", "`每题2分`")


def test_all_are_mended_at_once(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    text = BAD
    after = mended(client, text, "all")
    assert "·" not in after
    assert len(after.split("\n")) == len(text.split("\n"))


def test_a_mend_that_is_no_longer_there_changes_nothing(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    assert mended(client, BAD, "000000000000") == BAD


def test_without_script_a_mend_gives_back_the_page_and_saves_nothing(client, me):
    made = a_draft(me, BAD, kind="quiz", slug="bad")
    problem = preview(client, "quiz", "bad", BAD)["problems"][0]
    answer = sent(client, "quiz", "bad", "fix", markdown=BAD, fix=problem["id"], base_revision=made.revision_id)
    assert text_in(answer.text) == BAD.replace("·每题2分·", "`每题2分`")
    assert "有改动还没保存" in answer.text
    assert draft_of(made.document_id) == BAD


def test_the_form_of_properties_writes_what_was_touched_and_nothing_else(client, me):
    text = a_quiz_text().replace("类型: 测验\n", "类型: 测验\n及格：80%\n标签: 售后\n")
    a_draft(me, text, kind="quiz", slug="bad")
    values = {"front-pass": "80%", "was-front-pass": "80%", "front-owner": "T1001", "was-front-owner": ""}
    answer = sent(client, "quiz", "bad", "properties", json=True, markdown=text, **values)
    assert answer.json["markdown"] == text.replace("标签: 售后\n", "标签: 售后\n负责人: T1001\n")


# saving


def test_a_save_becomes_the_draft_and_readers_see_nothing_of_it(client, me):
    document = a_document(me, an_article_text(body="旧的"), slug="a")
    text, base = opened(client, "article", "a")
    answer = sent(client, "article", "a", markdown=text.replace("旧的", "新的"), base_revision=base)
    assert answer.status_code == 303
    assert draft_of(document.id) == text.replace("旧的", "新的")
    assert "新的" not in client.get("/kb/a").text


def test_an_untouched_text_is_no_new_version(client, me):
    document = a_document(me, slug="a")
    text, base = opened(client, "article", "a")
    sent(client, "article", "a", markdown=text, base_revision=base)
    assert count_of_versions(document.id) == 2
    assert session().get_one(Document, document.id).draft_id is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("json", [True, False])
def test_line_ends_of_the_file_come_through_a_browser(client, me, end, json):
    made = a_draft(me, an_article_text(body="一\n二").replace("\n", end), slug="ends")
    text, base = opened(client, "article", "ends")
    sent(client, "article", "ends", json=json, markdown=text.replace("二", "三"), base_revision=base)
    assert draft_of(made.document_id) == an_article_text(body="一\n三").replace("\n", end)


def test_the_script_gets_the_new_base_and_the_time(client, me):
    made = a_draft(me, slug="a")
    answer = sent(client, "article", "a", json=True, markdown="新", base_revision=made.revision_id)
    assert answer.json["base_revision"] == session().get_one(Document, made.document_id).draft_id
    assert answer.json["saved"].startswith("已保存 ")


def test_save_and_publish_leads_to_the_page_of_publishing(client, me):
    made = a_draft(me, slug="a")
    answer = sent(client, "article", "a", markdown="新", base_revision=made.revision_id, then="publish")
    assert answer.location == address("article", "a", "publish")


def test_nothing_is_saved_without_the_token_of_the_page(client, me):
    made = a_draft(me, slug="a")
    for page in ("edit", "fix", "preview", "properties", "restore", "settle", "publish", "archive", "rename"):
        assert client.post(address("article", "a", page), data={"markdown": "x"}).status_code == 400
    assert count_of_versions(made.document_id) == 1


@pytest.mark.parametrize("junk", ["有\x00空字符", "\x00" * 100])
def test_binary_junk_is_refused_and_the_words_stay_in_the_page(client, me, junk):
    made = a_draft(me, slug="a")
    answer = sent(client, "article", "a", markdown=f"我的字{junk}", base_revision=made.revision_id)
    assert answer.status_code == 422
    assert "空字符" in answer.text
    assert "我的字" in text_in(answer.text)
    assert count_of_versions(made.document_id) == 1


def test_too_much_text_is_refused_and_stays_in_the_page(client, me):
    made = a_draft(me, slug="a")
    text = "字" * 700_000
    answer = sent(client, "article", "a", markdown=text, base_revision=made.revision_id)
    assert answer.status_code == 413
    assert "最多 2.0 MB" in answer.text
    assert text_in(answer.text) == text


def test_ten_megabytes_are_refused_at_the_door_with_what_to_do(client, me):
    made = a_draft(me, slug="a")
    answer = sent(client, "article", "a", markdown="x" * 10_000_000, base_revision=made.revision_id)
    assert answer.status_code == 413
    assert "按浏览器的“返回”" in answer.text
    assert count_of_versions(made.document_id) == 1


# two people


@pytest.fixture
def both(me):
    """A document that two people have open: its text and the version that they have opened."""
    document = a_document(me, an_article_text(body="一\n\n二\n\n三"), slug="both")
    return document, queries.text(document.published_id), document.published_id


def by_another(document, text):
    other = a_trainer()
    with transaction():
        return actions.save_draft(other, document.id, document.published_id, text).revision_id


def texts_of(document):
    return {queries.text(version.id) for version in queries.history(document.id)}


def test_the_second_save_is_put_together_with_the_first_and_says_so(client, me, both):
    document, text, base = both
    by_another(document, text.replace("一", "壹"))
    answer = sent(client, "article", "both", markdown=text.replace("三", "叁"), base_revision=base)
    assert answer.location == address("article", "both")
    assert "的修改合并" in client.get(answer.location).text
    assert draft_of(document.id) == text.replace("一", "壹").replace("三", "叁")
    assert text.replace("三", "叁") in texts_of(document)


def test_the_script_gets_both_changes_and_from_where_to_go_on(client, me, both):
    document, text, base = both
    by_another(document, text.replace("一", "壹"))
    mine = text.replace("三", "叁")
    found = sent(client, "article", "both", json=True, markdown=mine, base_revision=base).json
    assert found["markdown"] == draft_of(document.id)
    assert "的修改合并" in found["joined"]
    more = mine.replace("二", "贰")  # typed on while the save was under way
    again = sent(client, "article", "both", json=True, markdown=more, base_revision=found["behind"]).json
    assert again["markdown"] == draft_of(document.id) == more.replace("一", "壹")


def test_what_both_changed_is_asked_for_with_what_stood_there_before(client, me, both):
    document, text, base = both
    theirs = text.replace("一", "壹").replace("三", "三的")
    by_another(document, theirs)
    mine = text.replace("一", "甲")
    answer = sent(client, "article", "both", markdown=mine, base_revision=base)
    assert answer.status_code == 303
    assert draft_of(document.id) == theirs
    page = client.get(answer.location).text
    assert "有人先保存了" in page
    assert page.count("第 1 处，共 1 处") == 1
    assert all(f"<ins>{word}</ins>" in page for word in "甲壹")
    assert {mine, theirs} <= texts_of(document)


def settled(client, document, text, base, take, **choices):
    answer = sent(client, "article", "both", markdown=text, base_revision=base)
    mine = int(answer.location.rpartition("=")[2])
    head = session().get_one(Document, document.id, populate_existing=True).draft_id
    return sent(client, "article", "both", "settle", take=take, mine=mine, base_revision=head, **choices)


@pytest.mark.parametrize(
    ("take", "choices", "expected"),
    [
        ("mine", {}, "甲\n\n二\n\n三"),
        ("both", {"choice-0": "mine"}, "甲\n\n二\n\n叁"),
        ("both", {"choice-0": "theirs"}, "壹\n\n二\n\n叁"),
        ("both", {"choice-0": "both"}, "甲\n\n壹\n\n二\n\n叁"),
        ("both", {"choice-0": "own", "own-0": "乙\r\n丙"}, "乙\n丙\n\n二\n\n叁"),
    ],
)
def test_the_person_chooses_and_the_other_text_stays_in_the_history(client, me, both, take, choices, expected):
    document, text, base = both
    by_another(document, text.replace("一", "壹").replace("三", "叁"))
    assert settled(client, document, text.replace("一", "甲"), base, take, **choices).status_code == 303
    assert draft_of(document.id) == an_article_text(body=expected)
    assert {text.replace("一", "甲"), text.replace("一", "壹").replace("三", "叁")} <= texts_of(document)


def test_without_a_choice_for_every_place_nothing_is_saved(client, me, both):
    document, text, base = both
    by_another(document, text.replace("一", "壹"))
    answer = settled(client, document, text.replace("一", "甲"), base, "both")
    assert answer.status_code == 422
    assert "还有没选的" in answer.text
    assert draft_of(document.id) == text.replace("一", "壹")


def test_who_saved_while_the_person_chose_is_put_together_with_too(client, me, both):
    document, text, base = both
    head = by_another(document, text.replace("一", "壹"))
    answer = sent(client, "article", "both", markdown=text.replace("一", "甲"), base_revision=base)
    mine = int(answer.location.rpartition("=")[2])
    other = a_trainer()
    with transaction():
        actions.save_draft(other, document.id, head, text.replace("一", "壹").replace("三", "叁"))
    values = {"take": "both", "mine": mine, "base_revision": head, "choice-0": "mine"}
    assert sent(client, "article", "both", "settle", **values).status_code == 303
    assert draft_of(document.id) == an_article_text(body="甲\n\n二\n\n叁")


def test_the_script_is_told_where_to_compare(client, me):
    document = a_document(me, slug="both")
    text, base = opened(client, "article", "both")
    edited(a_trainer(), document, text + "他的\n")
    answer = sent(client, "article", "both", json=True, markdown=text + "我的\n", base_revision=base)
    assert answer.status_code == 409
    assert "没有丢" in answer.json["error"]
    assert client.get(answer.json["settle"]).status_code == 200


def test_a_version_of_another_document_is_nobody_s_side(client, me):
    a_document(me, slug="both")
    other = a_document(me, slug="other")
    assert client.get(f"/studio/article/both/settle?mine={other.published_id}").status_code == 404
    assert client.get(f"/studio/article/both/edit?from={other.published_id}").status_code == 404


def test_a_conflict_can_be_gone_on_with_from_one_s_own_text(client, me):
    document = a_document(me, an_article_text(body="旧"), slug="both")
    old = document.published_id
    edited(me, document, an_article_text(body="新"))
    page = client.get(f"/studio/article/both/edit?from={old}").text
    assert text_in(page) == an_article_text(body="旧")
    assert "有改动还没保存" in page


def test_the_page_says_what_the_numbers_of_the_script_are(client, me):
    a_draft(me, BAD, kind="quiz", slug="bad")
    found = preview(client, "quiz", "bad", BAD)
    assert (found["must"], found["publish"]) == ("2 处必须改", "改好 2 处后发布")
    assert json.dumps(found)
