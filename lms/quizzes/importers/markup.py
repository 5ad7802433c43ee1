"""Texts of other systems become our Markdown, from HTML, Markdown or plain words; pictures come along. Pure."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import unquote

from lms.content.grammar.inline import find_links
from lms.content.importers import html as pages
from lms.content.importers.escape import escaped
from lms.content.importers.markdown import written
from lms.content.importers.pieces import Heading, Paragraph, Piece
from lms.core.texts import Text, text
from lms.quizzes.importers import build
from lms.quizzes.importers.collecting import TOO_LONG, Unfit
from lms.quizzes.importers.reading import Picture

LONGEST_HTML = 60_000
"""Characters of one text without its pictures: a page of Word's HTML with five lines on it has as many."""
MOST_MARKS = 80_000
"""Signs of one file that HTML or Markdown looks at twice; each takes some 8 µs, and a question has about twenty."""
HELD = "@@PLUGINFILE@@/"
"""What Moodle writes before the name of a file that lies beside the text."""

LOOKS_HTML = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6});")
_MARKS = re.compile(r"[`*_!\\<&\[\]()~|\n]")
_TAG = re.compile(r"<[a-zA-Z/!]")
_PARAGRAPH = re.compile(r"\s*<p(?:\s+dir=\"(?:ltr|rtl)\"[^<>]*|\s+style=\"text-align: left;\")?>([^<>]*)</p>\s*", re.I)
_HELD_NAME = re.compile(r"@@PLUGINFILE@@/([^\"'<>()\s?]{1,400})(?:\?[^\"'<>()\s]{0,100})?")
_SOURCE = re.compile(r"""<img\b[^<>]*?\bsrc\s*=\s*["']?([^"'\s<>]{0,300})""", re.IGNORECASE)
_LOADED = re.compile(r"<(?:iframe|video|audio|object|embed|source)\b", re.IGNORECASE)
_KINDS = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"RIFF", ".webp"))
_TYPES = {".png": "png", ".jpg": "jpeg", ".gif": "gif", ".webp": "webp"}


@dataclass(slots=True)
class Texts:
    """Turns the texts of one file. pictures: those that were met, by the target that the Markdown writes.

    marks: how many signs were looked at.
    """

    pictures: dict[str, Picture] = field(default_factory=dict)
    marks: int = 0

    def markdown(self, words: str, form: str, files: Mapping[str, bytes] | None = None) -> str:
        """Return a text as Markdown. form: html, markdown or plain; files: what lies beside it, by name.

        Raises Unfit for what can't come along: a picture of another host, a film, a form field, too much text.
        """
        files = files or {}
        if form == "html":
            return self._of_html(words, files)
        if len(words) > build.LONGEST_TEXT:
            raise Unfit(TOO_LONG)
        self._spend(words)
        return self._of_markdown(words, files) if form == "markdown" else build.plain(words)

    def _of_html(self, words: str, files: Mapping[str, bytes]) -> str:
        alone = _PARAGRAPH.fullmatch(words)
        if not _TAG.search(words) or alone:
            if len(words) > build.LONGEST_TEXT:
                raise Unfit(TOO_LONG)
            plain = " ".join(unescape(alone[1] if alone else words).split())
            self._spend(plain)
            return build.plain(plain)
        if _LOADED.search(words):
            raise Unfit(text("题里有视频、音频或嵌入的网页，带不过来。请删去，或改成链接。"))
        if len(words) > LONGEST_HTML:
            raise Unfit(TOO_LONG)
        self._spend(words)
        for source in _SOURCE.findall(words):
            if not source.startswith((HELD, "data:image/")):
                raise Unfit(_elsewhere(unescape(source)))
        page = _HELD_NAME.sub(lambda match: _as_data(_held(match[1], files)), words)
        found = pages.read(page)
        if found.left_out.pictures or found.left_out.objects:
            raise Unfit(text("题里有图片或对象没有随文件导出，带不过来。请嵌入后重新导出，或删去。"))
        links = {}
        for place, each in enumerate(found.pictures):
            picture = self._picture(each.data, each.words)
            links[place] = f"![{escaped(picture.words, stars=False)}]({picture.target})"
        return written([_flat(piece) for piece in found.pieces], links).strip()

    def _of_markdown(self, words: str, files: Mapping[str, bytes]) -> str:
        def moved(match: re.Match[str]) -> str:
            return self._picture(_held(match[1], files)).target

        plain = "\n".join(line.rstrip() for line in re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ue000]", "", words).split("\n"))
        plain = _HELD_NAME.sub(moved, plain).strip()
        for link in find_links(plain):
            if link.is_image and link.target not in self.pictures:
                raise Unfit(_elsewhere(link.target))
        return plain

    def _spend(self, words: str) -> None:
        self.marks += len(_MARKS.findall(words)) + 2 * words.count("\n")  # a line may be a block of its own
        if self.marks > MOST_MARKS:
            raise Unfit(text("文件里带格式的文字太多，读到这里为止。请把后面的题分到另一个文件再传。"))

    def _picture(self, data: bytes, words: str = "") -> Picture:
        picture = Picture(data=data, suffix=_suffix(data), words=words)
        return self.pictures.setdefault(picture.target, picture)


