"""What the installation is called: a setting where one is made, else what the administrator wrote on the setup page.

The two names come along with the actor's own statement (accounts/queries), so no page of a person pays for them.
"""

from contextlib import suppress
from dataclasses import dataclass

from flask import g
from sqlalchemy import ScalarSelect, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from lms.core.db import rows, session
from lms.core.here import settings
from lms.core.models import Installation

UNNAMED = "客服学院"
"""What an installation without a name is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """As written on the setup page; empty = not written."""

    company: str = ""
    help_line: str = ""


def joined() -> ScalarSelect[str]:
    """Return both names as one column, for a statement that is run anyway; `remember` takes what it gives."""
    return select(Installation.company + "\n" + Installation.help_line).limit(1).scalar_subquery()


_NAMES = select(joined())


def remember(found: str | None) -> Names:
    """Keep what the column of `joined` gave for the rest of this request."""
    company, _, help_line = (found or "").partition("\n")
    names = Names(company=company, help_line=help_line)
    g.installation_names = names
    return names


def written() -> Names:
    """Return the names as written on the setup page. A page about a failure is shown without them."""
    kept: Names | None = g.get("installation_names")
    if kept is not None:
        return kept
    try:
        return remember(rows(_NAMES).scalar())
    except SQLAlchemyError:
        return remember(None)


def company() -> str:
    """Return the name of the company, for the head of every page."""
    return settings().company or written().company or UNNAMED


def help_line() -> str:
    """Return whom to call when somebody can't get in, "" where nobody wrote it."""
    return settings().help_line or written().help_line


def installation() -> Installation:
    """Return the one row for a change, made if it is missing. Inside a transaction."""
    found = session().get(Installation, 1)
    if found is None:
        with suppress(IntegrityError), session().begin_nested():  # somebody else makes it at this moment
            session().add(Installation(id=1))
        found = session().get_one(Installation, 1)
    return found
