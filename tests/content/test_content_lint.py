"""Links that lead nowhere, numbers of real people, names that cannot be addresses."""

import pytest

from lms.content.grammar.document import Parsed, Reference
from lms.content.grammar.findings import Severity, apply_fixes
from lms.content.lint import (
    Target,
    lint_links,
    lint_personal_data,
    lint_slug,
    lint_twins,
    slug_of,
)
from lms.core.masking.checks import is_id_number, passes_luhn

PATH = "courses/a.md"
KNOWN = {"kb_content/return-7d.md": Target(headings=("七天无理由退货", "时效说明")), "courses/图.png": Target()}


def link(target: str, anchor: str = "") -> Reference:
    return Reference(target=target, anchor=anchor, line=1, section="", label="这里")


def messages(source: str, *links: Reference, known: dict[str, Target] = KNOWN) -> list[str]:
    return [str(finding.message) for finding in lint_links(source, PATH, links, known)]


def test_a_link_that_leads_somewhere_is_fine():
    assert messages("", link("kb_content/return-7d.md", "时效说明"), link("courses/图.png")) == []


def test_a_missing_file_of_the_same_name_elsewhere_is_offered():
    source = "见[这里](return-7d.md#时效说明)。"
    (finding,) = lint_links(source, PATH, [link("courses/return-7d.md", "时效说明")], KNOWN)
    assert str(finding.message) == (
        "第 1 行：链接“courses/return-7d.md”没有对应的文件，是否“kb_content/return-7d.md”？"
    )
    assert finding.fix is not None
    assert apply_fixes(source, [finding.fix]) == "见[这里](../kb_content/return-7d.md#时效说明)。"


def test_a_missing_file_like_nothing_is_told():
    assert messages("", link("x/完全不同.md"), known={}) == ["第 1 行：链接“x/完全不同.md”没有对应的文件，请检查路径。"]


def test_a_missing_heading_gets_the_nearest_one():
    source = "[这里](../kb_content/return-7d.md#时效)"
    (finding,) = lint_links(source, PATH, [link("kb_content/return-7d.md", "时效")], KNOWN)
    assert str(finding.message) == "第 1 行：“这里”里没有“时效”这一节，是否“时效说明”？"
    assert finding.fix is not None
    assert apply_fixes(source, [finding.fix]) == "[这里](../kb_content/return-7d.md#时效说明)"


def test_headings_are_compared_as_their_ids():
    known = {"x.md": Target(headings=("怎么 对顾客说？",))}
    assert messages("", link("x.md", "怎么-对顾客说"), known=known) == []


def test_archived_and_expired_targets_are_warnings():
    known = {"x.md": Target(archived=True), "y.md": Target(expired=True)}
    found = lint_links("", PATH, [link("x.md"), link("y.md")], known)
    assert [(finding.code, finding.severity) for finding in found] == [
        ("C143", Severity.WARNING),
        ("C144", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("电话 13912340078", "C150"),
        ("电话 139-1234-0078。", "C150"),
        ("身份证 11010519491231002X", "C151"),
        ("卡号 6222 0212 3456 7890 128", "C152"),
        ("订单 2023110412345678901", "C153"),
    ],
)
def test_a_number_of_a_real_person_is_found(text: str, code: str):
    assert [finding.code for finding in lint_personal_data(text)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "客服热线 12315，400-800-1234", "电话 138****0000", "13800138000", "13900000000", "13912345678", "订单 8821",
        "2026-11-01..2026-11-20", "https://example.com/item/2023110412345678901", "条码 6901234567892",
        "0000000000000000", "SKU_13912340078_a", "身份证 110105194912310021",
    ],
)  # fmt: skip
def test_a_number_of_nobody_is_left_alone(text: str):
    assert [finding for finding in lint_personal_data(text) if finding.code in ("C150", "C151", "C152")] == []


def test_the_message_does_not_repeat_the_number_and_the_fix_masks_it():
    (finding,) = lint_personal_data("电话 13912340078")
    assert "13912340078" not in str(finding.message)
    assert finding.fix is not None
    mended = apply_fixes("电话 13912340078", [finding.fix])
    assert lint_personal_data(mended) == []


def test_all_numbers_of_a_kind_on_a_line_are_masked_together():
    source = "13912340078 或 13712340065"
    (finding,) = lint_personal_data(source)
    assert finding.fix is not None
    assert lint_personal_data(apply_fixes(source, [finding.fix])) == []


def test_check_digits():
    assert is_id_number("11010519491231002X")
    assert not is_id_number("110105194912310020")
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")


def test_a_slug_is_the_path_below_its_folder():
    assert slug_of("kb_content/after-sales/return-7d.md") == "after-sales/return-7d"
    assert slug_of("docs/a.md") is None


@pytest.mark.parametrize("path", ["kb_content/a/history.md", "quizzes/attempts.md", "courses/a b.md", "docs/a.md"])
def test_a_name_that_cannot_be_an_address_is_an_error(path: str):
    assert [finding.severity for finding in lint_slug(path)] == [Severity.ERROR]


def test_two_files_of_the_same_kind_and_slug_are_an_error():
    kinds = {"kb_content/a.md": "ARTICLE", "courses/a.md": "ARTICLE", "quizzes/a.md": "QUIZ"}
    assert [(path, finding.code) for path, finding in lint_twins(kinds, {})] == [("kb_content/a.md", "C163")]


def test_one_id_in_two_files_is_an_error():
    parsed = {path: Parsed[object](path=path, spec=None, ids=(("k3f9qz", 4),)) for path in ("a.md", "b.md")}
    (found,) = lint_twins({}, parsed)
    assert (found[0], found[1].code, found[1].line) == ("b.md", "C164", 4)
