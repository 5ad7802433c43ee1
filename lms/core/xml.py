"""The only place that parses XML of strangers: no document type, no entity, no inclusion, no network, bounded depth.

    root = read(data)      # an lxml element, or refused with a sentence

The bytes are decoded here, before the parser sees them, so that no declared encoding hides what the prolog holds.
"""

import re

from lxml import etree

from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text, text

MOST_BYTES = 20_000_000
MOST_TAGS = 300_000
"""Of the whole document, those inside CDATA included; each takes some 200 bytes of memory."""
DEEPEST = 200
"""Levels of elements. Question banks have some ten, their HTML is text."""

INCLUSION = "http://www.w3.org/2001/XInclude"
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["'][^>]*\?>""", re.IGNORECASE)
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "iso-8859-1": "iso-8859-1",
    "windows-1252": "cp1252",
}
_ENCODING = text("XML 的文字编码读不了。请重新导出，编码选 UTF-8。")
_DOCTYPE = text("XML 里有 DOCTYPE 或实体声明，不收。请删去 <!DOCTYPE …> 这一段，或重新导出后再传。")
_INCLUDED = text("XML 要从别的文件取内容（XInclude），不收。请把内容放进同一个文件再传。")
_DEEP = text("XML 套得太深，超过 %(most)s 层，不收。请重新导出后再传。", most=DEEPEST)


def read(data: bytes, *, most_bytes: int = MOST_BYTES) -> etree._Element:
    """Return the root element; comments and instructions are left out, `sourceline` counts from 1.

    Raises TooLarge; Unreadable with a sentence for what is no well-formed XML or asks for more than itself.
    """
    if len(data) > most_bytes:
        raise TooLarge(text("XML 超过 %(most)s MB，不收。请分成几个文件再传。", most=most_bytes // 1_000_000))
    source = _decoded(data)
    if source.count("<") > MOST_TAGS:
        raise TooLarge(text("XML 有超过 %(most)s 万个标签，不收。请分成几个文件再传。", most=MOST_TAGS // 10_000))
    if source.startswith("<!DOCTYPE", _root_at(source)):
        raise Unreadable(_DOCTYPE, code="document_type")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(source.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(_why(error), code="broken_xml") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(_DOCTYPE, code="document_type")
    _check_tree(root)
    return root


def _decoded(data: bytes) -> str:
    """Return the text. The mark at the start counts first, then what the file declares, else UTF-8."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None:
        declared = _DECLARATION.match(data[:400])
        encoding = _ENCODINGS.get(declared[1].decode().lower()) if declared else "utf-8"
    if encoding is None:
        raise Unreadable(_ENCODING, code="encoding")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(_ENCODING, code="encoding") from error


def _root_at(source: str) -> int:
    """Return where the root element begins, or whatever else stands where it should."""
    place = 0
    while found := _BEFORE_ROOT.match(source, place):
        place = found.end()
    return place


def _why(error: Exception) -> Text:
    if isinstance(error, etree.XMLSyntaxError):
        if "depth" in str(error).lower():
            return _DEEP
        if "huge" in str(error).lower():
            return text("XML 里有一段文字或一张图片超过 10 MB，不收。请缩小后再导出。")
        line = error.lineno or 1
        if "entity" in str(error).lower():
            return text("第 %(line)s 行有 XML 不认识的实体（如 &nbsp;），请改成 &#160; 或删去。", line=line)
        return text("第 %(line)s 行起不是完整的 XML，读不下去。请用原来的系统重新导出，不要手工改动。", line=line)
    return text("这不是 XML 文件，或文件不完整。请用原来的系统重新导出。")


def _check_tree(root: etree._Element) -> None:
    """Walk once: libxml2 has a bound of its own for the depth, which differs between versions."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(_DEEP, code="too_deep")
        if not isinstance(element.tag, str):  # an entity nobody declared
            raise Unreadable(_DOCTYPE, code="entity")
        if element.tag.startswith(f"{{{INCLUSION}}}"):
            raise Unreadable(_INCLUDED, code="inclusion")
