"""What every page shares: headers, languages in templates, filters, assets with their digest in the address."""

import hashlib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request, session
from flask import url_for as flask_url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import Template, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from lms.core import clock
from lms.core.here import local, settings, today
from lms.core.i18n import (
    MONTHS,
    clock_text,
    current_locale,
    day_text,
    gettext,
    ngettext,
    say,
    translations,
    weekday_text,
)
from lms.core.installation import company, help_line
from lms.core.markup import sentence
from lms.core.texts import Text
from lms.web.addresses import this_page
from lms.web.auth import FRAMEWORK_ENDPOINTS, maybe_actor, reachable

HTTPS_ALONE = "max-age=31536000; includeSubDomains"
"""Said where cookies are for HTTPS alone; a browser heeds it only over HTTPS. A year."""
QUARTERS = {"1": "一", "2": "二", "3": "三", "4": "四"}
STATIC = Path(__file__).parent.parent / "static"
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def wants_json() -> bool:
    """Whether the page's own script asks, which puts the answer into the page."""
    return request.accept_mimetypes.best == "application/json"


def asset(name: str) -> str:
    """Return the address of a static file of ours, that changes with its content and may be cached for ever."""
    return _asset(name, _digest(name)) if current_app.debug else _kept_asset(request.script_root, name)


def _asset(name: str, digest: str) -> str:
    return flask_url_for("static", filename=name, v=digest)


@lru_cache(maxsize=1000)
def _kept_asset(_: str, name: str) -> str:
    """Each page names a handful of files: their addresses are made once under each mount."""
    return _asset(name, _digest(name))


def theme() -> str:
    """Return light, dark or auto: the person's choice, or this browser's before sign-in."""
    actor = maybe_actor()
    return (actor.theme if actor else session.get("theme")) or "auto"


def show_day(day: date | None, *, year: bool = False, weekday: bool = False) -> str:
    """Return "11月23日 周一"; the year is added where it is not the present one."""
    if day is None:
        return ""
    locale = current_locale()
    text = day_text(day, locale, year or day.year != today().year)
    return f"{text} {weekday_text(day, locale)}" if weekday else text


def show_month(day: date) -> str:
    """Return "2026年11月", the month of a day."""
    return f"{MONTHS[day.month - 1]} {day.year}" if current_locale() == "en" else f"{day.year}年{day.month}月"


def show_quarter(quarter: str) -> str:
    """Return "2026年四季度" of "2026Q4"; what is no quarter as it stands."""
    year, q, number = quarter.partition("Q")
    if not q or number not in QUARTERS:
        return quarter
    return f"Q{number} {year}" if current_locale() == "en" else f"{year}年{QUARTERS[number]}季度"


def show_short_day(day: date) -> str:
    return f"{day.month}/{day.day}"


def show_weekday(day: date) -> str:
    return weekday_text(day, current_locale())


def show_time(at: datetime | None) -> str:
    """Return "10:32" for an instant of today, else "11月23日 10:32"."""
    return "" if at is None else _time_text(at, settings().timezone, today(), current_locale())


@lru_cache(maxsize=4_096)
def _time_text(at: datetime, zone: ZoneInfo, present: date, locale: str) -> str:
    """A list names the same few instants over and over: what was given at once falls due at once."""
    here = at.astimezone(zone)
    day = here.date()
    clock = clock_text(here)
    return clock if day == present else f"{day_text(day, locale, day.year != present.year)} {clock}"


def show_moment(at: datetime | None) -> str:
    """Return "2026年11月23日 10:32", whatever the day: for what is printed and kept."""
    return "" if at is None else f"{show_day(local(at).date(), year=True)} {clock_text(local(at))}"


def show_ago(at: datetime | None) -> str:
    """Return "今天 10:32", "昨天", "11月6日"."""
    if at is None:
        return ""
    here = local(at)
    days = (today() - here.date()).days
    if days == 0:
        return gettext("今天 %(time)s") % {"time": clock_text(here)}
    return gettext("昨天") if days == 1 else show_day(here.date())


