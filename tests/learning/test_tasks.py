"""Tasks: handed in when complete, confirmed once by whoever may, sent back with a remark, signed off when ready."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from lms.core.access import Actor, Role
from lms.core.db import session, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.learning import queries
from lms.learning.actions import confirm, photos, tasks
from lms.learning.models import TaskWork, Upload
from lms.learning.rules.tasks import MOST_PHOTOS, Rights, image_type, why_photo_refused
from lms.learning.spec.task import ConfirmedBy
from lms.records.models import Record, RecordNote
from tests.support.make import a_person, a_team, as_actor, mentors, sign_in
from tests.support.make_content import a_trainer
from tests.support.make_learning import a_cohort, a_curriculum, a_lesson, a_png, a_task, owes
from tests.support.pages import token


def save(actor, **more):
    values = {"ticked": [0, 1], "evidence": "记了五个问题", "version": None, **more}
    with transaction():
        return tasks.save(actor, "shadowing", **values)


def hand_in(actor, slug="shadowing", **more):
    values = {"ticked": [0, 1], "evidence": "记了五个问题", "version": None, **more}
    with transaction():
        return tasks.hand_in(actor, slug, **values)


def confirmed(actor, work):
    with transaction():
        return confirm.confirm(actor, work.id, version=work.version)


def a_pair():
    """A mentor and the person he looks after, as people."""
    mentor, person = a_person(Role.AGENT, name="周敏"), a_person(Role.AGENT, name="林小满")
    mentors(mentor, person)
    return mentor, person


# handing in


def test_a_task_is_handed_in_and_confirmed_by_the_mentor_with_its_minutes(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    work = hand_in(as_actor(person))
    assert confirmed(as_actor(mentor), work).state == "confirmed"
    line = session().scalars(select(Record)).one()
    assert (line.verb, line.person_id, line.actor_id, line.credited_minutes) == ("confirmed", person.id, mentor.id, 120)
    assert session().scalars(select(RecordNote.text)).one() == "记了五个问题"


def test_what_is_missing_is_said_at_each_input(world: APIFlask):
    a_task(a_trainer(), evidence="[文字, 照片]")
    with pytest.raises(Invalid) as refused:
        hand_in(as_actor(a_person(Role.AGENT)), ticked=[0], evidence=" ")
    assert set(refused.value.fields) == {"ticked", "evidence", "photo"}
    assert "1 项" in str(refused.value.fields["ticked"])


def test_handing_in_twice_is_the_same_as_once(world: APIFlask):
    a_task(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    first, version = hand_in(actor), session().scalars(select(TaskWork.version)).one()
    assert (hand_in(actor).id, session().scalars(select(TaskWork.version)).one()) == (first.id, version)


def test_what_oneself_confirms_is_done_by_handing_in(world: APIFlask):
    a_task(a_trainer(), by="本人")
    person = a_person(Role.AGENT)
    assert hand_in(as_actor(person)).state == "confirmed"
    assert session().scalars(select(Record.actor_id)).one() == person.id


def test_handed_in_work_cannot_be_edited_until_it_is_taken_back(world: APIFlask):
    a_task(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    hand_in(actor)
    with pytest.raises(Conflict, match="撤回"):
        save(actor, evidence="改一下")
    with transaction():
        tasks.take_back(actor, "shadowing")
    assert save(actor, evidence="改一下").evidence == "改一下"


def test_a_window_that_shows_an_older_state_changes_nothing(world: APIFlask):
    a_task(a_trainer())
    actor = as_actor(a_person(Role.AGENT))
    save(actor, evidence="新的")
    with pytest.raises(Conflict, match="别的窗口"):
        save(actor, evidence="旧窗口写的", version=0)
    assert session().scalars(select(TaskWork.evidence)).one() == "新的"


def test_ticks_that_are_not_on_the_checklist_are_left_out(world: APIFlask):
    a_task(a_trainer())
    assert save(as_actor(a_person(Role.AGENT)), ticked=[1, 1, 7, -1]).ticked == [1]


# confirming


def test_a_second_tap_of_the_same_mentor_changes_nothing(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    work = hand_in(as_actor(person))
    actor, version = as_actor(mentor), work.version
    for _ in range(2):
        with transaction():
            confirm.confirm(actor, work.id, version=version)
    assert len(session().scalars(select(Record)).all()) == 1


def test_the_second_confirmer_is_told_who_was_quicker(world: APIFlask):
    trainer = a_trainer()
    a_task(trainer)
    mentor, person = a_pair()
    work = hand_in(as_actor(person))
    confirmed(as_actor(mentor), work)
    with pytest.raises(Conflict, match="周敏 已在"):
        confirmed(trainer, work)


def test_nobody_confirms_their_own_work(world: APIFlask):
    a_task(a_trainer())
    lead = a_person(Role.LEAD)
    work = hand_in(as_actor(lead))
    with pytest.raises(NotFound):
        confirmed(as_actor(lead), work)


def test_a_mentor_neither_sees_nor_confirms_the_mentees_of_others(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    _, stranger = a_pair()
    hand_in(as_actor(person))
    work = hand_in(as_actor(stranger))
    assert [row.person_id for row in queries.waiting(as_actor(mentor))] == [person.id]
    with pytest.raises(NotFound):
        confirmed(as_actor(mentor), work)


def test_a_lead_sees_the_own_team_and_a_trainer_everybody(world: APIFlask):
    trainer = a_trainer()
    a_task(trainer)
    team = a_team()
    lead, member, other = a_person(Role.LEAD, team=team), a_person(Role.AGENT, team=team), a_person(Role.AGENT)
    hand_in(as_actor(member))
    hand_in(as_actor(other))
    assert [row.person_id for row in queries.waiting(as_actor(lead))] == [member.id]
    assert [row.person_id for row in queries.waiting(trainer)] == [member.id, other.id]


def test_a_class_is_confirmed_by_its_trainer_not_by_the_mentor():
    rights = {"actor_id": 1, "everything": False, "teams": frozenset[int]()}
    mentor = Rights(**rights, mentees=frozenset({2}), cohort_members=frozenset())
    trainer = Rights(**rights, mentees=frozenset(), cohort_members=frozenset({2}))
    by = [ConfirmedBy.MENTOR, ConfirmedBy.TRAINER, ConfirmedBy.SELF]
    assert [mentor.may_confirm(2, None, each) for each in by] == [True, False, False]
    assert [trainer.may_confirm(2, None, each) for each in by] == [False, True, False]


def test_work_that_was_changed_since_it_was_seen_is_not_confirmed(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    seen = hand_in(as_actor(person)).version
    with transaction():
        tasks.take_back(as_actor(person), "shadowing")
    work = hand_in(as_actor(person), evidence="另写了一段")
    with pytest.raises(Conflict, match="刚刚改过"), transaction():
        confirm.confirm(as_actor(mentor), work.id, version=seen)


def test_sent_back_work_carries_the_remark_and_can_be_handed_in_again(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    work = hand_in(as_actor(person))
    with transaction():
        confirm.send_back(as_actor(mentor), work.id, version=work.version, remark="话术少一句")
    assert queries.work_row(person.id, work.document_id).remark == "话术少一句"
    assert hand_in(as_actor(person), evidence="补了一句").state == "submitted"


def test_sending_back_needs_a_remark(world: APIFlask):
    a_task(a_trainer())
    mentor, person = a_pair()
    work = hand_in(as_actor(person))
    with pytest.raises(Invalid), transaction():
        confirm.send_back(as_actor(mentor), work.id, version=work.version, remark="  ")


def test_a_trainer_confirms_a_class_for_who_handed_nothing_in(world: APIFlask):
    trainer = a_trainer()
    a_task(trainer, "class", by="讲师")
    people = [a_person(Role.AGENT) for _ in range(4)]
    with transaction():
        done = confirm.confirm_people(trainer, "class", [person.id for person in people])
    assert len(done.names) == 4
    assert {line.person_id for line in session().scalars(select(Record))} == {person.id for person in people}


def test_a_batch_leaves_out_who_has_not_handed_in_what_a_mentor_confirms(world: APIFlask):
    trainer = a_trainer()
    a_task(trainer)
    ready, idle = a_person(Role.AGENT, name="何川"), a_person(Role.AGENT, name="罗一鸣")
    hand_in(as_actor(ready))
    with transaction():
        done = confirm.confirm_people(trainer, "shadowing", [ready.id, idle.id])
    assert done.names == ("何川",)
    assert "罗一鸣" in str(done.left_out[0])


def test_the_page_of_a_class_lists_the_cohort_and_one_press_confirms_all(client: FlaskClient):
    trainer = a_person(Role.TRAINER)
    actor = as_actor(trainer)
    a_task(actor, "class", by="讲师", title="面授：三大品类")
    people = [a_person(Role.AGENT, name=name) for name in ("林小满", "何川")]
    a_cohort(trainer, *people)
    owes(actor, a_curriculum(actor, [("第一段", [("class", 1)])]), *people)
    sign_in(client, trainer)
    page = client.get("/confirm").get_data(as_text=True)
    assert "全部确认 2 人" in page
    values = {"csrf_token": token(client, "/confirm"), "person": [str(person.id) for person in people]}
    client.post("/confirm/task/class", data=values)
    assert len(session().scalars(select(Record).where(Record.verb == "confirmed")).all()) == 2


def test_who_trains_a_cohort_confirms_its_classes_and_no_others(world: APIFlask):
    a_task(a_trainer(), "class", by="讲师")
    a_task(a_trainer())
    teacher, member, stranger = a_person(Role.AGENT), a_person(Role.AGENT), a_person(Role.AGENT)
    a_cohort(teacher, member)
    for person in (member, stranger):
        hand_in(as_actor(person), "class")
    hand_in(as_actor(member))
    actor = as_actor(teacher)
    assert [(row.person_id, row.slug) for row in queries.waiting(actor)] == [(member.id, "class")]
    with pytest.raises(NotFound), transaction():
        confirm.confirm_people(actor, "class", [stranger.id])


@pytest.mark.committed
def test_two_who_confirm_at_the_same_moment_leave_one_record(fresh: APIFlask):
    with fresh.app_context():
        trainer, second = a_trainer(), a_trainer()
        a_task(trainer)
        work = hand_in(as_actor(a_person(Role.AGENT)))
        work_id, version = work.id, work.version

    def tap(actor: Actor) -> str:
        with fresh.app_context():
            try:
                with transaction():
                    confirm.confirm(actor, work_id, version=version)
            except Conflict as refused:
                return refused.code
            return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(tap, [trainer, second, trainer, second]))
    with fresh.app_context():
        assert len(session().scalars(select(Record)).all()) == 1
    assert answers == ["confirmed", "confirmed", "done", "done"]


# stages


def a_stage_owed():
    """A mentor, his mentee, and the assignment of a curriculum of one task and one lesson in two stages."""
    trainer = a_trainer()
    a_task(trainer)
    a_lesson(trainer)
    mentor, person = a_pair()
    goal = a_curriculum(trainer, [("认识公司", [("shadowing", 1)]), ("产品", [("cups", 2)])])
    return mentor, person, owes(trainer, goal, person)


def test_a_stage_is_signed_off_only_when_its_items_are_done(world: APIFlask):
    mentor, person, assignment = a_stage_owed()
    with pytest.raises(Conflict, match="跟线旁听"), transaction():
        confirm.sign_off(as_actor(mentor), person.id, assignment, 0, "")
    confirmed(as_actor(mentor), hand_in(as_actor(person)))
    assert [row.stage_name for row in queries.stages_ready(as_actor(mentor))] == ["认识公司"]
    with transaction():
        confirm.sign_off(as_actor(mentor), person.id, assignment, 0, "上手快")
    assert queries.stages_ready(as_actor(mentor)) == []
    line = session().scalars(select(Record).where(Record.verb == "signed_off")).one()
    assert (line.ref, line.actor_id) == ("0", mentor.id)


def test_signing_off_twice_is_once_and_another_is_told_who_signed(world: APIFlask):
    mentor, person, assignment = a_stage_owed()
    confirmed(as_actor(mentor), hand_in(as_actor(person)))
    for _ in range(2):
        with transaction():
            confirm.sign_off(as_actor(mentor), person.id, assignment, 0, "")
    another = a_trainer()
    with pytest.raises(Conflict, match="周敏"), transaction():
        confirm.sign_off(another, person.id, assignment, 0, "")
    assert len(session().scalars(select(Record).where(Record.verb == "signed_off")).all()) == 1


def test_a_stage_of_somebody_elses_mentee_is_not_found(world: APIFlask):
    _, person, assignment = a_stage_owed()
    other, _ = a_pair()
    with pytest.raises(NotFound), transaction():
        confirm.sign_off(as_actor(other), person.id, assignment, 0, "")


# photos


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"%PDF-1.7 " + b"x" * 20, "只收"), (b"", "空"), (a_png() + b"\0" * 200, "MB")],
)
def test_a_file_that_is_no_photo_or_too_big_is_refused_with_the_reason(content: bytes, reason: str):
    assert reason in str(why_photo_refused(content, largest=150, photos=0))


def test_a_tenth_photo_is_refused():
    assert "最多" in str(why_photo_refused(a_png(), largest=10_000, photos=MOST_PHOTOS))


def test_the_type_comes_from_the_bytes_not_from_the_name():
    assert [image_type(head) for head in (a_png(), b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"<svg")] == [
        "image/png",
        "image/jpeg",
        "image/webp",
        None,
        None,
    ]


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB").tobytes()


def a_phone_photo() -> bytes:
    """A photo as a phone takes it: lying on its side, with the place where it was taken."""
    notes = Image.Exif()
    notes[0x0112] = 6  # turned by 90°
    notes[0x010F] = "Huawei"
    notes.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 1.0)})
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 10, 10)).save(out, "JPEG", exif=notes)
    return out.getvalue()


def test_a_photo_of_a_task_is_kept_upright_and_without_the_place_where_it_was_taken(client: FlaskClient):
    a_task(a_trainer(), evidence="[照片]")
    person = a_person(Role.AGENT)
    actor = as_actor(person)
    save(actor)
    with transaction():
        work = tasks.work_of(actor.id, session().scalars(select(TaskWork.document_id)).one())
        name = photos.attach(actor, work, "工位.jpg", a_phone_photo()).public_id
    sign_in(client, person)
    with client.get(f"/learn/photo/{name}") as answer, Image.open(io.BytesIO(answer.data)) as kept:
        assert (kept.size, dict(kept.getexif())) == ((40, 60), {})


def test_a_picture_that_would_fill_the_memory_is_refused_with_a_sentence(world):
    out = io.BytesIO()
    Image.new("L", (9_000, 9_000)).save(out, "PNG")
    with pytest.raises(Invalid, match="万像素"):
        photos.cleaned(out.getvalue())


def attach(person, shade=0):
    actor = as_actor(person)
    work = save(actor)
    with transaction():
        work = tasks.work_of(actor.id, work.document_id)
        return photos.attach(actor, work, "工位.png", a_png(shade)).public_id


def test_a_photo_is_seen_by_its_owner_and_the_mentor_and_by_nobody_else(client: FlaskClient):
    a_task(a_trainer(), evidence="[照片]")
    mentor, person = a_pair()
    name = attach(person)
    seen = []
    for who in (person, mentor, a_person(Role.AGENT)):
        sign_in(client, who)
        with client.get(f"/learn/photo/{name}") as answer:
            seen.append(answer.status_code)
    assert seen == [200, 200, 404]


def test_a_photo_is_sent_as_the_picture_it_is_and_nothing_else(client: FlaskClient):
    a_task(a_trainer(), evidence="[照片]")
    person = a_person(Role.AGENT)
    name = attach(person)
    sign_in(client, person)
    with client.get(f"/learn/photo/{name}") as answer:
        assert pixels(answer.data) == pixels(a_png())
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_removed_photo_is_gone_for_its_owner_at_once(client: FlaskClient):
    a_task(a_trainer(), evidence="[照片]")
    one = a_person(Role.AGENT)
    name = attach(one, 7)
    sign_in(client, one)
    values = {"csrf_token": token(client, "/learn/task/shadowing")}
    assert client.post(f"/learn/photo/{name}/remove", data=values).status_code == 302
    assert client.get(f"/learn/photo/{name}").status_code == 404


def test_a_refused_upload_says_why_and_keeps_what_was_typed(client: FlaskClient):
    a_task(a_trainer(), evidence="[文字, 照片]")
    sign_in(client, a_person(Role.AGENT))
    values = {
        "csrf_token": token(client, "/learn/task/shadowing"),
        "version": "0",
        "tick": ["0"],
        "evidence": "写了很久的一段",
        "do": "save",
        "photo": (io.BytesIO(b"%PDF-1.7 not a photo"), "a.jpg"),
    }
    answer = client.post("/learn/task/shadowing", data=values, content_type="multipart/form-data")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "只收 JPG、PNG、WebP 照片" in page
    assert "写了很久的一段" in page
    assert session().scalars(select(Upload)).all() == []


# pages


def test_the_task_page_goes_from_open_to_handed_in_to_confirmed(client: FlaskClient):
    a_task(a_trainer())
    mentor, person = a_pair()
    sign_in(client, person)
    assert "提交确认" in client.get("/learn/task/shadowing").get_data(as_text=True)
    values = {
        "csrf_token": token(client, "/learn/task/shadowing"),
        "version": "0",
        "tick": ["0", "1"],
        "evidence": "五个问题",
        "do": "hand-in",
    }
    assert client.post("/learn/task/shadowing", data=values).status_code == 302
    assert "撤回修改" in client.get("/learn/task/shadowing").get_data(as_text=True)
    sign_in(client, mentor)
    work = session().scalars(select(TaskWork)).one()
    assert "五个问题" in client.get("/confirm").get_data(as_text=True)
    form = {"csrf_token": token(client, "/confirm"), "version": str(work.version)}
    assert client.post(f"/confirm/work/{work.id}", data=form).status_code == 302
    sign_in(client, person)
    assert "周敏 在" in client.get("/learn/task/shadowing").get_data(as_text=True)


def test_ticks_are_saved_over_the_api(client: FlaskClient):
    a_task(a_trainer())
    sign_in(client, a_person(Role.AGENT))
    guard = {"X-CSRFToken": token(client, "/learn/task/shadowing")}
    answer = client.put("/api/v1/tasks/shadowing/work", json={"ticked": [1]}, headers=guard)
    assert (answer.status_code, answer.json["ticked"], answer.json["saved"]) == (200, [1], "已保存")


def test_the_queue_is_closed_to_who_confirms_for_nobody(client: FlaskClient):
    sign_in(client, a_person(Role.AGENT))
    assert client.get("/confirm").status_code == 403


def test_an_empty_queue_says_what_will_be_here(client: FlaskClient):
    sign_in(client, a_person(Role.TRAINER))
    assert "都确认完了" in client.get("/confirm").get_data(as_text=True)


@pytest.mark.parametrize("people", [1, 4])
def test_the_queue_takes_the_same_few_statements_however_many_wait(
    client: FlaskClient, statements: list[str], people: int
):
    a_task(a_trainer())
    mentor = a_person(Role.AGENT)
    for _ in range(people):
        person = a_person(Role.AGENT)
        mentors(mentor, person)
        hand_in(as_actor(person))
    sign_in(client, mentor)
    client.get("/confirm")
    statements.clear()
    client.get("/confirm")
    assert len(statements) <= 12, statements
