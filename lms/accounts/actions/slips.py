"""Sign-in slips: made for printing, used once to choose a password."""

import hmac
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select, update

from lms.accounts import passwords, queries
from lms.accounts.actions import sign_in
from lms.accounts.models import Person, RoleGrant, SignInSlip, Team
from lms.accounts.rules import guessing
from lms.accounts.rules.sign_in import (
    ALPHABET,
    CODE_LENGTH,
    SLIP_LIFE,
    SLIP_TRIES,
    Allowance,
    SlipState,
    code_typed,
    login_name,
    may_print_for,
    slip_state,
)
from lms.core import clock, installation
from lms.core.access import Actor, Permission, Role, Scope, scopes
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import DomainError, Forbidden, Invalid, NotFound
from lms.core.here import settings, today
from lms.core.texts import Text, text

MOST_SLIPS = 500
"""Slips that are made at once: each is a picture to draw and a third of a page to print."""


class SlipRefused(DomainError):
    """The slip no longer lets anybody in; the message says why and what to do."""

    status = 410
    default_code = "slip_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSlip:
    """What stands on the paper. Code and token are known only now; the database keeps their digests."""

    person_id: int
    employee_no: str
    name: str
    team_name: str
    code: str
    token: str
    expires_at: datetime


def make_slips(actor: Actor, person_ids: Iterable[int]) -> list[PrintedSlip]:
    """Make a new slip for each of these people, for all of them or nobody; their older ones are void from now on.

    Raises NotFound for somebody whom the actor can't see. Of one person Forbidden where they may do more than the
    actor and Invalid where the account is closed; of several Invalid with the reason of each that is refused.
    """
    ids = sorted(set(person_ids))
    current = session()
    rows = _holders(actor, ids)
    if len(rows) != len(ids):
        raise NotFound()
    refused = list(_why_not(actor, rows).values())
    if refused and len(ids) == 1:
        raise refused[0]
    if refused:
        reasons = {f"reason{number}": each.message for number, each in enumerate(refused)}
        together = Text(" ".join(f"%({name})s" for name in reasons), reasons)
        raise Invalid(text("一张也没有打印：%(reasons)s", reasons=together))
    at = clock.now()
    printed: list[PrintedSlip] = []
    for row in rows:
        printed.append(
            PrintedSlip(
                person_id=row.id,
                employee_no=row.employee_no,
                name=row.name or "",
                team_name=row.team_name or "",
                code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
                token=secrets.token_urlsafe(16),
                expires_at=at + SLIP_LIFE,
            )
        )
    void_slips(ids, at)
    for slip in printed:
        current.add(
            SignInSlip(
                person_id=slip.person_id,
                token_digest=_token_digest(slip.token),
                code_digest=_code_digest(slip.person_id, slip.code),
                made_by=actor.id or None,
                made_at=at,
                expires_at=slip.expires_at,
            )
        )
        sign_in.forget("slip", login_name(slip.employee_no))
        audit(actor.id, "slip.made", "person", slip.person_id, person_id=slip.person_id)
    return printed


def why_no_slips(actor: Actor, person_ids: Iterable[int]) -> dict[int, Text]:
    """Return for whom of these people the actor may not print a slip, each with the reason."""
    ids = sorted(set(person_ids))
    rows = _holders(actor, ids)
    unseen = {id: text("不归您打印登录条。") for id in set(ids) - {row.id for row in rows}}
    return unseen | {id: refused.message for id, refused in _why_not(actor, rows).items()}


def _holders(actor: Actor, ids: list[int]) -> Sequence[Any]:
    """Return those of the people whose slips the actor may print as far as the team goes, by team and number."""
    return (
        session()
        .execute(
            select(Person.id, Person.employee_no, Person.name, Person.active, Team.name.label("team_name"))
            .outerjoin(Team, Team.id == Person.team_id)
            .where(Person.id.in_(ids), queries.visible(actor, Permission.SLIP_PRINT), Person.employee_no.is_not(None))
            .order_by(Team.code, Person.employee_no)
        )
        .all()
    )


