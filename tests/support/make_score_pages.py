"""A company with every page of scores, reviews and readiness filled, and who opens which."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lms.accounts.actions import close
from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.here import today
from lms.performance.actions import score_export
from lms.readiness.rules.need import Formula, Way
from lms.reviews.actions import goals, peaks, targets
from lms.reviews.rules import targets as targets_by
from tests.support import make_inspections as inspections
from tests.support.make import a_person, a_team, as_actor
from tests.support.make_appraisals import Floor, a_cycle, appealed, appraisal_of, self_done
from tests.support.make_awards import LAST, a_deduction, a_deduction_rule, confirmed, proposed, scored, shared
from tests.support.make_cycles import a_quarters_lesson
from tests.support.make_kpis import a_sheet, figure, imported
from tests.support.make_profiles import a_competency, a_proof, passed_paper
from tests.support.make_scores import a_formula, chen_yu, computed
from tests.support.make_staffing import a_staff_plan

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""A Tuesday, noon in Shanghai: the clock of everything here stands there, or earlier."""
QUARTER = "2026Q4"


@dataclass
class Company:
    """people: by what they are. found: public ids by the name of the thing."""

    people: dict[str, Person] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)

    def pages(self) -> dict[str, list[str]]:
        """Return the addresses of the pages by who opens them; "" = nobody has signed in."""
        it = self.found
        own = self.people["agent"].employee_no
        score, paper = f"/scores/{own}/{QUARTER}", f"/people/{own}/proof"
        agent = [
            "/me/profile", "/me/looks", score, "/scores", "/formulas", f"/formulas/{it['formula']}", paper,
            f"{paper}?from=2026-10-01&to=2026-11-24", f"{paper}/{it['proof']}", "/inspections/mine",
            f"/inspections/{it['open']}", "/me/deductions", f"/deductions/{it['deduction']}", "/badges", "/leaders",
            "/me/leaders", "/awards", "/awards/rules", "/goals", "/goals/new", f"/goals/{it['goal']}", "/reviews",
            f"/reviews/{it['appealed']}", f"/reviews/{it['appealed']}/versions/1", "/deductions/rules",
        ]  # fmt: skip
        lead = [
            f"/people/{own}/profile", f"/people/{own}/profile/print", f"/people/{own}/competencies",
            "/competencies/team", "/scores", score, "/kpis", "/kpis?period=2026-10", f"/kpis/{own}", "/kpis/import",
            "/kpis/imports", "/reviews", f"/reviews/{it['written']}", f"/reviews/{it['appealed']}/print",
            f"/reviews/cycles/{it['cycle']}/calibration", "/goals", "/deductions", "/deductions/new",
            "/inspections", f"/inspections/{it['counts']}", "/inspections/loops", "/inspections/items", "/targets",
            f"/peak-reviews/{it['peak']}", "/staffing", "/staffing/new", f"/staffing/{it['plan']}",
            f"/staffing/{it['plan']}/what-if", f"/staffing/{it['plan']}/import",
            f"/staffing/{it['plan']}/forecast", f"/staffing/{it['plan']}/assign", f"/staffing/{it['plan']}/discard",
        ]  # fmt: skip
        hr = [
            f"/formulas/{it['formula']}/edit", f"/formulas/{it['formula']}/review", f"/formulas/{it['draft']}",
            "/scores/export", "/kpis/metrics", "/kpis/metrics/csat", "/kpis/metrics/new", "/reviews/cycles",
            "/reviews/cycles/new", f"/reviews/cycles/{it['cycle']}", "/reviews/forms", "/reviews/forms/probation",
            "/reviews/forms/quarterly/edit", f"/reviews/{it['appealed']}", f"/reviews/{it['signed']}", "/awards",
            "/awards/rules/new", "/awards/rules/excellent", "/awards/rules/excellent/edit",
            "/awards/rules/excellent/effect", f"/awards/proposals/{it['proposal']}", "/awards/payroll",
            "/deductions/rules/new", f"/deductions/rules/{it['rule']}", f"/people/{own}/privacy",
            f"/people/{it['gone']}/privacy", "/impact",
            "/badges", "/badges/new", "/badges/edit/full_1",
        ]  # fmt: skip
        director = [
            "/targets", "/peak-reviews",
            f"/peak-reviews/{it['peak']}/edit", "/peak-reviews/new", f"/staffing/{it['plan']}/edit",
        ]  # fmt: skip
        quality = [
            "/inspections", "/inspections/import", "/inspections/items", f"/inspections/items/{it['item']}",
            "/inspections/agreement", f"/inspections/{it['asked']}", "/inspections/loops?state=all",
        ]  # fmt: skip
        trainer = ["/competencies", "/competencies/new", f"/competencies/{it['competency']}"]
        return {
            "agent": agent, "lead": lead, "hr": hr, "director": director, "quality": quality, "trainer": trainer,
            "": ["/proofs", f"/proofs/{it['proof']}"],
        }  # fmt: skip


