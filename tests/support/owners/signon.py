"""Ownership of what a directory keeps: no browser of anybody reaches it, only a token that was made for it."""

from typing import Any

from lms.accounts.queries import console
from lms.core.db import transaction
from lms.signon.actions import scim
from lms.signon.rules.scim import GroupValues
from tests.support.asked import Asked

NOBODY = "401 " * 10

TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "scim.user"): Asked(NOBODY),
    ("PUT", "scim.put_user"): Asked(NOBODY, json={"userName": "x"}),
    ("PATCH", "scim.patch_user"): Asked(NOBODY, json={"Operations": []}),
    ("DELETE", "scim.delete_user"): Asked(NOBODY),
    ("GET", "scim.group"): Asked(NOBODY),
    ("PUT", "scim.put_group"): Asked(NOBODY, json={"displayName": "x"}),
    ("PATCH", "scim.patch_group"): Asked(NOBODY, json={"Operations": []}),
    ("DELETE", "scim.delete_group"): Asked(NOBODY),
    ("GET", "scim.one_type"): Asked(NOBODY),
    ("GET", "scim.one_schema"): Asked(NOBODY),
}


def furnish(house: Any) -> dict[str, Any]:
    with transaction():
        group = scim.make_group(
            console(), GroupValues(name="directory", external_id="", members=(house.own.public_id,))
        )
    return {
        "scim_user_id": house.own.public_id,
        "scim_group_id": group,
        "scim_type": "User",
        "scim_schema": "urn:ietf:params:scim:schemas:core:2.0:User",
    }
