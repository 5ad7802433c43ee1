"""The canary in the answer keys: nobody sees a key, an explanation or a rubric before the release rule says so.

Whatever must not be seen before its time holds a random token. Everything that can be got is got: each GET of the
URL map under real names, as page, JSON and file, and every link on these pages; no token may be among it.
"""

from dataclasses import replace

import pytest

from lms.core.access import Role
from lms.core.db import transaction
from lms.quizzes import actions
from lms.quizzes.actions.mistakes import practise
from tests.support.canary import HEAD, Canary, crawled
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_document, an_article_text, edited
from tests.support.make_house import KIND_OF, a_house, address, all_rules, browser_of, values_of
from tests.support.make_quizzes import answered_right, begun, handed_in, paper, right_value
from tests.support.make_regrades import regraded

# What is released is decided in Python; which attempt is whose on both databases is proved in test_ownership.py.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")

PAPERS = ("exam", "check", "practice")
FILES = ("?format=csv", "?format=xlsx")


def quiz_text(canary, name, use, more=""):
    """Return a quiz with one question of each kind; the open one counts little, so that a right paper passes."""
    plant = lambda where: canary.plant(f"{name}: {where}")  # noqa: E731 - six letters for twenty places
    return f"""---
类型: 测验
及格: 80%
用途: {use}
{more}---
# {name}

## 全部题
`全部` `每题4分`

### 单选：几天内可以退货？
1. [ ] 三天
    - 解析：{plant("note of a wrong option")}
2. [x] 七天
    - 解析：{plant("note of the right option")}

> 解析：{plant("explanation of a single")}，见[时效](../kb_content/after-sales/time.md#时效)。

### 多选：哪些不能退？
- [x] 定制的杯子
    - 解析：{plant("note of a multiple")}
- [x] 车厘子
- [ ] 试穿过的外套

> 解析：{plant("explanation of a multiple")}

### 判断：退回运费由商家承担。
- 答案：错

> 解析：{plant("explanation of a statement")}

### 填空：收到退货后应在 ____ 小时内完成 ____ 。
- 空1：48 | {plant("an accepted word")}
- 空2：退款

> 解析：{plant("explanation of gaps")}

### 数值：应退多少元？
- 答案：{canary.number(f"{name}: the right number")} 元

### 排序：请排好退货的步骤。
`排序`

1. 核对订单
2. 判断类目
3. 登记退款

> 解析：{plant("explanation of an order")}

### 连线：把诉求和处理连起来。
- 尺码不合适 => 引导换货
- 收到破损 => 商家承担运费
- （干扰项） => 让顾客找快递

> 解析：{plant("explanation of pairs")}

### 问答：写出你的回复。
- 必说（1分）：理解 | {plant("a phrase of the rubric")}
- 禁说（-1分）：爱退不退 | {plant("a forbidden phrase")}
- 评分（1分）：语气平和{plant("a criterion for a person")}

> 参考：很抱歉{plant("model answer")}
"""


def lesson_text(canary):
    return f"""---
类型: 课时
时长: 9分钟
---
# 带自测的课

## 第一节
正文。

## 自测

### 刻了名字的杯子要退，怎么办？
1. [ ] 同意
    - 解析：{canary.plant("self-check 1: note")}
2. [x] 先问质量

> 解析：{canary.plant("self-check 1: explanation")}

### 应在 ____ 小时内退款。
- 空1：48 | {canary.plant("self-check 2: accepted word")}

> 解析：{canary.plant("self-check 2: explanation")}
"""


def article_text(canary, rule="七天内可以申请。"):
    return f"""---
类型: 知识
必读: [客服]
---
# 会问的规则

## 时效
{rule}

## 自测

### 几天内可以申请？
1. [ ] 三天
    - 解析：{canary.plant("article 1: note")}
2. [x] 七天

> 解析：{canary.plant("article 1: explanation")}

### 应在 ____ 小时内退款。
- 空1：48 | {canary.plant("article 2: accepted word")}

> 解析：{canary.plant("article 2: explanation")}
"""


def bank_text(canary):
    return f"""---
类型: 测验
用途: 题库
---
# 题库

## 全部

### 题库里的题：几天内答复？
1. [ ] 三天
    - 解析：{canary.plant("bank: note")}
2. [x] 一天

> 解析：{canary.plant("bank: explanation")}
"""


DRAWN = """---
类型: 测验
用途: 考试
及格: 80%
可考次数: 3
---
# 从题库抽

## 抽题
- [题库](bank.md) `抽1题`
"""
WEEKLY = """---
类型: 测验
用途: 知识考核
考核日: 周一
每次题数: 20
---
# 每周知识考核
"""


AT_AN_ATTEMPT = ("", "/confirm", "/result", "?q=3", "/print", "/scores.xlsx")


