"""What the player says of a film while it is watched, also with its last breath: a plain form, sent by a beacon."""

import re
from collections.abc import Iterator

from flask import jsonify, request
from werkzeug.wrappers import Response

from lms.content.attachments.lengths import said_of
from lms.core.access import Permission
from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.i18n import say
from lms.core.texts import text
from lms.learning.actions import watching as actions
from lms.learning.forms import number
from lms.learning.rules.watching import MOST_CLAIMED
from lms.learning.views.room import bp
from lms.web.auth import current_actor, requires

_RANGE = re.compile(r"(\d{1,9})-(\d{1,9})")


@bp.post("/learn/watching")
@requires(Permission.LEARN)
def watching() -> Response:
    """Note what was played. file: path; ranges: `0-9500,30000-42000` and position in milliseconds; percent: asked for.

    The answer says in words how far the reader is.
    """
    with transaction():
        kept = actions.report(
            current_actor(),
            request.form.get("file", "")[:300],
            ranges=list(_ranges(request.form.get("ranges", ""))),
            position=number(request.form, "position"),
        )
    asked = min(100, number(request.form, "percent"))
    still = kept.still(asked)
    said = say(said_of(asked, kept.percent, still)) if asked else ""
    return jsonify({"percent": kept.percent, "still": still, "waiting": kept.waiting, "said": said})


def _ranges(written: str) -> Iterator[tuple[int, int]]:
    parts = written.split(",") if written else []
    if len(parts) > MOST_CLAIMED:
        raise Invalid(text("一次最多报 %(n)s 段。", n=MOST_CLAIMED))
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is None:
            raise Invalid(text("看不懂“%(part)s”，一段写成“开始-结束”，单位毫秒。", part=part[:40]))
        yield int(match[1]), int(match[2])
