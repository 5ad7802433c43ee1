"""Words of a file of verdicts: its columns, how they are explained, and how scores and red lines are written. Pure."""

import re
from unicodedata import normalize

from lms.core.sheets import Column
from lms.core.texts import Text, text

COLUMNS: tuple[Column, ...] = (
    Column(key="employee_no", name="工号", synonyms=("员工号", "客服工号", "Employee No", "Agent"), required=True),
    Column(
        key="conversation",
        name="会话号",
        synonyms=("会话ID", "会话编号", "聊天编号", "工单号", "Conversation", "Conversation ID", "Session ID"),
        required=True,
    ),
    Column(key="day", name="日期", synonyms=("会话日期", "接待日期", "Date", "Day"), required=True),
    Column(
        key="item",
        name="检查项",
        synonyms=("质检项", "检查项目", "评分项", "Item", "Check Item"),
        required=True,
        folded=False,
    ),
    Column(key="score", name="得分", synonyms=("评分", "结果", "是否合格", "Score", "Result"), required=True),
    Column(key="red", name="红线", synonyms=("一票否决", "是否红线", "Red Line")),
    Column(key="quote", name="原话", synonyms=("会话原文", "原文", "对话摘录", "Quote"), folded=False, lines=True),
    Column(key="inspector", name="质检员", synonyms=("质检人", "评分人", "Inspector", "Checked By"), folded=False),
    Column(key="comment", name="评语", synonyms=("备注", "说明", "Comment", "Remark"), folded=False, lines=True),
)

EXPLAINED: dict[str, Text] = {
    "employee_no": text("被检查的客服的工号。"),
    "conversation": text("客服系统里的会话编号；同一会话、同一检查项、同一质检员只算一次。"),
    "day": text("会话发生的那天，写成 2026-11-20。"),
    "item": text("检查项的名称或代码，先在“检查项”里建好。"),
    "score": text("这一项得几分，例如 8 或 8/10；也可以写合格、不合格。"),
    "red": text("碰了红线写“是”，整个会话记 0 分；不写就按检查项的设置。"),
    "quote": text("客服当时说的话，最多 1,000 字；手机号、姓名、地址等会先隐去再保存。"),
    "inspector": text("质检员的工号或姓名；不写就是您自己。"),
    "comment": text("给客服看的说明，可以不写。"),
}

PASSED = frozenset({"合格", "通过", "达标", "pass", "passed", "ok", "√", "✓"})
FAILED = frozenset({"不合格", "不通过", "未通过", "不达标", "fail", "failed", "×", "✗", "x"})
YES = frozenset({"是", "有", "1", "y", "yes", "true", "红线", "一票否决", "√", "✓"})
NO = frozenset({"", "否", "无", "0", "n", "no", "false", "-", "×"})
_SCORE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)\s*分?(?:\s*/\s*([0-9]{1,4}(?:\.[0-9]{1,2})?)\s*分?)?")


def folded_name(written: str) -> str:
    """Return the form in which names of items and inspectors are compared."""
    return "".join(normalize("NFKC", written).split()).casefold()


def shown(written: str) -> str:
    """Return the text without what nobody can see: no column of a database has to hold it."""
    return "\n".join("".join(sign for sign in line if sign.isprintable()) for line in written.splitlines()).strip()


def read_score(written: str, points: float) -> tuple[float, float] | None:
    """Return score and possible points of what is written ("8", "8/10", "合格"); None where it can't be read."""
    word = normalize("NFKC", written).strip().casefold()
    if word in PASSED:
        return points, points
    if word in FAILED:
        return 0.0, points
    found = _SCORE.fullmatch(word)
    if found is None:
        return None
    return float(found[1]), float(found[2]) if found[2] else points
