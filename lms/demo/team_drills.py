"""The team drills after the wrong price on the live shop: 31 people, once badly, once better; what was learnt between.

Each run is a way through the drill that somebody of some skill might go. Which ways were gone is chosen so that the
means are those of the story; they are then played through the same actions as in life.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from lms.assignments.actions.measures import add_measure, check_measure, finish_measure
from lms.assignments.models import Measure
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.demo.agenda import Script, later
from lms.demo.drill_words import REPLIES
from lms.demo.stage import Stage
from lms.drills import jobs
from lms.drills.actions import after, lookups, rating, reviewing, running, team
from lms.drills.actions.lookups import Lookup
from lms.drills.actions.running import Sent
from lms.drills.actions.team import Wanted
from lms.drills.models import Run
from lms.drills.queries import team as teams
from lms.drills.queries.frozen import Frozen
from lms.drills.queries.running import look
from lms.drills.queries.words import current_word_revisions, words_of
from lms.drills.rules.judge import Words, judge
from lms.drills.rules.play import State, begin, choose, offered, reply, run_out
from lms.drills.rules.score import score
from lms.drills.rules.team import Incident
from lms.drills.spec import Choice, DrillSpec

WRONG_PRICE = "drills/wrong-price"
OVERFLOW = "drills/warehouse-overflow"
TEAMS = ("presale", "after1", "after2")
SIZE = 31
QUERIES = (("价格标错", 3), ("29.9 能不能发货", 2), ("标错价 口径", 3), ("价格错了怎么回", 1), ("自动取消", 0))
"""What is looked up, and how many articles are found."""
FIRST, SECOND = 33, 19
"""Days ago."""
LATE = "late"
RULE = "合规"
SAMPLES = 1_000
TRIES = 60_000
BLIND = 0.4
"""How likely somebody does not think of the rule."""
MORE = {
    "先报组长": (
        "抖音四件套标成29.9，活动表是299，16:02看到的，拍了6套。",
        "组长，抖音店四件套雾蓝价格29.9不对，16点有一位拍了6套，我先没答应。",
        "有薅羊毛的，四件套29.9拍了6套，谁标错的啊，赶紧改。",
    ),
    "等口径": (
        "抱歉让您久等，价格还在核实，17点前给您正式答复，订单不会动，到点我来找您。",
        "还在核实哦，17:00前会有答复的，您的订单保持原样。",
        "我估计应该会给您取消的，这个价确实标错了，您再等等。",
    ),
}
"""What others wrote in the two scenes with a free reply, from good to bad."""

DOUBTFUL = {
    "等口径": "让您久等了，我不能说一定发，也不能说会自动取消。价格还在核实，17点前给您答复，订单保持原样，到点我来。"
}
"""Two phrases that must not be said, both taken back: a person has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way through the drill. steps: what was sent, LATE where nothing was. rule: its score in RULE."""

    steps: tuple[str, ...]
    total: float
    rule: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the story says of one team drill. skill: of the people, from and to."""

    days: int
    total: int
    rule: int
    skill: tuple[float, float]


STORY = (
    Told(days=FIRST, total=68, rule=52, skill=(0.25, 0.95)),
    Told(days=SECOND, total=79, rule=74, skill=(0.45, 1.0)),
)


def plan(stage: Stage) -> None:
    """Note both drills, what was learnt, and the one that is to come."""
    for told in STORY:
        stage.agenda.once(stage.at(told.days, 9, 5), partial(_schedule, stage, told))
        stage.agenda.once(stage.at(told.days, 17, 32), jobs.run_team_drills)
    stage.agenda.once(stage.at(FIRST - 1, 10), partial(_learn, stage))
    stage.agenda.once(stage.at(SECOND - 1, 10), partial(_check, stage))
    stage.agenda.once(stage.at(2, 15), partial(_plan_next, stage))
    stage.agenda.once(stage.at(1, 15, 10), partial(_practise, stage))


