"""The blueprint that the status page and the probes share."""

from flask import Blueprint

bp = Blueprint("health", __name__)
