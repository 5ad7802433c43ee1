"""标签: words by which rules may go for a person."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, insert, select

from lms.accounts.actions.people import lock
from lms.accounts.events import PersonChanged
from lms.accounts.models import PersonTag
from lms.accounts.rules.staff import LONGEST_TAG
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Invalid
from lms.core.texts import text


def set_tags(actor: Actor, person_id: int, tags: Iterable[str]) -> bool:
    """Say by which words rules may go for a person. Return whether anything was changed. Raises Invalid."""
    current = session()
    lock([person_id])
    wanted = {tag for tag in (" ".join(each.split()) for each in tags) if tag}
    if any(len(tag) > LONGEST_TAG for tag in wanted):
        reason = text("一个标签最多 %(n)s 个字。", n=LONGEST_TAG)
        raise Invalid(reason, fields={"tags": reason})
    held = set(current.scalars(select(PersonTag.tag).where(PersonTag.person_id == person_id)))
    if wanted == held:
        return False
    current.execute(delete(PersonTag).where(PersonTag.person_id == person_id, PersonTag.tag.in_(held - wanted)))
    current.add_all(PersonTag(person_id=person_id, tag=tag) for tag in sorted(wanted - held))
    current.flush()
    audit(actor.id, "tags.set", "person", person_id, person_id=person_id, after={"tags": len(wanted)})
    emit(PersonChanged(person_id=person_id))
    return True


def set_many(actor: Actor, wanted: Mapping[int, Collection[str]], new: Collection[int] = ()) -> None:
    """Give these people exactly these tags, in a fixed number of statements. The tags are checked before.

    new: who is hired in this transaction, so that the rules look at them anyway.
    """
    if not wanted:
        return
    current = session()
    lock(wanted)
    current.execute(delete(PersonTag).where(PersonTag.person_id.in_(list(wanted))))
    pairs = [{"person_id": person_id, "tag": tag} for person_id in sorted(wanted) for tag in sorted(wanted[person_id])]
    current.execute(insert(PersonTag), pairs)
    for person_id, tags in wanted.items():
        audit(actor.id, "tags.set", "person", person_id, person_id=person_id, after={"tags": len(tags)})
        if person_id not in new:
            emit(PersonChanged(person_id=person_id))