def _schedule(stage: Stage, told: Told) -> None:
    lead = stage.who("L1001")
    number = 1 + STORY.index(told)
    wanted = _wanted(stage, WRONG_PRICE, f"价格标错 第{number}次演练", Incident.PRICE, told.days)
    with transaction():
        made = team.make(lead, wanted)
        public_id, key = made.public_id, made.id
    jobs.run_team_drills()
    people = sorted(each.person_id for each in teams.present(key))
    for person_id in people[SIZE:]:
        with transaction():
            team.excuse(lead, public_id, person_id, "长假")
    ways = _ways(stage, told, min(len(people), SIZE))
    numbers = {person_id: no for no, person_id in stage.ids.items()}
    for place, (person_id, way) in enumerate(zip(people[:SIZE], ways, strict=True)):
        actor = stage.who(numbers[person_id])
        rng = stage.rng("team drill", told.days, place)
        begins = stage.at(told.days, 14) + timedelta(minutes=3 * place + 1)
        stage.agenda.add(begins, _play(actor, way, rng))


def _wanted(stage: Stage, slug: str, title: str, incident: Incident, days_ago: int) -> Wanted:
    opened = content.open_published(stage.who("L1001"), "drill", slug)
    return Wanted(
        document_id=opened.document_id,
        title=title,
        incident=incident.value,
        team_ids=tuple(stage.teams[code] for code in TEAMS),
        opens_at=stage.at(days_ago, 14),
        closes_at=stage.at(days_ago, 17, 30),
    )


def _play(actor: Actor, way: Way, rng: random.Random) -> Script:
    """Go this way, each step at its own moment; only the last one, which ends the run, is an act of its own."""
    at = clock.now()
    with transaction():
        run_id = running.start(actor, WRONG_PRICE).public_id
        for number, words in enumerate(way.steps[:-1]):
            if rng.random() < way.total / 250:  # who looks things up does better
                _look_up(actor, run_id, at + timedelta(seconds=6), 2 * number + 1, rng)
            at += timedelta(seconds=_seconds(words, rng))
            with clock.frozen(at):
                _send(actor, run_id, words)
    yield at + timedelta(seconds=_seconds(way.steps[-1], rng))
    with transaction():
        _send(actor, run_id, way.steps[-1])
    yield later(1)
    own = {name: min(max(round(way.total / 25) + rng.choice((0, 0, 1)), 1), 5) for name in _dimensions(actor)}
    with transaction():
        rating.rate(actor, run_id, own, (), dimensions=tuple(own))


def _look_up(actor: Actor, run_id: str, at: datetime, number: int, rng: random.Random) -> None:
    """Search beside the chat; most find the plan and read a part of it."""
    words, found = rng.choice(QUERIES)
    with clock.frozen(at):
        lookups.note(actor, run_id, Lookup(number=number, kind="query", words=words, found=found))
        if found:
            seconds = rng.randrange(4, 15)
            lookups.note(
                actor, run_id, Lookup(number=number + 1, kind="article", slug="emergency/price-error", seconds=seconds)
            )


def _seconds(words: str, rng: random.Random) -> int:
    """Return after how long a step is taken; nothing is sent in time where the clock is to run out."""
    return 130 if words == LATE else rng.randrange(12, 52)


def _send(actor: Actor, run_id: str, words: str) -> None:
    if words == LATE:
        running.tick(actor, run_id)
        return
    lane = look(actor, run_id).lanes[0]
    choice = next((each.id for each in lane.choices if each.text == words), "")
    running.step(actor, run_id, Sent(seq=lane.step, choice=choice, text="" if choice else words))


def _dimensions(actor: Actor) -> list[str]:
    return [each.name for each in _drill(actor).dimensions]


def _drill(actor: Actor) -> DrillSpec:
    spec = content.spec(content.open_published(actor, "drill", WRONG_PRICE))
    assert isinstance(spec, DrillSpec)
    return spec


