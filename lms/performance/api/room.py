"""The blueprint that the calls of the room share."""

from apiflask import APIBlueprint

bp = APIBlueprint("performance_api", __name__, url_prefix="/api/v1", tag="Performance")
