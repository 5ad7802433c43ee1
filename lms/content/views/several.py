"""What is done to several documents at once: words replaced, tags given and taken, drafts published.

Each page shows first what would change; the button then does exactly that, to all of them or to none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.content import actions
from lms.content.actions import bulk
from lms.content.forms import kind_choices
from lms.content.kinds import kind_of, kinds
from lms.content.queries.several import Head, heads, known_tags
from lms.content.rules.replacing import LONGEST, Hit, hits, replaced
from lms.content.rules.tagging import listed, retagged, tags_of
from lms.content.views.room import bp
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import DomainError, Invalid
from lms.core.i18n import _
from lms.core.texts import Text, text
from lms.web.auth import current_actor, requires
from lms.web.numbers import every_whole, whole

MOST = 100
"""Documents changed in one go: what a person can look through, and what is read again within two seconds."""
SHOWN = 5  # places shown of one document


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """One document in the preview. breaks: what would have to be mended after it and is right now."""

    head: Head
    hits: tuple[Hit, ...]
    breaks: tuple[Text, ...]

    @property
    def more(self) -> int:
        return max(0, len(self.hits) - SHOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page was asked to replace."""

    words: str
    put: str
    kind: str
    same_case: bool

    @classmethod
    def read(cls) -> "Asked":
        values = request.values
        kind = values.get("kind", "")
        return cls(
            words=values.get("find", ""),
            put=values.get("put", ""),
            kind=kind if kind in kinds() else "",
            same_case=values.get("case") == "1",
        )

    def why_not(self) -> Text | None:
        """Return why nothing can be replaced, None where it can."""
        if not self.words.strip():
            return text("请写要找的文字。")
        if max(len(self.words), len(self.put)) > LONGEST:
            return text("要找的和要换成的文字，每样最多 %(most)s 个字。", most=LONGEST)
        if "\n" in self.put or "\r" in self.put:
            return text("一次只能换成一行文字。")
        if self.words == self.put:
            return text("要找的和要换成的一样，没有什么可换的。")
        return None

    def after(self, source: str) -> str:
        return replaced(source, self.words, self.put, same_case=self.same_case)


@bp.get("/studio/replace")
@requires(Permission.CONTENT_EDIT)
def replace() -> str:
    """Show every place where the words stand in any document, and what would stand there."""
    return _replace(Asked.read())


@bp.post("/studio/replace")
@requires(Permission.CONTENT_EDIT)
def replace_submit() -> str | Response | tuple[str, int]:
    """Replace the words in the chosen documents; what comes out are drafts."""
    asked = Asked.read()
    problem = asked.why_not()
    chosen = _chosen()
    if problem is None and not chosen:
        problem = text("请至少选一份内容。")
    if problem is not None:
        return _replace(asked, Invalid(problem)), 422
    found = {head.card.document_id: head for head in heads(chosen)}
    changes = [
        bulk.Change(document_id=id, base_revision_id=base, source=asked.after(found[id].source))
        for id, base in chosen.items()
        if id in found
    ]
    try:
        with transaction():
            note = _("批量替换：“%(old)s”换成“%(new)s”", old=asked.words, new=asked.put)
            count = bulk.save_all(current_actor(), changes, note[:400])
    except DomainError as error:
        return _replace(asked, error), error.status
    flash(_("%(n)s 份内容已换好，都存成了草稿。看过以后可以一起发布。", n=count), "ok")
    return redirect(url_for(".publish_several", doc=list(chosen)), 303)


@bp.get("/studio/tags")
@requires(Permission.CONTENT_EDIT)
def tags() -> str:
    """Show the chosen documents with their tags, and how they would be tagged."""
    return _tags()


