"""A question with its key, as those who write it check it; its kind tells it. Never sent to a learner. Pure."""

from dataclasses import dataclass

from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of several. right: whether it is part of the key."""

    html: str
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """shape: single, multiple, …, scene. choices: of a choice; lines: the key of every other shape, in words.

    Of a scene, lines are its replies and ways with what they are worth, and the explanation is its notes.
    """

    shape: str
    text_html: str
    choices: tuple[Choice, ...] = ()
    lines: tuple[Text | str, ...] = ()
    explanation_html: str = ""
    model_html: str = ""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Every piece of stored HTML in it, so that all references are looked up at once."""
        found = (self.text_html, *(each.html for each in self.choices), self.explanation_html, self.model_html)
        return tuple(each for each in found if each)
