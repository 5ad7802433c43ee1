"""Pages of the studio: the list, the editor, publishing, history, conflicts, names."""

from lms.content.views import editing, forming, history, keeping, listing, naming, picking, publishing, settling
from lms.content.views.room import bp

__all__ = ["bp", "editing", "forming", "history", "keeping", "listing", "naming", "picking", "publishing", "settling"]
