"""Verbs of people: hire, change, move, close, come back. Everything is dated, everything leaves an audit line."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from lms.accounts import queries
from lms.accounts.actions.slips import void_slips
from lms.accounts.events import PersonChanged, PersonHired, PersonLeft, PersonMoved, RosterChanged, Settled
from lms.accounts.models import (
    ApiToken,
    Membership,
    Mentor,
    Person,
    PersonShop,
    RoleGrant,
    Team,
)
from lms.accounts.rules.endings import told_key
from lms.accounts.rules.people import (
    Closing,
    Span,
    check_may_change,
    check_may_grant,
    ended,
    moved,
)
from lms.accounts.rules.sign_in import login_name
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text

EDITABLE = frozenset({"name", "position", "employment", "email", "phone", "hired_on", "leaving_on"})


def lock(person_ids: Iterable[int]) -> list[Person]:
    """Take the rows of these people in the one order in which all take them, and return them. Raises NotFound."""
    ids = sorted(set(person_ids))
    found = (
        session()
        .scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True))
        .all()
    )
    if len(found) != len(ids):
        raise NotFound()
    return list(found)


def hire(
    actor: Actor,
    *,
    employee_no: str,
    name: str,
    team_id: int,
    hired_on: date | None = None,
    position: str = "",
    employment: str = "regular",
    email: str = "",
    phone: str = "",
    leaving_on: date | None = None,
) -> Person:
    """Enter a new person, in the team from the hire day on. Raises Invalid where the number is taken."""
    current = session()
    folded = login_name(employee_no)
    if current.scalar(select(Person.id).where(Person.login_name == folded)) is not None:
        reason = text("工号 %(no)s 已经有人用了。", no=employee_no)
        raise Invalid(reason, fields={"employee_no": reason})
    if current.get(Team, team_id) is None:
        raise NotFound()
    _check_days(hired_on, leaving_on)
    start = hired_on or today()
    person = Person(
        employee_no=employee_no.strip(),
        login_name=folded,
        name=name.strip(),
        team_id=team_id,
        hired_on=start,
        position=position.strip(),
        employment=employment,
        email=email.strip() or None,
        phone=phone.strip() or None,
        leaving_on=leaving_on,
        active=True,
        created_at=clock.now(),
    )
    current.add(person)
    current.flush()
    current.add(Membership(person_id=person.id, team_id=team_id, from_on=start))
    audit(actor.id, "person.hired", "person", person.id, person_id=person.id, after={"team": team_id})
    emit(PersonHired(person_id=person.id))
    return person


def change(actor: Actor, person_id: int, values: Mapping[str, Any]) -> bool:
    """Change what is written about a person (EDITABLE only). Return whether anything was changed."""
    if unknown := values.keys() - EDITABLE:
        raise ValueError(f"not editable: {sorted(unknown)}")
    person = _changeable(actor, person_id)
    changed = write(actor, person, values)
    if changed & {"position", "hired_on"}:
        emit(PersonMoved(person_id=person.id))
    elif "employment" in changed:
        emit(PersonChanged(person_id=person.id))
    return bool(changed)


def write(actor: Actor, person: Person, values: Mapping[str, Any]) -> set[str]:
    """Write what is new about a person whose row is taken, with its line of the audit; return the names of it.

    Whether the actor may change the person was asked before, and who has to know of it is told by the caller.
    """
    before = {name: getattr(person, name) for name in values}
    after = {name: value or None if name in ("email", "phone") else value for name, value in values.items()}
    changed = {name for name, value in after.items() if value != before[name]}
    if not changed:
        return changed
    _check_days(after.get("hired_on", person.hired_on), after.get("leaving_on", person.leaving_on))
    for name in changed:
        setattr(person, name, after[name])
    audit(
        actor.id,
        "person.changed",
        "person",
        person.id,
        person_id=person.id,
        before={name: _noted(name, before[name]) for name in after if name in changed},
        after={name: _noted(name, value) for name, value in after.items() if name in changed},
    )
    if before.get("leaving_on") and "leaving_on" in changed:
        emit(Settled(person_ids=(person.id,), key=told_key(before["leaving_on"])))
    return changed


def move(actor: Actor, person_id: int, team_id: int, from_on: date) -> None:
    """Move a person to a team from a day on; the worker applies one that is still to come."""
    person = _changeable(actor, person_id)
    team = session().get(Team, team_id)
    if team is None or team.closed_on is not None:
        raise NotFound()
    spans = _history(person.id)
    _write_history(person, moved(spans, team_id, from_on, today()))
    audit(
        actor.id,
        "person.moved",
        "person",
        person.id,
        person_id=person.id,
        before={"team": spans[-1].team_id if spans else None},
        after={"team": team_id, "from": from_on.isoformat()},
    )
    emit(PersonMoved(person_id=person.id))


def apply_moves(on: date) -> list[int]:
    """Set everybody's present team from the memberships that hold on the day; return whose team is another now."""
    current = session()
    due = current.execute(
        select(Person.id, Membership.team_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.from_on <= on,
            or_(Membership.until_on.is_(None), Membership.until_on > on),
            or_(Person.team_id.is_(None), Person.team_id != Membership.team_id),
            Person.active,
        )
        .order_by(Person.id)
    ).all()
    teams = {row.id: row.team_id for row in due}
    for person in lock(teams):
        person.team_id = teams[person.id]
        audit(None, "person.moved", "person", person.id, person_id=person.id, after={"team": person.team_id})
        emit(PersonMoved(person_id=person.id))
    return list(teams)


