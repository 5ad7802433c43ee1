"""The calendar that a person's own program reads, and the page on which its address is made and taken back."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lms.core.access import Permission
from lms.core.clock import now
from lms.core.db import transaction
from lms.core.errors import NotFound
from lms.core.here import settings, today
from lms.core.i18n import _, gettext, set_locale
from lms.learning.actions import feed as actions
from lms.learning.queries import feed as queries
from lms.learning.queries.feed import FeedOwner, Worked
from lms.learning.rules.feed import Entry, calendar_bytes, due_entries
from lms.learning.views.room import bp
from lms.web.addresses import full_address
from lms.web.auth import current_actor, public, requires


@bp.get("/feed/<token>.ics")
@public
def feed(token: str) -> AnyResponse:
    """Give the days of whose secret this is. The secret is the whole key, so nothing else of the person is said."""
    owner = queries.feed_owner(token) if len(token) <= 100 else None
    if owner is None:
        raise NotFound()
    set_locale(owner.locale or settings().locale)
    home = settings().base_url.rstrip("/") or request.url_root.rstrip("/")
    body = calendar_bytes(
        _entries(owner, home + url_for("home.index", _external=False).removeprefix(request.script_root)),
        name=gettext("客服学院"),
        stamp=owner.made_at,
        host=urlsplit(home).hostname or "localhost",
    )
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="kefu-academy.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request.environ)


def _entries(owner: FeedOwner, link: str) -> list[Entry]:
    day = today()
    found = due_entries(
        queries.owed(owner.person_id, day),
        titled=owner.with_titles,
        one=gettext("到期：%(title)s"),
        many=gettext("到期：%(title)s（%(n)s 项）"),
        plain=gettext("%(n)s 项学习任务到期"),
        link=link,
    )
    for meeting in queries.meetings(owner.person_id, now() - queries.BACK):
        title = meeting.title if owner.with_titles else gettext("课堂")
        found.append(
            Entry(
                uid=f"session-{meeting.public_id}",
                day=meeting.starts_at.date(),
                title=_("%(title)s（候补）", title=title) if meeting.waiting else title,
                place=meeting.place,
                link=meeting.link,
                from_at=meeting.starts_at,
                until_at=meeting.ends_at,
                busy=not meeting.waiting,
            )
        )
    if owner.with_shifts:
        found += [_shift(each) for each in queries.worked(owner.person_id, day)]
    return found


def _shift(each: Worked) -> Entry:
    uid = f"shift-{each.day:%Y%m%d}"
    title = _("上班 %(shift)s", shift=each.name) if each.name else gettext("上班")
    if each.starts is None or each.ends is None:
        return Entry(uid=uid, day=each.day, title=title)
    midnight = datetime.combine(each.day, time(), settings().timezone)
    ends = each.ends if each.ends > each.starts else each.ends + 1440
    return Entry(
        uid=uid,
        day=each.day,
        title=title,
        from_at=midnight + timedelta(minutes=each.starts),
        until_at=midnight + timedelta(minutes=ends),
        busy=True,
    )


def _page(token: str = "") -> str:
    address = full_address(".feed", token=token) if token else ""
    return render_template(
        "lms/learning/feed.html",
        held=queries.feed_of(current_actor().id),
        address=address,
        webcal="webcal://" + address.partition("://")[2] if token else "",
    )


@bp.get("/me/calendar")
@requires(Permission.LEARN)
def feed_settings() -> str:
    return _page()


@bp.post("/me/calendar")
@requires(Permission.LEARN)
def feed_set() -> str | AnyResponse:
    """Make the address (anew), choose what stands in it, or take it back. A new address is shown this once."""
    actor, do = current_actor(), request.form.get("do", "")
    titles, shifts = "with_titles" in request.form, "with_shifts" in request.form
    if do == "make":
        with transaction():
            token = actions.make_feed(actor, with_titles=titles, with_shifts=shifts)
        return _page(token)
    with transaction():
        if do == "stop":
            actions.stop_feed(actor)
        else:
            actions.change_feed(actor, with_titles=titles, with_shifts=shifts)
    flash(gettext("日历地址已停用，旧地址不再有内容。") if do == "stop" else gettext("已保存。"), "ok")
    return redirect(url_for(".feed_settings"))
