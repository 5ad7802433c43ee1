"""The present day: that of the installation's zone, to the microsecond."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core import clock

SHANGHAI, BERLIN, APIA = (ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Pacific/Apia"))
INSTANTS = st.integers(0, 4_000_000_000_000_000).map(
    lambda by: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=by)
)


@given(st.lists(st.tuples(INSTANTS, st.sampled_from([SHANGHAI, BERLIN, APIA])), min_size=1))
def test_today_is_the_day_on_the_wall_whatever_was_asked_before(asked):
    for at, zone in asked:
        with clock.frozen(at):
            assert clock.today(zone) == at.astimezone(zone).date()


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, APIA])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 23)])
def test_a_day_ends_at_midnight_and_not_a_microsecond_before(zone, day):
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    for by, expected in ((timedelta(), day), (timedelta(microseconds=-1), day - timedelta(days=1))):
        with clock.frozen(midnight + timedelta(hours=12)):
            clock.today(zone)
        with clock.frozen(midnight + by):
            assert clock.today(zone) == expected
