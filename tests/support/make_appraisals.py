"""Builders of appraisals: a team with a lead, a round that runs, an appraisal at any step; of composites, as rows."""

from dataclasses import dataclass
from datetime import date, timedelta

from lms.accounts.models import Person, Team
from lms.core import clock
from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.here import today
from lms.performance.models import CompositeSnapshot, Formula, KpiValue
from lms.reviews.actions import appraisal_cycles as cycles
from lms.reviews.actions import appraisals as acts
from lms.reviews.actions import freezing as final
from lms.reviews.queries import appraisal_cycles, appraisal_forms
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.freezing import digest_of
from lms.reviews.rules.appraisal_forms import Kind
from tests.support.make import a_person, a_team, as_actor

QUARTER = "2026Q3"


@dataclass
class Floor:
    """A team with its lead and agent, the lead above, who is in the office, and another team with its lead."""

    root: Team
    team: Team
    agent: Person
    mate: Person
    lead: Person
    manager: Person
    other_lead: Person
    hr: Person
    director: Person

    def actor(self, name: str) -> Actor:
        return as_actor(session().get_one(Person, getattr(self, name).id))


def a_floor() -> Floor:
    root = a_team("客服中心")
    team, other = a_team("售后一组", root), a_team("售后二组", root)
    return Floor(
        root=root,
        team=team,
        agent=a_person(Role.AGENT, team=team, name="陈予"),
        mate=a_person(Role.AGENT, team=team, name="许文静"),
        lead=a_person(Role.LEAD, team=team, name="周敏"),
        manager=a_person(Role.LEAD, team=root, name="方远"),
        other_lead=a_person(Role.LEAD, team=other, name="赵蕾"),
        hr=a_person(Role.HR, team=root, name="何岚"),
        director=a_person(Role.DIRECTOR, team=root, name="杜川"),
    )


def wanted(form: str = "quarterly", **more: object) -> cycles.Wanted:
    day = today()
    values = {
        "name": "三季度考核",
        "period": QUARTER,
        "form": form,
        "team_ids": (),
        "person_ids": (),
        "self_until": day + timedelta(days=5),
        "supervisor_until": day + timedelta(days=10),
        "calibrate_until": day + timedelta(days=12),
        "sign_until": day + timedelta(days=20),
        "appeal_days": 7,
        **more,
    }
    return cycles.Wanted(**values)


def a_cycle(actor: Actor, *people: Person, **more: object) -> str:
    """Return the public name of a round that runs with these people; without any, with everybody."""
    with transaction():
        public_id = cycles.draft(actor, wanted(person_ids=[each.id for each in people], **more))
    found = appraisal_cycles.cycle(public_id)
    plan = appraisal_cycles.plan(actor, found)
    with transaction():
        cycles.begin(actor, public_id)
        cycles.include(actor, public_id, {each: plan.supervisors[each] for each in plan.to_add})
    return public_id


def appraisal_of(person: Person) -> str:
    """Return the public name of a person's newest appraisal."""
    return reading.own(as_actor(person))[0].public_id


def answers(side: str, form: str = "quarterly", mark: str = "4") -> tuple[dict[str, str], dict[str, str]]:
    asked = appraisal_forms.form(form).spec.of(side)
    marks = {each.key: mark for each in asked if each.kind is Kind.MARK}
    return marks, {each.key: "写了几句" for each in asked if each.kind is Kind.TEXT}


def self_done(floor: Floor, public_id: str, who: str = "agent") -> None:
    with transaction():
        acts.save_self(floor.actor(who), public_id, *answers("self"), done=True)


def assessed(floor: Floor, public_id: str, mark: str = "4") -> None:
    self_done(floor, public_id)
    with transaction():
        acts.save_supervisor(floor.actor("lead"), public_id, *answers("supervisor", mark=mark), done=True)


def released(floor: Floor, public_id: str) -> str:
    """Bring it to be signed; return the digest."""
    assessed(floor, public_id)
    with transaction():
        final.release(floor.actor("hr"), public_id)
    return sha_of(floor, public_id)


def sha_of(floor: Floor, public_id: str) -> str:
    return digest_of(floor.actor("hr"), public_id)


def signed(floor: Floor, public_id: str) -> str:
    """Bring it to be signed and have both sign; return the digest."""
    sha = released(floor, public_id)
    sign_both(floor, public_id)
    return sha


def sign_both(floor: Floor, public_id: str) -> None:
    for who in ("agent", "lead"):
        with transaction():
            final.sign(floor.actor(who), public_id, sha_of(floor, public_id), read=True)


def appealed(floor: Floor, public_id: str) -> None:
    signed(floor, public_id)
    with transaction():
        final.appeal(floor.actor("agent"), public_id, "满意度样本只有 9 个", "按全部会话重算")


def a_figure(person: Person, metric: str = "csat", value: float = 77.8, count: int | None = 9) -> None:
    """Write a figure of the quarter as an import would, in place of one that is there."""
    with transaction() as s:
        key = (metric, "quarter", date(2026, 7, 1), person.id)
        found = s.get(KpiValue, key)
        if found is None:
            s.add(
                KpiValue(
                    metric=metric,
                    grain="quarter",
                    start=date(2026, 7, 1),
                    person_id=person.id,
                    value=value,
                    count=count,
                )
            )
        else:
            found.value, found.count = value, count


def a_composite(person: Person, total: float, *, version: int = 1, csat: float = 84.9) -> None:
    """Keep a composite of the quarter as the worker would, with satisfaction as the part that differs."""
    with transaction() as s:
        formula = s.query(Formula).filter_by(version=version).one_or_none()
        if formula is None:
            formula = Formula(
                version=version,
                name="三季度公式",
                spec={},
                state="ended",
                from_on=date(2026, 7, 1),
                made_at=clock.now(),
            )
            s.add(formula)
            s.flush()
        part = {
            "source": "kpi:csat",
            "weight": 30.0,
            "asked_weight": 30.0,
            "raw": 77.8,
            "adjusted": csat,
            "mean": 88.0,
            "n": 9,
            "raw_normalised": 77.8,
            "normalised": csat,
            "raw_points": 23.34,
            "points": round(csat * 0.3, 2),
        }
        s.add(
            CompositeSnapshot(
                person_id=person.id,
                period=QUARTER,
                formula_id=formula.id,
                total=total,
                raw_total=77.0,
                parts=[part],
                digest=bytes(32),
                at=clock.now(),
            )
        )
