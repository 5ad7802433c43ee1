"""Misses become gaps, gaps become articles, and whoever missed it hears of it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from lms.content import actions as content
from lms.content import queries as documents
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, session, transaction
from lms.core.errors import Conflict, Invalid, NotFound, TooMany
from lms.core.here import today
from lms.kb import queries as kb
from lms.kb.actions import gap_counting, gap_file, gaps
from lms.kb.actions.gap_counting import MOST_AT_ONCE
from lms.kb.jobs.gaps import count_misses, count_questions
from lms.kb.models import Gap, GapAsker, GapMiss, Vote
from lms.kb.queries import gaps as reading
from lms.notifications.models import Notice
from lms.questions.rules.order import shown_ids
from lms.quizzes import actions as quizzes
from tests.support.make import a_person, an_actor
from tests.support.make_content import a_document, a_draft, a_quiz_text, a_trainer, an_article_text, edited
from tests.support.make_kb import a_gap, a_shop, counted, gaps_by_title, missed_by, searched, the_gap, viewed, voted
from tests.support.make_quizzes import answered_right, begun, handed_in, paper, right_value

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
NAMES = [f"问的人{number}" for number in range(6)]


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def agents(count: int = 3):
    return [a_person(Role.AGENT, name=NAMES[number]) for number in range(count)]


def on_day(days: int):
    return clock.frozen(NOON + timedelta(days=days))


def misses():
    session().expire_all()
    rows = session().query(GapMiss).order_by(GapMiss.words, GapMiss.source, GapMiss.day)
    return [(row.source, row.words, row.count) for row in rows]


def do(verb, *args, **more):
    with transaction():
        return verb(*args, **more)


def told(person):
    return [
        row.sentence["id"] % row.sentence["values"] for row in session().query(Notice).filter_by(person_id=person.id)
    ]


# counting


def test_searches_in_vain_are_counted_by_day_and_by_nobody(world):
    one, two, _ = agents()
    missed_by("改地址", one, two)
    missed_by("改地址", one, at=NOON - timedelta(days=1))
    counted()
    assert misses() == [("no_hit", "改地址", 1), ("no_hit", "改地址", 2)]
    assert "person_id" not in GapMiss.__table__.columns


def test_counting_again_changes_nothing(world):
    missed_by("改地址", *agents())
    voted(a_person(Role.AGENT), a_document(a_trainer()))
    assert counted() > 0
    before = misses(), [(gap.id, gap.title, gap.last_at) for gap in session().query(Gap)]
    assert counted() == 0
    assert (misses(), [(gap.id, gap.title, gap.last_at) for gap in session().query(Gap)]) == before


def test_a_list_whose_article_is_opened_later_is_no_miss_any_more(world):
    person = agents(1)[0]
    searched(person, "退货", hits=4, at=NOON - timedelta(hours=1))
    counted()
    assert misses() == [("no_click", "退货", 1)]
    viewed(person, a_document(a_trainer()), at=NOON - timedelta(hours=1) + timedelta(minutes=2))
    counted()
    assert misses() == []


def test_a_vote_taken_back_is_no_miss_any_more(world):
    person, article = agents(1)[0], a_document(a_trainer(), an_article_text("价保申请"))
    voted(person, article)
    counted()
    assert misses() == [("vote", "价保申请", 1)]
    with transaction() as s:
        s.query(Vote).update({"solved": True, "reason": ""})
    counted()
    assert misses() == []


def test_three_searches_in_vain_open_a_gap_and_two_do_not(world):
    people = agents()
    missed_by("改地址", *people[:2])
    counted()
    assert session().query(Gap).count() == 0
    assert [(each.words, each.count) for each in reading.candidates()] == [("改地址", 2)]
    missed_by("改地址", people[2])
    counted()
    assert the_gap().title == "改地址"
    assert reading.candidates() == []


def test_what_is_alike_comes_into_the_same_gap_now_and_later(world):
    people = agents()
    missed_by("改地址", *people)
    counted()
    missed_by("能不能修改地址", people[0])
    counted()
    assert {row.gap_id for row in session().query(GapMiss)} == {the_gap().id}


def test_words_that_the_house_says_mean_the_same_come_together(world):
    a_document(
        a_trainer(), "---\n类型: 词表\n词表: 同义词\n---\n# 同义词\n\n- 退款 | 退钱\n", kind="words", slug="words/same"
    )
    missed_by("退钱规则", *agents(2))
    missed_by("退款规则", *agents(1))
    counted()
    assert {row.gap_id for row in session().query(GapMiss)} == {the_gap().id}


def test_the_shop_is_counted_with_the_miss(world):
    shop = a_shop("抖音店", "douyin")
    missed_by("改地址", *agents(), shop=shop.code)
    counted()
    assert reading.gaps(reading.Wanted())[0].shops == ["抖音店"]
    assert reading.gaps(reading.Wanted(shop="other")) == []


def test_who_searched_in_vain_is_an_asker_also_from_before_it_was_a_gap(world):
    people = agents()
    missed_by("改地址", people[0], at=NOON - timedelta(days=4))
    missed_by("改地址", *people[1:])
    counted()
    assert {row.person_id for row in session().query(GapAsker)} == {person.id for person in people}


def test_numbers_of_customers_are_not_kept(world):
    missed_by("13812345678 什么时候到", *agents())
    counted()
    assert the_gap().title == "***什么时候到"


def answered(quiz, *, wrong):
    actor = an_actor(Role.AGENT)
    attempt = begun(actor, quiz)
    answered_right(actor, attempt, but=list(paper(actor, attempt)))
    for key, item in paper(actor, attempt).items():
        right = right_value(item)
        value = next(each for each in shown_ids(item.order).values() if each != right) if wrong else right
        do(quizzes.save_answer, actor, attempt, key, value, item.seq + 1)
    handed_in(actor, attempt)


def test_a_question_that_half_get_wrong_is_counted_by_its_wrong_answers(world):
    a_document(a_trainer(), a_quiz_text(title="小测"), kind="quiz", slug="check")
    for number in range(7):
        answered("check", wrong=number < 4)
    assert (count_questions(), misses()) == (0, [])
    answered("check", wrong=False)
    count_questions()
    assert misses() == [("question", "几天内可以申请退货?", 4)]
    assert count_questions() == 0


# what people do


def test_asking_makes_a_gap_at_once_and_asking_again_no_second_one(world):
    one, two = (an_actor(Role.AGENT) for _ in range(2))
    for actor in (one, two, one):
        do(gaps.ask, actor, "改地址")
    assert {row.person_id for row in session().query(GapAsker)} == {one.id, two.id}
    assert the_gap().title == "改地址"


def test_asking_for_nothing_is_refused(world):
    with pytest.raises(Invalid):
        do(gaps.ask, an_actor(Role.AGENT), "？？？")


def test_nobody_asks_more_than_fifty_times_a_day(world):
    actor = an_actor(Role.AGENT)
    for number in range(gaps.MOST_A_DAY):
        do(gaps.ask, actor, f"问题{number}号")
    with pytest.raises(TooMany):
        do(gaps.ask, actor, "再问一个")


def test_a_name_given_by_hand_stays(world):
    missed_by("改地址", *agents())
    counted()
    do(gaps.rename, a_trainer(), the_gap().public_id, "改地址 / 什么时候发")
    missed_by("改地址", *agents(4))
    counted()
    assert the_gap().title == "改地址 / 什么时候发"


def test_merged_words_stay_together_and_later_ones_follow(world):
    people = agents()
    missed_by("改地址", *people)
    missed_by("什么时候发", *people)
    counted()
    both = gaps_by_title()
    do(gaps.merge, a_trainer(), both["什么时候发"].public_id, both["改地址"].public_id)
    missed_by("什么时候发货", people[0])
    counted()
    states = {title: gap.state for title, gap in gaps_by_title().items()}
    assert states == {"改地址": "open", "什么时候发": "merged"}
    assert {row.gap_id for row in session().query(GapMiss)} == {gaps_by_title()["改地址"].id}
    assert {row.gap_id for row in session().query(GapAsker)} == {gaps_by_title()["改地址"].id}


def test_parted_words_stay_apart(world):
    a_gap("运费险", "运费险理赔")
    do(gaps.part, a_trainer(), the_gap().public_id, ["运费险理赔"])
    missed_by("运费险理赔", *agents())
    counted()
    assert {gap.title: [row.words for row in session().query(GapMiss).filter_by(gap_id=gap.id).distinct()]
            for gap in session().query(Gap)}["运费险"] == ["运费险"]  # fmt: skip


def test_all_words_can_not_be_parted_from_a_gap(world):
    gap = a_gap("运费险")
    with pytest.raises(Invalid):
        do(gaps.part, a_trainer(), gap.public_id, ["运费险"])
    with pytest.raises(Invalid):
        do(gaps.part, a_trainer(), gap.public_id, ["别的"])


def test_what_is_no_knowledge_stays_shut_however_often_it_is_missed(world):
    gap = a_gap("今天吃什么")
    do(gaps.dismiss, a_trainer(), gap.public_id, "不是知识")
    with on_day(5):
        missed_by("今天吃什么", *agents(6), at=clock.now())
        counted()
        assert (the_gap().state, the_gap().reason) == ("dismissed", "不是知识")


def test_dismissing_asks_why(world):
    gap = a_gap("今天吃什么")
    with pytest.raises(Invalid):
        do(gaps.dismiss, a_trainer(), gap.public_id, "  ")


def test_taking_and_giving_back(world):
    gap, trainer = a_gap("改地址"), a_trainer()
    assert do(gaps.take, trainer, gap.public_id).owner_id == trainer.id
    assert do(gaps.take, trainer, gap.public_id, give_back=True).owner_id is None


def test_a_gap_that_is_not_there_is_not_found(world):
    with pytest.raises(NotFound):
        do(gaps.take, a_trainer(), "nothing")


# the article


def drafted(gap, trainer=None, title="发货前改地址"):
    trainer = trainer or a_trainer()
    with transaction():
        document = gaps.write_article(trainer, gap.public_id, title, "after-sales")
    return trainer, session().get_one(Document, document.id)


def test_the_draft_has_the_missed_words_as_aliases(world):
    _, document = drafted(a_gap("改地址", "什么时候发", "13***"))
    source = documents.text(document.draft_id)
    assert "别名: [什么时候发, 改地址]" in source
    assert document.title == "发货前改地址"


def test_a_second_draft_is_refused(world):
    gap = a_gap("改地址")
    drafted(gap)
    with pytest.raises(Conflict):
        drafted(gap)


def test_two_drafts_of_one_name_get_two_addresses(world):
    drafted(a_gap("改地址"))
    _, second = drafted(a_gap("什么时候发"))
    card = documents.cards([second.id])[second.id]
    assert card.slug == "after-sales/发货前改地址-2"


def published(trainer, document):
    with transaction():
        content.publish(trainer, document.id, document.draft_id)


def test_publishing_closes_the_gap_and_tells_whoever_asked(world):
    people = agents()
    missed_by("改地址", *people)
    counted()
    trainer, document = drafted(the_gap())
    published(trainer, document)
    gap = the_gap()
    assert (gap.state, gap.document_id, gap.closed_by) == ("closed", document.id, trainer.id)
    assert told(people[0]) == ["你搜过的“改地址”现在有答案了：《发货前改地址》"]


def test_publishing_again_tells_nobody_twice(world):
    people = agents()
    missed_by("改地址", *people)
    counted()
    trainer, document = drafted(the_gap())
    published(trainer, document)
    session().refresh(document)
    edited(trainer, document, an_article_text("发货前改地址", "## 回答\n可以改一次。"))
    assert len(told(people[0])) == 1


def test_who_may_not_read_the_article_hears_nothing_of_it(world):
    people = agents()
    missed_by("改地址", *people)
    counted()
    trainer, document = drafted(the_gap())
    with transaction():
        saved = content.save_draft(
            trainer, document.id, document.draft_id, an_article_text("发货前改地址", 可见="[培训师]")
        )
        content.publish(trainer, document.id, saved.revision_id)
    assert the_gap().state == "closed"
    assert told(people[0]) == []


def test_the_article_is_found_by_the_missed_words_afterwards(world):
    trainer, document = drafted(a_gap("改地址"))
    published(trainer, document)
    assert [hit.title for hit in kb.search(an_actor(Role.AGENT), "改地址")] == ["发货前改地址"]


def test_a_linked_article_gets_the_words_and_closes_the_gap_at_once(world):
    trainer = a_trainer()
    article = a_document(trainer, an_article_text("修改订单", 别名="[改单]"), slug="orders/alter")
    gap = a_gap("改地址")
    assert do(gaps.link, trainer, gap.public_id, "orders/alter")
    assert the_gap().state == "closed"
    assert documents.cards([article.id])[article.id].title == "修改订单"
    session().expire_all()
    assert session().get_one(Document, article.id).aliases == ["改单", "改地址"]


def test_linking_does_not_put_out_somebody_elses_draft(world):
    trainer = a_trainer()
    article = a_document(trainer, an_article_text("修改订单"), slug="orders/alter")
    with transaction():
        content.save_draft(trainer, article.id, article.published_id, an_article_text("修改订单", "## 时效\n写到一半"))
    gap = a_gap("改地址")
    assert not do(gaps.link, trainer, gap.public_id, "orders/alter")
    assert the_gap().state == "open"
    session().expire_all()
    article = session().get_one(Document, article.id)
    assert "改地址" in documents.text(article.draft_id)
    assert "写到一半" not in documents.text(article.published_id)
    published(trainer, article)
    assert the_gap().state == "closed"


def test_linking_where_the_words_stand_already_closes_too(world):
    trainer = a_trainer()
    article = a_document(trainer, an_article_text("修改订单", 别名="[改地址]"), slug="orders/alter")
    gap = a_gap("改地址")
    before = article.published_id
    assert do(gaps.link, trainer, gap.public_id, "orders/alter")
    session().expire_all()
    assert (the_gap().state, session().get_one(Document, article.id).published_id) == ("closed", before)


def test_an_article_that_is_only_a_draft_can_not_be_linked(world):
    trainer = a_trainer()
    a_draft(trainer, slug="orders/begun")
    gap = a_gap("改地址")
    with pytest.raises(NotFound):
        do(gaps.link, trainer, gap.public_id, "orders/begun")


# after the closing


def test_the_story_of_the_warehouse_57_misses_an_article_and_6_the_next_day(world):
    people = [a_person(Role.AGENT) for _ in range(57)]
    missed_by("改地址", *people[:40])
    missed_by("什么时候发", *people[40:])
    counted()
    both = gaps_by_title()
    do(gaps.merge, a_trainer(), both["什么时候发"].public_id, both["改地址"].public_id)
    gap = gaps_by_title()["改地址"]
    do(gaps.rename, a_trainer(), gap.public_id, "改地址 / 什么时候发")
    assert [(row.title, row.month, row.askers) for row in reading.gaps(reading.Wanted())] == [(gap.title, 57, 57)]
    trainer, document = drafted(gap, title="爆仓期间改地址和发货时间")
    published(trainer, document)
    assert told(people[0]) == ["你搜过的“改地址 / 什么时候发”现在有答案了：《爆仓期间改地址和发货时间》"]
    with on_day(1):
        missed_by("改地址", *people[:6], at=clock.now())
        counted()
        [row] = reading.gaps(reading.Wanted(state="closed"))
        assert row.trend[-2:] == [57, 6]


def closed_on_noon(people):
    missed_by("改地址", *people)
    counted()
    trainer, document = drafted(the_gap())
    published(trainer, document)
    return trainer, document


def test_misses_of_the_next_day_do_not_open_it_again(world):
    people = agents(6)
    closed_on_noon(people)
    with on_day(1):
        missed_by("改地址", *people, at=clock.now())
        counted()
        assert the_gap().state == "closed"


def test_misses_that_go_on_open_it_again_and_its_owner_is_told(world):
    people = agents(6)
    trainer, _ = closed_on_noon(people)
    with on_day(3):
        missed_by("改地址", *people[:5], at=clock.now())
        counted()
        gap = the_gap()
        assert (gap.state, gap.reopened, gap.closed_at) == ("open", 1, None)
        assert told(trainer) == ["“改地址”写过答案以后还有人搜不到，缺口重新打开了"]
        assert counted() == 0


def test_who_missed_it_again_is_told_again(world):
    people = agents(6)
    trainer, document = closed_on_noon(people)
    with on_day(3):
        missed_by("改地址", *people[:5], at=clock.now())
        counted()
        do(gaps.link, trainer, the_gap().public_id, documents.cards([document.id])[document.id].slug)
        assert len(told(people[0])) == 2
        assert len(told(people[5])) == 1


def test_by_hand_it_opens_at_once(world):
    gap = a_gap("改地址")
    do(gaps.dismiss, a_trainer(), gap.public_id, "不是知识")
    do(gaps.reopen, a_trainer(), gap.public_id)
    assert (the_gap().state, the_gap().reason) == ("open", "")
    with pytest.raises(Conflict):
        do(gaps.reopen, a_trainer(), gap.public_id)


def test_candidates_become_a_gap_by_hand(world):
    missed_by("税票", *agents(1))
    counted()
    do(gaps.promote, a_trainer(), "税票")
    assert the_gap().title == "税票"
    with pytest.raises(NotFound):
        do(gaps.promote, a_trainer(), "税票")


# reading


def test_the_list_is_by_weight_with_a_trend_of_28_days(world):
    a_gap("改地址", count=9, day=today() - timedelta(days=10))
    a_gap("什么时候发", count=4)
    rows = reading.gaps(reading.Wanted())
    assert [(row.title, row.week, row.month) for row in rows] == [("改地址", 0, 9), ("什么时候发", 4, 4)]
    assert (rows[0].trend[17], rows[1].trend[27], len(rows[0].trend)) == (9, 4, 28)
    assert [row.title for row in reading.gaps(reading.Wanted(), sort="week")] == ["什么时候发", "改地址"]


def test_who_asked_is_named_only_where_it_may_be(world):
    missed_by("改地址", *agents())
    counted()
    gap = the_gap()
    assert {each.name for each in reading.gap(gap.public_id, with_names=True).names} == set(NAMES[:3])
    hidden = reading.gap(gap.public_id, with_names=False)
    assert (list(hidden.names), hidden.listed.askers) == ([], 3)


def test_a_gap_shows_the_article_that_did_not_help(world):
    article = a_document(a_trainer(), an_article_text("价保申请"))
    for person in agents():
        voted(person, article, reason="outdated")
    counted()
    shown = reading.gap(the_gap().public_id, with_names=False)
    assert [(card.title, reason, count) for card, reason, count in shown.articles] == [("价保申请", "outdated", 3)]


def test_a_gap_of_votes_alone_is_called_like_the_article(world):
    article = a_document(a_trainer(), an_article_text("应急预案：K2 异响"))
    for person in agents():
        voted(person, article)
    counted()
    assert the_gap().title == "应急预案：K2 异响"


def test_counting_begins_a_day_before_the_last_count_and_at_most_28_days_back(world):
    assert gap_counting.first_to_count(["no_hit"]) == today() - timedelta(days=27)
    a_gap("改地址", day=today() - timedelta(days=3))
    assert gap_counting.first_to_count(["no_hit"]) == today() - timedelta(days=4)


def test_the_worker_counts_without_anybody(world):
    assert count_misses() == 0


@pytest.mark.committed
def test_two_who_ask_for_the_same_at_once_make_one_gap(fresh):
    with fresh.app_context():
        people = [an_actor(Role.AGENT) for _ in range(4)]
        session().rollback()
        barrier = threading.Barrier(len(people))

        def run(actor):
            with fresh.app_context():
                barrier.wait(20)
                do(gaps.ask, actor, "改地址")
                db.session.remove()

        threads = [threading.Thread(target=run, args=(actor,)) for actor in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        session().rollback()
        assert session().query(Gap).count() == 1
        assert session().query(GapAsker).count() == len(people)


@pytest.mark.committed
def test_two_workers_that_count_at_once_count_once(fresh):
    with fresh.app_context():
        missed_by("改地址", *agents())
        barrier = threading.Barrier(2)

        def run():
            with clock.frozen(NOON), fresh.app_context():  # each thread has a clock of its own
                barrier.wait(20)
                count_misses()
                db.session.remove()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        session().rollback()
        assert misses() == [("no_hit", "改地址", 3)]
        assert session().query(Gap).count() == 1


def test_a_file_of_five_thousand_different_reasons_is_counted_and_opens_the_heaviest_gaps(world):
    kinds = ("发货", "退款", "改地址", "运费", "价保", "尺码", "发票", "赠品")
    reasons = [f"{kinds[n % 8]}{n * 7919 % 100_003}{kinds[n // 8 % 8]}" for n in range(5_000)]
    rows = "".join(f"{words},{9 if n == 17 else 3},{today()}\n" for n, words in enumerate(reasons))
    data = f"原因,次数,日期\n{rows}".encode()
    trainer = a_trainer()
    with transaction():
        gap_file.apply(trainer, data, "contact", shown=gap_file.digest(gap_file.plan(data, "contact")), partial=True)
    assert session().query(GapMiss).count() == 5_000
    assert 0 < session().query(Gap).count() <= MOST_AT_ONCE
    assert session().query(GapMiss.gap_id).filter_by(count=9).scalar() is not None
    with transaction():
        gap_file.apply(trainer, data, "contact", shown=gap_file.digest(gap_file.plan(data, "contact")), partial=True)
    assert session().query(GapMiss).count() == 5_000
