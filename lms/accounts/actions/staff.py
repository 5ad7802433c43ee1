"""Staff and roster files: what is known, what would happen, and doing exactly that."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import or_, select

from lms.accounts import queries
from lms.accounts.actions import batches, calendar, chats, cohorts, people, rosters, tags, teams
from lms.accounts.models import (
    ChatAccount,
    Cohort,
    CohortMember,
    Mentor,
    Person,
    PersonShop,
    PersonTag,
    RoleGrant,
    RosterDay,
    Shop,
    Team,
)
from lms.accounts.rules import roster_file, staff, staff_words
from lms.accounts.rules.batches import Split
from lms.accounts.rules.leavers import leavers
from lms.accounts.rules.roster_file import Cell, RosterPlan
from lms.accounts.rules.sign_in import login_name
from lms.accounts.rules.staff_known import Known, KnownPerson, RefusedRow, StaffPlan
from lms.core import sheets
from lms.core.access import Actor, Permission, Role
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict, Invalid
from lms.core.fingerprint import fingerprint
from lms.core.here import settings, today
from lms.core.installation import company
from lms.core.texts import text


def plan_staff(actor: Actor, data: bytes, how: Split | None = None, *, complete: bool = False) -> StaffPlan:
    """Return what the file would do. how: put those who are new into intakes, None = leave them as the file says.

    complete: who is missing in the file leaves. Raises Unreadable, TooLarge for a file that can't be read at all,
    Invalid for a complete one that names nobody.
    """
    sheet, day, there = sheets.read(data, staff_words.COLUMNS), today(), known(actor)
    gone = leavers(sheet.rows, there, percent=settings().leavers_percent, today=day) if complete else None
    if gone is not None and not sheet.rows:
        raise Invalid(text("文件里一个人也没有，不能当作完整名单。"))
    return staff.plan(sheet.rows, there, sheet.unknown, how=how, today=day, leavers=gone)


def plan_roster(actor: Actor, data: bytes, month: date | None = None) -> RosterPlan:
    """Return what the roster file would do. month: what bare numbers of days mean. Raises Unreadable, TooLarge."""
    return plan_cells(actor, *_roster_cells(data, month))


def plan_cells(actor: Actor, cells: Sequence[Cell], unknown: Sequence[str] = ()) -> RosterPlan:
    """Return what these cells of a roster would do."""
    current = session()
    mine = current.execute(
        select(Person.login_name, Person.id).where(
            queries.visible(actor, Permission.ROSTER_EDIT), Person.active, Person.login_name.is_not(None)
        )
    ).all()
    logins = {login_name(cell.employee_no) for cell in cells}
    ids = [id for login, id in mine if login in logins]
    held = {
        (row.person_id, row.day): (row.working, row.shift)
        for row in current.execute(
            select(RosterDay.person_id, RosterDay.day, RosterDay.working, RosterDay.shift).where(
                RosterDay.person_id.in_(ids)
            )
        )
    }
    people = {login or "": id for login, id in mine}
    return roster_file.plan(cells, people, held, today(), calendar.shift_words(), unknown)


def _roster_cells(data: bytes, month: date | None) -> tuple[list[Cell], Sequence[str]]:
    """Return the cells of either form: a row for each day, or a column for each day."""
    head = sheets.read(data, (roster_file.NUMBER, roster_file.NAME))
    days = roster_file.day_columns(head.unknown, today(), month)
    if not days:
        sheet = sheets.read(data, roster_file.COLUMNS)
        return roster_file.long_cells(sheet.rows), sheet.unknown
    sheet = sheets.read(data, (roster_file.NUMBER, roster_file.NAME, *days))
    return roster_file.wide_cells(sheet.rows, days), sheet.unknown


def make_teams(actor: Actor, data: bytes) -> list[str]:
    """Make the teams that the file names and nobody knows, below the root; return their names."""
    root = teams.found_company(company())
    made = missing_teams(actor, data)
    for name in made:
        teams.add_team(actor, code=name[:40], name=name[:80], parent_id=root.id)
    return made


def missing_teams(actor: Actor, data: bytes) -> list[str]:
    """Return the teams that the file names and nobody knows. Raises Unreadable, TooLarge."""
    held = {name.casefold() for _, code, name in known(actor).teams for name in (code, name)}
    found: dict[str, str] = {}
    for row in sheets.read(data, staff_words.COLUMNS).rows:
        name = staff.team_word(row["team"])
        if name and name.casefold() not in held:
            found.setdefault(name.casefold(), name)
    return list(found.values())


def apply_staff(
    actor: Actor,
    data: bytes,
    shown: str = "",
    how: Split | None = None,
    *,
    complete: bool = False,
    confirmed: bool = False,
) -> StaffPlan:
    """Do what the file says, all of it or nothing. shown: the fingerprint of the plan that the person has seen.

    complete: who is missing in it leaves. confirmed: however many that are. Raises Invalid where a row is refused or
    more would leave than may without a word, Conflict where the plan is another one by now.
    """
    plan = plan_staff(actor, data, how, complete=complete)
    check(plan, shown)
    check_leavers(plan, confirmed=confirmed)
    ids: dict[str, int] = {login: person.id for login, person in _logins().items()}
    for change in plan.new:
        fields = dict(change.fields)
        fields.pop("name", None)
        person = people.hire(
            actor,
            employee_no=change.employee_no,
            name=change.name,
            team_id=change.team_id or 0,
            **fields,  # type: ignore[arg-type]
        )
        ids[change.login] = person.id
    for change in plan.changed:
        if change.fields:
            people.change(actor, ids[change.login], change.fields)
        if change.team_id is not None:
            people.move(actor, ids[change.login], change.team_id, today())
    joining: dict[int, list[int]] = defaultdict(list)
    for change in (*plan.new, *plan.changed):
        person_id = ids[change.login]
        if change.shops is not None:
            people.set_shops(actor, person_id, change.shops)
        for role, team_id in change.grants:
            people.grant(actor, person_id, role, team_id)
        if change.mentor:
            people.set_mentor(actor, person_id, ids[change.mentor])
        if change.cohort_id is not None:
            joining[change.cohort_id].append(person_id)
    every = (*plan.new, *plan.changed)
    tagged = {ids[change.login]: change.tags for change in every if change.tags is not None}
    tags.set_many(actor, tagged, {ids[change.login] for change in plan.new})
    chats.set_many(
        actor, {(ids[change.login], platform): account for change in every for platform, account in change.chats}
    )
    for cohort_id in sorted(joining):
        cohorts.add_members(actor, cohort_id, joining[cohort_id])
    batches.fill(actor, plan.batches, ids)
    left = plan.leavers.people if plan.leavers else ()
    for leaver in left:
        people.close(actor, leaver.person_id)
    counts = {"new": len(plan.new), "changed": len(plan.changed), "intakes": len(plan.batches), "left": len(left)}
    audit(actor.id, "staff.imported", "file", sha256(data).hexdigest()[:16], after=counts)
    return plan


def apply_roster(
    actor: Actor, data: bytes, shown: str = "", month: date | None = None, *, partly: bool = False
) -> RosterPlan:
    """Set the single days that the file says. partly: leave out what is refused; else all of them or none.

    Raises like apply_staff.
    """
    plan = plan_roster(actor, data, month)
    check(plan, shown, partly=partly)
    set_roster(actor, plan)
    return plan


def set_roster(actor: Actor, plan: RosterPlan) -> None:
    """Set the days of a plan, and make the shifts that it names only by their hours."""
    for code, hours in plan.hours:
        calendar.set_shift(actor, code, name=code, starts=hours.starts, ends=hours.ends)
    rosters.set_days(actor, plan.days(), plan.shifts())


class Plan(Protocol):
    """What a file would do, as every importer here says it."""

    @property
    def refused(self) -> Sequence[RefusedRow]: ...
    @property
    def changed(self) -> Sequence[object]: ...
    @property
    def can_apply(self) -> bool: ...


def check(plan: Plan, shown: str, *, partly: bool = False) -> None:
    """Refuse a plan that can't be carried out or is not the one that was shown."""
    if plan.refused and not partly:
        raise Invalid(text("有 %(n)s 行不能导入，什么也没有改。请改好文件再传。", n=len(plan.refused)))
    if not (plan.changed if partly else plan.can_apply):
        raise Invalid(text("文件里没有要改的，什么也没有改。"))
    if shown and shown != fingerprint(plan):
        raise Conflict(text("预览之后有人改过人员资料，什么也没有改。请重新预览。"))


