"""What agents are given to say is held against the 禁用语 lists: while it is written, before it is published, every day."""

from datetime import timedelta

import pytest

from lms.content import actions, jobs
from lms.content.actions.examine import examine
from lms.content.actions.inspect import left_to_inspect
from lms.content.check import check
from lms.content.grammar.findings import Severity, apply_fixes
from lms.content.grammar.keywords import Word
from lms.content.kinds import kind_of
from lms.content.queries.quality import Concern, Wanted, worries
from lms.content.queries.wordlists import banned
from lms.content.wordlists.said import lint_said
from lms.content.wordlists.spec import WordEntry, parse
from lms.core import clock
from lms.core.db import transaction
from lms.core.here import today
from lms.kb.spec import parse as parse_article
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text, edited

LIST = (
    WordEntry(words=("保证今天到",), instead="预计…送达", basis="company-rule", ground="服务规范"),
    WordEntry(words=("全网最低价",), instead="当前活动价", basis="law", ground="《广告法》第九条"),
    WordEntry(words=("秒退",), instead="退出后按付款渠道到账，一般 1 到 3 个工作日"),
)
WORDS = "---\n类型: 词表\n词表: 禁用语\n---\n# 禁用语\n\n- 保证今天到 => 预计…送达\n    - 依据：公司规定 服务规范\n"
PROMISE = "## 说法\n> 话术：您好，保证今天到。"


def told(source: str) -> list[tuple[int, str]]:
    return [(finding.line, str(finding.message)) for finding in lint_said(source, LIST)]


def mended(source: str) -> str:
    return apply_fixes(source, [finding.fix for finding in lint_said(source, LIST) if finding.fix])


def test_a_promise_in_a_script_is_told_by_its_line_with_its_ground_and_another_way():
    assert told("> 话术：您好\n> 保证今天到。") == [
        (2, "第 2 行：“保证今天到”是禁用语（公司规定 服务规范），可以说：预计…送达。")
    ]


@pytest.mark.parametrize("label", ["话术", "script", "参考", "model"])
def test_scripts_and_model_answers_are_held_against_the_list(label: str):
    assert len(told(f"### 题\n\n> {label}：保证今天到")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "保证今天到", "> 内部：不说保证今天到", "> 保证今天到", "> 解析：保证今天到是承诺", "> 话术：不能保证今天到", "> 话术：您说的“保证今天到”我查一下",
        "> 话术：您好\n>\n> 内部：保证今天到",
    ],
)  # fmt: skip
def test_nothing_else_is_said_to_a_customer(text: str):
    assert told(text) == []


def test_a_phrase_over_two_lines_is_told_at_the_first():
    assert [line for line, _ in told("> 话术：您好，保证\n> 今天到")] == [1]


def test_a_warning_never_stops_a_publication():
    assert {finding.severity for finding in lint_said("> 话术：保证今天到", LIST)} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("> 话术：这是全网最低价了", "> 话术：这是当前活动价了"),
        ("- 一\n\n    > 话术：**全 网 最低价**，放心", "- 一\n\n    > 话术：**当前活动价**，放心"),
        ("> 话术：您放心，秒退。", "> 话术：您放心，退出后按付款渠道到账，一般 1 到 3 个工作日。"),
    ],
)
def test_what_reads_as_a_sentence_is_put_in_by_one_click(before: str, after: str):
    assert mended(before) == after


@pytest.mark.parametrize("text", ["> 话术：保证今天到", "> 话术：我们秒退给您", "> 话术：全网\n> 最低价"])
def test_what_somebody_has_to_word_anew_is_only_told(text: str):
    assert told(text)
    assert mended(text) == text


def test_the_files_of_a_repository_are_held_against_its_own_lists():
    files = {"kb_content/words/b.md": WORDS, "kb_content/a.md": an_article_text(body=PROMISE)}
    parsers = {Word.WORDS: parse, Word.ARTICLE: parse_article}
    corpus = check({path: text.encode() for path, text in files.items()}, parsers)
    assert [(path, finding.code) for path, finding in corpus.findings] == [("kb_content/a.md", "C190")]


def test_what_is_published_is_held_against_the_published_lists(world):
    me = a_trainer()
    a_document(me, WORDS, kind="words", slug="words/banned")
    draft = a_draft(me, an_article_text(body=PROMISE))
    assert "C190" in {finding.code for finding in actions.preview(draft.document_id).findings}
    with transaction():
        actions.publish(me, draft.document_id, draft.revision_id)


def test_a_draft_of_a_list_forbids_nothing(world):
    a_draft(a_trainer(), WORDS, kind="words", slug="words/banned")
    assert banned() == ()


def test_a_new_list_lets_every_document_be_looked_at_again(world):
    me = a_trainer()
    a_document(me, an_article_text(body=PROMISE), slug="promise")
    words = a_document(me, WORDS.replace("保证今天到", "别的话"), kind="words", slug="words/banned")
    jobs.inspect_documents()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        edited(me, words, WORDS)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert left_to_inspect() == 2
        jobs.inspect_documents()
    found = worries(Wanted(), today(), clock.now())
    assert [one.card.slug for one in found if one.concern is Concern.MAY and one.code == "C190"] == ["promise"]


def test_who_writes_sees_it_under_the_line(world):
    a_document(a_trainer(), WORDS, kind="words", slug="words/banned")
    found = examine(kind_of("article"), "kb_content/x.md", an_article_text(body=PROMISE)).findings
    assert [(finding.code, finding.line) for finding in found] == [("C190", 7)]
