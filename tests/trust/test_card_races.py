"""Publishing while somebody confirms: whoever comes first, nobody's confirmation counts for what they have not seen."""

import threading

import pytest

from lms.assignments.models import Assignment, AssignmentReason
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict
from lms.kb.actions import cards
from lms.records import queries as records
from lms.records.models import Standing
from tests.support.make import a_person, as_actor
from tests.support.make_cards import NEW_RULE, number_of, owes_card, rule_text, slug_of
from tests.support.make_content import a_document, a_trainer, edited

pytestmark = pytest.mark.committed


def at_once(app, *works):
    """Run these at the same moment, each in a context of its own; return what each gave or raised."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def run(index, work):
        with app.app_context():
            barrier.wait(20)
            try:
                found[index] = work()
            except Exception as error:
                found[index] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    session().rollback()
    session().expire_all()
    return found


def confirming(person, slug, number):
    def work():
        actor = as_actor(person)
        with transaction():
            return cards.confirm(actor, slug, number=number)

    return work


def test_publishing_while_somebody_confirms_leaves_them_with_the_new_version_to_confirm(fresh):
    with fresh.app_context():
        trainer, person = a_trainer(), a_person(Role.AGENT)
        article = a_document(trainer, rule_text(必读="[客服]"), slug="time")
        for round_ in range(6):
            seen, old, slug = number_of(article), article.published_id, slug_of(article)
            text = rule_text(NEW_RULE + str(round_), 必读="[客服]")
            done, published = at_once(
                fresh, confirming(person, slug, seen), lambda text=text: edited(trainer, article, text)
            )
            assert isinstance(published, int)
            standing = session().get(Standing, (person.id, article.id))
            assert owes_card(person, article)
            if isinstance(done, Conflict):  # the publication came first
                assert done.code == "newer_revision"
            else:
                assert standing.confirmed_revision_id == old
            confirming(person, slug, number_of(article))()
            assert not owes_card(person, article)


def test_two_presses_at_once_are_one_line_of_the_log(fresh):
    with fresh.app_context():
        trainer, person = a_trainer(), a_person(Role.AGENT)
        article = a_document(trainer, rule_text(必读="[客服]"), slug="time")
        press = confirming(person, slug_of(article), number_of(article))
        found = at_once(fresh, press, press, press)
        assert sorted(each.fresh for each in found) == [False, False, True]
        assert len(records.lines_of(person.id, article.id)) == 1


def test_two_articles_published_at_once_give_everybody_both(fresh):
    with fresh.app_context():
        trainer, people = a_trainer(), [a_person(Role.AGENT) for _ in range(8)]
        works = [
            lambda slug=slug: a_document(trainer, rule_text(必读="[客服]", title=slug), slug=slug).id
            for slug in ("one", "two", "three")
        ]
        found = at_once(fresh, *works)
        assert all(isinstance(each, int) for each in found), found
        assert session().query(Assignment).filter_by(occasion="read").count() == 3 * len(people)
        assert session().query(AssignmentReason).filter_by(kind="must-read", until=None).count() == 3 * len(people)
