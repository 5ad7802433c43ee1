"""What takes long: files into the store and back, and upkeep. Called by the commands, the worker and the demo."""

from lms.content.jobs.export import Exported, export_files
from lms.content.jobs.sync import Outcome, check_files, sync_files, waiting_files
from lms.content.jobs.upkeep import forget_autosaves, inspect_documents

__all__ = [
    "Exported",
    "Outcome",
    "check_files",
    "export_files",
    "forget_autosaves",
    "inspect_documents",
    "sync_files",
    "waiting_files",
]
