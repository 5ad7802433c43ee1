"""走向图: the map of a drill, who sees it, how people went."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.core import clock
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.plain import to_plain
from lms.drills.models import Run, RunEvent
from lms.drills.parse import parse
from lms.drills.rules.play import begin, time_up
from lms.drills.rules.score import score
from tests.support.make import a_person, a_team, as_actor, sign_in
from tests.support.make_content import a_document, a_draft

DRILL = """---
类型: 演练
顾客: 小雨
情绪: 40
评分: {共情: 100}
---
# 物流延迟

## 开场
> 小雨：发了没有？

- [我查一下](#核实) `共情+10` `情绪+10`
- [自己看快递](#走人) `共情-10`

## 核实
`自由回复`
> 小雨：哪天到？

- 必说 `共情+5`：预计
- 得分≥5 => [收场](#收场)
- 其他 => [走人](#走人)

## 收场
`结局:通过`
> 小雨：好。

## 走人
`结局:失败`
> 系统：顾客已离开。

## 复盘
- 想一想。
"""

PARSED = parse(DRILL, "courses/drills/late.md").spec
assert PARSED is not None
SPEC = PARSED


@pytest.fixture
def trainer(world: Any) -> Person:
    return a_person(Role.TRAINER)


@pytest.fixture
def drill(trainer: Person) -> Any:
    return a_document(as_actor(trainer), DRILL, kind="drill", slug="drills/late")


def a_run(drill: Any, *steps: tuple[str, str, str], number: int = 1, passed: bool = True, practice: str = "") -> None:
    person = a_person(Role.AGENT)
    now = clock.now()
    run = Run(
        person_id=person.id,
        document_id=drill.id,
        revision_id=drill.published_id,
        number=number,
        state="ended",
        from_scene=practice,
        started_at=now,
        ended_at=now,
        lanes=[],
        frozen={},
        passed=passed,
        earned=0,
        possible=1,
        result={"lanes": [to_plain(score(SPEC, time_up(begin(SPEC))))]},
    )
    with transaction():
        session().add(run)
        session().flush()
        for seq, (scene, led_to, choice) in enumerate(steps, start=1):
            session().add(
                RunEvent(
                    run_id=run.id,
                    seq=seq,
                    at=now,
                    lane=0,
                    step=seq,
                    kind="choice" if choice else "text",
                    scene=scene,
                    led_to=led_to,
                    choice=choice,
                    points={},
                )
            )
        session().flush()


def page(client: FlaskClient, person: Person, query: str = "") -> Any:
    sign_in(client, person)
    return client.get(f"/drills/drills/late/paths{query}")


def test_the_map_shows_every_scene_the_best_way_and_that_calm_pays(
    client: FlaskClient, drill: Any, trainer: Person
) -> None:
    shown = page(client, trainer).text
    assert all(f"<title>{name}</title>" in shown for name in ("开场", "核实", "收场", "走人"))
    assert shown.count('<path class="map-link') - 2 == 4  # two stand in the key
    assert "没有一条惹怒顾客的路比稳住顾客的最好的路（100 分）得分高。" in shown
    assert "还没有人打完一场" in shown


def test_it_counts_in_how_many_runs_each_link_was_taken_without_practice(
    client: FlaskClient, drill: Any, trainer: Person
) -> None:
    good, bad = (each.id for each in SPEC.first.choices)
    a_run(drill, ("开场", "核实", good), ("核实", "收场", ""))
    a_run(drill, ("开场", "核实", good), ("核实", "走人", ""), passed=False)
    a_run(drill, ("开场", "走人", bad), passed=False)
    a_run(drill, ("核实", "收场", ""), practice="核实")
    a_run(drill, ("已改名", "核实", good))
    shown = page(client, trainer).text
    assert "最近 4 场" in shown
    assert "另有 1 步走在已改掉的场景里" in shown
    assert [
        int(each.split("</text>")[0].split(">")[-1]) for each in shown.split('class="map-count"')[1:]
    ].__len__() == 4
    assert "3 场到过" in shown


def test_the_way_that_most_went_stands_with_its_score(client: FlaskClient, drill: Any, trainer: Person) -> None:
    bad = SPEC.first.choices[1].id
    a_run(drill, ("开场", "走人", bad))
    a_run(drill, ("开场", "走人", bad))
    a_run(drill, ("开场", "核实", SPEC.first.choices[0].id))
    assert "3 场里有 2 场这样走" in page(client, trainer).text


def test_a_draft_is_shown_to_its_authors_alone(client: FlaskClient, trainer: Person) -> None:
    a_draft(as_actor(trainer), DRILL.replace("物流延迟", "草稿"), kind="drill", slug="drills/late")
    assert "草稿" in page(client, trainer).text
    assert page(client, a_person(Role.QUALITY)).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.TRAINER, 200), (Role.QUALITY, 200), (Role.DIRECTOR, 200), (Role.LEAD, 200), (Role.AGENT, 404)],
)
def test_only_those_who_run_drills_see_the_map(client: FlaskClient, drill: Any, role: Role, status: int) -> None:
    assert page(client, a_person(role, team=a_team())).status_code == status


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.TRAINER, "必说 预计"),
        (Role.QUALITY, "必说 预计"),
        (Role.DIRECTOR, "必说 预计"),
        (Role.LEAD, "必说 第 1 条"),
        (Role.HR, "必说 第 1 条"),
    ],
)
def test_what_a_rubric_asks_for_is_shown_to_those_alone_who_read_every_drill(
    client: FlaskClient, drill: Any, role: Role, words: str
) -> None:
    a_run(drill, ("核实", "收场", ""))
    shown = page(client, a_person(role, team=a_team())).text
    assert words in shown
    assert ("预计" in shown) == ("预计" in words)
    assert "最近 1 场" in shown


def test_a_drill_that_does_not_exist_is_not_found(client: FlaskClient, trainer: Person) -> None:
    sign_in(client, trainer)
    assert client.get("/drills/drills/none/paths").status_code == 404


def test_a_draft_that_cannot_be_read_yet_says_so(client: FlaskClient, trainer: Person) -> None:
    a_draft(as_actor(trainer), DRILL.replace("顾客: 小雨\n", ""), kind="drill", slug="drills/late")
    assert "草稿里还有必须改的地方" in page(client, trainer).text


def test_the_page_takes_few_statements(client: FlaskClient, drill: Any, trainer: Person, statements: list[str]) -> None:
    page(client, trainer)
    statements.clear()
    client.get("/drills/drills/late/paths")
    assert len(statements) <= 8
