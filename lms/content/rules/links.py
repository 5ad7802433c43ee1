"""Links of a source when documents move: relative targets written anew, everything else byte for byte."""

from collections.abc import Callable
from posixpath import dirname
from urllib.parse import quote

from lms.content.grammar.inline import Link, relative, resolve, rewrite_links
from lms.content.grammar.traps import open_lines
from lms.core.lines import split_keeping_ends


def rebased(source: str, old: str, new: str) -> str:
    """Return the source of a document that moved from path `old` to `new`, its links leading where they led."""

    def change(link: Link) -> str | None:
        target = resolve(old, link.target)
        return None if target is None else written(new, target, link.anchor)

    return source if dirname(old) == dirname(new) else _changed(source, change)


def redirected(source: str, path: str, old: str, new: str) -> str:
    """Return the source of the document at `path`, its links to the document at `old` leading to `new`."""

    def change(link: Link) -> str | None:
        return written(path, new, link.anchor) if resolve(path, link.target) == old else None

    return _changed(source, change)


def written(path: str, target: str, anchor: str = "") -> str:
    """Return a link as it stands in the file `path`: relative, with the heading behind it."""
    way = "".join(quote(each) if each in ' ()<>"%' else each for each in relative(target, path))
    return f"{way}#{anchor}" if anchor else way


def _changed(source: str, change: Callable[[Link], str | None]) -> str:
    lines = split_keeping_ends(source)
    for number, _ in open_lines(source):
        line = lines[number - 1]
        if "](" in line:
            lines[number - 1] = rewrite_links(line, lambda link: None if _is_elsewhere(link) else change(link))
    return "".join(lines)


def _is_elsewhere(link: Link) -> bool:
    """A link to another host, or to a heading of the same file."""
    return link.is_external or not link.target
