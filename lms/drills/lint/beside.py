"""What is wrong between a drill and the documents it names: drills at the same time, 禁用语 lists. Codes D38x."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lms.content.grammar.document import Parsed
from lms.content.grammar.findings import Finding
from lms.content.wordlists.spec import ListKind, WordListSpec
from lms.core.texts import Text, text
from lms.drills.lint.found import error
from lms.drills.spec import DrillSpec


def lint_beside(
    parsed: Mapping[str, Parsed[Any]], minutes_of: Callable[[str], int | None]
) -> Iterator[tuple[str, Finding]]:
    """Yield what the drills among these files name wrongly. A file that is not there is told by the links."""
    for path in sorted(parsed):
        drill = parsed[path].spec
        if not isinstance(drill, DrillSpec):
            continue
        for target in drill.concurrent:
            problem = _together(parsed.get(target), target)
            if problem is not None:
                yield path, error("D380", _line(parsed[path], target), problem)
        for target in drill.word_lists:
            if not _is_banned_list(parsed.get(target)):
                problem = text("“%(path)s”不是禁用语的词表，请改成一份“词表: 禁用语”。", path=target)
                yield path, error("D381", _line(parsed[path], target), problem)


def _together(other: Parsed[Any] | None, target: str) -> Text | None:
    """Return why a document cannot be played at the same time; None where it can, or where it was not read."""
    if other is None or other.spec is None:
        return None
    if not isinstance(other.spec, DrillSpec):
        return text("“%(path)s”不是演练，不能和这个演练同时进行。", path=target)
    if other.spec.concurrent:
        return text("“%(path)s”自己也带着并发的演练，请去掉它的并发，或换一个。", path=target)
    return None


def _is_banned_list(other: Parsed[Any] | None) -> bool:
    """Say whether a list can be used; one that is missing or broken is told elsewhere."""
    if other is None or other.spec is None:
        return True
    return isinstance(other.spec, WordListSpec) and other.spec.list is ListKind.BANNED


def _line(one: Parsed[Any], target: str) -> int:
    return next((link.line for link in one.links if link.target == target), 1)
