"""Bringing a table of scenes into a draft: all of its rows or none."""

from dataclasses import dataclass

from lms.content import queries
from lms.content.actions import drafts
from lms.content.importers.drafts import name_of
from lms.content.queries.studio import Work
from lms.core.access import Actor
from lms.core.errors import Invalid
from lms.core.texts import text
from lms.drills.form.sheet import Change, Refused, applied, new_source, read_sheet, speaker_of
from lms.drills.parse import read_whole

FOLDER = "drills"
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a table makes of a draft. source: the text after it; as it was where a row is refused."""

    source: str
    before: str
    changes: tuple[Change, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def is_same(self) -> bool:
        return self.source == self.before


class WrongRows(Invalid):
    """Some rows of a table for a new drill cannot be taken. refused: all of them."""

    refused: tuple[Refused, ...] = ()


def plan(work: Work, data: bytes) -> Plan:
    """Return what the table makes of the draft. Raises Unreadable, TooLarge, Invalid for a table without a scene."""
    before = queries.text(work.head_id) if work.head_id else ""
    drill, _ = read_whole(before, work.card.path)
    held, refused = read_sheet(data, drill.customer.name)
    if not held and not refused:
        raise Invalid(text("表里没有一个场景。"))
    source, changes, not_taken = applied(before, work.card.path, held)
    every = tuple(sorted({*refused, *not_taken}, key=lambda each: each.line))
    return Plan(source=before if every else source, before=before, changes=changes, refused=every)


def bring(actor: Actor, work: Work, data: bytes, base: int | None) -> None:
    """Save the draft with the scenes of the table. base: the version that the preview was made from. Raises Invalid."""
    made = plan(work, data)
    if made.refused:
        raise Invalid(text("有 %(n)s 行不能导入，一行也没有写。", n=len(made.refused)))
    drafts.save_draft(actor, work.card.document_id, base, made.source)


def begin(actor: Actor, title: str, data: bytes) -> str:
    """Make the draft of a new drill of a filled table and return its address. Raises WrongRows, Invalid, Conflict."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE or title.startswith("#"):
        problem = text("请给演练起个标题，最多 %(most)s 个字。", most=LONGEST_TITLE)
        raise Invalid(problem, fields={"title": problem})
    customer = speaker_of(data)
    held, refused = read_sheet(data, customer)
    slug = f"{FOLDER}/{name_of(title)}"
    source, _, not_taken = applied(new_source(title, held, customer, actor.employee_no), f"courses/{slug}.md", held)
    if refused or not_taken:
        error = WrongRows(text("有 %(n)s 行不能导入，一行也没有写。", n=len({*refused, *not_taken})))
        error.refused = tuple(sorted({*refused, *not_taken}, key=lambda each: each.line))
        raise error
    if not held:
        raise Invalid(text("表里没有一个场景。"))
    drafts.create(actor, "drill", slug, source)
    return slug
