"""Counting what is missed: searches and votes every few minutes, questions a few times a day."""

from collections.abc import Callable, Sequence
from datetime import date

from lms.core.db import transaction
from lms.kb.actions import gap_counting
from lms.kb.actions.gap_counting import Counted
from lms.kb.rules import gaps as rules

SEARCHED = (rules.NO_HIT, rules.NO_CLICK, rules.VOTE)
ASKED = (rules.QUESTION,)


def count_misses() -> int:
    """Count the misses of searches and votes since yesterday anew and group them; return how many counts changed."""
    return _count(SEARCHED, gap_counting.count_searches_and_votes)


def count_questions() -> int:
    """Count the wrong answers to hard questions anew and group them; return how many counts changed."""
    return _count(ASKED, gap_counting.count_questions)


def _count(sources: Sequence[str], count: Callable[[date], Counted]) -> int:
    """Count by reading alone; only what has changed is written, so that nobody waits for the counting."""
    first = gap_counting.first_to_count(sources)
    counted = count(first)
    with transaction():
        gap_counting.one_at_a_time()
        changed = gap_counting.note_counts(counted.counts, sources, first)
        return changed + gap_counting.regroup(counted.people)
