"""Whether two inspectors judge the same: share of agreement and Cohen's kappa. Pure.

Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20, 37–46. The
standard error is that of Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72, 323–327, their equation 13.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.core.stats import CONFIDENCE, Interval, normal_bound, wilson
from lms.core.texts import Text, text

FEWEST = 20
"""Pairs below which no kappa is judged: it moves by more than its scale with a single conversation."""


class Strength(StrEnum):
    """Words of Landis and Koch (1977), Biometrics 33, 159–174."""

    POOR = "poor"
    SLIGHT = "slight"
    FAIR = "fair"
    MODERATE = "moderate"
    SUBSTANTIAL = "substantial"
    ALMOST_PERFECT = "almost_perfect"


STRENGTHS: dict[Strength, Text] = {
    Strength.POOR: text("不如随便判"),
    Strength.SLIGHT: text("很弱"),
    Strength.FAIR: text("偏弱"),
    Strength.MODERATE: text("中等"),
    Strength.SUBSTANTIAL: text("较好"),
    Strength.ALMOST_PERFECT: text("几乎一致"),
}
_FROM = (
    (0.8, Strength.ALMOST_PERFECT),
    (0.6, Strength.SUBSTANTIAL),
    (0.4, Strength.MODERATE),
    (0.2, Strength.FAIR),
    (0.0, Strength.SLIGHT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of n pairs: the share that agrees (0..1) with its Wilson interval; kappa (−1..1) with its error and interval.

    kappa None: chance alone would make them agree always, as where everything passed.
    """

    n: int
    agree: int
    share: float
    share_interval: Interval
    kappa: float | None
    error: float | None
    interval: Interval | None

    @property
    def enough(self) -> bool:
        return self.n >= FEWEST

    @property
    def strength(self) -> Strength | None:
        """The word for kappa; None where there is none, or too few pairs to say so."""
        if self.kappa is None or not self.enough:
            return None
        return next((word for least, word in _FROM if self.kappa >= least), Strength.POOR)


def agreement(pairs: Iterable[tuple[Hashable, Hashable]], confidence: float = CONFIDENCE) -> Agreement:
    """Return how far two judges agree. pairs: what each said of the same case, in any order."""
    counts: dict[tuple[Hashable, Hashable], int] = {}
    for pair in pairs:
        counts[pair] = counts.get(pair, 0) + 1
    return of_table(counts, confidence)


def of_table(counts: Mapping[tuple[Hashable, Hashable], int], confidence: float = CONFIDENCE) -> Agreement:
    """Return the same from a table: how often the first said one word and the second another."""
    n = sum(counts.values())
    agree = sum(count for (one, other), count in counts.items() if one == other)
    share = agree / n if n else 0.0
    words = sorted({word for pair in counts for word in pair}, key=repr)
    first = {word: sum(count for (one, _), count in counts.items() if one == word) / n for word in words} if n else {}
    second = {word: sum(count for (_, two), count in counts.items() if two == word) / n for word in words} if n else {}
    chance = math.fsum(first[word] * second[word] for word in words)
    kappa = error = None
    interval = None
    if n and chance < 1 - 1e-12:
        kappa = (share - chance) / (1 - chance)
        error = math.sqrt(max(0.0, _variance(counts, n, first, second, share, chance)))
        reach = normal_bound(confidence) * error
        interval = Interval(low=max(-1.0, kappa - reach), high=min(1.0, kappa + reach))
    return Agreement(
        n=n,
        agree=agree,
        share=share,
        share_interval=wilson(agree, n, confidence),
        kappa=kappa,
        error=error,
        interval=interval,
    )


def _variance(
    counts: Mapping[tuple[Hashable, Hashable], int],
    n: int,
    first: Mapping[Hashable, float],
    second: Mapping[Hashable, float],
    share: float,
    chance: float,
) -> float:
    """Return the squared standard error of kappa in large samples (Fleiss, Cohen and Everitt 1969)."""
    kappa = (share - chance) / (1 - chance)
    same = math.fsum(
        counts.get((word, word), 0) / n * (1 - (first[word] + second[word]) * (1 - kappa)) ** 2 for word in first
    )
    other = (1 - kappa) ** 2 * math.fsum(
        count / n * (second[one] + first[two]) ** 2 for (one, two), count in counts.items() if one != two
    )
    rest = (kappa - chance * (1 - kappa)) ** 2
    return (same + other - rest) / (n * (1 - chance) ** 2)
