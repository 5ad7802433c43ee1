"""The analysis as rows of a file and as values for machines: every figure that a page shows."""

from collections.abc import Sequence

from lms.core.stats import Interval
from lms.core.texts import Text, text
from lms.quizzes.rules.analysis.items import Item
from lms.quizzes.rules.analysis.report import Finding, Report, kinds_of
from lms.quizzes.rules.analysis.words import METHODS

HEADS: Sequence[Text] = (
    text("题号"),
    text("编号"),
    text("题目"),
    text("题型"),
    text("版本"),
    text("现用"),
    text("作答人数"),
    text("得分率 %%"),
    text("得分率下限 %%"),
    text("得分率上限 %%"),
    text("与其余题的相关"),
    text("相关下限"),
    text("相关上限"),
    text("高低分组区分指数"),
    text("没答"),
    text("用时中位数（秒）"),
    text("提示"),
    text("各选项（高/中/低）"),
)
Cell = Text | str | int | float | None


def row(finding: Finding) -> list[Cell]:
    """Return one version of a question under HEADS; figures that mean nothing are empty."""
    item = finding.item
    sure = item.enough
    return [
        item.asked.number,
        item.asked.key,
        item.asked.question.stem.text,
        item.asked.question.kind.value,
        item.asked.sha.hex()[:12],
        "1" if item.asked.current else "",
        item.n,
        _percent(item.share),
        _percent(item.share_range.low),
        _percent(item.share_range.high),
        _rounded(item.rest) if sure else None,
        _rounded(item.rest_range.low) if sure and item.rest_range else None,
        _rounded(item.rest_range.high) if sure and item.rest_range else None,
        _rounded(item.upper_lower) if sure else None,
        item.omitted,
        item.seconds[1] if item.seconds else None,
        finding.hints[0].sentence if finding.hints else "",
        "  ".join(
            f"{option.letter or option.id}{'*' if option.right else ''} "
            f"{option.chosen.upper}/{option.chosen.middle}/{option.chosen.lower}"
            for option in item.options
        ),
    ]


def about(report: Report, waiting: int) -> list[tuple[Text, Cell]]:
    """Return the figures of the quiz, name and value."""
    whole = report.whole
    if whole is None:
        return [(text("算进来的答卷"), 0), (text("待阅卷，没算"), waiting)]
    found: list[tuple[Text, Cell]] = [
        (text("结论"), report.sentence),
        (text("算进来的答卷"), whole.papers),
        (text("人数"), whole.people),
        (text("待阅卷，没算"), waiting),
        (text("平均分"), _rounded(whole.mean)),
        (text("标准差"), _rounded(whole.deviation)),
        (text("中位数"), _rounded(whole.median)),
        (text("最低分"), _rounded(whole.lowest)),
        (text("最高分"), _rounded(whole.highest)),
        (text("及格率 %%"), _percent(whole.passed / whole.decided) if whole.decided else None),
        (text("及格率下限 %%"), _percent(whole.passed_range.low) if whole.decided else None),
        (text("及格率上限 %%"), _percent(whole.passed_range.high) if whole.decided else None),
        (text("瞎猜及格的概率 %%"), _percent(report.chance)),
    ]
    if whole.reliability:
        reliability = whole.reliability
        found += [
            (text("信度"), _rounded(reliability.value)),
            (text("信度下限"), _rounded(reliability.range.low) if reliability.range else None),
            (text("信度上限"), _rounded(reliability.range.high) if reliability.range else None),
            (text("信度的算法"), METHODS[reliability.method]),
            (text("测量标准误（分）"), _rounded(whole.error)),
        ]
    return found


def plain(finding: Finding) -> dict[str, object]:
    """Return one version of a question as JSON values. Shares lie in 0..1; null = too few, or nothing to count."""
    item = finding.item
    return {
        "key": item.asked.key,
        "number": item.asked.number,
        "version": item.asked.sha.hex(),
        "current": item.asked.current,
        "type": item.asked.question.kind.value,
        "text": item.asked.question.stem.text,
        "attempts": item.n,
        "enough": item.enough,
        "difficulty": round(item.share, 4),
        "difficulty_interval": _pair(item.share_range),
        "discrimination": _sure(item, item.rest),
        "discrimination_interval": _pair(item.rest_range) if item.enough else None,
        "upper_lower": _sure(item, item.upper_lower),
        "upper_lower_interval": _pair(item.upper_lower_range) if item.enough else None,
        "omitted": item.omitted,
        "median_seconds": item.seconds[1] if item.seconds else None,
        "options": [
            {
                "id": option.id,
                "right": option.right,
                "upper": option.chosen.upper,
                "middle": option.chosen.middle,
                "lower": option.chosen.lower,
            }
            for option in item.options
        ],
        "hints": kinds_of(finding.hints),
        "quiet": kinds_of(hint for hint, _ in finding.quiet),
        "good": finding.is_good,
    }


def plain_whole(report: Report, waiting: int) -> dict[str, object]:
    """Return the quiz as JSON values: scores 0..100, shares 0..1; null where there is nothing to count."""
    whole = report.whole
    if whole is None:
        return {"attempts": 0, "waiting": waiting, "enough": False, "guessing": round(report.chance, 6)}
    reliability = whole.reliability
    return {
        "attempts": whole.papers,
        "people": whole.people,
        "waiting": waiting,
        "enough": whole.enough,
        "mean": round(whole.mean, 2),
        "deviation": round(whole.deviation, 2),
        "median": round(whole.median, 2),
        "lowest": round(whole.lowest, 2),
        "highest": round(whole.highest, 2),
        "histogram": list(whole.bars),
        "passed": whole.passed,
        "decided": whole.decided,
        "passed_interval": _pair(whole.passed_range) if whole.decided else None,
        "guessing": round(report.chance, 6),
        "reliability": None if reliability is None else round(reliability.value, 4),
        "reliability_method": None if reliability is None else reliability.method.value,
        "reliability_interval": _pair(reliability.range) if reliability else None,
        "standard_error": _rounded(whole.error),
    }


def _sure(item: Item, value: float | None) -> float | None:
    return round(value, 4) if item.enough and value is not None else None


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 4), round(interval.high, 4)]


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
