"""What is sent to and answered by `/api/v1` about running a quiz; the routes are in running.py."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from lms.quizzes.actions.makeups import LONGEST_REASON, MOST_ATTEMPTS
from lms.quizzes.actions.running import LONGEST_MINUTES
from lms.quizzes.actions.windows import LONGEST_SECONDS
from lms.quizzes.actions.windows import MOST_ATTEMPTS as MOST_IN_WINDOW
from lms.quizzes.rules.scores import Standing

AT_ONCE = 100
_AT: dict[str, Any] = {"metadata": {"format": "date-time"}}
_MAYBE: dict[str, Any] = {"allow_none": True, **_AT}


class SeatBody(Schema):
    attempt = String(required=True)
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    occasion = String(required=True)
    number = Integer(required=True)
    started_at = String(required=True, **_AT)
    deadline = String(required=True, **_MAYBE)
    seconds_left = Integer(required=True, allow_none=True)
    paused = Boolean(required=True)
    answered = Integer(required=True)
    total = Integer(required=True)
    saved_at = String(required=True, **_MAYBE)
    away_times = Integer(required=True, metadata={"description": "a hint to look at, nothing is decided by it"})
    away_seconds = Integer(required=True)


class SeatsBody(Schema):
    at = String(required=True, metadata={"description": "now, as the server's clock has it", "format": "date-time"})
    items = List(Nested(SeatBody), required=True)
    next = Integer(allow_none=True)


class ActBody(Schema):
    act = String(required=True, validate=OneOf(["pause", "go_on", "extend", "collect"]))
    attempts = List(
        String(), load_default=list, validate=Length(max=1000), metadata={"description": "none: the team's, or all"}
    )
    team = String(
        load_default="", validate=Length(max=40), metadata={"description": "code of a team; all below it too"}
    )
    minutes = Integer(strict=True, validate=Range(min=1, max=LONGEST_MINUTES), metadata={"description": "of `extend`"})
    seen_at = AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"description": "of `extend`: the `at` of the list; who got time since then gets no more"},
    )
    confirm = Integer(
        strict=True,
        load_default=0,
        metadata={"description": "of `collect`: how many are to be handed in; more than that is refused with 409"},
    )


class DoneBody(Schema):
    count = Integer(required=True, metadata={"description": "attempts that were changed"})


class WindowBody(Schema):
    team = String(load_default="", validate=Length(max=40), metadata={"description": "code of a team"})
    employee_no = String(load_default="", validate=Length(max=40), metadata={"description": "one person's"})
    opens_at = AwareDateTime(load_default=None, allow_none=True)
    closes_at = AwareDateTime(load_default=None, allow_none=True)
    seconds = Integer(strict=True, load_default=None, allow_none=True, validate=Range(min=60, max=LONGEST_SECONDS))
    attempts = Integer(strict=True, load_default=None, allow_none=True, validate=Range(min=1, max=MOST_IN_WINDOW))
    confirm = Integer(
        strict=True, load_default=0, metadata={"description": "how many attempts it may end at once; see 409"}
    )


class MovedBody(Schema):
    ended = Integer(required=True)
    earlier = Integer(required=True)
    later = Integer(required=True)


class WindowRowBody(Schema):
    team = String(required=True)
    employee_no = String(required=True)
    opens_at = String(required=True, **_MAYBE)
    closes_at = String(required=True, **_MAYBE)
    seconds = Integer(required=True, allow_none=True)
    attempts = Integer(required=True, allow_none=True)


class WindowsBody(Schema):
    items = List(Nested(WindowRowBody), required=True)
    next = Integer(allow_none=True)


class MakeupBody(Schema):
    people = List(
        String(), required=True, validate=Length(min=1, max=500), metadata={"description": "employee numbers"}
    )
    attempts = Integer(strict=True, load_default=1, validate=Range(min=1, max=MOST_ATTEMPTS))
    opens_at = AwareDateTime(load_default=None, allow_none=True)
    closes_at = AwareDateTime(load_default=None, allow_none=True)
    reason = String(required=True, validate=Length(max=LONGEST_REASON))


class RefusedBody(Schema):
    employee_no = String(required=True)
    reason = String(required=True)


class GivenBody(Schema):
    given = List(String(), required=True, metadata={"description": "employee numbers"})
    refused = List(Nested(RefusedBody), required=True)


class MakeupRowBody(Schema):
    id = String(required=True)
    employee_no = String(required=True)
    number = Integer(required=True)
    attempts = Integer(required=True)
    used = Integer(required=True)
    passed = Boolean(required=True, allow_none=True)
    opens_at = String(required=True, **_MAYBE)
    closes_at = String(required=True, **_MAYBE)
    withdrawn_at = String(required=True, **_MAYBE)


class MakeupsBody(Schema):
    items = List(Nested(MakeupRowBody), required=True)
    next = Integer(allow_none=True)


class WhyBody(Schema):
    reason = String(required=True, validate=Length(min=1, max=LONGEST_REASON))


class TryBody(Schema):
    attempt = String(required=True)
    score = Float(required=True, metadata={"description": "0-100"})
    passed = Boolean(required=True, allow_none=True)
    ended_at = String(required=True, **_AT)
    seconds = Integer(required=True)


class ScoreBody(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    team = String(required=True)
    standing = String(required=True, metadata={"enum": [each.value for each in Standing]})
    first = Nested(TryBody, required=True, allow_none=True)
    best = Nested(TryBody, required=True, allow_none=True)
    last = Nested(TryBody, required=True, allow_none=True)
    attempts = Integer(required=True)
    makeup = Nested(TryBody, required=True, allow_none=True, metadata={"description": "the best attempt of a makeup"})
    makeup_attempts = Integer(required=True)
    waiting = Integer(required=True, metadata={"description": "answers that wait for a marker"})
    away_times = Integer(required=True)
    away_seconds = Integer(required=True)


class ScoresBody(Schema):
    people = Integer(required=True)
    sat = Integer(required=True)
    pass_rate = Float(required=True, allow_none=True, metadata={"description": "of the first sitting, 0-100"})
    pass_rate_with_makeups = Float(required=True, allow_none=True)
    mean = Float(required=True, allow_none=True, metadata={"description": "of the best scores of the first sitting"})
    items = List(Nested(ScoreBody), required=True)
    next = Integer(allow_none=True)
