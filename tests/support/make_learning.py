"""Builders of what is studied: lessons with self-checks, tasks, courses, a curriculum with stages, and who owes it."""

import struct
import zlib
from collections.abc import Sequence

from lms.accounts.models import Cohort, CohortMember, Person, RosterPattern
from lms.assignments import actions as duties
from lms.content.models import Document
from lms.core.access import Actor
from lms.core.db import transaction
from lms.core.here import today
from tests.support.make import LONG_AGO
from tests.support.make_content import a_document

SECRET = "因为隔着屏幕看颜色会有落差"
"""Stands in an explanation: nobody sees it before there is an answer."""


def lesson_text(title: str = "杯壶与定制", *, checks: bool = True) -> str:
    own = f"""
## 自测

### 顾客刻了名字的杯子要退，怎么办？
1. [ ] 同意退货
    - 解析：定制商品不适用。
2. [x] 先问有没有质量问题

> 解析：{SECRET}，见[容量怎么说](#容量怎么说)。
"""
    return f"""---
类型: 课时
时长: 12分钟
---
# {title}

学完能说清容量。

## 看懂材质
两种不锈钢。

## 容量怎么说
装到内塞以下。

> 话术：{{昵称}}您好，请看杯底。
{own if checks else ""}"""


def a_lesson(trainer: Actor, slug: str = "cups", *, checks: bool = True, title: str = "杯壶与定制") -> Document:
    return a_document(trainer, lesson_text(title, checks=checks), kind="lesson", slug=slug)


def a_task(
    trainer: Actor, slug: str = "shadowing", *, by: str = "带教", evidence: str = "[文字]", title: str = "跟线旁听"
) -> Document:
    lines = f"凭证: {evidence}\n" if evidence else ""
    front = f"---\n类型: 任务\n时长: 120分钟\n确认人: {by}\n{lines}---\n"
    text = f"{front}# {title}\n\n只听不答。\n\n- [ ] 记下问题\n- [ ] 核对一遍\n"
    return a_document(trainer, text, kind="task", slug=slug)


def a_curriculum(
    trainer: Actor, stages: Sequence[tuple[str, Sequence[tuple[str, int]]]], slug: str = "onboarding"
) -> Document:
    """Return a curriculum. stages: name and its items, each a file beside it and a day; each stage is signed off."""
    parts = []
    for index, (name, items) in enumerate(stages):
        days = [day for _, day in items]
        after = f" `需完成:{stages[index - 1][0]}`" if index else ""
        lines = "\n".join(f"- [{item}]({item}.md) `第{day}天`" for item, day in items)
        parts.append(f"## {name}\n`第{min(days)}-{max(days)}天` `任意顺序` `带教验收`{after}\n\n{lines}")
    text = "---\n类型: 培训计划\n---\n# 新员工入职培训\n\n" + "\n\n".join(parts) + "\n"
    return a_document(trainer, text, kind="curriculum", slug=slug)


def owes(trainer: Actor, document: Document, *people: Person) -> int:
    """Give a document to people, from today on, every day a working day; return the assignment of the first."""
    with transaction() as s:
        for person in people:
            s.add(RosterPattern(person_id=person.id, weekdays=127, from_on=LONG_AGO))
    with transaction():
        return duties.assign(trainer, [person.id for person in people], document.id, starts_on=today())[0]


def a_cohort(trainer: Person, *people: Person, name: str = "2611 期") -> Cohort:
    with transaction() as s:
        cohort = Cohort(name=name, trainer_id=trainer.id, room="3 楼", starts_on=today())
        s.add(cohort)
        s.flush()
        for person in people:
            s.add(CohortMember(cohort_id=cohort.id, person_id=person.id))
    return cohort


def a_png(shade: int = 0) -> bytes:
    """Return a small true picture; another shade is another picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([shade, shade]) for _ in range(2))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
