"""What stands inside a line of text: links, labels, alternatives and arrows. Chips are in `chips`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from posixpath import dirname, normpath, relpath
from urllib.parse import unquote

from lms.content.grammar.keywords import Word, find_word, folded

_CODE = re.compile(r"(?<!\\)`[^`\n]*`")
# Label and target cannot hold another bracket but an escaped one, at which no link begins: so each character is looked
# at a fixed number of times.
_LINK = re.compile(
    r"(?<!\\)(!?)\[((?:\\[^\n]|[^\[\]\\\n]){0,1000})\]"
    r'\([ ]*<?([^()<>\n"]{0,1000}?)>?[ ]*(?:"[^"\n]{0,200}"[ ]*)?\)'
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,20}:")
_LABEL = re.compile(r"\s*([^：:\n]{1,60}?)\s*[：:]\s*")
_ARGUMENT = re.compile(r"(.*?)\s*[（(]([^（）()]*)[）)]\s*$", re.DOTALL)
_ARROW = re.compile(r"\s*(?:[=＝][>＞]|→|⇒|⟶|➔|➜)\s*")
_BAR = re.compile(r"(?<!\\)[|｜]")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_HIDDEN = {sign: chr(0xE200 + ord(sign)) for sign in "\\`*_{}[]()#+.!|>~-"}
_SHOWN = str.maketrans({hidden: sign for sign, hidden in _HIDDEN.items()})
_EMPHASIS = re.compile(r"\*\*([^*\n]+)\*\*|(?<![\w*])\*([^*\s][^*\n]*)\*(?![\w*])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`[label](target#anchor)`; `start..end` are its columns (0-based) in the text."""

    label: str
    target: str  # as written, without the anchor; "" for a heading of the same file
    anchor: str
    is_image: bool
    start: int
    end: int

    @property
    def is_external(self) -> bool:
        return is_external(self.target)


def is_external(target: str) -> bool:
    """A link that leaves the repository: it names a scheme or a host."""
    return target.startswith("//") or bool(_SCHEME.match(target))


def without_code(text: str) -> str:
    """Return the text with inline code blanked out, columns unchanged."""
    return _CODE.sub(lambda match: " " * len(match[0]), text) if "`" in text else text


def find_links(text: str) -> tuple[Link, ...]:
    """Return links and images of a text (one or more lines) in order; inline code is skipped."""
    if "](" not in text:
        return ()
    found = []
    for match in _LINK.finditer(without_code(text)):
        target, _, anchor = match[3].strip().partition("#")
        found.append(
            Link(
                label=text[match.start(2) : match.end(2)].strip(),
                target=unquote(target),
                anchor=unquote(anchor),
                is_image=bool(match[1]),
                start=match.start(),
                end=match.end(),
            )
        )
    return tuple(found)


def resolve(path: str, target: str) -> str | None:
    """Return the path in the repository that a relative target means in the file `path`.

    "" is the file itself; None: the target leads out of the repository.
    """
    if not target:
        return path
    base = target.lstrip("/") if target.startswith("/") else f"{dirname(path)}/{target}"
    resolved = normpath(base.replace("\\", "/")).lstrip("/")
    return None if resolved == ".." or resolved.startswith("../") else resolved


def relative(target: str, path: str) -> str:
    """Return how the file `path` names another file of the repository: the target that `resolve` leads back to it."""
    # Both as from a root: else the path of this process's own folder is asked for, and that may be gone.
    return relpath(f"/{target}", f"/{dirname(path)}")


def rewrite_links(line: str, change: Callable[[Link], str | None]) -> str:
    """Return a line with the targets of its links as `change` gives them; None leaves a link as it is written."""
    pieces, end = [], 0
    for link in find_links(line):
        target = change(link)
        if target is not None:
            written = line[link.start : link.end]
            opening = written.index("](") + 2
            behind = re.search(r'\s*(?:"[^"\n]*"\s*)?\)$', written)
            assert behind is not None
            pieces += [line[end : link.start], written[:opening], target, written[behind.start() :]]
            end = link.end
    return "".join([*pieces, line[end:]])


def split_alternatives(text: str) -> tuple[str, ...]:
    """Return what stands between `|` (or `｜`), stripped, empty ones left out; `\\|` is a bar in the text."""
    parts = (part.replace("\\|", "|").strip() for part in _BAR.split(text))
    return tuple(part for part in parts if part)


def split_label(text: str) -> tuple[str, str] | None:
    """Return (label, rest) of “解析：…”; a full-width or plain colon; None if there is no label."""
    match = _LABEL.match(text)
    return None if match is None else (match[1], text[match.end() :])


def read_label(text: str, among: Iterable[Word]) -> tuple[Word, str, str] | None:
    """Return (keyword, argument in brackets or "", rest) of “必说（3分）：…”; None if no such label."""
    parts = split_label(text)
    if parts is None:
        return None
    label, rest = parts
    argument = _ARGUMENT.match(label)
    word = find_word(argument[1] if argument else label, among)
    return None if word is None else (word, argument[2].strip() if argument else "", rest)


def split_arrow(text: str) -> tuple[str, str] | None:
    """Return both sides of `=>`, also written → or ＝＞; None without an arrow. The first one counts."""
    match = _ARROW.search(without_code(text))
    return None if match is None else (text[: match.start()].strip(), text[match.end() :].strip())


def plain_text(text: str) -> str:
    """Return what a reader sees of inline Markdown: links as their label, no stars, no backticks."""
    if "\\" in text:  # what is escaped is neither star nor bracket
        text = _ESCAPED.sub(lambda match: _HIDDEN[match[1]], text)
    pieces = []
    start = 0
    for link in find_links(text):
        pieces.append(text[start : link.start])
        pieces.append(link.label)
        start = link.end
    pieces.append(text[start:])
    bare = _EMPHASIS.sub(lambda match: match[1] or match[2], "".join(pieces)).replace("`", "")
    return bare.translate(_SHOWN).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """What one speaker says in a quote. condition: what stands in brackets behind the name."""

    line: int
    speaker: str
    condition: str
    text: str


def split_bubbles(quote: str, first: int, speakers: Iterable[str]) -> tuple[Bubble, ...]:
    """Return the bubbles of a quote's inner text whose first line is `first`.

    Markdown makes one paragraph of two lines without an empty `>` line between; a known speaker starts a new
    bubble all the same. Text before the first speaker has the speaker "".
    """
    names = {folded(name) for name in speakers}
    found: list[tuple[int, str, str, list[str]]] = []
    for offset, line in enumerate(quote.split("\n")):
        parts = split_label(line)
        argument = _ARGUMENT.match(parts[0]) if parts else None
        name = argument[1] if argument else (parts[0] if parts else "")
        if parts and folded(name) in names:
            found.append((first + offset, name.strip(), argument[2].strip() if argument else "", [parts[1]]))
        elif found:
            found[-1][3].append(line.strip())
        elif line.strip():
            found.append((first + offset, "", "", [line.strip()]))
    return tuple(
        Bubble(line=line, speaker=speaker, condition=condition, text="\n".join(said).strip())
        for line, speaker, condition, said in found
    )
