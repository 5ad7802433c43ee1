"""Verbs of the whole company: what it is called, and who lets its first people in."""

from sqlalchemy import select

from lms.accounts import queries
from lms.accounts.actions import people, slips, teams
from lms.accounts.models import Person, RoleGrant, Team
from lms.core import installation
from lms.core.access import Actor, Role
from lms.core.audit import audit
from lms.core.db import session
from lms.core.errors import Invalid
from lms.core.here import settings
from lms.core.texts import text

FIRST_NO = "ADMIN"
"""Employee number of an administrator whom nobody has named yet."""


def describe_company(actor: Actor, *, company: str, help_line: str) -> None:
    """Write what the company is called and whom to call; a root team of the old name takes the new one.

    Raises Invalid for no name. Where a setting says one of the two, what is written here waits until it does not.
    """
    company, help_line = company.strip(), help_line.strip()
    if not company:
        reason = text("请填公司名称。")
        raise Invalid(reason, fields={"company": reason})
    shown = installation.company()
    kept = installation.installation()
    before = {"company": kept.company, "help_line": kept.help_line}
    kept.company, kept.help_line = company[:80], help_line[:80]
    root_id = queries.root_id()
    root = session().get(Team, root_id) if root_id else None
    if root is not None and root.name in {shown, installation.UNNAMED, before["company"]}:
        root.name = settings().company or kept.company
    session().flush()
    installation.remember(f"{kept.company}\n{kept.help_line}")
    audit(
        actor.id,
        "installation.described",
        "installation",
        kept.id,
        before=before,
        after={"company": kept.company, "help_line": kept.help_line},
    )


def invite_first(actor: Actor, *, name: str) -> slips.PrintedSlip | None:
    """Make a slip for the first administrator as long as nobody at all can sign in; None once somebody can.

    The one before is void from now on. Without an administrator one is entered under this name, with the company.
    Raises Invalid where somebody who has left holds that number.
    """
    if slips.somebody_can_sign_in():
        return None
    root = teams.found_company(installation.company())
    first_id = session().scalar(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.active, RoleGrant.role == Role.ADMIN)
        .order_by(Person.id)
        .limit(1)
    )
    if first_id is None:
        person = queries.active_by_no(FIRST_NO) or people.hire(actor, employee_no=FIRST_NO, name=name, team_id=root.id)
        people.grant(actor, person.id, Role.ADMIN, root.id)
        first_id = person.id
    return slips.make_slips(actor, [first_id])[0]
