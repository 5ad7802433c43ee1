"""Tables that people make are read whatever Excel saved them as; what is written runs no formula."""

import contextlib
import csv
import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import TooLarge, Unreadable
from lms.core.sheets import Column, csv_bytes, day, guarded, read, unguarded, xlsx_bytes

COLUMNS = (
    Column(key="no", name="工号", synonyms=("员工编号", "Employee No"), required=True),
    Column(key="name", name="姓名", synonyms=("名字", "Name"), required=True, folded=False),
    Column(key="hired", name="入职日期"),
)

AT_MIDNIGHT = datetime(2026, 11, 22)  # noqa: DTZ001 - cells have no zone


def values(data: bytes, **more):
    return [dict(row.values) for row in read(data, COLUMNS, **more).rows]


def saved(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def a_workbook(*rows) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_delimiter_that_chinese_excel_writes_is_read(encoding, delimiter):
    text = f"工号{delimiter}姓名\r\nA1001{delimiter}林小满\r\n"
    bom = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert values(saved(bom + text, encoding)) == [{"no": "A1001", "name": "林小满"}]


def test_a_rare_name_of_gb18030_is_read():
    assert values(saved("工号,姓名\nA1,㐂𠮷\n", "gb18030")) == [{"no": "A1", "name": "㐂𠮷"}]


def test_headers_are_known_by_synonym_case_width_stars_and_remarks():
    assert values(saved("employee_no *,名字（必填）：\nA1,林\n")) == [{"no": "A1", "name": "林"}]


def test_a_title_may_stand_above_the_header_and_lines_count_as_in_the_spreadsheet():
    sheet = read(saved("十一月新人名单\n\n工号,姓名\nA1,林\n,\nA2,周\n"), COLUMNS)
    assert [(row.line, row["no"]) for row in sheet.rows] == [(4, "A1"), (6, "A2")]


def test_numbers_are_folded_to_narrow_and_names_stay_as_written():
    assert values(saved("工号,姓名\nＡ１００１\u3000,林（小）\n")) == [{"no": "A1001", "name": "林（小）"}]


def test_unknown_columns_are_named_and_left_out():
    sheet = read(saved("工号,姓名,星座\nA1,林,水瓶\n"), COLUMNS)
    assert (sheet.unknown, sheet.rows[0]["星座"]) == (("星座",), "")


def test_an_excel_separator_line_is_obeyed():
    assert values(saved("sep=;\n工号;姓名\nA1;林,小满\n")) == [{"no": "A1", "name": "林,小满"}]


def test_a_workbook_gives_numbers_and_days_as_a_person_types_them():
    data = a_workbook(["工号", "姓名", "入职日期"], [1001.0, "林", AT_MIDNIGHT], [1002, "周", 46348])
    assert values(data) == [
        {"no": "1001", "name": "林", "hired": "2026-11-22"},
        {"no": "1002", "name": "周", "hired": "46348"},
    ]


def test_missing_columns_are_named_with_the_other_names_under_which_they_are_accepted():
    with pytest.raises(Unreadable, match="姓名 / 名字 / Name"):
        read(saved("工号,入职日期\nA1,2026-11-22\n"), COLUMNS)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b" \r\n\r\n", b"\x00\x00"])
def test_an_empty_file_is_refused_as_empty(data):
    with pytest.raises(Unreadable, match="空"):
        read(data, COLUMNS)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x01\x02", "不是表格"),
        (b"%PDF-1.7\n\x01\x02\x03\xff\xff", "不是表格|编码"),
        (bytes(range(256)) * 40, "不是表格"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "Workbook".encode("utf-16-le"), "旧版 Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        (b"PK\x03\x04 not a zip at all", "坏了"),
        (b"\xff\xfeA", "不是表格|编码"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(data, said):
    with pytest.raises(Unreadable, match=said):
        read(data, COLUMNS)


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_reading_fail_in_another_way(data):
    with contextlib.suppress(Unreadable, TooLarge):
        read(data, COLUMNS)


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<x/>")
    with pytest.raises(Unreadable, match="不是表格"):
        read(out.getvalue(), COLUMNS)


def test_a_workbook_that_unpacks_to_more_than_100_mb_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_001)
    with pytest.raises(TooLarge):
        read(out.getvalue(), COLUMNS)


def test_more_than_ten_megabytes_are_refused_and_the_limit_is_said():
    with pytest.raises(TooLarge, match="10 MB"):
        read(b"x" * 10_000_001, COLUMNS)


def test_more_rows_than_allowed_are_refused():
    with pytest.raises(TooLarge, match="超过 2 行"):
        values(saved("工号,姓名\n" + "A1,林\n" * 3), most_rows=2)


def test_quotes_that_do_not_match_name_the_row():
    with pytest.raises(Unreadable, match="读不下去"):
        values(saved('工号,姓名\nA1,"林' + "长" * 200_000))


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22",
        "2026/11/22",
        "2026/1１/22",
        "2026.11.22",
        "2026年11月22日",
        "2026 年 11 月 22 日",
        "20261122",
        "46348",
        "2026-11-22 00:00:00",
    ],
)
def test_a_day_is_read_in_every_usual_way(written):
    assert day(written) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "written", ["11月22日", "22/11/26", "2026-13-01", "2026-02-30", "昨天", "", "2026", "12345678"]
)
def test_a_day_that_nobody_can_read_for_sure_is_refused(written):
    with pytest.raises(ValueError):  # noqa: PT011 - strptime-like: the cell is the message
        day(written)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "|cmd", " =1", "＝1", "=cmd|'/c calc'!A1"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(cell):
    written = next(
        csv.reader(io.StringIO(csv_bytes(["x"], [[cell]]).decode("utf-8-sig").partition("\r\n")[2], newline=""))
    )
    assert written == [f"'{cell}"]


def test_a_telephone_number_stays_readable():
    assert guarded("+86 138 0013 8000").endswith("+86 138 0013 8000")


def test_numbers_and_negative_numbers_stay_numbers():
    assert csv_bytes(["x"], [[-3.5], [0]]).endswith(b"x\r\n-3.5\r\n0\r\n")


@given(st.text(max_size=30))
def test_what_was_guarded_is_read_back_as_it_was(cell):
    assert unguarded(guarded(cell)) == cell.replace("\x00", "")


@given(st.text(max_size=30))
def test_no_guarded_cell_starts_a_formula(cell):
    assert not guarded(cell).lstrip().startswith(("=", "+", "-", "@", "|"))


def test_csv_opens_in_chinese_excel_by_its_mark():
    assert csv_bytes(["工号"], [["林"]]) == b"\xef\xbb\xbf" + "工号\r\n林\r\n".encode()


def test_a_workbook_keeps_texts_as_texts_and_days_as_days():
    data = xlsx_bytes(
        "完成/情况[1]", ["工号", "日", "分"], [["=1+1", date(2026, 11, 22), 92.5], ["http://x", None, None]]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.title == "完成 情况 1"
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert (sheet["B2"].value, sheet["C2"].value) == (AT_MIDNIGHT, 92.5)
    assert sheet["A3"].hyperlink is None


def test_an_instant_given_in_utc_is_written_without_a_failure():
    data = xlsx_bytes("x", ["时间"], [[datetime(2026, 11, 22, 10, 32, tzinfo=UTC)]])
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A2"].value == datetime(2026, 11, 22, 10, 32)  # noqa: DTZ001