def check_leavers(plan: StaffPlan, *, confirmed: bool) -> None:
    """Raise Invalid where more people would leave by a complete file than may without a word."""
    if plan.leavers is not None and plan.leavers.too_many and not confirmed:
        raise Invalid(
            text(
                "名单里少了 %(n)s 人（在职 %(all)s 人，一次最多 %(most)s 人），什么也没有改。"
                "名单真的完整，请确认后再导入。",
                n=len(plan.leavers.people),
                all=plan.leavers.among,
                most=plan.leavers.allowed,
            )
        )


def _logins() -> dict[str, Person]:
    return {
        person.login_name or "": person
        for person in session().scalars(select(Person).where(Person.login_name.is_not(None)))
    }


def known(actor: Actor) -> Known:
    """Return what is there already, in ten statements."""
    current, day = session(), today()
    shops, grants, mentors, members = (
        _pairs(select(PersonShop.person_id, PersonShop.shop_id)),
        defaultdict[int, set[tuple[Role, int]]](set),
        dict[int, int](),
        _pairs(select(CohortMember.person_id, CohortMember.cohort_id).where(CohortMember.left_on.is_(None))),
    )
    for row in current.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.team_id).where(_live(RoleGrant, day))
    ):
        grants[row.person_id].add((Role(row.role), row.team_id))
    for person_id, mentor_id in current.execute(
        select(Mentor.person_id, Mentor.mentor_id).where(_live(Mentor, day)).order_by(Mentor.from_on, Mentor.id)
    ):
        mentors[person_id] = mentor_id
    tagged = _pairs(select(PersonTag.person_id, PersonTag.tag))
    accounts = current.execute(
        select(ChatAccount.person_id, ChatAccount.platform, ChatAccount.user_id, Person.login_name)
        .join(Person, Person.id == ChatAccount.person_id)
        .where(ChatAccount.user_id.is_not(None))
    ).all()
    known_as: dict[int, dict[str, str]] = defaultdict(dict)
    for account in accounts:
        known_as[account.person_id][account.platform] = account.user_id or ""
    return Known(
        people={
            login: KnownPerson(
                id=person.id,
                employee_no=person.employee_no or "",
                name=person.name or "",
                active=person.active,
                team_id=person.team_id,
                position=person.position,
                employment=person.employment,
                email=person.email or "",
                phone=person.phone or "",
                hired_on=person.hired_on,
                leaving_on=person.leaving_on,
                shops=frozenset(shops[person.id]),
                grants=frozenset(grants[person.id]),
                mentor_id=mentors.get(person.id),
                cohorts=frozenset(members[person.id]),
                tags=frozenset(tagged[person.id]),
                chats=known_as[person.id],
            )
            for login, person in _logins().items()
        },
        teams=_named(select(Team.id, Team.code, Team.name).where(Team.closed_on.is_(None)).order_by(Team.code)),
        shops=_named(select(Shop.id, Shop.code, Shop.name).order_by(Shop.code)),
        cohorts=_named(select(Cohort.id, Cohort.name, Cohort.name).order_by(Cohort.starts_on.desc())),
        standing=queries.standing_intakes(),
        chat_owners={(each.platform, each.user_id or ""): each.login_name or "" for each in accounts},
        root_id=queries.root_id() or 0,
        may_grant_admin=Role.ADMIN in actor.roles,
        own_login=login_name(actor.employee_no),
    )


def _pairs(statement: Any) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = defaultdict(set)
    for person_id, other in session().execute(statement):
        found[person_id].add(other)
    return found


def _named(statement: Any) -> list[tuple[int, str, str]]:
    return [(row[0], row[1], row[2]) for row in session().execute(statement)]


def _live(table: Any, day: date) -> Any:
    return (table.from_on <= day) & or_(table.until_on.is_(None), table.until_on > day)
