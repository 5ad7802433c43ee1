"""The only place that looks into an archive: Word, Excel and PowerPoint files are zip files.

    found = check(data, Office.WORD)     # refused with a sentence, or safe to give to a library
    found.names, found.outside

Everything that can be known without unpacking is looked at first: how many entries, how large each says it is, how
they lie in the file, what they are called. Only then is each entry read once, no further than the size it announced.
After `check` a library may open the very same bytes: no entry lies over another, leaves its folder, holds a macro or
an entity, or unpacks to more than MOST_UNPACKED in all. Nested archives are refused but for the workbook behind a
chart, which is checked in the same way and never opened.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, BinaryIO
from unicodedata import normalize
from xml.parsers import expat

from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text, text

MOST_ENTRIES = 5_000
MOST_ENTRY = 60_000_000
"""Bytes of one entry, unpacked."""
MOST_UNPACKED = 100_000_000
"""Bytes of all entries together, unpacked."""
MOST_RATIO = 150
"""How many times larger an entry may become; real tables reach 50. Small ones may be anything."""
RATIO_FROM = 5_000_000
LONGEST_NAME = 240
MOST_HELD = 2_000_000
"""Bytes of an entry that is held as a whole: what it relates to, the list of types, XML in UTF-16."""
MOST_PARAGRAPHS = 15_000
"""Of a Word file, about 500 pages: two seconds of reading."""


class Office(Enum):
    """What kind of Office file: the entry that makes it one, the program, how it is saved."""

    WORD = (r"word/document\d*\.xml", "Word", ".docx")
    SHEET = (r"xl/workbook\d*\.xml", "Excel", ".xlsx")
    SLIDES = (r"ppt/presentation\d*\.xml", "PowerPoint", ".pptx")

    @property
    def entry(self) -> str:
        return self.value[0]

    @property
    def program(self) -> str:
        return self.value[1]

    @property
    def suffix(self) -> str:
        return self.value[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An archive that may be opened. outside: what it refers to on other machines, never to be fetched."""

    office: Office
    names: tuple[str, ...]
    outside: tuple[str, ...] = ()


