"""Word lists: trainers say which words mean the same, which are terms, which must not be said; nothing is lost by it."""

import difflib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.form import Applied
from lms.content.grammar.document import About
from lms.content.grammar.findings import Severity
from lms.content.grammar.keywords import Language
from lms.content.wordlists.form import FORM, Row, WordTable
from lms.content.wordlists.learner import learner_pieces
from lms.content.wordlists.lint import lint, lint_lists
from lms.content.wordlists.spec import ListKind, WordEntry, WordListSpec, WordSection, parse, write
from lms.content.wordlists.vocabulary import vocabulary_of
from lms.core.errors import Invalid
from tests.support.ending import ENDS
from tests.support.make_forms import fields_of, sent

SYNONYMS = """---
类型: 词表
词表: 同义词
---
# 同义词

## 退款
- 退款 | 退钱
<!-- 客人常写成“返款” -->
-  返款 ｜ 把钱退给我

说明在后面。

## 物流
- 没到、物流停滞
"""
BANNED = """---
类型: 词表
词表: 禁用语
---
# 禁用语

- 保证今天到 | 一定到 => 预计…送达
    - 依据：公司规定
- 全网最低 → 当前活动价
"""


def read(source: str) -> WordListSpec:
    parsed = parse(source, "kb_content/words/a.md")
    assert parsed.spec is not None, [str(finding.message) for finding in parsed.findings]
    return parsed.spec


def a_list(lines: str, kind: str = "同义词") -> str:
    return f"---\n类型: 词表\n词表: {kind}\n---\n# 表\n\n{lines}\n"


def problems(source: str) -> list[str]:
    parsed = parse(source, "kb_content/words/a.md")
    return [each.code for each in (*parsed.findings, *(lint(parsed.spec) if parsed.spec else ()))]


def act(source: str, do: str, values: dict[str, list[str]] | None = None) -> Applied:
    return FORM.apply(source, "kb_content/words/a.md", do, fields_of(values or {}))


def opened(source: str, title: str) -> Applied:
    ref = next(part.ref for part in FORM.view(source, "", dict).parts if part.title == title)
    return act(source, f"open:{ref}")


def changed(before: str, after: str) -> list[str]:
    return [each for each in difflib.ndiff(before.splitlines(), after.splitlines()) if each[0] in "+-"]


# reading


def test_a_group_of_words_is_a_line_parted_by_bars_or_commas():
    found = [entry.words for entry in read(SYNONYMS).entries]
    assert found == [("退款", "退钱"), ("返款", "把钱退给我"), ("没到", "物流停滞")]


def test_a_banned_phrase_says_what_is_said_instead_and_why():
    first, second = read(BANNED).entries
    assert (first.words, first.instead, first.basis) == (("保证今天到", "一定到"), "预计…送达", "company-rule")
    assert (second.words, second.instead, second.basis) == (("全网最低",), "当前活动价", "")


@pytest.mark.parametrize(
    ("written", "ground"),
    [
        ("法律 《广告法》第九条", "《广告法》第九条"),
        ("法律《广告法》", "《广告法》"),
        ("法律，《广告法》 第九条", "《广告法》 第九条"),
        ("law Advertising Law", "Advertising Law"),
        ("法律", ""),
    ],
)
def test_behind_the_kind_of_a_basis_stands_the_name_of_the_rule(written: str, ground: str):
    (entry,) = read(a_list(f"- 最佳\n    - 依据：{written}", "禁用语")).entries
    assert (entry.basis, entry.ground) == ("law", ground)


@pytest.mark.parametrize(
    ("lines", "kind", "code"),
    [
        ("1. 退款 | 退钱", "同义词", "C182"),
        ("- [ ] 退款 | 退钱", "同义词", "C182"),
        ("- | => 说法", "禁用语", "C183"),
        ("- 退款 => 退钱", "同义词", "C184"),
        ("- 退款 | 退钱\n    - 依据：法律", "同义词", "C185"),
        ("- 一定到\n    - 依据：天意", "禁用语", "C185"),
        ("- 退款 | 退款 | 退钱", "同义词", "C186"),
        ("- 退款 | 退钱\n- 返款 | 退钱", "同义词", "C187"),
        ("- 退款", "同义词", "C188"),
        ("- 退", "词典", "C188"),
        ("说明", "词典", "C189"),
    ],
)
def test_what_helps_nobody_is_told_by_its_line(lines: str, kind: str, code: str):
    assert problems(a_list(lines, kind)) == [code]


