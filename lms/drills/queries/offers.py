"""人工改判建议: findings of people against the rubric, each offered back as a mend of the drill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.content.queries import compiled
from lms.core.db import session
from lms.core.plain import from_plain
from lms.drills.models import Run, RunEvent, RunOverrule, RunText
from lms.drills.queries.frozen import Frozen
from lms.drills.queries.words import words_of
from lms.drills.rules.judge import judge
from lms.drills.rules.mending import likely
from lms.drills.spec import Scene
from lms.questions.spec import CriterionKind

MOST = 200
MENDED, DECLINED = "mended", "declined"

_OFFERS = (
    select(RunOverrule, RunEvent.scene, RunEvent.lane, RunText.text, Run, Person.name)
    .options(undefer(Run.frozen))
    .join(Run, Run.id == RunOverrule.run_id)
    .join(RunEvent, (RunEvent.run_id == RunOverrule.run_id) & (RunEvent.seq == RunOverrule.seq))
    .join(RunText, (RunText.run_id == RunOverrule.run_id) & (RunText.seq == RunOverrule.seq))
    .join(Person, Person.id == RunOverrule.by_id)
    .where(Run.document_id == bindparam("document_id"), RunOverrule.line >= 0)
    .order_by(RunOverrule.id.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A finding that offers a mend of the rubric. said: the reply. phrase: a start for what to add.

    document_id: of the drill that has the line.

    addable: a phrase can be added to the line; else it has to be written narrower by hand. title: of the scene.
    """

    id: int
    run_id: str
    scene: str
    title: str
    kind: CriterionKind
    words: str
    held: bool
    said: str
    phrase: str
    reason: str
    by: str
    at: datetime
    offered: str
    document_id: int

    @property
    def addable(self) -> bool:
        return self.held and self.kind is not CriterionKind.JUDGED


def offers(document_id: int) -> list[Offer]:
    """Return what people found otherwise than the rubric in runs of a drill, what is open first, then the latest.

    Of several findings of one line the last one counts. What only a person can judge offers nothing.
    """
    latest: dict[tuple[int, int, int], Any] = {}
    for row in session().execute(_OFFERS, {"document_id": document_id}):
        found: RunOverrule = row.RunOverrule
        latest.setdefault((found.run_id, found.seq, found.line), row)
    told = [offer for row in latest.values() if (offer := _offer(row)) is not None]
    return sorted(told, key=lambda each: bool(each.offered))


def offer_of(document_id: int, overrule_id: int) -> Offer | None:
    """Return one of them."""
    return next((each for each in offers(document_id) if each.id == overrule_id), None)


def _offer(row: Any) -> Offer | None:
    found: RunOverrule = row.RunOverrule
    frozen: Frozen = from_plain(Frozen, row.Run.frozen)
    lane = frozen.lanes[row.lane]
    scene: Scene = compiled(lane.revision_id).named(row.scene)
    line = scene.rubric[found.line]
    by_itself: Mapping[int, bool] = {
        place: each.held for place, each in enumerate(judge(scene, row.text, words_of(frozen)).lines)
    }
    if line.kind is CriterionKind.JUDGED or by_itself[found.line] is found.held:
        return None
    return Offer(
        id=found.id,
        run_id=row.Run.public_id,
        scene=scene.name,
        title=scene.title,
        kind=line.kind,
        words=line.words,
        held=found.held,
        said=row.text,
        phrase=likely(row.text, line.words) if found.held else "",
        reason=found.reason,
        by=row.name or "",
        at=found.at,
        offered=found.offered,
        document_id=lane.document_id,
    )
