"""Who is asking, for programs."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import List, String

from lms.core.access import Permission
from lms.core.here import settings
from lms.web.auth import current_actor, requires

bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/v1", tag="People")


class Me(Schema):
    employee_no = String(required=True)
    name = String(required=True)
    roles = List(String(), required=True)
    team = String(required=True, metadata={"description": "name of the present team, empty where there is none"})
    position = String(required=True)
    locale = String(required=True, metadata={"description": "zh_CN or en"})


@bp.get("/me")
@bp.output(Me)
@requires(Permission.LEARN)
def me() -> dict[str, Any]:
    """Return who is asking."""
    actor = current_actor()
    return {
        "employee_no": actor.employee_no,
        "name": actor.name,
        "roles": sorted(role.value for role in actor.roles),
        "team": actor.team_name,
        "position": actor.position,
        "locale": actor.locale or settings().locale,
    }
