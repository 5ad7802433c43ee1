"""What stands in cells and headers of sheets of figures, and how periods are made of shorter ones."""

from datetime import date
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid, Unreadable
from lms.performance.rules import kpi_values as cells
from lms.performance.rules.folding import cover, fold
from lms.performance.rules.kpi_sheet import Entry, Known, Layout, Options, Refused, Seen, doubts, layout, read
from lms.performance.rules.metrics import BUILT_IN, Direction, Metric, Unit
from lms.performance.rules.periods import Grain, Period, period

TODAY = date(2026, 11, 16)
METRICS = {metric.code: metric for metric in BUILT_IN}
KNOWN = Known(metrics=METRICS, people={"a1": 1, "a2": 2}, today=TODAY)


def of(head, *rows, known=KNOWN, options=None):
    """Return what the rows of a sheet give."""
    seen = Seen()
    plan = layout(head, known)
    return list(read(enumerate(map(list, rows), start=2), plan, known, options or Options(), seen)), seen


def reasons(given):
    return [(each.line, str(each.what)) for each in given if isinstance(each, Refused)]


# cells


@pytest.mark.parametrize(
    ("written", "code", "value"),
    [
        ("98%", "csat", 98),
        ("９８．５％", "csat", 98.5),
        ("98", "csat", 98),
        ("0.98", "csat", 0.98),
        ("1分20秒", "first_response", 80),
        ("1 分 20 秒", "first_response", 80),
        ("00:01:20", "first_response", 80),
        ("80", "first_response", 80),
        ("80秒", "first_response", 80),
        ("80.5s", "first_response", 80.5),
        ("1小时2分", "first_response", 3720),
        ("1h2m3s", "first_response", 3723),
        ("36", "refund_time", 36),
        ("1天12小时", "refund_time", 36),
        ("36:00:00", "refund_time", 36),
        ("90分钟", "refund_time", 1.5),
        ("1,234", "sessions", 1234),
        ("1234条", "sessions", 1234),
        ("-0", "sessions", 0),
        ("1.5e1", "sessions", 15),
    ],
)
def test_a_value_is_read_with_its_unit(written, code, value):
    assert cells.value(written, METRICS[code]) == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("101", "csat"),
        ("-1", "csat"),
        ("9²", "csat"),
        ("98分", "csat"),
        ("1e999", "csat"),
        ("1e999", "sessions"),
        ("nan", "csat"),
        ("inf", "sessions"),
        ("1" * 40, "sessions"),
        ("1" * 4500, "sessions"),
        ("01:20", "first_response"),
        ("00:61:00", "first_response"),
        ("快", "first_response"),
        ("98%", "first_response"),
        ("1,23", "sessions"),
        ("=1+1", "sessions"),
        ("\x00", "sessions"),
        ("\ud800", "sessions"),
        ("100000", "first_response"),
    ],
)
def test_what_is_no_value_is_refused_with_a_reason(written, code):
    with pytest.raises(Invalid) as refused:
        cells.value(written, METRICS[code])
    assert len(str(refused.value.message)) < 120
    str(refused.value.message).encode()


@given(st.text(max_size=60), st.sampled_from(sorted(METRICS)))
def test_no_cell_breaks_the_reader(written, code):
    for parse in (
        lambda: cells.value(written, METRICS[code]),
        lambda: cells.count(written),
        lambda: cells.when(written, TODAY),
    ):
        try:
            parse()
        except Invalid as refused:
            str(refused.message).encode()


@given(st.floats(min_value=0, max_value=100))
def test_a_number_is_read_as_python_writes_it(value):
    assert cells.value(repr(value), METRICS["csat"]) == value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-10", "2026-10"),
        ("202610", "2026-10"),
        ("2026年10月", "2026-10"),
        ("2026/10/5", "2026-10-05"),
        ("20261005", "2026-10-05"),
        ("2026-10-05 00:00:00", "2026-10-05"),
        ("46300", "2026-10-05"),
        ("2026Q3", "2026Q3"),
        ("2026年第41周", "2026-W41"),
        ("2026-W41", "2026-W41"),
        ("2026年三季度", None),
        ("2026-02-31", None),
        ("10月", None),
        ("2026-13", None),
        ("2026-12", None),  # has not begun
        ("2026-11", "2026-11"),  # is running
        ("2025-09-30", None),  # a day whose month has been folded
        ("2025-10-01", "2025-10-01"),
        ("", None),
    ],
)
def test_a_period_is_read_in_the_forms_of_sheets(written, said):
    try:
        found = str(cells.when(written, TODAY))
    except Invalid:
        found = None
    assert found == said


