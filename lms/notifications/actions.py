"""Verbs of the inbox: tell, mark as read."""

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.core import clock
from lms.core.db import session
from lms.core.texts import Text, as_plain
from lms.notifications.models import Notice


def tell(
    person_ids: Sequence[int], topic: str, sentence: Text, link: tuple[str, Mapping[str, object]] | None, key: str
) -> None:
    """Put one notice into each person's inbox. Whoever was told of this key before is not told again."""
    if not person_ids:
        return
    current = session()
    insert = postgresql_insert if current.get_bind().dialect.name == "postgresql" else sqlite_insert
    written = as_plain(sentence)
    target = {"endpoint": link[0], "values": dict(link[1])} if link else {}
    now = clock.now()
    rows = [
        {
            "person_id": person_id,
            "topic": topic,
            "sentence": written,
            "link": target,
            "dedup_key": f"{key}:{person_id}"[:160],
            "at": now,
        }
        for person_id in sorted(set(person_ids))
    ]
    current.execute(insert(Notice).on_conflict_do_nothing(index_elements=["dedup_key"]), rows)
