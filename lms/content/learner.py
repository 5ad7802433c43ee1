"""What a learner would see of a document in the editor, as its kind tells it: no key, no source. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from lms.core.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands under the title: length, pass mark, tries."""

    shape: ClassVar[str] = "facts"
    texts: tuple[Text | str, ...]

    @property
    def pieces(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A heading and the text under it. level: 0 = no heading, else 2–6. note: beside the heading."""

    shape: ClassVar[str] = "words"
    title: str = ""
    level: int = 0
    html: str = ""
    note: Text | None = None

    @property
    def pieces(self) -> tuple[str, ...]:
        return (self.html,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question. view: what `questions` lets a learner see before the key may be known. points: "" = not counted."""

    shape: ClassVar[str] = "asked"
    number: int
    view: Mapping[str, object]
    points: str = ""

    @property
    def pieces(self) -> tuple[str, ...]:
        """Return every piece of stored HTML in it, so that all references are looked up at once."""
        found = [self.view.get("text_html"), self.view.get("hint_html")]
        for name in ("options", "left"):
            items = self.view.get(name) or ()
            found += [item["html"] for item in items]  # type: ignore[attr-defined]
        return tuple(str(each) for each in found if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One item of a course or a stage. target: path in the repository. minutes, day: None = not said."""

    shape: ClassVar[str] = "listed"
    target: str
    title: str
    required: bool = True
    must_read: bool = False
    minutes: int | None = None
    day: int | None = None

    @property
    def pieces(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """One line of a checklist."""

    shape: ClassVar[str] = "ticked"
    html: str

    @property
    def pieces(self) -> tuple[str, ...]:
        return (self.html,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a chat. speaker: "" for the system. card: name and value of each line of an order card."""

    shape: ClassVar[str] = "said"
    speaker: str
    html: str
    card: tuple[tuple[str, str], ...] = ()

    @property
    def pieces(self) -> tuple[str, ...]:
        return (self.html,)


Piece: TypeAlias = Facts | Words | Asked | Listed | Ticked | Said
