"""People of the demo at work: they read, answer, hand in and confirm through the same actions as real people."""

import random
import struct
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.accounts.queries import actor_by_employee_no
from lms.assignments.queries import duties
from lms.assignments.rules import Duty
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.core.here import today
from lms.learning.actions import confirm as confirming
from lms.learning.actions import photos, reading, tasks
from lms.learning.models import TaskWork
from lms.learning.spec.task import ConfirmedBy, Evidence, TaskSpec
from lms.questions.spec import FillIn, Matching, Multiple, Numeric, Ordering, Question, Single, TrueFalse
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.rules.values import shown_value

NOTES = (
    "听了两小时，记下五个问题，催发货最多，其次是改地址。带教的回答都是先说已经做了什么，再给时间。",
    "照着步骤做完一遍，第二次没有看提示。漏了一次备注，已经补上，以后先备注再结束会话。",
    "和搭档各演了两轮。我容易急着解释，搭档提醒后先复述再回答，顾客的语气缓下来了。",
    "清单都做完了，最难的是把时间说清楚又不打包票。已把三句改好的话术写进自己的本子。",
    "和带教核对过，两处不一致：运费谁承担、什么时候算签收。已回去重读知识条目。",
)


def who(employee_no: str) -> Actor:
    """Return somebody of the company as he stands at the frozen moment."""
    actor = actor_by_employee_no(employee_no)
    if actor is None:
        raise LookupError(employee_no)
    return actor