def grant(actor: Actor, person_id: int, role: Role, team_id: int, from_on: date | None = None) -> None:
    """Grant a role on a team and all below it. A grant that stands already is left as it is."""
    person = _changeable(actor, person_id)
    check_may_grant(actor.roles, role, to_self=person.id == actor.id)
    current = session()
    if current.get(Team, team_id) is None:
        raise NotFound()
    start = from_on or today()
    standing = current.scalars(
        select(RoleGrant)
        .where(RoleGrant.person_id == person.id, RoleGrant.role == role, RoleGrant.team_id == team_id)
        .where(or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > start, RoleGrant.from_on == start))
    ).all()
    if any(one.until_on is None and one.from_on <= start for one in standing):
        return
    for one in standing:
        if one.from_on == start:
            one.until_on = None
            break
    else:
        current.add(
            RoleGrant(person_id=person.id, role=role, team_id=team_id, from_on=start, granted_by=actor.id or None)
        )
    current.flush()
    audit(
        actor.id,
        "role.granted",
        "person",
        person.id,
        person_id=person.id,
        after={"role": role.value, "team": team_id},
    )
    emit(PersonChanged(person_id=person.id))


def revoke(actor: Actor, person_id: int, grant_id: int) -> None:
    """End a grant today. Raises Conflict for the last administrator."""
    person = _changeable(actor, person_id)
    given = session().get(RoleGrant, grant_id)
    if given is None or given.person_id != person.id:
        raise NotFound()
    check_may_grant(actor.roles, Role(given.role), to_self=person.id == actor.id)
    if given.role == Role.ADMIN:
        _keep_an_admin(person.id)
    _end_grant(given, today())
    audit(
        actor.id,
        "role.revoked",
        "person",
        person.id,
        person_id=person.id,
        before={"role": given.role, "team": given.team_id},
    )
    emit(PersonChanged(person_id=person.id))