def test_a_list_that_does_not_say_which_sort_it_is_is_refused():
    assert "C108" in problems("---\n类型: 词表\n---\n# 表\n\n- 退款 | 退钱\n")


def test_a_word_in_two_lists_of_one_sort_is_told_at_the_second():
    paths = {name: parse(a_list("- 退款 | 退钱"), name) for name in ("a.md", "b.md")}
    paths["c.md"] = parse(a_list("- 退款", "词典"), "c.md")
    assert [path for path, _ in lint_lists(paths, lambda path: None)] == ["b.md", "b.md"]


@pytest.mark.parametrize("name", ["synonyms", "dictionary", "promises"])
def test_the_lists_that_are_shipped_are_clean_and_large(name: str):
    spec = read(Path(f"kb_content/words/{name}.md").read_text("utf-8"))
    assert lint(spec) == ()
    assert len(list(spec.entries)) >= {"synonyms": 80, "dictionary": 60, "promises": 10}[name]


def test_the_preview_says_that_learners_never_see_it():
    pieces = learner_pieces(read(BANNED))
    assert "看不到" in str(pieces[0].texts[2])
    assert "<strong>保证今天到</strong> · 一定到 → 预计…送达" in pieces[1].html


def test_a_word_is_shown_as_text_and_never_as_a_tag():
    spec = WordListSpec(
        title="t",
        about=About(),
        list=ListKind.DICTIONARY,
        intro=WordSection(title="t", anchor="t", level=1, entries=(WordEntry(words=("<b>x",)),)),
    )
    assert "<b>" not in learner_pieces(spec)[1].html


# what the lists say to the search


def test_a_word_of_two_groups_has_the_others_of_both():
    lists = [read(a_list("- 退款 | 退钱")), read(a_list("- 退钱 | 返款")), read(a_list("- 破壁机", "词典"))]
    found = vocabulary_of(lists)
    assert found.same["退钱"] == ("退款", "返款")
    assert found.house == {"退款", "退钱", "返款", "破壁机"}


def test_banned_phrases_are_no_words_of_the_search():
    assert vocabulary_of([read(BANNED)]).house == frozenset()


# the form


@pytest.mark.parametrize("source", [SYNONYMS, BANNED, SYNONYMS.replace("\n", "\r\n")])
def test_a_table_that_is_opened_and_sent_back_changes_no_byte(source: str):
    for part in FORM.view(source, "", dict).parts:
        card = act(source, f"open:{part.ref}").open
        assert FORM.apply(source, "", "card:", sent(card)).source == source


def test_a_changed_row_writes_its_own_line_and_the_comment_stays():
    card = opened(SYNONYMS, "退款").open
    rows = (card.card.rows[0], replace(card.card.rows[1], others="退回货款"))
    after = FORM.apply(SYNONYMS, "", "card:", sent(replace(card, card=replace(card.card, rows=rows)))).source
    assert changed(SYNONYMS, after) == ["- -  返款 ｜ 把钱退给我", "+ - 返款 | 退回货款"]


def test_a_new_row_with_words_parted_by_commas_is_one_group():
    card = opened(SYNONYMS, "物流").open
    rows = (*card.card.rows, Row(word="丢件，弄丢了", number=9))
    after = FORM.apply(SYNONYMS, "", "card:", sent(replace(card, card=replace(card.card, rows=rows)))).source
    assert changed(SYNONYMS, after) == ["+ - 丢件 | 弄丢了"]


