"""Freezing: everything an appraisal rests on as one text, its digest, and what today's data would make of it. Pure.

Canonical JSON: keys sorted, no spaces, UTF-8, no NaN, so the same content is always the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any

from lms.core.texts import Text, as_plain
from lms.reviews.rules.appraisal_forms import Side, from_json, rounded, total

FORMAT = 1
"""How the frozen text is laid out; said in it, so that it can still be read when a later one is laid out otherwise."""


def canonical(content: Mapping[str, Any]) -> str:
    """Return the one text of this content. Raises ValueError for a number that is none."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: dataclasses as objects, days and instants as ISO 8601, sentences as `as_plain`."""
    if isinstance(value, Text):
        return as_plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def named_formula(composite: Mapping[str, Any] | None) -> str:
    """Return name and version of the formula of a composite, "" without one."""
    return f"{composite['formula']} v{composite['version']}" if composite else ""


def digest(written: str) -> bytes:
    """Return the sha256 of the text, 32 bytes."""
    return sha256(written.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a signed number would be by today's data. None in a pair: not known. The signed ones are never moved.

    figures: (metric, value then, value now) of those that differ.
    """

    composite: tuple[float | None, float | None]
    mark: tuple[float | None, float | None]
    formula: tuple[str, str]
    figures: tuple[tuple[str, float | None, float | None], ...]

    @property
    def composite_by(self) -> float | None:
        return _by(*self.composite)

    @property
    def mark_by(self) -> float | None:
        return _by(*self.mark)

    @property
    def differs(self) -> bool:
        return self.composite[0] != self.composite[1] or self.mark[0] != self.mark[1] or bool(self.figures)


def _by(then: float | None, now: float | None) -> float | None:
    return None if then is None or now is None else rounded(now - then)


def beside(
    frozen: Mapping[str, Any], composite: float | None, formula: str, figures: Mapping[str, float | None]
) -> Beside:
    """Compare a frozen appraisal with today's composite, formula and figures (by metric).

    What the form would give with them is compared with what it gave then; a mark that calibration or an appeal put in
    its place would move by the same.
    """
    then = frozen["composite"]["total"] if frozen["composite"] else None
    values = {Side(part["side"]): part["value"] for part in frozen["mark"]["parts"]}
    now = total(from_json(frozen["form"]["spec"]), {**values, Side.CUSTOMER: composite}).mark
    computed, mark = frozen["mark"]["computed"], frozen["mark"]["value"]
    moved = None if computed is None or now is None or mark is None else rounded(mark + now - computed)
    old = {each["metric"]: each["value"] for each in frozen["figures"]}
    changed = [
        (metric, old.get(metric), figures.get(metric))
        for metric in sorted({*old, *figures})
        if old.get(metric) != figures.get(metric)
    ]
    return Beside(
        composite=(then, composite),
        mark=(mark, moved if moved is not None else now),
        formula=(named_formula(frozen["composite"]), formula),
        figures=tuple(changed),
    )