def set_mentor(actor: Actor, person_id: int, mentor_id: int | None, from_on: date | None = None) -> None:
    """Give a person a mentor from a day on, in place of the present one; None = none any more."""
    start = from_on or today()
    if mentor_id == person_id:
        raise Invalid(text("自己不能带教自己。"), fields={"mentor": text("自己不能带教自己。")})
    current = session()
    lock([person_id])
    if mentor_id is not None:
        mentor = current.get(Person, mentor_id)
        if mentor is None or not mentor.active:
            reason = text("带教人要是在职的人。")
            raise Invalid(reason, fields={"mentor": reason})
    open_ones = current.scalars(
        select(Mentor).where(Mentor.person_id == person_id, or_(Mentor.until_on.is_(None), Mentor.until_on > start))
    ).all()
    if [one.mentor_id for one in open_ones if one.until_on is None and one.from_on <= start] == [mentor_id]:
        return
    for one in open_ones:
        if one.from_on >= start:
            current.delete(one)
        else:
            one.until_on = start
    current.flush()
    if mentor_id is not None:
        current.add(Mentor(person_id=person_id, mentor_id=mentor_id, from_on=start))
    audit(actor.id, "mentor.set", "person", person_id, person_id=person_id, after={"mentor": mentor_id})


def set_shops(actor: Actor, person_id: int, shop_ids: Iterable[int]) -> bool:
    """Say which shops a person serves. Return whether anything was changed."""
    current = session()
    lock([person_id])
    wanted = set(shop_ids)
    held = set(current.scalars(select(PersonShop.shop_id).where(PersonShop.person_id == person_id)))
    if wanted == held:
        return False
    current.execute(delete(PersonShop).where(PersonShop.person_id == person_id, PersonShop.shop_id.in_(held - wanted)))
    current.add_all(PersonShop(person_id=person_id, shop_id=shop) for shop in sorted(wanted - held))
    audit(actor.id, "shops.set", "person", person_id, person_id=person_id, after={"shops": sorted(wanted)})
    emit(PersonMoved(person_id=person_id))
    return True


def closing(person_id: int) -> Closing:
    """Return what closing this account would touch."""
    current = session()
    day = today()

    def count(statement: Any) -> int:
        return current.scalar(select(func.count()).select_from(statement.subquery())) or 0

    person = current.get_one(Person, person_id)
    open_mentor = or_(Mentor.until_on.is_(None), Mentor.until_on > day)
    open_grant = or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
    return Closing(
        name=person.name or "",
        mentees=count(select(Mentor.id).where(Mentor.mentor_id == person_id, open_mentor)),
        led_teams=count(
            select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == Role.LEAD, open_grant)
        ),
        tokens=count(select(ApiToken.id).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))),
        slips=queries.open_slips(person_id, clock.now()),
    )


def close(actor: Actor | None, person_id: int, last_day: date | None = None) -> None:
    """Close an account: nobody signs in with it, no token works, what was going on ends. The record stays.

    actor: None for the worker. last_day: today where not given. Raises Conflict for the last administrator.
    """
    (person,) = lock([person_id]) if actor is None else [_changeable(actor, person_id)]
    if not person.active:
        return
    if actor is not None and person.id == actor.id:
        raise Conflict(text("不能停用自己的账号。请另一位管理员来做。"))
    _keep_an_admin(person.id)
    day, at, current = today(), clock.now(), session()
    last = min(last_day or day, day)
    after = last + timedelta(days=1)
    person.active = False
    person.left_on = last
    person.session_version += 1
    spans = _history(person.id)
    _write_history(person, ended(spans, last, after), keep_team=True)
    for one in current.scalars(
        select(RoleGrant).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > after)
        )
    ):
        _end_grant(one, after)
    for pair in current.scalars(
        select(Mentor).where(
            or_(Mentor.person_id == person.id, Mentor.mentor_id == person.id),
            or_(Mentor.until_on.is_(None), Mentor.until_on > after),
        )
    ):
        pair.until_on = max(after, pair.from_on)
    current.execute(
        update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None)).values(revoked_at=at)
    )
    void_slips([person.id], at)
    audit(
        actor.id if actor else None,
        "person.closed",
        "person",
        person.id,
        person_id=person.id,
        after={"last_day": last.isoformat()},
    )
    emit(PersonLeft(person_id=person.id))