def _why_not(actor: Actor, rows: Sequence[Any]) -> dict[int, DomainError]:
    grants = _grants([row.id for row in rows])
    found: dict[int, DomainError] = {}
    for row in rows:
        if not row.active:
            found[row.id] = Invalid(text("%(name)s 的账号已停用，不能打印登录条。请先恢复账号。", name=row.name))
        elif row.id != actor.id and not _may_print(actor, grants[row.id]):
            found[row.id] = Forbidden(text("%(name)s 的登录条只能由人事或管理员打印。", name=row.name))
    return found


def void_slips(person_ids: Iterable[int], at: datetime) -> None:
    """Void every open slip of these people."""
    session().execute(
        update(SignInSlip)
        .where(
            SignInSlip.person_id.in_(list(person_ids)),
            SignInSlip.used_at.is_(None),
            SignInSlip.voided_at.is_(None),
        )
        .values(voided_at=at)
    )


def slip_by_token(token: str) -> int:
    """Return the id of the slip with this QR token. Raises SlipRefused when it can't be used (any more)."""
    slip = session().scalars(select(SignInSlip).where(SignInSlip.token_digest == _token_digest(token))).one_or_none()
    if slip is None:
        raise refusal(SlipState.VOID)
    _open(slip, typed=False)
    return slip.id


def count_code(employee_no: str, address: str) -> sign_in.Try:
    """Count a typed code, for 48 hours or until a new slip is printed. Raises TooMany, SlipRefused once worn out."""
    name = login_name(employee_no)
    return sign_in.count("slip", name, address, most=SLIP_TRIES, lock=SLIP_LIFE, closed=_worn_out)


def slip_by_code(employee_no: str, code: str, counted: sign_in.Try) -> int | None:
    """Return the id of the slip that the code and the employee number open together; None for a wrong code.

    A wrong code wears the person's open slip. Raises SlipRefused for the right code of a slip that is used or over.
    """
    current = session()
    slips = current.scalars(
        select(SignInSlip)
        .join(Person, Person.id == SignInSlip.person_id)
        .where(Person.login_name == login_name(employee_no))
        .order_by(SignInSlip.id.desc())
        .limit(10)
        .with_for_update(of=SignInSlip)
    ).all()
    typed = code_typed(code)
    found: SignInSlip | None = None
    for slip in slips:
        if hmac.compare_digest(slip.code_digest, _code_digest(slip.person_id, typed)):
            found = slip
    if found is None:
        for slip in slips:
            if slip.used_at is None and slip.voided_at is None:
                slip.wrong_tries = min(SLIP_TRIES, slip.wrong_tries + 1)
        return None
    _open(found, typed=True)
    sign_in.forgive(counted)
    return found.id


def slip_holder(slip_id: int) -> Person:
    """Return whose slip it is. Raises SlipRefused when it can't be used (any more)."""
    slip = session().get(SignInSlip, slip_id)
    if slip is None:
        raise refusal(SlipState.VOID)
    return _open(slip, typed=False)


def choose_password(slip_id: int, hashed: str) -> tuple[Actor, int]:
    """Use the slip up: the person has a password now, every other sign-in of his ends.

    hashed: of passwords.hash_password, made before the transaction because it takes long on purpose.
    """
    current = session()
    slip = current.scalars(select(SignInSlip).where(SignInSlip.id == slip_id).with_for_update()).one_or_none()
    if slip is None:
        raise refusal(SlipState.VOID)
    person = _open(slip, typed=False)
    if not somebody_can_sign_in():
        void_slips(_administrators() - {person.id}, clock.now())  # the door for the first one closes behind him
    slip.used_at = clock.now()
    person.password_hash = hashed
    person.session_version += 1
    sign_in.forget("name", person.login_name or "")
    audit(person.id, "slip.used", "person", person.id, person_id=person.id)
    current.flush()
    actor = queries.actor_by_id(person.id)
    if actor is None:
        raise refusal(SlipState.VOID)
    return actor, person.session_version


