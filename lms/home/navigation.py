"""Which ways lead on from here, by role; the first of them are the tab bar of a phone, the others fold into 更多."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from flask import current_app, g, request, url_for
from markupsafe import Markup

from lms.core.access import Actor, Permission, Role, allows
from lms.core.i18n import current_locale, say
from lms.core.markup import sentence
from lms.core.texts import Text, text
from lms.web.auth import maybe_actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """stands: from which width of the window on the way stands in the bar, in pixels; 0 = it is always in 更多."""

    label: str
    href: str
    icon: str
    current: bool
    stands: int = 0


WAYS: dict[str, tuple[Text, str, str]] = {
    "today": (text("今天"), "home.index", "today"),
    "studio": (text("编辑台"), "content.index", "pen"),
    "courses": (text("课程"), "learning.index", "book"),
    "reports": (text("报表"), "reports.completion", "chart"),
    "exams": (text("全部测验"), "quizzes.exams", "check-list"),
    "drills": (text("演练"), "drills.index", "chat"),
    "kb": (text("知识库"), "kb.index", "bookmark"),
    "people": (text("人员"), "accounts.people", "people"),
    "confirm": (text("确认"), "learning.queue", "check-list"),
    "year": (text("培训安排"), "learning.cycles", "calendar"),
    "calendar": (text("日历"), "accounts.calendar", "calendar"),
    "scores": (text("绩效"), "performance.scores", "star"),
    "inspections": (text("质检结果"), "performance.inspections", "check-list"),
    "impact": (text("培训效果"), "performance.impact", "star"),
    "settings": (text("设置"), "notifications.reminders", "gear"),
    "health": (text("系统状态"), "health.status", "chart"),
    "me": (text("我的"), "accounts.me", "person"),
}


ROOM = ((768, 190), (1024, 440), (1280, 690))
"""From which width of the window on how many pixels ways have, beside the search and a name of usual length."""
OF_WAY, OF_WIDE, OF_NARROW, OF_MORE = 20, 16, 8.3, 84
"""Pixels of a way: around its label, of a Chinese character, of another; and of 更多."""

MOST_DRAWN = 1_000
"""So many are kept drawn, some kilobytes each."""

ALONE = frozenset({"accounts.people", "accounts.me", "learning.queue", "learning.cycles", "notifications.reminders"})
"""Ways that stand for one page only, not for the room in which it lies."""

TOGETHER: dict[str, tuple[str, ...]] = {
    "studio": ("courseware.",),
    "courses": ("courseware.",),
    "reports": ("learning.team_certificates", "assignments.bulk"),
    "people": (
        "accounts.person",
        "accounts.roster",
        "accounts.leave",
        "accounts.cohort",
        "accounts.staff_",
        "accounts.teams",
        "accounts.closing",
        "performance.profile",
        "performance.proof",
        "records.",
    ),
    "inspections": ("performance.inspection",),
    "scores": ("performance.", "reviews.", "readiness."),
    "impact": ("performance.impact", "reviews.target", "reviews.peak", "readiness."),
    "me": ("learning.feed", "notifications.preferences", "performance.", "reviews."),
    "year": (
        "learning.cycle",
        "learning.session",
        "learning.new_session",
        "learning.edit_session",
        "learning.ask_cancel_session",
        "learning.sheet",
        "learning.offer",
        "learning.campaign",
        "learning.new_campaign",
        "learning.edit_campaign",
        "learning.ask_stop_campaign",
        "learning.certificate_plan",
        "learning.queues",
        "learning.queue_",
        "learning.survey",
        "learning.new_survey",
        "learning.edit_survey",
        "learning.pulse",
        "learning.idea",
        "assignments.rule",
    ),
    "calendar": ("accounts.calendar",),
    "settings": (
        "accounts.calendar",
        "notifications.reminders",
        "notifications.templates",
        "notifications.channels",
        "notifications.robot",
        "notifications.deliver",
        "integrations.webhook",
        "integrations.xapi",
        "lti.",
    ),
}
"""Ways that stand for pages of several rooms, by how the names of their endpoints begin."""


def _ways_of(actor: Actor) -> list[str]:
    """Return the ways of a person, the most used first: a phone shows four of them."""
    sees_people = allows(actor, Permission.PERSON_READ) and not actor.is_new_hire_only
    if allows(actor, Permission.CONTENT_EDIT):
        order = ["today", "studio", "confirm", "reports", "kb", "year", "people", "impact", "exams", "drills"]
    elif Role.LEAD in actor.roles:
        order = ["today", "reports", "people", "scores", "kb", "confirm", "year", "exams", "drills", "courses"]
    elif actor.mentees:
        order = ["today", "confirm", "kb", "courses", "reports", "drills"]
    elif allows(actor, Permission.REPORT_READ):
        first = "inspections" if Role.QUALITY in actor.roles else "scores"
        order = ["today", "reports", "people", first, "kb", "year", "calendar", "exams", "drills"]
    elif sees_people:
        order = ["today", "people", "kb", "settings", "health", "me"]
    else:
        order = ["today", "courses", "kb", "me", "drills"]
    held = {
        "people": sees_people,
        "confirm": allows(actor, Permission.TASK_CONFIRM),
        "exams": allows(actor, Permission.QUIZ_SCORES),
        "calendar": allows(actor, Permission.CALENDAR_EDIT),
        "settings": allows(actor, Permission.NOTIFY_EDIT),
        "health": allows(actor, Permission.HEALTH_READ),
    }
    if held["health"] and "health" not in order:
        order.append("health")
    return [name for name in order if held.get(name, True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways as a page shows them: in the bar, those for which there may be no room in it, and below on a phone."""

    bar: Markup
    more: Markup
    tabs: Markup


