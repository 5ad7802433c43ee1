"""Reading a section of the knowledge report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lms.core.access import Actor
from lms.core.texts import text
from lms.kb.queries import category_names
from lms.reports.knowledge import articles, searches
from lms.reports.knowledge.people import contributions
from lms.reports.knowledge.rules import (
    Figure,
    Report,
    Row,
    Section,
    ordered,
)
from lms.reports.knowledge.wanted import Wanted, made, people_of

MOST_ROWS = 5_000
"""Rows of one section; more are not made."""


def report(actor: Actor, section: Section, wanted: Wanted, *, sort: str = "", descending: bool | None = None) -> Report:
    """Return a section with all its rows, in order. sort: the key of a column, "" = the section's own."""
    found = _BUILDERS[section.key](actor, wanted)
    key = sort or section.sort.removeprefix("-")
    down = section.sort.startswith("-") if descending is None else descending
    rows = ordered(_named(actor, found), key, descending=down)[:MOST_ROWS]
    return Report(section=section, rows=rows, figures=found.figures, days=found.days)


def _named(actor: Actor, found: Report) -> Sequence[Row]:
    """Return the rows with their category as people call it."""
    if "category" not in found.section.filters:
        return found.rows
    names = category_names(actor)
    return [
        replace(row, values={**row.values, "category": names.get(folder, folder)})
        for row in found.rows
        for folder in [str(row.values["category"])]
    ]


def contributed(actor: Actor, wanted: Wanted) -> Report:
    lines = contributions(people_of(actor, wanted), wanted.start)
    rows = [
        Row(
            values={
                "name": line.name,
                "employee_no": line.employee_no,
                "team": line.team,
                "published": line.published,
                "minor": line.minor,
                "accepted": line.accepted,
                "suggested": line.suggested,
                "verified": line.verified,
            }
        )
        for line in lines
    ]
    return made(
        "people",
        rows,
        [
            Figure(value=str(len(rows)), unit=text("人"), label=text("有贡献的人")),
            Figure(value=str(sum(line.published for line in lines)), unit=text("次"), label=text("发布")),
            Figure(value=str(sum(line.accepted for line in lines)), unit=text("条"), label=text("采纳的建议")),
            Figure(value=str(sum(line.verified for line in lines)), unit=text("次"), label=text("确认有效")),
        ],
    )


_BUILDERS: Mapping[str, Callable[[Actor, Wanted], Report]] = {
    "review": articles.reviews,
    "reads": articles.reads,
    "searches": searches.searches,
    "zero": searches.zero,
    "votes": articles.votes,
    "must-read": articles.must_reads,
    "people": contributed,
    "gaps": searches.gaps,
}


def categories(actor: Actor) -> list[tuple[str, str]]:
    """Return folder and name of the categories in which the actor may read something, each with all above it."""
    return sorted(category_names(actor).items())