def test_days_stand_for_what_is_said():
    assert str(cells.when("2026-10-01", TODAY, Grain.MONTH)) == "2026-10"
    assert str(cells.when("2026Q3", TODAY, Grain.MONTH)) == "2026Q3"


@pytest.mark.parametrize(("written", "found"), [("30", 30), ("1,200", 1200), ("", None), ("-", None), ("30.0", 30)])
def test_a_number_of_cases(written, found):
    assert cells.count(written) == found


@pytest.mark.parametrize("written", ["0", "-3", "3.5", "²", "9" * 17, "many"])
def test_what_is_no_number_of_cases(written):
    with pytest.raises(Invalid):
        cells.count(written)


# headers


def test_columns_are_known_by_names_synonyms_brackets_and_case():
    plan = layout(["员工工号", "姓名", "统计月份", "首响(秒)", "客户满意度（%）", "CSAT 样本数", "FCR", "备注"], KNOWN)
    assert [(each.metric, each.title) for each in plan.columns] == [
        ("first_response", "首响(秒)"),
        ("csat", "客户满意度（%）"),
        ("fcr", "FCR"),
    ]
    assert plan.columns[1].count == 5
    assert plan.columns[1].is_percent
    assert plan.unknown == ("备注",)


def test_minutes_in_a_header_are_minutes():
    found, _ = of(["工号", "周期", "首响(分钟)", "退款时长(天)"], ["A1", "2026-10", "1.5", "2"])
    assert [each.value for each in found] == [90, 48]


def test_brackets_that_name_no_unit_make_another_title():
    assert layout(["工号", "周期", "满意度", "满意度(上月)"], KNOWN).unknown == ("满意度(上月)",)


def test_two_columns_of_one_metric_are_refused():
    with pytest.raises(Unreadable):
        layout(["工号", "周期", "满意度", "好评率"], KNOWN)


def test_a_sheet_without_any_figure_is_refused():
    with pytest.raises(Unreadable):
        layout(["工号", "周期", "姓名"], KNOWN)


def test_the_long_form_is_known_by_its_two_columns():
    plan = layout(["工号", "周期", "指标", "数值", "样本数"], KNOWN)
    assert plan == Layout(number=0, period=1, metric=2, value=3, count=4)


def test_the_units_of_the_long_form_stand_in_the_metric():
    found, _ = of(["工号", "周期", "指标", "数值"], ["A1", "2026-10", "首响(分钟)", "2"])
    assert found[0].value == 120


# rows


def test_empty_cells_of_the_wide_form_give_nothing():
    found, seen = of(["工号", "周期", "满意度", "首响"], ["A1", "2026-10", "-", ""], ["A2", "2026-10", "88", "—"])
    assert [(each.person_id, each.metric) for each in found] == [(2, "csat")]
    assert seen.empty == 1


def test_every_reason_of_a_row_is_said():
    found, _ = of(["工号", "周期", "满意度", "首响"], ["B9", "不知道", "200", "-5"])
    assert reasons(found) == [(2, "工号"), (2, "周期"), (2, "满意度"), (2, "首次响应时长")]


def test_only_a_column_without_anything_above_one_is_doubtful():
    _, seen = of(
        ["工号", "周期", "满意度", "介入率"], ["A1", "2026-10", "0.98", "0.3"], ["A2", "2026-10", "97", "0.4%"]
    )
    assert doubts(seen, METRICS) == []
    _, seen = of(["工号", "周期", "满意度"], ["A1", "2026-10", "0.98"], ["A2", "2026-10", "1"])
    assert [each.line for each in doubts(seen, METRICS)] == [0]
    _, seen = of(["工号", "周期", "满意度(%)"], ["A1", "2026-10", "0.98"])
    assert doubts(seen, METRICS) == []
    _, seen = of(["工号", "周期", "满意度"], ["A1", "2026-10", "0"])
    assert doubts(seen, METRICS) == []


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "a2"]),
        st.sampled_from(["2026-08", "2026-09", "2026Q3"]),
        st.sampled_from(["满意度", "首响", "会话量"]),
        st.integers(0, 100).map(str),
        st.one_of(st.just(""), st.integers(1, 99).map(str)),
    ),
    max_size=12,
)


