"""What a table shows stands in its address."""

import pytest

from lms.web.tables import TableState, download


def state(**args):
    return TableState.from_args(args, sorts=("no", "name"), default="no", filters=("q", "team"), size=50)


def test_an_empty_address_is_the_default():
    table = state()
    assert (table.sort, table.descending, table.page, table.offset, dict(table.filters)) == ("no", False, 1, 0, {})


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "99999999999999999999", "²"])
def test_a_page_that_makes_no_sense_is_the_first(page):
    assert state(page=page).page == 1


def test_an_unknown_order_is_the_default_one():
    assert state(sort="password_hash").sort == "no"


def test_a_head_sorts_rising_first_and_falling_where_it_rises():
    assert state().sorted_by("name") == "?sort=name"
    assert state(sort="name").sorted_by("name") == "?sort=-name"
    assert state(sort="-name").sorted_by("name") == "?sort=name"


def test_sorting_keeps_the_filters_and_goes_back_to_the_first_page():
    assert state(q="林", page="3").sorted_by("name") == "?q=%E6%9E%97&sort=name"


def test_another_page_keeps_filters_and_order():
    assert state(team="3", sort="-name").at_page(2) == "?team=3&sort=-name&page=2"


def test_the_address_of_the_default_says_nothing():
    assert state().at_page(1) == "?"


def test_an_export_is_of_exactly_what_is_shown():
    assert state(q="a", sort="name", page="2").exported("xlsx") == "?q=a&sort=name&format=xlsx"
    assert state(format="xlsx").format == "xlsx"
    assert state(format="exe").format == ""


def test_a_page_past_the_end_becomes_the_last():
    assert state(page="9").within(101).page == 3
    assert state(page="9").within(0).page == 1


def test_the_screen_reader_hears_the_order():
    table = state(sort="-name")
    assert (table.direction("name"), table.direction("no")) == ("descending", "none")


def test_a_download_has_a_chinese_name_and_a_plain_one(app):
    with app.app_context():
        answer = download("csv", "人员/名单", ["a"], [[1]])
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="export.csv"')
    assert "%E4%BA%BA%E5%91%98" in answer.headers["Content-Disposition"]