def _ways(stage: Stage, told: Told, count: int) -> list[Way]:
    """Return so many ways whose means are those of the story, to the point."""
    drill = _drill(stage.who("L1001"))
    words = words_of(Frozen(lanes=(), word_revisions=current_word_revisions(drill)))
    rng = stage.rng("ways", told.days)
    samples = [_way(drill, words, rng.uniform(*told.skill), rng) for _ in range(SAMPLES)]
    chosen = rng.sample(samples, count)
    sums = (sum(way.total for way in chosen), sum(way.rule for way in chosen))
    best = _distance(sums, count, told)
    for _ in range(TRIES):
        place, other = rng.randrange(count), rng.choice(samples)
        tried = (sums[0] + other.total - chosen[place].total, sums[1] + other.rule - chosen[place].rule)
        if (distance := _distance(tried, count, told)) < best:
            chosen[place], sums, best = other, tried, distance
    return chosen


def _distance(sums: tuple[float, float], count: int, told: Told) -> float:
    """Return how far the means are from those of the story; the total has to be right to the point."""
    total, rule = (each / count for each in sums)
    return 10 * max(abs(total - told.total) - 0.4, 0) + abs(rule - told.rule)


def _practise(stage: Stage) -> None:
    """Some play it once more by themselves; what two of them wrote is in doubt and waits for a person."""
    trainer = stage.who("T1001")
    drill = _drill(trainer)
    words = words_of(Frozen(lanes=(), word_revisions=current_word_revisions(drill)))
    for place, plan in enumerate([each for each in stage.agents() if each.team == "after1"][:4]):
        rng = stage.rng("practise", plan.no)
        way = _way(drill, words, 1.0, rng, said=DOUBTFUL if place % 2 else {})
        stage.agenda.add(stage.at(1, 15, 12 + 9 * place), _play(stage.who(plan.no), way, rng))


def _way(
    drill: DrillSpec, words: Words, skill: float, rng: random.Random, *, said: Mapping[str, str] | None = None
) -> Way:
    """Return a way that somebody of this skill goes; some of them are kind and quick, and promise too much."""
    state, steps = begin(drill), []
    blind = rng.random() < BLIND
    while state.end is None:
        step, state = _step(drill, state, words, skill, rng, blind=blind, said=said or {})
        steps.append(step)
    result = score(drill, state)
    rule = next(each.score for each in result.dimensions if each.name == RULE)
    return Way(steps=tuple(steps), total=float(result.total), rule=100.0 if rule is None else float(rule))


def _step(
    drill: DrillSpec,
    state: State,
    words: Words,
    skill: float,
    rng: random.Random,
    *,
    blind: bool,
    said: Mapping[str, str],
) -> tuple[str, State]:
    """Take one step. blind: what the rule says counts for nothing. said: by scene, what is written there anyway."""
    scene = drill.scene(state.scene)
    if rng.random() < 0.06 * (1 - skill):
        return LATE, run_out(drill, state).after
    if scene.free:
        good, tired = REPLIES[(WRONG_PRICE.rsplit("/", 1)[-1], scene.title)]
        ranked = [good, *MORE[scene.title][:-1], tired, MORE[scene.title][-1]]
        chance = rng.choice(ranked[:3]) if rng.random() < skill else rng.choice(ranked)
        sent = said.get(scene.title, chance)
        return sent, reply(drill, state, judge(scene, sent, words)).after
    choices = sorted(offered(drill, state), key=partial(_worth, blind=blind), reverse=True)
    chosen = rng.choice(choices[:2]) if rng.random() < skill else rng.choice(choices)
    return chosen.text, choose(drill, state, chosen.id).after


def _worth(choice: Choice, *, blind: bool) -> int:
    return sum(each.points for each in choice.effects.points if not (blind and each.dimension == RULE))


