"""What the academy says of itself to a provisioning system: its schemas, kinds of resources, abilities. Pure.

The employee number of the enterprise extension is taken when somebody is made and never changes, so it is not among
what a system may set: it is told of only where it is asked for by name.
"""

from typing import Any

from lms.signon.rules.scim import GROUP, USER

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
MOST = 200
"""Resources in one answer."""


def _attribute(name: str, what: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    usual = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": what,
        "required": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    return {**usual, **({"caseExact": False} if kind in ("string", "reference") else {}), **more}


def _listed(name: str, what: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _attribute(name, what, "complex", multiValued=True, subAttributes=list(parts), **more)


SCHEMAS: dict[str, dict[str, Any]] = {
    USER: {
        "id": USER,
        "name": "User",
        "description": "A person",
        "attributes": [
            _attribute("userName", "Name by which the system knows the person", required=True, uniqueness="server"),
            _attribute("displayName", "The person's name", required=True),
            _attribute("title", "Position; training plans go by it"),
            _attribute("active", "Whether the account is open", "boolean", required=True),
            _listed(
                "emails",
                "One mail address is kept: the primary, that of work, or the first",
                _attribute("value", "The address"),
            ),
            _listed(
                "phoneNumbers", "One phone number is kept, as of the mail addresses", _attribute("value", "The number")
            ),
            _listed(
                "groups",
                "Groups of this system that the person is in",
                _attribute("value", "Id of the group", mutability="readOnly"),
                _attribute("display", "Name of the group", mutability="readOnly"),
                mutability="readOnly",
            ),
        ],
    },
    GROUP: {
        "id": GROUP,
        "name": "Group",
        "description": "A group; LMS_GROUP_ROLES says what it means",
        "attributes": [
            _attribute("displayName", "Name of the group", required=True, uniqueness="server"),
            _listed(
                "members",
                "People in the group",
                _attribute("value", "Id of the person", mutability="immutable"),
                _attribute(
                    "$ref",
                    "Address of the person",
                    "reference",
                    mutability="immutable",
                    referenceTypes=["User"],
                    caseExact=True,
                ),
            ),
        ],
    },
}

TYPES: dict[str, dict[str, Any]] = {
    "User": {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "People",
        "schema": USER,
    },
    "Group": {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "Group",
        "name": "Group",
        "endpoint": "/Groups",
        "description": "Groups",
        "schema": GROUP,
    },
}


def abilities(base: str) -> dict[str, Any]:
    """Return the ServiceProviderConfig. base: the address of the service."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token with the scope scim, of somebody who may edit people",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def schema(id: str, base: str) -> dict[str, Any]:
    """Return a schema as a resource. id: a key of SCHEMAS."""
    return {
        "schemas": [SCHEMA],
        **SCHEMAS[id],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{id}"},
    }


def resource_type(name: str, base: str) -> dict[str, Any]:
    """Return a kind of resource. name: a key of TYPES."""
    return {**TYPES[name], "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"}}
