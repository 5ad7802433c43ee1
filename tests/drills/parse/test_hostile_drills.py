"""Whatever a file holds, it is read without a crash, each finding has its line, and every fix can be applied."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.grammar.findings import apply_fixes
from lms.drills.lint import lint
from lms.drills.parse import parse

PATH = "courses/drills/this.md"
LINES = (Path(__file__).parents[2] / "examples" / "drill.md").read_text("utf-8").split("\n")
PIECES = [
    "## ", "### 三", "# 题", "`限时0秒`", "`限时60秒` `限时60秒`", "`结局:`", "`id:k3f9qz`", "> ", "> 小雨：", "> ：", "> 小雨（情绪低于999）：a", "- ", "- [](#)",
    "- [a](#核实) `共情+99999`", "- [a](#核实) `+5`", "- 必说", "- 必说：", "- 必说 共情+：(", "- 禁说 `：`：a", "- 得分≥", "- 得分≥x => [a](#核实)", "- 超时 =>", "- 其他 => []()",
    "- 命中禁用语：", "    - 点评：", "  - 点评：a", "    - 点评：a\n        - b", "1. [a](#核实)", "| a | b |\n|---|---|", "```", "<!--", "---", "通过: 或", "通过: 总分≥",
    "评分: {}", "评分: {: 1}", "顾客: |", "情绪: 四十", "并发: [../../../x.md]", "扣分制: {a: 1}", "·自由回复·", "## 复盘", "- 自评：", "- 自评：a\n    - b", "限时: ", "`", "[", "](#", "\\",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The example with some lines gone, doubled, cut, swapped or replaced."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["drop", "double", "cut", "put", "join"]))
        if what == "drop" and len(lines) > 1:
            del lines[place]
        elif what == "double":
            lines.insert(place, lines[draw(st.integers(0, len(lines) - 1))])
        elif what == "cut":
            lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
        elif what == "put":
            lines.insert(place, draw(st.sampled_from(PIECES)))
        else:
            lines[place] += draw(st.sampled_from(PIECES))
    return "\n".join(lines)


@given(source=damaged() | st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_file_is_read_and_each_finding_has_its_line(source: str):
    parsed = parse(source, PATH)
    findings = [*parsed.findings, *(lint(parsed.spec) if parsed.spec else ())]
    last = max(source.count("\n") + 1, 1)
    assert all(1 <= finding.line <= last and str(finding.message) for finding in findings)
    for finding in findings:
        if finding.fix is not None:
            parse(apply_fixes(source, [finding.fix]), PATH)


def test_long_lines_of_one_sign_are_read():
    opening = "---\n类型: 演练\n顾客: 小雨\n---\n# a\n\n## b\n"
    for piece in ("\\[", "[", "`", "必说", "=>", "（", "小雨：", "得分≥1 => ", "+1"):
        words = piece * 800
        parsed = parse(f"{opening}> 小雨：{words}\n\n- {words}\n- 必说{words}\n- 得分{words}\n", PATH)
        assert parsed.findings
