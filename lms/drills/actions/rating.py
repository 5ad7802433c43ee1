"""自评: what somebody says of his own run before he sees what it scored."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from lms.core import clock
from lms.core.access import Actor
from lms.core.db import session
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import text
from lms.drills.models import Run

LEAST, MOST = 1, 5
LONGEST = 1_000
"""Characters of one answer."""


def rate(
    actor: Actor,
    public_id: str,
    ratings: Mapping[str, int],
    answers: Sequence[tuple[str, str]],
    *,
    dimensions: Sequence[str],
) -> None:
    """Keep the own rating of a run that is over: 1 to 5 for each dimension, and answers in words.

    dimensions: of the run, each of which is rated; answers: question and answer. What was put off may be given later;
    what was given stays. Raises NotFound, Conflict, Invalid at `rating-…`.
    """
    run = _own(actor, public_id)
    if _is_given(run):
        return
    missing = {
        f"rating-{place}": text("请选 1 到 5。")
        for place, name in enumerate(dimensions)
        if not LEAST <= ratings.get(name, 0) <= MOST
    }
    if missing:
        raise Invalid(text("每一项都请选一个 1 到 5 的分。"), fields=missing)
    said = [{"ask": ask, "text": _plain(answer)} for ask, answer in answers if _plain(answer)]
    seen = run.self_rated_at is not None
    run.self_rating = {"ratings": {name: ratings[name] for name in dimensions}, "answers": said, "after": seen}
    run.self_rated_at = clock.now()


def put_off(actor: Actor, public_id: str) -> None:
    """Keep that the rating was put off: the scores may be seen from now on. Raises NotFound, Conflict."""
    run = _own(actor, public_id)
    if run.self_rated_at is None:
        run.self_rating = {"put_off": True}
        run.self_rated_at = clock.now()


def _own(actor: Actor, public_id: str) -> Run:
    run = (
        session()
        .scalars(
            select(Run)
            .options(undefer(Run.self_rating))
            .where(Run.public_id == public_id, Run.person_id == actor.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if run is None:
        raise NotFound()
    if run.state != "ended":
        raise Conflict(text("演练还没有结束，结束后再评。"), code="not_over")
    return run


def _is_given(run: Run) -> bool:
    rating: dict[str, Any] = run.self_rating or {}
    return bool(rating.get("ratings"))


def _plain(answer: str) -> str:
    return answer.replace("\x00", "").strip()[:LONGEST]