def test_a_basis_is_chosen_and_taken_away_again():
    card = opened(BANNED, "禁用语").open
    rows = (replace(card.card.rows[0], basis=""), replace(card.card.rows[1], basis="law"))
    after = FORM.apply(BANNED, "", "card:", sent(replace(card, card=replace(card.card, rows=rows)))).source
    assert [entry.basis for entry in read(after).entries] == ["", "law"]


@pytest.mark.parametrize("word", ["[x] 退款", "# 退款", "> 退款", "- 退款"])
def test_what_could_not_be_read_back_is_told_at_its_row(word: str):
    card = opened(SYNONYMS, "退款").open
    rows = (replace(card.card.rows[0], word=word), *card.card.rows[1:])
    with pytest.raises(Invalid) as refused:
        FORM.apply(SYNONYMS, "", "card:", sent(replace(card, card=replace(card.card, rows=rows))))
    assert list(refused.value.fields) == ["row-1-text"]


def test_a_group_of_words_is_added_with_its_heading():
    values = {
        "card-ref": ["new@sections"], "card-type": ["words"], "card-title": ["优惠"],
        "row": ["1"], "row-1-text": ["券"], "row-1-other": ["优惠券 | 抵用券"],
    }  # fmt: skip
    after = act(SYNONYMS, "card:", values).source
    assert after == SYNONYMS + "\n## 优惠\n\n- 券 | 优惠券 | 抵用券\n"


WORDS = st.text(alphabet="退款ab 1|、，=>[]#*`-\\好", min_size=1, max_size=8)


@given(
    words=st.lists(WORDS, min_size=1, max_size=3),
    instead=st.text(alphabet="说ab =>|-", max_size=6),
    kind=st.sampled_from(ListKind),
    basis=st.sampled_from(["", "law", "company-rule"]),
    ground=st.text(alphabet="《法》 9，：:a|-", max_size=5),
)
def test_a_row_is_refused_or_read_back_as_it_was_typed(words, instead, kind, basis, ground):
    table = WordTable(name="words", level=2, kind=kind, language=Language.ZH)
    values = {"card-title": ["组"], "row": ["1"], "row-1-text": [words[0]], "row-1-other": [" | ".join(words[1:])]}
    if kind is ListKind.BANNED:
        values |= {"row-1-instead": [instead], "row-1-basis": [basis], "row-1-ground": [ground]}
    card = table.typed(fields_of(values))
    try:
        written = table.new(card)
    except Invalid:
        return
    assert table.read(written) == card


@given(
    st.lists(
        st.builds(
            WordEntry,
            words=st.lists(st.sampled_from(["退款", "退钱", "a|b", "refund now", "7天"]), min_size=1, max_size=3).map(
                tuple
            ),
            instead=st.sampled_from(["", "预计…送达"]),
            basis=st.just("law"),
            ground=st.sampled_from(["", "《广告法》第九条", "（内部）规范 3.2", "Advertising Law, art. 9"]),
        )
        | st.builds(WordEntry, words=st.just(("秒退",)), basis=st.sampled_from(["", "platform-rule"])),
        max_size=4,
    ),
    st.sampled_from(Language),
)
def test_what_is_written_is_read_as_the_same_list(entries, language):
    section = WordSection(title="组", anchor="组", level=2, entries=tuple(entries))
    intro = WordSection(title="表", anchor="表", level=1)
    spec = WordListSpec(title="表", about=About(owner="T1"), list=ListKind.BANNED, intro=intro, sections=(section,))
    assert list(read(write(spec, language)).entries) == entries


@ENDS
@pytest.mark.parametrize("kind", ["同义词", "词典", "禁用语"])
def test_a_line_of_two_thousand_words_is_refused_and_does_no_harm_where_it_stands(kind: str):
    found = parse(
        a_list("- " + " | ".join(f"词{number}" for number in range(2_000)), kind), "kb_content/words/x.md"
    ).spec
    refused = [each for each in lint(found) if each.severity is Severity.ERROR]
    assert [each.code for each in refused] == ["C188"]
    assert all(len(others) < 100 for others in vocabulary_of([found]).same.values())
