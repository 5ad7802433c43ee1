"""Two at once in the care of knowledge: decided once, accepted once, and the other one is told."""

from functools import partial

import pytest
from sqlalchemy import select

from lms.content import actions as content
from lms.content import queries
from lms.content.actions import reviewing
from lms.content.models import ReviewRequest, Revision
from lms.core.access import Role
from lms.core.db import session
from lms.core.errors import Conflict
from lms.kb.actions import gaps, reviews, suggestions, voting
from lms.kb.models import Gap, GapMiss, Suggestion, Verification, Vote
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, a_draft, a_trainer, an_article_text
from tests.support.make_kb import a_gap
from tests.trust.test_races import at_once, in_one, rounds

pytestmark = pytest.mark.committed


def one_conflict(found):
    return len([each for each in found if isinstance(each, Conflict)]) == 1


def test_of_two_reviewers_who_decide_at_once_one_wins(fresh):
    with fresh.app_context():
        author, one, other = a_trainer(), a_trainer(), a_trainer()
        for _ in range(rounds(fresh, 2, 6)):
            made = a_draft(author)
            request = in_one(reviewing.hand_in, author, made.document_id, made.revision_id).id
            session().rollback()
            found = at_once(
                fresh,
                partial(in_one, reviewing.approve, one, request, made.revision_id, "好"),
                partial(in_one, reviewing.send_back, other, request, "再改"),
            )
            assert one_conflict(found), found
            state = session().scalar(select(ReviewRequest.state).where(ReviewRequest.id == request))
            kinds = session().scalars(select(Revision.kind).where(Revision.document_id == made.document_id)).all()
            assert ("publish" in kinds) == (state == "approved")


def test_of_two_trainers_who_take_a_proposal_at_once_one_does(fresh):
    with fresh.app_context():
        agent, one, other = as_actor(a_person(Role.AGENT)), a_trainer(), a_trainer()
        for number in range(rounds(fresh, 2, 6)):
            document = a_document(one, an_article_text(f"第{number}条"))
            published, id = document.published_id, document.id
            text = queries.text(published).replace("七天内", "十天内")
            public_id = in_one(suggestions.suggest_edit, agent, id, published, text, "改").public_id
            session().rollback()
            found = at_once(
                fresh,
                partial(in_one, suggestions.accept, one, public_id),
                partial(in_one, suggestions.accept, other, public_id),
            )
            assert one_conflict(found), found
            mine = select(Revision.id).where(Revision.document_id == id, Revision.author_id == agent.id)
            assert len(session().scalars(mine).all()) == 1


def test_taking_a_proposal_while_the_trainer_publishes_loses_neither(fresh):
    with fresh.app_context():
        agent, one, other = as_actor(a_person(Role.AGENT)), a_trainer(), a_trainer()
        for number in range(rounds(fresh, 2, 6)):
            document = a_document(one, an_article_text(f"第{number}条", "## 一\n七天内。\n\n## 二\n买家承担。"))
            published, id = document.published_id, document.id
            source = queries.text(published)
            public_id = in_one(
                suggestions.suggest_edit, agent, id, published, source.replace("七天", "十天"), "改"
            ).public_id
            draft = in_one(content.save_draft, one, id, published, source.replace("买家", "卖家")).revision_id
            session().rollback()
            found = at_once(
                fresh,
                partial(in_one, suggestions.accept, other, public_id),
                partial(in_one, content.publish, one, id, draft, "运费"),
            )
            assert not [each for each in found if isinstance(each, Exception) and not isinstance(each, Conflict)], found
            kept = session().scalars(select(Suggestion).where(Suggestion.public_id == public_id)).one()
            assert kept.state == "accepted"
            text = queries.text(queries.cards([id])[id].published_id)
            latest = session().scalar(
                select(Revision.id).where(Revision.document_id == id).order_by(Revision.id.desc())
            )
            assert "卖家" in text or "卖家" in queries.text(latest)
            assert "十天" in text or "十天" in queries.text(latest) or "十天" in queries.text(kept.result_revision_id)


def test_an_article_confirmed_twice_at_once_holds_until_one_day(fresh):
    with fresh.app_context():
        one, other = a_trainer(), a_trainer()
        document = a_document(one)
        id, published = document.id, document.published_id
        session().rollback()
        found = at_once(
            fresh,
            partial(in_one, reviews.confirm, one, id, published),
            partial(in_one, reviews.confirm, other, id, published),
        )
        assert found[0] == found[1]
        assert len(session().scalars(select(Verification.id)).all()) == 2


def test_two_gaps_merged_into_each_other_at_once_leave_one_with_all_the_words(fresh):
    with fresh.app_context():
        one, other = a_trainer(), a_trainer()
        for number in range(rounds(fresh, 2, 6)):
            first, second = a_gap(f"甲{number}"), a_gap(f"乙{number}")
            names, ids = (first.public_id, second.public_id), (first.id, second.id)
            session().rollback()
            found = at_once(
                fresh,
                partial(in_one, gaps.merge, one, *names),
                partial(in_one, gaps.merge, other, *reversed(names)),
            )
            assert one_conflict(found), found
            session().expire_all()
            states = session().scalars(select(Gap.state).where(Gap.id.in_(ids))).all()
            assert sorted(states) == ["merged", "open"]
            kept = session().scalars(select(GapMiss.gap_id).join(Gap, Gap.id == GapMiss.gap_id).where(Gap.id.in_(ids)))
            assert len(set(kept.all())) == 1


def test_a_vote_from_five_tabs_at_once_is_one(fresh):
    with fresh.app_context():
        document, agent = a_document(a_trainer()), as_actor(a_person(Role.AGENT))
        id, published = document.id, document.published_id
        session().rollback()
        found = at_once(fresh, *[partial(in_one, voting.vote, agent, id, published, solved=True)] * 5)
        assert found == [None] * 5
        assert len(session().scalars(select(Vote.person_id).where(Vote.document_id == id)).all()) == 1
