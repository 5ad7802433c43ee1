"""The plugin: the academy under a prefix of another application, which only says who the employee is.

Nobody is signed in by the host and nothing of the host's session is used: the host is asked at every request, so its
sign-out is followed at once. The academy keeps its own cookie (its own name, the prefix as its path) for the token
of its forms. Put ProxyFix on the host after mounting, else the academy sees the proxy's address.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

from apiflask import APIFlask
from flask import Flask, g, redirect, render_template, request, session, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from lms.app import create_app
from lms.core.errors import DomainError
from lms.core.here import settings
from lms.core.i18n import set_locale
from lms.core.texts import text
from lms.web.auth import maybe_actor, safe_next

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGI = Callable[[Environ, StartResponse], Iterable[bytes]]

log = logging.getLogger("lms.mount")

WAYS_IN = frozenset(
    {
        "accounts.sign_in",
        "accounts.sign_in_submit",
        *(f"accounts.slip{each}" for each in ("", "_link", "_code", "_password", "_set_password")),
    }
)
"""Pages at which people sign in to the academy itself; where the host says who they are, they lead to the host."""


LONGEST = 100
"""Characters of an employee number; nobody in the academy has more than 40."""


class HostFailed(DomainError):
    """The host could not say who is asking. What went wrong stands in the log, not on the page."""

    status = 503
    default_code = "host_failed"
    default_message = text("现在认不出您是谁：主系统没有回应。没有保存任何内容，请过一会儿再试；还不行请告诉管理员。")


def mount(
    host: Flask, prefix: str, identify: Callable[[], str | None] | None = None, config: Mapping[str, Any] | None = None
) -> APIFlask:
    """Mount the academy under `prefix` of a Flask application and return it.

    identify: returns the employee number of who is asking, or None for nobody. It runs in a request context of the
    host: session and current_user work, before_request has not run (call `current_app.preprocess_request()` if you
    rely on it). None = people sign in at the academy itself. config: settings by field name.
    Raises ValueError for a prefix that is not like "/training" or that the host has pages under, and where an academy
    is mounted already; SettingsError for the config.
    """
    if "lms_app" in host.extensions:
        raise ValueError("an academy is mounted in this application already; a second one needs a process of its own")
    _check(prefix)
    taken = sorted(rule.rule for rule in host.url_map.iter_rules() if f"{rule.rule}/".startswith(f"{prefix}/"))
    if taken:
        raise ValueError(f"the host has pages under {prefix} that nobody could reach any more: {', '.join(taken[:5])}")

    def ask(environ: Environ) -> str | None:
        assert identify is not None
        with host.request_context(environ):
            return identify()

    academy = _academy(prefix, ask if identify else None, config)
    academy.config["TRUSTED_HOSTS"] = host.config.get("TRUSTED_HOSTS")
    host.extensions["lms_app"] = academy
    host.wsgi_app = DispatcherMiddleware(host.wsgi_app, {prefix: academy})  # type: ignore[method-assign]
    return academy


def mount_wsgi(
    host: WSGI,
    prefix: str,
    identify: Callable[[Environ], str | None] | None = None,
    config: Mapping[str, Any] | None = None,
) -> WSGI:
    """Return one WSGI callable: the academy under `prefix`, the host everywhere else.

    identify: gets the environ as the host would see it, returns the employee number or None.
    The academy itself is `.mounts[prefix]` of what is returned. Raises ValueError, SettingsError as `mount` does.
    """
    _check(prefix)
    return DispatcherMiddleware(host, {prefix: _academy(prefix, identify, config)})


def _check(prefix: str) -> None:
    if not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", prefix):
        raise ValueError(f"a prefix looks like /training, not {prefix!r}")


def _academy(prefix: str, ask: Callable[[Environ], str | None] | None, config: Mapping[str, Any] | None) -> APIFlask:
    if ask is None:
        return create_app(config)

    def identify() -> str | None:
        try:
            found = ask(_host_environ(request.environ, prefix))
            if found is not None and not isinstance(found, str):
                raise TypeError(f"identify returned {found!r}; an employee number is text, nobody is None")
        except Exception as error:
            log.exception("the host could not say who is asking")
            g.actor = None
            set_locale(session.get("locale", "") or settings().locale)
            raise HostFailed() from error
        number = (found or "").strip()
        return number if number and len(number) <= LONGEST and number.isprintable() else None  # half characters are not

    academy = create_app(config, identify=identify)
    academy.before_request(_lead_to_the_host)
    academy.jinja_env.globals["by_host"] = True
    return academy


def _lead_to_the_host() -> Response | tuple[str, int] | None:
    """Where somebody would sign in to the academy itself, lead to the host or say why the host's word was no help."""
    if request.endpoint not in WAYS_IN or maybe_actor() is not None:
        return None
    number = session.get("host_person")
    if number is None and settings().host_sign_in:
        target = safe_next(request.args.get("next"))
        back = target or url_for("home.index")
        sign = "&" if "?" in settings().host_sign_in else "?"
        return redirect(f"{settings().host_sign_in}{sign}next={quote(back, safe='/')}")
    return render_template("lms/accounts/by_host.html", number=number), 200 if number is None else 403


def _host_environ(environ: Environ, prefix: str) -> Environ:
    """Return a copy of the environ as the host would have seen it: the prefix back in the path.

    The body is not given: who is asking is said by headers and cookies, and the academy still has to read its form.
    """
    copy = dict(environ)
    script = copy.get("SCRIPT_NAME", "")
    copy["SCRIPT_NAME"] = script.removesuffix(prefix)
    copy["PATH_INFO"] = prefix + copy.get("PATH_INFO", "")
    copy["wsgi.input"], copy["CONTENT_LENGTH"] = BytesIO(), "0"
    copy.pop("HTTP_TRANSFER_ENCODING", None)
    for key in [key for key in copy if key.startswith(("werkzeug.", "flask."))]:
        copy.pop(key)
    return copy