def show_due(day: date | None) -> str:
    """Return the due day both ways: "明天到期 · 11月23日 周一"."""
    return "" if day is None else _due_text(day, today(), current_locale())


@lru_cache(maxsize=1_000)
def _due_text(day: date, here: date, _: str) -> str:
    """Return what `show_due` says on the day `here` in the language of this request; a list asks again and again."""
    days = (day - here).days
    exact = show_day(day, weekday=True)
    if days < 0:
        return ngettext("已逾期 %(n)s 天", "已逾期 %(n)s 天", -days) % {"n": -days} + f" · {exact}"
    if days == 0:
        return gettext("今天到期") + f" · {exact}"
    if days == 1:
        return gettext("明天到期") + f" · {exact}"
    return ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": days} + f" · {exact}"


def show_minutes(minutes: int) -> str:
    """Return "8 分钟", "2 小时", "2 小时 15 分钟"."""
    return _minutes_text(minutes, current_locale())


@lru_cache(maxsize=1_000)
def _minutes_text(minutes: int, _: str) -> str:
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours})
    if rest or not hours:
        parts.append(ngettext("%(n)s 分钟", "%(n)s 分钟", rest) % {"n": rest})
    return " ".join(parts)


def show_text(value: Text | str) -> str:
    return say(value) if isinstance(value, Text) else value


@lru_cache(maxsize=8_192)
def _whole(message: str, locale: str) -> Markup:
    return sentence(translations(locale).gettext(message) % {})


@pass_eval_context
def translate(within: EvalContext, message: str, /, **values: object) -> str:
    """Do what Jinja's own `_` does at half its price: a page asks for dozens of sentences, most without places.

    It takes no more than it needs: inside a loop Jinja makes a context anew for each function that wants one.
    """
    if not within.autoescape:
        return gettext(message) % values
    if not values:
        return _whole(message, current_locale())
    return sentence(gettext(message) % {name: escape(value) for name, value in values.items()})


def token() -> str:
    """Return the token of this session for a form. Signing it anew costs as much as a short statement."""
    raw = session.get("csrf_token")
    if not isinstance(raw, str) or "csrf_token" in g:
        return str(generate_csrf())
    return _signed_token(str(current_app.secret_key), raw)


@lru_cache(maxsize=4_096)
def _signed_token(_: str, __: str) -> str:
    """Return the signed token of the present session; the key of the cookies and the session's own secret name it."""
    return str(generate_csrf())


class SharedTemplate(Template):
    """A template whose macros are made once. Jinja compares all globals at each import; here nobody adds any."""

    def _get_default_module(self, ctx: object = None) -> Any:
        return super()._get_default_module()


def init_app(app: Flask) -> None:
    app.jinja_env.template_class = SharedTemplate
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = translate
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=show_day,
        month=show_month,
        quarter=show_quarter,
        short_day=show_short_day,
        weekday=show_weekday,
        time=show_time,
        moment=show_moment,
        ago=show_ago,
        due=show_due,
        minutes=show_minutes,
        say=show_text,
    )
    app.jinja_env.globals.update(
        asset=asset,
        csrf_token=token,
        theme=theme,
        today=today,
        now=clock.now,
        current_locale=current_locale,
        maybe_actor=maybe_actor,
        this_page=this_page,
        reachable=reachable,
        settings=settings,
        company=company,
        help_line=help_line,
    )
    app.context_processor(lambda: {"csrf_token": token})  # after Flask-WTF's own, which signs anew for each page
    app.after_request(_headers)


def _headers(response: Response) -> Response:
    """Nothing personal is kept by a browser or a proxy; nothing is loaded from another host."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if settings().secure_cookies:
        headers["Strict-Transport-Security"] = HTTPS_ALONE
    if request.endpoint == "static" or request.endpoint == "bootstrap.static":
        cached = "v" in request.args or request.endpoint == "bootstrap.static"
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if cached else "public, max-age=300"
    elif request.endpoint not in FRAMEWORK_ENDPOINTS:
        headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    return response
