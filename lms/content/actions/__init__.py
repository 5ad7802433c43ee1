"""What changes documents. Every verb takes the actor first; transactions are opened by the caller."""

from lms.content.actions.drafts import Created, Saved, create, restore, save_draft
from lms.content.actions.files import take_database, take_file
from lms.content.actions.lifecycle import archive, archive_preview, rename, unarchive
from lms.content.actions.publish import Preview, Unpublishable, preview, publish

__all__ = [
    "Created",
    "Preview",
    "Saved",
    "Unpublishable",
    "archive",
    "archive_preview",
    "create",
    "preview",
    "publish",
    "rename",
    "restore",
    "save_draft",
    "take_database",
    "take_file",
    "unarchive",
]
