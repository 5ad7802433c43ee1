"""Laws of the forms of courses and curricula: what is not touched stays, byte for byte."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.form import Fields
from lms.core.lines import split_keeping_ends, split_lines
from lms.learning.form import course, curriculum
from lms.learning.form.board import EMPTY, board
from lms.learning.form.outline import read_outline
from lms.learning.spec import course as course_spec
from lms.learning.spec import curriculum as curriculum_spec

PATH = "courses/onboarding/curriculum.md"
ROOT = Path(__file__).parents[3]
SHIPPED = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "courses").rglob("*.md")
    if path.read_text("utf-8").split("\n")[1] in ("类型: 培训计划", "类型: 课程")
)
PLANS = [path for path in SHIPPED if "类型: 培训计划" in (ROOT / path).read_text("utf-8")]


def shipped(path):
    return (ROOT / path).read_bytes().decode("utf-8")


def form_of(source):
    return curriculum if "培训计划" in source else course


def nothing(_):
    return {}


def fields(**values):
    return Fields({name.replace("__", "-"): [value] for name, value in values.items()})


def as_drawn(source):
    """Return every field of the board as a browser would send it back."""
    seen = board(source, PATH, nothing)
    sent = {}
    for stage in seen.stages:
        sent |= {
            f"set-{stage.key}": ["1"],
            f"name-{stage.key}": [stage.name],
            f"first-{stage.key}": [str(stage.first_day or "")],
            f"last-{stage.key}": [str(stage.last_day or "")],
            f"text-{stage.key}": [stage.text.replace("\n", "\r\n")],
            f"after-{stage.key}": [name for name in seen.names if name in stage.after],
        }
        sent |= {f"any-{stage.key}": ["1"]} if stage.any_order else {}
        sent |= {f"sign-{stage.key}": ["1"]} if stage.sign_off else {}
        for cell in (*stage.cells, stage.tray):
            for row in cell.rows:
                sent |= {
                    f"minutes-{row.key}": [row.own_minutes],
                    f"need-{row.key}": [row.need],
                    f"place-{row.key}": [cell.key],
                }
    return sent


def keys_of(source):
    return [row.key for part in read_outline(source, PATH).parts for row in part.rows]


def cells_of(source):
    return [
        (cell.key, cell.day, len(cell.rows))
        for stage in board(source, PATH, nothing).stages
        for cell in (*stage.cells, stage.tray)
    ]


def apart(source):
    """Return the rows of all lists, and all other lines that are not empty."""
    rows = [row for part in read_outline(source, PATH).parts for row in part.rows]
    numbers = {number for row in rows for number in range(row.first, row.last + 1)}
    others = [line for number, line in enumerate(split_lines(source), start=1) if number not in numbers]
    return [row.source for row in rows], [line for line in others if line.strip()]


def without_day(line):
    return re.sub(" `第[0-9]+天`", "", line).rstrip("\r\n")


# what trainers write: stages in the order of their days, items in the order of theirs

NAMES = st.sampled_from(["认识公司", "产品与流程", "应急", "回顾"])
CHIPS = st.sampled_from(["", " `30分钟`", " `选修`", " `1小时` `必读`", " 【45分钟】"])
COMMENT = st.sampled_from(["", "<!-- 讲师备注 -->"])


@st.composite
def plans(draw):
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    lines = ["---", "类型: 培训计划", "时长: 10小时", "---", "# 计划", ""]
    day = number = 0
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        first, day = day + 1, day + draw(st.integers(1, 3))
        lines += [f"## {name}", f"`第{first}-{day}天` `任意顺序`" if first < day else f"`第{first}天`", ""]
        lines += [line for text in [draw(st.sampled_from(["", "做完再走。"]))] if text for line in (text, "")]
        lines += [line for comment in [draw(COMMENT)] if comment for line in (comment, "")]
        days = sorted(draw(st.lists(st.integers(first, day), min_size=1, max_size=5)))
        for each in days:
            number += 1
            lines.append(f"- [第{number}项](tasks/t{number}.md) `第{each}天`{draw(CHIPS)}")
        lines.append("")
    text = ends.join(lines)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


@st.composite
def unruly_plans(draw):
    """Plans with loose lists, comments between items, items without a day and lines that are no link."""
    source = draw(plans())
    ends = "\r\n" if "\r\n" in source else "\n"
    lines = []
    for line in source.split(ends):
        kind = draw(st.integers(0, 9)) if line.startswith("- ") else 9
        if kind == 0:
            line = line.split(" `第")[0]
        elif kind == 1:
            lines.append("<!-- 先问带教人 -->")
        elif kind == 2:
            line = f"- 还没写链接 {len(lines)}"
        elif kind == 3:
            lines.append("")
        elif kind == 4:
            line = line.replace("- ", "* ", 1)
        elif kind == 5:
            line = re.sub("第[0-9]+天", "第9天", line)
        lines.append(line)
    return ends.join(lines)


@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_document_that_nobody_changes_stays_as_it_is(path):
    source = shipped(path)
    sent = as_drawn(source) if path in PLANS else {}
    assert form_of(source).apply(source, path, "fields", Fields(sent)).source == source


@given(unruly_plans())
def test_a_form_that_is_sent_back_as_it_was_drawn_changes_no_byte(source):
    assert curriculum.apply(source, PATH, "fields", Fields(as_drawn(source))).source == source


@given(unruly_plans())
def test_every_line_of_every_list_lies_on_exactly_one_day_or_in_a_tray(source):
    seen = board(source, PATH, nothing)
    shown = [row.key for stage in seen.stages for cell in (*stage.cells, stage.tray) for row in cell.rows]
    assert Counter(shown) == Counter(keys_of(source))


@given(unruly_plans())
def test_the_minutes_of_the_days_and_trays_are_those_of_all_items(source):
    seen = board(source, PATH, nothing)
    items = [item for part in read_outline(source, PATH).parts for item in part.items]
    wanted = sum(item.minutes or 0 for item in items if item.required)
    trays = sum(stage.tray.sum.minutes for stage in seen.stages)
    assert sum(day.sum.minutes for day in seen.days) + trays == seen.sum.minutes == wanted


@pytest.mark.parametrize("path", SHIPPED)
def test_the_form_sees_the_items_that_the_parser_sees(path):
    source = shipped(path)
    parts = read_outline(source, path).parts
    if path in PLANS:
        spec = curriculum_spec.parse(source, path).spec
        assert [part.items for part in parts] == [stage.items for stage in spec.stages]
        assert [part.spec().after for part in parts] == [stage.after for stage in spec.stages]
        assert [part.text for part in parts] == [stage.source for stage in spec.stages]
    else:
        spec = course_spec.parse(source, path).spec
        assert [item for part in parts if course.is_contents(part) for item in part.items] == list(spec.items)


@given(unruly_plans(), st.data())
def test_moving_an_item_touches_its_own_line_alone(source, data):
    key = data.draw(st.sampled_from(keys_of(source)))
    cell, _, count = data.draw(st.sampled_from(cells_of(source)))
    position = data.draw(st.integers(0, count))
    after = curriculum.apply(source, PATH, "move", fields(item=key, list=cell, position=str(position))).source
    rows, others = apart(source)
    rows_after, others_after = apart(after)
    own = next(row.source for part in read_outline(source, PATH).parts for row in part.rows if row.key == key)
    assert others_after == others
    assert Counter(map(without_day, rows_after)) == Counter(map(without_day, rows))
    rows.remove(own)
    assert [row for row in rows_after if without_day(row) != without_day(own)] == rows


@given(unruly_plans(), st.data())
def test_a_moved_item_lies_where_it_was_put(source, data):
    key = data.draw(st.sampled_from(keys_of(source)))
    cells = cells_of(source)
    chosen = data.draw(st.integers(0, len(cells) - 1))
    cell, day, count = cells[chosen]
    here = [row.key for stage in board(source, PATH, nothing).stages for each in (*stage.cells, stage.tray)
            for row in each.rows if each.key == cell]  # fmt: skip
    position = data.draw(st.integers(0, count - (key in here)))
    title = next(row.source for part in read_outline(source, PATH).parts for row in part.rows if row.key == key)
    applied = curriculum.apply(source, PATH, "move", fields(item=key, list=cell, position=str(position)))
    if "[" not in title and day:
        return  # a line that is no link has no day to write
    stage = cells.index(next(each for each in cells if each[0].split(".")[0] == cell.split(".")[0]))
    assert stage <= chosen
    place = [part.key for part in read_outline(source, PATH).parts].index(cell.split(".")[0])
    then = board(applied.source, PATH, nothing).stages[place]
    rows = next(each.rows for each in (*then.cells, then.tray) if each.day == day)
    assert f"handle-{rows[position].key}" == applied.focus


@given(plans(), st.booleans(), st.data())
def test_there_and_back_leaves_the_text_as_it_was(source, loose, data):
    if loose:
        source = re.sub("\n(- [^\n]*)(?=\n- )", r"\n\1\n", source.replace("\r\n", "\n"))
    seen = board(source, PATH, nothing)
    at = [(stage, cell, place) for stage, s in enumerate(seen.stages) for cell in range(len(s.cells))
          for place in range(len(s.cells[cell].rows))]  # fmt: skip
    stage, cell, place = data.draw(st.sampled_from(at))
    key = seen.stages[stage].cells[cell].rows[place].key
    target, _, count = data.draw(st.sampled_from([each for each in cells_of(source) if each[1]]))
    position = data.draw(st.integers(0, count))
    there = curriculum.apply(source, PATH, "move", fields(item=key, list=target, position=str(position)))
    own = seen.stages[stage].cells[cell]
    home = f"{board(there.source, PATH, nothing).stages[stage].key}.{own.day}"
    moved = there.focus.removeprefix("handle-")
    back = curriculum.apply(there.source, PATH, "move", fields(item=moved, list=home, position=str(place))).source
    # A stage at the end of a file without a last line end has to get one when it is emptied.
    emptied = not source.endswith("\n") and len(seen.stages[stage].cells) == 1 == seen.stages[stage].count
    assert (back.rstrip(), source.rstrip()) == (source.rstrip(),) * 2 if emptied else back == source


@given(plans(), st.data())
def test_a_day_put_in_and_taken_out_leaves_the_text_as_it_was(source, data):
    cell, _, _ = data.draw(st.sampled_from([each for each in cells_of(source) if each[1]]))
    there = curriculum.apply(source, PATH, f"insert-day:{cell}", fields()).source
    assert there != source
    if any(day.standing == EMPTY for day in board(there, PATH, nothing).days):
        assert curriculum.apply(there, PATH, f"remove-day:{cell}", fields()).source == source


@given(plans(), st.data())
def test_a_stage_moved_and_moved_back_leaves_the_text_as_it_was(source, data):
    stages = board(source, PATH, nothing).stages
    place = data.draw(st.integers(0, len(stages) - 1))
    there = curriculum.apply(source, PATH, f"down:{stages[place].key}", fields()).source
    now = board(there, PATH, nothing).stages
    back = there
    if place + 1 < len(stages):
        assert [stage.name for stage in now] != [stage.name for stage in stages]
        back = curriculum.apply(there, PATH, f"up:{now[place + 1].key}", fields()).source
    assert back == source


@given(unruly_plans(), st.data())
def test_a_setting_rewrites_its_line_alone(source, data):
    rows = [row for part in read_outline(source, PATH).parts for row in part.rows if row.item]
    if not rows:
        return
    row = data.draw(st.sampled_from(rows))
    minutes, need = (
        data.draw(st.sampled_from(["", "7", "90"])),
        data.draw(st.sampled_from(["required", "must", "optional"])),
    )
    sent = as_drawn(source) | {f"minutes-{row.key}": [minutes], f"need-{row.key}": [need]}
    after = curriculum.apply(source, PATH, "fields", Fields(sent)).source
    lines, now = split_keeping_ends(source), split_keeping_ends(after)
    assert len(lines) == len(now)
    assert [number for number in range(len(lines)) if lines[number] != now[number]] in ([], [row.first - 1])
    item = next(each.item for part in read_outline(after, PATH).parts for each in part.rows if each.key == row.key)
    assert (str(item.minutes or ""), item.must_read, item.required) == (minutes, need == "must", need != "optional")


@given(
    st.lists(st.sampled_from(["", " `10分钟`", " `选修`"]), min_size=1, max_size=6), st.sampled_from("12"), st.data()
)
def test_a_course_reordered_there_and_back_is_the_same(chips, start, data):
    items = [f"{number}. [课{number}](l{number}.md){chip}" for number, chip in enumerate(chips, start=int(start))]
    source = "---\n类型: 课程\n---\n# 课\n\n## 内容\n" + "\n".join(items)
    part = read_outline(source, PATH).parts[0]
    place, to = (data.draw(st.integers(0, len(items) - 1)) for _ in range(2))
    there = course.apply(source, PATH, "move", fields(item=part.rows[place].key, list=part.key, position=str(to)))
    moved = there.focus.removeprefix("handle-")
    titles = [row.item.title for row in read_outline(there.source, PATH).parts[0].rows]
    assert titles.index(f"课{int(start) + place}") == to
    assert [row.marker for row in read_outline(there.source, PATH).parts[0].rows] == [row.marker for row in part.rows]
    back = course.apply(there.source, PATH, "move", fields(item=moved, list=part.key, position=str(place)))
    assert back.source == source