BROKEN = text("文件坏了，打不开。请重新保存一份再传。")
TRUNCATED = text("文件坏了或不完整，像是没传完。请在电脑上打开确认后再传一次。")
_TOO_MUCH = text("文件解开后太大，不收。请删去用不到的部分，或拆成几份再传。")
_CRAFTED = text("文件的内部结构不正常，不收。请用 Office 或 WPS 打开，另存一份再传。")
_BAD_ZIP = text("压缩包坏了或内部结构不正常，不收。请重新打包（zip）再传。")
_NESTED = text("文件里还套着别的压缩包，不收。请把里面的文件取出来单独上传。")
_MACROS = text("文件里有宏或控件，不收。请另存为不带宏的 .docx、.xlsx 或 .pptx 再传。")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ARCHIVES = (
    *(ZIP, b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"),
    *(b"\x28\xb5\x2f\xfd", b"MSCF\x00\x00\x00\x00"),
)
_TAR = (257, b"ustar")
"""Where a tar says that it is one."""
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_OLD: tuple[tuple[str, Text], ...] = (
    ("EncryptedPackage", text("文件有密码，请去掉密码再传。")),
    ("WordDocument", text("这是旧版 Word 格式，请另存为 .docx 再传。")),
    ("Workbook", text("这是旧版 Excel 的 .xls 文件，读不了。请在 Excel 里另存为 .xlsx 或 CSV 再传。")),
    ("Book", text("这是旧版 Excel 的 .xls 文件，读不了。请在 Excel 里另存为 .xlsx 或 CSV 再传。")),
    ("PowerPoint Document", text("这是旧版 PowerPoint 格式，请另存为 .pptx 再传。")),
)
_MACRO = re.compile(r"(vbaproject|vbadata|/macrosheets/|/activex/|/dialogsheets/)", re.IGNORECASE)
_MACRO_TYPE = re.compile(rb"macroenabled|vbaproject|ms-office\.activex", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""", re.IGNORECASE)
_ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"utf-16"}
_WORDS = "word/document.xml"
_PARAGRAPH = re.compile(rb"<w:p[ >]")
_XML = (".xml", ".rels", ".vml", ".svg")
_CHART_WORKBOOK = re.compile(r"[^/]+/embeddings/[^/]+\.xlsx", re.IGNORECASE)
# What a program loads by itself when it opens the file; pictures, sounds and links wait for a person.
_LOADED = ("oleobject", "subdocument", "frame", "control", "afchunk", "package")


def check(source: bytes | Path, wanted: Office | None = None) -> Checked:
    """Return what the archive holds once it is known to be safe. wanted: None accepts each of the three.

    Raises Unreadable or TooLarge with a sentence that says how to mend it.
    """
    if isinstance(source, bytes):
        return _check(io.BytesIO(source), len(source), wanted)
    with source.open("rb") as file:
        return _check(file, source.stat().st_size, wanted)


def check_zip(data: bytes, allowed: Sequence[str]) -> None:
    """Refuse a zip that is no Office file unless it is safe to open and holds only files with these suffixes.

    allowed: lower case, with dots. Raises Unreadable or TooLarge with a sentence that says how to mend it.
    """
    if not data.startswith(ZIP):
        raise Unreadable(_BAD_ZIP, code="wrong_type")
    file = io.BytesIO(data)
    try:
        walk(file, len(data))
        with opened(file) as packed:
            entries = packed.infolist()
            _announced(entries, packed.start_dir)
            for entry in entries:
                if not entry.is_dir() and not is_aside(entry.filename):
                    _check_entry(packed, entry, tuple(allowed))
    except Unreadable as error:
        if error.code not in ("crafted_file", "broken_file"):
            raise
        raise Unreadable(_BAD_ZIP, code=error.code) from error


def _check_entry(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: tuple[str, ...]) -> None:
    name = entry.filename
    if not name.lower().endswith(allowed):
        problem = text("压缩包里有不收的文件：%(name)s。请删去后重新打包。", name=name[-80:])
        raise Unreadable(problem, code="file_not_allowed")
    with packed.open(entry) as stream:
        head = stream.read(400)
        if is_archive(head):
            raise Unreadable(_NESTED, code="nested_archive")
        for _ in pieces(head, stream):
            pass  # what is not as long as it says, or has another sum, is found out here


def is_archive(head: bytes) -> bool:
    """Whether a file is itself an archive. head: its first 400 bytes."""
    place, mark = _TAR
    return head.startswith(ARCHIVES) or head.startswith(mark, place)


def is_special(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry says that it is neither a file nor a folder: a link, a pipe, a socket, a device."""
    return stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR)


def is_aside(name: str) -> bool:
    """Whether an entry is what a computer adds by itself: it is never read."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def why_old(data: bytes) -> Text | None:
    """Return what a file in Microsoft's older container is and how to mend it; None for any other file."""
    if not data.startswith(OLE[:4]):
        return None
    for name, reason in _OLD:
        if name.encode("utf-16-le") in data:
            return reason
    return text("这是旧版 Office 格式，请用 Office 或 WPS 另存为 .docx、.xlsx 或 .pptx 再传。")


def _check(file: BinaryIO, size: int, wanted: Office | None) -> Checked:
    head = file.read(8)
    if head.startswith(OLE[:4]):
        file.seek(0)
        raise Unreadable(why_old(file.read()) or BROKEN, code="old_format")
    if not head.startswith(ZIP):
        raise Unreadable(_wrong_type(wanted), code="wrong_type")
    walk(file, size)
    with opened(file) as packed:
        entries = packed.infolist()
        _announced(entries, packed.start_dir)
        office = _office(frozenset(entry.filename for entry in entries), wanted)
        outside = [target for entry in entries if not entry.is_dir() for target in _read(packed, entry)]
    names = tuple(entry.filename for entry in entries)
    return Checked(office=office, names=names, outside=tuple(dict.fromkeys(outside)))


@contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Give an archive; what the library makes of a broken one is worded. Raises Unreadable."""
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as error:
        raise Unreadable(BROKEN, code="broken_file") from error
    except (NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable(_CRAFTED, code="crafted_file") from error


def _wrong_type(wanted: Office | None) -> Text:
    if wanted is None:
        return text("这不是 Word、Excel 或 PowerPoint 文件。请传 .docx、.xlsx 或 .pptx。")
    return text(
        "这不是 %(program)s 文件（看的是内容，不是文件名）。请传 %(suffix)s。",
        program=wanted.program,
        suffix=wanted.suffix,
    )


def walk(file: BinaryIO, size: int, most: int = MOST_ENTRIES) -> None:
    """Count the entries of the directory without making anything of them; a million would fill the memory.

    The directory has to end the file: what follows or precedes it makes a file of two kinds. most: entries. Raises
    Unreadable, TooLarge.
    """
    file.seek(max(0, size - _END.size))
    tail = file.read(_END.size)
    if len(tail) < _END.size or not tail.startswith(b"PK\x05\x06"):
        file.seek(max(0, size - 66_000))
        raise Unreadable(_CRAFTED if b"PK\x05\x06" in file.read() else TRUNCATED, code="broken_file")
    _, disk, first_disk, here, count, length, offset, comment = _END.unpack(tail)
    if count > most or length > most * (_ENTRY.size + 2 * LONGEST_NAME):
        raise TooLarge(text("文件里有超过 %(n)s 个部件，不收。请拆成几份再传。", n=most))
    if comment or disk or first_disk or here != count or offset + length + _END.size != size:
        raise Unreadable(_CRAFTED, code="crafted_file")
    file.seek(offset)
    directory = file.read(length)
    position = number = 0
    while position < length:
        if directory[position : position + 4] != b"PK\x01\x02" or position + _ENTRY.size > length:
            raise Unreadable(_CRAFTED, code="crafted_file")
        fields = _ENTRY.unpack_from(directory, position)
        position += _ENTRY.size + fields[10] + fields[11] + fields[12]
        number += 1
    if number != count or position != length:
        raise Unreadable(_CRAFTED, code="crafted_file")
    file.seek(0)


def _announced(entries: Sequence[zipfile.ZipInfo], end: int) -> None:
    """Refuse what the directory of an Office file gives away, before anything is unpacked."""
    announced(entries, end, most_entry=MOST_ENTRY, most_unpacked=MOST_UNPACKED)
    seen: set[str] = set()
    for entry in entries:
        _check_name(entry)
        folded = normalize("NFKC", entry.filename).casefold()
        if folded in seen:
            raise Unreadable(_CRAFTED, code="crafted_file")
        seen.add(folded)


def announced(entries: Sequence[zipfile.ZipInfo], end: int, *, most_entry: int, most_unpacked: int) -> None:
    """Refuse what a directory gives away of sizes, ciphers and places, whatever its entries are called.

    end: where the directory begins. most_entry, most_unpacked: bytes. Raises Unreadable, TooLarge.
    """
    total = sum(entry.file_size for entry in entries)
    if total > most_unpacked or any(entry.file_size > most_entry for entry in entries):
        raise TooLarge(_TOO_MUCH, code="unpacks_too_large")
    for entry in entries:
        if entry.flag_bits & 0x41:
            raise Unreadable(text("文件有密码，请去掉密码再传。"), code="password")
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise TooLarge(_TOO_MUCH, code="unpacks_too_large")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(_CRAFTED, code="crafted_file")
        if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
            raise Unreadable(_CRAFTED, code="crafted_file")
    position = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < position:
            raise Unreadable(_CRAFTED, code="crafted_file")
        position = entry.header_offset + _LOCAL.size + len(entry.orig_filename) + entry.compress_size
    if position > end or (entries and min(entry.header_offset for entry in entries) != 0):
        raise Unreadable(_CRAFTED, code="crafted_file")


def _check_name(entry: zipfile.ZipInfo) -> None:
    raw = entry.orig_filename
    name = normalize("NFKC", raw).replace("\\", "/")
    parts = name.removesuffix("/").split("/")
    if (
        len(raw) > LONGEST_NAME
        or "\\" in raw
        or any(ord(character) < 32 or character == "\x7f" for character in raw)
        or ":" in name
        or any(part in ("", ".", "..") for part in parts)
        or is_special(entry)
    ):
        raise Unreadable(_CRAFTED, code="crafted_file")
    if _MACRO.search("/" + name):
        raise Unreadable(_MACROS, code="macros")


def _office(names: frozenset[str], wanted: Office | None) -> Office:
    office = next((each for each in Office if any(re.fullmatch(each.entry, name) for name in names)), None)
    if office is None or "[Content_Types].xml" not in names or (wanted is not None and office is not wanted):
        if office is not None and wanted is not None:
            raise Unreadable(
                text(
                    "这是 %(is)s 文件，这里要的是 %(wanted)s（%(suffix)s）。",
                    **{"is": office.program, "wanted": wanted.program, "suffix": wanted.suffix},
                ),
                code="wrong_type",
            )
        raise Unreadable(_wrong_type(wanted), code="wrong_type")
    return office


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Sequence[str]:
    """Read one entry, its first bytes or all of it where it is XML; return what it refers to on other machines."""
    name = entry.filename.lower()
    with packed.open(entry) as stream:
        head = stream.read(400)
        if is_archive(head):
            if not _CHART_WORKBOOK.fullmatch(entry.filename):
                raise Unreadable(_NESTED, code="nested_archive")
            _check_workbook(b"".join(pieces(head, stream)))
            return ()
        start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        if not (name.endswith(_XML) or not start or start.startswith((b"<?", b"<!"))):
            return ()
        wide = head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:4]
        if not wide and name != "[content_types].xml" and not name.endswith(".rels"):
            _check_declared(head)
            _check_long(pieces(head, stream), paragraphs=name == _WORDS)
            return ()
        if entry.file_size > MOST_HELD:
            raise Unreadable(_CRAFTED, code="crafted_file")
        data = b"".join(pieces(head, stream))
    data = data.decode("utf-16").encode() if wide else data
    _check_declared(data)
    _check_long([data])
    if name == "[content_types].xml" and _MACRO_TYPE.search(data):
        raise Unreadable(_MACROS, code="macros")
    return list(_outside(data)) if name.endswith(".rels") else ()


def pieces(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    """Yield an entry by the megabyte: `zipfile` joins what it reads at the cost of the square of its length."""
    yield head
    while piece := stream.read(1_000_000):
        yield piece


def _check_workbook(data: bytes) -> None:
    """A chart carries its numbers as a workbook: the same rules, and nothing nested in it again."""
    if any(_CHART_WORKBOOK.fullmatch(name) for name in check(data, Office.SHEET).names):
        raise Unreadable(_NESTED, code="nested_archive")


def _check_declared(data: bytes) -> None:
    """Refuse XML in an encoding in which an entity could hide."""
    declared = _DECLARED.match(data.lstrip(b"\xef\xbb\xbf \t\r\n")[:400])
    if declared and declared[1].lower() not in _ENCODINGS:
        raise Unreadable(_CRAFTED, code="crafted_file")


def _check_long(pieces: Iterable[bytes], *, paragraphs: bool = False) -> None:
    """Refuse document types and entities; with `paragraphs` also more of them than a reader gets through."""
    before, count = b"", 0
    for piece in pieces:
        joined = before + piece
        if b"<!DOCTYPE" in joined or b"<!ENTITY" in joined:
            raise Unreadable(_CRAFTED, code="crafted_file")
        before = joined[-8:]
        if paragraphs:
            count += len(_PARAGRAPH.findall(piece))
            if count > MOST_PARAGRAPHS:
                raise TooLarge(text("文件超过 %(most)s 段，请按章拆成几个 Word 文件再传。", most=MOST_PARAGRAPHS))


def _outside(data: bytes) -> Iterator[str]:
    """Yield what a part refers to on other machines. Raises Unreadable for what would be loaded on opening."""
    relations: list[dict[str, str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda _, attributes: relations.append(attributes)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(BROKEN, code="broken_file") from error
    for relation in relations:
        if relation.get("TargetMode", "").lower() != "external":
            continue
        kind = relation.get("Type", "").rsplit("/", 1)[-1].lower()
        target = relation.get("Target", "")
        if kind in _LOADED or (kind == "attachedtemplate" and _is_remote(target)):
            problem = text(
                "文件会从别处载入内容（%(target)s），不收。请在原来的软件里断开链接或嵌入后另存再传。",
                target=target[:80],
            )
            raise Unreadable(problem, code="external_reference")
        if kind != "hyperlink":
            yield target


def _is_remote(target: str) -> bool:
    """Whether a template lies on another machine; Word itself writes the one on the author's own disk."""
    plain = target.replace("\\", "/").lower().removeprefix("file:").lstrip("/")
    drive = re.match(r"[a-z]:(/|%5c)", plain)
    return not drive and ("://" in target or target.replace("\\", "/").startswith(("//", "file:")))
