"""What a kind of document can do, and which kinds this installation has.

Each slice offers its kinds as `KIND` or `KINDS` in its kind.py; rooms.py registers them. The store, the editor, the
search and the reports know a document only through this.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, current_app

from lms.content.form import FormEditor
from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import Word
from lms.content.keyed import Keyed
from lms.content.learner import Piece
from lms.content.parts import Matching, Meta, PartSpec
from lms.content.steps import Step

MinutesOf = Callable[[str], int | None]
LONG = 50_000
"""Characters from which what a source holds is worth keeping in memory for the next look at it."""


def _nothing(_: Any) -> tuple[Any, ...]:
    return ()


def _same(spec: Any, _: Mapping[int, str]) -> Any:
    return spec


def _no_key(_: Any) -> Keyed | None:
    return None


def _none_known(_: Sequence[tuple[str, Mapping[str, Any]]], new: Sequence[PartSpec]) -> Matching:
    return Matching(keys=tuple(part.key for part in new))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document. Everything here is pure: no database, no request, no clock.

    word: its name in front matter, in both languages. folder: where a new one goes.
    parts: sections, questions and scenes in the order of the source. with_keys: the spec with the key of each question
    or scene, by its place among them. match: which question of a new version is which published one, given as key and
    stored spec. expand: the steps of a course or curriculum. positions: for whom a curriculum is meant.
    lint: what is wrong within one document; whole: what is wrong between several, by path; beside: the paths of those
    that `whole` has to know to judge one, and that a sync publishes before it.
    keyed: a question or scene of it with its key, for those who write it; given the `spec` of its part.
    safe_view: what a learner would see of it, without any key, for the editor's preview; () where only authors see it.
    rank: a sync publishes what has a higher one later, so that a course finds its lessons.
    form: the document as a form, None where only the source and the properties are edited.
    open_endpoint: the page that a learner opens with `slug`, None where only authors see it.
    """

    name: str
    word: Word
    folder: str
    spec: type
    parse: Callable[[str, str], Parsed[Any]]
    meta: Callable[[Any], Meta]
    parts: Callable[[Any], tuple[PartSpec, ...]] = _nothing
    with_keys: Callable[[Any, Mapping[int, str]], Any] = _same
    match: Callable[[Sequence[tuple[str, Mapping[str, Any]]], Sequence[PartSpec]], Matching] = _none_known
    lint: Callable[[Any], tuple[Finding, ...]] = _nothing
    expand: Callable[[Any], tuple[Step, ...]] = _nothing
    positions: Callable[[Any], tuple[str, ...]] = _nothing
    whole: Callable[[Mapping[str, Parsed[Any]], MinutesOf], Iterable[tuple[str, Finding]]] | None = None
    beside: Callable[[Any], tuple[str, ...]] = _nothing
    safe_view: Callable[[Any], tuple[Piece, ...]] = _nothing
    keyed: Callable[[Any], Keyed | None] = _no_key
    rank: int = 0
    open_endpoint: str | None = None
    form: FormEditor | None = None
    words: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", (self.word.value[0], self.word.value[1]))

    @property
    def has_steps(self) -> bool:
        """Whether documents of this kind lead through others."""
        return self.expand is not _nothing


def register(app: Flask, *kinds: Kind) -> None:
    """Make kinds known to the app. A name can be given once."""
    known: dict[str, Kind] = app.extensions.setdefault("lms_kinds", {})
    for kind in kinds:
        if kind.name in known:
            raise ValueError(f"two kinds are called {kind.name}")
        known[kind.name] = kind


def kinds() -> Mapping[str, Kind]:
    """Return every kind of this installation by name, in the order in which they were registered."""
    found: dict[str, Kind] = current_app.extensions["lms_kinds"]
    return found


def kind_of(name: str) -> Kind:
    """Return the kind. Raises LookupError for one that nobody registered."""
    return kinds()[name]


def read(kind: Kind, source: str, path: str) -> Parsed[Any]:
    """Return what a source holds. A long one is read once for all that follow: opened, checked, previewed, sent."""
    return _read_once(kind.parse, source, path) if len(source) > LONG else kind.parse(source, path)


@lru_cache(maxsize=8)
def _read_once(parse: Callable[[str, str], Parsed[Any]], source: str, path: str) -> Parsed[Any]:
    return parse(source, path)


def parsers() -> dict[Word, Callable[[str, str], Parsed[Any]]]:
    """Return the parser of every kind, by the word that names it in a file."""
    return {kind.word: kind.parse for kind in kinds().values()}


Whole = Callable[[Mapping[str, Parsed[Any]]], Iterable[tuple[str, Finding]]]


def wholes() -> list[Whole]:
    """Return what `check` asks of all files beside their parsers: each kind's lint, and its checks between files."""

    def each_alone(parsed: Mapping[str, Parsed[Any]]) -> Iterable[tuple[str, Finding]]:
        for path, one in parsed.items():
            kind = by_spec.get(type(one.spec))
            if kind is not None:
                yield from ((path, finding) for finding in kind.lint(one.spec))

    def together(kind: Kind) -> Whole:
        def check(parsed: Mapping[str, Parsed[Any]]) -> Iterable[tuple[str, Finding]]:
            return kind.whole(parsed, lambda path: minutes_of(parsed.get(path))) if kind.whole else ()

        return check

    def minutes_of(one: Parsed[Any] | None) -> int | None:
        kind = by_spec.get(type(one.spec)) if one else None
        return kind.meta(one.spec).minutes or None if kind and one else None

    by_spec: dict[type, Kind] = {kind.spec: kind for kind in kinds().values()}
    return [each_alone, *(together(kind) for kind in kinds().values() if kind.whole)]


def kind_by_word(word: Word) -> Kind:
    """Return the kind that this word names. Raises LookupError."""
    return next(kind for kind in kinds().values() if kind.word is word)
