"""The blueprint of bought courseware, and its host of its own where there is one."""

from urllib.parse import urlsplit

from flask import Blueprint, request

from lms.core.errors import NotFound
from lms.core.here import settings

bp = Blueprint("courseware", __name__)
OF_PACKAGES = frozenset({"courseware.file", "courseware.frame", "courseware.runtime", "courseware.commit"})
"""Endpoints that the pages of packages reach."""


@bp.before_app_request
def _keep_apart() -> None:
    """Where packages have an origin of their own, nothing else of the academy stands there. Raises NotFound."""
    own = settings().courseware_origin
    if own and request.host == urlsplit(own).netloc and request.endpoint not in OF_PACKAGES:
        raise NotFound()
