"""Accounts that close by themselves: telling of it before, and putting the day off for many people at once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from lms.accounts import queries
from lms.accounts.actions.people import lock, write
from lms.accounts.events import Told
from lms.accounts.models import Person
from lms.accounts.queries.endings import ending
from lms.accounts.rules.endings import TOLD, Extension, plan, told_key
from lms.accounts.rules.people import Employment
from lms.core.access import Actor, Permission
from lms.core.db import rows
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text


def plan_extension(actor: Actor, numbers: Sequence[str], to: date) -> Extension:
    """Return what putting off the last day of these employees would do.

    Raises Invalid where nobody is named or the day is over, NotFound for somebody who isn't the actor's to change or
    has no last day.
    """
    wanted = list(dict.fromkeys(number for number in numbers if number))
    if not wanted:
        raise Invalid(text("请先勾选人。"), fields={"person": text("请先勾选人。")})
    if to < today():
        reason = text("请选今天或以后的日子。")
        raise Invalid(reason, fields={"to": reason})
    people = ending(actor, permission=Permission.PERSON_EDIT, numbers=wanted)
    if len(people) != len(wanted):
        raise NotFound()
    return plan(people, to, actor.roles)


def words_of_endings(day: date) -> list[Told]:
    """Return what is said on a day of the accounts that end within the next days: to the people, and to their leads.

    Of those who are here for a time; of a regular employee's last day nobody is told by itself. One word to all whose
    account ends after the same day, and one to each lead of them.
    """
    statement = (
        select(Person.id, Person.name, Person.leaving_on)
        .where(
            Person.active,
            Person.leaving_on.between(day, day + timedelta(days=TOLD)),
            Person.employment != Employment.REGULAR,
        )
        .order_by(Person.leaving_on, Person.employee_no)
    )
    found = rows(statement).all()
    leads = queries.leads_of([row.id for row in found])
    ends: dict[date, list[int]] = defaultdict(list)
    theirs: dict[tuple[int, date], list[str]] = defaultdict(list)
    for row in found:
        ends[row.leaving_on].append(row.id)
        if row.id in leads:
            theirs[leads[row.id], row.leaving_on].append(row.name or "")
    return [
        *(
            Told(
                person_ids=tuple(people),
                topic="message",
                sentence=text(
                    "您的账号用到 %(day)s，之后自动停用，学习记录都会保留。还要继续用，请告诉组长。", day=last
                ),
                link=("accounts.me", {}),
                key=told_key(last),
            )
            for last, people in ends.items()
        ),
        *(
            Told(
                person_ids=(lead_id,),
                topic="message",
                sentence=_said_to_lead(names, last),
                link=("accounts.closing", {}),
                key=f"accounts-end:{last.isoformat()}",
            )
            for (lead_id, last), names in theirs.items()
        ),
    ]


def _said_to_lead(names: Sequence[str], last: date) -> Text:
    if len(names) == 1:
        return text("%(name)s 的账号用到 %(day)s，之后自动停用。要延期请找人事。", name=names[0], day=last)
    return text(
        "%(name)s 等 %(n)s 人的账号用到 %(day)s，之后自动停用。要延期请找人事。", name=names[0], n=len(names), day=last
    )


def extend(actor: Actor, numbers: Sequence[str], to: date, shown: str) -> int:
    """Put off the last day of all of them or of nobody; return of how many. shown: the digest of what was seen.

    Raises what plan_extension raises, and Conflict where one is refused or it is another plan by now.
    """
    people = {each.id: each for each in lock(queries.ids_by_no(actor, numbers, Permission.PERSON_EDIT))}
    found = plan_extension(actor, numbers, to)  # read once nobody else can put them off meanwhile
    if found.refused:
        raise Conflict(text("有 %(n)s 人改不了，所以一个也没有改。", n=len(found.refused)))
    if shown != found.digest:
        raise Conflict(text("名单刚刚变了，请再看一遍。"))
    for each in found.moved:
        write(actor, people[each.person_id], {"leaving_on": to})
    return len(found.moved)
