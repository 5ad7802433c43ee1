"""Which rooms the house has: their pages, their API, their kinds of document and who listens to whom.

Part of the row of app.py: nothing below imports it.
"""

from apiflask import APIFlask

from lms.accounts import views as accounts_views
from lms.content import views as content_views
from lms.core.bus import Bus
from lms.home import views as home_views
from lms.home.navigation import navigation
from lms.kb import views as kb_views
from lms.learning import views as learning_views
from lms.reports import views as reports_views
from lms.tables import metadata

PAGES = (home_views, accounts_views, content_views, kb_views, learning_views, reports_views)
API = ()


def furnish(app: APIFlask) -> None:
    """Register every room and every subscription, in the one order in which handlers run."""
    for room in (*PAGES, *API):
        app.register_blueprint(room.bp)
    app.jinja_env.globals["navigation"] = navigation
    app.extensions["lms_metadata"] = metadata
    bus: Bus = app.extensions["lms_bus"]
    subscribe(bus)


def subscribe(bus: Bus) -> None:
    """Say who listens to which fact. The order of the lines is the order of the handlers."""
