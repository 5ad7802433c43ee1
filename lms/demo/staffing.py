"""年货节: who will be needed, who may already take its queue, and where the missing ones come from."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from lms.accounts import actions as accounts
from lms.accounts.queries import works_of
from lms.assignments import actions as duties
from lms.core.db import session, transaction
from lms.core.here import today
from lms.demo import learner, studio, writings
from lms.demo.agenda import Script, later
from lms.demo.stage import Stage
from lms.learning.actions import certificates, queues
from lms.learning.queries import queues as queue_reading
from lms.learning.rules.certificates import Terms
from lms.readiness.actions import staffing as acts
from lms.readiness.queries.supply import Proof
from lms.readiness.rules.need import Formula, Volume

LESSON = "peak/service"
GIVEN = 48
"""Days ago on which the lesson was given out, before 双十一."""
MISSED = ("白鹭", "黎小雅", "冯超")
"""Who was on other work then and has it still before them."""
AHEAD, LENGTH = 38, 10
ORDERS = (8_300, 9_600, 11_200, 12_900, 14_800, 14_100, 12_600, 10_900, 9_200, 7_800)
"""What each day of 年货节 is expected to bring."""
BASE, PRESENT = 6_200, 44
KNOWN_DAYS = 430
WEEK = (0.97, 0.95, 0.96, 0.99, 1.06, 1.08, 0.99)
"""What a weekday brings beside the mean, Monday first."""


def staff(stage: Stage) -> None:
    """Note the lesson, its certificate and its queue, and yesterday's plan of L1001."""
    stage.agenda.once(stage.at(GIVEN, 9), partial(_prepare, stage))
    stage.agenda.once(stage.at(1, 10, 20), partial(_plan, stage))


def _prepare(stage: Stage) -> None:
    """Give the lesson to everybody but three; who has done it holds a certificate, and only they take the queue."""
    trainer, away = stage.who("T1001"), {stage.number(name) for name in MISSED}
    lesson = studio.create(stage, "T1001", "lesson", LESSON, writings.document("peak-service"), "大促前的一课")
    terms = Terms(valid_days=180, renew_days=20, grace_days=0)
    with transaction():
        certificates.make_plan(
            trainer, certificates.Draft(document_id=lesson, name="大促接待资格证", terms=terms, refresher_id=None)
        )
    with transaction():
        queues.make_queue(trainer, code="new-year", name="年货节专线", needs=[lesson])
    numbers = [each.no for each in stage.agents() if each.no not in away]
    with transaction():
        duties.assign(
            trainer, [stage.ids[no] for no in numbers], lesson, due_on=stage.today - timedelta(days=GIVEN - 14)
        )
    wish = {no: GIVEN - 3 - place % 9 for place, no in enumerate(numbers)}
    for no, ago in stage.worked(numbers, wish).items():
        stage.agenda.add(
            stage.at(min(ago, GIVEN - 1), 15, stage.rng(no, "peak lesson").randrange(55)), _learn(stage, no)
        )


def _learn(stage: Stage, no: str) -> Script:
    person, rng = stage.who(no), stage.rng(no, "peak lesson read")
    for duty in learner.owed(person.id):
        if duty.slug == LESSON:
            yield from learner.read_to_end(person, duty, rng.randrange(260, 620))
            yield later(2)


def _plan(stage: Stage) -> None:
    """Write down what past days brought and what 年货节 is expected to, and ask who is missing."""
    lead, first = stage.who("L1001"), stage.today + timedelta(days=AHEAD)
    draft = acts.Draft(
        name="年货节",
        team_id=stage.teams["hemu"],
        from_on=first,
        until_on=first + timedelta(days=LENGTH - 1),
        base_orders=BASE,
        present=PRESENT,
        formula=Formula(),
        skills=[(Proof(certificate_plan_id=None, queue_id=_queue()), 100)],
    )
    with transaction():
        made = acts.make(lead, draft)
        session().flush()
        acts.write_days(made, _history(stage), acts.HISTORY)
        acts.set_days(lead, made.public_id, _forecast(stage, first))
    _shifts(stage, first)


def _shifts(stage: Stage, first: date) -> None:
    """Say who comes early, late or at night in these days; who works on which of them stays as it is."""
    numbers = [each.no for each in stage.agents()]
    at_night = {each.no for each in stage.agents() if each.team == "night"}
    works = works_of([stage.ids[no] for no in numbers])
    days: dict[int, dict[date, bool | None]] = {}
    shifts: dict[tuple[int, date], str] = {}
    for place, no in enumerate(numbers):
        person_id = stage.ids[no]
        for day in (first + timedelta(days=ahead) for ahead in range(LENGTH)):
            if works[person_id](day):
                days.setdefault(person_id, {})[day] = True
                late = "夜" if place % 3 == 0 else "晚"
                shifts[person_id, day] = late if no in at_night else "早晚"[place % 2]
    with transaction():
        accounts.set_days(stage.who("L1001"), days, shifts)


def _queue() -> int:
    return next(each.id for each in queue_reading.queues(today()) if each.code == "new-year")


def _forecast(stage: Stage, first: date) -> Mapping[date, Volume]:
    rng = stage.rng("forecast")
    return {
        first + timedelta(days=place): Volume(
            orders=orders, contacts=round(orders * rng.uniform(0.33, 0.37)), complaints=round(orders * 0.004)
        )
        for place, orders in enumerate(ORDERS)
    }


def _history(stage: Stage) -> Mapping[date, Volume]:
    """Return the days since before last year's 年货节, with it and 双十一 standing out."""
    rng, found = stage.rng("volumes"), {}
    last_year = stage.today + timedelta(days=AHEAD - 364)
    peaks = {last_year + timedelta(days=place): orders / BASE for place, orders in enumerate(ORDERS)}
    peaks |= {stage.today - timedelta(days=ago): 2.4 - abs(ago - 11) * 0.35 for ago in range(8, 15)}
    for ago in range(KNOWN_DAYS, 0, -1):
        day = stage.today - timedelta(days=ago)
        grown = 1 - 0.14 * ago / 365
        orders = round(BASE * grown * WEEK[day.weekday()] * peaks.get(day, 1.0) * rng.uniform(0.95, 1.05))
        found[day] = Volume(
            orders=orders, contacts=round(orders * rng.uniform(0.32, 0.38)), complaints=round(orders * 0.004)
        )
    return found
