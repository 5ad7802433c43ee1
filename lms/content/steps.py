"""What a course or a curriculum is made of, as its kind tells it to those who lay out duties from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, in order. A step with `sign_off` is the confirmation of its stage and points at no document.

    target: path of the document's file, `courses/onboarding/culture/course.md`; stage: position from 0, None in a
    course; after: position of the stage that must be complete first; day: 1 = the first rostered day, None = by the
    last day of the stage; minutes: None = as the document says.
    """

    target: str = ""
    title: str = ""
    stage: int | None = None
    stage_name: str = ""
    after: int | None = None
    in_order: bool = False
    required: bool = True
    must_read: bool = False
    day: int | None = None
    last_day: int | None = None
    minutes: int | None = None
    sign_off: bool = False
