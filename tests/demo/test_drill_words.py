"""What the people of the demo write in a drill fits the shipped drills."""

from functools import cache
from pathlib import Path

import pytest

from lms.content.wordlists import spec as wordlists
from lms.demo.drill_words import REPLIES
from lms.drills.parse import parse
from lms.drills.rules import play
from lms.drills.rules.judge import Words, judge, too_short_or_long
from lms.drills.spec import RouteKind

ROOT = Path(__file__).parents[2]
DRILLS = sorted((ROOT / "courses" / "drills").glob("*.md"))


@cache
def drill_of(name):
    path = f"courses/drills/{name}.md"
    return parse((ROOT / path).read_text("utf-8"), path).spec


@cache
def words():
    path = "kb_content/words/promises.md"
    return Words(banned=wordlists.parse((ROOT / path).read_text("utf-8"), path).spec.entries)


def route_of(name, scene, said):
    drill = drill_of(name)
    state = play.begin_at(drill, scene)
    return play.reply(drill, state, judge(drill.scene(scene), said, words())).route


def points_of(name, scene, said):
    asked = drill_of(name).scene(scene)
    return judge(asked, said, words()).effects(asked).sum


def test_every_free_reply_of_a_shipped_drill_has_its_words():
    free = {(path.stem, each.title) for path in DRILLS for each in drill_of(path.stem).scenes if each.free}
    assert free == set(REPLIES)


@pytest.mark.parametrize(("name", "scene"), REPLIES)
def test_a_good_reply_earns_the_best_way_and_a_tired_one_does_less_well(name, scene):
    good, tired = REPLIES[(name, scene)]
    best = next(each for each in drill_of(name).scene(scene).routes if each.kind is RouteKind.SCORE)
    assert route_of(name, scene, good) == best
    assert points_of(name, scene, tired) < points_of(name, scene, good)


@pytest.mark.parametrize(("name", "scene"), REPLIES)
def test_both_replies_are_as_long_as_is_asked(name, scene):
    assert not any(too_short_or_long(drill_of(name).scene(scene), said) for said in REPLIES[(name, scene)])
