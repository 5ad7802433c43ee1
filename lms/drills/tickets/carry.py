"""How masked chats travel from one page to the next: in the form of the browser, nowhere else. Pure."""

import json
from collections.abc import Sequence

from lms.core.errors import Invalid
from lms.core.texts import text
from lms.drills.tickets.exports import MOST_TALKS
from lms.drills.tickets.talk import LONGEST_LINE, MOST_LINES, Line, Side

Talks = tuple[tuple[Line, ...], ...]


def carried(talks: Sequence[Sequence[Line]]) -> str:
    """Return chats as the hidden field holds them."""
    return json.dumps(
        [[[line.side.value, line.at, line.text] for line in lines] for lines in talks],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def uncarried(field: str) -> Talks:
    """Return the chats of the field. Raises Invalid for anything that no page of ours wrote."""
    try:
        talks = tuple(tuple(_line(*line) for line in lines) for lines in json.loads(field))
    except (ValueError, TypeError, RecursionError):
        raise _broken() from None  # the error would quote the text
    if not talks or len(talks) > MOST_TALKS or not all(talks) or sum(map(len, talks)) > MOST_LINES:
        raise _broken()
    return talks


def _line(side: object, at: object, said: object) -> Line:
    if not isinstance(said, str) or len(said) > LONGEST_LINE * 2 or isinstance(at, bool):
        raise ValueError
    if at is not None and not (isinstance(at, int) and 0 <= at < 10**9):
        raise ValueError
    return Line(Side(str(side)), at, said)


def _broken() -> Invalid:
    return Invalid(text("这段聊天在路上丢了。请回到上一步，再贴一次。"))
