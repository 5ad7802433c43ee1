"""The map of a drill: no scene over another one, nobody below whoever it leads to, links back apart."""

import pytest
from hypothesis import given
from hypothesis import settings as runs

from lms.drills.rules.circles import back_links, follows
from lms.drills.rules.graph import NODE_HEIGHT, NODE_WIDTH, Graph, graph_of, label_of
from lms.drills.spec import DrillSpec
from tests.support.a_long_drill import a_long_drill
from tests.support.make_drills import drills


def assert_readable(drill: DrillSpec, graph: Graph) -> None:
    assert len(graph.nodes) == len(drill.scenes)
    for at, node in enumerate(graph.nodes):
        assert 0 <= node.x <= graph.width - NODE_WIDTH
        assert 0 <= node.y <= graph.height - NODE_HEIGHT
        for other in graph.nodes[at + 1 :]:
            assert node.y != other.y or abs(node.x - other.x) >= NODE_WIDTH
    assert {(each.source, each.target) for each in graph.links} == {
        (scene, target) for scene, targets in enumerate(follows(drill)) for target in targets
    }
    for link in graph.links:
        if not link.back:
            assert graph.nodes[link.source].layer < graph.nodes[link.target].layer


@runs(max_examples=40)
@given(drills())
def test_every_drill_has_a_map_on_which_no_scene_lies_over_another(drill: DrillSpec) -> None:
    assert_readable(drill, graph_of(drill))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixty_scenes_have_one_too(seed: int) -> None:
    drill = a_long_drill(60, seed)
    assert_readable(drill, graph_of(drill))


def test_without_its_links_back_nobody_goes_in_a_circle() -> None:
    follow = [(1, 2), (2, 0), (1, 3), (3,)]
    back = back_links(follow)
    assert back == {(1, 0), (2, 1), (3, 3)}


def test_the_same_drill_has_the_same_map() -> None:
    assert graph_of(a_long_drill(20)) == graph_of(a_long_drill(20))


def test_a_long_title_is_cut_to_its_room() -> None:
    assert label_of("激怒") == "激怒"
    assert label_of("顾客已经忍无可忍要求找领导处理") == "顾客已经忍无可…"
    assert label_of("a very long title of a scene").endswith("…")
