"""What was written before: versions, one of them as source, what changed between two, bringing one back."""

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from lms.content import actions, queries
from lms.content.events import HowManySaw, Seen, WhoSaw
from lms.content.queries import Version, Work
from lms.content.rules.compare import compare
from lms.content.views.room import at, bp, number_of, reader_address, work_at
from lms.core.access import Permission, allows
from lms.core.bus import ask
from lms.core.db import transaction
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.lines import split_lines
from lms.core.texts import text
from lms.web.auth import current_actor, requires

LONGEST_SHOWN = 5_000  # lines of one version on a page, rows of a comparison
OFFERED = 200  # versions in the lists of which two are chosen; where there are more, their numbers are typed
READERS = 100  # people named who have seen a version


@bp.get("/studio/<kind>/<path:slug>/history")
@requires(Permission.CONTENT_EDIT)
def history(kind: str, slug: str) -> str | Response:
    work = work_at(kind, slug)
    if work.card.slug != slug:
        return redirect(at("history", work), 301)
    before = number_of("before")
    versions = queries.history(work.card.document_id, before=before, limit=queries.PAGE + 1)
    shown = versions[: queries.PAGE]
    others = (id for version in shown for id in (version.parent_id, version.merge_parent_id))
    return render_template(
        "lms/content/history.html",
        work=work,
        versions=shown,
        older=versions[queries.PAGE - 1].number if len(versions) > queries.PAGE else None,
        newest=before is None,
        reader=reader_address(work),
        owner=queries.owner_name(work.owner_id),
        archived=work.card.state == "archived",
        numbers=queries.numbers(others),
        seen=_seen([version.id for version in shown if version.was_published]),
    )


@bp.get("/studio/<kind>/<path:slug>/versions/<int:number>")
@requires(Permission.CONTENT_EDIT)
def version(kind: str, slug: str, number: int) -> str:
    """Show one version as it was written, and who has seen it."""
    work = work_at(kind, slug)
    found = _version(work, number)
    lines = split_lines(queries.text(found.id))
    actor = current_actor()
    readers: list[Seen] = []
    if found.was_published and allows(actor, Permission.REPORT_READ):
        readers = [each for answer in ask(WhoSaw(actor=actor, revision_id=found.id, limit=READERS)) for each in answer]
    return render_template(
        "lms/content/version.html",
        work=work,
        version=found,
        lines=lines[:LONGEST_SHOWN],
        more=max(0, len(lines) - LONGEST_SHOWN),
        archived=work.card.state == "archived",
        readers=readers,
        seen=_seen([found.id]).get(found.id, 0),
    )


@bp.get("/studio/<kind>/<path:slug>/diff")
@requires(Permission.CONTENT_EDIT)
def diff(kind: str, slug: str) -> str:
    """Show what changed between two versions by number; without them, from what is published to the draft."""
    work = work_at(kind, slug)
    versions = queries.history(work.card.document_id, limit=OFFERED + 1)
    old, new = number_of("old"), number_of("new")
    newer = _version(work, new) if new is not None else _by_id(work, work.head_id)
    older = _version(work, old) if old is not None else None
    if old is None and newer is not None:
        older = _by_id(work, newer.parent_id if newer.is_published else work.card.published_id)
    whole = "whole" in request.args
    change = compare(_text(older), _text(newer), context=None if whole else 3, most=LONGEST_SHOWN)
    return render_template(
        "lms/content/diff.html",
        work=work,
        older=older,
        newer=newer,
        change=change,
        versions=versions if len(versions) <= OFFERED else (),
        whole=whole,
        sides=request.args.get("view") == "sides",
    )


@bp.post("/studio/<kind>/<path:slug>/restore")
@requires(Permission.CONTENT_EDIT)
def restore(kind: str, slug: str) -> Response:
    """Bring an old version back as the draft."""
    work = work_at(kind, slug)
    chosen = number_of("revision")
    if chosen is None:
        raise Invalid(text("请选一个版本。"))
    with transaction():
        actions.restore(
            current_actor(), work.card.document_id, chosen, number_of("base_revision"), request.form.get("note", "")
        )
    flash(_("旧版本已恢复成草稿，发布后学员才会看到。"), "ok")
    return redirect(at("edit", work), 303)


def _version(work: Work, number: int) -> Version:
    if not 0 < number < 2**31:
        raise NotFound()
    return queries.version(work.card.document_id, number=number)


def _by_id(work: Work, revision_id: int | None) -> Version | None:
    return None if revision_id is None else queries.version(work.card.document_id, id=revision_id)


def _text(version: Version | None) -> str:
    return queries.text(version.id) if version else ""


def _seen(revision_ids: list[int]) -> dict[int, int]:
    """Return how many people have seen each version, where that is counted."""
    if not revision_ids:
        return {}
    answers = ask(HowManySaw(revision_ids=tuple(revision_ids)))
    return {id: count for answer in answers for id, count in answer.items()}
