"""Reading papers that a person may want to look at. Names only of those whose results the actor may see."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from lms.accounts.models import Person, Team
from lms.accounts.queries import visible
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.quizzes.models import Attempt, AttemptItem
from lms.quizzes.queries.analysis import LONGEST, Wanted, papers_of
from lms.quizzes.rules.analysis.rows import Paper
from lms.quizzes.rules.analysis.unusual import MOST_PAPERS, Alike, Fast, alike, fast


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose paper it is. attempt: its public name."""

    name: str
    employee_no: str
    team: str
    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Papers to look at; who: by attempt, only of those whom the actor may see, and all others are left out.

    papers: how many were looked at; compared: how many of them with one another.
    """

    papers: int
    compared: int
    fast: tuple[Fast, ...]
    alike: tuple[Alike, ...]
    who: dict[int, Who]


def unusual(actor: Actor, document_id: int, wanted: Wanted) -> Unusual:
    papers = papers_of(document_id, wanted)
    quick = fast(papers)
    latest = sorted(papers, key=lambda paper: paper.submitted_at)[-MOST_PAPERS:]
    pairs = alike(latest, _wrong(latest))
    who = _who(
        actor,
        {paper.attempt_id for each in pairs for paper in (each.one, each.other)}
        | {each.paper.attempt_id for each in quick},
    )
    return Unusual(
        papers=len(papers),
        compared=len(latest),
        fast=tuple(each for each in quick if each.paper.attempt_id in who),
        alike=tuple(each for each in pairs if {each.one.attempt_id, each.other.attempt_id} <= who.keys()),
        who=who,
    )


def _wrong(papers: list[Paper]) -> dict[int, list[tuple[int, str]]]:
    """Return what each paper has wrong: question and answer. Written answers are nobody's copy by their marks."""
    if not papers:
        return {}
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    ids = [paper.attempt_id for paper in papers]
    value = cast(AttemptItem.value, Text)
    for start in range(0, len(ids), 500):
        for row in rows(
            select(AttemptItem.attempt_id, AttemptItem.part_id, value.label("value")).where(
                AttemptItem.attempt_id.in_(ids[start : start + 500]),
                AttemptItem.earned == 0,
                AttemptItem.value.is_not(None),
                ~AttemptItem.dropped,
            )
        ):
            if len(row.value) <= LONGEST:
                found[row.attempt_id].append((row.part_id, row.value))
    return found


def _who(actor: Actor, attempt_ids: set[int]) -> dict[int, Who]:
    if not attempt_ids:
        return {}
    found = rows(
        select(Attempt.id, Attempt.public_id, Person.name, Person.employee_no, Team.name.label("team"))
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Team, Team.id == Person.team_id)
        .where(Attempt.id.in_(attempt_ids), visible(actor, Permission.QUIZ_RESULTS))
    )
    return {
        row.id: Who(name=row.name, employee_no=row.employee_no or "", team=row.team or "", attempt=row.public_id)
        for row in found
    }
