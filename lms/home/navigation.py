"""Which ways lead on from here, by role; the first four are the tab bar of a phone."""

from dataclasses import dataclass

from flask import request, url_for

from lms.core.access import Permission, Role, allows
from lms.core.i18n import gettext
from lms.web.auth import maybe_actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    label: str
    href: str
    icon: str
    current: bool


def navigation() -> list[Item]:
    """Return the ways of the person who asks; none before sign-in."""
    actor = maybe_actor()
    if actor is None:
        return []
    ways = [("今天", "home.index", "today")]
    if allows(actor, Permission.CONTENT_EDIT):
        ways.append(("编辑台", "content.index", "pen"))
    elif actor.roles & {Role.AGENT, Role.LEAD}:
        ways.append(("课程", "learning.index", "book"))
    if allows(actor, Permission.REPORT_READ):
        ways.append(("报表", "reports.completion", "chart"))
    ways.append(("知识库", "kb.index", "bookmark"))
    if allows(actor, Permission.PERSON_READ) and not actor.is_new_hire_only:
        ways.append(("人员", "accounts.people", "people"))
    if allows(actor, Permission.TASK_CONFIRM):
        ways.append(("确认", "learning.queue", "check-list"))
    if len(ways) < 4:
        ways.append(("我的", "accounts.me", "person"))
    here = request.endpoint or ""
    known = request.url_rule is not None
    found = []
    for label, endpoint, icon in ways:
        room = endpoint.partition(".")[0]
        current = known and (here == endpoint or (room != "accounts" and here.startswith(f"{room}.")))
        found.append(Item(label=gettext(label), href=url_for(endpoint), icon=icon, current=current))
    return found
