"""One colour of a company becomes all that pages need of it, in light and dark, and each pair can be read. Pure.

Contrast is that of WCAG 2.2 (relative luminance of sRGB); 4.5:1 is what text needs. The grounds are those of
static/academy.css, and a test compares the two.
"""

import colorsys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST = 4.5
"""The contrast that WCAG 2.2 AA asks of text."""
COMFORTABLE = 6.5
"""What a colour has on dark ground that nobody chose for it."""
STEP = 0.02

ACCENT = "#0d6064"
"""The academy's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """One of the two looks. grounds: what text of the accent stands on. dim: the faintest text on a soft ground.

    towards: where a colour moves that is not readable yet.
    """

    name: str
    grounds: Mapping[str, str]
    dim: str
    towards: str


LIGHT = Shade(
    name="light",
    grounds={"ground": "#f3f2ef", "sheet": "#ffffff", "inset": "#f8f7f5"},
    dim="#6b655c",
    towards="#000000",
)
DARK = Shade(
    name="dark",
    grounds={"ground": "#151412", "sheet": "#1e1d1a", "inset": "#262421"},
    dim="#a09a8f",
    towards="#ffffff",
)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: str, other: str, share: float) -> str:
    """Return the colour with so much (0–1) of the other in it."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(own + (its - own) * share):02x}" for own, its in pairs)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in _parts(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def worst(colour: str, others: Iterable[str]) -> float:
    """Return the least contrast of the colour with any of the others."""
    return min(contrast(colour, each) for each in others)


def readable(colour: str, others: Iterable[str], towards: str) -> str:
    """Return the colour, moved towards another until it is readable on all of these; that other where it never is."""
    grounds = list(others)
    for step in range(round(1 / STEP) + 1):
        found = mixed(colour, towards, step * STEP)
        if worst(found, grounds) >= LEAST:
            return found
    return towards


def is_readable(accent: str, shade: Shade) -> bool:
    """Return whether text of this colour can be read on every ground of the shade."""
    return worst(accent, shade.grounds.values()) >= LEAST


def for_dark(accent: str) -> str:
    """Return the colour as it is used on dark ground, where nobody has chosen another: lighter, of the same hue."""
    hue, lightness, fullness = colorsys.rgb_to_hls(*(each / 255 for each in _parts(accent)))
    for step in range(round((1 - lightness) / STEP) + 1):
        parts = colorsys.hls_to_rgb(hue, min(lightness + step * STEP, 1.0), min(fullness, 0.6))
        found = "#" + "".join(f"{round(each * 255):02x}" for each in parts)
        if worst(found, DARK.grounds.values()) >= COMFORTABLE:
            return found
    return DARK.towards


def tokens(accent: str, shade: Shade) -> dict[str, str]:
    """Return the custom properties of the style sheet. accent: readable in this shade (`is_readable`)."""
    sheet = shade.grounds["sheet"]
    if shade is LIGHT:
        deep, soft, mine = mixed(accent, "#000000", 0.28), mixed(accent, sheet, 0.84), accent
        on_accent = "#ffffff"
    else:
        deep, soft, mine = mixed(accent, "#ffffff", 0.25), mixed(accent, sheet, 0.78), mixed(accent, sheet, 0.68)
        on_accent = readable(mixed(accent, "#000000", 0.75), [accent, deep], "#000000")
    soft = _held(soft, shade.dim, sheet)
    return {
        "accent": accent,
        "accent-deep": deep,
        "accent-soft": soft,
        "accent-ink": readable(accent, [*shade.grounds.values(), soft], shade.towards),
        "on-accent": on_accent,
        "mine": mine,
        "on-mine": "#ffffff" if shade is LIGHT else readable(mixed(accent, "#ffffff", 0.85), [mine], "#ffffff"),
        "focus": accent if shade is LIGHT else deep,
    }


def _held(soft: str, dim: str, sheet: str) -> str:
    """Return a soft ground on which the faintest text can still be read."""
    return next(
        found
        for found in (mixed(soft, sheet, step * STEP) for step in range(round(1 / STEP) + 1))
        if contrast(found, dim) >= LEAST
    )


def style_sheet(accent: str, accent_dark: str) -> str:
    """Return the style sheet that stands after the academy's own."""
    looks = ((':root, [data-bs-theme="light"]', accent, LIGHT), ('[data-bs-theme="dark"]', accent_dark, DARK))
    return f":root {{ --k-paper: {accent}; }}\n" + "".join(
        f"{where} {{ {' '.join(f'--k-{name}: {value};' for name, value in tokens(colour, shade).items())} }}\n"
        for where, colour, shade in looks
    )
