"""What a newer version of a drill would make of the runs that have ended: the same plan is shown and applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import undefer

from lms.accounts.models import Person
from lms.content import queries as content
from lms.content.models import Document, Revision
from lms.content.queries import Card, compiled
from lms.core.db import rows, session
from lms.core.errors import NotFound
from lms.core.fingerprint import fingerprint
from lms.core.plain import from_plain
from lms.drills.models import Run, RunEvent, RunOverrule, RunText
from lms.drills.queries.ended import ENDED, revisions_of
from lms.drills.queries.frozen import Frozen, specs_of
from lms.drills.queries.replaying import first_states
from lms.drills.queries.words import words_of
from lms.drills.rules.judge import Words
from lms.drills.rules.lanes import Kind
from lms.drills.rules.replay import Fact, replay
from lms.drills.rules.rescore import Ended
from lms.drills.rules.score import Result
from lms.drills.spec import DrillSpec

_event: Table = RunEvent.__table__  # type: ignore[assignment]
_text: Table = RunText.__table__  # type: ignore[assignment]
_EVENTS = (
    select(
        _event.c.run_id,
        _event.c.seq,
        _event.c.lane,
        _event.c.kind,
        _event.c.choice,
        _event.c.led_to,
        _text.c.text,
    )
    .outerjoin(_text, (_text.c.run_id == _event.c.run_id) & (_text.c.seq == _event.c.seq))
    .where(_event.c.run_id.in_(bindparam("ids", expanding=True)))
    .order_by(_event.c.run_id, _event.c.seq)
)
_DECIDED = (
    select(RunOverrule.run_id, RunOverrule.seq, RunOverrule.line, RunOverrule.held)
    .where(RunOverrule.run_id.in_(bindparam("ids", expanding=True)))
    .order_by(RunOverrule.id)
)
_PUBLISHED = select(Document.id, Document.published_id, Revision.number).join(
    Revision, Revision.id == Document.published_id
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The published versions of a drill and of those played with it. number: of the drill's own."""

    card: Card
    revisions: tuple[int, ...]
    number: int

    @property
    def drills(self) -> tuple[DrillSpec, ...]:
        return tuple(compiled(each) for each in self.revisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An ended run that counts by older versions. person: whose it is."""

    id: int
    public_id: str
    person_id: int
    person: str
    revisions: tuple[int, ...]
    ended: Ended


def newest(slug: str) -> Newest:
    """Return the versions by which runs of a drill would be scored now. Raises NotFound without a published one."""
    card = content.open_work("drill", slug).card
    if card.published_id is None:
        raise NotFound()
    drill: DrillSpec = compiled(card.published_id)
    beside = content.by_path(drill.concurrent) if drill.concurrent else {}
    others = [beside[path] for path in drill.concurrent if path in beside]
    revisions = [card.published_id, *(each.published_id for each in others if each.published_id is not None)]
    number = session().scalar(select(Revision.number).where(Revision.id == card.published_id)) or 0
    return Newest(card=card, revisions=tuple(revisions), number=number)


def candidates(new: Newest, ids: Sequence[int] | None = None) -> list[Candidate]:
    """Return the ended runs of a drill that count by other versions than these (of these ids those that do), by id.

    Four statements beside those that load versions, whatever the number of runs.
    """
    statement = (
        select(Run, Person.name)
        .options(undefer(Run.frozen), undefer(Run.result))
        .join(Person, Person.id == Run.person_id)
        .where(Run.document_id == new.card.document_id, Run.state == ENDED, Run.result.is_not(None))
        .order_by(Run.id)
    )
    if ids is not None:
        statement = statement.where(Run.id.in_(ids))
    documents = documents_of(new.revisions)
    found: list[tuple[Any, Frozen, tuple[int, ...]]] = []
    for row in session().execute(statement.execution_options(populate_existing=True)):
        frozen: Frozen = from_plain(Frozen, row.Run.frozen)
        revisions = revisions_of(frozen, row.Run.result)
        own = tuple(lane.document_id for lane in frozen.lanes)
        if revisions != new.revisions[: len(own)] and own == documents[: len(own)]:
            found.append((row, frozen, revisions))
    return _loaded(found)


def documents_of(revisions: Sequence[int]) -> tuple[int, ...]:
    """Return of which documents these versions are."""
    found = {
        row.id: row.document_id
        for row in session().execute(select(Revision.id, Revision.document_id).where(Revision.id.in_(revisions)))
    }
    return tuple(found[each] for each in revisions)


def _loaded(found: Sequence[tuple[Any, Frozen, tuple[int, ...]]]) -> list[Candidate]:
    if not found:
        return []
    ids = [row.Run.id for row, _, _ in found]
    facts: dict[int, list[Fact]] = {each: [] for each in ids}
    for row in rows(_EVENTS, {"ids": ids}):
        facts[row.run_id].append(
            Fact(
                seq=row.seq,
                lane=row.lane,
                kind=Kind(row.kind),
                choice=row.choice,
                text=row.text or "",
                led_to=row.led_to,
            )
        )
    decided: dict[int, dict[int, dict[int, bool]]] = {}
    for row in rows(_DECIDED, {"ids": ids}):
        decided.setdefault(row.run_id, {}).setdefault(row.seq, {})[row.line] = row.held
    specs: dict[tuple[int, ...], tuple[DrillSpec, ...]] = {}
    words: dict[tuple[int, ...], Words] = {}
    told = []
    for row, frozen, revisions in found:
        played = tuple(lane.revision_id for lane in frozen.lanes)
        if played not in specs:
            specs[played] = specs_of(frozen)
        if frozen.word_revisions not in words:
            words[frozen.word_revisions] = words_of(frozen)
        run: Run = row.Run
        whole: Result = from_plain(Result, (run.result or {})["together"])
        then, said = specs[played], words[frozen.word_revisions]
        told.append(
            Candidate(
                id=run.id,
                public_id=run.public_id,
                person_id=run.person_id,
                person=row.name or "",
                revisions=revisions,
                ended=Ended(
                    run_id=run.id,
                    then=then,
                    gone=replay(then, first_states(frozen, then), facts[run.id], said),
                    total=whole.total,
                    passed=whole.passed,
                    words=said,
                    decided=decided.get(run.id, {}),
                ),
            )
        )
    return told


def mark_of(new: Newest, found: Sequence[Candidate]) -> str:
    """Return a sign that changes with what a preview shows: the versions, the runs and how they stand."""
    return fingerprint(new.revisions, [(each.id, each.ended.total, each.ended.passed) for each in found])
