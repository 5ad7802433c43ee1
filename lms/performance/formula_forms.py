"""The form of a formula: a line for each source that there is; what is empty is no part of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.performance.rules.formulas import COMPETENCY, KPI, QUALITY, TRAINING, GroupBy, Mode, PartSpec, Spec
from lms.performance.rules.metrics import Metric, Unit
from lms.performance.rules.periods import Grain, Period, period


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One source in the form, as it was written."""

    source: str
    weight: str = ""
    mode: str = Mode.AS_IS.value
    floor: str = ""
    target: str = ""
    cap: str = "100"
    shrinks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The whole form as it was written, whether it can be read or not."""

    name: str
    quarter: str
    lines: tuple[Line, ...]
    group: tuple[str, ...]
    least_group: str
    shrink: bool
    strength: str


def sources(measured: Mapping[str, Metric]) -> list[str]:
    """Return every source that a formula may have: what is not a figure first."""
    return [TRAINING, QUALITY, COMPETENCY, *(f"{KPI}{code}" for code in measured)]


def fresh(measured: Mapping[str, Metric], quarter: Period) -> Written:
    """Return an empty form: figures that are no percentages are reckoned by rank until somebody sets a line."""
    lines = []
    for source in sources(measured):
        metric = measured.get(source.removeprefix(KPI)) if source.startswith(KPI) else None
        plain = metric is None or metric.unit in (Unit.PERCENT, Unit.SCORE)
        lines.append(
            Line(
                source=source,
                mode=(Mode.AS_IS if plain else Mode.RANK).value,
                shrinks=source not in (TRAINING, COMPETENCY),
            )
        )
    return Written(
        name="", quarter=str(quarter), lines=tuple(lines), group=(), least_group="5", shrink=True, strength="9"
    )


def shown(spec: Spec, name: str, quarter: Period, measured: Mapping[str, Metric]) -> Written:
    """Return the form of a formula that is there."""
    held = {part.source: part for part in spec.parts}
    empty = {line.source: line for line in fresh(measured, quarter).lines}
    names = [*held, *(source for source in empty if source not in held)]
    return Written(
        name=name,
        quarter=str(quarter),
        lines=tuple(_line(held[source]) if source in held else empty[source] for source in names),
        group=tuple(each.value for each in spec.group),
        least_group=str(spec.least_group),
        shrink=spec.shrink,
        strength=f"{spec.strength:g}",
    )


def _line(part: PartSpec) -> Line:
    return Line(
        source=part.source,
        weight=f"{part.weight:g}",
        mode=part.mode.value,
        floor="" if part.floor is None else f"{part.floor:g}",
        target="" if part.target is None else f"{part.target:g}",
        cap=f"{part.cap:g}",
        shrinks=part.shrinks,
    )


def sent(form: Mapping[str, str], groups: list[str], known: list[str]) -> Written:
    """Return what a browser sent. groups: the chosen boxes; known: the sources of the form."""

    def of(name: str, usual: str = "") -> str:
        return form.get(name, usual).strip()[:40]

    return Written(
        name=form.get("name", "").strip()[:200],
        quarter=of("quarter"),
        lines=tuple(
            Line(
                source=source,
                weight=of(f"weight.{source}"),
                mode=of(f"mode.{source}", Mode.AS_IS.value),
                floor=of(f"floor.{source}"),
                target=of(f"target.{source}"),
                cap=of(f"cap.{source}", "100"),
                shrinks=bool(form.get(f"shrinks.{source}")),
            )
            for source in known
        ),
        group=tuple(each for each in groups if each in set(GroupBy)),
        least_group=of("least_group", "5"),
        shrink=bool(form.get("shrink")),
        strength=of("strength", "9"),
    )


def read(written: Written) -> tuple[Spec, Period]:
    """Return the formula that a form means and its first quarter. Raises Invalid with every reason.

    What the numbers mean together is checked by rules.formulas.problems.
    """
    wrong: dict[str, Text] = {}
    parts = [_part(line, wrong) for line in written.lines if line.weight not in ("", "0")]
    quarter = _quarter(written.quarter, wrong)
    least = number(written.least_group)
    strength = number(written.strength)
    if least is None or least != int(least):
        wrong["least_group"] = text("同组最少人数请填 2 到 1000。")
    if strength is None:
        wrong["strength"] = text("修正强度请填 1 到 10000。")
    if wrong or quarter is None:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    spec = Spec(
        parts=tuple(parts),
        group=tuple(GroupBy(each) for each in written.group),
        least_group=int(least or 0),
        shrink=written.shrink,
        strength=strength or 0.0,
    )
    return spec, quarter


def _part(line: Line, wrong: dict[str, Text]) -> PartSpec:
    numbers: dict[str, float | None] = {}
    for name in ("weight", "floor", "target", "cap"):
        given = getattr(line, name)
        numbers[name] = number(given)
        if given and numbers[name] is None:
            wrong[f"{name}.{line.source}"] = text("请填数字。")
    mode = Mode(line.mode) if line.mode in set(Mode) else Mode.AS_IS
    return PartSpec(
        source=line.source,
        weight=numbers["weight"] or 0.0,
        mode=mode,
        floor=numbers["floor"] if mode is Mode.LINE else None,
        target=numbers["target"] if mode is Mode.LINE else None,
        cap=100.0 if numbers["cap"] is None else numbers["cap"],
        shrinks=line.shrinks,
    )


def _quarter(written: str, wrong: dict[str, Text]) -> Period | None:
    try:
        found = period(written)
    except Invalid as error:
        wrong["quarter"] = error.message
        return None
    if found.grain is not Grain.QUARTER:
        wrong["quarter"] = text("请选一个季度，写成 2026Q4 这样。")
        return None
    return found


def number(written: str) -> float | None:
    """Return a decimal number of plain digits, None for anything else; up to a million million."""
    text_ = written.strip()
    if not text_ or len(text_) > 16 or not text_.isascii() or any(sign not in "0123456789.-" for sign in text_):
        return None
    try:
        found = float(text_)
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= 1e12 else None
