"""People of the demo at work: they read, answer, hand in and confirm through the same actions as real people.

Whatever takes time is a script (see agenda.py): it yields the moment at which it goes on. What a page sends in small
pieces, where one is and each answer, is written at its own moment but committed once: ten thousand commits are minutes.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.accounts.queries import actor_by_employee_no
from lms.assignments.queries import duties
from lms.assignments.rules import Duty
from lms.content import queries as content
from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.core.here import local, today
from lms.demo import drilling, photos, words
from lms.demo.agenda import Script, later
from lms.demo.answers import right_answer, wrong_answer
from lms.kb import queries as finding
from lms.kb.actions import searches
from lms.learning.actions import confirm as confirming
from lms.learning.actions import photos as evidence
from lms.learning.actions import reading, tasks
from lms.learning.models import TaskWork
from lms.learning.spec.task import ConfirmedBy, Evidence, TaskSpec
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.queries import Drawn
from lms.quizzes.rules.values import shown_value

NOON, AFTERNOON, EVENING = 12, 13, 18
"""Hours: nothing is begun between noon and the afternoon; stages are signed off in the evening."""


def who(employee_no: str) -> Actor:
    """Return somebody of the company as he stands at the moment of the story."""
    actor = actor_by_employee_no(employee_no)
    if actor is None:
        raise LookupError(employee_no)
    return actor


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


def read_to_end(actor: Actor, duty: Duty, seconds: int) -> Script:
    """Read a lesson or an article to its end, in about that many seconds."""
    opened = content.open_published(actor, duty.kind, duty.slug)
    sections = len(content.spec(opened).sections)
    began = clock.now()
    moments = [began + timedelta(seconds=seconds * section // sections) for section in range(1, sections + 1)]
    yield moments[-1]
    with transaction():
        for section, moment in enumerate(moments, start=1):
            with clock.frozen(moment):
                _read_on(actor, opened, section, min(60, seconds // sections))
        reading.complete(actor, duty.kind, duty.slug, number=opened.number)


def begin_reading(actor: Actor, duty: Duty, section: int) -> None:
    """Stop in the middle of a lesson, after that many sections."""
    opened = content.open_published(actor, duty.kind, duty.slug)
    with transaction():
        _read_on(actor, opened, section, 45)


def _read_on(actor: Actor, opened: content.Opened, section: int, seconds: int) -> None:
    """Say as the page does that a section is reached, from 1, after so many seconds."""
    sections = content.spec(opened).sections
    reading.save_position(
        actor,
        opened.kind,
        opened.slug,
        number=opened.number,
        anchor=sections[section - 1].anchor,
        section=section,
        sections=len(sections),
        seconds=seconds,
    )


def search(actor: Actor, query: str, *, opened: bool = False) -> None:
    """Search the knowledge base, with a customer waiting. opened: the first article is opened from it."""
    hits = finding.search(actor, query)
    with transaction():
        noted = searches.note_search(actor, query, len(hits))
        if hits and opened:
            searches.note_click(actor, noted, hits[0].document_id)


def take_quiz(actor: Actor, slug: str, skill: float, minutes: int, rng: random.Random) -> Script:
    """Take a quiz; each question is right with the probability `skill`."""

    def given(item: Drawn) -> tuple[object, int | None]:
        question = item.question
        return right_answer(question) if rng.random() < skill else wrong_answer(question, rng), None

    yield from answer_paper(actor, slug, minutes, given)


Given = Callable[[Drawn], tuple[object, int | None]]
"""What somebody answers to a question, in the author's ids, and how many seconds it was before them."""


