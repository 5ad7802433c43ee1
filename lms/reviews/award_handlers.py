"""What awards, badges and deductions answer to the rooms below."""

from lms.accounts.queries import is_seen
from lms.core.access import Permission
from lms.core.here import today
from lms.core.i18n import gettext
from lms.core.quarters import quarter_of
from lms.core.texts import text
from lms.performance.events import ProfileAsked, ProfilePanel
from lms.reviews.queries import awards, badges, deductions
from lms.reviews.rules.deductions import State

POSITION = 70


def on_profile_asked(question: ProfileAsked) -> list[ProfilePanel]:
    """Return 奖励与扣分: the same for the person and for whoever may see the profile; only what counts."""
    if not is_seen(question.actor, Permission.PROFILE_READ, question.person_id, question.team_id):
        return []
    lost = deductions.of_person(question.person_id, (State.EFFECTIVE,))
    values = {
        "said": gettext,
        "awards": awards.of_person(question.person_id),
        "badges": badges.of_person(question.person_id),
        "deductions": lost,
        "points": deductions.points_among(lost, quarter_of(today())),
    }
    return [
        ProfilePanel(
            key="rewards",
            title=text("奖励与扣分"),
            template="lms/reviews/_rewards_panel.html",
            values=values,
            position=POSITION,
        )
    ]