_NOTHING = sentence("")
NO_WAYS = Ways(bar=_NOTHING, more=_NOTHING, tabs=_NOTHING)


def navigation() -> Ways:
    """Return the ways of the person who asks; none before sign-in. A page asks twice, at the top and at the bottom."""
    actor = maybe_actor()
    if actor is None:
        return NO_WAYS
    kept: tuple[Actor, Ways] | None = g.get("navigation")
    if kept is None or kept[0] is not actor:
        kept = g.navigation = (actor, _drawn(items(actor)))
    return kept[1]


def items(actor: Actor) -> tuple[Item, ...]:
    """Return the ways of a person, that which leads to the page of this request marked."""
    here = request.endpoint or ""
    known = request.url_rule is not None
    return _items_of(tuple(_ways_of(actor)), here, known, current_locale(), request.script_root)


def _drawn(found: tuple[Item, ...]) -> Ways:
    """Return the ways drawn: every page shows them, and most of them alike."""
    drawn: dict[tuple[tuple[Item, ...], str], Ways] = current_app.extensions.setdefault("lms_ways", {})
    key = (found, current_locale())
    if key not in drawn or current_app.debug:
        if len(drawn) >= MOST_DRAWN:
            drawn.clear()
        macros = current_app.jinja_env.get_template("lms/macros/ways.html").module
        drawn[key] = Ways(**{part: getattr(macros, part)(found) for part in ("bar", "more", "tabs")})
    return drawn[key]


@lru_cache(maxsize=4_096)
def _items_of(names: tuple[str, ...], here: str, known: bool, _: str, __: str) -> tuple[Item, ...]:
    """Return the ways as a page shows them, in the language of this request and under its mount: the same for many."""
    ways = [WAYS[name] for name in names]
    is_way = any(here == endpoint for _, endpoint, _ in ways)
    together = next((name for name in names if here.startswith(TOGETHER.get(name, ()))), "")
    stands = folded([say(label) for label, _, _ in ways])
    found = []
    for name, (label, endpoint, icon), from_on in zip(names, ways, stands, strict=True):
        room = endpoint.partition(".")[0]
        within = not is_way and not together and endpoint not in ALONE and here.startswith(f"{room}.")
        current = known and (here == endpoint or within or name == together)
        found.append(Item(label=say(label), href=url_for(endpoint), icon=icon, current=current, stands=from_on))
    return tuple(found)


def folded(labels: Sequence[str]) -> list[int]:
    """Return from which width on each way stands in the bar: as many of the first as there is room for. 0 = never."""
    ends = list(
        accumulate(OF_WAY + sum(OF_WIDE if ord(each) > 0x2E7F else OF_NARROW for each in one) for one in labels)
    )
    found = [0] * len(labels)
    for width, room in reversed(ROOM):
        whole = bool(ends) and ends[-1] <= room
        found = [width if whole or end <= room - OF_MORE else at for end, at in zip(ends, found, strict=True)]
    return found
