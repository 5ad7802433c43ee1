"""What the room answers when a profile asks what else stands on it; and what it does when people move."""

from lms.accounts.events import PersonMoved, TeamMoved
from lms.core.texts import text
from lms.performance.events import ProfileAsked, ProfilePanel
from lms.reviews.actions.following import follow
from lms.reviews.queries.appraisals import signed_of


def on_profile(question: ProfileAsked) -> list[ProfilePanel]:
    """Return the signed appraisals, as far as who asks may see them; no panel without any."""
    rows = signed_of(question.actor, question.person_id)
    if not rows:
        return []
    return [
        ProfilePanel(
            key="appraisals",
            title=text("绩效考核"),
            template="lms/reviews/_profile_appraisals.html",
            values={"rows": rows},
            position=40,
        )
    ]


def on_moved(fact: PersonMoved) -> None:
    follow([fact.person_id])


def on_team_moved(fact: TeamMoved) -> None:
    follow(fact.person_ids)
