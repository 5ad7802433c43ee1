"""What is forgotten after how many days, told by a setting each. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.accounts.jobs import forget_slips
from lms.accounts.models import SignInSlip
from lms.core import clock, retention
from lms.core.db import session, transaction
from lms.core.here import today
from lms.core.settings import Settings, SettingsError, load
from lms.performance.jobs.looks import forget_looks
from lms.performance.models import ProfileLook
from tests.support.make import a_person


def test_each_has_a_setting_with_a_usual_length():
    usual = {name: getattr(Settings(), f"keep_{name}_days") for name in retention.NAMES}
    assert usual["searches"] == 90
    assert usual["notices"] == 400
    assert all(1 <= days <= 3_660 for days in usual.values())


@pytest.mark.parametrize("written", ["0", "-1", "", "²", "1e3", "3661", "9" * 40, "90 days"])
def test_what_is_no_number_of_days_stops_the_start_and_says_which(tmp_path, written):
    with pytest.raises(SettingsError, match="LMS_KEEP_SEARCHES_DAYS"):
        load({"instance_path": tmp_path}, {"LMS_KEEP_SEARCHES_DAYS": written})


def test_a_company_chooses_its_own(tmp_path):
    assert load({"instance_path": tmp_path}, {"LMS_KEEP_LOOKS_DAYS": "30"}).keep_looks_days == 30


def looks_and_slips() -> tuple[int, int]:
    return tuple(session().scalar(select(func.count()).select_from(each)) or 0 for each in (ProfileLook, SignInSlip))


def test_old_looks_and_slips_go_and_young_ones_stay(world):
    own, lead = a_person(), a_person()
    with transaction() as s:
        for ago in (0, 399, 402):
            at = clock.now() - timedelta(days=ago)
            s.add(
                ProfileLook(
                    person_id=own.id, looker_id=lead.id, day=today() - timedelta(days=ago), what="profile", at=at
                )
            )
            s.add(
                SignInSlip(
                    person_id=own.id, token_digest=bytes([ago % 256]) * 32, code_digest=b"c", made_at=at, expires_at=at
                )
            )
    assert (forget_looks(), forget_slips()) == (1, 1)
    assert looks_and_slips() == (2, 2)
    assert (forget_looks(), forget_slips()) == (0, 0)
    with clock.frozen(clock.now() + timedelta(days=500)):
        assert (forget_looks(), forget_slips()) == (2, 2)
