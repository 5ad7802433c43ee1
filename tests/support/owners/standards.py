"""Ownership of badges and of other learning platforms: a badge is its holder's alone, platforms the administrator's."""

from typing import Any

from sqlalchemy import select

from lms.core import keys
from lms.core.access import Role
from lms.core.db import session, transaction
from lms.learning.models import CertificatePlan
from lms.lti.actions import platforms
from lms.lti.actions.platforms import Draft
from tests.support.asked import Asked, only_own
from tests.support.make import an_actor

EVERYBODY = "200 200 200 200 200 200 200 200 200 200"
ONLY_ADMIN = "403 403 403 403 403 403 403 403 {0} 403"
TABLE: dict[tuple[str, str], Asked] = {
    ("POST", "integrations.badge"): Asked(only_own(200), form={"as": "jwt"}),
    ("GET", "integrations.one_badge_key"): Asked(EVERYBODY),
    ("GET", "integrations.achievement"): Asked(EVERYBODY),
    ("GET", "integrations.achievement_picture"): Asked(EVERYBODY),
    ("GET", "integrations.badge_status"): Asked(EVERYBODY),
    ("GET", "lti.platform"): Asked(ONLY_ADMIN.format(200)),
    ("POST", "lti.change_platform"): Asked(ONLY_ADMIN.format(303), form={"do": "off"}),
}


def furnish(house: Any) -> dict[str, Any]:
    """A key, a kind of certificate and a registered platform; the certificate is the house's own."""
    admin = an_actor(Role.ADMIN)
    with transaction():
        kid = keys.ensure()
        platform = platforms.keep(
            admin,
            Draft(
                name="Moodle",
                issuer="https://moodle.example.com",
                client_id="kefu",
                deployments="1",
                login_url="https://moodle.example.com/auth",
                token_url="https://moodle.example.com/token",
                keys_url="https://moodle.example.com/certs",
                number_claim="employee_no",
            ),
        ).public_id
    plan = session().scalars(select(CertificatePlan.public_id).order_by(CertificatePlan.id)).first()
    return {"badge_key": kid, "badge_plan": plan, "status_list": 0, "lti_platform": platform}
