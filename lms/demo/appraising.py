"""Appraisals of the quarter that was judged: most are signed, a few wait, 陈予's appeal waits for an answer.

`appraise` notes its acts on the agenda; it needs the composites that judging.py keeps for good.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from lms.accounts.queries import actor_by_id, leads_of
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.core.here import today
from lms.demo.judging import JUDGED, quarter_of_story
from lms.demo.stage import Stage
from lms.performance.rules.periods import Grain, Period, period_of
from lms.reviews.actions import appraisal_cycles as cycles
from lms.reviews.actions import appraisal_forms, freezing, goals
from lms.reviews.actions import appraisals as acts
from lms.reviews.queries import appraisal_cycles, appraisals
from lms.reviews.queries.appraisal_forms import form
from lms.reviews.queries.freezing import digest_of
from lms.reviews.queries.goals import trainings
from lms.reviews.rules.appraisal_forms import Kind
from lms.reviews.rules.shipped_forms import QUARTERLY

HR = "H1001"
BEFORE = 20
"""Days ago on which the round began, where the quarter's composites were kept by then."""
LEAST = 12
"""With fewer days than these everything happens in one evening."""
OTHERS = 8
"""People of other teams beside the whole team of 陈予."""
UNSIGNED = 2
"""So many of them have not signed yet; one more is still in calibration."""

PROUD = (
    "大促前一周把尺码和材质的常见问题整理给了夜班，第二天同样的问题少了一半。",
    "一位顾客因为错发要投诉，先道歉再补发，半小时内解决，最后改成了好评。",
    "连续两周值早班，没有一单超过三分钟没回。",
    "带了一位新同事听录音，他第一周质检全部合格。",
    "把退款到账时间说清楚以后，同一位顾客不再追问，省了三轮对话。",
)
HARD = (
    "并发到五个以上时容易漏看前一位顾客的图片，希望高峰时多一个人。",
    "运费险的新规定改得快，第一天答错过一次，后来先查再答。",
    "夜里遇到要升级的投诉找不到人，希望有一张值班表。",
    "长句子打得慢，正在把常用的几句存成快捷话术。",
)
GOOD = (
    "先安抚再解决做得稳，抽的 12 段会话里没有一段和顾客争对错。",
    "规则查得准，9 月两次平台介入都拿出了依据。",
    "交接写得清楚，后面的同事不用再问顾客一遍。",
    "愿意顶班，大促三天都在，没有怨言也没有掉质量。",
)
BETTER = (
    "邀评做得少，季度里只有三成会话请顾客评价；下季度每次解决后都请一次。",
    "首响在晚高峰会慢下来，先发一句再查资料。",
    "遇到不熟的商品别猜，先说去核实。",
    "登记原因写得太短，复盘时看不出发生了什么。",
)
OWN_PROUD = "有一单退货丢件吵了三天，我把物流、仓库和平台的说法列成时间线发给顾客，当天同意了方案。"
OWN_HARD = "纠纷单的顾客很少点评价，一个季度只有 9 个，其中两个是为物流打的低分。"
APPEAL = (
    "满意度只有 9 个评价，实测 77.8，修正后也只有 84.9，占 30%。其中两个低分说的是物流，不是接待。"
    "另外三季度考试有一道题后来给所有人都补了分，我的培训分还是按原来的算。"
)
DESIRED = "请把补分后的培训成绩计入，并核对那两个低分的会话。"


def appraise(stage: Stage) -> None:
    """Note the round, both sides' parts, the signatures and the appeal."""
    quarter = quarter_of_story(stage)
    kept = max((stage.today - quarter.last).days - 8, 2)
    began = min(BEFORE, kept - 1) if kept > LEAST else kept
    moments = _moments(stage, began)
    people = _people(stage)
    once = stage.agenda.once
    once(moments[0], partial(_begin, stage, quarter, people))
    once(moments[1], partial(_self, stage, people))
    once(moments[2], partial(_assess, stage, people))
    once(moments[3], partial(_release, stage, people))
    once(moments[4], partial(_sign, stage, [no for no in people[: len(people) - UNSIGNED - 1] if no != JUDGED]))
    once(moments[5], partial(_sign, stage, [JUDGED]))
    once(moments[6], partial(_appeal, stage))
    once(moments[6] + timedelta(minutes=40), partial(_goal, stage))


def _moments(stage: Stage, began: int) -> list[datetime]:
    if began < LEAST:
        evening = [stage.at(began, 17, 5 * number) for number in range(6)]
        return [*evening, stage.at(2, 18, 30) if began == 2 else stage.at(2, 10, 20)]
    days = (began, began - 2, began - 6, began - 10, min(began - 11, 8), 5, 2)
    hours = (9, 15, 16, 14, 11, 17, 10)
    return [stage.at(ago, hour, 20) for ago, hour in zip(days, hours, strict=True)]


