"""Scenes as parts: known again from version to version, resting on articles, 待复核 with their reference beside them."""

from pathlib import Path

import pytest

from lms.content import actions
from lms.content.actions import marks
from lms.content.actions.publish import with_part_ids
from lms.content.kinds import kind_of
from lms.content.models import Document, Edge, Part, ReviewMark
from lms.content.queries import compiled
from lms.content.queries import marks as queries
from lms.content.queries.marks import Totals, Wanted
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.core.i18n import say
from lms.drills.keyed import keyed
from lms.drills.learner import learner_pieces
from lms.drills.parse import parse
from tests.support.make import a_person, as_actor, sign_in
from tests.support.make_content import a_document, a_trainer, an_article_text, edited

RULE = "## 时效\n七天内可以申请。\n\n## 运费\n质量问题由商家承担。"
EXAMPLE = (Path(__file__).parents[1] / "examples" / "drill.md").read_text("utf-8")
DRILL = """---
类型: 演练
顾客: 小雨
情绪: 40
评分: {共情: 30, 合规: 70}
---
# 一个演练

先读[时效](../kb_content/rule.md#时效)。

## 开场
> 小雨：几天内能退？

- [七天内可以。](#收场) `合规+10`
    - 点评：见[时效](../kb_content/rule.md#时效)。
- [您先退了再说。](#走人) `合规-10`

## 追问
> 小雨：运费谁出？

- [质量问题我们出。](#收场) `合规+10` `共情+5`
    - 点评：见[退货规则](../kb_content/rule.md)。
- [您出。](#走人) `合规-10`

## 收场
`结局:通过`
> 小雨：好。

## 走人
`结局:失败`

## 复盘
- 对照[运费](../kb_content/rule.md#运费)。
"""


def article(author, body=RULE):
    return a_document(author, an_article_text("退货规则", body), slug="rule")


def drill(author, text=DRILL):
    return a_document(author, text, kind="drill", slug="drill")


def changed(author, document, old, new):
    return edited(author, document, an_article_text("退货规则", RULE.replace(old, new)))


def marked():
    rows = session().query(Part.title).join(ReviewMark, ReviewMark.part_id == Part.id)
    return {title for (title,) in rows.filter(ReviewMark.cleared_at.is_(None))}


def keys(document: Document) -> dict[str, str]:
    return dict(
        session().query(Part.title, Part.key).filter_by(document_id=document.id, retired_at=None).order_by(Part.id)
    )


def scene_keys(document: Document) -> dict[str, str]:
    spec = compiled(session().get(Document, document.id).published_id)
    return {scene.title: scene.key for scene in spec.scenes}


def test_each_scene_and_the_debrief_is_a_part_with_its_key(world):
    author = a_trainer()
    article(author)
    made = drill(author)
    assert list(keys(made)) == ["开场", "追问", "收场", "走人", "复盘"]
    assert scene_keys(made) == {title: key for title, key in keys(made).items() if title != "复盘"}


def test_a_scene_keeps_its_key_when_its_words_or_its_name_change(world):
    author = a_trainer()
    article(author)
    made = drill(author)
    before = keys(made)
    edited(author, made, DRILL.replace("几天内能退？", "还能退吗？"))
    assert keys(made) == before
    edited(author, made, DRILL.replace("## 追问", "## 谁出运费"))
    assert keys(made)["谁出运费"] == before["追问"]


def test_a_chip_names_a_scene_for_life(world):
    author = a_trainer()
    article(author)
    made = drill(author, DRILL.replace("## 追问\n", "## 追问\n`id:k3f9qz`\n\n"))
    assert scene_keys(made)["追问"] == "k3f9qz"


def test_a_scene_rests_on_the_section_that_its_note_names(world):
    author = a_trainer()
    rule = article(author)
    made = drill(author)
    ids = {part.title: part.id for part in session().query(Part).filter_by(document_id=made.id)}
    edges = session().query(Edge.from_part_id, Edge.to_anchor).filter_by(from_document_id=made.id).all()
    assert (ids["开场"], "时效") in edges
    assert (ids["复盘"], "运费") in edges
    changed(author, rule, "七天", "十五天")
    assert marked() == {"开场", "追问"}  # 追问 names the whole article