def _learn(stage: Stage) -> None:
    """The lead and the trainer look at it together: what went well and badly, and who does what about it."""
    lead, trainer = stage.who("L1001"), stage.who("T1001")
    found = teams.earlier(content.open_published(lead, "drill", WRONG_PRICE).document_id, clock.now(), _ids(stage))
    key = found[0].id
    written = after.Written(
        went_well="多数人先看了“今日活动”，知道 29.9 没有这一场；被截图以后，大半的人当场把话收了回来。",
        went_badly="14 人报给组长时没有报“活动表的价”；9 人替公司说了“不作数”或“会发”；有人私下答应补 100 元。",
        causes="预案里“前十分钟”写在第三屏，上线的人只记得“先安抚”；口径发在群里，晚到的人没看见。",
        version=0,
    )
    due = stage.today - timedelta(days=FIRST - 5)
    with transaction():
        after.save_review(lead, key, written)
    measures = (
        ("把“停、报、等、登、分”放到预案第一屏，补一节带案例的课", "L1001", "预案已改版，课时已发布。"),
        ("班前会用 5 分钟对练“再挖坑”这一幕，连做三天", "L1002", "三天都做了，两人补练。"),
    )
    for what, owner, note in measures:
        with transaction():
            public_id = add_measure(
                lead,
                f"team_drill:{key}",
                what,
                stage.ids[owner],
                due_on=due,
                check_on=stage.today - timedelta(days=SECOND - 1),
            )
        stage.agenda.once(stage.at(FIRST - 4, 18), partial(_finish, stage, owner, public_id, note))
    worst = select(Run.public_id).where(Run.team_drill_id == key).order_by(Run.earned, Run.id).limit(len(COMMENTS))
    for run_id, (stars, words) in zip(session().scalars(worst).all(), COMMENTS, strict=True):
        with transaction():
            reviewing.review(trainer, run_id, rating=stars, comment=words, version=0)


def _finish(stage: Stage, owner: str, public_id: str, note: str) -> None:
    with transaction():
        finish_measure(stage.who(owner), public_id, note)


def _check(stage: Stage) -> None:
    """After the second drill: did it work?"""
    lead = stage.who("L1001")
    done = select(Measure.public_id).where(Measure.done_at.is_not(None)).order_by(Measure.id)
    for public_id, words in zip(session().scalars(done).all(), FOUND, strict=True):
        with transaction():
            check_measure(lead, public_id, "worked", words)
    found = teams.earlier(content.open_published(lead, "drill", WRONG_PRICE).document_id, clock.now(), _ids(stage))
    written = after.Written(
        went_well="报给组长的都带了两个价；“再挖坑”一幕只有 5 人让了步。",
        went_badly="等口径时还有人写“我估计”“应该会”。",
        causes="口径没到的二十分钟最难熬，大家想给顾客一个说法。",
        version=0,
    )
    with transaction():
        after.save_review(lead, found[0].id, written)
    with transaction():
        add_measure(
            lead,
            f"team_drill:{found[0].id}",
            "把“没有口径时可以说的三句话”放进话术，上线的人人手一份",
            stage.ids["L1003"],
            due_on=stage.today + timedelta(days=2),
            check_on=stage.today + timedelta(days=12),
        )


def _plan_next(stage: Stage) -> None:
    """The next incident to be practised: a warehouse that is full."""
    with transaction():
        team.make(stage.who("L1001"), _wanted(stage, OVERFLOW, "爆仓 年货节前演练", Incident.OVERFLOW, -5))
    jobs.run_team_drills()


FOUND = (
    "31 人里只有 3 人没报活动表的价，上次 14 人。",
    "“再挖坑”一幕合规明显好，继续每月练一次。",
)


def _ids(stage: Stage) -> tuple[int, ...]:
    return tuple(stage.teams[code] for code in TEAMS)


COMMENTS = (
    (2, "“标错了，不作数”是第一句，后面再稳也收不回来。下次先说“核实”，再给钟点。"),
    (3, "收回那句话收得快，这点好。报组长时少了活动表的价，组长没法往上报。"),
)
