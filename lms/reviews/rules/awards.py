"""Awards: what a rule measures, whom it proposes, how money is shared. Pure.

A figure is compared as it is shown, with two decimals, so that nobody stands behind somebody with the same number.
Equal figures share a place, and whoever has one of the first `winners` places is proposed, even if that makes more.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import fsum
from typing import Any

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.performance.rules.periods import Grain

LONGEST_NAME = 60
LONGEST_WORDS = 1_000
LONGEST_REASON = 400
MOST_WINNERS = 100
MOST_FEN = 1_000_000_00
BEHIND = 5
"""So many who stand behind the winners are shown to whoever confirms; nobody further down is named."""


class Kind(StrEnum):
    PERSON = "person"
    TEAM = "team"


class What(StrEnum):
    COMPOSITE = "composite"
    QUALITY = "quality"
    CONTRIBUTION = "contribution"
    LEARNING = "learning"
    METRIC = "metric"


class Out(StrEnum):
    """Why somebody is left out."""

    UNKNOWN = "unknown"
    FEW = "few"
    RED_LINE = "red_line"
    NO_BEFORE = "no_before"
    NO_GAIN = "no_gain"
    SMALL = "small"


WHATS: Mapping[str, Text] = {
    What.COMPOSITE: text("综合评分"),
    What.QUALITY: text("质检得分"),
    What.CONTRIBUTION: text("被采纳的知识贡献（条）"),
    What.LEARNING: text("测验首考平均分"),
    What.METRIC: text("一项业务指标"),
}
OUTS: Mapping[str, Text] = {
    Out.UNKNOWN: text("这个周期没有数据"),
    Out.FEW: text("样本太少"),
    Out.RED_LINE: text("这个周期有红线"),
    Out.NO_BEFORE: text("上一周期没有足够的数据"),
    Out.NO_GAIN: text("没有进步"),
    Out.SMALL: text("有数据的组员太少"),
}
KINDS: Mapping[str, Text] = {Kind.PERSON: text("个人"), Kind.TEAM: text("团队")}
GRAINS: Mapping[str, Text] = {Grain.MONTH: text("每月"), Grain.QUARTER: text("每季度")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What decides. metric: its code, of METRIC alone. gain: by how much it is better than in the period before.

    lower: less is better (of METRIC). min_n: on how many cases a person's figure has to rest at least, in both periods
    where it is a gain; of CONTRIBUTION how many there are at least. no_red_line: who has one is left out; of teams
    where anybody has. min_team: how many people of a team need a figure.
    """

    what: str
    metric: str = ""
    gain: bool = False
    lower: bool = False
    min_n: int = 1
    no_red_line: bool = True
    min_team: int = 3

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