def _people(stage: Stage) -> list[str]:
    """Return who is in the round: 陈予 with his team, and some of the others, by employee number."""
    agents = stage.agents()
    team = next(plan.team for plan in agents if plan.no == JUDGED)
    own = [plan.no for plan in agents if plan.team == team]
    return [*own, *[plan.no for plan in agents if plan.team != team][:OTHERS]]


def _begin(stage: Stage, quarter: Period, people: list[str]) -> None:
    hr = stage.who(HR)
    spec = replace(form(QUARTERLY).spec, customer=100, supervisor=0)
    with transaction():
        chosen = appraisal_forms.write_version(
            hr,
            QUARTERLY,
            name="季度绩效评估表",
            spec=spec,
            why="这个季度得分就是综合评分，主管和自评写等级和例子，面谈时用",
        )
    day = today()
    with transaction():
        public_id = cycles.draft(
            hr,
            cycles.Wanted(
                name=f"{quarter} 绩效考核",
                period=str(quarter),
                form=chosen,
                team_ids=(),
                person_ids=[stage.ids[no] for no in people],
                self_until=day + timedelta(days=3),
                supervisor_until=day + timedelta(days=8),
                calibrate_until=day + timedelta(days=11),
                sign_until=day + timedelta(days=24),
                appeal_days=7,
            ),
        )
    plan = appraisal_cycles.plan(hr, appraisal_cycles.cycle(public_id))
    session().rollback()
    with transaction():
        cycles.begin(hr, public_id)
        cycles.include(hr, public_id, {each: plan.supervisors[each] for each in plan.to_add})


def _one(actor: Actor) -> str | None:
    """Return the public name of somebody's appraisal; None for who is not in the round."""
    found = appraisals.own(actor)
    session().rollback()
    return found[0].public_id if found else None


def _lead(stage: Stage, no: str) -> Actor:
    found = actor_by_id(leads_of([stage.ids[no]])[stage.ids[no]])
    session().rollback()
    assert found is not None
    return found


def _self(stage: Stage, people: list[str]) -> None:
    for no in people:
        rng = stage.rng("self", no)
        texts = {"proud": rng.choice(PROUD), "hard": rng.choice(HARD)}
        if no == JUDGED:
            texts = {"proud": OWN_PROUD, "hard": OWN_HARD}
        marks = _marks(stage, no, "self", (3, 4, 4, 4, 5))
        if (public_id := _one(stage.who(no))) is not None:
            with transaction():
                acts.save_self(stage.who(no), public_id, marks, texts, done=True)


def _assess(stage: Stage, people: list[str]) -> None:
    for no in people:
        rng = stage.rng("supervisor", no)
        texts = {"good": rng.choice(GOOD), "better": BETTER[0] if no == JUDGED else rng.choice(BETTER)}
        marks = _marks(stage, no, "supervisor", (3, 3, 4, 4, 4))
        if (public_id := _one(stage.who(no))) is not None:
            with transaction():
                acts.save_supervisor(_lead(stage, no), public_id, marks, texts, done=True)


def _marks(stage: Stage, no: str, side: str, usual: tuple[int, ...]) -> dict[str, str]:
    rng = stage.rng("marks", side, no)
    asked = form(QUARTERLY).spec.of(side)
    session().rollback()
    return {each.key: str(rng.choice(usual)) for each in asked if each.kind is Kind.MARK}


def _release(stage: Stage, people: list[str]) -> None:
    """Freeze all but the last, who is still looked at."""
    for no in people[:-1]:
        if (public_id := _one(stage.who(no))) is not None:
            with transaction():
                freezing.release(stage.who(HR), public_id)


def _sign(stage: Stage, people: list[str]) -> None:
    for no in people:
        public_id = _one(stage.who(no))
        if public_id is None:
            continue
        for actor in (stage.who(no), _lead(stage, no)):
            sha = digest_of(actor, public_id)
            session().rollback()
            with transaction():
                freezing.sign(actor, public_id, sha, read=True)


def _appeal(stage: Stage) -> None:
    public_id = _one(stage.who(JUDGED))
    if public_id is not None:
        with transaction():
            freezing.appeal(stage.who(JUDGED), public_id, APPEAL, DESIRED)


def _goal(stage: Stage) -> None:
    """Agree on a goal with 陈予: more customers asked for a rating, with a training about complaints."""
    lead = _lead(stage, JUDGED)
    next_one = next((each.document_id for each in trainings(lead) if "投诉" in each.title), None)
    session().rollback()
    quarter = period_of(today(), Grain.QUARTER)
    with transaction():
        public_id = goals.set_goal(
            lead,
            goals.Wanted(
                employee_no=JUDGED,
                period=str(quarter),
                text="纠纷解决以后都请顾客评价一次，让满意度看得准",
                measure="季度评价数不少于 40 个，满意度 85 以上",
                due_on=max(quarter.last, today() + timedelta(days=14)),
                document_id=next_one,
            ),
        )
    with transaction():
        goals.show(stage.who(JUDGED), public_id, "这周 14 单纠纷都请了评价，收到 5 个，没有低分。", "")
