"""The plugin: the academy under a prefix of another application, which only says who the employee is.

Nobody is signed in by the host and nothing of the host's session is used: the host is asked at every request, so its
sign-out is followed at once. The academy keeps its own cookie (its own name, the prefix as its path) for the token
of its forms. Put ProxyFix on the host after mounting, else the academy sees the proxy's address.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from apiflask import APIFlask
from flask import Flask, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from lms.app import create_app

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGI = Callable[[Environ, StartResponse], Iterable[bytes]]


def mount(
    host: Flask, prefix: str, identify: Callable[[], str | None] | None = None, config: Mapping[str, Any] | None = None
) -> APIFlask:
    """Mount the academy under `prefix` of a Flask application and return it.

    identify: returns the employee number of who is asking, or None for nobody. It runs in a request context of the
    host: session and current_user work, before_request has not run (call `current_app.preprocess_request()` if you
    rely on it). None = people sign in at the academy itself. config: settings by field name.
    Raises ValueError for a prefix that is not like "/training".
    """

    def by_host() -> str | None:
        assert identify is not None
        environ = _host_environ(request.environ, prefix)
        with host.request_context(environ):
            return identify()

    academy = _academy(prefix, by_host if identify else None, config)
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
    """

    def by_host() -> str | None:
        assert identify is not None
        return identify(_host_environ(request.environ, prefix))

    academy = _academy(prefix, by_host if identify else None, config)
    return DispatcherMiddleware(host, {prefix: academy})


def _academy(prefix: str, identify: Callable[[], str | None] | None, config: Mapping[str, Any] | None) -> APIFlask:
    if not prefix.startswith("/") or prefix.endswith("/") or len(prefix) < 2:
        raise ValueError(f"a prefix looks like /training, not {prefix!r}")
    academy = create_app(config, identify=identify)
    academy.config["SESSION_COOKIE_PATH"] = prefix
    academy.config["REMEMBER_COOKIE_PATH"] = prefix
    return academy


def _host_environ(environ: Environ, prefix: str) -> Environ:
    """Return a copy of the environ as the host would have seen it: the prefix back in the path.

    The body is not given: who is asking is said by headers and cookies, and the academy still has to read its form.
    """
    copy = dict(environ)
    script = copy.get("SCRIPT_NAME", "")
    copy["SCRIPT_NAME"] = script.removesuffix(prefix)
    copy["PATH_INFO"] = prefix + copy.get("PATH_INFO", "")
    for key in [key for key in copy if key.startswith("werkzeug.")]:
        copy.pop(key)
    return copy
