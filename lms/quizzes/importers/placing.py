"""Where questions that were read go: a new file, or behind those that a file has already. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.grammar.chips import ALL, EACH
from lms.content.grammar.document import About
from lms.content.grammar.front import file_language
from lms.content.grammar.inline import Link, relative, resolve, rewrite_links
from lms.content.grammar.keywords import Language
from lms.content.grammar.writing import write_heading
from lms.content.importers.drafts import plain_title
from lms.core.lines import split_lines
from lms.core.points import Points
from lms.questions.form.layout import read
from lms.questions.spec import Question
from lms.questions.write import points_chip_text, write_question
from lms.quizzes.importers.reading import Imported
from lms.quizzes.spec import QuizRules, QuizSpec, Section, Use, parse, write

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    title: str
    each: Points | None
    questions: tuple[Question, ...]


def new_source(title: str, use: Use, owner: str, imported: Sequence[Imported]) -> str:
    """Return a new file of these questions, the sections in the order of the file. owner: employee number, or ""."""
    sections = [
        Section(title=group.title, each=group.each, questions=group.questions) for group in _groups(imported, "")
    ]
    return write(
        QuizSpec(
            title=plain_title(title)[:LONGEST_TITLE],
            about=About(owner=owner),
            rules=QuizRules(use=use),
            sections=tuple(sorted(sections, key=lambda section: bool(section.title))),
        )
    )


def appended(source: str, path: str, imported: Sequence[Imported], title: str) -> str:
    """Return the file with these questions: at the end of the section with their title, else in a new one at the end.

    title: of the section for those that have none. All that was there stays byte for byte.
    """
    language = file_language(source)
    end = "\r\n" if "\r\n" in source else "\n"
    lines = split_lines(source)
    ends = _ends(source, path)
    behind: list[str] = []
    into: dict[int, list[str]] = {}
    for group in _groups(imported, plain_title(title)):
        known = ends.get(group.title)
        if known is None:
            chips = [ALL.written(language)]
            if group.each is not None:
                chips.append(EACH.written(language, x=points_chip_text(group.each)))
            behind.append(write_heading(group.title, 2, chips))
            behind += [from_the_file(write_question(each, language), path) for each in group.questions]
        else:
            whole = _ungrouped(group, known[1])
            into.setdefault(known[0], []).extend(from_the_file(write_question(each, language), path) for each in whole)
    for line in sorted(into, reverse=True):
        lines[line:line] = ["", *"\n\n".join(into[line]).split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if behind:
        lines += ["", *"\n\n".join(behind).split("\n")]
    return end.join(lines) + end


def with_links(source: str, links: Mapping[str, str]) -> str:
    """Return the text with pictures where they lie now. links: by the target that the reader gave them."""
    for target, link in links.items():
        source = source.replace(target, link)
    return source


def from_the_root(question: Question, path: str) -> Question:
    """Return a question of the file `path` whose links lead from the root of the repository: they hold anywhere."""
    written = write_question(question)
    if "](" not in written:
        return question

    def change(link: Link) -> str | None:
        where = None if link.is_external or not link.target else resolve(path, link.target)
        return None if where is None else f"/{where}{_anchor(link)}"

    back = read("\n".join(rewrite_links(line, change) for line in written.split("\n")), path, Language.ZH).question
    return question if back is None else back


def from_the_file(source: str, path: str) -> str:
    """Return the source with links from the root as links of the file `path`, as authors write them."""

    def change(link: Link) -> str | None:
        if link.is_external or not link.target.startswith("/"):
            return None
        return relative(link.target.lstrip("/"), path) + _anchor(link)

    return "\n".join(rewrite_links(line, change) if "](/" in line else line for line in source.split("\n"))


def _anchor(link: Link) -> str:
    return f"#{link.anchor}" if link.anchor else ""


def _ends(source: str, path: str) -> dict[str, tuple[int, Points | None]]:
    """Return for each section the line of the file behind which more questions go, and what its questions count."""
    spec = parse(source, path).spec
    found: dict[str, tuple[int, Points | None]] = {}
    for section in spec.sections if spec else ():
        last = max([section.span.last, *(question.span.last for question in section.questions)])
        if section.title:
            found[section.title] = (last, section.each)
    return found


def _groups(imported: Sequence[Imported], default: str) -> list[_Group]:
    """Return the questions by section, in the order of the file; what all of a section count is said once."""
    by_title: dict[str, list[Question]] = {}
    for each in imported:
        title = plain_title(each.section)[:LONGEST_TITLE] if each.section else default
        by_title.setdefault(title, []).append(replace(each.question, key=None))
    return [_group(title, questions) for title, questions in by_title.items()]


def _group(title: str, questions: Sequence[Question]) -> _Group:
    counted = {question.points for question in questions}
    each = counted.pop() if len(counted) == 1 and len(questions) > 1 and title else None
    if each is None:
        return _Group(title=title, each=None, questions=tuple(questions))
    return _Group(title=title, each=each, questions=tuple(replace(question, points=None) for question in questions))


def _ungrouped(group: _Group, each: Points | None) -> list[Question]:
    """Return the questions as they count in a section that is there and has its own points."""
    if group.each is None or group.each == each:
        return list(group.questions)
    return [replace(question, points=group.each) for question in group.questions]
