"""Targets of this year; what 双十一 was like by day, what went wrong when the warehouse overflowed, what came of it."""

import csv
import io
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

from lms.accounts.queries import root_id
from lms.assignments.actions.measures import finish_measure
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.here import today
from lms.demo.company import AUTUMN_COHORT
from lms.demo.stage import Stage
from lms.performance.actions import figures as kpis
from lms.performance.rules.periods import Grain, period_of
from lms.reviews.actions import peaks, targets
from lms.reviews.actions.peaks import Asked, Found
from lms.reviews.queries import peaks as reading
from lms.reviews.rules.targets import Way

SET, COUNTED, WRITTEN, DONE = 40, 2, 2, 1
"""Days ago on which targets were set, figures of the days came, the review was written, the first measure was done."""
FIRST, LAST, OVERFLOW = 16, 3, 5
"""Days ago: the first and last day of 双十一, the first day of the overflow."""
DAYS = 44
"""Of so many days there are figures."""
BASE_BACK, BASE_MONTHS = 8, 3
"""The base of the targets: so many months from so many months back."""
AIMS = (
    ("csat", Way.POINTS, 2.0, "去年已经在九成以上，按百分比定没有意义，按点数。"),
    ("first_response", Way.RELATIVE, -30.0, "大促和平时一起算。"),
    ("intervention", Way.RELATIVE, -15.0, "重点是退款和改地址两类。"),
)


def measure(stage: Stage) -> None:
    """Note the targets, the figures by day, the review with its measures, and the first of them done."""
    once = stage.agenda.once
    once(stage.at(SET, 15), partial(_aim, stage))
    once(stage.at(COUNTED, 11), partial(_count, stage))
    once(stage.at(WRITTEN, 14), partial(_review, stage))


def _aim(stage: Stage) -> None:
    """Set the year's targets where figures of the base are there; elsewhere the usual ones stand."""
    month = period_of(stage.today, Grain.MONTH)
    for _ in range(BASE_BACK):
        month = month.before
    start = month.start
    for _ in range(BASE_MONTHS):
        month = period_of(month.until, Grain.MONTH)
    for code, way, amount, why in AIMS:
        wanted = targets.Wanted(way=way, amount=amount, base_from=start, base_until=month.start, why=why)
        with suppress(Invalid), transaction():
            targets.set_target(stage.who("D1001"), stage.today.year, root_id() or 0, code, wanted)


def _count(stage: Stage) -> None:
    """Take in the report by day as H1001 gets it from the customer-service system."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["工号", "周期", "首次响应时长", "首次响应时长样本数", "会话量", "满意度", "满意度样本数"])
    for plan in stage.agents():
        if plan.no in AUTUMN_COHORT:
            continue
        luck = stage.rng("by day", plan.no)
        own = luck.gauss(0, 2)
        for ago in range(DAYS, LAST - 1, -1):
            is_peak, is_over = ago <= FIRST, ago <= OVERFLOW
            sessions = max(8, round(luck.gauss(98 if is_peak else 52, 9)))
            seconds = max(9.0, luck.gauss(63 if is_over else 31 if is_peak else 24, 4) + own)
            happy = min(100.0, luck.gauss(83 if is_over else 90 if is_peak else 92, 4))
            day: date = stage.today - timedelta(days=ago)
            answers = max(3, sessions // 6)
            writer.writerow([plan.no, str(day), f"{seconds:.0f}", sessions, sessions, f"{happy:.1f}", answers])
    with transaction():
        kpis.apply_file(stage.who("H1001"), file.getvalue().encode("utf-8-sig"), name="双十一客服日报.csv")


def _review(stage: Stage) -> None:
    """Write the review: two things went wrong, four measures come of them."""
    director = stage.who("D1001")
    day = stage.today - timedelta(days=LAST)
    packs = [number for number, name in reading.campaigns(director) if "双十一" in name]
    wanted = peaks.Wanted(
        name="双十一",
        team_id=root_id() or 0,
        starts_on=stage.today - timedelta(days=FIRST),
        ends_on=day,
        look_on=today() + timedelta(days=35),
        campaign_id=packs[0] if packs else None,
    )
    with transaction():
        review = peaks.make(director, wanted)
    with transaction():
        overflow = peaks.add_finding(
            director,
            review,
            Found(
                title="华东仓爆仓，“改地址”“什么时候发”查不到答案",
                text="仓库到第二天下午才给出恢复时间。三天里这两类问题搜不到结果 57 次，首响从 24 秒拖到 63 秒；"
                "答案发布以后，第二天只剩 6 次。",
                from_on=stage.today - timedelta(days=OVERFLOW),
                until_on=day,
            ),
        )
    with transaction():
        promises = peaks.add_finding(
            director,
            review,
            Found(
                title="急着安抚，承诺了到货时间",
                text="抽查 120 个会话，14 条承诺了做不到的到货时间，涉及 11 人。口径没有变，是忙起来以后没有人提醒。",
                from_on=day,
                until_on=day,
            ),
        )
    first = _measure(
        stage, review, overflow, "T1001", "仓库异常 2 小时内发布“改地址”“什么时候发”两条答案，写进大促预案", 1, 30.0
    )
    _measure(stage, review, overflow, "L1001", "和仓库约定：爆仓 1 小时内给客服恢复时间，给不出也要说", 10, 30.0)
    _measure(stage, review, overflow, "L1003", "爆仓演练每次大促前一周演一遍，夜班一起", 25, 30.0)
    _measure(stage, review, promises, "T1001", "到货时间的口径做成快捷回复，置顶到大促结束", 6, 92.0, metric="csat")
    stage.agenda.once(stage.at(DONE, 17), partial(_done, stage, first))


def _measure(
    stage: Stage,
    review: str,
    finding: str,
    owner: str,
    what: str,
    days: int,
    goal: float,
    *,
    metric: str = "first_response",
) -> str:
    asked = Asked(
        what=what,
        owner_id=stage.ids[owner],
        due_on=today() + timedelta(days=days),
        check_on=today() + timedelta(days=35),
        finding=finding,
        metric=metric,
        goal=goal,
    )
    with transaction():
        return peaks.add_measure(stage.who("D1001"), review, asked)


def _done(stage: Stage, measure_id: str) -> None:
    with transaction():
        finish_measure(stage.who("T1001"), measure_id, "两条答案已发布，预案第 3 节写了由谁在多长时间内发。")