def somebody_can_sign_in() -> bool:
    """Return whether anybody has ever chosen a password here."""
    found = session().scalar(select(Person.id).where(Person.password_hash.is_not(None)).limit(1))
    return found is not None


def _administrators() -> set[int]:
    return set(session().scalars(select(RoleGrant.person_id).where(RoleGrant.role == Role.ADMIN)))


def wrong_code(left: Allowance) -> Invalid:
    """Return the refusal of a wrong code; it is the same for a number that nobody has."""
    if left.until is not None or left.left == 0:
        return Invalid(worn())
    return Invalid(text("工号或登录码不对，还可以试 %(n)s 次。请照着登录条再看一遍。", n=left.left))


def worn() -> Text:
    return text("登录码已试错 %(n)s 次，作废了。登录条上的二维码还能用；扫不了请找组长重新打印一张。", n=SLIP_TRIES)


def refusal(state: SlipState) -> SlipRefused:
    """Return the sentence for a slip that is not open, with what to do."""
    sentences = {
        SlipState.USED: text("这张登录条已经用过了。请用工号和自己设的密码登录；忘了密码请找组长重新打印一张。"),
        SlipState.EXPIRED: text("这张登录条过期了（打印后 48 小时内有效）。请找组长重新打印一张。"),
        SlipState.VOID: text("这张登录条已经作废，可能后来打印过新的一张。请用最新的那张，或找组长重新打印。"),
        SlipState.WORN: worn(),
    }
    return SlipRefused(sentences[state], code=f"slip_{state}")


def _worn_out(_: datetime) -> DomainError:
    return refusal(SlipState.WORN)


def _open(slip: SignInSlip, *, typed: bool) -> Person:
    person = session().get_one(Person, slip.person_id)
    state = slip_state(
        expires_at=slip.expires_at,
        used_at=slip.used_at,
        voided_at=slip.voided_at if person.active else clock.now(),
        wrong_tries=slip.wrong_tries,
        typed=typed,
        at=clock.now(),
    )
    if state is not SlipState.OPEN:
        raise refusal(state)
    sign_in.check_password_way(person.employee_no or "")
    return person


def _token_digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _code_digest(person_id: int, code: str) -> bytes:
    """40 bits can be tried out by whoever steals the table, so the digest takes the installation's secret along."""
    return hmac.new(settings().secret_key.encode(), f"slip:{person_id}:{code}".encode(), sha256).digest()


def _grants(ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    day = today()
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for person_id, role, team_id in session().execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.team_id).where(
            RoleGrant.person_id.in_(ids), or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
        )
    ):
        found[person_id].append((role, team_id))
    return found


def _may_print(actor: Actor, grants: list[tuple[str, int]]) -> bool:
    return may_print_for(
        printer_is_admin=Role.ADMIN in actor.roles,
        printer_is_hr=Role.HR in actor.roles,
        reaches_all=Scope.ALL in scopes(actor, Permission.SLIP_PRINT),
        printer_teams=actor.teams_below,
        grants=grants,
    )


def hash_of(password: str, again: str, of: Collection[str] = ()) -> str:
    """Return the hash of a password chosen twice. Raises Invalid with the reason at its field.

    of: what everybody knows of its person, such as number and name; the password may not be made of it.
    """
    if password != again:
        reason = text("两次输入的密码不一样。")
        raise Invalid(reason, fields={"again": reason})
    if password == passwords.DEMO_PASSWORD or guessing.is_common(password, passwords.common()):
        reason = text("这个密码人人都知道，请换一个。")
        raise Invalid(reason, fields={"password": reason})
    if guessing.is_known_here(password, guessing.words_of(installation.company(), *of)):
        reason = text("这个密码太好猜：它只由工号、姓名、公司名或常见的词组成。请再加几个别人想不到的字。")
        raise Invalid(reason, fields={"password": reason})
    return passwords.hash_password(password)