class Class:
    """A house in which three quizzes, a lesson and an article carry tokens, and one learner who takes them."""

    def __init__(self, world):
        self.world, self.house, self.canary = world, a_house(), Canary()
        self.learner = as_actor(self.house.own)
        trainer = as_actor(self.house.people["trainer"])
        for slug, use, more in (("exam", "考试", "可考次数: 3\n"), ("check", "小测", ""), ("practice", "练习", "")):
            a_document(trainer, quiz_text(self.canary, slug, use, more), kind="quiz", slug=slug)
        a_document(trainer, lesson_text(self.canary), kind="lesson", slug="checked")
        a_document(trainer, an_article_text("考前必读", "见[考试](../quizzes/exam.md)。"), slug="before")
        asking = article_text(self.canary)
        document = a_document(trainer, asking, slug="asking")
        edited(trainer, document, asking.replace("七天内可以申请。", "七天内可以申请，含当天。"))
        self.attempts = {}

    def begin(self, slug):
        self.attempts[slug] = self.attempt = begun(self.learner, slug)
        return self.attempt

    def answer(self, key, value):
        with transaction():
            item = paper(self.learner, self.attempt)[key]
            actions.save_answer(self.learner, self.attempt, key, value, item.seq + 1)

    def answer_wrong(self):
        """Answer something to every question, the key to none of those with one."""
        items = paper(self.learner, self.attempt)
        for key, item in items.items():
            kind = item.question.kind.value
            values = {"true_false": True, "fill_in": ["1", "2"], "numeric": "1", "open": "爱退不退，规定就是这样"}
            wrong = values.get(kind, right_value(item))
            if kind == "single":
                wrong = next(each for each in ("o1", "o2") if each != wrong)
            self.answer(key, wrong)

    def everything(self, who="own"):
        """Return all that this person can get, by address."""
        client, _ = browser_of(self.world, self.house.people[who])
        found = crawled(client, self.addresses())
        for path in [path for path in found if path.startswith("/learn/lesson/")]:
            found[f"{path} as a fragment"] = client.get(path, headers={"X-Fragment": "check"}).text
        return found

    def addresses(self):
        for rule in all_rules(self.world):
            if "GET" not in rule.methods:
                continue
            for values in self.values_of(rule):
                path = address(self.world, rule, values)
                yield path
                if rule.endpoint in {"reports.completion", "reports_api.completion", "accounts.people"}:
                    yield from (path + more for more in FILES)
        yield from (f"/quizzes/{slug}" for slug in PAPERS)
        for attempt in self.attempts.values():
            yield from (f"/attempts/{attempt}{more}" for more in AT_AN_ATTEMPT)
            yield f"/api/v1/attempts/{attempt}"
        yield from ("/learn/lesson/checked", "/learn/lesson/checked?q=1", "/learn/lesson/checked?q=2", "/kb/before")
        yield from (f"/kb?q={HEAD}", f"/api/v1/kb/search?q={HEAD}", f"/people?q={HEAD}", f"/studio?q={HEAD}")
        yield from (f"/api/v1/kb/articles/{slug}" for slug in ("exam", "checked", "before", "asking"))
        yield from ("/kb/asking/change?since=2", "/kb/asking/diff?old=2&new=3", "/kb/asking/diff")

    def values_of(self, rule):
        if KIND_OF.get(rule.endpoint) == "article" and rule.arguments == {"slug"}:
            return [{"slug": "asking"}, {"slug": "before"}]
        if rule.endpoint.startswith("content.") and {"kind", "slug"} <= rule.arguments:
            named = [("lesson", "checked"), ("article", "asking"), *(("quiz", slug) for slug in PAPERS)]
            more = {"number": 1} if "number" in rule.arguments else {}
            return [{"kind": kind, "slug": slug, **more} for kind, slug in named]
        return values_of(self.house, rule) if rule.arguments else [{}]

    def seen(self, who="own"):
        return self.canary.seen(self.everything(who))


@pytest.fixture
def school(world):
    return Class(world)


def places(seen):
    """Return where tokens were seen, without the addresses."""
    return {each.partition(" at ")[0] for each in seen}


def test_the_trainer_sees_every_token_so_the_crawl_can_see_them(school):
    assert places(school.seen("trainer")) == set(school.canary.tokens)


def test_before_an_attempt_no_token_is_seen(school):
    assert school.seen() == []


@pytest.mark.parametrize("slug", PAPERS)
def test_during_an_attempt_no_token_is_seen(school, slug):
    school.begin(slug)
    school.answer_wrong()
    assert school.seen() == []


def test_a_failed_exam_that_can_be_repeated_shows_no_token_also_while_it_is_repeated(school):
    first = school.begin("exam")
    school.answer_wrong()
    handed_in(school.learner, first)
    assert school.seen() == []
    school.begin("exam")
    school.attempts["first"] = first
    assert school.seen() == []


