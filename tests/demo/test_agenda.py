"""What happens in the story happens in the order of its moments."""

from datetime import UTC, datetime, timedelta

from lms.core import clock
from lms.demo.agenda import Agenda, later

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)


def somebody(name, seen, *pauses):
    seen.append((name, clock.now()))
    for minutes in pauses:
        yield later(minutes)
        seen.append((name, clock.now()))


def test_two_people_at_work_take_turns_by_the_clock():
    agenda, seen = Agenda(), []
    agenda.add(NINE, somebody("a", seen, 10, 10))
    agenda.add(NINE + timedelta(minutes=5), somebody("b", seen, 10))
    agenda.run()
    assert [name for name, _ in seen] == ["a", "b", "a", "b", "a"]
    assert [at for _, at in seen] == sorted(at for _, at in seen)


def test_of_the_same_moment_who_was_noted_first_begins():
    agenda, seen = Agenda(), []
    agenda.once(NINE, lambda: seen.append("first"))
    agenda.once(NINE, lambda: seen.append("second"))
    agenda.run()
    assert seen == ["first", "second"]


def test_time_never_runs_backwards():
    agenda, seen = Agenda(), []
    agenda.add(NINE, somebody("a", seen, -30))
    agenda.run()
    assert [at for _, at in seen] == [NINE, NINE]


def test_an_act_may_bring_about_another():
    agenda, seen = Agenda(), []
    agenda.once(NINE, lambda: agenda.once(later(1), lambda: seen.append(clock.now())))
    agenda.run()
    assert seen == [NINE + timedelta(minutes=1)]
