"""The canary in the keys of a drill: effects, targets, rubric, remarks and scenes that did not come, before the end.

As in test_answer_keys.py everything that can be got is got. A run shows of its own drill what was said on its way and
what may be answered; the rest waits for the debrief, which shows what bears on this path alone.
"""

import re

import pytest
from flask import url_for

from lms.core.db import transaction
from lms.core.points import decimal_text
from lms.drills.actions import rating
from lms.drills.queries import ended
from tests.support.canary import HEAD, Canary, crawled
from tests.support.make import as_actor
from tests.support.make_content import a_document
from tests.support.make_house import a_house, address, all_rules, browser_of, values_of
from tests.support.make_played import begun, chose, wrote
from tests.trust.test_answer_keys import places

# What is shown is decided in Python; which run is whose on both databases is proved in test_ownership.py.
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True, scope="session")

WARM, COLD = "抱歉，马上查。", "催不了。"
OTHERS = ["mate", "stranger", "lead", "other_lead", "mentor", "hr", "admin"]
OVERSEERS = ["lead", "mentor"]
MORE = ("", "/debrief", "/self-rating", "/review", "/guide", "/leave", "?part=1")
OF_THE_DRILL = ("", "/runs", "/runs?format=xlsx", "/runs.xlsx", "/paths", "/try", "/mends", "/rescore")


def drill_text(canary):
    plant = canary.plant
    return f"""---
类型: 演练
顾客: 小雨 | 老顾客 | 急性子
情绪: 40
评分: {{共情: 51, 准确: 30, 效率: 19}}
通过: 总分≥60
---
# 催得急
订单已付款四天。

## 开场
> 小雨：到底发没发货？

- [{WARM}](#核实) `共情+7`
    - 点评：{plant("remark of the good reply")}
- [{COLD}](#{plant("target")}) `共情-10` `情绪-30`
    - 点评：{plant("remark of the bad reply")}
- [{plant("reply behind a flag")}](#核实) `前提:情绪≥95` `共情+10`

## 核实
`自由回复` `字数5-60`
> 小雨：查完告诉我！

- 必说 `共情+10`：理解 | {plant("phrase that must be said")}
    - 点评：{plant("remark of a criterion")}
- 必说 `共情+3`：感谢等待
- 禁说 `准确-20`：{plant("phrase that must not be said")}
- 得分≥10 => [等消息](#等消息)
- 其他 => [走人](#走人)

## 等消息
`结局:通过`
> 小雨：好，我等。{plant("the good end")}

## 走人
`结局:失败`
> 小雨：差评！{plant("the bad end")}

## {canary.tokens["target"]}
`结局:失败`
> 小雨：我去投诉。{plant("another bad end")}

## 复盘
{plant("text of the debrief")}
"""


class Desk:
    """A house with a drill that carries tokens, and one learner who plays it."""

    def __init__(self, world):
        self.world, self.house, self.canary = world, a_house(), Canary()
        self.learner = as_actor(self.house.own)
        a_document(as_actor(self.house.people["trainer"]), drill_text(self.canary), kind="drill", slug="drills/keyed")
        self.run = ""

    def begin(self):
        self.run = begun(self.learner, "drills/keyed")

    def play(self, reply):
        self.begin()
        chose(self.learner, self.run, WARM)
        wrote(self.learner, self.run, reply)

    def put_off(self):
        with transaction():
            rating.put_off(self.learner, self.run)

    def addresses(self):
        for rule in all_rules(self.world):
            if "GET" not in rule.methods:
                continue
            for values in values_of(self.house, rule) if rule.arguments else [{}]:
                yield address(self.world, rule, values)
                if "run_id" in values and self.run:
                    yield address(self.world, rule, {**values, "run_id": self.run})
                if values.get("slug") == "drills/urge":
                    yield address(self.world, rule, {**values, "slug": "drills/keyed"})
        yield from (f"/drills/keyed{more}" for more in OF_THE_DRILL)
        yield from (f"/drills/drills/keyed{more}" for more in OF_THE_DRILL)
        if self.run:
            yield from (f"/runs/{self.run}{more}" for more in MORE)
            yield from (f"/api/v1/runs/{self.run}{more}" for more in ("", "/debrief"))
        yield from (f"/kb?q={HEAD}", f"/api/v1/kb/search?q={HEAD}", f"/people?q={HEAD}", f"/studio?q={HEAD}")
        yield from ("/reports/completion?format=csv", "/reports/completion?format=xlsx", "/people?format=csv")

    def seen(self, who="own"):
        client, _ = browser_of(self.world, self.house.people[who])
        self.found = crawled(client, self.addresses())
        return self.canary.seen(self.found)


