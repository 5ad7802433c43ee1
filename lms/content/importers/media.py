"""Reading a video or a sound: whether a browser plays it, how long it is, a picture to begin with.

Run by `core.confined` in a child process. Each suffix is opened as the one container that it names, so that a list of
other files or addresses is never followed.
"""

import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from PIL import Image

from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import Text, text

MOST_HOURS = 4
POSTER_WIDTH = 1280
POSTER = "poster.webp"
POSTER_SECONDS = 10
"""How far into the video a picture is looked for that is not black."""
TIME_FOR_POSTER = 0.8
TIME_FOR_LENGTH = 0.6
"""Seconds on the clock: a file that doesn't say how long it is gets read for so long to find out."""

_FORMATS = {".mp4": "mp4", ".m4a": "mp4", ".webm": "matroska"}
_VIDEO = {"h264", "vp8", "vp9", "av1"}
_SOUND = {"aac", "opus", "vorbis", "mp3"}
_NAMES = {
    "hevc": "H.265", "mpeg4": "MPEG-4", "msmpeg4v3": "MPEG-4", "wmv3": "WMV", "prores": "ProRes", "mjpeg": "MJPEG",
    "mpeg2video": "MPEG-2", "ac3": "AC-3", "eac3": "E-AC-3", "pcm_s16le": "PCM", "alac": "ALAC", "flac": "FLAC",
}  # fmt: skip
_BROKEN = text("视频不完整，可能没有传完或没有存完。请重新导出再传。")
_DEEP = ("10le", "10be", "12le", "12be")
_ATTACHED = av.stream.Disposition.attached_pic
_DARK = 20
"""Mean brightness, 0–255, below which a frame counts as black."""
_UNKNOWN = -1


def look(folder: Path, *, source: str, suffix: str) -> dict[str, Any]:
    """Return what the file is; the poster lies in the folder where there is one.

    milliseconds; width, height (pixels, 0 for a sound); video, sound (names of the codecs, "" for none); streams: the
    index of the film begins the file, so that it plays before all of it is there; poster: file, width and height.
    suffix: `.mp4`, `.m4a` or `.webm`. Raises Unreadable or TooLarge with a sentence on how to mend it.
    """
    path = Path(source)
    streams = _whole_webm(path) if suffix == ".webm" else _whole_mp4(path, suffix)
    with suppress(av.error.FFmpegError, OSError), _opened(path, suffix) as container:
        return _facts(folder, container, suffix, streams=streams)
    raise Unreadable(_BROKEN, code="broken_file")


def _opened(path: Path, suffix: str) -> InputContainer:
    return av.open(str(path), format=_FORMATS[suffix], options={"enable_drefs": "0", "use_absolute_path": "0"})


def _facts(folder: Path, container: InputContainer, suffix: str, *, streams: bool) -> dict[str, Any]:
    film = next((each for each in container.streams.video if not each.disposition & _ATTACHED), None)
    sound = next(iter(container.streams.audio), None)
    if suffix == ".m4a":
        film = None
    if film is None and sound is None:
        raise Unreadable(text("文件里没有画面也没有声音，请重新导出再传。"), code="broken_file")
    if film is not None:
        _playable(film.codec_context.name, _VIDEO, text("画面"))
        if film.codec_context.name == "h264" and str(film.codec_context.pix_fmt).endswith(_DEEP):
            raise Unreadable(
                text("画面是 10 位的 H.264，浏览器放不了。请用 8 位的 H.264 导出 MP4 再传。"), code="codec"
            )
    if sound is not None:
        _playable(sound.codec_context.name, _SOUND, text("声音"))
    length = _length(container)
    if length <= 0:
        raise Unreadable(text("看不出视频有多长，可能没有存完。请重新导出再传。"), code="broken_file")
    if length > MOST_HOURS * 3_600_000:
        raise TooLarge(text("视频超过 %(n)s 小时，请剪成几段再传。", n=MOST_HOURS))
    poster, turned = _poster(folder, container, film) if film else (None, False)
    size = (film.codec_context.width, film.codec_context.height) if film else (0, 0)
    return {
        "milliseconds": length,
        "width": size[turned],
        "height": size[not turned],
        "video": film.codec_context.name if film else "",
        "sound": sound.codec_context.name if sound else "",
        "streams": streams,
        "poster": poster,
    }


def _playable(codec: str, known: set[str], part: Text) -> None:
    if codec in known:
        return
    name = _NAMES.get(codec, codec.upper())
    raise Unreadable(
        text("%(part)s是 %(codec)s 编码，浏览器放不了。请用 H.264 导出 MP4（声音 AAC）再传。", part=part, codec=name),
        code="codec",
    )