@bp.post("/studio/tags")
@requires(Permission.CONTENT_EDIT)
def tags_submit() -> str | Response | tuple[str, int]:
    """Give tags to the chosen documents and take others away; what comes out are drafts."""
    add, remove = listed(request.form.get("add", "")), listed(request.form.get("remove", ""))
    chosen = _chosen()
    if not chosen or not (add or remove):
        return _tags(Invalid(text("请选好内容，并写要加上或去掉的标签。"))), 422
    changes = [
        bulk.Change(
            document_id=head.card.document_id,
            base_revision_id=chosen[head.card.document_id],
            source=retagged(head.source, kind_of(head.card.kind).word, add, remove),
        )
        for head in heads(chosen)
    ]
    try:
        with transaction():
            count = bulk.save_all(current_actor(), changes, _("批量改标签"))
    except DomainError as error:
        return _tags(error), error.status
    flash(_("%(n)s 份内容的标签已改，都存成了草稿。看过以后可以一起发布。", n=count), "ok")
    return redirect(url_for(".publish_several", doc=list(chosen)), 303)


@bp.get("/studio/publish-several")
@requires(Permission.CONTENT_PUBLISH)
def publish_several() -> str:
    """Show what publishing the chosen drafts would find and touch; nothing is changed."""
    return _publish_several()


@bp.post("/studio/publish-several")
@requires(Permission.CONTENT_PUBLISH)
def publish_several_submit() -> str | Response | tuple[str, int]:
    """Publish the chosen drafts, all of them or none."""
    note = " ".join(request.form.get("note", "").split())
    chosen = _chosen()
    problem = text("请选要发布的内容。") if not chosen else text("请写一句改了什么，看历史的人靠它找到这一版。")
    if not chosen or not note:
        return _publish_several(Invalid(problem)), 422
    try:
        with transaction():
            count = bulk.publish_all(current_actor(), chosen, note[:400], minor=request.form.get("minor") == "1")
    except DomainError as error:
        return _publish_several(error), error.status
    flash(_("%(n)s 份内容已发布。", n=count), "ok")
    return redirect(url_for(".index"), 303)


def _chosen() -> dict[int, int]:
    """Return the chosen documents with the version that was shown: `doc=12:345`. At most MOST of them."""
    found = {}
    for written in request.values.getlist("doc")[:MOST]:
        document, base = map(whole, written.partition(":")[::2])
        if document is not None and base is not None:
            found[document] = base
    return found


def _named() -> list[int]:
    """Return the documents that the address names, with or without the version: `doc=12`."""
    return every_whole(written.partition(":")[0] for written in request.values.getlist("doc")[:MOST])


def _replace(asked: Asked, refusal: DomainError | None = None) -> str:
    problem = asked.why_not() if asked.words or "find" in request.values else None
    rows: list[Replacing] = []
    more = False
    if problem is None and asked.words:
        for head in heads(kind=asked.kind):
            places = hits(head.source, asked.words, same_case=asked.same_case)
            if places and len(rows) == MOST:
                more = True
                break
            if places:
                rows.append(Replacing(head=head, hits=places, breaks=bulk.broken_by(head, asked.after(head.source))))
    return render_template(
        "lms/content/replace.html",
        asked=asked,
        rows=rows,
        more=more,
        most=MOST,
        shown=SHOWN,
        longest=LONGEST,
        count=sum(len(row.hits) for row in rows),
        looked=problem is None and bool(asked.words),
        refusal=refusal or (Invalid(problem) if problem else None),
        kinds=kind_choices(),
        kept=_chosen() if refusal else None,
    )


def _tags(refusal: DomainError | None = None) -> str:
    chosen = list(heads(_named()))
    return render_template(
        "lms/content/tags.html",
        rows=[(head, tags_of(head.source)) for head in chosen],
        known=known_tags(),
        add=request.values.get("add", ""),
        remove=request.values.get("remove", ""),
        refusal=refusal,
    )


def _publish_several(refusal: DomainError | None = None) -> str:
    chosen = [head for head in heads(_named()) if head.has_draft]
    rows: list[tuple[Head, actions.Preview]] = [(head, actions.preview(head.card.document_id)) for head in chosen]
    ready: Sequence[tuple[Head, actions.Preview]] = [row for row in rows if row[1].is_publishable]
    return render_template(
        "lms/content/publish_several.html",
        rows=rows,
        ready=len(ready),
        asked=len(_named()),
        note=request.values.get("note", ""),
        refusal=refusal,
    )
