"""The first person of an empty installation: nobody can let an administrator in before there is one."""

from datetime import date

from sqlalchemy import select

from lms.accounts.actions.teams import found_company
from lms.accounts.models import Membership, Person, RoleGrant
from lms.accounts.rules.sign_in import login_name
from lms.core import clock
from lms.core.access import Role
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Conflict
from lms.core.here import today
from lms.core.texts import text


def first_admin(employee_no: str, name: str, company: str, on: date | None = None) -> Person:
    """Make the company's root team and its first administrator, who then imports everybody else.

    on: the day from which both stand, today where not given. Raises Conflict once there is an administrator.
    """
    if session().scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN).limit(1)) is not None:
        raise Conflict(text("已经有管理员了。请他在人员页里添加其他人。"))
    day = on or today()
    root = found_company(company, day)
    person = Person(
        employee_no=employee_no,
        login_name=login_name(employee_no),
        name=name,
        position="管理员",
        hired_on=day,
        team_id=root.id,
        created_at=clock.now(),
    )
    session().add(person)
    session().flush()
    session().add(Membership(person_id=person.id, team_id=root.id, from_on=day))
    session().add(RoleGrant(person_id=person.id, role=Role.ADMIN, team_id=root.id, from_on=day))
    session().flush()
    audit(None, "found", "person", person.id, person_id=person.id)
    return person
