"""The looks of an installation on its pages: files by address, templates of the host before the academy's own."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PrefixLoader

from lms.core.branding import ORIGINAL, BrandFile, branding, check_templates, look
from lms.core.here import settings
from lms.core.i18n import current_locale
from lms.core.settings import Settings

HARMLESS = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For a drawing that somebody opens by itself: it draws and does nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link to another place of the company, in the reader's language."""

    label: str
    href: str


def init_app(app: Flask, chosen: Settings) -> None:
    """Register the files and the templates. Raises SettingsError for what can't be shown."""
    app.extensions["lms_branding"] = look(chosen)
    if chosen.templates_path is not None:
        _override(app, chosen.templates_path)
    app.add_url_rule("/brand/<name>", "brand", _file)
    app.jinja_env.globals.update(brand=address, host_ways=host_ways, by_host=False)


def _override(app: Flask, folder: Path) -> None:
    own = app.jinja_loader
    assert isinstance(own, BaseLoader)
    check_templates(folder, app.jinja_env, frozenset(own.list_templates()))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder), PrefixLoader({ORIGINAL.rstrip("/"): own}), own])


def address(what: str) -> str:
    """Return the address of a file of the brand, "" where there is none. what: logo, logo_dark, favicon, style."""
    found = branding().files.get(what)
    return url_for("brand", name=found.name, v=found.digest) if found else ""


def host_ways() -> list[Way]:
    """Return the ways to other places of the company, in their order."""
    english = current_locale() == "en"
    return [
        Way(label=(each.english if english else "") or each.label, href=each.address) for each in settings().host_links
    ]


def _file(name: str) -> Response:
    found: BrandFile | None = next((each for each in branding().files.values() if each.name == name), None)
    if found is None:
        abort(404)
    answer = Response(found.body, content_type=found.media_type)
    answer.headers["Content-Security-Policy"] = HARMLESS
    kept = request.args.get("v") == found.digest
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "public, max-age=300"
    return answer
