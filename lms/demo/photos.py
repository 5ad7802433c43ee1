"""Pictures that stand for photos: a kettle, folded bedding, a cup, a signed sheet on a table. Drawn, not found."""

import random
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

from lms.learning.actions.photos import Photo, cleaned

WIDTH, HEIGHT = 960, 720
TABLES = ((198, 176, 148), (176, 186, 182), (208, 200, 190), (160, 150, 142))
WALLS = ((226, 226, 220), (214, 220, 224), (234, 228, 214), (206, 212, 206))
COLOURS = ((92, 128, 108), (232, 230, 224), (186, 148, 130), (108, 122, 150))


@cache
def photo(thing: str, take: int) -> Photo:
    """Return a photo of a thing, cleaned as every photo that comes in. take: which of several."""
    return cleaned(_drawn(thing, take))


def _drawn(thing: str, take: int) -> bytes:
    rng = random.Random(f"{thing}:{take}")  # noqa: S311 - a picture, not a secret
    wall, table, colour = rng.choice(WALLS), rng.choice(TABLES), rng.choice(COLOURS)
    picture = Image.new("RGB", (WIDTH, HEIGHT), wall)
    pen = ImageDraw.Draw(picture)
    edge = rng.randrange(400, 470)
    pen.polygon([(0, edge + rng.randrange(-18, 18)), (WIDTH, edge), (WIDTH, HEIGHT), (0, HEIGHT)], fill=table)
    middle = WIDTH // 2 + rng.randrange(-110, 110)
    ground = edge + rng.randrange(110, 170)
    _shadow(picture, middle, ground)
    draw = {"kettle": _kettle, "bedding": _bedding, "cup": _cup, "sheet": _sheet}[thing]
    draw(ImageDraw.Draw(picture), middle, ground, colour)
    light = Image.linear_gradient("L").rotate(rng.choice((90, 270))).resize((WIDTH, HEIGHT))
    dark = Image.new("RGB", (WIDTH, HEIGHT), (40, 36, 30))
    picture = Image.composite(picture, Image.blend(picture, dark, 0.22), light)
    target = BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.6)).save(target, "JPEG", quality=82)
    return target.getvalue()


def _shadow(picture: Image.Image, middle: int, ground: int) -> None:
    veil = Image.new("L", picture.size, 0)
    ImageDraw.Draw(veil).ellipse((middle - 210, ground - 34, middle + 240, ground + 40), fill=110)
    picture.paste((50, 44, 38), mask=veil.filter(ImageFilter.GaussianBlur(16)))


def _shade(colour: tuple[int, ...], by: int) -> tuple[int, ...]:
    return tuple(max(0, min(255, part + by)) for part in colour)


def _kettle(pen: ImageDraw.ImageDraw, middle: int, ground: int, colour: tuple[int, ...]) -> None:
    pen.ellipse((middle - 150, ground - 36, middle + 150, ground + 16), fill=(52, 52, 54))
    pen.polygon(
        [(middle - 132, ground - 18), (middle - 96, 190), (middle + 96, 190), (middle + 132, ground - 18)], fill=colour
    )
    pen.polygon([(middle - 112, 300), (middle - 190, 214), (middle - 98, 206)], fill=_shade(colour, -14))
    pen.arc((middle + 60, 210, middle + 230, ground - 40), 270, 90, fill=(44, 44, 46), width=30)
    pen.rounded_rectangle((middle - 104, 160, middle + 104, 198), 16, fill=(60, 60, 62))
    pen.ellipse((middle - 18, 134, middle + 18, 170), fill=(44, 44, 46))
    pen.polygon([(middle - 84, 230), (middle - 60, 230), (middle - 74, ground - 60)], fill=_shade(colour, 26))


def _bedding(pen: ImageDraw.ImageDraw, middle: int, ground: int, colour: tuple[int, ...]) -> None:
    for layer in range(5):
        top = ground - 56 * (layer + 1)
        fill = _shade(colour, (8, -16, 22, -6, 14)[layer])
        pen.rounded_rectangle(
            (middle - 230 + 9 * layer, top, middle + 230 - 7 * layer, top + 60),
            26,
            fill=fill,
            outline=_shade(fill, -26),
        )
        pen.line((middle - 190, top + 32, middle + 190, top + 30), fill=_shade(fill, -18), width=3)
    pen.rectangle((middle + 60, ground - 120, middle + 130, ground - 66), fill=(246, 244, 238))
    for line in range(4):
        pen.line((middle + 70, ground - 110 + 12 * line, middle + 118, ground - 110 + 12 * line), fill=(150, 150, 150))


def _cup(pen: ImageDraw.ImageDraw, middle: int, ground: int, colour: tuple[int, ...]) -> None:
    pen.rounded_rectangle((middle - 78, 170, middle + 78, ground), 30, fill=colour)
    pen.rounded_rectangle((middle - 66, 96, middle + 66, 186), 20, fill=(66, 64, 62))
    pen.rectangle((middle - 80, 176, middle + 80, 192), fill=(200, 198, 194))
    pen.rounded_rectangle((middle - 60, 214, middle - 42, ground - 30), 8, fill=_shade(colour, 30))
    pen.rounded_rectangle((middle + 130, ground - 54, middle + 330, ground - 34), 8, fill=(222, 190, 92))
    for tick in range(9):
        pen.line((middle + 142 + 20 * tick, ground - 54, middle + 142 + 20 * tick, ground - 46), fill=(90, 70, 30))


def _sheet(pen: ImageDraw.ImageDraw, middle: int, ground: int, _: tuple[int, ...]) -> None:
    top, left = ground - 330, middle - 150
    pen.polygon(
        [(left + 24, top), (left + 300, top + 10), (left + 330, ground + 60), (left - 10, ground + 44)],
        fill=(250, 249, 245),
    )
    pen.rectangle((left + 90, top + 34, left + 232, top + 46), fill=(90, 90, 90))
    for line in range(11):
        y = top + 78 + 22 * line
        pen.line((left + 36, y, left + 286 - (line * 37) % 60, y + 3), fill=(168, 168, 168), width=4)
    pen.arc((left + 190, ground - 20, left + 250, ground + 20), 200, 20, fill=(36, 48, 96), width=4)
    pen.line((left + 205, ground + 8, left + 280, ground - 12), fill=(36, 48, 96), width=4)
