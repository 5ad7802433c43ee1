"""The nightly backup: made once a night, kept for days and weeks, and whoever answers for it hears when it failed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_migrate import stamp
from hypothesis import given
from hypothesis import strategies as st

from lms.core import backups, clock
from lms.core.access import Role
from lms.core.backups import Backups, Run
from lms.core.db import session
from lms.core.settings import SettingsError, load
from lms.notifications.models.inbox import Notice
from lms.operations import jobs
from lms.operations.rules import keeping
from tests.support.make import a_person
from tests.support.make_backups import lms

NIGHT = datetime(2026, 11, 23, 3, 10)  # noqa: DTZ001 - local, as in the names


# which are kept


def names(days, hour=3):
    return [keeping.name_of(NIGHT - timedelta(days=number)) for number in range(days)]


def test_of_a_year_seven_days_and_the_first_of_five_weeks_are_kept():
    gone = keeping.superfluous(names(365), NIGHT, days=7, weeks=5)
    kept = sorted(set(names(365)) - set(gone))
    assert [keeping.made_at(name).date() for name in kept] == [
        date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16),
        *(date(2026, 11, 17) + timedelta(days=number) for number in range(7)),
    ]  # fmt: skip


def test_of_a_day_the_last_is_kept():
    two = [keeping.name_of(NIGHT), keeping.name_of(NIGHT + timedelta(hours=5))]
    assert keeping.superfluous(two, NIGHT + timedelta(hours=6), days=7, weeks=0) == two[:1]


def test_what_we_did_not_name_is_never_deleted():
    others = [
        "kefu.tar",
        "kefu-20261301-0300.tar",
        "kefu-20200101-0300.tar.gpg",
        "erasures.log",
        "../x",
        "kefu-20200101-0300.tar\n",
    ]
    assert keeping.superfluous(others, NIGHT, days=1, weeks=0) == []


def test_the_part_of_a_broken_night_goes_after_a_day():
    part = keeping.name_of(NIGHT) + ".part"
    assert keeping.superfluous([part], NIGHT + timedelta(hours=23), days=1, weeks=0) == []
    assert keeping.superfluous([part], NIGHT + timedelta(hours=25), days=1, weeks=0) == [part]


@given(
    st.lists(st.datetimes(NIGHT - timedelta(days=700), NIGHT), max_size=40),
    st.integers(1, 30),
    st.integers(0, 30),
)
def test_the_newest_always_stays_and_what_stayed_once_falls_out_only_by_age(made, days, weeks):
    given_names = {keeping.name_of(at) for at in made}
    now = max(made, default=NIGHT) + timedelta(hours=1)
    gone = set(keeping.superfluous(given_names, now, days=days, weeks=weeks))
    kept = given_names - gone
    assert gone <= given_names
    if made:
        assert max(kept) == max(given_names)
    assert keeping.superfluous(kept, now, days=days, weeks=weeks) == []


# when it is made


@pytest.mark.parametrize(
    ("now", "good", "tried", "due"),
    [
        (NIGHT, None, None, True),
        (NIGHT, NIGHT - timedelta(hours=24), NIGHT - timedelta(hours=24), True),
        (NIGHT.replace(hour=2), NIGHT - timedelta(hours=24), NIGHT - timedelta(hours=24), False),
        (NIGHT.replace(hour=23), NIGHT, NIGHT, False),
        (NIGHT.replace(hour=12), NIGHT - timedelta(hours=24), NIGHT.replace(hour=11, minute=30), False),
        (NIGHT.replace(hour=12), NIGHT - timedelta(hours=24), NIGHT.replace(hour=10, minute=59), True),
        (NIGHT, None, NIGHT - timedelta(minutes=5), False),
        (NIGHT, NIGHT - timedelta(days=40), NIGHT + timedelta(days=3), True),  # a clock that once ran ahead
    ],
)
def test_when_the_next_one_is_made(now, good, tried, due):
    assert keeping.is_due(now, 3, good, tried) is due


def a_run(at, error=""):
    return Run(at=at, file="x", size=1, rows=1, files=0, nightly=True, error=error)


def test_it_is_late_after_26_hours_and_never_where_none_is_wanted():
    at = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
    state = Backups(nightly=True, last=a_run(at), good=a_run(at), drill=None)
    assert not state.is_late(at + timedelta(hours=26))
    assert state.is_late(at + timedelta(hours=26, seconds=1))
    assert not Backups(nightly=False, last=a_run(at), good=a_run(at), drill=None).is_late(at + timedelta(days=9))
    assert Backups(nightly=True, last=a_run(at, "full"), good=None, drill=None).is_late(at + timedelta(days=2))


@pytest.mark.parametrize("setting", ["backup_hour=24", "backup_hour=-1", "backup_keep_days=0", "backup_keep_weeks=x"])
def test_settings_that_can_not_be_are_refused(tmp_path, setting):
    name, value = setting.split("=")
    with pytest.raises(SettingsError, match=f"LMS_{name.upper()}"):
        load({"instance_path": tmp_path, name: value}, {})


# the job


@pytest.fixture
def share(fresh, tmp_path, monkeypatch):
    """An installation with an administrator, whose worker is to write into a folder."""
    folder = tmp_path / "share"
    folder.mkdir()
    object.__setattr__(fresh.extensions["lms_settings"], "backup_path", str(folder))
    with fresh.app_context():
        stamp()
        a_person(Role.ADMIN)
        yield folder
        session().rollback()


def notices():
    found = session().query(Notice).filter(Notice.dedup_key.like("%backup:%")).all()
    session().rollback()
    return found


def at(hour, day=23):
    return clock.frozen(datetime(2026, 11, day, hour, 10, tzinfo=UTC) - timedelta(hours=8))


@pytest.mark.committed
def test_a_night_makes_one_backup_and_keeps_what_is_to_be_kept(fresh, share):
    (share / keeping.name_of(NIGHT - timedelta(days=300))).write_bytes(b"old")
    (share / "mine.tar").write_bytes(b"mine")
    with at(3):
        assert jobs.nightly_backup() == 1
        assert jobs.nightly_backup() == 0
    assert sorted(each.name for each in share.iterdir()) == ["kefu-20261123-0310.tar", "mine.tar"]
    assert lms(fresh, "backup", "verify", share / "kefu-20261123-0310.tar").exit_code == 0
    state = backups.state()
    assert (state.good.file, state.good.nightly, state.failed) == ("kefu-20261123-0310.tar", True, False)
    with at(4, 24):
        assert jobs.nightly_backup() == 1
    assert notices() == []


@pytest.mark.committed
def test_a_failure_is_told_to_administrators_once_a_day_and_tried_again_after_an_hour(fresh, share, tmp_path):
    share.rename(tmp_path / "away")
    with at(3):
        assert jobs.nightly_backup() == 0
    state = backups.state()
    assert state.failed
    assert state.good is None
    told = notices()
    assert len(told) == 1
    (tmp_path / "away").rename(share)
    with clock.frozen(datetime(2026, 11, 22, 19, 50, tzinfo=UTC)):
        assert jobs.nightly_backup() == 0  # not yet
    with at(5):
        assert jobs.nightly_backup() == 1
    assert not backups.state().failed
    assert len(notices()) == 1


@pytest.mark.committed
def test_who_was_erased_stands_beside_the_backups(fresh, share):
    (fresh.extensions["lms_settings"].instance_path / "erasures.log").write_text("a" * 32 + "\n")
    with at(3):
        jobs.nightly_backup()
    assert (share / "erasures.log").read_text() == "a" * 32 + "\n"


def test_without_a_folder_nothing_is_made(world):
    assert jobs.nightly_backup() == 0
