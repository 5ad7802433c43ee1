"""What the pages read of a parsed document: the one place that knows the shapes of the specs. Pure."""

from dataclasses import dataclass

from lms.learning.rules.tasks import Confirmer, Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task as its page shows it. steps: HTML of each line of the checklist."""

    html: str
    steps: tuple[str, ...]
    confirmer: Confirmer
    text: bool
    photo: bool
    minutes: int

    @property
    def needs(self) -> Needs:
        return Needs(steps=len(self.steps), text=self.text, photo=self.photo)
