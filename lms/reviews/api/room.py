"""The blueprint that the calls of the room share."""

from apiflask import APIBlueprint

bp = APIBlueprint("reviews_api", __name__, url_prefix="/api/v1", tag="Reviews")
