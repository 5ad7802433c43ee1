"""The blueprint that the calls of duties share."""

from apiflask import APIBlueprint

bp = APIBlueprint("assignments_api", __name__, url_prefix="/api/v1", tag="Duties")