def measure_of(stored: Mapping[str, Any]) -> Measure:
    """Return what `as_plain` wrote."""
    return Measure(**stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a person or team stands. value None: not known. n: cases; of a team the people with a figure that counts."""

    key: int
    value: float | None
    n: int = 0
    before: float | None = None
    n_before: int = 0
    red_line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One line of a proposal. place: from 1; None = left out, because of `out`. wins: is proposed."""

    key: int
    place: int | None
    wins: bool
    out: str
    value: float | None
    before: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """candidates: the winners, those right behind, and who would stand there but is left out. counts: of everybody."""

    candidates: tuple[Candidate, ...]
    counts: Mapping[str, int]

    @property
    def winners(self) -> tuple[Candidate, ...]:
        return tuple(each for each in self.candidates if each.wins)


def score(measure: Measure, standing: Standing) -> float | None:
    """Return by what somebody is compared, more is better, two decimals; None where it is not known."""
    if standing.value is None or (measure.gain and standing.before is None):
        return None
    found = round(standing.value, 2) - (round(standing.before or 0, 2) if measure.gain else 0)
    return round(-found if measure.lower else found, 2)


def left_out(measure: Measure, standing: Standing, *, team: bool = False) -> str:
    """Return why somebody can't win, "" where they can."""
    if standing.value is None:
        return Out.UNKNOWN
    if team and standing.n < measure.min_team:
        return Out.SMALL
    if not team and standing.n < measure.min_n:
        return Out.FEW
    if measure.no_red_line and standing.red_line:
        return Out.RED_LINE
    if measure.gain:
        if standing.before is None or standing.n_before < (measure.min_team if team else measure.min_n):
            return Out.NO_BEFORE
        if (score(measure, standing) or 0) <= 0:
            return Out.NO_GAIN
    return ""


def propose(measure: Measure, winners: int, standings: Iterable[Standing], *, team: bool = False) -> Proposed:
    """Return who would get an award, in an order that does not depend on that of the standings."""
    every = sorted(standings, key=lambda each: each.key)
    reasons = {each.key: left_out(measure, each, team=team) for each in every}
    scores = {each.key: score(measure, each) for each in every}
    free = sorted((each for each in every if not reasons[each.key]), key=lambda each: -(scores[each.key] or 0))
    found = [
        _candidate(each, place=place, wins=place <= winners)
        for at, (each, place) in enumerate(zip(free, places([scores[each.key] for each in free]), strict=True))
        if place <= winners or at < winners + BEHIND
    ]
    least = min((scores[each.key] or 0 for each in found if each.wins), default=None)
    missed = [
        each
        for each in every
        if reasons[each.key] not in ("", Out.UNKNOWN, Out.NO_GAIN)
        and (known := scores[each.key]) is not None
        and (least is None or known >= least)
    ]
    missed.sort(key=lambda each: (-(scores[each.key] or 0), each.key))
    found += [_candidate(each, out=reasons[each.key]) for each in missed[: winners + BEHIND]]
    counts = Counter(reason for reason in reasons.values() if reason)
    return Proposed(candidates=tuple(found), counts={"all": len(every), "free": len(free), **counts})


def places(scores: Sequence[float | None]) -> list[int]:
    """Return the places of scores that fall: equal ones share a place, and the next counts all before it."""
    found: list[int] = []
    for at, each in enumerate(scores, start=1):
        found.append(found[-1] if at > 1 and each == scores[at - 2] else at)
    return found


def _candidate(standing: Standing, *, place: int | None = None, wins: bool = False, out: str = "") -> Candidate:
    return Candidate(
        key=standing.key,
        place=place,
        wins=wins,
        out=str(out),
        value=None if standing.value is None else round(standing.value, 2),
        before=None if standing.before is None else round(standing.before, 2),
        n=standing.n,
    )


def team_standings(
    measure: Measure, members: Mapping[int, Collection[int]], people: Mapping[int, Standing]
) -> list[Standing]:
    """Return how teams stand: the mean over those of their people whose own figure rests on enough cases."""
    return [_team(measure, team, [people[id] for id in sorted(ids) if id in people]) for team, ids in members.items()]


def _team(measure: Measure, team: int, people: Sequence[Standing]) -> Standing:
    values = [each.value for each in people if each.value is not None and each.n >= measure.min_n]
    before = [each.before for each in people if each.before is not None and each.n_before >= measure.min_n]
    return Standing(
        key=team,
        value=fsum(values) / len(values) if values else None,
        n=len(values),
        before=fsum(before) / len(before) if before else None,
        n_before=len(before),
        red_line=any(each.red_line for each in people),
    )


def digest_of(terms: object, period: str, candidates: Iterable[Candidate]) -> str:
    """Return a word for exactly this proposal: other terms, people or figures give another."""
    lines = [[each.key, each.place, each.wins, each.out, each.value, each.before, each.n] for each in candidates]
    return hashlib.sha256(json.dumps([terms, period, lines], sort_keys=True).encode()).hexdigest()


def shares(amount_fen: int, people: Sequence[int]) -> dict[int, int]:
    """Return what each gets of a sum in cents: the same for all, and one cent more for the first where it won't divide.

    people: in a lasting order. The shares add up to the sum.
    """
    each, rest = divmod(amount_fen, len(people)) if people else (0, 0)
    return {person: each + (at < rest) for at, person in enumerate(people)}


_YUAN = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")


def fen_of(written: str) -> int | None:
    """Return cents of an amount in yuan ("500", "66.6"); None for nothing. Raises Invalid."""
    written = written.strip().replace(",", "")
    if not written:
        return None
    found = _YUAN.fullmatch(written)
    fen = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else -1
    if not 0 < fen <= MOST_FEN:
        wrong = text("金额写成 500 或 66.50 这样，大于 0，最多一百万元；不发钱就留空。")
        raise Invalid(wrong, fields={"amount": wrong})
    return fen


def yuan_of(fen: int) -> str:
    """Return "500.00"."""
    return f"{fen // 100}.{fen % 100:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an award asks for and gives. name, words: as written, or the Chinese of a shipped one."""

    name: str
    words: str
    measure: Measure
    winners: int
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    kind: Kind
    grain: Grain
    terms: Terms


def _shipped(
    kind: Kind, name: Text, words: Text, measure: Measure, winners: int, grain: Grain = Grain.QUARTER
) -> Shipped:
    terms = Terms(name=name.id, words=words.id, measure=measure, winners=winners, amount_fen=None)
    return Shipped(kind=kind, grain=grain, terms=terms)


SHIPPED: Mapping[str, Shipped] = {
    "excellent": _shipped(
        Kind.PERSON,
        text("优秀客服奖"),
        text("综合评分最高、且整个周期没有红线的客服。样本太少的不参评，免得几条评价就定输赢。"),
        Measure(what=What.COMPOSITE, min_n=30),
        3,
    ),
    "best-team": _shipped(
        Kind.TEAM,
        text("最佳团队奖"),
        text("组员综合评分的平均最高的小组。看的是整组，不看人数多少；有数据的组员太少的组不参评。"),
        Measure(what=What.COMPOSITE, min_n=30, no_red_line=False, min_team=3),
        1,
    ),
    "knowledge": _shipped(
        Kind.PERSON,
        text("知识贡献奖"),
        text("知识分享和修改建议被采纳最多的人。只数采纳的，不数提了多少。"),
        Measure(what=What.CONTRIBUTION, min_n=2, no_red_line=False),
        3,
    ),
    "progress": _shipped(
        Kind.PERSON,
        text("进步奖"),
        text("综合评分比上一周期进步最大的人。两个周期的样本都要够，没有红线。"),
        Measure(what=What.COMPOSITE, gain=True, min_n=30),
        3,
    ),
}


def asked(measure: Measure, kind: str, winners: int, what: Text) -> tuple[Text, ...]:
    """Return in plain sentences whom the rule finds. what: the words for the figure."""
    team = kind == Kind.TEAM
    found = [
        text("看什么：%(what)s比上一周期进步多少", what=what)
        if measure.gain
        else text("看什么：%(what)s（越低越好）", what=what)
        if measure.lower
        else text("看什么：%(what)s", what=what)
    ]
    if team:
        found.append(text("团队的数是组员的平均，至少 %(n)s 名组员有数据", n=measure.min_team))
    if measure.what == What.CONTRIBUTION:
        found.append(text("至少 %(n)s 条", n=measure.min_n))
    elif measure.min_n > 1:
        found.append(text("每个人的样本至少 %(n)s", n=measure.min_n))
    if measure.no_red_line:
        found.append(text("组里有人在这个周期有红线的不参评") if team else text("这个周期有红线的不参评"))
    found.append(text("取前 %(n)s 名；分数相同（两位小数）算并列，并列的都得奖", n=winners))
    return tuple(found)


def checked(terms: Terms, kind: str, grain: str, *, metrics: Collection[str]) -> None:
    """Raise Invalid with everything that is wrong with terms, by the field of the form."""
    wrong: dict[str, Text] = {}
    measure = terms.measure
    if not terms.name or len(terms.name) > LONGEST_NAME:
        wrong["name"] = text("请写名称，最多 %(n)s 个字。", n=LONGEST_NAME)
    if not terms.words or len(terms.words) > LONGEST_WORDS:
        wrong["words"] = text("请写给大家看的说明，最多 %(n)s 个字。", n=LONGEST_WORDS)
    if kind not in KINDS:
        wrong["kind"] = text("请选奖给个人还是团队。")
    if grain not in GRAINS:
        wrong["grain"] = text("请选多久评一次。")
    if measure.what not in WHATS:
        wrong["what"] = text("请选看什么。")
    if measure.what == What.METRIC and measure.metric not in metrics:
        wrong["metric"] = text("请选一项指标。")
    if not 1 <= terms.winners <= MOST_WINNERS:
        wrong["winners"] = text("名额是 1 到 %(n)s。", n=MOST_WINNERS)
    if not 1 <= measure.min_n <= 100_000:
        wrong["min_n"] = text("最少样本是 1 到 100000。")
    if not 2 <= measure.min_team <= 1_000:
        wrong["min_team"] = text("组员人数是 2 到 1000。")
    if wrong:
        raise Invalid(text("请看标出的地方。"), fields=wrong)
