"""Writing onto the questions of a paper that a correction of theirs stands, before they are marked."""

from sqlalchemy import update

from lms.core.db import session
from lms.quizzes.models import AttemptItem
from lms.quizzes.queries.corrections import standing_of


def take_corrections(attempt_id: int) -> None:
    """Let an attempt that is about to be marked be marked as those before it were marked again.

    Called under the person's lock, so that a regrade either finds the attempt closed or is found here.
    """
    for sha, correction in standing_of(attempt_id).items():
        session().execute(
            update(AttemptItem)
            .where(AttemptItem.attempt_id == attempt_id, AttemptItem.part_version_sha == sha)
            .values(graded_as=correction.graded_as, dropped=correction.dropped)
            .execution_options(synchronize_session=False)
        )
