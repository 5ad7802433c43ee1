"""What every parser returns: the spec, all findings at once, all references, the front matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.front import Front

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A link of a document to another one, or to a heading of its own.

    target: path in the repository (`kb_content/after-sales/return-7d.md`). anchor: the heading as written, "" for
    the whole document. line: 1-based. section: the heading under which the link stands, "" before the first one.
    """

    target: str
    anchor: str
    line: int
    section: str
    label: str
    is_image: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """A heading and what stands under it up to the next heading, on the lines `first..last` of the source.

    id: its six characters for life, None until it has them. anchor: the HTML id by which `#heading` finds it.
    level: of the heading, 1–6. source: the Markdown under heading and chips. text: its words, for search.
    Where it stands in the file is no part of what it is: spans are not compared.
    """

    id: str | None = None
    title: str
    anchor: str
    level: int
    source: str = ""
    html: str = ""
    text: str = ""
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    @property
    def terms(self) -> str:
        """What chips beside the heading say of when the text holds; part of what the section says."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the front matter of every kind may say. review_days: whole days; None: the kind's usual period.

    owner: a staff number or name as written. audience, tags: as written; no audience = everybody.
    """

    summary: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    review_days: int | None = None


@dataclass(frozen=True, kw_only=True)  # no slots: `Parsed[ArticleSpec](…)` has to remember its argument
class Parsed(Generic[S]):
    """The outcome of reading one file. spec is None if any finding is an error."""

    path: str
    spec: S | None
    findings: tuple[Finding, ...] = ()
    links: tuple[Reference, ...] = ()
    headings: tuple[str, ...] = ()  # as written, h1 included: what `#heading` of other files may mean
    ids: tuple[tuple[str, int], ...] = ()  # `id:` chips with their lines
    front: Front = field(default_factory=Front)

    @property
    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings by line, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: (finding.line, finding.code)))
