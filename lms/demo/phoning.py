"""回访电话: a package that a trainer uploaded, in a course of one team; most have passed it, two are in the middle."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

from lms.assignments import actions as duties
from lms.core import clock
from lms.core.db import session, transaction
from lms.core.here import settings
from lms.courseware.actions import documents, packages, studying
from lms.courseware.actions.documents import Wishes
from lms.courseware.models import CoursewarePackage
from lms.courseware.spec import DoneWhen, Rule
from lms.demo import learner, studio, writings
from lms.demo.agenda import Script, later
from lms.demo.stage import Stage

TEAM = "after2"
COURSE, PACKAGE = "phone/callbacks", "phone/manners"
BEGUN, IDLE = ("邓佳", "乔木"), ("冯超",)
"""Who has stopped on the second page, and who has not begun."""
TWICE = "章文博"
"""Who passed at the second try."""
_FILES = Path(__file__).parent / "packages" / "phone-manners"
_QUESTIONS = (("first", "b"), ("wait", "c"), ("end", "a"))


def plan(stage: Stage) -> None:
    """Upload the package, make the course, give it to the team and let the team learn."""
    kept: list[int] = []
    team = [each for each in stage.agents() if each.team == TEAM]

    def give() -> None:
        with transaction():
            duties.assign(
                stage.who("L1001"),
                [stage.ids[each.no] for each in team],
                kept[0],
                due_on=stage.today + timedelta(days=5),
            )
        learners = [each for each in team if each.name not in IDLE]
        for no, ago in stage.worked(
            [each.no for each in learners], {each.no: 2 + 3 * place % 13 for place, each in enumerate(learners)}
        ).items():
            stage.agenda.add(stage.at(ago, 16, stage.rng(no, "phone").randrange(40)), _learn(stage, no))

    stage.agenda.once(stage.at(20, 15, 10), lambda: _upload(stage))
    stage.agenda.once(
        stage.at(20, 15, 40),
        lambda: kept.append(
            studio.create(stage, "T1001", "course", COURSE, writings.document("phone-callbacks"), "课件和话术一起学")
        ),
    )
    stage.agenda.once(stage.at(18, 9, 30), give)


def packed() -> bytes:
    """Return the package as a zip, the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(_FILES.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name, (2026, 1, 1, 0, 0, 0)), path.read_bytes())
    return made.getvalue()


def _upload(stage: Stage) -> None:
    trainer = stage.who("T1001")
    looked = packages.receive("客服电话礼仪.zip", io.BytesIO(packed()))
    stored = packages.unpack(looked)
    with transaction():
        package_id = packages.keep(trainer, looked, stored).id
    with transaction():
        wishes = Wishes(slug=PACKAGE, title="客服电话礼仪", done_when=DoneWhen(rule=Rule.PASSED), minutes=15)
        document = documents.begin(trainer, session().get_one(CoursewarePackage, package_id), wishes)
        documents.put_out(trainer, document)


def _learn(stage: Stage, no: str) -> Script:
    """Work through the course, as its pages would report it."""
    name, person = next(each.name for each in stage.agents() if each.no == no), stage.who(no)
    rng = stage.rng(no, "phone-manners")
    if name in BEGUN:
        yield from _take(stage, no, ("talk",), None, 4)
        return
    if name == TWICE:
        yield from _take(stage, no, ("talk", "check"), 1, 7)
        yield later(9)
    yield from _take(stage, no, ("talk", "check"), 2 + rng.randrange(2), rng.randrange(8, 15))
    for duty in learner.owed(person.id):
        if duty.goal_slug == COURSE:
            yield later(rng.randrange(3, 9))
            yield from learner.read_to_end(person, duty, rng.randrange(150, 400))


def _take(stage: Stage, no: str, pages: tuple[str, ...], right: int | None, minutes: int) -> Script:
    """Take the package once. pages: turned to, beside the first; right: answers, None = stopped before the end."""
    person, began = stage.who(no), clock.now()
    with transaction():
        attempt = studying.start(person, PACKAGE, again=True)
        key = studying.open_part(person, attempt.public_id, 0).key(settings().secret_key)
    said: dict[str, str] = {"cmi.core.lesson_status": "incomplete", "cmi.core.lesson_location": pages[-1]}
    yield began + timedelta(minutes=minutes)
    if right is not None:
        for place, (question, answer) in enumerate(_QUESTIONS):
            good = place < right
            said |= {
                f"cmi.interactions.{place}.id": question,
                f"cmi.interactions.{place}.type": "choice",
                f"cmi.interactions.{place}.correct_responses.0.pattern": answer,
                f"cmi.interactions.{place}.student_response": answer if good else "a" if answer != "a" else "b",
                f"cmi.interactions.{place}.result": "correct" if good else "wrong",
            }
        said["cmi.core.score.raw"] = str(round(100 * right / len(_QUESTIONS)))
        said["cmi.core.lesson_status"] = "passed" if right > 1 else "failed"
    said["cmi.core.session_time"] = f"0000:{minutes:02}:00"
    said["cmi.core.exit"] = "" if right is not None else "suspend"
    with transaction():
        studying.commit(key, 1, said, finish=True)
