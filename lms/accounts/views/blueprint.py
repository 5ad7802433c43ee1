"""The blueprint of people; each module of this package adds its pages."""

from flask import Blueprint

from lms.core.i18n import WEEKDAYS, current_locale

bp = Blueprint("accounts", __name__)


@bp.app_template_global()
def weekday_names() -> tuple[str, ...]:
    """Return 周一 … 周日 or Mon … Sun."""
    return WEEKDAYS[current_locale()]
