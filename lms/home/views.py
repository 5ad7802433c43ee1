"""The first screen of every role."""

from functools import lru_cache

from flask import render_template, request, url_for

from lms.assignments.rules import Duty
from lms.content.kinds import kind_of
from lms.core.access import Actor, Permission, Role
from lms.core.i18n import _, ngettext
from lms.home import queries
from lms.home.blueprint import bp
from lms.home.rules import Today
from lms.home.sections import sections_of
from lms.home.setup import views as setup
from lms.web.auth import current_actor, requires
from lms.web.shell import show_minutes

__all__ = ["bp", "setup"]


@bp.get("/")
@requires(Permission.LEARN)
def index() -> str:
    """Show what to do next; below it what each role is here for."""
    actor = current_actor()
    screen = queries.screen(actor)
    lists = screen.lists
    shown = [*lists.cards, *lists.todo, *lists.on_floor, *([lists.next] if lists.next else [])]
    return render_template(
        "lms/home/index.html",
        actor=actor,
        journey=screen.journey,
        lists=lists,
        mentor=screen.mentor,
        reading=screen.reading,
        links={(duty.name, duty.is_card): _link(duty) for duty in shown},
        summary=_summary(actor, lists),
        greeting=_("%(name)s，你好", name=actor.name),
        is_learner=bool(actor.roles & {Role.AGENT, Role.LEAD}),
        sections=sections_of(actor),
    )


def _link(duty: Duty) -> str:
    return _address(duty.kind, duty.slug, duty.is_card and not duty.item.settled, request.script_root)


@lru_cache(maxsize=8_192)
def _address(kind: str, slug: str, change: bool, _: str) -> str:
    """Return where a duty is done, under the mount of this request: dozens on a page, the same for everybody."""
    if change:
        return url_for("kb.change", slug=slug)
    endpoint = kind_of(kind).open_endpoint
    return url_for(endpoint, slug=slug) if endpoint else url_for("home.index")


def _summary(actor: Actor, lists: Today) -> str:
    """Return one sentence: how many things, how many done, about how long the rest takes."""
    total = len(lists.todo)
    if lists.cards and not total:
        return ngettext("%(n)s 条要确认", "%(n)s 条要确认", len(lists.cards)) % {"n": len(lists.cards)} + _("。")
    if not total:
        return _("今天没有到期的学习任务。") if lists.next else ""
    left = total - lists.done_count
    if not left:
        return _("今天 %(total)s 件事都做完了。", total=total)
    sentence = ngettext("今天 %(n)s 件事", "今天 %(n)s 件事", total) % {"n": total}
    if lists.done_count:
        sentence += _("，已做完 %(n)s 件", n=lists.done_count)
    if lists.minutes_left:
        sentence += _("，还剩约 %(time)s", time=show_minutes(lists.minutes_left))
    return sentence + _("。")
