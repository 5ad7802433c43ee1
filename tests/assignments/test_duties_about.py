"""A document's own page reads a part of what somebody owes, and says the same as if it had read everything."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert

from lms.assignments import queries
from lms.assignments.models import AssignmentItem
from lms.assignments.rules import place_of
from lms.core import clock
from lms.core.db import transaction
from lms.core.here import today
from tests.support.make import a_person
from tests.support.make_duties import a_document, owes


def an_assignment(seed: int):
    """Return a person in a curriculum of three stages, each waiting for the one before, done at random; and its documents."""
    random = Random(seed)
    person = a_person()
    goal = a_document("curriculum")
    courses = [a_document("course") for _ in range(3)]
    leaves = [a_document(random.choice(["lesson", "lesson", "task", "quiz"])) for _ in range(14)]
    assignment = owes(person, goal)
    share = random.choice([0.2, 0.6, 0.95])
    rows = []
    for position, leaf in enumerate(leaves):
        stage = position // 5
        done = clock.now() if random.random() < (1.0 if stage == 0 and random.random() < 0.7 else share) else None
        rows.append(
            {
                "assignment_id": assignment.id,
                "position": position,
                "document_id": leaf.id,
                "container_id": random.choice([courses[stage].id, None]),
                "stage": stage,
                "stage_name": f"第{stage}段",
                "after_stage": stage - 1 if stage else None,
                "in_order": stage == 1,
                "required": random.random() < 0.8,
                "minutes": 10,
                "due_on": today() + timedelta(days=position - 6),
                "done_at": done,
                "exempt": done is None and random.random() < 0.1,
            }
        )
    with transaction() as s:
        s.execute(insert(AssignmentItem), rows)
    return person, [leaf.id for leaf in leaves]


@pytest.mark.parametrize("seed", range(25))
def test_the_place_and_the_lock_are_the_same_from_a_part_as_from_the_whole(world, seed):
    person, documents = an_assignment(seed)
    whole = queries.duties(person.id, today())
    for document in documents:
        part = queries.duties_about(person.id, document, today())
        assert place_of(part, document) == place_of(whole, document)
        locks = [queries.locked_reason(person.id, document, today(), every=each) for each in (part, whole)]
        assert str(locks[0]) == str(locks[1])


def test_what_is_not_owed_reads_nothing(world):
    person, _ = an_assignment(1)
    assert queries.duties_about(person.id, a_document().id, today()) == []


def test_what_is_done_elsewhere_is_left_out(world):
    person, documents = an_assignment(3)
    whole = {duty.item.position for duty in queries.duties(person.id, today())}
    assert {duty.item.position for duty in queries.duties_about(person.id, documents[-1], today())} < whole
