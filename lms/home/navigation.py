"""Which ways lead on from here, by role; the first four are the tab bar of a phone."""

from dataclasses import dataclass

from flask import request, url_for

from lms.core.access import Permission, Role, allows
from lms.core.i18n import say
from lms.core.texts import text
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
    ways = [(text("今天"), "home.index", "today")]
    if allows(actor, Permission.CONTENT_EDIT):
        ways.append((text("编辑台"), "content.index", "pen"))
    elif actor.roles & {Role.AGENT, Role.LEAD}:
        ways.append((text("课程"), "learning.index", "book"))
    if allows(actor, Permission.REPORT_READ):
        ways.append((text("报表"), "reports.completion", "chart"))
    ways.append((text("知识库"), "kb.index", "bookmark"))
    if allows(actor, Permission.PERSON_READ) and not actor.is_new_hire_only:
        ways.append((text("人员"), "accounts.people", "people"))
    if allows(actor, Permission.TASK_CONFIRM):
        ways.append((text("确认"), "learning.queue", "check-list"))
    if len(ways) < 4:
        ways.append((text("我的"), "accounts.me", "person"))
    here = request.endpoint or ""
    known = request.url_rule is not None
    found = []
    for label, endpoint, icon in ways:
        room = endpoint.partition(".")[0]
        current = known and (here == endpoint or (room != "accounts" and here.startswith(f"{room}.")))
        found.append(Item(label=say(label), href=url_for(endpoint), icon=icon, current=current))
    return found
