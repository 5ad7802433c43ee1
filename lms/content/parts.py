"""What a document is made of and what lists show of it, as its kind tells the store. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.content.grammar.findings import Finding


class PartKind(StrEnum):
    SECTION = "section"
    QUESTION = "question"
    SCENE = "scene"  # of a drill

    @property
    def is_answered(self) -> bool:
        """Whether a learner answers it: it has a key for life within the spec, and a `spec` of its own."""
        return self is not PartKind.SECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSpec:
    """A section, question or scene of one version of a document, on the lines `first..last` of its source (1-based).

    key: the id chip, None without one. sha: 32 bytes of what is asked and keyed (question, scene) or written (section).
    words: for likeness. spec: the question or scene itself, None for a section. gist: what stays the same where only
    blanks and line breaks are others; b"" for a question or scene, whose sha tells that already.
    """

    kind: PartKind
    key: str | None
    title: str
    anchor: str = ""
    sha: bytes
    words: str = ""
    first: int = 0
    last: int = 0
    spec: Any = None
    gist: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """keys: for each new part the key it keeps, None for a new one, in order. warnings: for the author."""

    keys: tuple[str | None, ...]
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What lists show of a document, mirrored in its row. minutes: 0 = not said. owner: employee number as written.

    review_days: whole days after which it has to be looked at again; None = never. use: what a quiz is for, "bank"
    where nobody opens it.
    """

    title: str
    summary: str = ""
    minutes: int = 0
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    owner: str = ""
    review_days: int | None = None
    use: str = ""
