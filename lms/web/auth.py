"""Who is asking, and the gate in front of every view.

Every view carries `@requires(permission)` or `@public`; one without is refused, and a test says so.
A Bearer header switches the cookie off altogether: a bad token is 401, never the cookie's person.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from lms.core import clock
from lms.core.access import Actor, Permission, allows, covers
from lms.core.errors import Forbidden, Unauthenticated
from lms.core.i18n import set_locale
from lms.core.texts import text
from lms.web import limits, rate, watch
from lms.web.addresses import this_page

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FRAMEWORK_ENDPOINTS = frozenset({"static", "bootstrap.static", "brand"})
"""Files that belong to nobody."""

LONGEST = timedelta(days=14)
"""Whoever signed in longer ago signs in again."""
IDLE = timedelta(hours=72)
"""Whoever has asked for nothing for so long signs in again: a weekend passes, a forgotten browser does not."""
SEEN_EVERY = timedelta(hours=1)
"""The cookie notes that its person is there no more often: pages that load at once must not overwrite each other."""

csrf = CSRFProtect()
login_manager = LoginManager()


def requires(permission: Permission) -> Callable[[View], View]:
    """Let in only who holds the permission in some scope; which rows they see is the query's affair."""

    def mark(view: View) -> View:
        view.__lms_gate__ = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Let in everybody, signed in or not."""
    view.__lms_gate__ = None  # type: ignore[attr-defined]
    return view


def proven(view: View) -> View:
    """Let in a program that proves itself by what it sends: nobody's cookie is read, so no token of a page is asked."""
    view.__lms_proven__ = True  # type: ignore[attr-defined]
    return public(view)


def by_token(word: str, permission: Permission) -> Callable[[View], View]:
    """Let in only a token whose scope has this word, of somebody who holds the permission; no cookie."""

    def mark(view: View) -> View:
        view.__lms_word__ = (word, permission)  # type: ignore[attr-defined]
        return public(view)

    return mark


def gate_of(view: Callable[..., Any]) -> Permission | None:
    """Return what a view requires. Raises LookupError for a view that says nothing."""
    if not hasattr(view, "__lms_gate__"):
        raise LookupError(view)
    found: Permission | None = view.__lms_gate__
    return found


def reachable(endpoint: str) -> bool:
    """Return whether there is such a page in this installation and its gate lets the present person in."""
    view = current_app.view_functions.get(endpoint)
    actor = maybe_actor()
    if view is None or actor is None:
        return False
    permission = gate_of(view)
    return permission is None or allows(actor, permission)


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds: the actor of this request."""

    def __init__(self, actor: Actor, session_version: int) -> None:
        self.actor = actor
        self.session_version = session_version

    def get_id(self) -> str:
        return f"{self.actor.public_id}.{self.session_version}"


class ActorSource:
    """How app.py tells the shell to find people; set once. `identify` is the host's word in a mounted app."""

    def __init__(
        self,
        *,
        by_session: Callable[[str, int], Actor | None],
        by_token: Callable[[str], Actor | None],
        by_employee_no: Callable[[str], Actor | None],
        identify: Callable[[], str | None] | None = None,
    ) -> None:
        self.by_session = by_session
        self.by_token = by_token
        self.by_employee_no = by_employee_no
        self.identify = identify


def actor_source() -> ActorSource:
    found: ActorSource = current_app.extensions["lms_actor_source"]
    return found


def cookie_name(name: str, *, secure: bool) -> str:
    """Return the name of a cookie of one path: over HTTPS one that no page without HTTPS can set."""
    return f"__Secure-{name}" if secure else name


