"""What an installation looks like: logo, icon, colour, templates of its own. Looked at once, at the start.

A file that is none, or a colour that could not be read, stops the start: on a page nobody would know whom to ask.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import rapidfuzz
from flask import current_app
from jinja2 import Environment, TemplateSyntaxError

from lms.core import colours, pictures
from lms.core.errors import DomainError
from lms.core.settings import Settings, SettingsError
from lms.core.xml import read as read_xml

MOST_BYTES = 300_000
"""Of a logo or an icon: it comes with the first page that a phone loads."""
LONGEST = 2_000
"""Pixels of its longer side."""
OWN = "lms/"
"""Templates below this name are the academy's; what else lies in a folder of overrides is the host's."""
ORIGINAL = "academy/"
"""Under this name an override extends what it overrides: `{% extends "academy/lms/base.html" %}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFile:
    """A file that pages show. name: its last part of the address. digest: changes with its bytes."""

    name: str
    body: bytes = field(repr=False)
    media_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:10]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """files: by what they are (logo, logo_dark, favicon, style). accent: as it is printed on paper."""

    files: Mapping[str, BrandFile]
    accent: str


def branding() -> Branding:
    found: Branding = current_app.extensions["lms_branding"]
    return found


def look(settings: Settings) -> Branding:
    """Return the looks of an installation. Raises SettingsError with the setting, what is wrong and the mend."""
    files = {}
    for name in ("logo", "logo_dark", "favicon"):
        path: Path | None = getattr(settings, name)
        if path is not None:
            files[name] = _picture(f"LMS_{name.upper()}", name.replace("_", "-"), path)
    if settings.logo_dark and not settings.logo:
        raise SettingsError("LMS_LOGO_DARK needs LMS_LOGO, the logo for light pages and for paper")
    accent = settings.accent
    if settings.accent_dark and not accent:
        raise SettingsError("LMS_ACCENT_DARK needs LMS_ACCENT, the colour for light pages and for paper")
    if accent:
        dark = settings.accent_dark or colours.for_dark(accent)
        _check(accent, dark)
        sheet = colours.style_sheet(accent, dark).encode()
        files["style"] = BrandFile(name="style.css", body=sheet, media_type="text/css; charset=utf-8")
    return Branding(files=files, accent=accent or colours.ACCENT)


def _check(accent: str, dark: str) -> None:
    """Refuse colours that people could not read, with a near one that they could."""
    reasons = []
    for setting, colour, shade in (("LMS_ACCENT", accent, colours.LIGHT), ("LMS_ACCENT_DARK", dark, colours.DARK)):
        if not colours.is_readable(colour, shade):
            found = colours.worst(colour, shade.grounds.values())
            near = colours.readable(colour, shade.grounds.values(), shade.towards)
            reasons.append(
                f"{setting}: {colour} has a contrast of {int(found * 10) / 10}:1 on {shade.name} pages; links and "
                f"buttons need {colours.LEAST}:1 (WCAG 2.2 AA). {near} is near and can be read"
            )
    if reasons:
        raise SettingsError("; ".join(reasons))


def _picture(setting: str, name: str, path: Path) -> BrandFile:
    try:
        body = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise SettingsError(
            f"{setting}: {path} can't be read ({error.strerror}); write the path of a picture"
        ) from error
    if body is None:
        raise SettingsError(f"{setting}: {path.name} has more than {MOST_BYTES // 1_000} KB; export it smaller")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _drawing(setting, path, body)
        return BrandFile(name=f"{name}.svg", body=body, media_type="image/svg+xml")
    [found] = pictures.measured([path])
    if found.refused is not None:
        raise SettingsError(f"{setting}: {path.name} is no picture; use PNG, JPEG, WebP, GIF or SVG")
    if max(found.width, found.height) > LONGEST or min(found.width, found.height) < 16:
        size = f"{found.width} × {found.height}"
        raise SettingsError(f"{setting}: {path.name} is {size} pixels; 16 to {LONGEST} each way can be shown")
    return BrandFile(name=f"{name}.{found.media_type.partition('/')[2]}", body=body, media_type=found.media_type)


def _drawing(setting: str, path: Path, body: bytes) -> None:
    """Refuse an SVG that is none, or that does more than draw."""
    try:
        root = read_xml(body, most_bytes=MOST_BYTES)
    except DomainError as error:
        raise SettingsError(
            f"{setting}: {path.name} is no picture ({error}); use PNG, JPEG, WebP, GIF or SVG"
        ) from error
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        raise SettingsError(f"{setting}: {path.name} is no picture; use PNG, JPEG, WebP, GIF or SVG")
    for each in root.iter():
        word = str(each.tag).rpartition("}")[2].lower()
        acts = [str(key) for key in each.attrib if str(key).lower().startswith("on")]
        if word in {"script", "foreignobject"} or acts:
            raise SettingsError(
                f"{setting}: {path.name} holds a script ({acts[0] if acts else word}); export a plain SVG"
            )


def check_templates(folder: Path, environment: Environment, known: frozenset[str]) -> None:
    """Refuse a folder of overrides in which something would have no effect or no meaning. known: what there is.

    Raises SettingsError with the file and the line.
    """
    if not folder.is_dir():
        raise SettingsError(f"LMS_TEMPLATES_PATH: {folder} is no folder")
    if not any((folder / name).is_file() for name in known):
        raise SettingsError(f"LMS_TEMPLATES_PATH: {folder} holds none of the academy's templates, like lms/base.html")
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        name = path.relative_to(folder).as_posix()
        if name.startswith(ORIGINAL):
            raise SettingsError(f"LMS_TEMPLATES_PATH: {name}: the name {ORIGINAL} is that of the originals")
        if name.startswith(OWN) and name not in known:
            near = rapidfuzz.process.extractOne(name, known, score_cutoff=60)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"LMS_TEMPLATES_PATH: {name} overrides nothing{hint}")
        if path.suffix == ".html":
            try:
                environment.parse(path.read_text("utf-8"), name)
            except TemplateSyntaxError as error:
                raise SettingsError(f"LMS_TEMPLATES_PATH: {name}:{error.lineno}: {error.message}") from error
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"LMS_TEMPLATES_PATH: {name} can't be read as UTF-8") from error
