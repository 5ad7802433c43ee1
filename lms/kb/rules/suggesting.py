"""A proposed change of an article, written in a form that asks for no Markdown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.content.edit import replace, set_entry
from lms.content.form_sections import read_section, write_section
from lms.content.form_text import excerpt, plain
from lms.content.grammar.front import Entry, read_front, write_front
from lms.content.grammar.keywords import Language, Word
from lms.content.importers.drafts import as_script, plain_title
from lms.core.lines import split_lines
from lms.kb.spec import ArticleSection, ArticleSpec
from lms.questions.parse.self_checks import only_self_checks, without_self_checks

REASON = 400
TITLE = 120
NEW, WHOLE = "+", "*"
"""What may be chosen beside a section's anchor: one more section, the whole text."""


class State(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A section that somebody may change. body: the Markdown under its heading."""

    key: str
    title: str
    level: int
    body: str

    @property
    def excerpt(self) -> str:
        return excerpt(self.body)


def choices(source: str, spec: ArticleSpec) -> list[Choice]:
    """Return the sections of a published text in order; what stands above the first heading comes first."""
    found = []
    for section in _sections(source, spec):
        written = read_section(_lines_of(source, section))
        found.append(Choice(key=section.anchor, title=section.title, level=section.level, body=written.body))
    return found


def body_of(source: str, spec: ArticleSpec, key: str) -> str | None:
    """Return what the form is filled with: the text under a heading, "" for a new section, None for no such key.

    The questions of the article are not among it: whoever proposes a change has to answer them.
    """
    if key == NEW:
        return ""
    if key == WHOLE:
        read = without_self_checks(source)
        return "\n".join(split_lines(read)[read_front(read)[0].last :]).strip("\n")
    return next((each.body for each in choices(source, spec) if each.key == key), None)


def changed(source: str, spec: ArticleSpec, key: str, body: str, title: str = "") -> str:
    """Return the article with one section written anew, one more section, or another text below its properties.

    Every line that was not touched stays byte for byte. Raises KeyError for no such key.
    """
    body = plain(body)
    lines = split_lines(source)
    if key == NEW:
        gap = [""] if lines and lines[-1].strip() else []
        added = [*gap, f"## {plain_title(title)}", "", *body.split("\n")]
        return replace(source, len(lines) + 1, len(lines), added)
    if key == WHOLE:
        if body == body_of(source, spec, WHOLE):
            return source
        last = read_front(source)[0].last
        questions = only_self_checks(source).strip("\n")
        kept = ["", *split_lines(questions)] if questions else []
        return replace(source, last + 1, len(lines), [*body.rstrip("\n").split("\n"), *kept])
    section = next((each for each in _sections(source, spec) if each.anchor == key), None)
    if section is None:
        raise KeyError(key)
    written = _lines_of(source, section)
    old = read_section(written)
    if body == plain(old.body):
        return source
    new = write_section(written, title=old.title, chips=old.chips, body=body)
    return replace(source, section.first, section.last, new.split("\n"))


def new_article(*, title: str, answer: str, script: str = "", tags: Sequence[str] = (), language: Language) -> str:
    """Return the source of an article that somebody shares. script: what may be sent to customers, "" = nothing."""
    entries = [Entry(key=Word.TYPE.written(language), line=0, value=Word.ARTICLE.written(language))]
    if tags:
        entries.append(Entry(key=Word.TAGS.written(language), line=0, items=tuple(tags)))
    parts = [write_front(entries), f"# {plain_title(title)}\n", plain(answer), ""]
    if plain(script):
        head = "怎么对顾客说" if language is Language.ZH else "What to say to the customer"
        said = as_script(plain(script))
        if language is not Language.ZH:
            said = said.replace("> 话术：", "> Script: ", 1)
        parts += [f"## {head}", said]
    return "\n".join(parts).rstrip("\n") + "\n"


def with_owner(source: str, number: str) -> str:
    """Return a shared article with somebody who answers for it; one that names its owner stays as it is."""
    front, _ = read_front(source)
    names = {word.casefold() for word in Word.OWNER.value}
    if not number or any(entry.key.casefold() in names for entry in front.entries):
        return source
    return set_entry(source, Word.OWNER, Entry(key=Word.OWNER.written(front.language), line=0, value=number))


def is_change(before: str, after: str) -> bool:
    """Return whether a proposal says anything: white space at the end of lines does not count."""
    return [line.rstrip() for line in split_lines(before)] != [line.rstrip() for line in split_lines(after)]


def _sections(source: str, spec: ArticleSpec) -> list[ArticleSection]:
    """Return the sections that begin with a heading; a title that stands among the properties has none."""
    lines = split_lines(source)
    return [
        each for each in (spec.intro, *spec.sections) if each.first and lines[each.first - 1].lstrip().startswith("#")
    ]


def _lines_of(source: str, section: ArticleSection) -> str:
    return "\n".join(split_lines(source)[section.first - 1 : section.last])


def body_below(source: str) -> str:
    """Return what stands below the title of a template."""
    lines = split_lines(source)[read_front(source)[0].last :]
    at = next((number for number, line in enumerate(lines) if line.startswith("# ")), -1)
    return "\n".join(lines[at + 1 :]).strip("\n")


def from_template(template: str, *, title: str, body: str) -> str:
    """Return an article with the properties of a template but its owner, whom an editor names."""
    front, _ = read_front(template)
    names = {word.casefold() for word in Word.OWNER.value}
    entries = [entry for entry in front.entries if entry.key.casefold() not in names]
    return f"{write_front(entries)}\n# {plain_title(title)}\n\n{plain(body)}\n"
