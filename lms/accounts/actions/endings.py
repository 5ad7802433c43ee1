"""Putting off the day after which accounts close by themselves, for many people at once."""

from collections.abc import Sequence
from datetime import date

from lms.accounts import queries
from lms.accounts.actions.people import lock, write
from lms.accounts.queries.endings import ending
from lms.accounts.rules.endings import Extension, plan
from lms.core.access import Actor, Permission
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import text


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
