"""Which versions of questions are marked otherwise than they were asked: the last regrade of each says how."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from lms.core.db import rows
from lms.quizzes.models import AttemptItem, Regrade

_LAST = select(Regrade.from_sha, Regrade.to_sha, Regrade.id).order_by(Regrade.id)
_OF_ATTEMPT = _LAST.where(
    Regrade.from_sha.in_(select(AttemptItem.part_version_sha).where(AttemptItem.attempt_id == bindparam("attempt_id")))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """graded_as: the version whose key counts; None = the question is dropped. regrade_id: by which this came."""

    graded_as: bytes | None
    regrade_id: int

    @property
    def dropped(self) -> bool:
        return self.graded_as is None


def standing(shas: Collection[bytes]) -> dict[bytes, Standing]:
    """Return the corrections of these versions that stand, also one that is still being applied."""
    return _last(rows(_LAST.where(Regrade.from_sha.in_(shas)))) if shas else {}


def standing_of(attempt_id: int) -> dict[bytes, Standing]:
    """Return the corrections of what an attempt asks, in one statement that mostly finds nothing."""
    return _last(rows(_OF_ATTEMPT, {"attempt_id": attempt_id}))


_later = aliased(Regrade)
IS_DROPPED = select(Regrade.from_sha).where(
    Regrade.to_sha.is_(None), ~exists().where(_later.from_sha == Regrade.from_sha, _later.id > Regrade.id)
)
"""The versions that count for nobody."""


def dropped() -> frozenset[str]:
    """Return hex of the versions that count for nobody: they are asked nobody any more."""
    return frozenset(row.from_sha.hex() for row in rows(IS_DROPPED))


def _last(found: Iterable[Any]) -> dict[bytes, Standing]:
    return {row.from_sha: Standing(graded_as=row.to_sha, regrade_id=row.id) for row in found}
