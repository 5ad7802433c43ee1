"""QTI 2.1 (and 2.0, 2.2): one item, or a package of them as a zip. Pure."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from posixpath import normpath
from urllib.parse import unquote

from lms.core import archives, xml
from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text, text
from lms.quizzes.importers.collecting import Collector
from lms.quizzes.importers.markup import Texts
from lms.quizzes.importers.moodle_fields import Element
from lms.quizzes.importers.qti_items import Item
from lms.quizzes.importers.reading import MOST_QUESTIONS, Taken, Where

MANIFEST = "imsmanifest.xml"
ALLOWED = (".xml", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".css", ".xsd", ".txt", ".html", ".xhtml")
"""Suffixes that a package may hold; only XML and pictures are read."""
MOST_PICTURES = 30_000_000
"""Bytes of all pictures of a package."""
_SPACE = "imsqti_v2p"
_OTHER = {
    "questestinterop": text("这是 QTI 1.2，读不了。请在原系统里导出为 QTI 2.1 或 Moodle XML。"),
    "qti-assessment-item": text("这是 QTI 3，读不了。请在原系统里导出为 QTI 2.1 或 Moodle XML。"),
    "assessmentTest": text("这是试卷，不是题目。请把整个题包（zip）传上来。"),
}


def is_meant(_: str, data: bytes) -> bool:
    """Whether a file is an item of QTI, or a zip that has a manifest."""
    if data.startswith(archives.ZIP):
        return MANIFEST.encode() in data[-2_000_000:]
    head = data[:4_000].replace(b"\x00", b"")
    return b"<" in head[:8] and any(name in head for name in (b"assessmentItem", b"questestinterop", b"qti-assess"))


def read(data: bytes) -> Taken:
    """Return what an item or a package holds. Raises Unreadable, TooLarge for what can't be read as a whole."""
    found = Collector()
    texts = Texts(pictures=found.pictures)
    if not data.startswith(archives.ZIP):
        root = _plain(xml.read(data))
        if root.tag != "assessmentItem":
            raise Unreadable(_why(root))
        _take(found, Item(root, texts, "", {}), "")
        return found.taken()
    files = _unpacked(data)
    items = [name for name in _in_order(files) if name != MANIFEST]
    if len(items) > MOST_QUESTIONS:
        raise TooLarge(text("题包里超过 %(most)s 个文件，请分成几个题包再传。", most=MOST_QUESTIONS))
    for name in items:
        try:
            root = _plain(xml.read(files[name]))
        except (Unreadable, TooLarge) as error:
            found.refuse(
                Where(item=1 + len(found.questions) + len(found.refused), label=name[:80]), error.message, name
            )
            continue
        if root.tag == "assessmentItem":
            _take(found, Item(root, texts, name, files), name)
        elif root.tag in ("questestinterop", "qti-assessment-item"):
            raise Unreadable(_OTHER[root.tag])
    if not found.questions and not found.refused:
        raise Unreadable(text("题包里没有题目（assessmentItem）。请导出为 QTI 2.1 再传。"))
    return found.taken()


def _take(found: Collector, item: Item, name: str) -> None:
    body = item.root.find("itemBody")
    words = "" if body is None else " ".join("".join(body.itertext()).split())
    title = (item.root.get("title") or item.root.get("identifier") or "").strip()
    label = " ".join(part for part in (name, title[:40]) if part)
    found.take(Where(line=item.root.sourceline, label=label[:120]), words or title, "", item.read)


def _why(root: Element) -> Text:
    name = str(root.tag)[:40]
    return _OTHER.get(name) or text("这不是 QTI 2.1：最外层应是 <assessmentItem>，这里是 <%(tag)s>。", tag=name)


def _plain(root: Element) -> Element:
    """Return the tree without namespaces: the versions of QTI differ in nothing else that is read here."""
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def _unpacked(data: bytes) -> Mapping[str, bytes]:
    """Return XML and pictures of a package by their paths, in the order of the archive."""
    archives.check_zip(data, ALLOWED)
    found: dict[str, bytes] = {}
    spent = 0
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for entry in packed.infolist():
            name = entry.filename
            if entry.is_dir() or archives.is_aside(name):
                continue
            lower = name.lower()
            if lower.endswith(".xml"):
                if entry.file_size > xml.MOST_BYTES:
                    raise TooLarge(text("题包里的 %(name)s 太大，请分成几个文件。", name=name[:80]))
                found[name] = packed.read(entry)
            elif lower.endswith((".png", ".jpg", ".jpeg", ".gif", ".webp")):
                spent += entry.file_size
                if spent > MOST_PICTURES:
                    raise TooLarge(
                        text(
                            "题包里的图片超过 %(most)s MB，请压缩图片或分成几个题包。", most=MOST_PICTURES // 1_000_000
                        )
                    )
                found[name] = packed.read(entry)
    return found


def _in_order(files: Mapping[str, bytes]) -> Sequence[str]:
    """Return the XML files, those that the manifest lists first and in its order."""
    named: list[str] = []
    if MANIFEST in files:
        for each in _plain(xml.read(files[MANIFEST])).iter("resource"):
            if (each.get("type") or "").startswith("imsqti_item"):
                named.append(normpath(unquote(each.get("href") or "")))
    rest = sorted(name for name in files if name.lower().endswith(".xml"))
    return [name for name in dict.fromkeys([*named, *rest]) if name in files]
