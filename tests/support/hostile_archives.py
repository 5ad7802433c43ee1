"""Archives made to harm: each trick is done to a good file of any kind that travels as a zip.

    TRICKS["up and out"](word())       # a Word file with an entry that leaves its folder

A trick takes the bytes of a good archive whose entries begin at its first byte and that has no comment. HARMLESS are
the tricks that harm nobody who never writes an entry under its own name; they may be taken.
"""

import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from lms.core.sheets import xlsx_bytes
from tests.support.banks import package
from tests.support.make_courseware import one_page
from tests.support.make_files import a_deck, a_picture

Trick = Callable[[bytes], bytes]
END = struct.Struct("<4s4H2LH")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
TYPES = '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORDS = (
    '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>退货</w:t></w:r></w:p></w:body></w:document>"
)


@cache
def word() -> bytes:
    return plain_zip(**{"[Content_Types].xml": TYPES.encode(), "word/document.xml": WORDS.encode()})


@cache
def sheet() -> bytes:
    return xlsx_bytes("x", ["工号", "姓名", "组"], [["A1", "小北", "售后"]])


@cache
def slides() -> bytes:
    return a_deck()


@cache
def course() -> bytes:
    return one_page("1")


@cache
def bank() -> bytes:
    return package()


def plain_zip(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return made.getvalue()


# with one entry more


def entry(base: bytes, name: str, data: bytes = b"<a/>", *, mode: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the archive with one entry more, whatever it is called. mode: as Unix keeps it."""
    made = io.BytesIO(base)
    with zipfile.ZipFile(made, "a") as packed:
        info = zipfile.ZipInfo("x", (2026, 11, 2, 9, 0, 0))
        info.filename, info.compress_type, info.external_attr = name, method, mode << 16
        info.create_system = 3
        packed.writestr(info, data)
    return made.getvalue()


def named(name: str, **more: int) -> Trick:
    return lambda base: entry(base, name, **more)


def holding(name: str, data: bytes | Callable[[], bytes]) -> Trick:
    return lambda base: entry(base, name, data if isinstance(data, bytes) else data())


def spelled(raw: bytes) -> Trick:
    """An entry whose name is these bytes, in both places."""

    def trick(base: bytes) -> bytes:
        stand_in = b"Q" * len(raw)
        return entry(base, stand_in.decode()).replace(stand_in, raw)

    return trick


def linked_folder(base: bytes) -> bytes:
    """A link called `out`, and a file that lies behind it."""
    return entry(entry(base, "out", b"/etc", mode=stat.S_IFLNK | 0o777), "out/evil.xml")


def hard_link(base: bytes) -> bytes:
    """An entry whose Unix field names another file, as old Info-ZIP kept hard links."""
    made = io.BytesIO(base)
    with zipfile.ZipFile(made, "a") as packed:
        info = zipfile.ZipInfo("link.xml")
        target = b"/etc/passwd"
        info.extra = struct.pack("<2H2L2H", 0x000D, 12 + len(target), 0, 0, 0, 0) + target
        packed.writestr(info, b"")
    return made.getvalue()


# parts of an archive, changed by hand


def parts(base: bytes) -> tuple[bytes, bytes]:
    """Return the entries and the directory of an archive; its end is made anew by `joined`."""
    _, _, _, _, _, length, offset, _ = END.unpack(base[-END.size :])
    return base[:offset], base[offset : offset + length]


def count_of(base: bytes) -> int:
    return int(END.unpack(base[-END.size :])[4])


def joined(entries: bytes, directory: bytes, number: int, **end: int) -> bytes:
    """Return an archive of these parts. end: fields of its end that are to lie."""
    fields = {
        "disk": 0,
        "first": 0,
        "here": number & 0xFFFF,
        "count": number & 0xFFFF,
        "length": len(directory),
        "offset": len(entries),
    }
    fields.update(end)
    return entries + directory + END.pack(b"PK\x05\x06", *fields.values(), 0)


def ending(**end: int) -> Trick:
    return lambda base: joined(*parts(base), count_of(base), **end)


def last_entry(where: int, form: str, *values: int, local: int | None = None) -> Trick:
    """Change fields of the last entry of the directory, at this place; and of its local header where one is given."""

    def trick(base: bytes) -> bytes:
        data = bytearray(base)
        at = base.rfind(b"PK\x01\x02")
        offset = ENTRY.unpack_from(base, at)[16]
        struct.pack_into(form, data, at + where, *values)
        if local is not None:
            struct.pack_into(form, data, offset + local, *values)
        return bytes(data)

    return trick


def extra(field: bytes, *, size: int | None = None) -> Trick:
    """Give the last entry of the directory a further field. size: what it says to be, if that is a lie."""

    def trick(base: bytes) -> bytes:
        entries, directory = parts(base)
        at = directory.rfind(b"PK\x01\x02")
        fields = list(ENTRY.unpack_from(directory, at))
        name = directory[at + ENTRY.size : at + ENTRY.size + fields[10]]
        fields[11] = len(field) if size is None else size
        fields[12] = 0
        return joined(entries, directory[:at] + ENTRY.pack(*fields) + name + field, count_of(base))

    return trick


def zip64_of(size: int) -> Trick:
    """The last entry says in its Zip64 field that it is so large."""

    def trick(base: bytes) -> bytes:
        marked = last_entry(24, "<L", 0xFFFFFFFF)(base)
        return extra(struct.pack("<2HQ", 1, 8, size))(marked)

    return trick


def zip64_end(base: bytes) -> bytes:
    """A second end, of 64 bits, that some programs read in place of the first."""
    entries, directory = parts(base)
    second = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(entries) + len(directory), 1)
    return entries + directory + second + locator + base[-END.size :]


def same_kernel(base: bytes) -> bytes:
    """Fifty entries of the directory that all name the bytes of one of 4 MB."""
    whole = entry(base, "kern00.xml", b"0" * 4_000_000)
    entries, directory = parts(whole)
    one = directory[directory.rfind(b"PK\x01\x02") :]
    more = b"".join(one.replace(b"kern00", b"kern%02d" % number) for number in range(1, 50))
    return joined(entries, directory + more, count_of(whole) + 49)


def quoted_kernel(base: bytes) -> bytes:
    """Entries each of which quotes the local header of the next one as text and goes on into it (Fifield 2019)."""
    entries, directory = parts(base)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data, size, crc = packer.compress(bytes(4_000_000)) + packer.flush(), 4_000_000, zlib.crc32(bytes(4_000_000))
    tail, heads, names = b"", [], [b"q%02d.xml" % number for number in range(30)]
    content = bytes(4_000_000)
    for place, name in enumerate(reversed(names)):
        if place:
            following = tail
            quote = struct.pack("<BHH", 0, len(heads[0][0]), 0xFFFF ^ len(heads[0][0]))
            content = heads[0][0] + content
            data, size, crc = quote + following[: len(heads[0][0])] + data, len(content), zlib.crc32(content)
        local = LOCAL.pack(b"PK\x03\x04", 20, 0, 8, 0, 0x21, crc, len(data), size, len(name), 0) + name
        tail = local + data if not place else local + data[:5] + tail
        heads.insert(0, (local, name, crc, len(data), size))
    more, at = b"", len(entries)
    for local, name, crc, packed, size in heads:
        more += ENTRY.pack(b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, crc, packed, size, len(name), 0, 0, 0, 0, 0, at) + name
        at += len(local) + 5
    return joined(entries + tail, directory + more, count_of(base) + len(heads))


def many(base: bytes, number: int, **end: int) -> bytes:
    """So many entries, all of them the same empty one."""
    entries, directory = parts(base)
    empty = LOCAL.pack(b"PK\x03\x04", 20, 0, 0, 0, 0x21, 0, 0, 0, 5, 0) + b"e.xml"
    one = ENTRY.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 5, 0, 0, 0, 0, 0, len(entries)) + b"e.xml"
    return joined(entries + empty, directory + one * number, count_of(base) + number, **end)


def nested(levels: int, each: int) -> bytes:
    """42.zip: archives of archives, `each` of them on each level, a bomb at the bottom."""
    inner = plain_zip(**{"0.txt": bytes(4_000_000)})
    for _ in range(levels):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for number in range(each):
                packed.writestr(f"{number}.zip", inner)
        inner = made.getvalue()
    return inner


def a_tar(name: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as packed:
        packed.addfile(tarfile.TarInfo(name))
    return made.getvalue()


def broken_stream(base: bytes) -> bytes:
    """The bytes of the last entry are no deflate."""
    whole = entry(base, "z.xml", b"<a>" + bytes(range(32, 127)) * 20 + b"</a>")
    at = whole.rfind(b"z.xml", 0, whole.rfind(b"PK\x01\x02")) + 5
    return whole[:at] + b"\xff" * 20 + whole[at + 20 :]


def another_local_name(base: bytes) -> bytes:
    """The directory and the entry itself call it differently."""
    whole = entry(base, "one.xml")
    at = whole.find(b"one.xml")
    return whole[:at] + b"../.xml" + whole[at + 7 :]


def comments(base: bytes) -> bytes:
    """Two hundred entries with a comment of 65,535 letters each."""
    entries, directory = parts(base)
    at = directory.rfind(b"PK\x01\x02")
    fields = list(ENTRY.unpack_from(directory, at))
    name = directory[at + ENTRY.size : at + ENTRY.size + fields[10]]
    fields[12] = 0xFFFF
    one = ENTRY.pack(*fields) + name + b"c" * 0xFFFF
    return joined(entries, directory + one * 200, count_of(base) + 200)


def flagged(bits: int) -> Trick:
    return last_entry(8, "<H", bits, local=6)


def twice(base: bytes) -> bytes:
    name = zipfile.ZipFile(io.BytesIO(base)).namelist()[-1]
    stand_in = "Q" * len(name)
    return entry(base, stand_in).replace(stand_in.encode(), name.encode())


def other_case(base: bytes) -> bytes:
    return entry(base, zipfile.ZipFile(io.BytesIO(base)).namelist()[-1].swapcase())


OUT = b"<a/>"
NAMES: dict[str, Trick] = {
    "up and out": named("../../evil.xml"),
    "up from within": named("a/../../evil.xml"),
    "up at the end": named("a/.."),
    "a dot": named("./evil.xml"),
    "absolute": named("/etc/cron.d/evil.xml"),
    "absolute twice": named("//etc/evil.xml"),
    "a drive": named("C:/evil.xml"),
    "relative to a drive": named("C:evil.xml"),
    "a stream of Windows": named("a.xml:evil.xml"),
    "a share": named("\\\\host\\share\\evil.xml"),
    "backslashes up": named("..\\..\\evil.xml"),
    "both strokes": named("a/..\\..\\evil.xml"),
    "full-width dots": named("．．/evil.xml"),
    "a full-width stroke": named("..／evil.xml"),
    "a full-width backslash": named("..＼evil.xml"),
    "one leader for two dots": named("‥/evil.xml"),
    "overlong UTF-8": lambda base: flagged(0x800)(spelled(b"\xc0\xae\xc0\xae/evil.xml")(base)),
    "a null": spelled(b"evil.xml\x00.png"),
    "a line end": spelled(b"a\r\nb.xml"),
    "a control sign": spelled(b"evil\x1b[2J.xml"),
    "an empty part": named("a//evil.xml"),
    "nothing for a name": named(""),
    "250 letters": named("a" * 250 + ".xml"),
    "65,000 letters": named("a/" * 32_000 + "a.xml"),
    "a thousand folders": named("a/" * 1_000 + "a.xml"),
    "twice": twice,
    "only the case differs": other_case,
}
KINDS: dict[str, Trick] = {
    "a symbolic link": named("link.xml", mode=stat.S_IFLNK | 0o777),
    "a file behind a link": linked_folder,
    "a pipe": named("pipe.xml", mode=stat.S_IFIFO | 0o644),
    "a device of signs": named("tty.xml", mode=stat.S_IFCHR | 0o644),
    "a device of blocks": named("disk.xml", mode=stat.S_IFBLK | 0o644),
    "a socket": named("socket.xml", mode=stat.S_IFSOCK | 0o644),
    "a hard link": hard_link,
    "a file that would run as root": named("root.xml", mode=stat.S_IFREG | 0o6755),
}
SIZES: dict[str, Trick] = {
    "a flat bomb": holding("bomb.xml", lambda: b"<a>" + bytes(61_000_000)),
    "many bombs": lambda base: _each(base, 26, 4_000_000),
    "a ratio of a thousand": holding("ratio.xml", lambda: b" " * 22_000_000),
    "42.zip": holding("42.xml", lambda: nested(4, 10)),
    "an archive in it, called a picture": holding("inner.png", lambda: plain_zip(a=b"b")),
    "RAR in it": holding("inner.png", b"Rar!\x1a\x07\x01\x00" + bytes(90)),
    "7z in it": holding("inner.xml", b"7z\xbc\xaf\x27\x1c" + bytes(90)),
    "gzip in it": holding("inner.xml", b"\x1f\x8b\x08" + bytes(90)),
    "bzip2 in it": holding("inner.xml", b"BZh91AY&SY" + bytes(90)),
    "xz in it": holding("inner.xml", b"\xfd7zXZ\x00" + bytes(90)),
    "tar in it": holding("inner.png", lambda: a_tar("../../etc/passwd")),
    "a cabinet in it": holding("inner.png", b"MSCF\x00\x00\x00\x00" + bytes(90)),
    "Zstandard in it": holding("inner.png", b"\x28\xb5\x2f\xfd" + bytes(90)),
    "fifty names for the same bytes": same_kernel,
    "quoted headers": quoted_kernel,
    "smaller than it is": last_entry(24, "<L", 3),
    "larger than it is": last_entry(24, "<L", 4_000_000),
    "packed to nothing": last_entry(20, "<L", 0),
    "packed beyond the end": last_entry(20, "<L", 0x7FFFFFFF),
    "eight exabytes by Zip64": zip64_of(2**63 - 1),
    "small by Zip64": zip64_of(5),
    "a second end of Zip64": zip64_end,
    "ends at 65,535 entries": ending(here=0xFFFF, count=0xFFFF),
}
DIRECTORIES: dict[str, Trick] = {
    "100,000 entries": lambda base: many(base, 100_000),
    "100,000 that say they are three": lambda base: many(base, 100_000, here=3, count=3),
    "65,536 more, so that the count is right again": lambda base: many(base, 65_536),
    "fewer than there are": ending(here=1, count=1),
    "more than there are": ending(here=999, count=999),
    "other here than in all": ending(here=1),
    "on several disks": ending(disk=1, first=0),
    "on the disk 65,535": ending(disk=0xFFFF, first=0xFFFF),
    "a directory beyond the end": ending(offset=0x7FFFFFFF),
    "a directory of four gigabytes": ending(length=0xFFFFFFF0),
    "a directory that begins at nothing": ending(offset=0),
    "a comment behind it": lambda base: base[:-2] + struct.pack("<H", 5) + b"hello",
    "a comment of 65,535 letters": lambda base: base[:-2] + b"\xff\xff" + b"PK\x05\x06" * 16_383 + b"xxx",
    "comments at each entry": comments,
    "a field that goes beyond": extra(b"\x01\x00\xff\xff", size=None),
    "a field longer than the directory": extra(b"xx", size=60_000),
    "an entry that begins elsewhere": last_entry(42, "<L", 0x7FFFFFF0),
    "an entry within another": last_entry(42, "<L", 7),
    "another name in the entry": another_local_name,
    "no local header": lambda base: b"PK\x03\x05" + base[4:],
    "a checksum that is wrong": last_entry(16, "<L", 0xDEADBEEF, local=14),
    "no deflate": broken_stream,
    "half of it": lambda base: base[: len(base) // 2],
    "without its end": lambda base: base[:-22],
    "without a byte": lambda base: base[:-1],
    "nothing but an end": lambda base: base[-22:],
}
METHODS: dict[str, Trick] = {
    "LZMA": named("rare.xml", method=zipfile.ZIP_LZMA),
    "bzip2": named("rare.xml", method=zipfile.ZIP_BZIP2),
    "AES": last_entry(10, "<H", 99, local=8),
    "a method nobody knows": last_entry(10, "<H", 12_345, local=8),
    "a password": flagged(0x1),
    "a strong password": flagged(0x41),
    "a hidden directory": flagged(0x2041),
    "patches": flagged(0x20),
}
TWO_KINDS: dict[str, Trick] = {
    "a program before it": lambda base: b"MZ" + bytes(62) + base,
    "a PDF before it": lambda base: b"%PDF-1.7\n" + base,
    "a picture before it": lambda base: a_picture(kind="GIF") + base,
    "a script before it": lambda base: b"#!/bin/sh\nrm -rf /\n" + base,
    "a page behind it": lambda base: base + b"<script>alert(1)</script>",
    "another archive behind it": lambda base: base + plain_zip(**{"evil.xml": OUT}),
    "another archive before it": lambda base: plain_zip(**{"evil.xml": OUT}) + base,
    "nulls behind it": lambda base: base + bytes(1_000),
}
TRICKS: dict[str, Trick] = {**NAMES, **KINDS, **SIZES, **DIRECTORIES, **METHODS, **TWO_KINDS}
HARMLESS = frozenset({"a file that would run as root", "a hard link", "larger than it is"})
"""No entry becomes a file of its own name, with its own rights; of what is announced no more is read than is there."""


def _each(base: bytes, number: int, size: int) -> bytes:
    for place in range(number):
        base = entry(base, f"bomb{place}.xml", bytes(size))
    return base


def not_archives() -> dict[str, tuple[str, bytes]]:
    """Return other containers, each under a name by which it might be let in."""
    tar = a_tar("../../etc/passwd")
    return {
        "RAR": ("a.zip", b"Rar!\x1a\x07\x01\x00" + bytes(200)),
        "7z": ("a.zip", b"7z\xbc\xaf\x27\x1c" + bytes(200)),
        "tar": ("a.zip", tar),
        "tar with gzip": ("a.docx", zlib.compress(tar, wbits=31)),
        "gzip of a hundred megabytes": ("a.xlsx", zlib.compress(bytes(100_000_000), 9, wbits=31)),
        "EPUB": (
            "a.docx",
            plain_zip(mimetype=b"application/epub+zip", **{"META-INF/container.xml": b"<container/>"}),
        ),
        "OpenDocument": ("a.docx", plain_zip(mimetype=b"application/vnd.oasis.opendocument.text")),
        "JAR": ("a.zip", plain_zip(**{"META-INF/MANIFEST.MF": b"Main-Class: X", "X.class": b"\xca\xfe\xba\xbe"})),
        "APK": ("a.zip", plain_zip(**{"AndroidManifest.xml": b"\x03\x00\x08\x00", "classes.dex": b"dex\n035\x00"})),
        "a cartridge with programs": (
            "a.imscc",
            plain_zip(**{"imsmanifest.xml": b"<manifest/>", "web/run.exe": b"MZ"}),
        ),
        "nothing": ("a.zip", b""),
        "an empty archive": ("a.zip", b"PK\x05\x06" + bytes(18)),
        "a database": ("a.xlsx", b"SQLite format 3\x00" + bytes(4_000)),
        "nulls": ("a.docx", bytes(5_000_000)),
    }
