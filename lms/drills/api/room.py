"""The blueprint of the drills' JSON; each module with calls adds its own."""

from apiflask import APIBlueprint

bp = APIBlueprint("drills_api", __name__, url_prefix="/api/v1", tag="Drills")
