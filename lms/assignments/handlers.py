"""What duties do when something else happens; rooms.py subscribes these, in this order of facts."""

from lms.accounts.events import (
    CohortChanged,
    FreezeChanged,
    FreezeImpact,
    Moved,
    PersonChanged,
    PersonHired,
    PersonLeft,
    PersonMoved,
    RosterChanged,
    TeamMoved,
)
from lms.assignments import actions
from lms.assignments.events import HoldingChanged
from lms.assignments.queries import finished, have_completed, owing, would_complete
from lms.assignments.queries.days import would_move
from lms.assignments.queries.ruling import preview_positions
from lms.content import queries as content
from lms.content.events import ArchivePreview, Impact, Published, PublishPreview
from lms.content.kinds import kind_of
from lms.core.texts import Text, text
from lms.records.events import Consequence, CorrectionImpact, RecordAppended, StandingsRebuilt, Verb

TOGETHER = 100
"""People whose duties are kept in step by one call."""


def on_record(fact: RecordAppended) -> None:
    """Roll a new line of the log up, in the same transaction."""
    if fact.document_id is None:
        return
    if fact.verb == Verb.VOIDED:
        actions.recount(fact.person_id, source="void")
        actions.bring_to_rest([fact.person_id])
        actions.reschedule([fact.person_id])
    elif fact.counts or fact.verb == Verb.SIGNED_OFF:
        signed = fact.verb == Verb.SIGNED_OFF
        actions.item_done(
            None,
            fact.person_id,
            fact.document_id,
            fact.at,
            ref=fact.ref,
            sign_off=signed,
            revision_id=fact.revision_id,
        )
        if fact.counts:
            actions.first_completion(fact.person_id, fact.document_id, fact.revision_id, fact.at)


def on_standings_rebuilt(fact: StandingsRebuilt) -> None:
    for person_id in fact.person_ids:
        actions.recount(person_id, source="rebuild")


def on_hired(fact: PersonHired) -> None:
    actions.keep_in_step([fact.person_id])


def on_moved(fact: PersonMoved | PersonChanged | PersonLeft) -> None:
    """Give what the rules ask of somebody as they are now, and ask no more for what they do not."""
    actions.keep_in_step([fact.person_id])


def on_team_moved(fact: TeamMoved) -> None:
    """Another place in the tree has other rules, another roster and other freeze windows."""
    actions.keep_soon(fact.person_ids)
    actions.reschedule_soon(fact.person_ids)


def on_holding(fact: HoldingChanged) -> None:
    people = sorted(set(fact.person_ids))
    for start in range(0, len(people), TOGETHER):
        actions.keep_in_step(people[start : start + TOGETHER])


def on_roster(fact: RosterChanged | CohortChanged | FreezeChanged) -> None:
    """Count due days anew where somebody's days are others."""
    actions.reschedule_soon(fact.person_ids)


def on_moved_days(fact: PersonMoved) -> None:
    """Another team has another roster and other freeze windows."""
    actions.reschedule([fact.person_id])


def on_freeze_impact(question: FreezeImpact) -> Moved:
    return would_move(question.person_ids, question.from_on, question.until_on)


def on_published(fact: Published) -> None:
    if fact.kind == "curriculum":
        spec = content.compiled(fact.revision_id)
        added = actions.keep_rule(fact.document_id, kind_of(fact.kind).positions(spec))
        actions.give_to_lately_hired(fact.document_id, added)
    if fact.kind in {"course", "curriculum"}:
        actions.lay_out_anew(fact.actor_id, fact.document_id)


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say who is learning this now, that nobody who has finished it loses anything, and to whom other 岗位 give it."""
    return [
        *_impacts(
            question.document_id,
            text("%(n)s 人还没学完，接下来看到的是新版。", n=owing(question.document_id)),
            text("%(n)s 人已经完成，完成记录不受影响。", n=finished(question.document_id)),
        ),
        *_of_positions(question),
    ]


def _of_positions(question: PublishPreview) -> list[Impact]:
    """Say whom a change of 岗位 gives a curriculum and from whom it takes it, by the plan that publishing follows."""
    if question.kind != "curriculum" or question.spec is None:
        return []
    found = preview_positions(question.document_id, kind_of(question.kind).positions(question.spec))
    if found is None:
        return []
    lines = (
        (("new", "more"), text("岗位改动：派给 %(n)s 人。", n=found.of("new", "more"))),
        (("withdrawn",), text("岗位改动：取消 %(n)s 人，他们还没开始。", n=found.of("withdrawn"))),
        (("optional",), text("岗位改动：%(n)s 人已经开始，改为选修。", n=found.of("optional"))),
    )
    return [
        Impact(
            count=found.of(*outcomes),
            text=sentence,
            names=tuple(
                f"{one.name}（{one.employee_no}）" for outcome in outcomes for one in found.people.get(outcome, ())
            ),
        )
        for outcomes, sentence in lines
        if found.of(*outcomes)
    ]


def on_archive_preview(question: ArchivePreview) -> list[Impact]:
    return _impacts(
        question.document_id,
        text("%(n)s 人的学习任务里有它，归档后不再要求。", n=owing(question.document_id)),
        text("%(n)s 人已经完成，完成记录不受影响。", n=finished(question.document_id)),
    )


def _impacts(document_id: int, still: Text, done: Text) -> list[Impact]:
    counted = ((owing(document_id), still), (finished(document_id), done))
    return [Impact(count=count, text=sentence) for count, sentence in counted if count]


def on_correction_impact(question: CorrectionImpact) -> list[Consequence]:
    """Say for whom a document would be done by a correction of results, and that nobody's completion is taken back."""
    passing = [flip.person_id for flip in question.flips if flip.after and not flip.before]
    failing = [flip.person_id for flip in question.flips if flip.before and flip.after is False]
    would, keep = would_complete(question.document_id, passing), have_completed(question.document_id, failing)
    found = []
    if would:
        found.append(Consequence(count=would, text=text("%(n)s 人的这项学习任务会记为完成。", n=would)))
    if keep:
        found.append(Consequence(count=keep, text=text("%(n)s 人降到及格线以下，已有的完成记录保留。", n=keep)))
    return found
