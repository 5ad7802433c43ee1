"""Reading people: who acts, whom one may see, who leads whom, who works when."""

from lms.accounts.queries.actors import (
    MentorCard,
    TeamRow,
    actor_by_employee_no,
    actor_by_id,
    actor_by_session,
    actor_by_token_digest,
    cohort_of,
    mentor_of,
    root_id,
    shops,
    team_tree,
    teams_below,
    visible,
)
from lms.accounts.queries.roster import roster_of, rosters_of, works, works_of

__all__ = [
    "MentorCard",
    "TeamRow",
    "actor_by_employee_no",
    "actor_by_id",
    "actor_by_session",
    "actor_by_token_digest",
    "cohort_of",
    "mentor_of",
    "root_id",
    "roster_of",
    "rosters_of",
    "shops",
    "team_tree",
    "teams_below",
    "visible",
    "works",
    "works_of",
]
