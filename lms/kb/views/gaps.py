"""Pages of gaps: the list, one gap with what can be done, and the button that says “this is missing”."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.accounts.queries import shops
from lms.core.access import Actor, Permission, allows
from lms.core.db import transaction
from lms.core.errors import DomainError, Forbidden, NotFound
from lms.core.here import today
from lms.core.i18n import _, say
from lms.core.texts import Text, text
from lms.kb import queries
from lms.kb.actions import gaps as actions
from lms.kb.models import Gap
from lms.kb.queries import gaps as reading
from lms.kb.rules import gaps as rules
from lms.kb.rules.asking import LONGEST_QUERY
from lms.kb.rules.gaps import SOURCES
from lms.kb.views.room import bp
from lms.web.auth import current_actor, requires, safe_next
from lms.web.charts import ceiling, columns
from lms.web.shell import show_short_day
from lms.web.tables import TableState, download

FILTERS = ("state", "owner", "shop", "source", "q")
NEAR = 3
LOW = 5
"""Misses of a day below which the bars of a trend do not fill its height: two misses are no mountain."""
STATES: dict[str, Text] = {
    reading.OPEN: text("待处理"),
    reading.CLOSED: text("已有答案"),
    reading.DISMISSED: text("不算缺口"),
    "candidates": text("还不够多"),
}


@bp.get("/kb/care/gaps")
@requires(Permission.CONTENT_READ_ALL)
def gaps() -> str | Response:
    """List the gaps of a state, the weightiest first."""
    actor = current_actor()
    table = TableState.from_args(request.args, sorts=reading.SORTS, default="-month", filters=FILTERS, size=25)
    state = table.get("state") if table.get("state") in STATES else reading.OPEN
    counts = reading.states()
    shared = {"table": table, "state": state, "states": STATES, "counts": counts, "may_edit": _may_edit(actor)}
    if state == "candidates":
        found = reading.candidates()
        return render_template("lms/kb/gap_candidates.html", candidates=found, **shared)
    owner = {"me": actor.id, "none": 0}.get(table.get("owner"))
    wanted = reading.Wanted(
        state=state, owner=owner, shop=table.get("shop"), source=table.get("source"), q=table.get("q")
    )
    every = reading.gaps(wanted, sort=table.sort, descending=table.descending)
    if table.format:
        return _export(table.format, every)
    table = table.within(len(every))
    rows = every[table.offset : table.offset + table.size]
    return render_template(
        "lms/kb/gaps.html",
        **{**shared, "table": table},
        rows=[(each, columns(each.trend, width=112, height=28, most=LOW)) for each in rows],
        total=len(every),
        month=sum(each.month for each in every),
        week=sum(each.week for each in every),
        unowned=sum(each.owner_id is None for each in every),
        written=sum(each.draft is not None for each in every),
        sources=SOURCES,
        shops=shops(),
    )


def _export(format: str, every: list[reading.Listed]) -> Response:
    heads = [_("缺口"), _("近 28 天"), _("近 7 天"), _("来源"), _("店铺"), _("等答案的人"), _("负责人"), _("从哪天起")]
    rows = [
        [
            each.title,
            each.month,
            each.week,
            _("、").join(say(SOURCES[source]) for source in each.sources),
            _("、").join(each.shops),
            each.askers,
            each.owner,
            each.opened_at.date(),
        ]
        for each in every
    ]
    return download(format, f"{_('知识缺口')} {today().isoformat()}", heads, rows)


def _may_edit(actor: Actor) -> bool:
    return allows(actor, Permission.CONTENT_EDIT)


@bp.get("/kb/care/gaps/<public_id>")
@requires(Permission.CONTENT_READ_ALL)
def gap(public_id: str) -> str:
    return _page(public_id)


def _page(public_id: str, **more: Any) -> str:
    actor = current_actor()
    may_edit = _may_edit(actor)
    whole = reading.gap(public_id, with_names=may_edit)
    listed = whole.listed
    top = ceiling(max(listed.trend))
    shown = columns(listed.trend, width=640, height=140, most=top)
    is_open = listed.state == reading.OPEN
    return render_template(
        "lms/kb/gap.html",
        whole=whole,
        gap=listed,
        state=STATES.get(listed.state),
        is_open=is_open,
        bars=shown,
        top=top,
        marks=[_short(rules.WINDOW - 1), _short(rules.WINDOW // 2), _("今天")],
        sources=SOURCES,
        near=_near(actor, whole) if is_open else [],
        may_edit=may_edit,
        others=[each for each in reading.open_gaps() if each[0] != public_id] if may_edit and is_open else [],
        folders=sorted(queries.category_names(actor).items()) if may_edit and is_open else [],
        articles=reading.article_choices(actor) if may_edit and is_open else [],
        **more,
    )


def _short(back: int) -> str:
    return show_short_day(today() - timedelta(days=back))


def _near(actor: Actor, whole: reading.Whole) -> list[queries.Hit]:
    """Return articles that come near to what was missed: perhaps one of them is the answer already."""
    found: dict[str, queries.Hit] = {}
    top = [each.words for each in whole.words if each.count][:3]
    asked = dict.fromkeys([*top, whole.listed.title])
    for words in asked:
        for hit in queries.search(actor, words, limit=NEAR):
            found.setdefault(hit.slug, hit)
    return list(found.values())[:NEAR]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that can be done with a gap. done: what is said afterwards."""

    work: Callable[[Actor, str], Gap]
    done: Text


