"""A sheet of questions and answers: what each row becomes, and why it does not."""

import pytest

from lms.content.importers.faq import drafts_of
from lms.core.errors import Unreadable
from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.kb.spec import parse

HEAD = ["问题", "相似问", "答案", "分类", "店铺", "有效期"]


def sheet(*rows, head=HEAD, csv=False):
    made = [list(row) + [""] * (len(head) - len(row)) for row in rows]
    return csv_bytes(head, made) if csv else xlsx_bytes("问答", head, made)


def problems(*rows, **options):
    return [[str(each) for each in draft.problems] for draft in drafts_of(sheet(*rows), folder="", **options).drafts]


@pytest.mark.parametrize("csv", [True, False])
def test_a_row_becomes_an_article_that_parses(csv):
    data = sheet(("几天能退？", "多久能退；退货期限", "七天。\n- 要吊牌", "售后/退货", "旗舰店、京东"), csv=csv)
    (draft,) = drafts_of(data, folder="faq").drafts
    found = parse(draft.source("T1"), f"kb_content/{draft.slug}.md")
    assert not found.findings
    assert (draft.slug, found.spec.title, found.spec.about.owner) == ("faq/售后/退货/几天能退", "几天能退？", "T1")
    assert found.spec.aliases == ("多久能退", "退货期限")
    assert found.spec.about.tags == ("售后", "退货")
    assert found.spec.shops == ("旗舰店", "京东")
    assert found.spec.intro.source == "七天。\n\n- 要吊牌"


def test_other_names_of_the_columns_are_known():
    data = sheet(("几天能退", "七天。"), head=["标准问题（必填）", "标准答案*"])
    assert drafts_of(data, folder="").drafts[0].title == "几天能退"


def test_the_kind_of_day_is_asked_once_for_the_whole_file():
    row = ("几天能退", "", "七天。", "", "", "2026/11/1-2026/11/20")
    assert drafts_of(sheet(row), folder="").needs_day_kind
    assert "先选" in problems(row)[0][0]
    (draft,) = drafts_of(sheet(row), folder="", day_kind="receipt").drafts
    section = parse(draft.source(""), "kb_content/a.md").spec.sections[0]
    assert (section.validity.first.isoformat(), section.validity.last.isoformat()) == ("2026-11-01", "2026-11-20")
    assert section.validity.judged_by == "receipt"


def test_a_file_without_dates_is_asked_for_nothing():
    assert not drafts_of(sheet(("甲", "", "乙", "", "", "长期有效")), folder="").needs_day_kind


@pytest.mark.parametrize(
    ("written", "chip"),
    [
        ("2026-11-01至2026-11-20", "生效:2026-11-01..2026-11-20"),
        ("2026年11月1日-2026年11月20日", "生效:2026-11-01..2026-11-20"),
        ("2026-11-01 ~ 2026-11-20", "生效:2026-11-01..2026-11-20"),
        ("2026-11-20", "生效:..2026-11-20"),
        ("2026-11-01..", "生效:2026-11-01.."),
    ],
)
def test_days_are_read_as_people_write_them(written, chip):
    (draft,) = drafts_of(sheet(("甲", "", "乙", "", "", written)), folder="", day_kind="order").drafts
    assert draft.chips == (chip, "按下单日")


def test_answers_for_customers_become_a_script():
    (draft,) = drafts_of(sheet(("甲", "", "您好，{昵称}\n请稍等")), folder="", script=True).drafts
    assert draft.body() == "> 话术：您好，{昵称}\n>\n> 请稍等\n"


def test_every_reason_is_told_with_its_line():
    found = drafts_of(
        sheet(("甲", "", ""), ("", "", "乙"), ("丙", "", "丁", "", "", "明天"), ("长" * 121, "", "x")), folder=""
    )
    assert [draft.line for draft in found.drafts] == [2, 3, 4, 5]
    assert [str(draft.problems[0])[:8] for draft in found.drafts] == [
        "没有写答案。",
        "没有写问题。",
        "有效期“明天”看",
        "问题超过 120",
    ]


def test_the_same_question_twice_is_one_too_many():
    assert problems(("几天能退？", "", "甲"), ("几天 能退", "", "乙")) == [
        [],
        ["和第 2 行是同一个问题，请合并成一行。"],
    ]


def test_two_questions_never_get_the_same_address():
    found = drafts_of(sheet(("A+B", "", "甲"), ("A B!C", "", "乙"), ("A-B-C", "", "乙")), folder="")
    assert len({draft.slug for draft in found.drafts}) == 3


def test_a_file_without_answers_is_refused_with_the_missing_column():
    with pytest.raises(Unreadable, match="答案"):
        drafts_of(sheet(("甲",), head=["问题"]), folder="")


def test_markdown_in_a_cell_stays_text():
    (draft,) = drafts_of(sheet(("# 标题 `x`", "", "# 甲\n<script>1</script>\n1. 只有一条")), folder="").drafts
    assert draft.body() == "\\# 甲\n\n&lt;script>1&lt;/script>\n\n1\\. 只有一条\n"
    assert not parse(draft.source(""), "kb_content/a.md").findings
