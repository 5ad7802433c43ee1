"""Reading how the figure of an award stood before it began and since."""

from lms.core.here import today
from lms.performance.rules.periods import period_of
from lms.reviews.queries.award_figures import figures_of, members
from lms.reviews.queries.awards import Rule
from lms.reviews.rules.award_effect import Effect, effect, spans


def of_rule(rule: Rule) -> Effect | None:
    """Return the figure of everybody, period by period, by the terms of today; None where the rule was never used.

    Only figures that rest on as many cases as the rule asks for; people as they were there on each last day.
    """
    if rule.begun_on is None:
        return None
    measure = rule.now.terms.measure
    before, after = spans(period_of(rule.begun_on, rule.grain), period_of(today(), rule.grain))
    values = {}
    for each in (*before, *after):
        people = frozenset(person for team in members(each.last).values() for person in team)
        found = figures_of(measure, each, people)
        values[each] = {person: value for person, (value, n) in found.items() if n >= measure.min_n}
    return effect(before, after, values)
