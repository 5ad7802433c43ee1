"""Verbs of surveys: ask, answer, decline; write the questions, stop asking.

What an anonymous answer leaves behind: a row under a random number with the survey, the document and its revision, the
Monday of the week and the values, and at the asked person that they have answered. No person, team or time. All answers
that wait are written anew, shuffled, with each further one, so that neither their order on the disk nor the transaction
that wrote them says who came when; they are let into results five at a time (`rules.sharing`).
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from lms.accounts.events import Settled, Told
from lms.content.models import Document
from lms.core import clock
from lms.core.access import Actor
from lms.core.audit import audit
from lms.core.bus import emit
from lms.core.db import insert_new, locked, new_public_id, session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.here import today
from lms.core.texts import Text, text
from lms.learning.models import Survey, SurveyAnswer, SurveyAsked
from lms.learning.queries import surveys as reading
from lms.learning.queries.surveys import COURSE, PULSE
from lms.learning.rules import sharing
from lms.learning.rules import surveys as rules
from lms.learning.rules.sharing import Cell, Waiting
from lms.learning.rules.surveys import AFTER_A_COURSE, Question
from lms.records.models import Standing

LONGEST_TITLE = 120
TOGETHER = 100
_SHIPPED = "course-feedback"
"""The public id of the survey that every installation begins with, so that two who need it first make one."""


def default_survey() -> Survey | None:
    """Return the survey for every course; the shipped one is written when first needed. None once it is stopped."""
    found = reading.default_survey()
    if found is not None:
        return found
    insert_new(
        Survey,
        ("public_id",),
        [
            {
                "public_id": _SHIPPED,
                "kind": COURSE,
                "title": "课程反馈",
                "questions": rules.stored(AFTER_A_COURSE),
                "anonymous": True,
                "opens_on": today(),
                "made_at": clock.now(),
            }
        ],
    )
    return reading.default_survey()


def ask_after(person_id: int, document_id: int) -> None:
    """Ask somebody who has completed a document for the first time, once, where there is a survey for it."""
    document = session().execute(select(Document.kind, Document.title).where(Document.id == document_id)).one()
    survey = reading.for_document(document_id, document.kind)
    if survey is None and document.kind in reading.SURVEYED:
        survey = default_survey()
    if survey is None:
        return
    sentence = text("“%(title)s”学完了。花一分钟说说有没有用、哪里可以更好？（可以不答）", title=document.title)
    _ask(survey, [person_id], document_id, sentence)


def ask_pulse(survey: Survey, person_ids: Sequence[int]) -> None:
    """Ask these people (at most 100) for this month's pulse, once."""
    _ask(survey, person_ids, 0, text("这个月过得怎么样？几个小问题，不记名，一分钟。（可以不答）"))


def _ask(survey: Survey, person_ids: Sequence[int], about_id: int, sentence: Text) -> None:
    day = today()
    insert_new(
        SurveyAsked,
        ("survey_id", "person_id", "about_id"),
        [
            {
                "survey_id": survey.id,
                "person_id": person_id,
                "about_id": about_id,
                "asked_on": day,
                "answered": False,
                "declined": False,
            }
            for person_id in person_ids
        ],
    )
    emit(
        Told(
            person_ids=tuple(person_ids),
            topic="suggestion",
            sentence=sentence,
            link=("learning.survey", {"survey_id": survey.public_id, "about": about_id or None}),
            key=_key(survey.id, about_id),
            inbox_only=True,
        )
    )


def answer(actor: Actor, public_id: str, about_id: int, given: Mapping[str, str]) -> None:
    """Keep the actor's answer; a second one changes nothing.

    Raises NotFound for who was not asked, Conflict once it is over, Invalid with what is missing.
    """
    survey = locked(Survey, public_id)
    ask = reading.ask_of(actor.id, public_id, about_id)
    if ask.state == "answered":
        return
    if ask.state != "open":
        raise Conflict(text("这份问卷已经结束，谢谢您来看。"), code="over")
    values = rules.answered(ask.questions, given)
    session().execute(_mark(survey.id, actor.id, about_id).values(answered=True))
    revision_id = session().scalar(
        select(Standing.confirmed_revision_id).where(Standing.person_id == actor.id, Standing.document_id == about_id)
    )
    _keep(
        survey,
        about_id,
        {
            "person_id": None if survey.anonymous else actor.id,
            "team_id": None if survey.anonymous else actor.team_id,
            "revision_id": revision_id,
            "week": rules.week_of(today()),
            "values": values,
        },
    )
    emit(Settled(person_ids=(actor.id,), key=_key(survey.id, about_id)))


def decline(actor: Actor, public_id: str, about_id: int) -> None:
    """Note that the actor does not want to answer; nobody asks again. Raises NotFound, Conflict once answered."""
    survey = locked(Survey, public_id)
    ask = reading.ask_of(actor.id, public_id, about_id)
    if ask.state == "answered":
        raise Conflict(text("您已经答过了。"), code="answered")
    session().execute(_mark(survey.id, actor.id, about_id).values(declined=True))
    emit(Settled(person_ids=(actor.id,), key=_key(survey.id, about_id)))


def _mark(survey_id: int, person_id: int, about_id: int) -> Any:
    return (
        update(SurveyAsked)
        .where(SurveyAsked.survey_id == survey_id, SurveyAsked.person_id == person_id, SurveyAsked.about_id == about_id)
        .execution_options(synchronize_session=False)
    )


