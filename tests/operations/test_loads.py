"""`make load` and `make scale` work, at toy size; how fast anything is, is never asserted."""

import random
import shutil

import pytest

from tests.benchmarks import data, growing, load, scale
from tests.benchmarks.load import Look, Wish
from tests.benchmarks.loaders import Arrivals, Told, changed
from tests.support.make_content import an_article_text
from tests.support.make_learning import lesson_text


def planned(**other):
    wanted = {"seconds": 120, "saves": 20, "pages": 10, "people": 7, "articles": ["/kb/a", "/kb/b"], "words": ["退款"]}
    return Arrivals.planned(**{**wanted, **other}).each


def test_what_is_sent_when_is_settled_before_and_the_same_each_time():
    assert planned() == planned()
    assert planned() != planned(seed=10)
    moments = [each.at for each in planned()]
    assert moments == sorted(moments)
    assert 0 <= moments[0] < moments[-1] < 120


def test_so_many_a_second_come_on_the_average():
    saves = [each for each in planned() if each.kind == "save"]
    pages = [each for each in planned() if each.kind != "save"]
    assert abs(len(saves) - 2_400) < 200
    assert abs(len(pages) - 1_200) < 150
    assert {each.kind for each in pages} == {"home", "paper", "article", "search"}
    for kind in ("home", "paper", "article", "search"):
        assert {each.person for each in pages if each.kind == kind} == set(range(7)), kind


def test_an_answer_is_another_one_each_turn():
    options = [{"id": each} for each in "abcd"]
    for kind in ("single", "multiple", "true_false", "fill_in", "numeric", "ordering"):
        question = {"type": kind, "options": options, "blanks": 2}
        for turn in range(8):
            assert changed(question, turn) != changed(question, turn + 1), (kind, turn)


def looks(*sizes):
    return [Look(at=float(at), memory_mb=float(size), cpu_s=0.0, own_s=0.0) for at, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("told", "memory", "lost", "missed"),
    [
        ({}, (100, 100, 100), 0, set()),
        ({"saves": [(0.0, 400.0)]}, (100, 100, 100), 0, {"saves p95 < 300 ms"}),
        ({"pages": [(0.0, 400.0)]}, (100, 100, 100), 0, {"pages p95 < 300 ms"}),
        ({"errors": ["500"]}, (100, 100, 100), 0, {"no error"}),
        ({}, (100, 100, 106), 0, {"memory flat within 5 %"}),
        ({}, (100, 300, 104), 0, set()),
        ({}, (100, 100, 100), 1, {"nothing lost, nothing doubled"}),
    ],
)
def test_each_goal_is_judged_by_itself(told, memory, lost, missed):
    found = load.verdict(
        Wish(), Told(**{"saves": [(0.0, 9.0)] * 1, "pages": [(0.0, 9.0)], **told}), looks(*memory), lost, 0
    )
    assert {goal for goal, reached in found["goals"].items() if not reached} == missed


@pytest.mark.parametrize("count", [1, 2, 99, 100, 101])
def test_points_are_by_the_nearest_rank(count):
    times = [float(each) for each in range(1, count + 1)]
    random.Random(1).shuffle(times)
    assert load.points(times) == tuple(float(-(-percent * count // 100)) for percent in (50, 95, 99))


@pytest.fixture
def few_files(monkeypatch):
    """The content of the bench with a small training plan, instead of the whole school."""

    def folder(into):
        shutil.copytree(data.HERE / "content", into)
        (into / "kb_content").mkdir()
        for number in range(3):
            (into / "kb_content" / f"a{number}.md").write_text(an_article_text(f"退款{number}"), "utf-8")
        for name in ("cups", "bowls"):
            (into / "courses" / f"{name}.md").write_text(lesson_text(name), "utf-8")
        plan = "---\n类型: 培训计划\n---\n# 入职培训\n\n## 开始\n`第1-2天` `任意顺序`\n\n"
        plan += "- [杯](cups.md) `第1天`\n- [碗](bowls.md) `第2天`\n"
        (into / "courses" / "plan.md").write_text(plan, "utf-8")
        return into

    monkeypatch.setattr(data, "content_folder", folder)


@pytest.mark.soak
@pytest.mark.committed
def test_a_few_people_sit_an_exam_and_nothing_is_lost(few_files, capsys):
    found = load.run(Wish(minutes=0.05, people=12, saves=12, pages=6))
    assert not found["errors"], capsys.readouterr().out
    assert found["goals"]["nothing lost, nothing doubled"]
    assert found["saves"]["requests"] > 10
    assert set(found["kinds"]) == {"home", "paper", "article", "search"}
    assert found["memory_last_third_mb"] > 100


@pytest.mark.soak
@pytest.mark.committed
def test_every_operation_of_the_scale_runs_in_a_grown_installation(few_files, a_postgres_database, tmp_path):
    url = a_postgres_database()
    made = growing.build(tmp_path, 60, url, takers=5)
    rows = growing.size_of(url).rows
    assert rows["record"] >= 60 * growing.LINES
    assert rows["attempt"] >= 600
    place = scale.Place(made)
    for each in scale.OPERATIONS:
        (cost,) = place.run(each, 1)
        assert cost.statements, each.name
        assert cost.cpu, each.name
    place.close()
