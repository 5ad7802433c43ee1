"""A year of a company: every duty explained, every notice once, none after completion, at night or on a day off.

Killed anywhere and begun again, it is the same year. `make soak` lives a whole year of 5,000 people with four cycles,
and one of 120 people that is killed 200 times (YEAR_PEOPLE, YEAR_DAYS: others).
"""

import os
import random

import pytest

from tests.conftest import an_app
from tests.support.make_year import Killer, Year

pytestmark = pytest.mark.committed


def lived(app, *, kills=frozenset(), **more):
    year = Year(app, killer=Killer(points=frozenset(kills)), **more)
    year.live()
    year.judge_the_whole()
    return year


def sqlite(folder):
    folder.mkdir()
    return an_app(folder, f"sqlite:///{folder / 'lms.sqlite3'}")


def is_the_same_after(tmp_path, count, **more):
    """Live it, live it again killed at so many points, and compare all that it came to."""
    whole = lived(sqlite(tmp_path / "whole"), **more)
    points = random.Random(count).sample(range(1, whole.killer.seen), count)
    killed = lived(sqlite(tmp_path / "killed"), kills=points, **more)
    assert killed.killer.killed == count
    assert killed.digest() == whole.digest()


def test_two_months_of_thirty_people_hold(fresh):
    year = lived(fresh, seed=7, people=30, days=60)
    assert {"learn", "hire", "move", "take leave", "exempt", "extend", "chase", "begin a cycle"} <= set(year.counts)


def test_weeks_in_which_it_is_killed_ten_times_are_the_same_weeks(tmp_path):
    is_the_same_after(tmp_path, 10, seed=11, people=20, days=21)


@pytest.mark.soak
def test_a_year_of_five_thousand_people_holds(fresh):
    people, days = int(os.environ.get("YEAR_PEOPLE", "5000")), int(os.environ.get("YEAR_DAYS", "362"))
    year = lived(fresh, seed=2026, people=people, days=days, teams=max(4, people // 40))
    assert days < 362 or year.counts["begin a cycle"] == 4


@pytest.mark.soak
def test_a_year_that_is_killed_two_hundred_times_is_the_same_year(tmp_path):
    people, days = int(os.environ.get("YEAR_PEOPLE", "120")), int(os.environ.get("YEAR_DAYS", "362"))
    is_the_same_after(tmp_path, 200, seed=2027, people=people, days=days)
