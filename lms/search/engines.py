"""Which engine this installation uses, kept for the life of the process."""

from flask import current_app

from lms.core.db import db
from lms.core.here import settings
from lms.core.settings import SettingsError
from lms.search.engine import Engine
from lms.search.postgresql import PostgreSQL
from lms.search.tokens import VERSION
from lms.search.whoosh import Whoosh

_KEPT = "lms_search"
FORMAT = 1
"""Raised whenever an engine keeps its entries in another way."""


def expected_version() -> str:
    """Return the version that an index must have to be used: of the engines and of the tokens."""
    return f"{FORMAT}.{VERSION}"


def engine() -> Engine:
    """Return the engine of this installation (LMS_SEARCH_ENGINE; auto = where the database is)."""
    found: Engine | None = current_app.extensions.get(_KEPT)
    if found is None:
        found = current_app.extensions.setdefault(_KEPT, _made())
    return found


def _made() -> Engine:
    chosen = settings()
    in_database = chosen.database_url.startswith("postgresql")
    if chosen.search_engine == "postgresql" and not in_database:
        raise SettingsError("LMS_SEARCH_ENGINE: postgresql needs LMS_DATABASE_URL to be a PostgreSQL database")
    if chosen.search_engine == "whoosh" or not in_database:
        return Whoosh(chosen.instance_path / "search", expected_version())
    return PostgreSQL(lambda: db.engine, expected_version())