def a_photo(rng: random.Random) -> bytes:
    """Return a small PNG of one plain colour, as evidence."""
    width, height = 320, 240
    pixel = bytes([rng.randrange(150, 230), rng.randrange(150, 230), rng.randrange(150, 230)])
    rows = (b"\x00" + pixel * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def owed(person_id: int, day: int | None = None) -> list[Duty]:
    """Return what a person still owes, in order; only that of one rostered day where given."""
    return [
        duty
        for duty in duties(person_id, today())
        if not duty.item.settled
        and duty.item.purpose == "complete"
        and duty.item.required
        and (day is None or duty.item.day == day)
    ]


def read_to_end(actor: Actor, duty: Duty, seconds: int) -> None:
    """Read a lesson or an article to its end, in about that many seconds."""
    opened = content.open_published(actor, duty.kind, duty.slug)
    spec = content.spec(opened)
    sections = len(spec.sections)
    began = clock.now()
    for section in range(1, sections + 1):
        with clock.frozen(began + timedelta(seconds=seconds * section // sections)), transaction():
            reading.save_position(
                actor,
                duty.kind,
                duty.slug,
                number=opened.number,
                anchor=spec.sections[section - 1].anchor,
                section=section,
                sections=sections,
                seconds=min(60, seconds // sections),
            )
    with clock.frozen(began + timedelta(seconds=seconds)), transaction():
        reading.complete(actor, duty.kind, duty.slug, number=opened.number)


def begin_reading(actor: Actor, duty: Duty, section: int) -> None:
    """Stop in the middle of a lesson, after that many sections."""
    opened = content.open_published(actor, duty.kind, duty.slug)
    spec = content.spec(opened)
    with transaction():
        reading.save_position(
            actor,
            duty.kind,
            duty.slug,
            number=opened.number,
            anchor=spec.sections[section - 1].anchor,
            section=section,
            sections=len(spec.sections),
            seconds=45,
        )


def right_answer(question: Question) -> object:
    """Return an answer that earns everything, in the author's ids."""
    shape = question.shape
    match shape:
        case Single():
            return shape.right
        case Multiple():
            return list(shape.right)
        case TrueFalse():
            return shape.right
        case FillIn():
            return [accepted[0] for accepted in shape.blanks]
        case Numeric():
            target = shape.target if shape.target is not None else (shape.low + shape.high) / 2
            return f"{float(target):g}"
        case Ordering():
            return [step.id for step in shape.steps]
        case Matching():
            return {left.id: right for left, right in zip(shape.left, shape.key, strict=True)}
        case _:
            return None


def wrong_answer(question: Question, rng: random.Random) -> object:
    """Return an answer such as people give who have not read closely."""
    shape = question.shape
    match shape:
        case Single():
            return rng.choice([option.id for option in shape.options if option.id != shape.right])
        case Multiple():
            others = [option.id for option in shape.options if option.id not in shape.right]
            return list(shape.right[:1]) if rng.random() < 0.6 or not others else [rng.choice(others)]
        case TrueFalse():
            return not shape.right
        case FillIn():
            return ["24"] + [accepted[0] for accepted in shape.blanks[1:]]
        case Numeric():
            return "10"
        case Ordering():
            ids = [step.id for step in shape.steps]
            return [ids[1], ids[0], *ids[2:]]
        case Matching():
            keys = list(shape.key)
            return {left.id: right for left, right in zip(shape.left, [*keys[1:], keys[0]], strict=True)}
        case _:
            return None


def take_quiz(actor: Actor, slug: str, skill: float, minutes: int, rng: random.Random, *, stop_after: int = 0) -> None:
    """Take a quiz; each question is right with the probability `skill`. stop_after: leave it open after so many."""
    began = clock.now()
    with transaction():
        started = quizzes.start(actor, slug)
    sitting = quiz_queries.own_sitting(actor, started.public_id)
    items = quiz_queries.items_of(sitting)
    for number, item in enumerate(items, start=1):
        if stop_after and number > stop_after:
            return
        question = item.question
        answer = right_answer(question) if rng.random() < skill else wrong_answer(question, rng)
        moment = began + timedelta(seconds=minutes * 60 * number // (len(items) + 1))
        with clock.frozen(moment), transaction():
            quizzes.save_answer(actor, started.public_id, item.key, shown_value(question, item.order, answer), number)  # type: ignore[arg-type]
    with clock.frozen(began + timedelta(minutes=minutes)), transaction():
        quizzes.submit(actor, started.public_id)


def hand_in(actor: Actor, slug: str, rng: random.Random) -> None:
    """Do a task and hand it in with its evidence."""
    opened = content.open_published(actor, "task", slug)
    task: TaskSpec = content.spec(opened)
    ticked = list(range(len(task.checklist)))
    note = rng.choice(NOTES) if Evidence.WRITING in task.evidence else ""
    with transaction():
        work = tasks.save(actor, slug, ticked=ticked, evidence=note, version=None)
        if Evidence.PHOTO in task.evidence:
            photos.attach(actor, work, "现场.png", a_photo(rng))
    with transaction():
        tasks.hand_in(actor, slug, ticked=ticked, evidence=note, version=None)


def confirm(mentor: Actor, person: Actor, slug: str) -> None:
    """Confirm handed-in work as its mentor."""
    opened = content.open_published(mentor, "task", slug)
    row = (
        session()
        .execute(
            select(TaskWork.id, TaskWork.version).where(
                TaskWork.person_id == person.id, TaskWork.document_id == opened.document_id
            )
        )
        .one()
    )
    with transaction():
        confirming.confirm(mentor, row.id, version=row.version)


def is_class(actor: Actor, slug: str) -> bool:
    """Return whether a task is one that the trainer confirms for everybody present."""
    task: TaskSpec = content.spec(content.open_published(actor, "task", slug))
    return task.confirmed_by == ConfirmedBy.TRAINER


def spend_day(
    actor: Actor,
    mentor: Actor,
    trainer: Actor,
    day: int,
    morning: datetime,
    skill: float,
    rng: random.Random,
    *,
    leave_out: Sequence[str] = (),
) -> None:
    """Do everything that is due on one rostered day: online in the morning, on the floor in the afternoon.

    leave_out: slugs that stay undone.
    """
    moment = morning + timedelta(minutes=rng.randrange(25))
    for duty in owed(actor.id, day):
        if duty.slug in leave_out:
            continue
        with clock.frozen(moment):
            if duty.kind in {"lesson", "article"}:
                seconds = int(duty.item.minutes * 60 * rng.uniform(0.55, 1.1))
                read_to_end(actor, duty, seconds)
            elif duty.kind == "quiz":
                until_passed(actor, duty.slug, moment, skill)
            elif duty.kind == "task":
                if is_class(actor, duty.slug):
                    with transaction():
                        confirming.confirm_people(trainer, duty.slug, [actor.id])
                else:
                    hand_in(actor, duty.slug, rng)
                    with clock.frozen(moment + timedelta(minutes=rng.randrange(5, 50))):
                        confirm(mentor, actor, duty.slug)
        moment += timedelta(minutes=max(10, min(duty.item.minutes, 45)))


def until_passed(actor: Actor, slug: str, moment: datetime, skill: float) -> None:
    """Take a quiz, and again after the wait where it was not passed; who fails twice reads up before the third time."""
    for attempt in range(3):
        chance = 1.0 if attempt == 2 else min(1.0, skill + 0.1 * attempt)
        rng = random.Random(f"{actor.employee_no}:{slug}:{attempt}")  # noqa: S311 - a story, not a secret
        with clock.frozen(moment + timedelta(minutes=90 * attempt)):
            take_quiz(actor, slug, chance, rng.randrange(6, 13), rng)
            if not any(duty.slug == slug for duty in owed(actor.id)):
                return


def sign_stage(mentor: Actor, person: Actor, stage: int, note: str = "") -> None:
    """Sign a stage off, if nothing else is missing."""
    duty = next(
        (
            each
            for each in duties(person.id, today())
            if each.item.purpose == "sign_off" and each.item.stage == stage and not each.item.settled
        ),
        None,
    )
    if duty is not None:
        with transaction():
            confirming.sign_off(mentor, person.id, duty.item.assignment_id, stage, note)
