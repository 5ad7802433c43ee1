"""Statistics of tests, without any library: plain numbers in, plain numbers out.

Correlations and reliabilities rest on sums of whole numbers (Sums), so that nothing is lost by cancelling and the order
of the rows does not matter. Every formula with its meaning for a trainer stands in docs/quizzes.md.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist

CONFIDENCE = 0.95
FAR_OUT = 3.5  # modified z-score from which a value is an outlier (Iglewicz and Hoaglin 1993)
_NORMAL = NormalDist()
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What a correlation needs of n pairs, exact: whole numbers or fractions. Two disjoint ones may be added."""

    n: int = 0
    x: Fraction | int = 0
    y: Fraction | int = 0
    xx: Fraction | int = 0
    yy: Fraction | int = 0
    xy: Fraction | int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            n=self.n + other.n,
            x=self.x + other.x,
            y=self.y + other.y,
            xx=self.xx + other.xx,
            yy=self.yy + other.yy,
            xy=self.xy + other.xy,
        )


def sums_of(pairs: Iterable[tuple[int | Fraction, int | Fraction]]) -> Sums:
    """Return the sums of these pairs."""
    every = list(pairs)
    return Sums(
        n=len(every),
        x=sum(x for x, _ in every),
        y=sum(y for _, y in every),
        xx=sum(x * x for x, _ in every),
        yy=sum(y * y for _, y in every),
        xy=sum(x * y for x, y in every),
    )


def spread(n: int, total: Fraction | int, squares: Fraction | int) -> Fraction:
    """Return the sample variance (n - 1 below) from a sum and the sum of squares, exact; 0 for fewer than two."""
    if n < 2:
        return Fraction(0)
    return (Fraction(squares) - Fraction(total * total) / n) / (n - 1)


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values have a mean")
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """Return the sample variance, n - 1 below; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)


def deviation(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample."""
    return math.sqrt(variance(values))