@pytest.fixture
def desk(world):
    return Desk(world)


def test_the_author_sees_every_token_so_the_crawl_can_see_them(desk):
    assert places(desk.seen("trainer")) == set(desk.canary.tokens)


def test_before_a_run_no_token_is_seen_by_a_learner(desk):
    assert desk.seen() == []
    assert "催得急" in desk.found["/drills/drills/keyed"]


def test_during_a_run_no_token_is_seen_also_after_a_step(desk):
    desk.begin()
    assert desk.seen() == []
    chose(desk.learner, desk.run, WARM)
    assert desk.seen() == []
    assert "查完告诉我" in desk.found[f"/runs/{desk.run}"]


@pytest.mark.parametrize("who", OTHERS)
def test_somebody_elses_open_run_shows_nobody_a_token(desk, who):
    desk.begin()
    chose(desk.learner, desk.run, WARM)
    assert but_the_map(desk.seen(who)) == []


def but_the_map(seen):
    """Whoever sees results of others sees the map of a drill too, with every way through it; no learner does."""
    return [each for each in seen if not each.endswith("/paths")]


def test_an_ended_run_shows_before_the_own_rating_what_was_said_and_what_is_rated_alone(desk):
    desk.play("随便说说别的话。")
    assert places(desk.seen()) == {"the bad end"}


def test_the_debrief_shows_what_bears_on_this_path_and_no_end_that_did_not_come(desk):
    desk.play("随便说说别的话。")
    desk.put_off()
    seen = places(desk.seen())
    assert {"the bad end", "text of the debrief"} <= seen
    assert seen.isdisjoint({"the good end", "another bad end", "target", "reply behind a flag"})


@pytest.mark.parametrize("who", ["mate", "stranger", "other_lead", "hr", "admin"])
def test_whoever_does_not_look_after_the_person_sees_no_token_of_the_ended_run_in_person(desk, who):
    desk.play("随便说说别的话。")
    desk.put_off()
    run = {path for path in desk.seen(who) if desk.run in path}
    if who == "hr":
        assert all("/debrief" in each for each in run)  # results of people are what he sees
    else:
        assert run == set()


@pytest.mark.parametrize("who", OVERSEERS)
def test_whoever_reviews_sees_the_rubric_of_what_was_written_and_no_scene_that_did_not_come(desk, who):
    desk.play("随便说说别的话。")
    seen = places(but_the_map(desk.seen(who)))
    assert "phrase that must be said" in seen
    assert seen.isdisjoint({"the good end", "another bad end", "target"})


@pytest.mark.parametrize("who", ["own", "mate", "lead", "mentor", "hr", "admin"])
def test_only_authors_try_a_drill_mend_it_or_score_it_anew(desk, who):
    client, _ = browser_of(desk.world, desk.house.people[who])
    with desk.world.test_request_context():
        paths = [url_for(f"drills.{name}", slug="drills/keyed") for name in ("try_", "mends", "rescore")]
    assert {client.get(path).status_code for path in paths} == {403}


# the seal of the score


def test_nothing_tells_the_score_before_the_own_rating(desk):
    """The total is one that stands nowhere else; after the rating the same crawl finds it."""
    desk.play(f"已经{desk.canary.tokens['phrase that must be said']}。")
    score = decimal_text(ended.head(desk.learner, desk.run).whole.total, 1)
    assert "." in score
    desk.seen()
    assert told(desk, score) == set()
    assert "rate_first" in desk.found[f"/api/v1/runs/{desk.run}/debrief"]
    assert "先自评，再看得分" in desk.found["/drills/drills/keyed"]
    desk.put_off()
    desk.seen()
    assert {f"/runs/{desk.run}/debrief", f"/api/v1/runs/{desk.run}/debrief"} <= told(desk, score)
    assert "先自评，再看得分" not in desk.found["/drills/drills/keyed"]


def told(desk, score):
    """Return the pages about drills, the first screen and the own pages that hold this score."""
    about = ("/drills", "/runs", "/api/", "/me", "/notices", "/team-drills")
    shown = re.compile(rf"(?<![\d.]){re.escape(score)}(?![\d.])")
    return {path for path, page in desk.found.items() if (path == "/" or path.startswith(about)) and shown.search(page)}
