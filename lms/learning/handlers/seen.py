"""What studying answers to the rooms below; rooms.py subscribes it."""

from collections.abc import Mapping

from lms.content.attachments.events import HowMuchSeen, Seen
from lms.learning.queries.watching import watchings
from lms.learning.rules.watching import percent, resume_at, still_to_watch


def on_how_much_seen(question: HowMuchSeen) -> Mapping[int, Seen]:
    begun = watchings(question.person_id, question.films)
    return {
        attachment_id: Seen(
            resume_at=resume_at(begun[attachment_id].position, length) if attachment_id in begun else 0,
            percent=percent(begun[attachment_id].watched, length) if attachment_id in begun else 0,
            still=still_to_watch(begun[attachment_id].watched if attachment_id in begun else (), length, needed),
        )
        for attachment_id, (length, needed) in question.films.items()
    }
