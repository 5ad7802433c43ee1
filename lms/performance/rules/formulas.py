"""What a formula of the composite score says: parts with weights, with whom one is compared, how little is too little.

Pure. A spec is written to JSON and read from it; `problems` says everything that is wrong with one at once.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lms.core.texts import Text, text

TRAINING, QUALITY, COMPETENCY = "training", "quality", "competency"
KPI = "kpi:"
MOST_PARTS = 12


class Mode(StrEnum):
    """How a value becomes a score of 0 to 100."""

    AS_IS = "as_is"  # a percentage or score counts as it is (100 less it, where less is better)
    LINE = "line"  # along a straight line from `floor` (0) to `target` (100)
    RANK = "rank"  # the share of the group that one is better than, ties counting half


class GroupBy(StrEnum):
    """By what peers are found; several together make smaller groups."""

    TEAM = "team"
    CHANNEL = "channel"
    SHIFT = "shift"
    TENURE = "tenure"
    SHOP = "shop"
    POSITION = "position"


MODE_WORDS: dict[Mode, Text] = {
    Mode.AS_IS: text("按数值计分"),
    Mode.LINE: text("按目标线折算"),
    Mode.RANK: text("按同组排名折算"),
}
GROUP_WORDS: dict[GroupBy, Text] = {
    GroupBy.TEAM: text("团队"),
    GroupBy.CHANNEL: text("渠道"),
    GroupBy.SHIFT: text("班次"),
    GroupBy.TENURE: text("司龄"),
    GroupBy.SHOP: text("店铺"),
    GroupBy.POSITION: text("岗位"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSpec:
    """source: kpi:<code>, training, quality or competency. weight: percent. floor, target: values, for a line.

    cap: the most points that the part can reach (100 = full marks). shrinks: whether small samples are drawn towards
    the group's mean, where the formula does that at all.
    """

    source: str
    weight: float
    mode: Mode = Mode.AS_IS
    floor: float | None = None
    target: float | None = None
    cap: float = 100.0
    shrinks: bool = True

    @property
    def metric(self) -> str:
        """The code of its metric, "" for what is none."""
        return self.source.removeprefix(KPI) if self.source.startswith(KPI) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """group: whose means and ranks count; () = everybody's. least_group: a smaller group falls back to everybody.

    shrink: whether small samples are drawn towards the group's mean; strength: as if so many cases of the group's
    mean were added. Source of the method: docs/scores.md.
    """

    parts: tuple[PartSpec, ...]
    group: tuple[GroupBy, ...] = ()
    least_group: int = 5
    shrink: bool = True
    strength: float = 9.0


def to_json(spec: Spec) -> dict[str, Any]:
    found = asdict(spec)
    found["parts"] = [dict(part) for part in found["parts"]]
    found["group"] = list(spec.group)
    return found


def from_json(stored: Mapping[str, Any]) -> Spec:
    return Spec(
        parts=tuple(PartSpec(**{**part, "mode": Mode(part["mode"])}) for part in stored["parts"]),
        group=tuple(GroupBy(each) for each in stored["group"]),
        least_group=stored["least_group"],
        shrink=stored["shrink"],
        strength=stored["strength"],
    )


def problems(spec: Spec, metrics: Collection[str], down: Collection[str], hundred: Collection[str]) -> list[Text]:
    """Return everything that is wrong with a formula. metrics: codes that there are; down: less is better; hundred:

    those whose values go from 0 to 100.
    """
    found: list[Text] = []
    if not spec.parts:
        return [text("公式至少要有一项。")]
    if len(spec.parts) > MOST_PARTS:
        found.append(text("最多 %(n)s 项。", n=MOST_PARTS))
    total = sum(part.weight for part in spec.parts)
    if abs(total - 100) > 0.001:
        found.append(text("权重合计要正好 100%%，现在是 %(total)s%%。", total=f"{total:g}"))
    seen: set[str] = set()
    for number, part in enumerate(spec.parts, start=1):
        found += _of_part(number, part, metrics, down, hundred)
        if part.source in seen:
            found.append(text("第 %(n)s 项和前面的重复了。", n=number))
        seen.add(part.source)
    if not 2 <= spec.least_group <= 1000:
        found.append(text("同组最少人数请填 2 到 1000。"))
    if not (math.isfinite(spec.strength) and 0 < spec.strength <= 10_000):
        found.append(text("修正强度请填 1 到 10000。"))
    return found


def _of_part(
    number: int, part: PartSpec, metrics: Collection[str], down: Collection[str], hundred: Collection[str]
) -> Sequence[Text]:
    found: list[Text] = []
    known = part.source in (TRAINING, QUALITY, COMPETENCY) or part.metric in metrics
    if not known:
        found.append(text("第 %(n)s 项的指标不存在。", n=number))
    if not (math.isfinite(part.weight) and 0 < part.weight <= 100):
        found.append(text("第 %(n)s 项的权重请填大于 0、不超过 100 的数。", n=number))
    if not (math.isfinite(part.cap) and 0 < part.cap <= 120):
        found.append(text("第 %(n)s 项的封顶分请填 1 到 120。", n=number))
    if part.mode is Mode.LINE:
        ends = (part.floor, part.target)
        if any(end is None or not math.isfinite(end) for end in ends) or part.floor == part.target:
            found.append(text("第 %(n)s 项按目标线折算，请填零分线和满分线，两个数不能一样。", n=number))
        elif (part.metric in down) != ((part.floor or 0) > (part.target or 0)):
            found.append(text("第 %(n)s 项的零分线和满分线填反了。", n=number))
    elif part.mode is Mode.AS_IS and known and part.metric and part.metric not in hundred:
        found.append(text("第 %(n)s 项不是 0 到 100 的数，请按目标线或排名折算。", n=number))
    return found
