"""Pictures that people bring, made harmless: read by Pillow in a child process and written anew.

What is written holds the pixels and nothing else: no place and time of a phone's photo, no second file hidden behind
the picture. A small one keeps its very pixels (a JPEG its look); a large one is shrunk to what a page can show.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from lms.core.confined import running
from lms.core.errors import DomainError, TooLarge, Unreadable
from lms.core.texts import Text, text

LONGEST = 2_000
"""Pixels of the longer side as it is kept."""
MOST_PIXELS = 40_000_000
MOST_FRAMES = 300
SECONDS = 8
MEMORY = 500_000_000
"""Bytes for shrinking the largest picture that is taken; one that is refused needs less than 300 MB."""

_FORMATS = {"PNG": ("image/png", ".png"), "JPEG": ("image/jpeg", ".jpg"), "WEBP": ("image/webp", ".webp")}
_FORMATS["GIF"] = ("image/gif", ".gif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that was written anew. path: gone after the block. width, height: pixels."""

    path: Path
    media_type: str
    suffix: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a picture is, that stays as it is. refused: why it may not be shown, None for a good one."""

    media_type: str = ""
    width: int = 0
    height: int = 0
    refused: Text | None = None


@contextmanager
def cleaned(source: Path, *, longest: int = LONGEST) -> Iterator[Picture]:
    """Give the picture written anew. Raises Unreadable, TooLarge with a sentence."""
    with running(clean, source=str(source), longest=longest, seconds=SECONDS, memory=MEMORY) as done:
        value = done.value
        media_type, suffix = _FORMATS[value["format"]]
        yield Picture(
            path=done.folder / value["file"],
            media_type=media_type,
            suffix=suffix,
            width=value["width"],
            height=value["height"],
        )


def measured(sources: Sequence[Path]) -> list[Measured]:
    """Return what these pictures are, in order; each is decoded once. One child process reads them all."""
    if not sources:
        return []
    limit = SECONDS + len(sources)
    with running(measure, sources=[str(source) for source in sources], seconds=limit, memory=MEMORY) as done:
        return [
            Measured(refused=Text(each["refused"]["id"], each["refused"]["values"]))
            if "refused" in each
            else Measured(media_type=_FORMATS[each["format"]][0], width=each["width"], height=each["height"])
            for each in done.value
        ]


def clean(folder: Path, *, source: str, longest: int) -> dict[str, Any]:
    """Write the picture anew into the folder. Runs in the child."""
    with _opened(Path(source)) as image:
        before = max(image.size)
        made, kind = _made(image, longest)
        shrunk = max(made.size) < before
        target = folder / f"picture{_FORMATS[kind][1]}"
        frames = _frames(made) if kind in ("GIF", "WEBP") else 1
        options: dict[str, Any] = {}
        if kind == "JPEG":
            options = {"quality": 88, "optimize": True, "icc_profile": image.info.get("icc_profile")}
        elif kind == "PNG":
            options = {"optimize": made.size[0] * made.size[1] < 4_000_000, "exif": b""}
        elif kind == "WEBP":
            options = {"lossless": not shrunk and frames == 1, "quality": 85, "exact": True, "exif": b"", "xmp": b""}
        if frames > 1:
            options |= {"save_all": True}
        made.save(target, kind, **options)
        return {"format": kind, "file": target.name, "width": made.size[0], "height": made.size[1]}


def measure(_: Path, *, sources: list[str]) -> list[dict[str, Any]]:
    """Decode each picture. Runs in the child."""
    found: list[dict[str, Any]] = []
    for source in sources:
        try:
            with _opened(Path(source)) as image:
                image.load()
                width, height = ImageOps.exif_transpose(image).size
                found.append({"format": image.format, "width": width, "height": height})
        except DomainError as error:
            found.append({"refused": {"id": error.message.id, "values": dict(error.message.values)}})
        except Exception:
            found.append({"refused": {"id": _BROKEN.id, "values": {}}})
    return found


_BROKEN = text("图片坏了，打不开。请换一张，或用看图软件另存后再传。")


@contextmanager
def _opened(source: Path) -> Iterator[Image.Image]:
    """Give a picture whose size is sane; nothing is decoded yet."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, with a sentence
    try:
        with Image.open(source, formats=list(_FORMATS)) as image:
            pixels = image.size[0] * image.size[1]
            if pixels > MOST_PIXELS:
                raise TooLarge(
                    text(
                        "图片有 %(size)s 万像素，最多 %(most)s 万。请用看图软件缩小后再传。",
                        size=pixels // 10_000,
                        most=MOST_PIXELS // 10_000,
                    )
                )
            frames = _frames(image)
            if frames > MOST_FRAMES or (frames > 1 and pixels * frames > 3 * MOST_PIXELS):
                raise TooLarge(text("动图太长，请剪短或改传视频。"))
            yield image
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise Unreadable(_BROKEN, code="broken_file") from error


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _made(image: Image.Image, longest: int) -> tuple[Image.Image, str]:
    """Return the picture upright and no longer than asked, and the format to write it in."""
    kind = image.format or "PNG"
    if _frames(image) > 1 and kind in ("GIF", "WEBP"):
        return image, kind  # shrinking an animation costs its timing; its size was looked at
    if kind == "JPEG":
        image.draft("RGB", (longest, longest))
    made: Image.Image = image
    if max(made.size) > longest:
        if made.mode == "P":
            made = made.convert("RGBA" if "transparency" in made.info else "RGB")
        elif made.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
            made = made.convert("RGB")
        made.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if image.getexif().get(0x0112, 1) != 1:
        made = ImageOps.exif_transpose(made)
    if kind == "JPEG" and made.mode not in ("RGB", "L"):
        made = made.convert("RGB")
    return made, kind
