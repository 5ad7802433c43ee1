"""Which word lists judge the replies of a run, and that a run keeps those of its start."""

import pytest

from lms.drills.queries.frozen import Frozen
from lms.drills.queries.words import current_word_revisions, words_of
from lms.drills.rules.judge import NO_WORDS
from lms.drills.spec import DrillSpec
from tests.support.make_content import a_document, a_trainer, edited

pytestmark = pytest.mark.usefixtures("world")
PLAIN = DrillSpec(title="演练")


def a_list(kind: str, *lines: str) -> str:
    return f"---\n类型: 词表\n词表: {kind}\n---\n# {kind}\n\n" + "\n".join(f"- {line}" for line in lines) + "\n"


def frozen_now(drill: DrillSpec = PLAIN) -> Frozen:
    return Frozen(lanes=(), word_revisions=current_word_revisions(drill))


def test_a_run_is_judged_by_the_published_lists_of_banned_words_and_synonyms() -> None:
    actor = a_trainer()
    a_document(actor, a_list("禁用语", "加我微信 => 请在订单聊天里联系我"), kind="words")
    a_document(actor, a_list("同义词", "退款 | 退钱"), kind="words")
    a_document(actor, a_list("词典", "破壁机"), kind="words")
    words = words_of(frozen_now())
    assert [entry.words for entry in words.banned] == [("加我微信",)]
    assert words.synonyms == (("退款", "退钱"),)


def test_a_list_that_is_changed_later_changes_no_run_that_has_begun() -> None:
    actor = a_trainer()
    document = a_document(actor, a_list("禁用语", "加我微信"), kind="words")
    before = frozen_now()
    edited(actor, document, a_list("禁用语", "加我微信", "包赔"))
    assert len(words_of(before).banned) == 1
    assert len(words_of(frozen_now()).banned) == 2


def test_the_list_that_a_drill_names_is_counted_once() -> None:
    document = a_document(a_trainer(), a_list("禁用语", "包赔"), kind="words", slug="words/ours")
    drill = DrillSpec(title="演练", word_lists=("kb_content/words/ours.md", "kb_content/words/lost.md"))
    assert current_word_revisions(drill) == (document.published_id,)


def test_without_lists_there_are_no_words() -> None:
    assert words_of(frozen_now()) == NO_WORDS
