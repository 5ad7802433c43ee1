"""Owners whom nobody here is are answered for by one person, now and for what comes later."""

import pytest

from lms.content.actions.owners import strangers, take_over
from lms.content.models import Document
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import NotFound
from tests.support.make import a_person, an_actor
from tests.support.make_content import a_document, a_trainer, an_article_text, edited


def written(owner, actor=None):
    return a_document(actor or a_trainer(), an_article_text(**({"负责人": owner} if owner else {})))


def taken(person):
    admin = an_actor(Role.ADMIN)
    with transaction():
        return take_over(admin, person.id)


def owner_of(document):
    return session().get_one(Document, document.id).owner_id


def test_it_is_said_first_whom_nobody_knows_and_how_many_name_them(world):
    written("T1001")
    written("T1001")
    written("")
    found = strangers()
    assert (dict(found.named), len(found.waiting), found.steward_id) == ({"T1001": 2}, 2, None)


def test_the_chosen_person_owns_them_all_and_no_other(world):
    stray, own, bare = written("T1001"), written(a_person(no="T2002").employee_no), written("")
    steward = a_person(no="T2001")
    before = owner_of(own)
    assert taken(steward) == 1
    assert (owner_of(stray), owner_of(own), owner_of(bare)) == (steward.id, before, None)
    assert strangers().waiting == ()


def test_what_is_published_later_goes_to_the_same_person(world):
    steward = a_person(no="T2001")
    taken(steward)
    assert owner_of(written("T1001")) == steward.id


def test_another_person_may_be_chosen_later(world):
    stray = written("T1001")
    taken(a_person(no="T2001"))
    second = a_person(no="T2002")
    assert taken(second) == 1
    assert owner_of(stray) == second.id


def test_whoever_came_after_the_document_under_that_number_gets_it(world):
    stray = written("T1001")
    named = a_person(no="T1001")
    taken(a_person(no="T2001"))
    assert owner_of(stray) == named.id


def test_an_edit_keeps_the_owner(world):
    trainer = a_trainer()
    stray = written("T1001", trainer)
    steward = a_person(no="T2001")
    taken(steward)
    edited(trainer, stray, an_article_text(title="换了题目", **{"负责人": "T1001"}))
    assert owner_of(stray) == steward.id


def test_somebody_who_has_left_can_not_be_chosen(world):
    with pytest.raises(NotFound):
        taken(a_person(active=False))
