"""Reading what was frozen: the paper of a version, its signatures, whether its digest still holds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, literal, select

from lms.accounts.models import Person
from lms.core.access import Actor
from lms.core.db import rows
from lms.core.errors import NotFound
from lms.reviews.models import AppraisalFreeze, AppraisalPaper, AppraisalSignature
from lms.reviews.queries.appraisals import one
from lms.reviews.rules.freezing import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature. side: self | supervisor; how: password | read. same: it stands on the digest that is kept."""

    side: str
    name: str
    at: datetime
    how: str
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A frozen version. content: None once its words were erased. whole: its digest, counted anew, is the one kept."""

    version: int
    written: str | None
    content: Mapping[str, Any] | None
    mark: float | None
    composite: float | None
    sha: str
    at: datetime
    whole: bool
    signatures: Sequence[Signed]


_FREEZES = (
    select(*AppraisalFreeze.__table__.c, AppraisalPaper.content)
    .outerjoin(
        AppraisalPaper,
        and_(
            AppraisalPaper.appraisal_id == AppraisalFreeze.appraisal_id,
            AppraisalPaper.version == AppraisalFreeze.version,
        ),
    )
    .order_by(AppraisalFreeze.version)
)
_SIGNATURES = (
    select(*AppraisalSignature.__table__.c, func.coalesce(Person.name, literal("")).label("name"))
    .join(Person, Person.id == AppraisalSignature.person_id)
    .order_by(AppraisalSignature.at)
)


def papers(appraisal_id: int) -> list[Paper]:
    """Return every frozen version of an appraisal that the actor was found to see, the first one first."""
    signatures: dict[int, list[Any]] = {}
    for each in rows(_SIGNATURES.where(AppraisalSignature.appraisal_id == appraisal_id)):
        signatures.setdefault(each.version, []).append(each)
    return [
        Paper(
            version=each.version,
            written=each.content,
            content=None if each.content is None else json.loads(each.content),
            mark=each.mark,
            composite=each.composite,
            sha=each.sha.hex(),
            at=each.at,
            whole=each.content is None or digest(each.content) == each.sha,
            signatures=[
                Signed(side=one.side, name=one.name, at=one.at, how=one.how, same=one.sha == each.sha)
                for one in signatures.get(each.version, ())
            ],
        )
        for each in rows(_FREEZES.where(AppraisalFreeze.appraisal_id == appraisal_id))
    ]


def paper(appraisal_id: int, version: int) -> Paper:
    """Return one frozen version. Raises NotFound."""
    found = [each for each in papers(appraisal_id) if each.version == version]
    if not found:
        raise NotFound()
    return found[0]


def digest_of(actor: Actor, public_id: str) -> str:
    """Return the digest of the present version of an appraisal that the actor may see, as its page shows it."""
    row = one(actor, public_id)
    return paper(row.id, row.stand.version).sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What counting every digest anew found. broken: (appraisal's row, version, what is wrong: paper | signature)."""

    papers: int
    signatures: int
    erased: int
    broken: tuple[tuple[int, int, str], ...]


def verified() -> Verified:
    """Count the digest of every frozen paper anew, and compare every signature with it."""
    shas: dict[tuple[int, int], bytes] = {}
    erased = 0
    broken = []
    for each in rows(_FREEZES.order_by(AppraisalFreeze.appraisal_id)):
        shas[each.appraisal_id, each.version] = each.sha
        if each.content is None:
            erased += 1
        elif digest(each.content) != each.sha:
            broken.append((each.appraisal_id, each.version, "paper"))
    signatures = 0
    for each in rows(select(*AppraisalSignature.__table__.c)):
        signatures += 1
        if shas.get((each.appraisal_id, each.version)) != each.sha:
            broken.append((each.appraisal_id, each.version, "signature"))
    return Verified(papers=len(shas), signatures=signatures, erased=erased, broken=tuple(sorted(broken)))