def _as_data(data: bytes) -> str:
    return f"data:image/{_TYPES[_suffix(data)]};base64,{b64encode(data).decode()}"


def _suffix(data: bytes) -> str:
    found = next((suffix for head, suffix in _KINDS if data.startswith(head)), None)
    if found is None:
        raise Unfit(text("题里的图片不是 PNG、JPG、GIF 或 WebP，带不过来。请换成其中一种再导出。"))
    return found


def without_pictures(source: str, known: Mapping[str, Picture]) -> tuple[str, bool]:
    """Return Markdown with the words of its pictures in their place, and whether there were any."""
    plain, _, lost = _replaced(source, known, lambda _: None)
    return plain, lost


def with_held(source: str, known: Mapping[str, Picture]) -> tuple[str, list[Picture], bool]:
    """Return Markdown whose pictures are named as files beside it, these pictures, and whether any was lost."""
    return _replaced(source, known, lambda picture: HELD + name_of(picture))


def _replaced(
    source: str, known: Mapping[str, Picture], target: Callable[[Picture], str | None]
) -> tuple[str, list[Picture], bool]:
    """Return Markdown with other targets of its pictures; one without a target leaves its words."""
    pieces, held, lost, end = [], {}, False, 0  # type: list[str], dict[str, Picture], bool, int
    for link in find_links(source):
        if not link.is_image:
            continue
        picture = known.get(link.target)
        address = target(picture) if picture is not None else None
        pieces.append(source[end : link.start])
        end = link.end
        if picture is None or address is None:
            lost = True
            pieces.append(link.label or (picture.words if picture is not None else ""))
        else:
            held[name_of(picture)] = picture
            pieces.append(f"![{link.label}]({address})")
    return "".join([*pieces, source[end:]]), list(held.values()), lost


def name_of(picture: Picture) -> str:
    """Return the file name of a picture: the same bytes have the same name."""
    return picture.target.rsplit("/", 1)[-1]


def _flat(piece: Piece) -> Piece:
    """A heading inside a question would begin another one."""
    if isinstance(piece, Heading):
        return Paragraph(runs=tuple(replace(run, strong=run.picture is None) for run in piece.runs))
    return piece


def _held(name: str, files: Mapping[str, bytes]) -> bytes:
    found = files.get(unquote(unescape(name)))
    if found is None:
        raise Unfit(text("图片“%(name)s”不在文件里，请连图片一起重新导出。", name=unquote(name)[:60]))
    return found


def _elsewhere(target: str) -> Text:
    return text("图片在别处（%(address)s），带不过来。请把图片嵌入题目再导出，或删去。", address=target[:80])
