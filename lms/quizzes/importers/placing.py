"""Where questions that were read go: a new file, or behind those that a file has already. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.content.grammar.chips import ALL, EACH
from lms.content.grammar.document import About
from lms.content.grammar.front import file_language
from lms.content.grammar.writing import write_heading
from lms.content.importers.drafts import plain_title
from lms.core.lines import split_lines
from lms.core.points import Points
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
            behind += [write_question(question, language) for question in group.questions]
        else:
            whole = _ungrouped(group, known[1])
            into.setdefault(known[0], []).extend(write_question(question, language) for question in whole)
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