def a_company() -> Company:
    """Build it. The clock has to stand at NOW."""
    root = a_team("客服中心")
    team, other = a_team("售后一组", root), a_team("会员与 VIP 接待组", root)
    house = Floor(
        root=root,
        team=team,
        agent=a_person(Role.AGENT, team=team, name="陈予", no="A1017", position="客服专员"),
        mate=a_person(Role.AGENT, team=team, name="Alexandra Konstantinopoulou", no="A1002"),
        lead=a_person(Role.LEAD, team=team, name="周敏", no="L1001"),
        manager=a_person(Role.LEAD, team=root, name="方远", no="L1000"),
        other_lead=a_person(Role.LEAD, team=other, name="欧阳雪莉娜", no="L1002"),
        hr=a_person(Role.HR, team=root, name="何岚", no="H1001"),
        director=a_person(Role.DIRECTOR, team=root, name="杜川", no="D1001"),
    )
    made = Company(
        people={
            "agent": house.agent,
            "lead": house.lead,
            "hr": house.hr,
            "director": house.director,
            "quality": a_person(Role.QUALITY, team=root, name="严立", no="Q1001"),
            "trainer": a_person(Role.TRAINER, team=root, name="苏岩", no="T1001"),
        }
    )
    mates = [a_person(Role.AGENT, team=team, name=f"同事{number}") for number in range(5)]
    lesson = a_quarters_lesson(as_actor(made.people["trainer"]))
    _figures(made, house, mates)
    _appraisals(made, house, mates)
    _rewards(made, house, mates)
    _inspections(made, house, lesson)
    _peak(made, house)
    gone = a_person(Role.AGENT, team=team, name="已离职", no="A1099")
    with transaction():
        close(house.actor("hr"), gone.id)
    made.found["gone"] = gone.employee_no
    return made


def _figures(made: Company, house: Floor, mates: list[Person]) -> None:
    chief = house.actor("hr")
    for month, value in (("2026-07", 82.0), ("2026-08", 84.5), ("2026-09", 79.0), ("2026-10", 88.0)):
        figure(chief, house.agent.id, "csat", month, value, 12)
        figure(chief, house.mate.id, "first_response", month, 40 + value / 10, 300)
    imported(chief, a_sheet("A1017,2026-09,满意度,77.8,9", "A1017,2026-10,首次响应时长,1分20秒,700"))
    chen_yu(chief, house.agent, house.mate, QUARTER)
    made.found["formula"] = a_formula(chief, QUARTER)
    made.found["draft"] = a_formula(chief, "2027Q1", publish=False)
    a_competency(as_actor(made.people["trainer"]))
    passed_paper(house.agent)
    made.found["competency"] = a_competency(as_actor(made.people["trainer"]), code="ease", name="情绪安抚").public_id
    made.found["proof"] = a_proof(house.agent, house.lead)
    computed(QUARTER)
    for number, person in enumerate((house.agent, house.mate, *mates)):
        scored(person, 91.5 - number * 3)
    with transaction():
        score_export.switch(chief, active=True)


def _appraisals(made: Company, house: Floor, mates: list[Person]) -> None:
    cycle = a_cycle(house.actor("hr"), house.agent, house.mate, mates[0], mates[1], period=LAST)
    made.found |= {"cycle": cycle, "appealed": appraisal_of(house.agent), "written": appraisal_of(house.mate)}
    appealed(house, made.found["appealed"])
    self_done(house, made.found["written"], "mate")
    made.found["signed"] = appraisal_of(mates[0])  # waits for its self-assessment
    with transaction():
        made.found["goal"] = goals.set_goal(
            house.actor("agent"),
            goals.Wanted(
                employee_no="",
                period=QUARTER,
                text="退款纠纷一次处理好",
                measure="介入率降到 1% 以下",
                due_on=today() + timedelta(days=30),
                document_id=None,
            ),
        )


def _rewards(made: Company, house: Floor, mates: list[Person]) -> None:
    chief = house.actor("hr")
    shared(house.mate, 3)
    confirmed(chief, proposed(chief, "excellent"))
    made.found["proposal"] = proposed(chief, "best-team").public_id
    rule = a_deduction_rule(chief, red_line=True)
    made.found |= {
        "rule": rule.public_id,
        "deduction": a_deduction(house.actor("lead"), house.agent, rule).public_id,
    }


def _inspections(made: Company, house: Floor, lesson: Any) -> None:
    inspector = as_actor(made.people["quality"])
    with clock.shifted(timedelta(days=-6)):
        item = inspections.an_item("承诺到货时间", lesson=lesson, actor=inspector, red_line=True)
        old = inspections.inspected(inspector, house.agent, item, on=today(), quote="明天一定到")
        with inspections.later(5):
            pass
    asked = inspections.inspected(inspections.an_inspector(), house.mate, item, on=today(), conversation="C-2")
    fresh = inspections.inspected(inspector, house.agent, item, on=today(), comment="先查物流再答复")
    made.found |= {
        "item": item.public_id,
        "counts": old.public_id,
        "open": fresh.public_id,
        "asked": asked.public_id,
    }


def _peak(made: Company, house: Floor) -> None:
    lead, last = house.actor("lead"), today()
    with transaction():
        made.found["peak"] = peaks.make(
            lead,
            peaks.Wanted(
                name="双十一",
                team_id=house.team.id,
                starts_on=last - timedelta(days=14),
                ends_on=last - timedelta(days=4),
                look_on=last + timedelta(days=30),
            ),
        )
    with transaction():
        peaks.add_finding(
            lead,
            made.found["peak"],
            peaks.Found(title="爆仓", text="改地址查不到答案", from_on=last - timedelta(days=9), until_on=last),
        )
    with transaction():
        targets.set_target(
            house.actor("director"),
            2026,
            house.root.id,
            "csat",
            targets.Wanted(
                way=targets_by.Way.POINTS, amount=2, base_from=date(2026, 7, 1), base_until=date(2026, 10, 1)
            ),
        )
    made.found["plan"] = a_staff_plan(
        house.team, 6_200, 9_000, 14_800, actor=lead, formula=Formula(way=Way.STEP)
    ).public_id
