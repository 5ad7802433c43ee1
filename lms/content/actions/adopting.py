"""What somebody proposed becomes a draft that stays theirs: an editor takes it over, the author is named."""

from lms.content import store
from lms.content.actions.documents import editable, head_of, stale
from lms.content.actions.drafts import Saved, revision_of
from lms.content.models import Revision
from lms.content.rules.line_ends import as_in
from lms.content.rules.merge import merge
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import session


def adopt(actor: Actor, author_id: int, document_id: int, base_revision_id: int, source: str, note: str = "") -> Saved:
    """Make a proposal the draft, put together with what was changed since. base_revision_id: what it was written on.

    Where both changed the same place otherwise, the proposal is kept beside the draft and `conflict` says so: the
    editor settles it. Raises NotFound, Invalid, TooLarge, Conflict for an archived document.
    """
    document = editable(document_id)
    base = revision_of(document.id, base_revision_id)
    before = store.source_of(base.blob_sha)
    source = as_in(source, before)
    head = session().get_one(Revision, head_of(document))
    merged = merge(before, source, store.source_of(head.blob_sha)).text
    sha = store.put(store.encode(source))
    if merged is not None and merged == store.source_of(head.blob_sha):
        return Saved(revision_id=head.id, number=head.number, changed=False)
    proposal = store.add_revision(
        document, blob_sha=sha, kind="draft", author_id=author_id, parent_id=base.id, note=note
    )
    audit(actor.id, "document.adopted", "document", document.id, person_id=author_id, after={"revision": proposal.id})
    if merged is None:
        conflict = stale(document, base.id, kept=proposal)
        return Saved(revision_id=proposal.id, number=proposal.number, changed=True, conflict=conflict)
    draft = proposal
    if merged != source:
        draft = store.add_revision(
            document,
            blob_sha=store.put(store.encode(merged)),
            kind="merge",
            author_id=author_id,
            parent_id=head.id,
            merge_parent_id=proposal.id,
            note=note,
        )
    document.draft_id = draft.id
    return Saved(revision_id=draft.id, number=draft.number, changed=True)
