"""Reading forms of appraisals, the shipped ones among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, select

from lms.accounts.models import Person
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.core.i18n import gettext
from lms.reviews.models import AppraisalForm
from lms.reviews.rules.appraisal_forms import FormSpec, from_json
from lms.reviews.rules.shipped_forms import SHIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One version of a form. made_by: the name of who wrote it, "" for a shipped one.

    id: 0 for a shipped form that no cycle has used yet, so that no row stands for it; its public_id is its key.
    """

    id: int
    public_id: str
    key: str
    version: int
    kind: str
    name: str
    spec: FormSpec
    why: str
    active: bool
    made_by: str
    made_at: datetime | None


_FORMS = (
    select(*AppraisalForm.__table__.c, func.coalesce(Person.name, literal("")).label("made_by_name"))
    .outerjoin(Person, Person.id == AppraisalForm.made_by)
    .order_by(AppraisalForm.key, AppraisalForm.version.desc())
)


def forms() -> list[FormRow]:
    """Return the forms that are offered for new cycles, the shipped ones first."""
    found = _read(_FORMS.where(AppraisalForm.active))
    return [*_shipped(found), *found]


def form(public_id: str) -> FormRow:
    """Return one version. Raises NotFound."""
    found = _read(_FORMS.where(AppraisalForm.public_id == public_id))
    return _only(found or [each for each in _shipped(found) if each.public_id == public_id])


def by_id(form_id: int) -> FormRow:
    """Return one version that a row refers to."""
    return _only(_read(_FORMS.where(AppraisalForm.id == form_id)))


def versions(key: str) -> list[FormRow]:
    """Return every version of a form, the newest first."""
    found = _read(_FORMS.where(AppraisalForm.key == key))
    return found or [each for each in _shipped(found) if each.key == key]


def _shipped(known: Sequence[FormRow]) -> list[FormRow]:
    """Return the shipped forms for which no row stands yet; known: rows that were read."""
    keys = {each.key for each in known}
    return [
        FormRow(
            id=0,
            public_id=each.key,
            key=each.key,
            version=1,
            kind=each.kind,
            name=each.name.id,
            spec=each.spec,
            why="",
            active=True,
            made_by="",
            made_at=None,
        )
        for each in SHIPPED
        if each.key not in keys
    ]


def said(words: str) -> str:
    """Return a shipped wording in the reader's language, one that somebody wrote as it is."""
    return gettext(words) if words else ""


def _only(found: Sequence[FormRow]) -> FormRow:
    if not found:
        raise NotFound()
    return found[0]


def _read(statement: object) -> list[FormRow]:
    return [
        FormRow(
            id=each.id,
            public_id=each.public_id,
            key=each.key,
            version=each.version,
            kind=each.kind,
            name=each.name,
            spec=from_json(each.spec),
            why=each.why,
            active=each.active,
            made_by=each.made_by_name,
            made_at=each.made_at,
        )
        for each in rows(statement)  # type: ignore[arg-type]
    ]