def _keep(survey: Survey, about_id: int, fresh: Mapping[str, Any]) -> None:
    """Write an answer among those that wait, all of them anew, and release the groups that are full. Locked."""
    columns = ("person_id", "team_id", "revision_id", "week", "values")
    which = [
        SurveyAnswer.survey_id == survey.id,
        SurveyAnswer.batch == 0,
        SurveyAnswer.document_id == about_id if about_id else SurveyAnswer.document_id.is_(None),
    ]
    kept = [
        dict(zip(columns, row, strict=True))
        for row in session().execute(select(*(getattr(SurveyAnswer, name) for name in columns)).where(*which))
    ]
    session().execute(delete(SurveyAnswer).where(*which).execution_options(synchronize_session=False))
    waiting = {new_public_id(): values for values in (*kept, dict(fresh))}
    batch_of = dict.fromkeys(waiting, 0)
    newest = session().scalar(select(Document.published_id).where(Document.id == about_id)) if about_id else None
    last = session().scalar(select(func.max(SurveyAnswer.batch)).where(SurveyAnswer.survey_id == survey.id)) or 0
    groups = sharing.batches(
        [
            Waiting(
                key=key,
                cell=Cell(revision=values["revision_id"] or 0, quarter=rules.quarter_of(values["week"])),
            )
            for key, values in waiting.items()
        ],
        Cell(revision=newest or 0, quarter=rules.quarter_of(rules.week_of(today()))),
    )
    for number, group in enumerate(groups, start=last + 1):
        batch_of.update(dict.fromkeys(group, number))
    order = list(waiting)
    secrets.SystemRandom().shuffle(order)
    session().execute(
        insert(SurveyAnswer),
        [
            {
                "id": key,
                "survey_id": survey.id,
                "document_id": about_id or None,
                "batch": batch_of[key],
                **waiting[key],
            }
            for key in order
        ],
    )


# writing them


def make(
    actor: Actor, *, document_id: int | None, title: str, questions: Sequence[Question], anonymous: bool
) -> Survey:
    """Make a survey of one document, in place of the questions for every course. Raises NotFound, Invalid, Conflict."""
    title = _title(title)
    if document_id is None:
        existing = reading.default_survey()
    else:
        document = session().get(Document, document_id)
        if document is None or document.published_id is None:
            raise NotFound()
        existing = (
            session()
            .scalars(select(Survey).where(Survey.document_id == document_id, Survey.stopped_at.is_(None)))
            .first()
        )
    if existing is not None:
        raise Conflict(text("已经有一份问卷在问了，请改那一份。"), code="exists")
    survey = _add(COURSE, title, document_id, questions, anonymous, actor.id)
    audit(actor.id, "survey.make", "survey", survey.id, after={"anonymous": anonymous, "document": document_id})
    return survey


def change(actor: Actor, public_id: str, *, title: str, questions: Sequence[Question], anonymous: bool) -> Survey:
    """Change a survey. Once there is an answer, other questions or another promise begin a new one; the old one stops.

    Raises NotFound, Conflict for one that is stopped, Invalid.
    """
    title = _title(title)
    survey = locked(Survey, public_id)
    if survey.stopped_at is not None:
        raise Conflict(text("这份问卷已经停了，结果保留。"), code="stopped")
    same = rules.read(survey.questions) == tuple(questions) and survey.anonymous == anonymous
    begun = session().scalar(select(SurveyAnswer.id).where(SurveyAnswer.survey_id == survey.id).limit(1)) is not None
    if same or not begun:
        survey.title, survey.questions, survey.anonymous = title, rules.stored(questions), anonymous
        session().flush()
        audit(actor.id, "survey.change", "survey", survey.id, after={"anonymous": anonymous})
        return survey
    survey.stopped_at = clock.now()
    session().flush()
    again = _add(survey.kind, title, survey.document_id, questions, anonymous, actor.id, survey.closes_on)
    audit(actor.id, "survey.replace", "survey", survey.id, after={"by": again.id, "anonymous": anonymous})
    return again


def stop(actor: Actor, public_id: str) -> Survey:
    """Ask nobody any more; what was answered stays. The same again changes nothing. Raises NotFound."""
    survey = locked(Survey, public_id)
    if survey.stopped_at is None:
        survey.stopped_at = clock.now()
        session().flush()
        audit(actor.id, "survey.stop", "survey", survey.id)
    return survey


def begin_pulse(actor: Actor | None, questions: Sequence[Question], title: str = "") -> Survey:
    """Open the pulse of this month; the same again in one month changes nothing. It is always anonymous."""
    running = reading.running_pulse()
    if running is not None and not rules.next_pulse(running.opens_on, today()):
        return running
    if running is not None:
        running.stopped_at = clock.now()
        session().flush()
    made = _add(
        PULSE,
        title or "客服关怀",
        None,
        questions,
        anonymous=True,
        made_by=actor.id if actor else None,
        closes_on=rules.last_day_of_month(today()),
    )
    audit(actor.id if actor else None, "survey.pulse", "survey", made.id)
    return made


def _add(
    kind: str,
    title: str,
    document_id: int | None,
    questions: Sequence[Question],
    anonymous: bool,
    made_by: int | None,
    closes_on: date | None = None,
) -> Survey:
    survey = Survey(
        kind=kind,
        title=title,
        document_id=document_id,
        questions=rules.stored(questions),
        anonymous=anonymous,
        opens_on=today(),
        closes_on=closes_on,
        made_by=made_by,
        made_at=clock.now(),
    )
    session().add(survey)
    session().flush()
    return survey


def _title(title: str) -> str:
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        reason = text("请写名称，最多 %(n)s 个字。", n=LONGEST_TITLE)
        raise Invalid(reason, fields={"title": reason})
    return title


def _key(survey_id: int, about_id: int) -> str:
    return f"survey:{survey_id}:{about_id}"
