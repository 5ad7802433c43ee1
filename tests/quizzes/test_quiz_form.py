"""The form of a quiz: what it shows of a text, and what its acts make of it."""

import pytest

from lms.content.form import Applied, Fields
from lms.core.errors import Invalid
from lms.quizzes.form import apply, typed, view
from tests.support.make_forms import fields_of

PATH = "quizzes/a/b.md"
HEAD = "---\n类型: 测验\n---\n# 小测\n"
TEXT = f"""{HEAD}
## 一
`抽1题` `每题2分` `#售后`

### 甲？
`id:abc123`

- 答案：对

### 乙？
- 答案：错

## 二
`全部`

### 丙？
`不懂`

- 答案：对
"""
NEW = {"card-type": ["question"], "card-ref": ["new@1-x"], "card-kind": ["true_false"], "card-stem": ["新题？"]}


def act(source: str, do: str, values: dict[str, list[str]] | None = None) -> Applied:
    return apply(source, PATH, do, fields_of(values or {}))


def ref(source: str, title: str) -> str:
    for section in view(source, PATH, dict).sections:
        for each in (section, *section.lines):
            if each.title == title:
                return each.ref
    raise LookupError(title)


def test_sections_and_questions_are_shown_with_their_settings():
    title, one, two = view(TEXT, PATH, dict).sections
    assert (title.title, title.level, title.lines) == ("小测", 1, ())
    assert (one.title, one.card.draw, one.card.each, one.card.tags) == ("一", "1", "2", "售后")
    assert [(line.title, line.kind) for line in one.lines] == [("甲？", "true_false"), ("乙？", "true_false")]
    assert two.lines[0].kind == ""


def test_a_question_with_errors_shows_its_lines_and_the_line_in_the_file():
    broken = view(TEXT, PATH, dict).sections[2].lines[0]
    assert broken.source[0] == "### 丙？"
    assert broken.problems[0].line == TEXT.split("\n").index("`不懂`") + 1
    assert "不认识“不懂”" in str(broken.problems[0].message)


def test_a_question_with_errors_is_moved_and_deleted_but_not_opened():
    broken = ref(TEXT, "丙？")
    with pytest.raises(Invalid):
        act(TEXT, f"open:{broken}")
    moved = act(TEXT, "move", {"item": [broken], "list": [ref(TEXT, "一")], "position": ["0"]})
    assert moved.source.index("### 丙？") < moved.source.index("### 甲？")
    assert "丙" not in act(TEXT, f"delete:{broken}").source


def test_a_section_is_deleted_with_what_it_contains():
    after = act(TEXT, f"delete:{ref(TEXT, '一')}").source
    assert after == f"{HEAD}\n## 二\n`全部`\n\n### 丙？\n`不懂`\n\n- 答案：对\n"


def test_a_section_is_moved_with_what_it_contains():
    after = act(TEXT, f"down:{ref(TEXT, '一')}").source
    assert [line for line in after.split("\n") if line.startswith("##")] == [
        "## 二",
        "### 丙？",
        "## 一",
        "### 甲？",
        "### 乙？",
    ]


def test_the_first_question_does_not_step_out_of_its_section():
    assert act(TEXT, f"up:{ref(TEXT, '甲？')}").source == TEXT


def test_the_last_question_steps_into_the_next_section():
    after = act(TEXT, f"down:{ref(TEXT, '乙？')}").source
    assert after.index("## 二") < after.index("### 乙？") < after.index("### 丙？")


def test_a_copy_has_no_id():
    assert act(TEXT, f"copy:{ref(TEXT, '甲？')}").source.count("id:abc123") == 1


def test_a_new_question_goes_to_the_end_of_its_section_as_soon_as_it_can_be_read():
    where = {**NEW, "card-ref": [f"new@{ref(TEXT, '一')}"]}
    half = act(TEXT, "keep", where)
    assert half.source == TEXT
    assert [str(each) for each in half.open.missing] == ["请选对或错。"]
    whole = act(TEXT, "keep", {**where, "card-truth": ["true"]})
    assert whole.source == TEXT.replace("- 答案：错\n", "- 答案：错\n\n### 新题？\n- 答案：对\n")
    assert whole.open.ref == ref(whole.source, "新题？")


def test_another_card_is_not_opened_over_one_that_can_not_be_read():
    values = {**NEW, "card-ref": [f"new@{ref(TEXT, '一')}"]}
    with pytest.raises(Invalid) as refused:
        act(TEXT, f"open:{ref(TEXT, '甲？')}", values)
    assert set(refused.value.fields) == {"card-truth"}
    assert typed(TEXT, PATH, Fields(fields_of(values).lists)).card.stem == "新题？"


def test_an_empty_new_card_is_forgotten():
    values = {"card-type": ["question"], "card-ref": [f"new@{ref(TEXT, '一')}"], "card-kind": ["single"]}
    assert act(TEXT, f"open:{ref(TEXT, '甲？')}", values).open.card.stem == "甲？"


def test_the_draw_of_a_section_rewrites_its_line_of_settings_alone():
    opened = act(TEXT, f"open:{ref(TEXT, '一')}").open
    values = {
        "card-type": ["section"], "card-ref": [opened.ref], "card-title": ["一"], "card-drawn": ["draw"],
        "card-draw": ["2"], "card-each": ["2"], "card-tags": ["售后"], "card-intro": [""],
    }  # fmt: skip
    assert act(TEXT, "card:", values).source == TEXT.replace("`抽1题`", "`抽2题`")


def test_a_question_that_would_swallow_what_follows_is_refused():
    opened = act(TEXT, f"open:{ref(TEXT, '甲？')}").open
    values = {**NEW, "card-ref": [opened.ref], "card-stem": ["甲？\n\n```\n没有关"], "card-truth": ["true"]}
    with pytest.raises(Invalid):
        act(TEXT, "card:", values)


def test_english_files_get_english_settings():
    source = "---\ntype: quiz\n---\n# Quiz\n\n## One\n`all`\n"
    where = {**NEW, "card-ref": [f"new@{ref(source, 'One')}"], "card-truth": ["false"], "card-points": ["2"]}
    assert act(source, "keep", where).source.endswith("### 新题？\n`2 pt`\n\n- answer: false\n")
