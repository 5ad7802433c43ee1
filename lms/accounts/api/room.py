"""The blueprint that the calls of accounts share."""

from apiflask import APIBlueprint

bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/v1", tag="People")
