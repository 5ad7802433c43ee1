"""Counting what is missed: searches and votes every few minutes, questions a few times a day."""

from lms.core.db import transaction
from lms.kb.actions import gap_counting
from lms.kb.rules import gaps as rules

SEARCHED = (rules.NO_HIT, rules.NO_CLICK, rules.VOTE)
ASKED = (rules.QUESTION,)


def count_misses() -> int:
    """Count the misses of searches and votes since yesterday anew and group them; return how many counts changed."""
    with transaction():
        gap_counting.one_at_a_time()
        first = gap_counting.first_to_count(SEARCHED)
        counted = gap_counting.count_searches_and_votes(first)
        changed = gap_counting.note_counts(counted.counts, SEARCHED, first)
        return changed + gap_counting.regroup(counted.people)


def count_questions() -> int:
    """Count the wrong answers to hard questions anew and group them; return how many counts changed."""
    with transaction():
        gap_counting.one_at_a_time()
        first = gap_counting.first_to_count(ASKED)
        counted = gap_counting.count_questions(first)
        changed = gap_counting.note_counts(counted.counts, ASKED, first)
        return changed + gap_counting.regroup(counted.people)
