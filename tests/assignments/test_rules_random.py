"""Random histories through the store: what facts keep in step, looking at everybody finds in step."""

import random

import pytest

from lms.accounts import actions as accounts
from lms.accounts.queries import console
from lms.assignments import actions
from lms.assignments.audience import Audience
from lms.assignments.due_plans import DuePlan
from lms.assignments.jobs.ruling import recompute
from lms.core.access import Role
from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.here import today
from tests.support.make import a_person, a_team
from tests.support.make_duties import a_document
from tests.support.make_rules import a_rule, snapshot, stopped


def an_audience(chance, teams):
    return {
        "positions": chance.choice([(), (), ("客服",), ("组长",)]),
        "teams": chance.choice([(), (teams[0].id,), (teams[1].id,), (teams[2].id,)]),
        "tags": chance.choice([(), (), ("夜班",)]),
        "employment": chance.choice([(), (), ("temporary",)]),
        "roles": chance.choice([(), (), ("lead",)]),
    }


def one_step(chance, people, teams, documents, rules):
    who, kind = chance.choice(people), chance.randrange(12)
    id, act = who.id, console()
    if kind == 0:
        rules.append(a_rule(chance.choice(documents), due=DuePlan(days=5), **an_audience(chance, teams)))
    elif kind == 1 and rules:
        stopped(rules.pop(chance.randrange(len(rules))))
    elif kind == 2 and rules:
        changed, audience = chance.choice(rules).id, Audience(**an_audience(chance, teams))
        with transaction():
            actions.change_rule(None, changed, name="", audience=audience, due_plan=DuePlan(days=chance.choice([5, 9])))
        recompute([changed])
    elif kind >= 9:
        with transaction():
            accounts.change_team(act, teams[2].id, name="蓝组", parent_id=chance.choice(teams[:2]).id)
    elif kind == 8:
        with transaction():
            actions.opened(id, chance.choice(documents).id)
    else:
        try:
            with transaction():
                person_step(chance, kind, act, id, teams)
        except (Conflict, Invalid):
            pass


def person_step(chance, kind, act, id, teams):
    if kind == 3:
        accounts.move(act, id, chance.choice(teams).id, today())
    elif kind == 4:
        accounts.close(None, id)
    elif kind == 5:
        accounts.reopen(act, id)
    elif kind == 6:
        accounts.set_tags(act, id, chance.choice([(), ("夜班",), ("夜班", "大促")]))
    else:
        values = {"position": chance.choice(["客服", "组长"]), "employment": chance.choice(["temporary", "regular"])}
        accounts.change(act, id, values)


@pytest.mark.parametrize("seed", range(8))
def test_what_facts_keep_in_step_looking_at_everybody_finds_in_step(world, seed):
    chance = random.Random(seed)
    root = a_team("总部")
    teams = [root, a_team("红组", root), a_team("蓝组", root)]
    a_person(Role.ADMIN, team=root, name="管理员")
    people = [a_person(team=chance.choice(teams), position="客服") for _ in range(4)]
    documents, rules = [a_document("article") for _ in range(3)], []
    for _ in range(3):
        rules.append(a_rule(chance.choice(documents), due=DuePlan(days=5), **an_audience(chance, teams)))
    for number in range(24):
        one_step(chance, people, teams, documents, rules)
        if number % 4 == 3:
            before = snapshot()
            assert recompute() == 0
            assert snapshot() == before
