"""What is written in an appraisal leaks nowhere: not to a trainer, an administrator, another team's lead, a colleague.

Each text of an appraisal and of a goal holds a token. Every address is got as each of them; the lead's crawl sees
every token, so the crawl can see.
"""

from datetime import timedelta

import pytest

from lms.core.db import transaction
from lms.core.here import today
from lms.reviews.actions import appraisals as acts
from lms.reviews.actions import freezing, goals
from lms.reviews.queries import appraisals as reading
from lms.reviews.queries.freezing import digest_of
from tests.support.canary import Canary, crawled
from tests.support.make import as_actor
from tests.support.make_appraisals import QUARTER, a_cycle, answers
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of

# Who sees whose is decided by SQL that tests/reviews proves on both databases.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")


class Drawer:
    """A house in which 阿南 has a second appraisal whose every text is a token, appealed and waiting."""

    def __init__(self, world):
        self.world, self.house, self.canary = world, a_house(), Canary()
        own, lead, hr = (as_actor(self.house.people[who]) for who in ("own", "lead", "hr"))
        plant = self.canary.plant
        with transaction():
            self.goal = goals.set_goal(
                lead,
                goals.Wanted(
                    employee_no=own.employee_no,
                    period=QUARTER,
                    text=plant("goal"),
                    measure=plant("measure"),
                    due_on=today() + timedelta(days=9),
                    document_id=None,
                ),
            )
        with transaction():
            goals.show(own, self.goal, plant("evidence"), "")
        self.cycle = a_cycle(hr, self.house.own, period=QUARTER)
        [self.one] = [each.public_id for each in reading.own(own) if each.cycle.public_id == self.cycle]
        marks, texts = answers("self")
        with transaction():
            acts.save_self(own, self.one, marks, texts | {"proud": plant("self")}, done=True)
        marks, texts = answers("supervisor")
        with transaction():
            acts.save_supervisor(lead, self.one, marks, texts | {"better": plant("supervisor")}, done=True)
        with transaction():
            acts.adjust(hr, self.one, 77.0, plant("adjusting"))
        with transaction():
            freezing.release(hr, self.one)
        for actor in (own, lead):
            with transaction():
                freezing.sign(actor, self.one, digest_of(actor, self.one), read=True)
        with transaction():
            freezing.appeal(own, self.one, plant("appeal"), plant("desired"))

    def pages(self, who):
        client, _ = browser_of(self.world, self.house.people[who])
        return crawled(client, self.addresses())

    def addresses(self):
        yield from (f"/reviews/{self.one}{more}" for more in ("", "/versions/1", "/versions/1.json", "/print"))
        yield from (f"/goals/{self.goal}", f"/reviews/cycles/{self.cycle}", f"/reviews/cycles/{self.cycle}/calibration")
        yield from (f"/reviews/cycles/{self.cycle}?format=csv", "/reviews?closed=1", "/api/v1/appraisals?period=2026Q3")
        for rule in all_rules(self.world):
            if "GET" in rule.methods:
                for values in values_of(self.house, rule) if rule.arguments else [{}]:
                    yield address(self.world, rule, values)


@pytest.fixture
def drawer(world):
    return Drawer(world)


def test_the_lead_sees_every_token_so_the_crawl_can_see_them(drawer):
    seen = {each.partition(" at ")[0] for each in drawer.canary.seen(drawer.pages("lead"))}
    assert seen == set(drawer.canary.tokens)


@pytest.mark.parametrize("who", ["trainer", "admin", "other_lead", "mate", "mentor", "quality"])
def test_nobody_else_sees_any(drawer, who):
    assert drawer.canary.seen(drawer.pages(who)) == []
