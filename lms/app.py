"""The factory: builds the house from its rooms and wires who listens to whom."""

import gc
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import rooms
from lms.accounts.queries import actor_by_employee_no, actor_by_session, actor_by_token_digest
from lms.core import db as database
from lms.core import files, limiter, logs
from lms.core import settings as settings_module
from lms.core.bus import Bus
from lms.core.shared_limiter import Shared
from lms.records.actions import link_pending
from lms.web import api, auth, brand, conditional, errors, idempotency, limits, shell, watch
from lms.web.addresses import Academy
from lms.web.api import ErrorBody

MIGRATIONS = Path(__file__).parent / "core" / "migrations"


LOOK_AFTER = 50_000
"""New objects after which the collector looks for circles among them; Python's own is 700 to 2,000."""


def served() -> APIFlask:
    """Return the academy for a server process of its own, whose log it writes. What `lms serve` serves.

    A host application that mounts the academy keeps its own log, and its own collector of garbage.
    """
    logs.configure(settings_module.load().log_format)
    app = create_app()
    spare_the_collector()
    return app


def spare_the_collector() -> None:
    """Leave what is loaded by now out of the collector's sight, and let it look for circles seldom.

    What is loaded stays for good, and forked processes share its memory as long as nobody counts it through. A page
    makes ten thousand objects that end with it by themselves: to look among them 20 times finds nothing and takes a
    twentieth of the page's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_AFTER, *gc.get_threshold()[1:])


def create_app(
    config: Mapping[str, Any] | None = None, *, identify: Callable[[], str | None] | None = None
) -> APIFlask:
    """Return the academy as a WSGI application.

    config: settings by field name (docs/settings.md), they win over the environment. identify: the host's word on
    who is asking, an employee number or None. Raises SettingsError with the name and the mend.
    """
    settings = settings_module.load(config)
    app = Academy(
        "lms",
        title="Kefu Academy",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        instance_path=str(settings.instance_path),
    )
    app.extensions["lms_settings"] = settings
    app.extensions["lms_bus"] = Bus()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.upload_max_bytes,
        MAX_FORM_MEMORY_SIZE=max(settings.source_max_bytes * 4, 500_000),
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_NAME="lms_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        BOOTSTRAP_SERVE_LOCAL=True,
        BABEL_DEFAULT_LOCALE=settings.locale,
        OPENAPI_VERSION="3.1.0",
        HTTP_ERROR_SCHEMA=ErrorBody,
        VALIDATION_ERROR_SCHEMA=ErrorBody,
        AUTO_404_RESPONSE=False,
        JSON_SORT_KEYS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.security_schemes = {"token": {"type": "http", "scheme": "bearer"}}
    app.extensions["lms_actor_source"] = auth.ActorSource(
        by_session=actor_by_session,
        by_token=lambda token: actor_by_token_digest(sha256(token.encode()).digest()),
        by_employee_no=actor_by_employee_no,
        identify=identify,
    )
    database.init_app(app, settings.database_url, settings.instance_path)
    files.init_app(app, settings)
    app.extensions["lms_before_commit"].append(link_pending)
    Migrate(app, database.db, directory=str(MIGRATIONS), render_as_batch=True)
    Babel(app)
    Bootstrap5(app)
    limiter.init_app(app, Shared(settings.redis_url) if settings.redis_url else None)
    watch.init_app(app)
    errors.init_app(app)
    limits.init_app(app)
    auth.init_app(app)
    shell.init_app(app)
    conditional.init_app(app)
    brand.init_app(app, settings)
    api.init_app(app)
    auth.public(app.view_functions["openapi.spec"])  # the description of the API holds nothing of anybody
    rooms.furnish(app)
    idempotency.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
    return app
