"""How far two people who marked the same answers agree. Pure.

The weighted kappa is 1 − (mean squared difference of the pairs) ÷ (mean squared difference of every first mark with
every second one), both as shares of the points: Cohen's kappa with quadratic weights (Cohen 1968), for marks that
are numbers. 1 = always the same, 0 = no better than if the marks were dealt out by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.core.points import ONE_POINT, Points
from lms.core.texts import Text, text

ENOUGH = 10  # pairs from which anything is said of the agreement
GOOD, FAIR = 0.8, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The marks of two people for one answer, 1/27,720 point. possible: what it could earn, above 0."""

    first: Points
    second: Points
    possible: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """count: answers that two have marked. exact, within: how many got the same, or at most one point more or less.

    mean: mean of second less first, in points. kappa: None where it is not defined or there are too few pairs.
    """

    count: int
    exact: int
    within: int
    mean: Fraction
    kappa: float | None

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH

    @property
    def sentence(self) -> Text:
        """What the figures mean, in plain words."""
        if not self.is_enough:
            return text(
                "两人都批过的只有 %(n)s 份，样本太少，还看不出标准是否一致（至少要 %(enough)s 份）。",
                n=self.count,
                enough=ENOUGH,
            )
        if self.kappa is None:
            return text("两人给的分几乎没有差别，看不出谁松谁紧。")
        if self.kappa >= GOOD:
            return text("两人的标准很一致，不用调整。")
        if self.kappa >= FAIR:
            return text("两人的标准大体一致；看看分差大的几份，把评分标准写得更具体。")
        return text("两人的标准不一致。请先一起批几份，说清每一分给在哪里，再继续。")


def agreement(pairs: Sequence[Pair]) -> Agreement:
    count = len(pairs)
    differences = [each.second - each.first for each in pairs]
    return Agreement(
        count=count,
        exact=sum(each == 0 for each in differences),
        within=sum(abs(each) <= ONE_POINT for each in differences),
        mean=Fraction(sum(differences), count * ONE_POINT) if count else Fraction(0),
        kappa=kappa(pairs) if count >= ENOUGH else None,
    )


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Return the weighted kappa; None where chance alone would always agree."""
    if not pairs:
        return None
    first = [Fraction(each.first, each.possible) for each in pairs]
    second = [Fraction(each.second, each.possible) for each in pairs]
    count = len(pairs)
    seen = sum(((a - b) ** 2 for a, b in zip(first, second, strict=True)), Fraction(0)) / count
    # The mean over all pairs of (a − b)² without building them: E[a²] + E[b²] − 2·E[a]·E[b].
    means = sum(first, Fraction(0)) / count, sum(second, Fraction(0)) / count
    squares = (sum((a * a for a in first), Fraction(0)) + sum((b * b for b in second), Fraction(0))) / count
    expected = squares - 2 * means[0] * means[1]
    return None if expected == 0 else float(1 - seen / expected)
