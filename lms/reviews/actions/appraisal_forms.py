"""Verbs of the forms of appraisals: keep a shipped one, write a new version. Open the transaction around.

A version is never changed: cycles and what was signed go on showing the one that they were begun with.
"""

from sqlalchemy import select, update

from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.db import new_public_id, session
from lms.core.errors import Invalid
from lms.core.texts import Text, text
from lms.reviews.models import AppraisalForm
from lms.reviews.queries.appraisal_forms import FormRow, form
from lms.reviews.rules.appraisal_forms import LONGEST_NAME, LONGEST_QUESTION, FormSpec, as_json

SHORTEST_REASON = 2


def kept(public_id: str) -> int:
    """Return the id of a form's row; a shipped form gets its row now. Raises NotFound."""
    found = form(public_id)
    return found.id or _keep_shipped(found)


def write_version(actor: Actor, public_id: str, *, name: str, spec: FormSpec, why: str) -> str:
    """Make the next version of a form the one that is offered; return its public name. Raises Invalid, NotFound."""
    old = form(public_id)
    wrong: dict[str, Text] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        wrong["name"] = text("请写名称，最多 %(n)s 个字。", n=LONGEST_NAME)
    if not SHORTEST_REASON <= len(why.strip()) <= LONGEST_QUESTION:
        wrong["why"] = text("请写为什么改，2 到 %(n)s 个字。", n=LONGEST_QUESTION)
    if wrong:
        raise Invalid(text("还差一点，改好再保存。"), fields=wrong)
    if not old.id:
        _keep_shipped(old)
    same = select(AppraisalForm).where(AppraisalForm.key == old.key).with_for_update()
    last = max(each.version for each in session().scalars(same))
    session().execute(update(AppraisalForm).where(AppraisalForm.key == old.key).values(active=False))
    made = AppraisalForm(
        public_id=new_public_id(),
        key=old.key,
        version=last + 1,
        kind=old.kind,
        name=name.strip(),
        spec=as_json(spec),
        why=why.strip(),
        made_by=actor.id,
        made_at=clock.now(),
    )
    session().add(made)
    session().flush()
    audit(actor.id, "appraisal_form.versioned", "appraisal_form", made.id, after={"key": old.key, "version": last + 1})
    return made.public_id


def _keep_shipped(found: FormRow) -> int:
    row = AppraisalForm(
        public_id=found.public_id,
        key=found.key,
        version=found.version,
        kind=found.kind,
        name=found.name,
        spec=as_json(found.spec),
        made_at=clock.now(),
    )
    session().add(row)
    session().flush()
    return row.id
