"""The table to fill in: its columns, an example of each kind, and a sheet that explains them. Pure."""

from collections.abc import Mapping, Sequence

from lms.core.sheets import xlsx_bytes
from lms.quizzes.importers.columns import (
    ANSWER,
    BEFORE,
    EXPLANATION,
    LEVEL,
    OPTION_COLUMNS,
    POINTS,
    RUBRIC,
    SECTION,
    SETTINGS,
    SHOWN_OPTIONS,
    SOURCE,
    TAGS,
    TOPIC,
)

COLUMNS = (
    *BEFORE, *OPTION_COLUMNS[:SHOWN_OPTIONS], ANSWER, EXPLANATION, POINTS, LEVEL, TAGS, TOPIC, SECTION, SOURCE, RUBRIC,
    SETTINGS,
)  # fmt: skip
SHEET_TITLE = "题库"
GUIDE_TITLES = ("填写说明", "Guide")
EXAMPLE = "（示例）"
"""How the text of a row begins that is never imported."""


def _example(kind: str, stem: str, options: Sequence[str] = (), **more: str) -> Mapping[str, str]:
    named = {f"option-{letter}": option for letter, option in zip("ABCDEFGH", options, strict=False)}
    return {"kind": kind, "stem": f"{EXAMPLE}{stem}", **named, **more}


EXAMPLES: tuple[Mapping[str, str], ...] = (
    _example(
        "单选", "签收后几天内可以申请七天无理由退货？", ["3 天", "7 天", "15 天", "30 天"],
        answer="B", explanation="从签收次日零点起算。", points="2", level="易", tags="售后、退货", topic="政策",
        section="退货", source="《售后服务规范》第 3 条",
    ),
    _example(
        "多选", "哪些情况可以拒绝退货？", ["已使用影响二次销售", "超过时限", "包装拆开过", "定制商品"],
        answer="ABD", points="4", level="3", tags="售后", section="退货", settings="漏选给半分",
    ),
    _example("判断", "顾客没有收到货也可以申请退款。", answer="对", points="1", section="退款"),
    _example("填空", "退款审核通过后 ____ 小时内到账，周末 ____。", answer="48|四十八; 顺延", section="退款"),
    _example("数值", "满 300 减 40，买 320 元应付多少元？", answer="280 ± 0.01 元", points="2", section="计算"),
    _example(
        "排序", "处理投诉的顺序是？", ["给出方案", "道歉安抚", "核实订单", "回访"], answer="BCAD", section="投诉",
    ),
    _example("匹配", "把问题和期限连起来。", ["退货 => 7 天", "换货 => 15 天", "（干扰项） => 60 天"], section="退货"),
    _example(
        "问答", "顾客说“再不发货我就投诉”，请写一条回复。", answer="很抱歉让您久等了，我马上为您查询物流。", points="5",
        rubric="必说（3分）：抱歉 | 理解\n评分（2分）：语气是否平和", settings="字数20-150", section="投诉",
    ),
)  # fmt: skip
_GUIDE: tuple[tuple[str, str, str], ...] = (
    ("题型", "单选、多选、判断、填空、数值、排序、匹配、问答。不写时按选项和答案推断。",
     "single, multiple, true/false, fill in, numeric, ordering, matching, open; inferred where empty"),
    ("题干", "必填。填空题用 ____（四个下划线）标出要填的空。", "required; ____ marks a gap to fill in"),
    ("选项A…选项H", "一格一个选项，可以一直写到选项Z。也可以只用一列“选项”，每行一个。",
     "one option a cell, up to 选项Z; or one column 选项 with an option a line"),
    ("答案", "单选写 B；多选写 ACD；判断写 对 或 错；填空各空之间用 ; 隔开，同一空的几种说法用 | 隔开；"
     "数值写 64、64 ± 0.01 元或 60..70；排序写正确的顺序；匹配不写；问答写参考答案。",
     "B; ACD; 对 or 错 (T or F); gaps with ; between and | for what is accepted alike; 64, 64 ± 0.01 or 60..70;"
     " the right order; nothing for matching; a model answer for open questions"),
    ("解析", "答完以后才显示。", "shown after answering"),
    ("分值", "数字，精确到 0.05。不写是 1 分。", "a number, to 0.05; 1 where empty"),
    ("难度", "1 到 5，1 最容易；也可以写 易、中、难。", "1 (easy) to 5, or easy, medium, hard"),
    ("标签、知识点", "几个之间用顿号或逗号隔开，一起成为题目的标签。", "with commas between; both become tags"),
    ("分类", "成为测验里的小节。", "becomes a section of the quiz"),
    ("出处", "写在解析的末尾。", "goes to the end of the explanation"),
    ("评分标准", "问答题用，每行一条：必说（3分）：词 | 词；应说、禁说（-5分）、评分（由人来判）。",
     "open questions, one a line: 必说（3分）：words | words; also 应说, 禁说（-5分）, 评分 (marked by a person)"),
    ("设置", "漏选给半分、错选不得分、区分大小写、按相邻给分、人工复核、字数20-150。",
     "half-if-incomplete, none-if-wrong, case-sensitive, adjacent-pairs, manual, 字数20-150"),
    ("示例", "题干以“（示例）”开头的行不会导入，可以删掉或留着。", "rows that begin with （示例） are not imported"),
)  # fmt: skip


def template() -> bytes:
    """Return the workbook to fill in."""
    headers = [column.name for column in COLUMNS]
    rows = [[example.get(column.key, "") for column in COLUMNS] for example in EXAMPLES]
    return xlsx_bytes(SHEET_TITLE, headers, rows, more=[(GUIDE_TITLES[0], ("列", "怎么填", "In English"), _GUIDE)])
