"""When a rule changes, exactly the people who learned the old one are asked to read the new one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import g

from lms.accounts import actions as accounts
from lms.accounts.models import RosterDay, RosterPattern
from lms.assignments.actions import opened
from lms.assignments.models import Assignment, AssignmentReason
from lms.content import actions as content
from lms.content import meant
from lms.content.audience import words_of
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict
from lms.core.here import today
from lms.kb.actions import cards
from lms.kb.actions.cards import include
from lms.kb.jobs.cards import ask_waiting
from lms.kb.queries.cards import card_of
from lms.notifications.models import Notice
from lms.records import queries as records
from lms.records.actions import append, refold_people, void
from lms.records.events import Verb
from tests.support.make import LONG_AGO, a_person, a_team, an_actor, as_actor
from tests.support.make_cards import NEW_RULE, duty_of, has_read, number_of, owes_card, rule_text, slug_of
from tests.support.make_content import a_document, a_question, a_quiz_text, a_trainer, edited
from tests.support.make_learning import owes
from tests.support.make_quizzes import answered_right, begun, handed_in


@pytest.fixture
def trainer(world):
    return a_trainer()


def an_article(trainer, **front):
    return a_document(trainer, rule_text(**front), slug="after-sales/time")


def changes_the_rule(trainer, article, *, minor=False, **front):
    return edited(trainer, article, rule_text(NEW_RULE, **front), minor=minor)


def changes_the_freight(trainer, article):
    return edited(trainer, article, rule_text(more="## 运费\n都由顾客承担。"))


def lesson_on(trainer, anchor, slug="lesson"):
    text = f"---\n类型: 课时\n时长: 5分钟\n---\n# 退货怎么说\n\n## 一\n见[规则](../kb_content/after-sales/time.md{anchor})。\n"
    return a_document(trainer, text, kind="lesson", slug=slug)


def quiz_on(trainer, anchor, slug="quiz"):
    question = f"{a_question('几天内可以退？')}\n\n> 解析：见[规则](../kb_content/after-sales/time.md{anchor})。"
    return a_document(trainer, a_quiz_text(question), kind="quiz", slug=slug)


def passed(person, slug, *, right=True):
    attempt = begun(as_actor(person), slug)
    if right:
        answered_right(as_actor(person), attempt)
    handed_in(as_actor(person), attempt)


# who gets a card


def test_who_confirmed_the_old_version_is_asked_about_the_new_one(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    changes_the_rule(trainer, article)
    assert owes_card(agent, article)
    assert duty_of(agent, article).purpose == "change"


def test_who_never_read_it_is_asked_nothing(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    changes_the_rule(trainer, article)
    assert duty_of(agent, article) is None


@pytest.mark.parametrize(("anchor", "asked"), [("#时效", True), ("#运费", False), ("", False)])
def test_who_learned_it_by_a_lesson_is_asked_if_the_lesson_rests_on_the_changed_section(trainer, anchor, asked):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, lesson_on(trainer, anchor))
    changes_the_rule(trainer, article)
    assert owes_card(agent, article) is asked


@pytest.mark.parametrize(
    ("anchor", "right", "asked"), [("#时效", True, True), ("#时效", False, False), ("#运费", True, False)]
)
def test_who_passed_a_quiz_that_rests_on_the_changed_section_is_asked(trainer, anchor, right, asked):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    quiz_on(trainer, anchor)
    passed(agent, "quiz", right=right)
    changes_the_rule(trainer, article)
    assert owes_card(agent, article) is asked


def test_a_section_that_is_gone_asks_who_learned_it(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, lesson_on(trainer, "#运费"))
    edited(trainer, article, rule_text(more=""))
    assert owes_card(agent, article)


def test_a_new_section_asks_who_confirmed_the_article_and_nobody_who_learned_another_one(trainer):
    article, reader, learner = an_article(trainer), a_person(Role.AGENT), a_person(Role.AGENT)
    has_read(reader, article)
    has_read(learner, lesson_on(trainer, "#时效"))
    edited(trainer, article, rule_text(more="## 运费\n质量问题由商家承担。\n\n## 例外\n定制的不退。"))
    assert owes_card(reader, article)
    assert not owes_card(learner, article)


def test_moving_the_days_of_a_rule_asks_again(trainer):
    dated = "## 运费\n`生效:2026-11-01..2026-11-%s` `按下单日`\n\n商家承担。"
    article, agent = a_document(trainer, rule_text(more=dated % "20"), slug="after-sales/time"), a_person(Role.AGENT)
    has_read(agent, article)
    edited(trainer, article, rule_text(more=dated % "30"))
    assert owes_card(agent, article)


def test_a_minor_change_asks_nobody(trainer):
    article, agent = an_article(trainer, 必读="[客服]"), a_person(Role.AGENT)
    has_read(agent, article)
    changes_the_rule(trainer, article, minor=True, 必读="[客服]")
    assert not owes_card(agent, article)


def test_another_summary_asks_nobody_whatever_the_author_ticks(trainer):
    article, agent = an_article(trainer, 必读="[客服]"), a_person(Role.AGENT)
    has_read(agent, article)
    edited(trainer, article, rule_text(必读="[客服]", 摘要="几天内能退"))
    assert not owes_card(agent, article)


def test_who_has_left_is_asked_nothing(trainer):
    article, agent, hr = an_article(trainer), a_person(Role.AGENT), an_actor(Role.HR)
    has_read(agent, article)
    with transaction():
        accounts.close(hr, agent.id)
    changes_the_rule(trainer, article)
    assert duty_of(agent, article) is None


def test_who_may_not_read_the_article_any_more_is_asked_nothing(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    changes_the_rule(trainer, article, 可见="[质检]")
    assert duty_of(agent, article) is None


def test_must_read_and_change_are_one_duty_with_two_reasons(trainer):
    article, agent = an_article(trainer, 必读="[客服]"), a_person(Role.AGENT)
    has_read(agent, article)
    changes_the_rule(trainer, article, 必读="[客服]")
    assert session().query(Assignment).filter_by(person_id=agent.id).count() == 1
    assert reasons_of(agent, article) == {"must-read", "delta"}


def reasons_of(person, document):
    """Return the kinds of the reasons that hold."""
    duty = duty_of(person, document)
    return {each.kind for each in session().query(AssignmentReason).filter_by(assignment_id=duty.id, until=None)}


# two publications, moments, confirmations


def test_two_publications_before_anybody_looked_are_one_card_from_what_they_confirmed(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    known = article.published_id
    changes_the_rule(trainer, article)
    changes_the_freight(trainer, article)
    assert session().query(Assignment).filter_by(person_id=agent.id, state="open").count() == 1
    card = card_of(agent.id, article.id)
    assert (card.base_id, card.wanted_id) == (known, article.published_id)


def test_who_learned_it_by_a_lesson_sees_what_changed_since_that_was_taught(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    changes_the_freight(trainer, article)
    taught = article.published_id
    has_read(agent, lesson_on(trainer, "#时效"))
    edited(trainer, article, rule_text(NEW_RULE, more="## 运费\n都由顾客承担。"))
    edited(trainer, article, rule_text("三十天内可以申请退货。", more="## 运费\n都由顾客承担。"))
    assert card_of(agent.id, article.id).base_id == taught


def test_the_due_day_counts_rostered_days_and_a_second_publication_gives_no_more_time(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    works_on(agent, "2026-12-02", "2026-12-05", "2026-12-06", "2026-12-09")
    has_read(agent, article)
    with clock.frozen(datetime(2026, 12, 1, 2, tzinfo=UTC)):
        changes_the_rule(trainer, article)
    assert duty_of(agent, article).next_due_on == date(2026, 12, 6)
    with clock.frozen(datetime(2026, 12, 5, 2, tzinfo=UTC)):
        changes_the_freight(trainer, article)
    assert duty_of(agent, article).next_due_on == date(2026, 12, 6)


def works_on(person, *days):
    with transaction() as s:
        s.add(RosterPattern(person_id=person.id, weekdays=0, from_on=LONG_AGO))
        s.add_all(RosterDay(person_id=person.id, day=date.fromisoformat(day), working=True) for day in days)


def test_the_article_says_in_how_many_days_it_is_to_be_read(trainer):
    agent = a_person(Role.AGENT)
    works_on(agent, "2026-12-02", "2026-12-05", "2026-12-06")
    with clock.frozen(datetime(2026, 12, 1, 2, tzinfo=UTC)):
        article = an_article(trainer, 必读="[客服]", 必读期限="1天")
    assert duty_of(agent, article).next_due_on == date(2026, 12, 2)


def test_leave_moves_the_due_day_of_an_open_card(trainer):
    agent, admin = a_person(Role.AGENT), an_actor(Role.ADMIN)
    article = an_article(trainer, 必读="[客服]")
    before = duty_of(agent, article).next_due_on
    with transaction():
        accounts.set_days(admin, {agent.id: {before: False}})
    assert duty_of(agent, article).next_due_on > before


def confirms(person, article, number=None):
    with transaction():
        return cards.confirm(as_actor(person), slug_of(article), number=number or number_of(article))


def test_confirming_closes_the_card_and_is_said_once(trainer):
    agent = a_person(Role.AGENT)
    article = an_article(trainer, 必读="[客服]")
    assert [confirms(agent, article).fresh, confirms(agent, article).fresh] == [True, False]
    assert duty_of(agent, article).state == "done"
    assert [line.verb for line in records.lines_of(agent.id, article.id)] == ["acknowledged"]


def test_the_log_names_the_version_that_was_confirmed(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    first = article.published_id
    changes_the_rule(trainer, article)
    confirms(agent, article)
    assert [line.revision_id for line in records.lines_of(agent.id, article.id)] == [first, article.published_id]


def test_an_older_version_cannot_be_confirmed_while_a_card_is_open_nor_later(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    old = number_of(article)
    changes_the_rule(trainer, article)
    for _ in range(2):
        with pytest.raises(Conflict) as refused:
            confirms(agent, article, old)
        assert refused.value.code == "newer_revision"
        confirms(agent, article)


def test_a_line_about_an_older_version_closes_no_card(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    old = article.published_id
    changes_the_rule(trainer, article)
    with transaction():
        append(None, agent.id, Verb.ACKNOWLEDGED, document_id=article.id, revision_id=old, source="api")
    assert owes_card(agent, article)


def test_a_minor_change_after_the_card_was_opened_still_counts_as_confirmed(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    changes_the_rule(trainer, article)
    wanted = number_of(article)
    edited(trainer, article, rule_text(NEW_RULE + "。"), minor=True)
    confirms(agent, article, wanted)
    assert not owes_card(agent, article)


def test_reading_the_whole_article_in_a_course_closes_the_must_read_too(trainer):
    agent = a_person(Role.AGENT)
    article = an_article(trainer, 必读="[客服]")
    text = "---\n类型: 课程\n---\n# 课\n\n## 内容\n1. [规则](../kb_content/after-sales/time.md)\n"
    owes(trainer, a_document(trainer, text, kind="course", slug="course"), agent)
    has_read(agent, article)
    assert not owes_card(agent, article)


def test_a_voided_confirmation_opens_the_card_again(trainer):
    agent, director = a_person(Role.AGENT), an_actor(Role.DIRECTOR)
    article = an_article(trainer, 必读="[客服]")
    confirms(agent, article)
    seq = records.lines_of(agent.id, article.id)[-1].seq
    with transaction():
        void(director, seq, "替别人点的")
    assert owes_card(agent, article)


def test_rebuilding_the_standings_changes_no_card(trainer):
    article, done, open_still = an_article(trainer, 必读="[客服]"), a_person(Role.AGENT), a_person(Role.AGENT)
    with transaction():
        include([open_still.id])
    confirms(done, article)
    with transaction():
        refold_people([done.id, open_still.id])
    assert (owes_card(done, article), owes_card(open_still, article)) == (False, True)


# who comes, moves, and articles that go


def test_who_is_hired_later_gets_the_must_reads_with_two_weeks_for_them(trainer):
    article, hr, team = an_article(trainer, 必读="[客服专员]"), an_actor(Role.HR), a_team()
    with transaction():
        new = accounts.hire(hr, employee_no="N1", name="新人", team_id=team.id, position="客服专员", hired_on=today())
    duty = duty_of(new, article)
    assert duty.state == "open"
    assert duty.next_due_on >= today() + timedelta(days=10)


def test_who_moves_into_a_team_gets_its_must_reads_and_who_leaves_it_loses_the_open_ones(trainer):
    team, elsewhere, hr = a_team("投诉组"), a_team("别处"), an_actor(Role.HR)
    agent = a_person(Role.AGENT, team=elsewhere)
    article = an_article(trainer, 必读="[投诉组]")
    assert duty_of(agent, article) is None
    with transaction():
        accounts.move(hr, agent.id, team.id, today())
    assert owes_card(agent, article)
    with transaction():
        accounts.move(hr, agent.id, elsewhere.id, today())
    assert duty_of(agent, article).state == "withdrawn"


def test_a_team_that_is_put_below_another_gets_its_must_reads(trainer):
    root = a_team("总部")
    upper, team = a_team("投诉组", root), a_team("夜班", root)
    agent = a_person(Role.AGENT, team=team)
    article, hr = an_article(trainer, 必读="[投诉组]"), an_actor(Role.HR)
    with transaction():
        accounts.change_team(hr, team.id, name="夜班", parent_id=upper.id)
    assert owes_card(agent, article)


def test_of_more_than_a_hundred_people_of_a_team_that_moves_the_worker_asks_all(trainer):
    root = a_team("总部")
    upper, team = a_team("投诉组", root), a_team("夜班", root)
    agents = [a_person(Role.AGENT, team=team) for _ in range(101)]
    article, hr = an_article(trainer, 必读="[投诉组]"), an_actor(Role.HR)
    with transaction():
        accounts.change_team(hr, team.id, name="夜班", parent_id=upper.id)
    assert (owes_card(agents[0], article), ask_waiting()) == (False, 101)
    assert all(owes_card(agent, article) for agent in agents)


def test_who_had_confirmed_before_it_became_a_must_read_is_counted_and_asked_nothing(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    has_read(agent, article)
    edited(trainer, article, rule_text(必读="[客服]"), minor=True)
    assert duty_of(agent, article).state == "done"


def test_adding_a_must_read_by_a_minor_change_asks_those_whom_it_now_means(trainer):
    article, agent = an_article(trainer), a_person(Role.AGENT)
    edited(trainer, article, rule_text(必读="[客服]"), minor=True)
    assert owes_card(agent, article)


def test_taking_the_must_read_out_withdraws_what_is_open_and_untouched(trainer):
    untouched, begun_by = a_person(Role.AGENT), a_person(Role.AGENT)
    article = an_article(trainer, 必读="[客服]")
    with transaction():
        opened(begun_by.id, article.id)
    edited(trainer, article, rule_text(), minor=True)
    assert duty_of(untouched, article).state == "withdrawn"
    kept = duty_of(begun_by, article)
    assert (kept.state, kept.next_due_on) == ("open", None)


def test_an_archived_article_is_owed_by_nobody_until_it_is_offered_again(trainer):
    agent = a_person(Role.AGENT)
    article = an_article(trainer, 必读="[客服]")
    with transaction():
        content.archive(trainer, article.id)
    assert duty_of(agent, article).state == "withdrawn"
    with transaction():
        content.unarchive(trainer, article.id)
    assert owes_card(agent, article)


def test_everybody_is_told_once_what_to_confirm(trainer):
    article, agent = an_article(trainer, 必读="[客服]"), a_person(Role.AGENT)
    for _ in range(2):
        with transaction():
            include([agent.id])
    confirms(agent, article)
    changes_the_rule(trainer, article, 必读="[客服]")
    notices = session().query(Notice).filter_by(person_id=agent.id, topic="duty").order_by(Notice.id)
    told = [notice.sentence["id"] for notice in notices]
    assert told == ["有 %(n)s 条必读要读完并确认。", "《%(title)s》改了，请看改动并确认。"]


# the publisher sees it before


@pytest.mark.parametrize("readers", [0, 1, 3])
def test_the_preview_counts_whom_publishing_then_asks(trainer, readers):
    article = an_article(trainer)
    lesson = lesson_on(trainer, "#时效")
    for _ in range(readers):
        has_read(a_person(Role.AGENT), article)
        has_read(a_person(Role.AGENT), lesson)
    a_person(Role.AGENT)
    with transaction():
        draft = content.save_draft(trainer, article.id, article.published_id, rule_text(NEW_RULE, 必读="[质检]"))
    a_person(Role.QUALITY)
    with transaction():
        impacts = content.preview(article.id).impacts
    said = [impact.count for impact in impacts if "重新确认" in impact.text.id]
    with transaction():
        content.publish(trainer, article.id, draft.revision_id)
    session().expire_all()
    asked = session().query(Assignment).filter_by(document_id=article.id, occasion="read", state="open").count()
    assert said == [asked] == [2 * readers + 1]


def test_a_rule_that_nobody_learned_asks_nobody_and_the_preview_says_nothing(trainer):
    article = an_article(trainer)
    with transaction():
        content.save_draft(trainer, article.id, article.published_id, rule_text(NEW_RULE))
        impacts = content.preview(article.id).impacts
    assert not [impact for impact in impacts if "确认" in impact.text.id]


# whom words mean


@pytest.mark.parametrize("word", ["客服", "客服专员", "售后一组", "售后部", "天猫旗舰店", "AGENT"])
def test_a_must_read_means_people_by_role_position_team_and_shop(trainer, word):
    admin, other = an_actor(Role.ADMIN), a_person(Role.QUALITY, position="质检员")
    meant_one = a_person(Role.AGENT, team=a_team("售后一组", a_team("售后部")), position="客服专员")
    with transaction():
        shop = accounts.add_shop(admin, code="tmall", name="天猫旗舰店", platform="天猫")
        accounts.set_shops(admin, meant_one.id, [shop.id])
    article = an_article(trainer, 必读=f"[{word}]")
    assert owes_card(meant_one, article)
    assert duty_of(other, article) is None


def test_the_words_of_people_are_those_by_which_the_reader_is_let_in(trainer):
    team = a_team("售后一组", a_team("售后部"))
    people = [a_person(role, team=team, position="客服专员") for role in Role] + [a_person()]
    known = meant.people([person.id for person in people])
    for person in people:
        g.pop("audience_words", None)
        assert known[person.id].words == set(words_of(as_actor(person)))


# very many people


def test_very_many_people_are_asked_by_the_worker(trainer, monkeypatch):
    monkeypatch.setattr(cards, "TOGETHER", 2)
    article = an_article(trainer)
    people = [a_person(Role.AGENT) for _ in range(5)]
    for person in people:
        has_read(person, article)
    changes_the_rule(trainer, article)
    assert not any(owes_card(person, article) for person in people)
    confirms(people[0], article)
    assert ask_waiting() == 5
    assert [owes_card(person, article) for person in people] == [False, True, True, True, True]
    assert ask_waiting() == 0
