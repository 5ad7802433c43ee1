"""What a file is by its bytes, what it is called, where it lies. Pure."""

import re
from dataclasses import dataclass
from posixpath import basename, dirname, splitext
from unicodedata import normalize

from lms.content.rules.paths import why_no_path
from lms.core.archives import OLE, ZIP
from lms.core.texts import Text, text

PICTURE, PDF, SLIDES, VIDEO, AUDIO, CAPTIONS = "picture", "pdf", "slides", "video", "audio", "captions"
KIND_WORDS: dict[str, Text] = {
    PICTURE: text("图片文件"),
    PDF: text("PDF"),
    SLIDES: text("幻灯片"),
    VIDEO: text("视频"),
    AUDIO: text("录音"),
    CAPTIONS: text("字幕"),
}
HEAD = 64
"""Bytes of the beginning by which a file is known."""
FOLDER = "files"
LONGEST_PATH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A type of file that may be attached. kind: picture | pdf | slides | video | audio | captions."""

    kind: str
    media_type: str
    suffix: str


PNG = Form(kind=PICTURE, media_type="image/png", suffix=".png")
JPEG = Form(kind=PICTURE, media_type="image/jpeg", suffix=".jpg")
WEBP = Form(kind=PICTURE, media_type="image/webp", suffix=".webp")
GIF = Form(kind=PICTURE, media_type="image/gif", suffix=".gif")
SVG = Form(kind=PICTURE, media_type="image/svg+xml", suffix=".svg")
_PDF = Form(kind=PDF, media_type="application/pdf", suffix=".pdf")
_PPTX = Form(
    kind=SLIDES,
    media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
    suffix=".pptx",
)
_MP4 = Form(kind=VIDEO, media_type="video/mp4", suffix=".mp4")
_M4A = Form(kind=AUDIO, media_type="audio/mp4", suffix=".m4a")
_WEBM = Form(kind=VIDEO, media_type="video/webm", suffix=".webm")
_VTT = Form(kind=CAPTIONS, media_type="text/vtt", suffix=".vtt")
FORMS = (PNG, JPEG, WEBP, GIF, SVG, _PDF, _PPTX, _MP4, _M4A, _WEBM, _VTT)
SUFFIXES = {form.suffix: form for form in FORMS} | {".jpeg": JPEG}

_STARTS: tuple[tuple[bytes, Form], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", _PDF),
    (ZIP, _PPTX),
    (b"\x1a\x45\xdf\xa3", _WEBM),
    (b"WEBVTT", _VTT),
    (b"\xef\xbb\xbfWEBVTT", _VTT),
)
_APPLE_PICTURES = {b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif"}
_ACCEPTED = text(
    "不认识这种文件（看的是内容，不是文件名）。可以放图片（PNG、JPG、WebP、GIF）、PDF、PPTX、MP4、M4A、WebM。"
)


def form_of(head: bytes) -> Form | Text:
    """Return what a file is by its first bytes, or why it is not taken and how to mend it."""
    if not head:
        return text("这个文件是空的，请重新选择。")
    found = next((form for start, form in _STARTS if head.startswith(start)), None)
    if found is not None:
        return found
    if head[:4] == b"RIFF":
        return WEBP if head[8:12] == b"WEBP" else text("这是 WAV 或 AVI，请导出为 M4A 或 MP4 再传。")
    if head[4:8] == b"ftyp":
        return _by_brand(head[8:12])
    return _why_not(head)


def _by_brand(brand: bytes) -> Form | Text:
    if brand in _APPLE_PICTURES:
        return text("这是手机的 HEIC 或 AVIF 图片，很多电脑打不开。请在相册里导出为 JPG 再传。")
    if brand == b"qt  ":
        return text("这是 MOV 视频，请用 H.264 导出为 MP4 再传。")
    return _M4A if brand in (b"M4A ", b"M4B ") else _MP4


def _why_not(head: bytes) -> Text:
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return text("压缩包不收，请解开后把里面的文件单独上传。")
    if plain.startswith((b"<svg", b"<?xml")):
        return text("SVG 图片要放在内容目录里同步；在这里请先存成 PNG 再传。")
    if plain.startswith((b"<!doctype html", b"<html")):
        return text("这是网页，不是图片或文档。请复制网页里的内容，直接粘贴到编辑器。")
    if re.match(rb"\d+\s+\d\d:\d\d:\d\d,\d{3} -->", plain):
        return text("这是 SRT 字幕，请另存为 WebVTT（.vtt）再传。")
    if head.startswith(b"BM"):
        return text("这是 BMP 图片，请存成 PNG 或 JPG 再传。")
    if head.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"OggS", b"fLaC")):
        return text("这种声音格式放不了，请导出为 M4A 再传。")
    return _ACCEPTED


def is_old_office(head: bytes) -> bool:
    return head.startswith(OLE[:4])


def suffix_of(path: str) -> str:
    return splitext(path)[1].lower()


def stem_of(name: str) -> str:
    """Return a file's name as part of a path: without folders, suffix, spaces and signs; Chinese stays."""
    stem = splitext(basename(name.replace("\\", "/")))[0]
    plain = re.sub(r"[^\w-]+|_+", "-", normalize("NFKC", stem).lower())
    return re.sub(r"-{2,}", "-", plain).strip("-")[:60].strip("-")


def words_of(name: str) -> str:
    """Return a file's name as the words under which a document shows it."""
    stem = splitext(basename(name.replace("\\", "/")))[0]
    stem = re.sub(r"-[0-9a-f]{6,12}$", "", stem)
    return " ".join(re.sub(r"[\[\]()<>`*_|!\\\x00-\x1f\x7f]", " ", stem).split())[:80]


def folder_of(where: str) -> str | Text:
    """Return the folder for the files of a document (`….md`), or of the folder that is given; or why there is none."""
    folder = f"{dirname(where)}/{FOLDER}" if where.endswith(".md") else where.strip("/")
    problem = why_no_path(f"{folder}/a.md")
    if problem is None and len(folder) > LONGEST_PATH - 90:
        problem = text("文件夹的路径太长，请换一个短些的地址。")
    return problem or folder


def path_of(folder: str, name: str, form: Form, sha: bytes, digits: int = 6) -> str:
    """Return where a file goes. digits: of its digest in the name, so that a path never changes its bytes."""
    digest = sha.hex()[:digits]
    stem = stem_of(name).removesuffix(f"-{digest}") or form.kind
    return f"{folder}/{stem}-{digest}{form.suffix}"


def bare_path(path: str) -> str:
    """Return a path without its suffix and the digest in its name: what a film and its captions have in common."""
    return re.sub(r"(?:-[0-9a-f]{6,12})?\.\w+$", "", path)


def markdown_of(kind: str, words: str, link: str) -> str:
    """Return what stands in the document: a picture in place, anything else as a link on a line of its own."""
    return f"{'!' if kind == PICTURE else ''}[{words}]({link})"


def why_too_large(kind: str, size: int, most: int) -> Text | None:
    """Return why a file is not taken. size, most: in bytes."""
    if size <= most:
        return None
    return text(
        "%(kind)s有 %(size)s MB，最大 %(most)s MB。请压缩或剪短后再传。",
        kind=KIND_WORDS[kind],
        size=f"{size / 1_000_000:.0f}",
        most=f"{most / 1_000_000:g}",
    )
