"""The form of a document, drawn from the text on the desk, and which of its two tabs the browser shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from markupsafe import Markup

from lms.content.form import Target
from lms.content.kinds import kinds
from lms.content.queries import Card, Work, by_path, marks
from lms.content.queries.within import days_within
from lms.content.show import shower
from lms.core.here import settings
from lms.web.auth import cookie_name

COOKIE = "lms_studio_view"
FORM, SOURCE = "form", "source"


def cookie() -> str:
    """Return the name of the cookie that keeps which tab was chosen."""
    return cookie_name(COOKIE, secure=settings().secure_cookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What `_form.html` shows. errors: sentences by the name of the input. doubted: titles of what is 待复核."""

    template: str
    form: Any
    show: Callable[[str], Markup]
    open: Any = None
    errors: Mapping[str, str] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()
    beside: Any = None


def view_of(work: Work) -> str:
    """Return the tab to show: as asked, else as last chosen in this browser, else the form where there is one."""
    if not has_form(work):
        return SOURCE
    asked = request.values.get("view") or request.cookies.get(cookie())
    return SOURCE if asked == SOURCE else FORM


def has_form(work: Work) -> bool:
    return kinds()[work.card.kind].form is not None and work.card.state != "archived"


def script_of(work: Work) -> str:
    editor = kinds()[work.card.kind].form
    return editor.script if editor is not None and has_form(work) else ""


def draw(work: Work, source: str, *, open: Any = None, errors: Mapping[str, str] | None = None) -> Drawn | None:
    """Return the form of a text; None for a kind without one."""
    editor = kinds()[work.card.kind].form
    if editor is None or not has_form(work):
        return None
    return Drawn(
        template=editor.template,
        form=editor.view(source, work.card.path, targets),
        show=shower(getattr(open, "pieces", ())),
        open=open,
        errors=errors or {},
        doubted=marks.doubted(work.card.document_id),
        beside=editor.beside() if editor.beside is not None and open is not None else None,
    )


def targets(paths: Iterable[str]) -> Mapping[str, Target]:
    """Return the documents at these paths; archived ones too, so that a form can say so."""
    found = by_path(paths, archived=True)
    days = days_within(found.values())
    return {path: _target(path, card, days.get(card.document_id, ())) for path, card in found.items()}


def _target(path: str, card: Card, days: tuple[int, ...]) -> Target:
    return Target(
        path=path,
        kind=card.kind,
        slug=card.slug,
        title=card.title,
        minutes=card.minutes,
        state=card.state,
        days=days,
    )