def test_the_key_of_an_earlier_attempt_stays_closed_during_the_last_one(school):
    first = school.begin("exam")
    handed_in(school.learner, first)
    handed_in(school.learner, school.begin("exam"))
    school.begin("exam")
    school.attempts["first"] = first
    assert school.seen() == []


def test_an_exam_with_no_attempt_left_shows_its_key(school):
    for _ in range(3):
        handed_in(school.learner, school.begin("exam"))
    assert places(school.seen()) == released(school, "exam")


@pytest.mark.parametrize("slug", PAPERS)
def test_what_was_passed_shows_its_key_and_never_the_rubric(school, slug):
    attempt = school.begin(slug)
    answered_right(school.learner, attempt)
    handed_in(school.learner, attempt)
    seen = school.seen()
    assert places(seen) == released(school, slug)
    assert places(each for each in seen if "/api/" in each) == released(school, slug)


def test_a_voided_exam_shows_no_token_again(school):
    attempt = school.begin("exam")
    answered_right(school.learner, attempt)
    handed_in(school.learner, attempt)
    with transaction():
        actions.void(as_actor(school.house.people["trainer"]), attempt, "题目泄露")
    own_answer = {"exam: the right number"}
    assert places(school.seen()) == own_answer


def test_a_practice_shows_the_key_of_the_question_that_was_looked_up_alone(school):
    school.begin("practice")
    school.answer_wrong()
    with transaction():
        actions.check_answer(school.learner, school.attempt, "q1")
    mine = {"note of a wrong option", "note of the right option", "explanation of a single"}
    assert places(school.seen()) == {f"practice: {each}" for each in mine}


def test_a_self_check_shows_its_key_after_ones_own_answer_alone(school):
    client, csrf = browser_of(school.world, school.house.own)
    form = {"q": "1", "revision": "2", "answer": "o1"}
    assert client.post("/learn/check/checked", data=form, headers={"X-CSRFToken": csrf}).status_code == 302
    assert places(school.seen()) == {"self-check 1: note", "self-check 1: explanation"}
    assert school.seen("mate") == []


def test_a_change_card_shows_what_explains_a_question_after_a_wrong_answer_to_it_alone(school):
    client, csrf = browser_of(school.world, school.house.own)
    form = {"revision": "4", "q1-answer": "o1", "q2-blank1": "24"}
    answer = client.post("/kb/asking/change", data=form, headers={"X-CSRFToken": csrf})
    shown = {where for where, token in school.canary.tokens.items() if token in answer.text}
    assert (answer.status_code, shown) == (
        422,
        {f"article {n}" for n in ("1: note", "1: explanation", "2: explanation")},
    )
    assert school.seen() == []


def test_a_bank_a_weekly_check_and_a_corrected_key_show_nothing_of_an_exam_that_is_failed(school):
    trainer, canary = as_actor(school.house.people["trainer"]), school.canary
    a_document(trainer, bank_text(canary), kind="quiz", slug="bank")
    a_document(trainer, DRAWN, kind="quiz", slug="drawn")
    a_document(trainer, WEEKLY, kind="quiz", slug="weekly")
    first = school.begin("exam")
    school.answer_wrong()
    question = paper(school.learner, first)["q1"].question
    handed_in(school.learner, first)
    handed_in(school.learner, school.begin("drawn"))
    right = replace(question, shape=replace(question.shape, right="o1"))
    regraded(trainer, "exam", question, right, reason=canary.plant("reason of a regrade"))
    weekly = school.begin("weekly")
    assert school.seen() == school.seen("lead") == []
    handed_in(school.learner, weekly)
    assert school.seen() == []


def test_practised_mistakes_show_their_key_and_nothing_of_the_exam(school):
    first = school.begin("check")
    school.answer_wrong()
    handed_in(school.learner, first)
    with transaction():
        school.attempts["again"] = practise(school.learner, "check").public_id
    assert places(school.seen()) == released(school, "check")
    assert school.seen("mate") == []


@pytest.mark.parametrize("who", ["mate", "mentor", "lead", "other_lead", "hr", "admin"])
def test_somebody_elses_attempt_opens_no_key_before_its_time(school, who):
    first = school.begin("exam")
    school.answer_wrong()
    handed_in(school.learner, first)
    school.begin("check")
    assert school.seen(who) == []


def test_a_person_without_the_exam_sees_nothing_of_it_after_another_has_passed(school):
    attempt = school.begin("exam")
    answered_right(school.learner, attempt)
    handed_in(school.learner, attempt)
    school.house.people["new"] = a_person(Role.AGENT)
    assert school.seen("stranger") == school.seen("new") == []


def released(school, slug):
    """Return what the key of a quiz shows once it may be known: all but the rubric."""
    rubric = {"a phrase of the rubric", "a forbidden phrase", "a criterion for a person"}
    return {where for where in school.canary.tokens if where.startswith(f"{slug}: ")} - {
        f"{slug}: {each}" for each in rubric
    }
