"""Awards, points and badges of the story: last quarter's awards given, a list that waits, points that may be appealed.

`reward` needs the composites of the two quarters before today, and is told at the end of the story.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from lms.core import clock
from lms.core.db import session, transaction
from lms.core.quarters import quarter_days, quarter_of
from lms.demo.stage import Stage
from lms.reviews.actions import award_rules, awards, badges, deductions
from lms.reviews.jobs.rewards import grant_badges, let_deductions_count
from lms.reviews.models import DeductionRule
from lms.reviews.queries import awards as reading
from lms.reviews.rules.awards import SHIPPED

HR, DIRECTOR = "H1001", "D1001"
AMOUNTS = {"excellent": 50_000, "best-team": 200_000, "knowledge": 30_000, "progress": 30_000}
"""What an award brings, in cents: from the present quarter on. Last quarter's were an honour."""
GIVEN = ("excellent", "best-team", "knowledge")
WAITS = "progress"
RULES_AGO, OLD_AGO, NEW_AGO = 120, 24, 3
"""How many days ago the rules of deductions were made public, and two deductions noted: only the older one counts."""
LOST, MAY_APPEAL, NOT_LISTED = "A1031", "A1036", "A1020"
WHY_LOST = "顾客问怎么改地址，直接让顾客自己去平台改；知识库写的是由我们登记仓库。包裹退回，重寄了一次。"
WHY_NEW = "上午 10 点 12 分起，有一位顾客等了 13 分钟没有人回，也没有转接或说明。"


def reward(stage: Stage) -> None:
    """Give the awards of the quarter that ended last, leave one list waiting, note two deductions, grant badges."""
    _points(stage)
    _awards(stage)
    grant_badges()
    with transaction():
        badges.take_part(stage.who(NOT_LISTED), wanted=False)


def _points(stage: Stage) -> None:
    director = stage.who(DIRECTOR)
    with clock.frozen(stage.at(RULES_AGO, 10)), transaction():
        deductions.adopt_usual(stage.who(HR))
    for ago, hour, no, code, why in (
        (OLD_AGO, 15, LOST, "wrong-answer", WHY_LOST),
        (NEW_AGO, 16, MAY_APPEAL, "late-reply", WHY_NEW),
    ):
        rule = session().scalars(select(DeductionRule.public_id).where(DeductionRule.code == code)).one()
        with clock.frozen(stage.at(ago, hour)), transaction():
            deductions.give(director, no, rule_id=rule, why=why, day=stage.today - timedelta(days=ago))
    with clock.frozen(stage.at(NEW_AGO, 17)):
        let_deductions_count()


def _awards(stage: Stage) -> None:
    """Say what awards bring from this quarter on; give those of the last one, but for a list that waits."""
    hr, director = stage.who(HR), stage.who(DIRECTOR)
    here = quarter_of(stage.today)
    start = quarter_days(here)[0]
    over = quarter_of(start - timedelta(days=1))
    day = min(9, (stage.today - start).days)
    with clock.frozen(stage.at((stage.today - start).days - day, 10)), transaction():
        for code, fen in AMOUNTS.items():
            award_rules.change_rule(hr, code, begins=here, terms=replace(SHIPPED[code].terms, amount_fen=fen))
    with clock.frozen(stage.at((stage.today - start).days - day, 11)):
        for code in GIVEN:
            with transaction():
                public_id = awards.propose_for(hr, code, over).public_id
            found = reading.proposal(public_id)
            session().rollback()
            with transaction():
                if found.winners:
                    awards.confirm(director, public_id, found.digest)
                else:
                    awards.decline(director, public_id, "这个季度没有人够条件，下个季度再评。")
    with clock.frozen(stage.at(0, 0, 5) if stage.today == start else stage.at(1, 17)), transaction():
        awards.propose_for(hr, WAITS, over)
