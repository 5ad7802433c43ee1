"""An article is read with everything that is wrong with it, and written back as the same article."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Severity, apply_fixes
from lms.content.grammar.keywords import Language
from lms.core.plain import from_plain, to_plain
from lms.kb.spec import ArticleSpec, Basis, DateKind, Validity, parse, write
from tests.support.ending import ENDS

EXAMPLE = (Path(__file__).parents[1] / "examples" / "article.md").read_text("utf-8")
PATH = "kb_content/after-sales/return-7d.md"


def article(body: str, front: str = "") -> Parsed[ArticleSpec]:
    return parse(f"---\n类型: 知识\n{front}---\n# 退货\n\n{body}\n", PATH)


def messages(parsed: Parsed[ArticleSpec]) -> list[str]:
    return [str(finding.message) for finding in parsed.findings]


def spec_of(parsed: Parsed[ArticleSpec]) -> ArticleSpec:
    assert parsed.spec is not None, messages(parsed)
    return parsed.spec


def test_the_example_is_read_without_a_finding():
    parsed = parse(EXAMPLE, PATH)
    spec = spec_of(parsed)
    assert parsed.findings == ()
    assert (spec.title, spec.about.owner, spec.about.review_days) == ("七天无理由退货", "T1001", 90)
    assert (spec.basis, spec.must_read, spec.shops) == (Basis.LAW, ("客服专员",), ())
    assert spec.aliases == ("七天无理由", "7天无理由", "无理由退货")
    assert [section.title for section in spec.sections] == [
        "时效",
        "不适用的商品",
        "大促期间的特别规则",
        "怎么对顾客说",
    ]


def test_sections_know_their_lines_words_and_html():
    section = spec_of(parse(EXAMPLE, PATH)).sections[0]
    assert (section.first, section.last, section.anchor) == (13, 14, "时效")
    assert section.text == "顾客自签收次日零点起 7 天内可以申请，以物流签收时间为准。"
    assert "<strong>签收次日</strong>" in section.html


def test_a_dated_section_knows_its_days_and_by_which_day_it_is_judged():
    dated = spec_of(parse(EXAMPLE, PATH)).sections[2]
    assert dated.validity == Validity(first=date(2026, 11, 1), last=date(2026, 11, 20), judged_by=DateKind.ORDER)
    assert "生效" not in dated.html


def test_links_name_their_target_anchor_line_and_section():
    (link,) = parse(EXAMPLE, PATH).links
    assert (link.target, link.anchor, link.line, link.section) == (
        "kb_content/after-sales/freight-insurance.md",
        "理赔",
        29,
        "大促期间的特别规则",
    )


def test_a_dated_section_without_its_kind_of_day_is_an_error():
    assert messages(article("## 大促\n`生效:2026-11-01..2026-11-20`\n\n正文")) == [
        "第 7 行：写了生效日期，还要写按哪一天算，请加上一个：按下单日、按付款日、按签收日、按申请日。"
    ]


@pytest.mark.parametrize("chips", ["`按下单日`", "`生效:下周` `按下单日`", "`生效:2026-11-20..2026-11-01` `按下单日`"])
def test_days_that_make_no_sense_are_errors(chips: str):
    parsed = article(f"## 大促\n{chips}\n\n正文")
    assert [(finding.line, finding.severity) for finding in parsed.findings] == [(7, Severity.ERROR)]


def test_an_open_end_is_a_span_too():
    spec = spec_of(article("## 大促\n`生效:2026-11-01..` `按付款日`\n\n正文"))
    assert spec.sections[0].validity == Validity(first=date(2026, 11, 1), last=None, judged_by=DateKind.PAYMENT)


def test_an_unknown_chip_is_an_error_with_the_nearest_word_and_a_fix():
    source = "---\n类型: 知识\n---\n# 退货\n\n## 大促\n`生效:2026-11-01..2026-11-20` `按下单`\n\n正文\n"
    finding = next(each for each in parse(source, PATH).findings if each.code == "C110")
    assert str(finding.message).startswith("第 7 行：不认识“按下单”，是否“按下单日”？可用：")
    assert finding.fix is not None
    assert parse(apply_fixes(source, [finding.fix]), PATH).findings == ()


def test_an_unknown_property_is_an_error_with_the_nearest_word_and_a_fix():
    source = "---\n类型: 知识\n负责: T1001\n---\n# 退货\n"
    (finding,) = parse(source, PATH).findings
    assert "没有“负责”这个属性，是否“负责人”？" in str(finding.message)
    assert finding.fix is not None
    assert parse(apply_fixes(source, [finding.fix]), PATH).findings == ()


def test_every_problem_is_told_at_once_and_no_spec_is_given():
    parsed = article("## 一\n`按下单`\n\n- a\n  - b\n\n    见[x](../../../y.md)", front="依据: 传说\n及格: 80%\n")
    assert parsed.spec is None
    assert {finding.code for finding in parsed.findings} == {"C105", "C107", "C110", "C127", "C142"}


def test_a_warning_does_not_withhold_the_spec():
    parsed = article("正文", front="标签: [售后，退货]\n")
    assert spec_of(parsed).about.tags == ("售后", "退货")
    assert [finding.severity for finding in parsed.findings] == [Severity.WARNING]


def test_a_file_keeps_to_one_language_of_keywords():
    (finding,) = article("正文", front="tags: [售后]\n").findings
    assert "“tags”和别处语言不同" in str(finding.message)


def test_an_english_article_is_read_like_a_chinese_one():
    source = (
        "---\ntype: article\nbasis: law\nreview-every: 90d\nmust-read: [agent]\n---\n# Returns\n\n"
        "## Sale\n`valid:2026-11-01..2026-11-20` `by-order-day`\n\nText\n"
    )
    spec = spec_of(parse(source, PATH))
    assert (spec.basis, spec.about.review_days) == (Basis.LAW, 90)
    assert spec.sections[0].validity is not None
    assert write(spec, Language.EN) == source.replace(
        "basis: law\nreview-every: 90d\n", "review-every: 90d\nbasis: law\n"
    )


def test_a_section_keeps_its_id_for_life_and_no_two_share_one():
    parsed = article("## 一\n`id:k3f9qz`\n\na\n\n## 二\n`id:k3f9qz`\n\nb")
    assert parsed.ids == (("k3f9qz", 7), ("k3f9qz", 12))
    assert messages(parsed) == ["第 12 行：“id:k3f9qz”在第 7 行已经用过，请删去一处。"]
    assert spec_of(article("## 一\n`id:k3f9qz`\n\na")).sections[0].id == "k3f9qz"


def test_a_link_to_a_heading_that_was_renamed_gets_the_new_name():
    source = "---\n类型: 知识\n---\n# 退货\n\n见[核实](#核实)。\n\n## 核实订单\n正文\n"
    (finding,) = parse(source, PATH).findings
    assert str(finding.message) == "第 6 行：没有“核实”这一节，是否“核实订单”？"
    assert finding.fix is not None
    assert parse(apply_fixes(source, [finding.fix]), PATH).findings == ()


@pytest.mark.parametrize(("front", "body"), [("", "正文\n"), ("标题: \n", "## 只有小节\n")])
def test_an_article_needs_a_title(front: str, body: str):
    parsed = parse(f"---\n类型: 知识\n{front}---\n{body}", PATH)
    assert "缺少标题" in "".join(messages(parsed))


def test_a_second_title_becomes_a_section():
    source = "---\n类型: 知识\n---\n# 退货\n\n# 换货\n\n正文\n"
    (finding,) = parse(source, PATH).findings
    assert finding.fix is not None
    assert spec_of(parse(apply_fixes(source, [finding.fix]), PATH)).sections[0].title == "换货"


def test_the_example_is_written_back_as_the_same_article():
    spec = spec_of(parse(EXAMPLE, PATH))
    assert parse(write(spec), PATH).spec == spec
    assert write(spec_of(parse(write(spec), PATH))) == write(spec)


def test_an_article_is_stored_and_read_from_the_database():
    spec = spec_of(parse(EXAMPLE, PATH))
    assert from_plain(ArticleSpec, to_plain(spec)) == spec


BODY = st.lists(
    st.sampled_from(
        ["正文 **粗**。", "- 甲\n- 乙\n    - 丙", "> 话术：{昵称}您好", "> 内部：先问组长",
         "| a | b |\n|---|---|\n| 1 | 2 |", "## 时效", "### 细则",
         "## 大促\n`生效:2026-11-01..2026-11-20` `按下单日`", "```\n# 码\n```",
         "<!-- 备注 -->", "见[这里](#时效)", "## 又\n`id:a1b2c3`", "1. 一\n2. 二", "![图](a.png)"]
    ),
    max_size=10,
    unique=True,
).map("\n\n".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(BODY)
def test_what_was_read_is_written_and_read_the_same(body: str):
    parsed = article(body)
    if parsed.spec is not None:
        assert parse(write(parsed.spec), PATH).spec == parsed.spec


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), BODY)
def test_any_source_is_read_without_raising(junk: str, body: str):
    parse(junk, PATH)
    article(body + junk)


@ENDS
def test_a_megabyte_is_read():
    body = EXAMPLE.split("# 七天无理由退货\n", 1)[1]
    parse(EXAMPLE + body * 1_100, PATH)


def test_a_file_that_is_wrong_everywhere_is_told_so_a_thousand_times_at_most():
    parsed = article("## 一\n" + "`天气晴` `抽题4`\n" * 3_000)
    assert parsed.spec is None
    assert len(parsed.findings) <= 1_100


def test_what_cannot_be_rendered_in_time_is_one_finding():
    (finding,) = article("[" * 5_000).findings
    assert "没有配对的太多" in str(finding.message)


def test_an_article_asks_nobody_to_watch_a_video_to_the_end():
    (said,) = messages(article("[看一遍](files/kettle-3f9a2c.mp4) `看完80%`"))
    assert said == "第 6 行：只有课时能要求看完视频，请删去“看完80%”。"
