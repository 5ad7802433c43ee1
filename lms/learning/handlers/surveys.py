"""What feedback does when somebody has completed a document."""

from lms.learning.actions import surveys
from lms.records.events import DocumentCompleted


def on_document_completed(fact: DocumentCompleted) -> None:
    surveys.ask_after(fact.person_id, fact.document_id)
