"""What is measured: the built-in metrics with unit, direction, what a value can be, and what their columns are called.

Pure. What the company adds or changes lies in the table `metric`; queries.figures.metrics() puts the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lms.core.texts import Text, text


class Unit(StrEnum):
    PERCENT = "percent"  # 0 to 100
    SECONDS = "seconds"
    HOURS = "hours"
    COUNT = "count"
    SCORE = "score"  # 0 to 100


class Direction(StrEnum):
    UP = "up"  # more is better
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """low, high: what a value can be at all, both included; None = open. red_line: beyond it on the bad side is red.

    team_red_lines: (id of a team, its own red line), which holds for the teams below it too. in_use: whether it is
    measured still; one put out of use names the figures of earlier periods.
    """

    code: str
    name: Text
    unit: Unit
    direction: Direction
    low: float | None = 0.0
    high: float | None = None
    red_line: float | None = None
    team_red_lines: tuple[tuple[int, float], ...] = ()
    synonyms: tuple[str, ...] = field(default=())
    in_use: bool = True

    @property
    def is_mean(self) -> bool:
        """Whether several periods make one by the mean weighted with their counts; else they are added up."""
        return self.unit is not Unit.COUNT

    def for_teams(self, path: Iterable[int]) -> "Metric":
        """Return it with the red line of the first of these teams that has one of its own; else as it is.

        path: the team of whoever is measured, then those above it.
        """
        if not self.team_red_lines:
            return self
        own = dict(self.team_red_lines)
        line = next((own[team] for team in path if team in own), self.red_line)
        return self if line == self.red_line else replace(self, red_line=line)

    def is_red(self, value: float) -> bool:
        if self.red_line is None:
            return False
        return value < self.red_line if self.direction is Direction.UP else value > self.red_line


def _percent(code: str, name: Text, direction: Direction, *synonyms: str) -> Metric:
    return Metric(code=code, name=name, unit=Unit.PERCENT, direction=direction, high=100.0, synonyms=synonyms)


UP, DOWN = Direction.UP, Direction.DOWN

BUILT_IN: tuple[Metric, ...] = (
    Metric(
        code="first_response",
        name=text("首次响应时长"),
        unit=Unit.SECONDS,
        direction=DOWN,
        high=86_400.0,
        synonyms=("首响", "首响时长", "首次响应", "首次响应时间", "首响(秒)", "first response time", "frt"),
    ),
    Metric(
        code="avg_response",
        name=text("平均响应时长"),
        unit=Unit.SECONDS,
        direction=DOWN,
        high=86_400.0,
        synonyms=("平响", "平均响应", "平均响应时间", "平均响应(秒)", "average response time", "art"),
    ),
    _percent(
        "reply_3min", text("3分钟回复率"), UP, "三分钟回复率", "3min回复率", "3分钟人工回复率", "replied in 3 minutes"
    ),
    _percent("answer_30s", text("30秒应答率"), UP, "30s应答率", "三十秒应答率", "answered in 30 seconds"),
    _percent("csat", text("满意度"), UP, "客户满意度", "客服满意度", "好评率", "satisfaction", "csat"),
    _percent("survey_rate", text("邀评率"), UP, "邀请评价率", "评价邀请率", "survey rate"),
    _percent(
        "fcr", text("一次解决率"), UP, "首次解决率", "解决率", "fcr", "first contact resolution", "resolution rate"
    ),
    _percent("conversion", text("询单转化率"), UP, "转化率", "咨询转化率", "conversion rate"),
    _percent("intervention", text("平台介入率"), DOWN, "介入率", "纠纷介入率", "platform intervention rate"),
    Metric(
        code="refund_time",
        name=text("退款时长"),
        unit=Unit.HOURS,
        direction=DOWN,
        high=8_760.0,
        synonyms=("退款处理时长", "平均退款时长", "退款时效", "refund time"),
    ),
    Metric(
        code="bad_reviews",
        name=text("差评数"),
        unit=Unit.COUNT,
        direction=DOWN,
        high=1_000_000.0,
        synonyms=("差评", "差评量", "bad reviews"),
    ),
    _percent("repurchase", text("复购率"), UP, "回购率", "repurchase rate"),
    _percent("qa_pass", text("质检合格率"), UP, "质检通过率", "质检得分率", "inspection pass rate", "qa"),
    Metric(
        code="sessions",
        name=text("会话量"),
        unit=Unit.COUNT,
        direction=UP,
        high=10_000_000.0,
        synonyms=("接待量", "接待人数", "会话数", "咨询量", "sessions", "conversations"),
    ),
)
