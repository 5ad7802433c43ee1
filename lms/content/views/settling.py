"""Two versions that do not know of each other: two people saved, or the file and the database both changed."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.actions.examine import examine
from lms.content.kinds import kind_of
from lms.content.queries import Work
from lms.content.rules.compare import Comparison, Piece, compare, marked
from lms.content.rules.merge import Conflict as Place
from lms.content.rules.merge import Merged, merge
from lms.content.views.desk import Problem, shown_problems
from lms.content.views.room import at, bp, number_of, work_at
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _, say
from lms.core.texts import text
from lms.web.auth import current_actor, requires

ROWS = 2_000  # rows of a comparison on a page
TAKEN = ("mine", "theirs", "both", "own")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One place of a text that somebody has to decide. before, behind: what stands around it on the same line.

    mine, theirs: with what differs from the base marked. taken: one of TAKEN, "" while nothing is chosen; own: typed.
    """

    place: Place
    before: str
    behind: str
    mine: tuple[Piece, ...]
    theirs: tuple[Piece, ...]
    taken: str
    own: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Two versions side by side. ours: the one that came too late, or the file's. theirs: what stands now.

    merged: both changes in one text, with what is to be decided; None where they have no version in common.
    problems: what is wrong with both changes together, where nothing is to be decided.
    """

    ours: queries.Version
    theirs: queries.Version
    change: Comparison
    merged: Merged | None
    choices: tuple[Choice, ...]
    problems: tuple[Problem, ...] = ()

    def chosen(self) -> str:
        """Return the text as it was chosen. Raises Invalid where something is left to decide."""
        if self.merged is None or any(not choice.taken for choice in self.choices):
            raise Invalid(text("每一处都要选一个，还有没选的。"))
        return self.merged.settled(
            [
                choice.own if choice.taken == "own" else str(getattr(choice.place, choice.taken))
                for choice in self.choices
            ]
        )


@bp.get("/studio/<kind>/<path:slug>/settle")
@requires(Permission.CONTENT_EDIT)
def settle(kind: str, slug: str) -> str | Response:
    """Show both versions: `?mine=` is a save that came too late, without it the file's version."""
    work = work_at(kind, slug)
    mine = number_of("mine")
    if mine is None and work.conflict_id is None:
        return redirect(at("edit", work))
    if mine == work.head_id:
        return redirect(at("edit", work))
    return _page(work, _sides(work, mine, work.head_id), "")


@bp.post("/studio/<kind>/<path:slug>/settle")
@requires(Permission.CONTENT_EDIT)
def settle_submit(kind: str, slug: str) -> str | Response | tuple[str, int]:
    """Take one of the versions of two people, or both changes; what is not taken stays in the history."""
    work = work_at(kind, slug)
    mine, base = number_of("mine"), number_of("base_revision")
    if mine is None:
        raise Invalid(text("请选一个版本。"))
    sides = _sides(work, mine, base)
    try:
        source = queries.text(mine) if request.form.get("take") == "mine" else sides.chosen()
    except Invalid as error:
        return _page(work, sides, say(error.message)), 422
    if request.form.get("take") not in ("mine", "both"):
        raise Invalid(text("请选一个版本。"))
    with transaction():
        saved = actions.save_draft(current_actor(), work.card.document_id, base, source, merge_parent_id=mine)
    if saved.conflict is not None:
        return redirect(at("settle", work, mine=saved.revision_id), 303)
    flash(_("已保存。另一个版本留在历史里。"), "ok")
    return redirect(at("edit", work), 303)


@bp.post("/studio/<kind>/<path:slug>/settle-file")
@requires(Permission.CONTENT_PUBLISH)
def settle_file(kind: str, slug: str) -> str | Response | tuple[str, int]:
    """Settle what file and database both changed."""
    work = work_at(kind, slug)
    actor = current_actor()
    match request.form.get("take"):
        case "file":
            with transaction():
                actions.take_file(actor, work.card.document_id)
            flash(_("已采用文件里的版本并发布。数据库里的版本留在历史里。"), "ok")
        case "database":
            with transaction():
                actions.take_database(actor, work.card.document_id)
            flash(_("已保留数据库里的版本。下次导出会写回文件。"), "ok")
        case "both":
            return _take_both(work)
        case _:
            raise Invalid(text("请选一个版本。"))
    return redirect(at("history", work), 303)


def _take_both(work: Work) -> str | Response | tuple[str, int]:
    base = number_of("base_revision")
    if work.conflict_id is None:
        raise Conflict(text("《%(title)s》没有待处理的冲突。", title=work.card.title))
    sides = _sides(work, None, base)
    try:
        source = sides.chosen()
    except Invalid as error:
        return _page(work, sides, say(error.message)), 422
    actor = current_actor()
    with transaction():
        saved = actions.save_draft(actor, work.card.document_id, base, source, merge_parent_id=work.conflict_id)
        if saved.conflict is None:
            actions.take_database(actor, work.card.document_id)
    if saved.conflict is not None:
        return redirect(at("settle", work, mine=saved.revision_id), 303)
    flash(_("文件和数据库的改动已合成草稿，发布后导出会写回文件。"), "ok")
    return redirect(at("edit", work), 303)


def _sides(work: Work, mine: int | None, head: int | None) -> Sides:
    """Compare a version (None = the file's) with another one of the same document. Raises NotFound."""
    other = work.conflict_id if mine is None else mine
    if head is None or other is None:
        raise NotFound()
    ours = queries.version(work.card.document_id, id=other)
    theirs = queries.version(work.card.document_id, id=head)
    here, there = queries.text(theirs.id), queries.text(ours.id)
    merged = merge(queries.text(ours.parent_id), there, here) if ours.parent_id else None
    problems: tuple[Problem, ...] = ()
    if merged is not None and merged.text is not None:
        problems = shown_problems(examine(kind_of(work.card.kind), work.card.path, merged.text).errors)
    return Sides(
        ours=ours,
        theirs=theirs,
        change=compare(here, there, most=ROWS),
        merged=merged,
        choices=() if merged is None else tuple(_choice(merged, number) for number in range(len(merged.conflicts))),
        problems=problems,
    )


def _choice(merged: Merged, number: int) -> Choice:
    place = merged.conflicts[number]
    before, behind = merged.around(number)
    taken = request.form.get(f"choice-{number}", "")
    return Choice(
        place=place,
        before=before,
        behind=behind,
        mine=_against(place.base, place.mine),
        theirs=_against(place.base, place.theirs),
        taken=taken if taken in TAKEN else "",
        own=request.form.get(f"own-{number}", place.mine.rstrip()).replace("\r\n", "\n"),
    )


def _against(base: str, text: str) -> tuple[Piece, ...]:
    """Return a text with what differs from the base marked; of a new one nothing."""
    return marked(base.rstrip(), text.rstrip())[1] if base else (Piece(text.rstrip()),)


def _page(work: Work, sides: Sides, refusal: str) -> str:
    """Return the page of two people's versions, or of the file's and the database's."""
    is_file = sides.ours.id == work.conflict_id and number_of("mine") is None
    name = "lms/content/settle_file.html" if is_file else "lms/content/settle.html"
    return render_template(name, work=work, sides=sides, refusal=refusal)