def normal_bound(confidence: float = CONFIDENCE) -> float:
    """Return z such that a standard normal value lies within -z..z with this chance: 1.96 for 95 %."""
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def wilson(successes: float, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval of a share (Wilson 1927), within 0..1; 0..1 where n is 0.

    successes: 0..n, parts of one allowed: a mean of shares varies no more than one of whole successes would.
    """
    if n <= 0:
        return Interval(low=0.0, high=1.0)
    z = normal_bound(confidence)
    share = successes / n
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(max(0.0, share * (1 - share) / n) + z * z / (4 * n * n))
    below = 1 + z * z / n
    low = 0.0 if successes <= 0 else max(0.0, (middle - reach) / below)
    high = 1.0 if successes >= n else min(1.0, (middle + reach) / below)
    return Interval(low=low, high=high)


def difference(one: float, of_one: int, other: float, of_other: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of the difference of two independent shares, one - other (Newcombe 1998, method 10)."""
    if of_one <= 0 or of_other <= 0:
        return Interval(low=-1.0, high=1.0)
    first, second = wilson(one, of_one, confidence), wilson(other, of_other, confidence)
    p, q = one / of_one, other / of_other
    below = math.hypot(p - first.low, second.high - q)
    above = math.hypot(first.high - p, q - second.low)
    return Interval(low=max(-1.0, p - q - below), high=min(1.0, p - q + above))


def correlation(sums: Sums) -> float | None:
    """Return Pearson's r, -1..1; with a right-or-wrong x it is the point-biserial. None where x or y does not vary."""
    across = sums.n * sums.xx - sums.x * sums.x
    down = sums.n * sums.yy - sums.y * sums.y
    if across <= 0 or down <= 0:
        return None
    both = sums.n * sums.xy - sums.x * sums.y
    squared = Fraction(both * both) / Fraction(across * down)
    return math.copysign(min(1.0, math.sqrt(squared)), both)


def correlation_interval(r: float, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of a correlation by Fisher's z = artanh r, with standard error 1 / sqrt(n - 3).

    -1..1 for fewer than four pairs.
    """
    if n < 4:
        return Interval(low=-1.0, high=1.0)
    if abs(r) >= 1:
        return Interval(low=r, high=r)
    z, reach = math.atanh(r), normal_bound(confidence) / math.sqrt(n - 3)
    return Interval(low=math.tanh(z - reach), high=math.tanh(z + reach))


def upper_lower(upper: float, of_upper: int, lower: float, of_lower: int) -> float | None:
    """Return the discrimination index D = share in the upper group - share in the lower one, -1..1 (Kelley 1939).

    None where a group is empty.
    """
    return upper / of_upper - lower / of_lower if of_upper and of_lower else None


def alpha(item_variances: Iterable[Fraction | float], total_variance: Fraction | float) -> float | None:
    """Return Cronbach's alpha = k / (k - 1) × (1 - sum of item variances / variance of the totals), at most 1.

    With items that are right or wrong it is KR-20 (Kuder and Richardson 1937). All variances with the same number
    below. None for fewer than two items or where the totals do not vary. It may be below 0.
    """
    each = list(item_variances)
    if len(each) < 2 or total_variance <= 0:
        return None
    return float(Fraction(len(each), len(each) - 1) * (1 - Fraction(sum(each)) / Fraction(total_variance)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's items, each 0..1: how many, their sum and the sum of their squares."""

    items: int
    total: float
    squares: float


def nested_reliability(people: Sequence[Person]) -> float | None:
    """Return (MS between - MS within) / MS between: the reliability where everybody has items of their own.

    The one-way analysis of variance: ICC(1,k) of Shrout and Fleiss (1979), the items-within-people design of
    generalizability theory. A hard draw counts as error, so it is mostly below alpha of the same answers. None for
    fewer than two people or items, or without spread.
    """
    every = [person for person in people if person.items]
    items = sum(person.items for person in every)
    if len(every) < 2 or items <= len(every):
        return None
    squares_by_person = math.fsum(person.total**2 / person.items for person in every)
    whole = math.fsum(person.total for person in every)
    between = (squares_by_person - whole * whole / items) / (len(every) - 1)
    within = (math.fsum(person.squares for person in every) - squares_by_person) / (items - len(every))
    return (between - within) / between if between > 0 else None


def alpha_interval(reliability: float, n: int, k: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the interval of alpha or KR-20 (Feldt 1965): 1 - (1 - alpha) × F with n - 1 and (n - 1)(k - 1) degrees.

    n: people, k: items. None for fewer than two of either.
    """
    if n < 2 or k < 2:
        return None
    outside = (1 - confidence) / 2
    one, other = n - 1, (n - 1) * (k - 1)
    return Interval(
        low=1 - (1 - reliability) * f_quantile(1 - outside, one, other),
        high=1 - (1 - reliability) * f_quantile(outside, one, other),
    )


def standard_error(deviation: float, reliability: float) -> float:
    """Return the standard error of measurement, deviation × sqrt(1 - reliability), in the units of the deviation.

    A reliability below 0 counts as 0: the error is then the whole spread.
    """
    return deviation * math.sqrt(1 - min(1.0, max(0.0, reliability)))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the value below which `share` (0..1) of the values lie, between two by the straight line.

    counts: how often each value occurs. Hyndman and Fan's type 7, as spreadsheets do. None without values.
    """
    n = sum(counts.values())
    if not n:
        return None
    place = (n - 1) * share
    below, passed = math.floor(place), 0
    low: int | None = None
    for value in sorted(counts):
        passed += counts[value]
        if low is None and passed > below:
            low = value
        if low is not None and passed > below + 1:
            return low + (value - low) * (place - below)
    return float(low if low is not None else max(counts))


def bins(values: Iterable[float], count: int, most: float) -> list[int]:
    """Return how many values fall into each of `count` equal bins of 0..most; `most` itself is in the last one."""
    found = [0] * count
    for value in values:
        found[min(count - 1, max(0, int(value * count / most)))] += 1
    return found


def outlying(values: Sequence[float]) -> list[float]:
    """Return the modified z-score of every value: 0.6745 × (value - median) / median deviation from the median.

    Iglewicz and Hoaglin (1993). All 0 where more than half of the values are the same.
    """
    if not values:
        return []
    middle = _median(values)
    deviation = _median([abs(value - middle) for value in values])
    return [0.6745 * (value - middle) / deviation if deviation else 0.0 for value in values]


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def at_least(hits: int, chances: Sequence[float]) -> float:
    """Return the chance of at least so many hits in independent trials with these chances (Poisson binomial)."""
    if hits <= 0:
        return 1.0
    exactly = [1.0] + [0.0] * len(chances)
    for done, chance in enumerate(chances, start=1):
        for number in range(done, 0, -1):
            exactly[number] = exactly[number] * (1 - chance) + exactly[number - 1] * chance
        exactly[0] *= 1 - chance
    return min(1.0, math.fsum(exactly[hits:]))


@lru_cache(maxsize=1_024)
def f_quantile(share: float, one: int, other: int) -> float:
    """Return the value that an F with these degrees of freedom does not pass with chance `share` (0..1, both out)."""
    if not 0 < share < 1:
        raise ValueError(f"a quantile lies between 0 and 1, not {share}")
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if _beta(middle, one / 2, other / 2) < share:
            low = middle
        else:
            high = middle
        if high - low < 1e-16:
            break
    middle = (low + high) / 2
    return other * middle / (one * (1 - middle))


@lru_cache(maxsize=1_024)
def t_quantile(share: float, degrees: float) -> float:
    """Return the value that Student's t with these degrees of freedom (more than 0, parts allowed) does not pass with
    chance `share` (0..1, both out).
    """
    if not 0 < share < 1 or degrees <= 0:
        raise ValueError(f"no quantile {share} of t with {degrees} degrees of freedom")
    if share == 0.5:
        return 0.0
    low, high = 0.0, 1.0  # of degrees / (degrees + t²), in which the chance of being further out rises
    wanted = 2 * min(share, 1 - share)
    for _ in range(200):
        middle = (low + high) / 2
        if _beta(middle, degrees / 2, 0.5) < wanted:
            low = middle
        else:
            high = middle
    middle = (low + high) / 2
    return math.copysign(math.sqrt(degrees * (1 - middle) / max(middle, _TINY)), share - 0.5)


def t_outside(t: float, degrees: float) -> float:
    """Return the chance that Student's t lies further from 0 than this one, to both sides: the p of a test of t."""
    return 0.0 if math.isinf(t) else _beta(degrees / (degrees + t * t), degrees / 2, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its standard error, the degrees of freedom of that, and the interval around it."""

    value: float
    error: float
    degrees: float
    interval: Interval


def estimate(value: float, parts: Sequence[tuple[float, float]], confidence: float = CONFIDENCE) -> Estimate:
    """Return a number whose variance is a sum of independent parts, each (variance, its degrees of freedom).

    The degrees of the sum are those of Welch (1947) and Satterthwaite (1946). Without any variance the interval is the
    number itself.
    """
    whole = math.fsum(part for part, _ in parts)
    if whole <= 0:
        return Estimate(value=value, error=0.0, degrees=math.inf, interval=Interval(low=value, high=value))
    degrees = 1 / math.fsum((part / whole) ** 2 / free for part, free in parts)
    error = math.sqrt(whole)
    reach = t_quantile((1 + confidence) / 2, degrees) * error
    return Estimate(value=value, error=error, degrees=degrees, interval=Interval(low=value - reach, high=value + reach))


def welch(one: Sequence[float], other: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Return the difference of two means, one - other, whatever their variances (Welch 1947). Each at least two."""
    parts = [(variance(each) / len(each), len(each) - 1) for each in (one, other)]
    return estimate(mean(one) - mean(other), parts, confidence)


def discoveries(chances: Sequence[float], share: float = 1 - CONFIDENCE) -> list[bool]:
    """Return which of many tests, by their p, are kept so that at most `share` of the kept ones are expected to be
    false (Benjamini and Hochberg 1995).
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    kept = 0
    for rank, place in enumerate(order, start=1):
        if chances[place] <= rank * share / len(order):
            kept = rank
    found = [False] * len(chances)
    for place in order[:kept]:
        found[place] = True
    return found


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    upper, lower = 1.0, 1 - (a + b) * x / (a + 1)
    lower = 1 / (lower if abs(lower) > _TINY else _TINY)
    found = lower
    for m in range(1, 100_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            lower = 1 + term * lower
            lower = 1 / (lower if abs(lower) > _TINY else _TINY)
            upper = 1 + term / upper
            upper = upper if abs(upper) > _TINY else _TINY
            step = lower * upper
            found *= step
        if abs(step - 1) < 1e-15:
            break
    return found
