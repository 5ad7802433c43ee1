"""Points are whole numbers of 1/27,720 point: halves to twelfths are whole and sums are exact in SQL."""

from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Points: TypeAlias = int

ONE_POINT: Points = 27_720  # the least common multiple of 1..12


def from_fraction(value: Fraction | Decimal | int | str) -> Points:
    """Return so many points in units of 1/27,720.

    value: at least 0; text is a plain decimal number.
    Raises ValueError when the value is negative, no number, or not a whole number of units (0.01 is not).
    """
    units = Fraction(value) * ONE_POINT
    if units < 0 or units.denominator != 1:
        raise ValueError(f"{value} points are not a whole number of 1/{ONE_POINT} point")
    return units.numerator


def to_fraction(units: Points) -> Fraction:
    """Return units of 1/27,720 as an exact number of points."""
    return Fraction(units, ONE_POINT)


def share_of(possible: Points, share: Fraction) -> Points:
    """Return the part of `possible` that `share` (0..1) earns, to the nearest unit, a half unit upwards.

    0 earns nothing and 1 earns all, exactly. Raises ValueError when the share lies outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    return (possible * share + Fraction(1, 2)).__floor__()


def percent(earned: Points, possible: Points) -> Fraction:
    """Return 100 × earned ÷ possible, exact; 0 when nothing could be earned."""
    return Fraction(100 * earned, possible) if possible else Fraction(0)


def reaches(earned: Points, possible: Points, mark: Fraction) -> bool:
    """Say whether the score is at least `mark` (0..1), exact; never when nothing could be earned."""
    return possible > 0 and Fraction(earned, possible) >= mark


def decimal_text(value: Fraction | int, places: int = 2) -> str:
    """Return a number for people, at most `places` decimals and no zeros at the end: "87.5", "2", "0.33"."""
    scaled = Fraction(value) * 10**places
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()  # half away from zero, as people round
    text = f"{Decimal(whole).scaleb(-places):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if scaled < 0 and text != "0" else text


def points_text(units: Points) -> str:
    """Return units as points for people: "10", "0.5", "0.33"."""
    return decimal_text(to_fraction(units))


def number(value: Fraction) -> int | float:
    """Return a number for JSON, to two decimals: 87.5, 100."""
    text = decimal_text(value)
    return float(text) if "." in text else int(text)


def exact_decimal(value: Fraction) -> str:
    """Return a finite decimal fraction with all its digits: "64.01", "-0.5".

    Raises ValueError for a fraction without a finite decimal, such as 1/3.
    """
    for places in range(64):
        if (value * 10**places).denominator == 1:
            return decimal_text(value, places)
    raise ValueError(f"{value} has no finite decimal")
