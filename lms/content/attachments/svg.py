"""Drawings that come with the content folder: looked through for what is no drawing. Pure."""

import re
from xml.parsers import expat

from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import text

MOST_BYTES = 1_000_000
MOST_DEPTH = 100
MOST_ELEMENTS = 50_000
_ACTIVE = {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener", "canvas"}
_OUTSIDE = re.compile(r"@import|javascript:|expression\(|url\(\s*[\"']?(?!#|[\"']?data:image/(?:png|jpeg|webp))", re.I)
_INNER = re.compile(r"(?:#|data:image/(?:png|jpeg|webp|gif);)", re.IGNORECASE)
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:px)?\s*")
_LARGEST = 10_000


def measure(data: bytes) -> tuple[int, int]:
    """Return width and height of a safe drawing, in pixels; 0 where it does not say.

    Raises Unreadable for one with a script, an entity or anything from elsewhere; TooLarge.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(text("SVG 超过 %(most)s MB，请简化后再放。", most=MOST_BYTES // 1_000_000))
    looked = _Look()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = looked.refuse
    parser.ProcessingInstructionHandler = looked.refuse
    parser.StartElementHandler = looked.start
    parser.EndElementHandler = looked.end
    parser.CharacterDataHandler = looked.words
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(text("SVG 读不出来，请用画图软件重新导出。"), code="broken_file") from error
    return looked.size


class _Look:
    def __init__(self) -> None:
        self.size = (0, 0)
        self._open: list[str] = []
        self._count = 0

    def refuse(self, *_: object) -> None:
        raise Unreadable(
            text("SVG 里有脚本、外部内容或实体声明，不能放。请用画图软件导出为“纯 SVG”，或存成 PNG。"),
            code="active_svg",
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if not self._open:
            if name != "svg":
                raise Unreadable(text("SVG 读不出来，请用画图软件重新导出。"), code="broken_file")
            self.size = _size(attributes)
        self._open.append(name)
        self._count += 1
        if name in _ACTIVE or len(self._open) > MOST_DEPTH or self._count > MOST_ELEMENTS:
            self.refuse()
        for key, value in attributes.items():
            own = _local(key)
            if own.startswith("on") or _OUTSIDE.search(value):
                self.refuse()
            if own in ("href", "src") and not _INNER.match(value.strip()) and name != "a":
                self.refuse()

    def end(self, _: str) -> None:
        self._open.pop()

    def words(self, words: str) -> None:
        if self._open and self._open[-1] == "style" and _OUTSIDE.search(words):
            self.refuse()


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1].lower()


def _size(attributes: dict[str, str]) -> tuple[int, int]:
    sides = [_NUMBER.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    if all(sides):
        found = [float(side[1]) for side in sides if side]
    else:
        box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
        numbers = [_NUMBER.fullmatch(each) for each in box[2:4]]
        found = [float(each[1]) for each in numbers if each] if len(box) == 4 else []
    if len(found) != 2 or not all(0 < each <= _LARGEST for each in found):
        return 0, 0
    return round(found[0]), round(found[1])
