"""The table of a drill as a workbook: what goes out comes back the same, and every row that is wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.core.sheets import xlsx_bytes
from lms.drills.form.sheet import COLUMNS, applied, new_source, read_sheet, speaker_of, template, written_sheet
from lms.drills.form.table import view
from lms.drills.parse import parse
from tests.support.make_played import COLD, a_drill_text

SHIPPED = sorted(Path("courses/drills").glob("*.md"))
PATH = "courses/drills/urge.md"
TEXT = a_drill_text()


def sheet(*rows: tuple[str, ...]) -> bytes:
    return xlsx_bytes("演练", [column.name for column in COLUMNS], [[*row, *[""] * (8 - len(row))] for row in rows])


def brought(source: str, data: bytes):
    held, refused = read_sheet(data, "小雨")
    assert refused == ()
    return applied(source, PATH, held)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_goes_out_comes_back_the_same(path):
    source, where = path.read_bytes().decode(), f"courses/drills/{path.name}"
    held, refused = read_sheet(written_sheet(source, where), parse(source, where).spec.customer.name)
    new, changes, not_taken = applied(source, where, held)
    assert (refused, not_taken) == ((), ())
    assert {change.what for change in changes} == {"same"}
    assert new == source


@pytest.mark.parametrize("path", SHIPPED[:4], ids=lambda path: path.stem)
def test_a_drill_is_built_anew_from_its_table_alone(path):
    source, where = path.read_bytes().decode(), f"courses/drills/{path.name}"
    spec = parse(source, where).spec
    bare = source[: source.index("\n## ") + 1]
    held, _ = read_sheet(written_sheet(source, where), spec.customer.name)
    assert parse(applied(bare, where, held)[0], where).spec.scenes == spec.scenes


def test_a_scene_that_the_table_lacks_goes_and_a_new_one_comes_in_its_order():
    rows = (
        ("开场", "限时60秒", "小雨", "在吗？"),
        ("", "", "客服", "", "在的。", "共情+5", "新的"),
        ("", "", "超时", "", "", "", "走人"),
        ("新的", "", "系统", "等一下"),
        ("新的", "", "客服", "", "好。", "", "走人"),
        ("走人", "结局:失败", "系统", "走了。"),
    )
    new, changes, refused = brought(TEXT, sheet(*rows))
    assert refused == ()
    assert [scene.title for scene in parse(new, PATH).spec.scenes] == ["开场", "新的", "走人"]
    assert {(change.title, change.what) for change in changes} >= {("新的", "new"), ("核实", "gone")}


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ([("", "", "小雨", "在吗？")], 2, "哪个场景"),
        ([("开场", "快一点", "小雨", "在吗？")], 2, "看不懂设置"),
        ([("开场", "", "路人", "在吗？")], 2, "看不懂谁说"),
        ([("开场", "", "超时", "走了")], 2, "只写下一场景"),
        ([("开场", "", "小雨", "在"), ("走", "结局:失败", "系统", "完"), ("开场", "", "小雨", "在")], 4, "第 2 行"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(rows, line, says):
    _, refused = read_sheet(sheet(*rows), "小雨")
    assert refused[0].line == line
    assert says in str(refused[0].reason.id) % refused[0].reason.values


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("", "", "客服", "", "在的。", "", "哪里"), "没有场景"),
        (("", "", "客服", "", "在的。", "耐心+5", "走人"), "不是评分的维度"),
        (("", "", "客服", "", "", "共情+5", "走人"), "请写上内容"),
        (("", "", "客服", "", "在的。"), "请选下一个场景"),
    ],
)
def test_one_wrong_row_keeps_the_whole_table_out(row, says):
    rows = (("开场", "", "小雨", "在吗？"), row, ("走人", "结局:失败", "系统", "走了。"))
    source, _, refused = brought(TEXT, sheet(*rows))
    assert source == TEXT
    assert refused[0].line == 3
    assert says in str(refused[0].reason.id)


def test_the_template_makes_a_drill():
    data = template()
    name = speaker_of(data)
    held, refused = read_sheet(data, name)
    source = new_source("催发货", held, name, "T1")
    new, _, not_taken = applied(source, PATH, held)
    assert (name, refused, not_taken) == ("小雨", (), ())
    assert [scene.title for scene in parse(new, PATH).spec.scenes] == ["开场", "核实", "等消息", "走人"]


def test_a_changed_cell_is_one_line_changed():
    held, _ = read_sheet(written_sheet(TEXT, PATH), "小雨")
    cards = [each for each in held if any(row.words == COLD for row in each.card.rows)]
    assert len(cards) == 1
    new, changes, _ = applied(TEXT.replace(COLD, "别的话。"), PATH, held)
    assert [change.what for change in changes].count("changed") == 1
    assert parse(new, PATH).spec == parse(TEXT, PATH).spec


CELLS = st.sampled_from(
    ["", "开场", "核实", "复盘", "[x](y)", "**a**", "!!", "小雨", "客服", "必说", "超时", "得分≥5", "限时60秒", "结局:通过", "自由回复",
     "共情+5", "耐心+2", "`", "# 题", "> 引", "小雨：喂\n\n- x", "=>", "a | b", "字数9-2", "路人（情绪低于999）", "小雨（情绪低于0）"]
)  # fmt: skip


@settings(max_examples=80)
@given(rows=st.lists(st.tuples(*[CELLS] * 8), max_size=6))
def test_whatever_stands_in_a_table_is_taken_or_refused(rows):
    held, _ = read_sheet(sheet(("开场", "", "小雨", "在吗？"), *rows), "小雨")
    source, _, refused = applied(TEXT, PATH, held)
    if refused:
        assert source == TEXT
    else:
        assert len(view(source, PATH, dict).scenes) == len(held)


def test_two_scenes_of_one_name_are_said():
    held, _ = read_sheet(written_sheet(TEXT, PATH), "小雨")
    with pytest.raises(Invalid):
        applied(f"{TEXT}\n## 开场\n> 小雨：喂\n", PATH, held)
