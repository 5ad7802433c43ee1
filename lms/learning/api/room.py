"""The blueprint that the calls of studying share."""

from apiflask import APIBlueprint

bp = APIBlueprint("learning_api", __name__, url_prefix="/api/v1", tag="Learning")