class Sessions(SecureCookieSessionInterface):
    """Flask's own cookies; what reads and signs them is made once for each key instead of for each request."""

    digest_method = staticmethod(sha256)

    def __init__(self) -> None:
        self._made = lru_cache(maxsize=8)(self._make)

    def get_cookie_path(self, _: Flask) -> str:
        """Return the path under which this request reached the academy: the mount, and a prefix of the proxy's."""
        return request.script_root or "/"

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name by which a browser keeps others from setting it: over HTTPS `__Host-`, under a prefix
        `__Secure-`, because `__Host-` belongs to a whole host."""
        name = super().get_cookie_name(app)
        if not app.config["SESSION_COOKIE_SECURE"]:
            return name
        return f"__Host-{name}" if self.get_cookie_path(app) == "/" else cookie_name(name, secure=True)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if not app.secret_key:
            return None
        return self._made(app, app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))

    def _make(self, app: Flask, _: str | bytes, __: tuple[str | bytes, ...]) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a lesson may stay open all day; the token ends with the session
    csrf.init_app(app)
    # Templates ask `maybe_actor`: a page about a database that is gone must not look for anybody once more.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(_load_user)
    app.before_request(_who_asks)


def _load_user(identity: str) -> SignedIn | None:
    public_id, _, version = identity.partition(".")
    if not version.isdigit():
        return None
    actor = actor_source().by_session(public_id, int(version))
    return SignedIn(actor, int(version)) if actor else None


def _who_asks() -> BaseResponse | None:
    """Find the actor, check the token of a changing form, open the gate. Runs before anything else."""
    if request.endpoint in FRAMEWORK_ENDPOINTS:
        return None
    if isinstance(request.routing_exception, RequestRedirect):
        g.actor = None
        return None
    proves_itself = hasattr(current_app.view_functions.get(request.endpoint or ""), "__lms_proven__")
    has_token = bool(request.headers.get("Authorization"))
    g.actor = None  # a refusal before anybody was looked for is shown to nobody
    if has_token:
        rate.count_address()
    actor = g.actor = None if proves_itself else _present()
    if actor is not None:
        rate.count_person(actor.id)
    elif not has_token:
        rate.count_address()
    set_locale(
        (actor.locale if actor else "") or session.get("locale", "") or current_app.extensions["lms_settings"].locale
    )
    if request.endpoint is None or proves_itself:
        return None
    if has_token:
        if actor is None:
            raise Unauthenticated()
        g.by_token = True
    elif request.method not in SAFE:
        _widen()
        csrf.protect()
    view = current_app.view_functions[request.endpoint]
    try:
        permission = gate_of(view)
    except LookupError:
        raise Forbidden() from None
    if hasattr(view, "__lms_word__"):
        _check_word(actor if has_token else None, *view.__lms_word__)
        return None
    if actor is not None and not covers(actor.token_scope, permission, changes=request.method not in SAFE):
        raise Forbidden(text("这个令牌的范围不包括这次调用。请另建一个范围合适的令牌。"))
    if permission is None:
        return None
    if actor is None:
        raise Unauthenticated()
    if not allows(actor, permission):
        raise Forbidden()
    return None


def _check_word(actor: Actor | None, word: str, permission: Permission) -> None:
    """Raise Unauthenticated without a token, Forbidden for one that was made for something else."""
    if actor is None:
        raise Unauthenticated()
    if word not in actor.token_scope or not allows(actor, permission):
        raise Forbidden(text("这个令牌的范围不包括这次调用。请另建一个范围合适的令牌。"))


def _present() -> Actor | None:
    """Return who asks: by the token of the header, without one by the host's word or the cookie."""
    source = actor_source()
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        return source.by_token(token.strip()) if scheme.lower() == "bearer" else None
    return _by_host(source.identify) if source.identify else _by_cookie()


def _widen() -> None:
    """Let whoever will pass the gate send what the view takes: the token stands in the form, which is read first."""
    actor: Actor | None = g.actor
    view = current_app.view_functions[request.endpoint or ""]
    permission = getattr(view, "__lms_gate__", None)
    if actor is not None and permission is not None and allows(actor, permission):
        limits.widen(view)


def _by_cookie() -> Actor | None:
    """Return the person of the session. Flask-Login drops a session whose person is gone or signed out elsewhere."""
    if not _in_time():
        session.clear()
        return None
    return current_user.actor if current_user.is_authenticated else None


def _in_time() -> bool:
    """Return whether the session is neither too old nor forgotten, and note that its person is there."""
    since, seen = session.get("since"), session.get("seen")
    if not isinstance(since, int) or not isinstance(seen, int):
        return True  # nobody has signed in by it
    at = int(clock.now().timestamp())
    if at - since > LONGEST.total_seconds() or at - seen > IDLE.total_seconds():
        return False
    if at - seen > SEEN_EVERY.total_seconds():
        session["seen"] = at
    return True


def _by_host(identify: Callable[[], str | None]) -> Actor | None:
    """Return the host's person. The CSRF session is bound to the number and dropped when that changes."""
    number = identify()
    if session.get("host_person") != number:
        session.clear()
        session["host_person"] = number
    return actor_source().by_employee_no(number) if number else None


def current_actor() -> Actor:
    """Return who is asking. Raises Unauthenticated for nobody."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise Unauthenticated()
    return actor


def maybe_actor() -> Actor | None:
    found: Actor | None = g.get("actor")
    return found


def sign_in(actor: Actor, session_version: int) -> None:
    """Start a fresh session for the person; what the old one held is dropped, so that it can't be fixed in advance."""
    locale = session.get("locale")
    session.clear()
    login_user(SignedIn(actor, session_version))
    session["since"] = session["seen"] = int(clock.now().timestamp())
    if locale:
        session["locale"] = locale
    g.actor = actor
    watch.note("signed in")


def sign_out() -> None:
    watch.note("signed out")
    logout_user()
    session.clear()
    g.actor = None


def safe_next(target: str | None) -> str | None:
    """Return the target if it is a path of this app, else None: `next=` never leads to another host."""
    if not target or len(target) > 500 or any(character in target for character in "\\\t\r\n"):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return None
    return target


def to_sign_in() -> Response | BaseResponse:
    """Send the person to the sign-in page, and back here afterwards."""
    back = this_page() if request.method in SAFE else request.referrer or ""
    if "://" in back:
        parts = urlsplit(back)
        back = parts.path + (f"?{parts.query}" if parts.query else "") if parts.netloc == request.host else ""
    return redirect(url_for("accounts.sign_in", next=safe_next(back)))
