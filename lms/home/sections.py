"""What each role finds on its first screen beside its own learning: a few rows with a way on, each a small template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.access import Actor, Permission, Role, allows
from lms.home import desk, drills, work
from lms.home.setup.queries import facts
from lms.home.setup.rules import Standing, in_training, standings


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One block of the screen. column: main | side."""

    template: str
    column: str
    data: Any


def sections_of(actor: Actor) -> list[Section]:
    """Return the blocks of a person, what waits for an act first."""
    found: list[Section] = []
    if allows(actor, Permission.INSTALLATION_EDIT) and (first := first_steps()) is not None:
        found.append(_main("setup", first))
    if (drills_on := drills.team_drills(actor)) is not None:
        found.append(_main("team_drills", drills_on))
    if (waits_for := work.waiting(actor)) is not None:
        found.append(_main("judging", waits_for))
    if (inspected := work.inspections(actor)) is not None:
        found.append(_main("inspections", inspected))
    confirms = bool(actor.mentees) or Role.TRAINER in actor.roles
    if confirms and allows(actor, Permission.TASK_CONFIRM):
        waits = desk.waiting(actor)
        # A mentor learns too: with nothing to confirm, what is due today comes first on a phone.
        column = "main" if waits.work or waits.stages or Role.TRAINER in actor.roles else "side"
        found.append(Section(template="lms/home/section_waiting.html", column=column, data=waits))
    if (care := desk.care(actor)) is not None:
        # An agent who answers for an article learns first; whoever decides for others is waited for.
        decides = bool(care.requests) or Role.AGENT not in actor.roles
        found.append(Section(template="lms/home/section_care.html", column="main" if decides else "side", data=care))
    if (measures := drills.measures(actor)) is not None:
        found.append(_main("measures", measures))
    if allows(actor, Permission.QUIZ_MARK) and (to_mark := desk.to_mark(actor)) is not None:
        found.append(_main("marking", to_mark))
    if allows(actor, Permission.DRILL_REVIEW) and (replies := desk.drill_replies(actor)) is not None:
        found.append(_main("replies", replies))
    if allows(actor, Permission.CONTENT_EDIT):
        if allows(actor, Permission.QUIZ_ANALYSIS) and (unwell := desk.bad_questions()):
            found.append(_main("questions", unwell))
        if (doubts := desk.in_doubt()) is not None:
            found.append(_main("marks", doubts))
        found.append(_main("studio", desk.studio(actor)))
        if (gaps := desk.gaps(actor)) is not None:
            found.append(_main("gaps", gaps))
    if Role.LEAD in actor.roles or actor.roles & {Role.DIRECTOR, Role.HR, Role.QUALITY}:
        found.append(_main("team", desk.team(actor)))
    if (outlook := work.outlook(actor)) is not None:
        found.append(_main("outlook", outlook))
    if allows(actor, Permission.HEALTH_READ):
        found.append(_main("health", desk.health()))
    if actor.roles & {Role.AGENT, Role.LEAD} and (unmarked := desk.unmarked(actor)):
        found.append(Section(template="lms/home/section_unmarked.html", column="side", data=unmarked))
    if Role.AGENT in actor.roles or Role.LEAD in actor.roles:
        found.append(Section(template="lms/home/section_search.html", column="side", data=desk.recent(actor)))
    return found


def first_steps() -> Sequence[Standing] | None:
    """Return the first steps until the first intake is in training, None from then on."""
    found = facts()
    return None if in_training(found) else standings(found)


def _main(name: str, data: Any) -> Section:
    return Section(template=f"lms/home/section_{name}.html", column="main", data=data)