def answer_paper(actor: Actor, slug: str, minutes: int, given: Given) -> Script:
    """Sit a quiz from its first question to handing it in, in so many minutes."""
    began = clock.now()
    with transaction():
        started = quizzes.start(actor, slug)
    items = quiz_queries.items_of(quiz_queries.own_sitting(actor, started.public_id))
    yield began + timedelta(minutes=minutes)
    with transaction():
        for number, item in enumerate(items, start=1):
            answer, seconds = given(item)
            shown = shown_value(item.question, item.order, answer)  # type: ignore[arg-type]
            with clock.frozen(began + timedelta(seconds=minutes * 60 * number // (len(items) + 1))):
                quizzes.save_answer(actor, started.public_id, item.key, shown, number, seconds=seconds)
        quizzes.submit(actor, started.public_id)


def until_passed(actor: Actor, slug: str, chances: Sequence[float], *, minutes: tuple[int, int] = (6, 13)) -> Script:
    """Take a quiz, and again after the wait where it was not passed. chances: of a right answer, one per attempt."""
    for attempt, chance in enumerate(chances):
        rng = random.Random(f"{actor.employee_no}:{slug}:{attempt}")  # noqa: S311 - a story, not a secret
        yield from take_quiz(actor, slug, chance, rng.randrange(*minutes), rng)
        if not any(duty.slug == slug for duty in owed(actor.id)):
            return
        yield later(65 + rng.randrange(20))


def better(skill: float) -> tuple[float, float, float]:
    """Return the chances of somebody who reads up after each attempt that was not enough."""
    return (skill, min(1.0, skill + 0.1), 1.0)


def drill_until_passed(actor: Actor, slug: str, chances: Sequence[float]) -> Script:
    """Play a drill, and again where it was not passed. chances: of the better reply, one for each run."""
    for number, chance in enumerate(chances):
        rng = random.Random(f"{actor.employee_no}:{slug}:{number}")  # noqa: S311 - a story, not a secret
        yield from drilling.play(actor, slug, chance, rng)
        if not any(duty.slug == slug for duty in owed(actor.id)):
            return
        yield later(4 + rng.randrange(12))


def hand_in(actor: Actor, slug: str, rng: random.Random) -> None:
    """Hand a finished task in with its evidence."""
    task: TaskSpec = content.spec(content.open_published(actor, "task", slug))
    ticked = list(range(len(task.checklist)))
    note = words.note_on(slug, rng) if Evidence.WRITING in task.evidence else ""
    with transaction():
        work = tasks.save(actor, slug, ticked=ticked, evidence=note, version=None)
        if Evidence.PHOTO in task.evidence:
            for number, thing in enumerate(words.things_on(slug), start=1):
                evidence.attach(actor, work, f"现场{number}.jpg", photos.photo(thing, rng.randrange(4)))
    with transaction():
        tasks.hand_in(actor, slug, ticked=ticked, evidence=note, version=None)


def confirm(confirmer: Actor, person: Actor, slug: str) -> None:
    """Confirm handed-in work, as its mentor or trainer."""
    opened = content.open_published(confirmer, "task", slug)
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
        confirming.confirm(confirmer, row.id, version=row.version)


def is_class(slug: str) -> bool:
    """Return whether a task is a class, at which the trainer only says who was there."""
    return slug.rsplit("/", 1)[-1].startswith("class-")


def _confirmer(actor: Actor, slug: str, mentor: Actor, trainer: Actor) -> Actor:
    task: TaskSpec = content.spec(content.open_published(actor, "task", slug))
    return trainer if task.confirmed_by == ConfirmedBy.TRAINER else mentor


def do_task(
    actor: Actor, duty: Duty, mentor: Actor, trainer: Actor, rng: random.Random, *, confirmed: bool = True
) -> Script:
    """Do a task away from the screen, hand it in and wait for its confirmation."""
    yield later(duty.item.minutes * rng.uniform(0.5, 0.75))
    if is_class(duty.slug):
        with transaction():
            confirming.confirm_people(trainer, duty.slug, [actor.id])
        return
    hand_in(actor, duty.slug, rng)
    yield later(rng.randrange(2, 12))
    if confirmed:
        confirm(_confirmer(actor, duty.slug, mentor, trainer), actor, duty.slug)


def spend_day(
    actor: Actor,
    mentor: Actor,
    trainer: Actor,
    day: int,
    skill: float,
    rng: random.Random,
    *,
    leave_out: Collection[str] = (),
    unconfirmed: Collection[str] = (),
    exams: Mapping[str, Sequence[float]] | None = None,
) -> Script:
    """Do everything that is due on one rostered day.

    leave_out: slugs that stay undone. unconfirmed: tasks whose confirmer has not come round to them.
    exams: chances at a quiz, where they are not those of `skill`.
    """
    for duty in owed(actor.id, day):
        if duty.slug in leave_out:
            continue
        if local(clock.now()).hour == NOON:
            yield local(clock.now()).replace(hour=AFTERNOON, minute=rng.randrange(12))
        if duty.kind in {"lesson", "article"}:
            yield from read_to_end(actor, duty, int(duty.item.minutes * 60 * rng.uniform(0.55, 1.1)))
        elif duty.kind == "quiz":
            chances = (exams or {}).get(duty.slug, better(skill))
            minutes = (duty.item.minutes // 3, duty.item.minutes * 3 // 4)
            yield from until_passed(actor, duty.slug, chances, minutes=minutes)
        elif duty.kind == "task":
            yield from do_task(actor, duty, mentor, trainer, rng, confirmed=duty.slug not in unconfirmed)
        elif duty.kind == "drill":
            yield from drill_until_passed(actor, duty.slug, better(skill))
        yield later(rng.randrange(1, 5))


def sign_stage(mentor: Actor, person: Actor, stage: int, note: str = "") -> Script:
    """Sign a stage off in the evening, if nothing else is missing."""
    evening = local(clock.now()).replace(hour=EVENING, minute=5)
    if evening > clock.now():
        yield evening
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
