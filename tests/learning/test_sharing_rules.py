"""Five at once: whatever sums are shown, of any slice and at any time, nobody's answer can be worked out of them."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.sharing import FEWEST, Cell, Waiting, batches, by
from lms.learning.rules.surveys import shuffled

QUARTERS = ("2026Q1", "2026Q2", "2026Q3")


def waiting(*cells):
    return [
        Waiting(key=n, cell=Cell(revision=revision, quarter=quarter)) for n, (revision, quarter) in enumerate(cells)
    ]


def now(revision=1, quarter="2026Q3"):
    return Cell(revision=revision, quarter=quarter)


def test_four_wait_and_five_are_shown_together():
    four = [(1, "2026Q3")] * 4
    assert batches(waiting(*four), now()) == ()
    assert batches(waiting(*four, (1, "2026Q3")), now()) == ((0, 1, 2, 3, 4),)


def test_what_is_left_of_earlier_quarters_and_revisions_is_put_together():
    left = [(1, "2026Q1")] * 2 + [(1, "2026Q2")] * 3
    assert batches(waiting(*left, (2, "2026Q3")), now(2)) == ((0, 1, 2, 3, 4),)


def test_what_is_answered_now_waits_for_its_own_five():
    assert batches(waiting(*[(1, "2026Q1")] * 3, *[(2, "2026Q3")] * 4), now(2)) == ()


ANSWERS = st.lists(
    st.tuples(st.integers(min_value=1, max_value=3), st.integers(min_value=0, max_value=2)), max_size=60
).map(lambda found: sorted(found, key=lambda each: each[1]))
"""Answers in the order in which they come: a revision, and the quarter, which never goes back."""


def lived_through(answers):
    """Let answers come one after the other; return the batch of each, and after each answer what a view could show."""
    cells = {n: Cell(revision=revision, quarter=QUARTERS[at]) for n, (revision, at) in enumerate(answers)}
    batch_of, views, last = {}, [], 0
    for n, cell in cells.items():
        newest = max(each.revision for key, each in cells.items() if key <= n)
        left = [Waiting(key=key, cell=cells[key]) for key in cells if key <= n and key not in batch_of]
        for group in batches(left, Cell(revision=newest, quarter=cell.quarter)):
            last += 1
            batch_of.update(dict.fromkeys(group, last))
        views.append(shown(batch_of, cells))
    return batch_of, views


def shown(batch_of, cells):
    """Return every set of answers whose sum some page shows: all, by quarter, by revision."""
    found = [frozenset(str(key) for key in batch_of)]
    for name in ("quarter", "revision"):
        groups = by({str(key): (batch, getattr(cells[key], name)) for key, batch in batch_of.items()})
        found += [group.answers for group in groups]
    return [each for each in found if each]


@given(ANSWERS)
def test_each_answer_is_shown_once_in_a_batch_of_at_least_five(answers):
    batch_of, _ = lived_through(answers)
    sizes = [len(list(group)) for _, group in itertools.groupby(sorted(batch_of.values()))]
    assert all(size >= FEWEST for size in sizes)


@given(ANSWERS)
def test_no_adding_or_taking_away_of_views_singles_out_fewer_than_five(answers):
    """All views there ever were, of every slice: what they can tell apart at all are sets of at least five."""
    batch_of, views = lived_through(answers)
    every = {each for view in views for each in view}
    smallest = {}
    for key in batch_of:
        smallest.setdefault(frozenset(view for view in every if str(key) in view), set()).add(key)
    assert all(len(keys) >= FEWEST for keys in smallest.values())


@given(ANSWERS)
def test_the_parts_of_a_view_are_all_of_it_and_do_not_overlap(answers):
    _, views = lived_through(answers)
    for view in views:
        if view:
            whole, *parts = view
            assert frozenset().union(*parts) == whole
            assert sum(len(part) for part in parts) == 2 * len(whole)  # once by quarter, once by revision


def test_words_to_two_questions_stand_in_two_orders():
    ids = [f"{n:032x}" for n in range(40)]
    first, second = shuffled("better", ids), shuffled("word", ids)
    assert sorted(first) == sorted(second) == ids
    assert len({ids.index(each) - n for n, each in enumerate(first)}) > 10
    assert first != second
