"""Signing in: every try is counted before it is judged, and forgiven when it was right.

Counting first keeps a wrong try counted although the sign-in is refused, and keeps twenty tries sent at once from all
being judged before the first is counted. Unknown numbers are counted, delayed and answered like known ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select

from lms.accounts import passwords, queries
from lms.accounts.models import Person, SignInTry
from lms.accounts.rules.sign_in import (
    LOCK,
    TRIES_PER_ADDRESS,
    TRIES_PER_NAME,
    Allowance,
    allowance,
    login_name,
)
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session
from lms.core.errors import DomainError, Forbidden, Invalid, TooMany
from lms.core.here import local, settings
from lms.core.i18n import clock_text
from lms.core.texts import text


class WrongPassword(Invalid):
    """The number or the password is wrong; which one is not said."""

    status = 401
    default_code = "wrong_password"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A counted try: its keys, when, and what is left if it turns out to be wrong."""

    keys: tuple[str, ...]
    at: datetime
    after: Allowance


def key_of(kind: str, value: str) -> str:
    """Return what a try is counted under; nobody reads names or addresses out of the table."""
    return sha256(f"{kind}:{value}".encode()).hexdigest()


def check_password_way(employee_no: str) -> None:
    """Raise Forbidden where only the company's account lets people in, but for administrators who are named for it."""
    here = settings()
    if here.oidc_only and login_name(employee_no) not in {login_name(each) for each in here.oidc_emergency}:
        raise Forbidden(text("这里只用公司账号登录。请点“用公司账号登录”；进不去请联系管理员。"))


def count_try(employee_no: str, address: str) -> Try:
    """Count a try to sign in with a password. Raises TooMany with the time at which the lock-out ends."""
    return count("name", login_name(employee_no), address, most=TRIES_PER_NAME, lock=LOCK, closed=closed)


def closed(until: datetime) -> DomainError:
    return TooMany(
        text(
            "试错太多次，%(time)s 后才能再试。着急请找组长重新打印登录条，扫上面的二维码。",
            time=clock_text(local(until)),
        ),
        details={"retry_at": until.isoformat()},
    )


def address_closed(until: datetime) -> DomainError:
    return TooMany(
        text("这台设备或这个网络试错太多次，%(time)s 后才能再试。", time=clock_text(local(until))),
        details={"retry_at": until.isoformat()},
    )


def count(
    kind: str,
    name: str,
    address: str,
    *,
    most: int,
    lock: timedelta,
    closed: Callable[[datetime], DomainError],
) -> Try:
    """Count a try under a name and under the address. Raises what `closed` makes where one of them is closed."""
    at = clock.now()
    limits = ((key_of(kind, name), most, lock), (key_of("address", address), TRIES_PER_ADDRESS, LOCK))
    _queue_up([key for key, _, _ in limits])
    for number, (key, tries, span) in enumerate(limits):
        before = allowance(_tries(key, at - 2 * span), at, most=tries, lock=span)
        if before.until is not None:
            raise (closed if number == 0 else address_closed)(before.until)
    current = session()
    for key, _, _ in limits:
        current.add(SignInTry(key=key, at=at))
    current.flush()
    own = limits[0][0]
    return Try(
        keys=tuple(key for key, _, _ in limits),
        at=at,
        after=allowance(_tries(own, at - 2 * lock), at, most=most, lock=lock),
    )


def forgive(counted: Try) -> None:
    """Take the try back, and with it every older one under the same name: the person is the right one."""
    name, *others = counted.keys
    current = session()
    current.execute(delete(SignInTry).where(SignInTry.key == name))
    current.execute(delete(SignInTry).where(SignInTry.key.in_(others), SignInTry.at == counted.at))


def forget(kind: str, name: str) -> None:
    """Let the name begin anew."""
    session().execute(delete(SignInTry).where(SignInTry.key == key_of(kind, name)))


def judge(employee_no: str, password: str) -> Person | None:
    """Return the person if number and password are right. Changes nothing and takes the same time either way."""
    person = session().scalars(select(Person).where(Person.login_name == login_name(employee_no))).one_or_none()
    good = passwords.matches(person.password_hash if person else None, password)
    here = settings()
    if password == passwords.DEMO_PASSWORD and not here.demo:
        return None
    if person is None or not good or not person.active:
        return None
    return person if not here.oidc_only or _administers(person.id) else None


def _administers(person_id: int) -> bool:
    actor = queries.actor_by_id(person_id)
    return actor is not None and Role.ADMIN in actor.roles


def signed_in(counted: Try, person_id: int) -> tuple[Actor, int]:
    """Return the actor and the version of his sessions, and forgive the try. Raises WrongPassword if just closed."""
    actor = queries.actor_by_id(person_id)
    if actor is None:
        raise wrong_password(counted.after)
    forgive(counted)
    return actor, session().get_one(Person, person_id).session_version


def wrong_password(left: Allowance) -> WrongPassword:
    """Return the refusal with what is left; it is the same for a number that nobody has."""
    if left.until is not None:
        return WrongPassword(
            text(
                "密码不对，已试错 %(n)s 次，%(time)s 后才能再试。忘了请找组长重新打印登录条。",
                n=TRIES_PER_NAME,
                time=clock_text(local(left.until)),
            )
        )
    return WrongPassword(text("密码不对，还可以试 %(n)s 次。忘了请找组长重新打印登录条。", n=left.left))


def _tries(key: str, since: datetime) -> Sequence[datetime]:
    return (
        session()
        .scalars(
            select(SignInTry.at)
            .where(SignInTry.key == key, SignInTry.at > since)
            .order_by(SignInTry.at.desc())
            .limit(4 * TRIES_PER_ADDRESS)
        )
        .all()
    )


def _queue_up(keys: Sequence[str]) -> None:
    """Let tries under one name pass one by one. SQLite's writers do so by themselves."""
    current = session()
    if current.get_bind().dialect.name == "postgresql":
        for number in sorted(int(key[:15], 16) for key in keys):
            current.execute(select(func.pg_advisory_xact_lock(number)))