def _merge(actor: Actor, public_id: str) -> Gap:
    return actions.merge(actor, public_id, request.form.get("into", ""))


def _part(actor: Actor, public_id: str) -> Gap:
    return actions.part(actor, public_id, request.form.getlist("words"))


ACTS: dict[str, Act] = {
    "take": Act(work=actions.take, done=text("这个缺口归你了。")),
    "leave": Act(
        work=lambda actor, public_id: actions.take(actor, public_id, give_back=True),
        done=text("已经放回，谁都可以接。"),
    ),
    "rename": Act(
        work=lambda actor, public_id: actions.rename(actor, public_id, request.form.get("title", "")),
        done=text("名字已改。"),
    ),
    "merge": Act(work=_merge, done=text("已合并，以后同样的说法也记在这里。")),
    "part": Act(work=_part, done=text("已分成另一个缺口。")),
    "dismiss": Act(
        work=lambda actor, public_id: actions.dismiss(actor, public_id, request.form.get("reason", "")),
        done=text("已记为不算缺口，以后同样的说法不再打扰。"),
    ),
    "reopen": Act(work=actions.reopen, done=text("已重新打开。")),
}


@bp.post("/kb/care/gaps/<public_id>")
@requires(Permission.CONTENT_EDIT)
def gap_act(public_id: str) -> str | Response | tuple[str, int]:
    """Do one thing with a gap; `do` says which."""
    do = request.form.get("do", "")
    if do in ("write", "link"):
        return _answer(public_id, do)
    if do not in ACTS:
        raise NotFound()
    try:
        with transaction():
            after = ACTS[do].work(current_actor(), public_id).public_id
    except NotFound:
        raise
    except DomainError as error:
        return _page(public_id, error=say(error.message), failed=do), error.status
    flash(say(ACTS[do].done), "ok")
    return redirect(url_for(".gap", public_id=after), 303)


def _answer(public_id: str, do: str) -> str | Response | tuple[str, int]:
    """Begin the article, or link one that there is: what publishes needs the right to."""
    actor = current_actor()
    if not allows(actor, Permission.CONTENT_PUBLISH):
        raise Forbidden()
    try:
        if do == "write":
            with transaction():
                document = actions.write_article(
                    actor, public_id, request.form.get("title", ""), request.form.get("folder", "")
                )
                slug = actions.slug_of(document.id)
            flash(_("草稿已建好，没搜到的说法已写成别名。发布后缺口自动关闭，问过的人会收到通知。"), "ok")
            return redirect(url_for("content.edit", kind="article", slug=slug), 303)
        with transaction():
            is_out = actions.link(actor, public_id, request.form.get("slug", "").strip())
    except NotFound:
        if do == "write":
            raise
        return _page(public_id, error=_("没有这条知识，请从列表里选。"), failed=do), 422
    except DomainError as error:
        return _page(public_id, error=say(error.message), failed=do), error.status
    if is_out:
        flash(_("已关联，没搜到的说法已成为它的别名，问过的人会收到通知。"), "ok")
    else:
        flash(_("已关联。这条知识还有没发布的草稿，别名写在草稿里，发布后缺口自动关闭。"), "ok")
    return redirect(url_for(".gap", public_id=public_id), 303)


@bp.post("/kb/care/gaps/open")
@requires(Permission.CONTENT_EDIT)
def gap_open() -> Response:
    """Make a gap of words that are missed too seldom to become one by themselves."""
    with transaction():
        made = actions.promote(current_actor(), request.form.get("words", "")).public_id
    flash(_("已列为缺口。"), "ok")
    return redirect(url_for(".gap", public_id=made), 303)


@bp.post("/kb/ask")
@requires(Permission.LEARN)
def ask() -> Response:
    """Note that somebody needs an answer to a search; they hear of it when there is one."""
    query = request.form.get("q", "").strip()[:LONGEST_QUERY]
    back = safe_next(request.form.get("next")) or url_for(".index", q=query)
    try:
        with transaction():
            actions.ask(current_actor(), query, request.form.get("shop", ""))
    except DomainError as error:
        flash(say(error.message), "bad")
        return redirect(back, 303)
    flash(_("已告诉知识库。有答案时会通知你。"), "ok")
    return redirect(back, 303)
