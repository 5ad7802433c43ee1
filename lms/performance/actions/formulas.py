"""Verbs of formulas: draft, change, publish with a reason, confirm, review once a quarter."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from lms.accounts.events import Settled, Told
from lms.accounts.models import Person, RoleGrant
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.performance.actions.scoring import soon
from lms.performance.models import Formula, FormulaReading, FormulaReview
from lms.performance.queries.figures import metrics
from lms.performance.queries.formulas import DRAFT, DROPPED, PUBLISHED, in_force
from lms.performance.rules.formulas import Spec, from_json, problems, to_json
from lms.performance.rules.metrics import Direction, Unit
from lms.performance.rules.periods import Grain, Period, period_of


def check(spec: Spec) -> list[Text]:
    """Return everything that is wrong with a formula, by the metrics that there are today."""
    measured = metrics()
    return problems(
        spec,
        set(measured),
        {code for code, metric in measured.items() if metric.direction is Direction.DOWN},
        {code for code, metric in measured.items() if metric.unit in (Unit.PERCENT, Unit.SCORE)},
    )


def draft(actor: Actor, *, name: str, spec: Spec, quarter: Period) -> Formula:
    """Keep a new draft of a formula from a quarter on. Raises Invalid with every reason."""
    _check(name, spec)
    newest = session().scalar(select(func.max(Formula.version))) or 0
    row = Formula(
        version=newest + 1,
        name=name.strip(),
        spec=to_json(spec),
        state=DRAFT,
        from_on=quarter.start,
        made_by=actor.id or None,
        made_at=clock.now(),
    )
    session().add(row)
    session().flush()
    audit(actor.id, "formula.drafted", "formula", row.public_id, after={"version": row.version})
    return row


def change(actor: Actor, public_id: str, *, name: str, spec: Spec, quarter: Period) -> None:
    """Change a draft. Raises Conflict where it was published, Invalid with every reason."""
    row = _locked(public_id)
    if row.state != DRAFT:
        raise Conflict(text("已发布的公式不能改，请从它复制一个新版本。"))
    _check(name, spec)
    row.name, row.spec, row.from_on = name.strip(), to_json(spec), quarter.start
    audit(actor.id, "formula.changed", "formula", public_id)


def drop(actor: Actor, public_id: str) -> None:
    """Put a draft away. Raises Conflict for a published one."""
    row = _locked(public_id)
    if row.state != DRAFT:
        raise Conflict(text("已发布的公式不能删除。"))
    row.state = DROPPED
    audit(actor.id, "formula.dropped", "formula", public_id)


def publish(actor: Actor, public_id: str, reason: str) -> int:
    """Publish a draft and ask everybody whom it binds to confirm it; return how many.

    A quarter that has begun takes it too, but then nobody had confirmed it before, and every score says so.
    """
    row = _locked(public_id)
    if row.state != DRAFT:
        raise Conflict(text("这个公式已经发布。"))
    reason = _reason(reason)
    wrong = check(from_json(row.spec))
    if wrong:
        raise Invalid(
            text("公式还有问题，先改好再发布。"),
            fields={f"spec.{number}": reason for number, reason in enumerate(wrong)},
        )
    if row.from_on < period_of(today(), Grain.QUARTER).start:
        late = text("生效季度已经过去，请选本季度或以后的季度。")
        raise Invalid(late, fields={"quarter": late})
    row.state, row.reason, row.published_by, row.published_at = PUBLISHED, reason, actor.id or None, clock.now()
    people = _ask(row, _bound())
    audit(actor.id, "formula.published", "formula", public_id, after={"asked": len(people)})
    soon(str(period_of(today(), Grain.QUARTER)))
    return len(people)


def ask_new() -> int:
    """Ask those who came since to confirm the formulas of this quarter and of later ones; return how many askings."""
    now = period_of(today(), Grain.QUARTER)
    present = in_force(now)
    later = session().scalars(select(Formula).where(Formula.state == PUBLISHED).order_by(Formula.id))
    asked = 0
    for row in later.all():
        if row.from_on > now.start or (present is not None and row.id == present.id):
            known = set(session().scalars(select(FormulaReading.person_id).where(FormulaReading.formula_id == row.id)))
            asked += len(_ask(row, [person for person in _bound() if person not in known]))
    return asked


def _ask(row: Formula, people: list[int]) -> list[int]:
    """Ask these people to confirm a formula; return them."""
    if not people:
        return people
    now = clock.now()
    insert_new(
        FormulaReading,
        ("formula_id", "person_id"),
        [{"formula_id": row.id, "person_id": person, "asked_at": now} for person in people],
    )
    emit(
        Told(
            person_ids=tuple(people),
            topic="message",
            sentence=text(
                "综合评分公式《%(name)s》已发布，从 %(quarter)s 起用。请看完后点“已阅确认”。",
                name=row.name,
                quarter=str(period_of(row.from_on, Grain.QUARTER)),
            ),
            link=("performance.formula", {"formula_id": row.public_id}),
            key=f"formula:{row.public_id}",
        )
    )
    return people


def confirm(actor: Actor, public_id: str) -> None:
    """Note that somebody has read a formula that binds them. Raises NotFound where it does not."""
    statement = (
        select(FormulaReading)
        .join(Formula, Formula.id == FormulaReading.formula_id)
        .where(Formula.public_id == public_id, FormulaReading.person_id == actor.id)
        .with_for_update(of=FormulaReading)
    )
    row = session().scalars(statement).one_or_none()
    if row is None:
        raise NotFound()
    if row.read_at is None:
        row.read_at = clock.now()
        emit(Settled(person_ids=(actor.id,), key=f"formula:{public_id}"))


def review(
    actor: Actor, public_id: str, *, quarter: Period, kept: bool, reason: str, figures: Sequence[dict[str, Any]]
) -> None:
    """Note the quarterly review of a formula. figures: what of its parts was seen, as JSON. Raises Invalid."""
    row = _locked(public_id)
    session().add(
        FormulaReview(
            formula_id=row.id,
            quarter=str(quarter),
            kept=kept,
            reason=_reason(reason),
            figures=list(figures),
            by_id=actor.id,
            at=clock.now(),
        )
    )
    audit(actor.id, "formula.reviewed", "formula", public_id, after={"kept": kept, "quarter": str(quarter)})


def _bound() -> list[int]:
    """Return everybody whom a formula binds: who works here and holds no office but that of an agent."""
    day = today()
    office = select(RoleGrant.person_id).where(
        RoleGrant.role != Role.AGENT, (RoleGrant.until_on.is_(None)) | (RoleGrant.until_on > day)
    )
    return list(session().scalars(select(Person.id).where(Person.active, Person.id.not_in(office)).order_by(Person.id)))


def _locked(public_id: str) -> Formula:
    row = session().scalars(select(Formula).where(Formula.public_id == public_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound()
    return row


def _check(name: str, spec: Spec) -> None:
    found = check(spec)
    fields: dict[str, Text] = {}
    if not name.strip() or len(name.strip()) > 80:
        fields["name"] = text("请写一个 80 字以内的名称。")
    if found:
        fields |= {f"spec.{number}": reason for number, reason in enumerate(found)}
    if fields:
        raise Invalid(text("还差一点，改好再保存。"), fields=fields)


def _reason(reason: str) -> str:
    if not reason.strip() or len(reason.strip()) > 400:
        wrong = text("请写理由，400 字以内。")
        raise Invalid(wrong, fields={"reason": wrong})
    return reason.strip()
