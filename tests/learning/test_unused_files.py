"""The daily look at stored bytes: what any row names stays, the rest goes after a day."""

from datetime import timedelta

from apiflask import APIFlask

from lms.content.attachments import actions as attachments
from lms.core import clock, files
from lms.core.access import Role
from lms.core.db import transaction
from lms.learning.actions import photos, tasks
from lms.learning.jobs import delete_unused_files
from tests.support.make import a_person, as_actor
from tests.support.make_content import a_trainer
from tests.support.make_files import a_pdf, a_picture
from tests.support.make_learning import a_png, a_task


def test_what_a_photo_or_a_document_names_stays_and_the_rest_goes_after_a_day(world: APIFlask):
    a_task(trainer := a_trainer(), evidence="[照片]")
    actor = as_actor(a_person(Role.AGENT))
    with transaction():
        work = tasks.save(actor, "shadowing", ticked=[], evidence=None, version=None)
        photo = photos.attach(actor, work, "工位.png", a_png()).sha
        shown = [
            attachments.attach(trainer, "courses/a/files", name, data).sha
            for name, data in (("图.png", a_picture((1, 2, 3))), ("说明.pdf", a_pdf()))
        ]
    unused = files.put(b"nobody's")
    assert delete_unused_files() == 0
    with clock.shifted(timedelta(days=2)):
        delete_unused_files()
    assert [files.exists(sha) for sha in (photo, *shown, unused)] == [True, True, True, False]


def test_a_removed_photo_leaves_the_bytes_that_a_document_shows(world: APIFlask):
    a_task(trainer := a_trainer(), evidence="[照片]")
    actor = as_actor(a_person(Role.AGENT))
    with transaction():
        work = tasks.save(actor, "shadowing", ticked=[], evidence=None, version=None)
        photo = photos.attach(actor, work, "工位.png", a_picture())
        shown = attachments.attach(trainer, "courses/a/files", "图.png", a_picture())
    assert photo.sha == shown.sha
    with transaction():
        photos.remove(actor, photo.public_id)
    with clock.shifted(timedelta(days=2)):
        delete_unused_files()
    assert files.exists(shown.sha)


def test_a_removed_photo_that_nothing_shows_goes_within_a_day(world: APIFlask):
    a_task(a_trainer(), evidence="[照片]")
    actor = as_actor(a_person(Role.AGENT))
    with transaction():
        work = tasks.save(actor, "shadowing", ticked=[], evidence=None, version=None)
        photo = photos.attach(actor, work, "工位.png", a_png())
        sha, public_id = photo.sha, photo.public_id
    with transaction():
        photos.remove(actor, public_id)
    assert files.exists(sha)
    with clock.shifted(timedelta(days=2)):
        delete_unused_files()
    assert not files.exists(sha)