@given(ROWS, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    def entries(given):
        found, _ = of(["工号", "周期", "指标", "数值", "样本数"], *given)
        return sorted((each.person_id, each.metric, str(each.period), each.value, each.count or 0) for each in found)

    other = list(rows)
    random.shuffle(other)
    assert entries(rows) == entries(other)


# folding

COUNTED = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 10_000)), min_size=1, max_size=12)


@given(COUNTED, st.randoms())
def test_a_mean_lies_among_its_parts_and_knows_no_order(parts, random):
    value, count = fold(parts, is_mean=True)
    other = list(parts)
    random.shuffle(other)
    assert fold(other, is_mean=True) == (value, count)
    assert count == sum(n for _, n in parts)
    assert min(x for x, _ in parts) - 1e-9 <= value <= max(x for x, _ in parts) + 1e-9


@given(COUNTED, st.integers(0, 12))
def test_folding_in_two_steps_is_folding_at_once(parts, at):
    whole = fold(parts, is_mean=True)
    groups = [group for group in (parts[:at], parts[at:]) if group]
    twice = fold([fold(group, is_mean=True) for group in groups], is_mean=True)
    assert isclose(twice[0], whole[0], rel_tol=1e-12, abs_tol=1e-9)
    assert twice[1] == whole[1]
    sums = fold([fold(group, is_mean=False) for group in groups], is_mean=False)
    assert isclose(sums[0], fold(parts, is_mean=False)[0], rel_tol=1e-12, abs_tol=1e-9)


def test_means_are_weighted_with_their_counts():
    assert fold([(80.0, 10), (90.0, 30)], is_mean=True) == (87.5, 40)


def test_without_every_count_each_part_weighs_the_same():
    assert fold([(80.0, 10), (90.0, None)], is_mean=True) == (85.0, None)
    assert fold([(3.0, None), (4.0, 2)], is_mean=False) == (7.0, None)


def test_the_longest_parts_are_taken_first_and_shorter_ones_where_days_are_open():
    rows = [
        (Grain.DAY, date(2026, 7, 3), 1.0, 1),
        (Grain.MONTH, date(2026, 7, 1), 10.0, 1),
        (Grain.WEEK, date(2026, 8, 3), 20.0, 1),
        (Grain.DAY, date(2026, 8, 5), 2.0, 1),
        (Grain.DAY, date(2026, 8, 20), 30.0, 1),
        (Grain.WEEK, date(2026, 9, 28), 99.0, 1),
    ]
    assert cover(rows, period("2026Q3")) == [(10.0, 1), (20.0, 1), (30.0, 1)]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sampled_from(list(Grain)))
def test_a_part_covers_itself(day, grain):
    whole = Period(Grain.QUARTER, period(f"{day.year}Q{(day.month - 1) // 3 + 1}").start)
    part = Period(grain, day)
    inside = whole.start <= part.start and part.until <= whole.until
    assert len(cover([(grain, day, 5.0, 1)], whole)) == inside


def test_beyond_the_red_line_is_on_the_bad_side_of_it():
    up = Metric(code="x", name=METRICS["csat"].name, unit=Unit.PERCENT, direction=Direction.UP, red_line=80)
    down = Metric(code="y", name=METRICS["csat"].name, unit=Unit.SECONDS, direction=Direction.DOWN, red_line=60)
    assert [up.is_red(each) for each in (79.9, 80, 81)] == [True, False, False]
    assert [down.is_red(each) for each in (59, 60, 60.1)] == [False, False, True]


def test_an_entry_is_what_a_row_says():
    found, _ = of(["工号", "周期", "满意度", "满意度样本数"], ["Ａ１", "2026年10月", "98%", "40"])
    assert found == [Entry(line=2, person_id=1, metric="csat", period=period("2026-10"), value=98.0, count=40)]