def _length(container: InputContainer) -> int:
    """Return milliseconds: what the file says, else what its packets add up to."""
    if container.duration:
        return round(container.duration / 1000)
    until = time.monotonic() + TIME_FOR_LENGTH
    end = 0.0
    for packet in container.demux():
        if packet.pts is not None and packet.time_base is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if time.monotonic() > until:
            return 0
    container.seek(0)
    return round(end * 1000)


def _poster(folder: Path, container: InputContainer, film: Any) -> tuple[dict[str, Any] | None, bool]:
    """Keep the first frame that is not black, the brightest one where all are; say whether it lies on its side."""
    film.codec_context.skip_frame = "NONKEY"
    film.thread_type = "NONE"
    until = time.monotonic() + TIME_FOR_POSTER
    best: tuple[int, Image.Image] | None = None
    rotation = 0
    with suppress(av.error.FFmpegError, OSError, ValueError):
        container.seek(0)
        for frame in container.decode(film):
            rotation = frame.rotation
            picture = _small(frame)
            light = sum(picture.convert("L").resize((32, 32)).tobytes()) // 1024
            if best is None or light > best[0]:
                best = (light, picture)
            if light >= _DARK or (frame.time or 0) > POSTER_SECONDS or time.monotonic() > until:
                break
    if best is None:
        return None, False
    poster = best[1].rotate(rotation, expand=True) if rotation else best[1]
    poster.save(folder / POSTER, "WEBP", quality=80, method=3)
    return {"file": POSTER, "width": poster.width, "height": poster.height}, rotation % 180 == 90


def _small(frame: Any) -> Image.Image:
    width = max(2, min(POSTER_WIDTH, frame.width))
    height = max(2, round(frame.height * width / max(frame.width, 1)))
    picture: Image.Image = frame.reformat(width=width, height=min(height, 4 * POSTER_WIDTH), format="rgb24").to_image()
    return picture


def _whole_mp4(path: Path, suffix: str) -> bool:
    """Return whether the index comes before the film; refuse a file whose parts don't fill it to the end."""
    boxes: list[bytes] = []
    with path.open("rb") as file:
        if file.read(12)[4:8] != b"ftyp":
            raise Unreadable(
                text("扩展名是 %(suffix)s，内容却不是。请用 H.264 导出 MP4 再传。", suffix=suffix), code="wrong_type"
            )
        size = path.stat().st_size
        for name, end in _boxes(file, size):
            if end > size:
                raise Unreadable(_BROKEN, code="broken_file")
            boxes.append(name)
    if b"moov" not in boxes:
        raise Unreadable(_BROKEN, code="broken_file")
    return b"mdat" not in boxes or boxes.index(b"moov") < boxes.index(b"mdat")


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield name and end of each box at the top of an MP4. A box of length 0 reaches to the end."""
    start = 0
    for _ in range(10_000):
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            if head:
                yield b"", size + 1
            return
        length = int(struct.unpack(">I", head[:4])[0])
        if length == 1 and len(head) == 16:
            length = int(struct.unpack(">Q", head[8:])[0])
        elif length == 0:
            length = size - start
        if length < 8:
            yield b"", size + 1
            return
        start += length
        yield head[4:8], start


def _whole_webm(path: Path) -> bool:
    """Refuse a WebM whose segment says that it is longer than the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        raise Unreadable(
            text("扩展名是 %(suffix)s，内容却不是。请用 H.264 导出 MP4 再传。", suffix=".webm"), code="wrong_type"
        )
    after, length = _number(head, 4)
    if b"webm" not in head[after : after + length]:
        raise Unreadable(text("这是 MKV，不是 WebM，浏览器放不了。请用 H.264 导出 MP4 再传。"), code="wrong_type")
    segment = after + length
    if head[segment : segment + 4] == b"\x18\x53\x80\x67":
        start, long = _number(head, segment + 4)
        # All ones: written while it was recorded, without knowing how long it would be.
        if long != _UNKNOWN and start + long > size:
            raise Unreadable(_BROKEN, code="broken_file")
    return True


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return where a number of EBML ends and what it is; _UNKNOWN where it says so."""
    first = data[at] if at < len(data) else 0
    if first == 0:
        raise Unreadable(_BROKEN, code="broken_file")
    width = 9 - first.bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << (7 * width)) - 1)
    return at + width, _UNKNOWN if value == (1 << (7 * width)) - 1 else value
