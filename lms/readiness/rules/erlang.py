"""Erlang C: how many agents answer a load within a time. Pure.

Calls arrive at random, last an exponential time, wait in one line and never hang up (A. K. Erlang 1917; the recursion
of Erlang B and the step to Erlang C as in I. Angus, "An Introduction to Erlang B and Erlang C", 2001). The recursion
holds no factorials, so it neither overflows nor cancels. Loads are in Erlang: contacts a second × seconds of handling.
"""

from functools import lru_cache
from math import ceil, erfc, exp, floor, pi, sqrt

from lms.core.errors import Invalid
from lms.core.texts import text

MOST_EXACT = 3_000.0
"""Erlang up to which the recursion is run; above it stands its limit for large groups."""

MOST_LOAD = 1e7


def erlang_b(agents: int, load: float) -> float:
    """Return the share of calls that find every agent busy and are lost. agents ≥ 0, load ≥ 0 Erlang."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """Return the share of calls that have to wait; 1 where the agents are not more than the load."""
    if agents <= load:
        return 1.0
    return _waiting(agents, load, erlang_b(agents, load))


def _waiting(agents: int, load: float, blocked: float) -> float:
    return blocked / (1 - load / agents * (1 - blocked))


def service_level(agents: int, load: float, handling: float, within: float) -> float:
    """Return the share of calls answered within some seconds. handling: mean seconds of one contact, > 0."""
    if agents <= load:
        return 0.0
    return 1 - erlang_c(agents, load) * exp(-(agents - load) * within / handling)


@lru_cache(maxsize=4096)
def agents_for(load: float, handling: float, within: float, target: float) -> int:
    """Return the fewest agents who answer a share `target` (0 ≤ target < 1) of calls within some seconds.

    0 for no load. Above 3,000 Erlang by the limit of Halfin and Whitt (1981), √load agents beyond the load times a
    factor that depends on the target alone. Raises Invalid for a load that nobody can mean (over ten million Erlang).
    """
    if load <= 0:
        return 0
    if load > MOST_LOAD:
        raise Invalid(text("这样算出来的话务量太大，请检查单量、每单咨询数和处理时长。"))
    if load > MOST_EXACT:
        return _agents_of_many(load, handling, within, target)
    blocked, agents = 1.0, 0
    while True:
        agents += 1
        blocked = load * blocked / (agents + load * blocked)
        if agents <= load:
            continue
        waiting = _waiting(agents, load, blocked)
        if 1 - waiting * exp(-(agents - load) * within / handling) >= target:
            return agents


def _agents_of_many(load: float, handling: float, within: float, target: float) -> int:
    """Return the same where √load counts: the factor is found by halving; more of it always answers more calls."""

    def answered(beta: float) -> float:
        density = exp(-beta * beta / 2) / sqrt(2 * pi)
        below = erfc(-beta / sqrt(2)) / 2
        return 1 - exp(-beta * sqrt(load) * within / handling) / (1 + beta * below / density)

    low, high = 0.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if answered(middle) >= target else (middle, high)
    return max(floor(load) + 1, ceil(load + high * sqrt(load)))
