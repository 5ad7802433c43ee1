"""Verbs of what is final: freeze an appraisal, sign it, appeal, answer the appeal. Open the transaction around each.

What is frozen is written once, as canonical JSON with its sha256, and every signature carries that digest. Nothing
here or elsewhere writes it again: imports, corrected keys, other formulas and edits change what is shown beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from lms.accounts import passwords
from lms.accounts.actions import sign_in as signing
from lms.accounts.events import Settled, Told
from lms.accounts.models import Person
from lms.accounts.queries import holds
from lms.accounts.rules.sign_in import LOCK, TRIES_PER_NAME
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, DomainError, Invalid, TooMany
from lms.core.here import local, today
from lms.core.i18n import clock_text
from lms.core.texts import Text, text
from lms.reviews.actions.appraisal_cycles import TOPIC
from lms.reviews.actions.appraisals import reasoned, taken
from lms.reviews.models import AppraisalAppeal, AppraisalFreeze, AppraisalPaper, AppraisalSignature
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.appraisal_basis import Basis, bases
from lms.reviews.queries.appraisal_cycles import computed_mark
from lms.reviews.queries.appraisal_forms import FormRow, by_id
from lms.reviews.queries.appraisals import Answers, Row
from lms.reviews.queries.freezing import paper
from lms.reviews.rules.appraisal_forms import Total, as_json, rounded
from lms.reviews.rules.appraisals import Act, Stand, State
from lms.reviews.rules.freezing import FORMAT, canonical, digest, plain

LONGEST_APPEAL_TEXT = 2_000


def release(actor: Actor, public_id: str) -> None:
    """Freeze an appraisal with everything it rests on, to be signed by both. Raises as every verb of an appraisal."""
    row, found, after = taken(actor, public_id, Act.RELEASE)
    form = by_id(row.cycle.form_id)
    basis = bases([row.person_id], row.cycle.period)[row.person_id]
    given = reading.answers([row.id])
    computed = computed_mark(form.spec, row, given, basis.total)
    adjusted = None
    if row.adjusted_mark is not None:
        adjusted = {"from": computed.mark, "to": row.adjusted_mark, "why": row.adjusted_why}
    mark = row.adjusted_mark if row.adjusted_mark is not None else computed.mark
    content = _content(row, form, basis, given, computed, mark, adjusted)
    _freeze(actor, row, after, content)
    found.state, found.released_at = after.state, clock.now()
    _tell_both(row, after.version, text("“%(name)s”可以看了，请看过后签字。", name=row.cycle.name))


def sign(actor: Actor, public_id: str, sha: str, *, read: bool, password: str = "") -> bool:
    """Sign what was read; return whether both have signed now.

    sha: of what the page showed, so that nobody signs what they did not see. The password where it is given, else the
    tick that it was read. Raises Invalid, Conflict.
    """
    row, found, after = taken(actor, public_id, Act.SIGN)
    kept = paper(row.id, row.stand.version)
    if sha != kept.sha or not kept.whole:
        raise Conflict(text("页面上的内容不是现在要签的这一版，请刷新页面再看。"))
    if password:
        hashed = session().scalar(select(Person.password_hash).where(Person.id == actor.id))
        if not passwords.matches(hashed, password):
            wrong = text("密码不对。也可以不填，勾选“我已阅读”。")
            raise Invalid(wrong, fields={"password": wrong})
    elif not read:
        wrong = text("请勾选“我已阅读并签字”，或输入密码。")
        raise Invalid(wrong, fields={"read": wrong})
    side = "self" if actor.id == row.person_id else "supervisor"
    session().add(
        AppraisalSignature(
            appraisal_id=row.id,
            version=row.stand.version,
            side=side,
            person_id=actor.id,
            at=clock.now(),
            sha=bytes.fromhex(kept.sha),
            how="password" if password else "read",
        )
    )
    found.state = after.state
    if after.state is State.SIGNED:
        found.signed_at = clock.now()
    audit(actor.id, "appraisal.signed", "appraisal", row.id, person_id=row.person_id, after={"version": after.version})
    emit(Settled(person_ids=(actor.id,), key=_sign_key(row, row.stand.version)))
    return after.state is State.SIGNED


def count_password(actor: Actor, address: str) -> signing.Try:
    """Count a try to sign with a password, as often and as long as at sign-in, but apart from it: what is tried here
    closes nobody's sign-in. Raises TooMany with the time from which it can be tried again.
    """
    return signing.count("signature", str(actor.id), address, most=TRIES_PER_NAME, lock=LOCK, closed=_closed)


def _closed(until: datetime) -> DomainError:
    wrong = text(
        "密码试错太多次，%(time)s 后才能再用密码签。也可以不填，勾选“我已阅读”。", time=clock_text(local(until))
    )
    return TooMany(wrong, fields={"password": wrong}, details={"retry_at": until.isoformat()})


def appeal(actor: Actor, public_id: str, reason: str, desired: str) -> None:
    """Appeal against what both have signed, once for each version and within its days. Raises Invalid, Conflict."""
    row, found, after = taken(actor, public_id, Act.APPEAL)
    wrong: dict[str, Text] = {}
    for name, words in (("reason", reason), ("desired", desired)):
        if not 4 <= len(words.strip()) <= LONGEST_APPEAL_TEXT:
            wrong[name] = text("请写 4 到 %(n)s 个字。", n=LONGEST_APPEAL_TEXT)
    if wrong:
        raise Invalid(text("还差一点，改好再继续。"), fields=wrong)
    session().add(
        AppraisalAppeal(
            appraisal_id=row.id,
            version=row.stand.version,
            person_id=row.person_id,
            reason=reason.strip(),
            desired=desired.strip(),
            at=clock.now(),
        )
    )
    found.state = after.state
    audit(actor.id, "appraisal.appealed", "appraisal", row.id, person_id=row.person_id)
    office = set(session().scalars(select(Person.id).where(Person.active, _in_office()))) - {row.person_id}
    told = tuple(sorted(office | ({row.supervisor_id} if row.supervisor_id else set())))
    said = text("%(who)s 对“%(name)s”提出了申诉。", who=row.name, name=row.cycle.name)
    emit(Told(person_ids=told, topic=TOPIC, sentence=said, link=_page(row), key=_key(row, "appeal")))


def reject(actor: Actor, public_id: str, answer: str) -> None:
    """Say no to an appeal, with a reason. What was signed stands."""
    row, found, after = taken(actor, public_id, Act.REJECT)
    _answer(actor, row, "rejected", reasoned(answer))
    found.state = after.state
    words = text("您对“%(name)s”的申诉有了答复：维持原结果。", name=row.cycle.name)
    emit(Told(person_ids=(row.person_id,), topic=TOPIC, sentence=words, link=_page(row), key=_key(row, "answer")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Upheld:
    """What an upheld appeal changes. anew: take composite and figures as the data stands today; else as they were.

    mark: 0 to 100, put in place of what comes of that; None = what comes of it.
    """

    anew: bool
    mark: float | None


def uphold(actor: Actor, public_id: str, answer: str, change: Upheld) -> None:
    """Say yes to an appeal: freeze a next version with the changed mark and why, to be signed by both again."""
    row, found, after = taken(actor, public_id, Act.UPHOLD)
    answer = reasoned(answer)
    if change.mark is not None and not 0 <= change.mark <= 100:
        wrong = text("分数在 0 到 100 之间。")
        raise Invalid(wrong, fields={"mark": wrong})
    old = paper(row.id, row.stand.version)
    if old.content is None:
        raise Conflict(text("这一版的内容已按个人信息要求删除，不能再改。"))
    content = _changed(row, old.content, change, answer)
    if content["mark"]["value"] == old.mark:
        wrong = text("分数没有变。请按今天的数据重算或填新的分数，否则请驳回。")
        raise Invalid(wrong, fields={"mark": wrong})
    _answer(actor, row, "upheld", answer)
    _freeze(actor, row, after, content)
    found.state, found.version, found.signed_at, found.released_at = after.state, after.version, None, clock.now()
    words = text("“%(name)s”的申诉成立，改后的第 %(n)s 版请再看并签字。", name=row.cycle.name, n=after.version)
    _tell_both(row, after.version, words)


def _changed(row: Row, old: Mapping[str, Any], change: Upheld, answer: str) -> dict[str, Any]:
    content = dict(old)
    form = by_id(row.cycle.form_id)
    mark = old["mark"]
    if change.anew:
        basis = bases([row.person_id], row.cycle.period, anew=True)[row.person_id]
        content["composite"], content["figures"] = plain(basis.composite), plain(basis.figures)
        content["inspections"] = plain(basis.inspections)
        computed = computed_mark(form.spec, row, reading.answers([row.id]), basis.total)
        mark = _mark(computed, computed.mark, None)
    value = rounded(change.mark) if change.mark is not None else mark["value"]
    content["version"] = row.stand.version + 1
    content["frozen_at"] = clock.now().isoformat()
    content["mark"] = {**mark, "value": value}
    content["change"] = {
        "of": row.stand.version,
        "from": old["mark"]["value"],
        "to": value,
        "anew": change.anew,
        "why": answer,
    }
    return content


def _content(
    row: Row,
    form: FormRow,
    basis: Basis,
    given: Mapping[tuple[int, str], Answers],
    computed: Total,
    mark: float | None,
    adjusted: Mapping[str, Any] | None,
) -> dict[str, Any]:
    people = select(Person.id, Person.employee_no, Person.name, Person.position).where(
        Person.id.in_([row.person_id, row.supervisor_id or 0])
    )
    named = {each.id: each for each in session().execute(people)}
    return {
        "format": FORMAT,
        "appraisal": row.public_id,
        "version": row.stand.version,
        "frozen_at": clock.now().isoformat(),
        "cycle": {"id": row.cycle.public_id, "name": row.cycle.name, "period": row.cycle.period},
        "person": {**_person(named.get(row.person_id)), "team": row.team},
        "supervisor": _person(named.get(row.supervisor_id or 0)),
        "form": {
            "id": form.public_id,
            "key": form.key,
            "version": form.version,
            "name": form.name,
            "kind": form.kind,
            "spec": as_json(form.spec),
        },
        "answers": {
            side: (
                {"by": one.by, "marks": dict(one.marks), "texts": dict(one.texts), "handed_at": plain(one.handed_at)}
                if (one := given.get((row.id, side))) is not None and one.handed_at is not None
                else None
            )
            for side in ("self", "supervisor")
        },
        "composite": plain(basis.composite),
        "figures": plain(basis.figures),
        "competencies": plain(basis.competencies),
        "inspections": plain(basis.inspections),
        "goals": plain(basis.goals),
        "earlier_goals": plain(basis.earlier_goals),
        "mark": _mark(computed, mark, adjusted),
        "change": None,
    }


def _person(found: Any) -> dict[str, str]:
    if found is None:
        return {"employee_no": "", "name": "", "position": ""}
    return {"employee_no": found.employee_no or "", "name": found.name or "", "position": found.position}


def _mark(computed: Total, value: float | None, adjusted: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "value": value,
        "computed": computed.mark,
        "parts": plain(computed.parts),
        "adjusted": dict(adjusted) if adjusted else None,
    }


def _freeze(actor: Actor, row: Row, after: Stand, content: Mapping[str, Any]) -> None:
    written = canonical(content)
    composite = content["composite"]
    session().add(
        AppraisalFreeze(
            appraisal_id=row.id,
            version=after.version,
            mark=content["mark"]["value"],
            composite=composite["total"] if composite else None,
            sha=digest(written),
            at=clock.now(),
            by_id=actor.id,
        )
    )
    session().add(AppraisalPaper(appraisal_id=row.id, version=after.version, person_id=row.person_id, content=written))
    after_values = {"version": after.version, "sha": digest(written).hex()}
    audit(actor.id, "appraisal.frozen", "appraisal", row.id, person_id=row.person_id, after=after_values)


def _answer(actor: Actor, row: Row, state: str, answer: str) -> None:
    waits = select(AppraisalAppeal).where(AppraisalAppeal.appraisal_id == row.id, AppraisalAppeal.state == "waiting")
    found = session().scalars(waits.with_for_update()).one()
    found.state, found.answer, found.answered_by, found.answered_at = state, answer, actor.id, clock.now()
    audit(actor.id, f"appraisal.appeal_{state}", "appraisal", row.id, person_id=row.person_id)


def _in_office() -> Any:
    return or_(holds(Role.HR, today()), holds(Role.DIRECTOR, today()))


def _tell_both(row: Row, version: int, words: Text) -> None:
    both = tuple(sorted({row.person_id, row.supervisor_id or row.person_id}))
    emit(Told(person_ids=both, topic=TOPIC, sentence=words, link=_page(row), key=_sign_key(row, version)))


def _page(row: Row) -> tuple[str, Mapping[str, object]]:
    return "reviews.appraisal", {"appraisal_id": row.public_id}


def _key(row: Row, what: str) -> str:
    return f"appraisal:{row.public_id}:{what}:{row.stand.version}"


def _sign_key(row: Row, version: int) -> str:
    return f"appraisal:{row.public_id}:sign:{version}"
