"""What the store does when something is published or archived, or somebody leaves; rooms.py subscribes it."""

from lms.accounts.events import PersonLeft
from lms.content.actions import leaving, marks, reviewing
from lms.content.events import Archived, Impact, Published, PublishPreview
from lms.content.models import Document
from lms.content.parts import PartKind
from lms.core.db import session
from lms.core.texts import Text, text


def on_published(fact: Published) -> None:
    reviewing.close_open(fact.document_id, fact.actor_id)


def on_archived(fact: Archived) -> None:
    reviewing.close_open(fact.document_id, fact.actor_id)


def on_left(fact: PersonLeft) -> None:
    reviewing.reviewer_left(fact.person_id)
    leaving.hand_over(fact.person_id)


def on_publish_preview(question: PublishPreview) -> list[Impact]:
    """Say what would be 待复核, by the same reckoning by which it is then marked."""
    document = session().get_one(Document, question.document_id)
    found = marks.resting(document, question.touched)
    asked = sum(each.kind == PartKind.QUESTION for each in found)
    scenes = sum(each.kind == PartKind.SCENE for each in found)
    others = {each.document_id: each.document_kind for each in found if each.kind == PartKind.SECTION}
    articles = sum(kind == "article" for kind in others.values())
    drills = sum(kind == "drill" for kind in others.values())
    lessons = len(others) - articles - drills
    lines: list[tuple[int, Text]] = [
        (asked, text("%(n)s 道题待复核，确认答案之前不再抽给学员。", n=asked)),
        (scenes, text("%(n)s 个演练场景待复核。", n=scenes)),
        (drills, text("%(n)s 个演练的复盘待复核。", n=drills)),
        (lessons, text("%(n)s 个课时待复核。", n=lessons)),
        (articles, text("%(n)s 篇引用它的知识待复核。", n=articles)),
    ]
    return [Impact(count=count, text=words) for count, words in lines if count]
