"""Figures come in: what a file does, and what becomes of what was there."""

from datetime import date

import pytest

from lms.accounts.queries import console
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound, Unreadable
from lms.performance.actions import figures as actions
from lms.performance.models import KpiCorrection, KpiImport, KpiValue
from lms.performance.queries.figures import figures, of_period
from lms.performance.rules.kpi_sheet import Options
from lms.performance.rules.periods import Grain, period
from tests.support.make import a_person, a_team, an_actor, as_actor
from tests.support.make_kpis import a_sheet, figure, imported


@pytest.fixture
def hr(world):
    return an_actor(Role.HR, team=a_team("全公司"))


def test_a_long_file_gives_a_figure_a_row(hr):
    one = a_person(no="A1017")
    imported(hr, a_sheet("A1017,2026-10,满意度,77.8%,9", "a1017,2026-10,首响(秒),1分03秒,"))
    found = of_period(None, period("2026-10"))
    assert found[one.id, "csat"].value == 77.8
    assert found[one.id, "csat"].count == 9
    assert found[one.id, "first_response"].value == 63
    assert found[one.id, "first_response"].count is None


def test_importing_the_same_again_changes_nothing(hr):
    a_person(no="A1017")
    data = a_sheet("A1017,2026-10,满意度,77.8,9")
    imported(hr, data)
    plan = actions.plan_file(hr, data)
    assert (plan.new, plan.changed, plan.unchanged) == (0, 0, 1)
    with pytest.raises(Invalid), transaction():
        actions.apply_file(hr, data, name="again.csv")


def test_a_late_correction_keeps_what_was_there(hr):
    one = a_person(no="A1017")
    imported(hr, a_sheet("A1017,2026-10,满意度,77.8,9"))
    imported(hr, a_sheet("A1017,2026-10,满意度,80,10"), name="更正.csv")
    kept = session().query(KpiCorrection).one()
    assert (kept.value, kept.count, kept.new_value, kept.new_count) == (77.8, 9, 80.0, 10)
    assert session().query(KpiValue).one().value == 80
    assert of_period(None, period("2026-10"))[one.id, "csat"].count == 10
    assert [each.changed for each in session().query(KpiImport).order_by(KpiImport.id)] == [0, 1]
