"""A browser sends every line end as CRLF; a file keeps the ones it has."""

import re
from difflib import SequenceMatcher

from lms.core.lines import split_keeping_ends

_ENDS = re.compile(r"\r\n|\r")


def as_in(sent: str, before: str) -> str:
    """Return a text that came from a form with the line ends of the version that it was made from.

    A line that is in both keeps its own; a new one ends as the first line of the old text, "\\n" where there is none.
    """
    plain = _ENDS.sub("\n", sent)
    if "\r" not in before:
        return plain
    old = split_keeping_ends(before)
    usual = _end(old[0]) or "\n"
    if not _ENDS.search(before.replace("\r\n", "")) and before.count("\r\n") == before.count("\n"):
        return plain.replace("\n", "\r\n")
    new = split_keeping_ends(plain)
    ends = [usual if line.endswith("\n") else "" for line in new]
    bare_old, bare_new = [_bare(line) for line in old], [_bare(line) for line in new]
    for first, start, count in SequenceMatcher(None, bare_old, bare_new, autojunk=False).get_matching_blocks():
        for offset in range(count):
            if ends[start + offset]:
                ends[start + offset] = _end(old[first + offset]) or usual
    return "".join(line + end for line, end in zip(bare_new, ends, strict=True))


def _bare(line: str) -> str:
    return line.rstrip("\r\n")


def _end(line: str) -> str:
    return line[len(_bare(line)) :]