def reopen(actor: Actor, person_id: int, team_id: int | None = None) -> None:
    """Let somebody come back, in the team given or the last one. Roles are granted anew, on purpose."""
    person = _changeable(actor, person_id)
    if person.erased_at is not None or person.active:
        raise Conflict(text("这个账号不用恢复。"))
    day = today()
    team = team_id or person.team_id
    if team is None:
        raise Invalid(text("请先选团队。"))
    person.active = True
    person.left_on = person.leaving_on = None
    spans = [span for span in _history(person.id) if span.from_on < day]
    if spans and (spans[-1].until_on is None or spans[-1].until_on > day):
        spans[-1] = Span(team_id=spans[-1].team_id, from_on=spans[-1].from_on, until_on=day)
    _write_history(person, [*spans, Span(team_id=team, from_on=day)])
    audit(actor.id, "person.reopened", "person", person.id, person_id=person.id)
    emit(PersonHired(person_id=person.id))
    emit(RosterChanged(person_ids=(person.id,)))


def end_sessions(actor: Actor, person_id: int) -> None:
    """Sign a person out everywhere; tokens stay."""
    person = _changeable(actor, person_id) if person_id != actor.id else lock([person_id])[0]
    person.session_version += 1
    audit(actor.id, "sessions.ended", "person", person.id, person_id=person.id)


def _changeable(actor: Actor, person_id: int) -> Person:
    (person,) = lock([person_id])
    day = today()
    held = session().scalars(
        select(RoleGrant.role).where(
            RoleGrant.person_id == person.id, or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
        )
    )
    check_may_change(actor.roles, [Role(role) for role in held])
    return person


def _keep_an_admin(person_id: int) -> None:
    """Raise Conflict if this is the only one left who can administer."""
    day = today()
    live = or_(RoleGrant.until_on.is_(None), RoleGrant.until_on > day)
    admins = set(
        session().scalars(
            select(RoleGrant.person_id)
            .join(Person, Person.id == RoleGrant.person_id)
            .where(RoleGrant.role == Role.ADMIN, live, Person.active)
        )
    )
    if admins == {person_id}:
        raise Conflict(text("这是最后一位管理员。请先让另一个人当管理员。"))


def _end_grant(given: RoleGrant, on: date) -> None:
    given.until_on = max(on, given.from_on)


def _check_days(hired_on: date | None, leaving_on: date | None) -> None:
    if hired_on and leaving_on and leaving_on < hired_on:
        reason = text("预计离职日早于入职日期。")
        raise Invalid(reason, fields={"leaving_on": reason})


def _history(person_id: int) -> list[Span]:
    rows = session().scalars(select(Membership).where(Membership.person_id == person_id).order_by(Membership.from_on))
    return [Span(team_id=row.team_id, from_on=row.from_on, until_on=row.until_on) for row in rows]


def _write_history(person: Person, spans: list[Span], *, keep_team: bool = False) -> None:
    """Bring the rows of memberships to these spans and the present team to today's."""
    current = session()
    held = {row.from_on: row for row in current.scalars(select(Membership).where(Membership.person_id == person.id))}
    for span in spans:
        row = held.pop(span.from_on, None)
        if row is None:
            current.add(
                Membership(person_id=person.id, team_id=span.team_id, from_on=span.from_on, until_on=span.until_on)
            )
        else:
            row.team_id, row.until_on = span.team_id, span.until_on
    for row in held.values():
        current.delete(row)
    day = today()
    if not keep_team:
        for span in spans:
            if span.from_on <= day and (span.until_on is None or day < span.until_on):
                person.team_id = span.team_id
    current.flush()


def _noted(name: str, value: Any) -> Any:
    """Return a value for the audit, which can't be erased: of what says who somebody is only that it was there."""
    if Person.__table__.c[name].info["privacy"] == "identity":
        return "•" if value else ""
    return value.isoformat() if isinstance(value, date) else value
