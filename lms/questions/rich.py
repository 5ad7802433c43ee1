"""From an author's Markdown to what is stored of it: source, safe HTML and words alone."""

import re
from collections.abc import Callable
from html import escape

from lms.content.grammar.inline import find_links, is_external, plain_text, without_code
from lms.core.lines import RegionKind, regions, split_lines
from lms.core.markup import render
from lms.questions.spec import BLANK, Reference, Rich

LinkOf = Callable[[str], str | None]

_GAP = re.compile(r"[_＿]{3,}|＿{2}")
_MARK = "\ue000"  # stands for a gap while Markdown is rendered: `____小时____` would become bold
_SIMPLE = re.compile(r"[^`*_\\<>&\[\]#~|{}\n\t=:+\-.\d\s\ue000](?:[^`*_\\<>&\[\]{}\n\t|]|(?<=\S) (?=\S))*")
_BLOCK_START = re.compile(r"^(\d*)([-*+>#.])(?=[ \t])")
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>\s*", re.DOTALL)
_LAYOUT = re.compile(r"(?<=\n)[ \t]*(?:[-*+>]|\d+\.)[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)


def rich(source: str, link: LinkOf | None = None) -> Rich:
    """Return a piece of one or more paragraphs. Gaps are written `____` in all three forms."""
    source = with_gaps(source, BLANK)
    return Rich(source=source, html=_html(source, link), text=_words(source))


def stem(source: str, link: LinkOf | None = None) -> Rich:
    """Return the text of a question, whose first line was a heading: “1. 几天？” is no list there."""
    source = with_gaps(source, BLANK)
    return Rich(source=source, html=_html(_BLOCK_START.sub(_escaped, source, count=1), link), text=_words(source))


def rich_line(source: str, link: LinkOf | None = None) -> Rich:
    """Return the text of an option or a step; its HTML is no paragraph where it is one line."""
    whole = rich(source, link)
    match = _ONE_PARAGRAPH.fullmatch(whole.html)
    return Rich(source=whole.source, html=match[1], text=whole.text) if match else whole


def gaps_in(source: str) -> int:
    """Return how many gaps a text has, code left out."""
    return with_gaps(source, _MARK).count(_MARK)


def with_gaps(source: str, gap: str) -> str:
    """Return the text with every gap written as `gap`; what stands in code is no gap."""
    if "__" not in source and "＿" not in source:
        return source
    lines = split_lines(source)
    in_code = {
        index
        for region in regions(lines)
        if region.kind is RegionKind.FENCE
        for index in range(region.first, region.last + 1)
    }
    return "\n".join(line if index in in_code else _gaps_of(line, gap) for index, line in enumerate(lines))


def references_in(source: str, link: LinkOf | None = None) -> tuple[Reference, ...]:
    """Return the links to other texts of the house, each once, as paths of the repository where `link` knows them."""
    found: dict[str, Reference] = {}
    for each in find_links(source):
        written = f"{each.target}#{each.anchor}" if each.anchor else each.target
        if each.is_image or is_external(each.target) or not written:
            continue
        target = (link(written) if link else None) or written
        found.setdefault(target, Reference(label=plain_text(each.label), target=target))
    return tuple(found.values())


def _gaps_of(line: str, gap: str) -> str:
    pieces = []
    start = 0
    for match in _GAP.finditer(without_code(line)):
        pieces.append(line[start : match.start()])
        pieces.append(gap)
        start = match.end()
    return "".join([*pieces, line[start:]])


def _escaped(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}"


def _html(source: str, link: LinkOf | None) -> str:
    marked = with_gaps(source, _MARK)
    if _SIMPLE.fullmatch(marked):
        html = f"<p>{escape(marked, quote=False)}</p>"  # what the renderer gives, without its time
    else:
        html = str(render(marked, link=link)).strip()
    return html.replace(_MARK, BLANK)


def _words(source: str) -> str:
    marked = with_gaps(source, _MARK)
    kept = "\n".join(line for line in split_lines(marked) if not line.startswith(("```", "~~~")))
    return " ".join(plain_text(_LAYOUT.sub("", kept)).split()).replace(_MARK, BLANK)
