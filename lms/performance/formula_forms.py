"""The form of a formula: what was written becomes a spec, with every reason at once; nothing written is lost."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms.core.errors import Invalid
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.rules.formulas import MOST_PARTS, GroupBy, Mode, PartSpec, Spec
from lms.performance.rules.periods import Grain, Period, period, period_of

_NUMBER = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,4})?")
LONGEST = 200
FIELDS = ("source", "weight", "mode", "floor", "target", "cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A form as it was written. parts: the words of each row; wrong: by the name of its field."""

    name: str
    quarter: str
    parts: tuple[Mapping[str, str], ...]
    group: tuple[str, ...]
    least_group: str
    shrink: bool
    strength: str
    wrong: Mapping[str, Text] = field(default_factory=dict)


def of_spec(name: str, quarter: str, spec: Spec) -> Written:
    """Return the form of a formula that is kept, with empty rows for further parts."""
    parts = [
        {
            "source": part.source,
            "weight": f"{part.weight:g}",
            "mode": part.mode.value,
            "floor": "" if part.floor is None else f"{part.floor:g}",
            "target": "" if part.target is None else f"{part.target:g}",
            "cap": f"{part.cap:g}",
            "shrinks": "1" if part.shrinks else "",
        }
        for part in spec.parts
    ]
    return Written(
        name=name,
        quarter=quarter,
        parts=tuple(parts),
        group=tuple(each.value for each in spec.group),
        least_group=str(spec.least_group),
        shrink=spec.shrink,
        strength=f"{spec.strength:g}",
    )


def read(form: Mapping[str, str], groups: list[str]) -> tuple[Written, Spec | None, Period]:
    """Return the form as written, what it means (None where a number can't be read), and the quarter."""
    wrong: dict[str, Text] = {}

    def number(name: str, words: str, label: Text, usual: float | None) -> float | None:
        words = words.strip()
        if not words:
            return usual
        if not _NUMBER.fullmatch(words):
            wrong[name] = text("%(label)s请填数字，如 30 或 2.5。", label=label)
            return usual
        return float(words)

    rows: list[Mapping[str, str]] = []
    parts: list[PartSpec] = []
    for at in range(MOST_PARTS):
        row = {name: form.get(f"{name}_{at}", "").strip()[:LONGEST] for name in FIELDS}
        row["shrinks"] = "1" if form.get(f"shrinks_{at}") else ""
        if not row["source"]:
            continue
        place = len(rows)
        rows.append(row)
        parts.append(
            PartSpec(
                source=row["source"],
                weight=number(f"weight_{place}", row["weight"], text("权重"), 0.0) or 0.0,
                mode=Mode(row["mode"]) if row["mode"] in set(Mode) else Mode.AS_IS,
                floor=number(f"floor_{place}", row["floor"], text("零分线"), None),
                target=number(f"target_{place}", row["target"], text("满分线"), None),
                cap=number(f"cap_{place}", row["cap"], text("封顶分"), 100.0) or 0.0,
                shrinks=bool(row["shrinks"]),
            )
        )
    least = number("least_group", form.get("least_group", "")[:LONGEST], text("同组最少人数"), 5.0)
    strength = number("strength", form.get("strength", "")[:LONGEST], text("修正强度"), 9.0)
    quarter = period_of(today(), Grain.QUARTER)
    try:
        asked = period(form.get("quarter", "")[:LONGEST])
        if asked.grain is not Grain.QUARTER:
            raise Invalid(text("生效季度写成 2026Q4 这样。"))
        quarter = asked
    except Invalid:
        wrong["quarter"] = text("生效季度写成 2026Q4 这样。")
    written = Written(
        name=form.get("name", "")[:LONGEST],
        quarter=form.get("quarter", "")[:LONGEST],
        parts=tuple(rows),
        group=tuple(each for each in groups if each in set(GroupBy)),
        least_group=form.get("least_group", "")[:LONGEST],
        shrink=bool(form.get("shrink")),
        strength=form.get("strength", "")[:LONGEST],
        wrong=wrong,
    )
    if wrong:
        return written, None, quarter
    spec = Spec(
        parts=tuple(parts),
        group=tuple(by for by in GroupBy if by in groups),
        least_group=int(least or 0),
        shrink=written.shrink,
        strength=strength or 0.0,
    )
    return written, spec, quarter
