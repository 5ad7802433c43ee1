"""Small real files, made anew in each test: PDF by hand, slides by python-pptx, films by PyAV. And hostile ones."""

import io
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image
from pptx import Presentation
from pptx.util import Cm

from lms.content.attachments.pages import MEMORY, SECONDS, WORK

SONG = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts "
    b"[<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
    b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>] >>"
)

LIMITS = {"seconds": SECONDS, "work": WORK, "memory": MEMORY}
"""Under which a file is looked at, as when somebody sends one."""


def a_pdf(
    pages: Sequence[str] = ("退货时效",),
    *,
    size: tuple[int, int] = (720, 405),
    copies: int = 1,
    encrypted: bool = False,
    extra: bytes = b"",
) -> bytes:
    """Return a PDF with a line of Chinese on each page. copies: how often the pages stand in its list."""
    objects: dict[int, bytes] = {3: SONG}
    kids = []
    for index, words in enumerate(pages):
        number = 10 + 2 * index
        draw = b"BT /F1 28 Tf 60 %d Td <%s> Tj ET" % (size[1] - 80, words.encode("utf-16-be").hex().encode())
        objects[number + 1] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw)
        objects[number] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R %s >>" % (
            *size,
            number + 1,
            b"/Resources << /Font << /F1 3 0 R >> >>",
        )
        kids.append(b"%d 0 R" % number)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids) * copies, b" ".join(kids * copies))
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R %s >>" % extra
    lock = b""
    if encrypted:
        objects[4] = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"17" * 32, b"42" * 32)
        lock = b"/Encrypt 4 0 R /ID [<00112233> <00112233>] "
    return _pdf_of(objects, lock)


def _pdf_of(objects: dict[int, bytes], trailer: bytes) -> bytes:
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, 2)
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number, place in sorted(places.items()):
        out.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (max(objects) + 1, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def a_picture(
    colour: tuple[int, int, int] = (200, 60, 40), size: tuple[int, int] = (240, 160), kind: str = "PNG"
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def a_deck(
    slides: Sequence[tuple[str, Sequence[str], str]] = (("退货三步", ("先看签收时间", "再看商品"), "讲五分钟"),),
) -> bytes:
    """Return slides, each with its title, lines and notes; the first one also has a picture and a table."""
    show = Presentation()
    for number, (title, lines, notes) in enumerate(slides):
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = title
        for row, line in enumerate(lines):
            box = slide.shapes.add_textbox(Cm(2), Cm(5 + 2 * row), Cm(10), Cm(1.5))
            box.text_frame.text = line
        if number == 0:
            slide.shapes.add_picture(io.BytesIO(a_picture()), Cm(14), Cm(5), Cm(6))
            table = slide.shapes.add_table(2, 2, Cm(2), Cm(12), Cm(10), Cm(3)).table
            for index, words in enumerate(("店铺", "时效", "京东", "7 天")):
                table.cell(index // 2, index % 2).text = words
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def a_film(
    path: Path,
    codec: str = "libvpx",
    *,
    seconds: int = 6,
    size: tuple[int, int] = (160, 90),
    rate: int = 10,
    sound: str = "",
    black: int = 0,
    container: str | None = None,
    faststart: bool = False,
    each: Fraction | None = None,
) -> Path:
    """Write a film whose colour changes; black: seconds at its beginning; each: seconds of one frame."""
    step = each or Fraction(1, rate)
    options = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(path), "w", format=container, options=options) as out:
        film = out.add_stream(codec, rate=1 / step)
        film.width, film.height, film.pix_fmt, film.gop_size = *size, "yuv420p", rate
        audio = out.add_stream(sound, rate=48_000, layout="mono") if sound else None
        for index in range(seconds * rate):
            colour = (0, 0, 0) if index < black * rate else (20 + index % 200, 130, 200 - index % 150)
            frame = av.VideoFrame.from_image(Image.new("RGB", size, colour))
            frame.pts, frame.time_base = index, step
            out.mux(film.encode(frame))
        out.mux(film.encode())
        if audio is not None:
            _silence(out, audio, seconds)
    return path


def a_sound(path: Path, *, seconds: int = 3) -> Path:
    """Write a silent M4A."""
    with av.open(str(path), "w", format="ipod") as out:
        _silence(out, out.add_stream("aac", rate=48_000, layout="mono"), seconds)
    return path


def _silence(out: av.container.OutputContainer, audio: av.AudioStream, seconds: int) -> None:
    samples = audio.codec_context.frame_size or 960
    for start in range(0, seconds * 48_000, samples):
        frame = av.AudioFrame(format=audio.codec_context.format.name, layout="mono", samples=samples)
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        out.mux(audio.encode(frame))
    out.mux(audio.encode())


def ten_hours(film: bytes) -> bytes:
    """Return an MP4 whose header says that it is ten hours long."""
    changed = bytearray(film)
    for name in (b"mvhd", b"tkhd", b"mdhd", b"elst"):
        start = 0
        while (at := changed.find(name, start)) >= 0:
            start = at + 4
            scale = int.from_bytes(changed[at + 16 : at + 20], "big") if name in (b"mvhd", b"mdhd") else 1000
            place = {b"mvhd": 20, b"mdhd": 20, b"tkhd": 24, b"elst": 12}[name]
            changed[at + place : at + place + 4] = (36_000 * scale).to_bytes(4, "big")
    return bytes(changed)


def with_entry(archive: bytes, name: str, data: bytes) -> bytes:
    """Return an archive with one more file in it."""
    out = io.BytesIO(archive)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, data)
    return out.getvalue()
