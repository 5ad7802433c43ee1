"""The blueprint that the calls of the room share."""

from apiflask import APIBlueprint

bp = APIBlueprint("readiness_api", __name__, url_prefix="/api/v1", tag="Readiness")
