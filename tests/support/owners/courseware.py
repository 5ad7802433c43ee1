"""Ownership of bought courseware: one's own attempts, those of one's people for who looks after them, keys for packages."""

from typing import Any

from lms.content.models import Document
from lms.core.db import session, transaction
from lms.core.here import settings
from lms.courseware.actions import studying
from lms.web import uploads
from tests.support.asked import Asked, only_own
from tests.support.make import as_actor
from tests.support.make_courseware import courseware, looked_at, steps2004

SLUG = "returns/speaking"
#         own mate mentor lead other trainer quality hr admin director
TRAINER = "403 403 403 403 403 {0} 403 403 403 403"
TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "courseware.intro"): Asked("200 " * 10),
    ("POST", "courseware.start"): Asked("303 " * 10),
    ("GET", "courseware.play"): Asked(only_own(200)),
    ("GET", "courseware.results"): Asked("403 403 200 200 200 200 200 200 403 200"),
    ("GET", "courseware.attempt"): Asked("403 403 200 200 404 200 200 200 403 200"),
    ("GET", "courseware.file"): Asked("200 " * 10),  # the key in the address is the whole secret
    ("GET", "courseware.runtime"): Asked("200 " * 10),
    ("GET", "courseware.frame"): Asked("404 " * 10),  # packages have no origin of their own here
    ("GET", "courseware.preview"): Asked(TRAINER.format(200)),
    ("POST", "courseware.keep"): Asked(TRAINER.format(422)),
}


def furnish(house: Any) -> dict[str, Any]:
    """A package that `own` has begun, and another one that the trainer has just uploaded."""
    trainer, own = as_actor(house.people["trainer"]), as_actor(house.own)
    assert session().get_one(Document, courseware(trainer, slug=SLUG).id).state == "published"
    with transaction():
        attempt = studying.start(own, SLUG)
        opening = studying.open_part(own, attempt.public_id, 0)
    looked = looked_at(steps2004())
    uploads.note(trainer, looked.sha.hex(), {"name": "steps.zip", "for": ""})
    return {
        "course_attempt": opening.attempt_id,
        "course_part": 0,
        "course_key": opening.key(settings().secret_key),
        "member": "index.html",
        "course_package": looked.sha.hex(),
    }
