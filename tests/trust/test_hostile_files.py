"""Files made to harm, sent as a trainer would send them: refused with a sentence that helps, and nothing is left.

The child that reads them may take 2 seconds and 300 MB here; what needs more would be refused by another sentence
than the one expected. Archives themselves are specified in tests/core/test_archives.py, readers of PDF, slides and
films in tests/content/importers.
"""

import io
import struct
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from lms.content.attachments import actions
from lms.content.attachments.rules import form_of
from lms.content.models import Attachment, AttachmentPage
from lms.core import confined, files, pictures
from lms.core.access import Role
from lms.core.archives import OLE
from lms.core.db import session, transaction
from lms.core.here import settings
from tests.support.make import a_person, sign_in
from tests.support.make_content import a_document, a_trainer
from tests.support.make_files import a_deck, a_pdf, a_picture, with_entry
from tests.support.pages import token

PAGE = "/studio/article/returns/how/files"


def a_png_of(width: int, height: int) -> bytes:
    """Return some hundred bytes that unpack to so many pixels of one bit."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes(min(height, 200) * (width // 8 + 1)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def a_text_bomb() -> bytes:
    """Return a PNG whose note unpacks to 200 MB."""
    png = a_picture()
    note = b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9)
    chunk = struct.pack(">I", len(note)) + b"zTXt" + note + struct.pack(">I", zlib.crc32(b"zTXt" + note))
    return png[:33] + chunk + png[33:]


def a_long_animation() -> bytes:
    frames = [Image.new("P", (600, 400), number % 250) for number in range(301)]
    for number, frame in enumerate(frames):
        frame.putpixel((number, 0), 251)
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


@cache
def deck() -> bytes:
    return a_deck()


def a_bomb() -> bytes:
    return with_entry(deck(), "ppt/media/image9.bin", bytes(60_000_001))


def many_entries() -> bytes:
    out = io.BytesIO(deck())
    with zipfile.ZipFile(out, "a") as packed:
        for number in range(5_001):
            packed.writestr(f"ppt/{number}", b"")
    return out.getvalue()


def overlapping() -> bytes:
    """Return slides whose directory names one entry's bytes twice."""
    whole = with_entry(deck(), "ppt/media/image8.bin", b"x" * 9_000)
    place = whole.rfind(b"PK\x01\x02")
    mark, _, _, here, count, length, offset, comment = struct.unpack("<4s4H2LH", whole[-22:])
    entry = whole[place:-22].replace(b"image8", b"image9")
    end = struct.pack("<4s4H2LH", mark, 0, 0, here + 1, count + 1, length + len(entry), offset, comment)
    return whole[:-22] + entry + end


def external() -> bytes:
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject" '
        'Target="https://evil.example/x" TargetMode="External"/></Relationships>'
    )
    return with_entry(deck(), "ppt/evil/_rels/x.xml.rels", relation.encode())


HOSTILE = {
    "a picture of 4 thousand million pixels": (lambda: a_png_of(65_000, 65_000), "bomb.png", "万像素"),
    "a picture just over the limit": (lambda: a_png_of(8_000, 5_001), "big.png", "4000 万像素，最多 4000 万"),
    "a picture with a note of 200 MB": (a_text_bomb, "note.png", "图片坏了"),
    "an animation without end": (a_long_animation, "long.gif", "动图太长"),
    "half a picture": (lambda: a_picture(kind="JPEG")[:300], "half.jpg", "图片坏了"),
    "a program called a picture": (lambda: b"MZ" + bytes(400), "a.png", "不认识这种文件"),
    "a web page called a picture": (lambda: b"<html><script>1</script>", "a.png", "网页"),
    "a drawing": (lambda: b"<svg onload='x()'/>", "a.svg", "SVG"),
    "an archive": (lambda: b"Rar!\x1a\x07\x00" + bytes(90), "a.rar", "压缩包"),
    "slides that unpack to too much": (a_bomb, "a.pptx", "解开后太大"),
    "slides of thousands of parts": (many_entries, "a.pptx", "5000 个部件"),
    "slides whose parts overlap": (overlapping, "a.pptx", "内部结构不正常"),
    "slides with slides in them": (lambda: with_entry(deck(), "ppt/media/a.png", deck()), "a.pptx", "别的压缩包"),
    "slides with a macro": (lambda: with_entry(deck(), "ppt/vbaProject.bin", b"x"), "a.pptx", "不带宏"),
    "slides that load from elsewhere": (external, "a.pptx", "evil.example"),
    "slides with an entity": (
        lambda: with_entry(deck(), "ppt/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        "a.pptx",
        "内部结构不正常",
    ),
    "slides with a way out": (lambda: with_entry(deck(), "../../evil.xml", b"x"), "a.pptx", "内部结构不正常"),
    "half of the slides": (lambda: deck()[: len(deck()) // 2], "a.pptx", "不完整"),
    "slides of 2003": (lambda: OLE + bytes(500) + "PowerPoint Document".encode("utf-16-le"), "a.pptx", ".pptx"),
    "slides with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "a.pptx", "去掉密码"),
    "a table called slides": (lambda: _a_table(), "a.pptx", "这是 Excel 文件"),
    "half a PDF": (lambda: a_pdf()[:-40], "a.pdf", "不完整"),
    "a PDF with a password": (lambda: a_pdf(encrypted=True), "a.pdf", "密码"),
    "half a film": (lambda: b"\x00\x00\x00\x18ftypmp42" + bytes(300), "a.mp4", "不完整"),
    "a film in another box": (lambda: b"\x00\x00\x00\x14ftypqt  " + bytes(300), "a.mp4", "MOV"),
}


def _a_table() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Children have 2 seconds and 300 MB; their folders are made here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(pictures, "SECONDS", 2.0)
    monkeypatch.setattr(pictures, "MEMORY", 300_000_000)
    return tmp_path


def lying(scratch: Path) -> set[Path]:
    return {each for folder in (settings().uploads, scratch) for each in folder.rglob("*") if each.is_file()}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_made_to_harm_is_refused_with_a_sentence_and_nothing_is_left(
    client: FlaskClient, scratch: Path, what: str
):
    make, name, said = HOSTILE[what]
    sign_in(client, a_person(Role.TRAINER))
    a_document(a_trainer(), slug="returns/how")
    csrf = token(client, PAGE)
    before = lying(scratch)
    answer = client.post(
        PAGE,
        data={"csrf_token": csrf, "file": (io.BytesIO(make()), name)},
        headers={"Accept": "application/json"},
        content_type="multipart/form-data",
    )
    assert answer.status_code in (400, 413, 422)
    assert said in answer.json["error"]
    assert lying(scratch) == before
    assert [session().scalar(select(func.count()).select_from(table)) for table in (Attachment, AttachmentPage)] == [
        0,
        0,
    ]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_second_file_behind_a_picture_is_gone_when_it_is_kept(world, kind: str):
    hidden = b"<script>alert(1)</script>" + _a_table()
    trainer = a_trainer()
    with transaction():
        row = actions.attach(trainer, "courses/a/files", "a", a_picture(kind=kind) + hidden)
    kept = files.read(row.sha)
    assert b"<script>" not in kept
    assert b"PK\x03\x04" not in kept


def test_no_bytes_make_knowing_a_file_fail():
    for head in (b"", b"\x00", b"RIFF", b"\x00\x00\x00\x18ftyp", b"\xff" * 64, b"PK"):
        assert form_of(head) is not None


def test_the_limits_of_a_child_are_small_enough_for_a_small_machine():
    assert confined.MEMORY <= 600_000_000
    assert pictures.SECONDS <= 10