def test_the_debrief_rests_on_what_it_names(world):
    author = a_trainer()
    rule = article(author)
    drill(author)
    changed(author, rule, "由商家承担", "由平台承担")
    assert marked() == {"追问", "复盘"}


def test_a_scene_whose_note_is_written_anew_is_no_longer_in_doubt(world):
    author = a_trainer()
    rule = article(author)
    made = drill(author)
    changed(author, rule, "七天", "十五天")
    edited(author, made, DRILL.replace("点评：见[时效]", "点评：十五天，见[时效]"))
    assert marked() == {"追问"}


def test_a_scene_may_be_still_right(world):
    author = a_trainer()
    rule = article(author)
    drill(author)
    changed(author, rule, "七天", "十五天")
    (first, *_) = queries.open_marks(Wanted(part_kind="scene"))
    marks.confirm(author, [first.id])
    assert queries.totals() == Totals(scenes=1)


def test_the_publisher_sees_how_many_scenes_come_to_be_in_doubt(world):
    author = a_trainer()
    rule = article(author)
    drill(author)
    with transaction():
        actions.save_draft(
            author, rule.id, rule.published_id, an_article_text("退货规则", RULE.replace("七天", "十五天"))
        )
    assert [say(impact.text) for impact in actions.preview(rule.id).impacts] == ["2 个演练场景待复核。"]


def test_the_change_stands_beside_the_scene_with_all_that_it_is_worth(client):
    trainer = a_person(Role.TRAINER)
    sign_in(client, trainer)
    author = as_actor(trainer)
    rule = article(author)
    drill(author)
    changed(author, rule, "七天", "十五天")
    page = client.get("/studio/marks?kind=scene").text
    assert "引用它的场景" in page
    assert "“七天内可以。” → 收场（合规+10）" in page
    assert "几天内能退？" in page
    assert client.get("/api/v1/content/marks?kind=scene").json["items"][0]["kind"] == "scene"


def test_the_preview_shows_the_chat_and_nothing_of_what_it_is_worth(client):
    trainer = a_person(Role.TRAINER)
    sign_in(client, trainer)
    article(as_actor(trainer))
    drill(as_actor(trainer), DRILL.replace("> 小雨：几", "> 系统：订单：8821；付款：11月11日\n>\n> 小雨：几"))
    page = client.get("/studio/drill/drill/edit").text
    preview = page[page.index("preview-facts") :]
    shown = preview[: preview.index("</section>")] if "</section>" in preview else preview
    assert "几天内能退？" in shown
    assert "11月11日" in shown


def test_what_a_learner_would_see_holds_no_reply_and_no_effect():
    spec = parse(EXAMPLE, "courses/drills/x.md").spec
    said = "".join(str(piece) for piece in learner_pieces(spec))
    assert "我双十一零点抢的" in said
    for hidden in ("共情", "点评", "先处理情绪", "激怒", "保证今天到", "差评"):
        assert hidden not in said


def test_who_writes_sees_every_reply_rubric_and_way():
    spec = parse(EXAMPLE, "courses/drills/x.md").spec
    lines = [str(line) for line in keyed(spec.scene("核实")).lines]
    assert lines[0] == "必说（共情+8）：抱歉 | 理解 | 着急"
    assert lines[-1] == "其他 → 激怒"
    assert "前提 已核实" in "".join(str(line) for line in keyed(spec.scene("激怒")).lines)


@pytest.mark.parametrize(("front", "minutes"), [("时长: 20分钟\n限时: 9分钟\n", 20), ("限时: 90秒\n", 2), ("", 0)])
def test_the_minutes_are_those_of_its_length_or_else_of_its_limit(world, front, minutes):
    text = DRILL.replace("顾客: 小雨\n", f"顾客: 小雨\n{front}")
    kind = kind_of("drill")
    assert kind.meta(kind.parse(text, "courses/x.md").spec).minutes == minutes


def test_an_export_writes_the_id_of_each_scene_and_reads_back_the_same(world):
    author = a_trainer()
    article(author)
    made = drill(author)
    written = with_part_ids(made, DRILL)
    assert [written.count(f"`id:{key}`") for key in keys(made).values()] == [1] * 5
    edited(author, made, written)
    assert scene_keys(made) == {title: key for title, key in keys(made).items() if title != "复盘"}
