"""One colour becomes a palette, every pair of which can be read; what can't be is refused by WCAG's own measure."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core import colours
from lms.core.colours import DARK, LEAST, LIGHT, contrast, for_dark, is_readable, readable, tokens, worst

CSS = (Path(__file__).parents[2] / "lms" / "static" / "academy.css").read_text()
ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),  # the largest that there is
        ("#777777", "#ffffff", 4.48),  # the grey that famously just fails
        ("#767676", "#ffffff", 4.54),  # and the one that just does not
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


def block(start: str) -> dict[str, str]:
    found = CSS[CSS.index(start) :]
    return dict(re.findall(r"--k-([\w-]+): (#[0-9a-f]{3,6})", found[: found.index("}")]))


@pytest.mark.parametrize(
    ("shade", "start"), [(LIGHT, ':root, [data-bs-theme="light"] {'), (DARK, '[data-bs-theme="dark"] {')]
)
def test_the_grounds_are_those_of_the_style_sheet(shade, start):
    there = block(start)
    assert {name: there[name].replace("#fff", "#ffffff") for name in shade.grounds} == dict(shade.grounds)
    assert there["ink-3"] == shade.dim
    assert set(tokens(for_dark(colours.ACCENT) if shade is DARK else colours.ACCENT, shade)) <= set(there)


def test_the_own_colour_is_the_one_of_the_style_sheet_and_readable():
    assert block(':root, [data-bs-theme="light"] {')["accent"] == colours.ACCENT
    assert is_readable(colours.ACCENT, LIGHT)


@given(ANY)
def test_every_colour_has_a_near_one_that_can_be_read(colour):
    for shade in (LIGHT, DARK):
        assert is_readable(readable(colour, shade.grounds.values(), shade.towards), shade)
    assert is_readable(for_dark(colour), DARK)


def check(found: dict[str, str], shade) -> None:
    grounds = [*shade.grounds.values(), found["accent-soft"]]
    assert worst(found["accent-ink"], grounds) >= LEAST
    assert worst(found["on-accent"], [found["accent"], found["accent-deep"]]) >= LEAST
    assert contrast(found["on-mine"], found["mine"]) >= LEAST
    assert contrast(shade.dim, found["accent-soft"]) >= LEAST
    assert worst(found["focus"], shade.grounds.values()) >= 3
    assert worst(found["accent-deep"], shade.grounds.values()) >= LEAST


def as_chosen(colour: str, shade) -> str:
    """Return the near colour that is taken, as the refusal proposes it."""
    return readable(colour, shade.grounds.values(), shade.towards)


@given(ANY)
def test_every_pair_that_pages_use_can_be_read(colour):
    light = as_chosen(colour, LIGHT)
    check(tokens(light, LIGHT), LIGHT)
    check(tokens(for_dark(light), DARK), DARK)
    check(tokens(as_chosen(colour, DARK), DARK), DARK)
