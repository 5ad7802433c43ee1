"""The HTML of a clipboard, of a page or of a converted Word file becomes clean Markdown of our format. Pure.

Nothing of the page's look comes along, no script, no address of a picture, no address that only follows its readers.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64

from bs4 import BeautifulSoup

from lms.content.importers.pieces import LeftOut, Picture, Read
from lms.content.importers.shape import shaped
from lms.content.importers.walk import Walker
from lms.core.errors import TooLarge, Unreadable
from lms.core.texts import text

MOST_CHARACTERS = 2_000_000
"""Of HTML without its pictures: some 300 pages of Word; beyond that parsing takes seconds."""
MOST_PICTURE_BYTES = 30_000_000
"""Of all pictures together, as they come along."""

_DATA = re.compile(
    r"data:image/(png|jpe?g|gif|webp)(?:;[a-z-]+=[^;,\"'\s]{0,40})?;base64,([A-Za-z0-9+/=%\s]*)", re.IGNORECASE
)
_OTHER_DATA = re.compile(r"data:[a-z0-9.+/-]{1,80}[;,][^\"'\s<>]*", re.IGNORECASE)
_SUFFIX = {"jpeg": "jpg"}
_FEED = ("mmbiz.qpic.cn", "rich_media", "js_content", "mpa-", "135editor", "_135editor", "powered-by")


def read(html: str) -> Read:
    """Return what a page says. Raises TooLarge over MOST_CHARACTERS, Unreadable for what no parser takes."""
    pictures: list[Picture] = []
    total = 0

    def taken(match: re.Match[str]) -> str:
        nonlocal total
        total += len(match[2]) * 3 // 4
        if total > MOST_PICTURE_BYTES:
            raise TooLarge(
                text("图片一共超过 %(most)s MB。请分几次粘贴，或先压缩图片。", most=MOST_PICTURE_BYTES // 1_000_000)
            )
        try:
            data = b64decode(re.sub(r"%0[AaDd]|\s", "", match[2]).replace("%2B", "+").replace("%2F", "/"))
        except (NotBase64, ValueError):
            return ""
        suffix = match[1].lower()
        pictures.append(Picture(data=data, suffix=_SUFFIX.get(suffix, suffix)))
        return f"lms-picture:{len(pictures) - 1}"

    page = _DATA.sub(taken, html.replace("lms-picture:", "").replace("\x00", ""))
    page = _OTHER_DATA.sub("", page) if "<card" not in page else page
    if len(page) > MOST_CHARACTERS:
        raise TooLarge(text("内容太长，一次最多 %(most)s 万字。请分几次粘贴。", most=MOST_CHARACTERS // 10_000))
    try:
        soup = BeautifulSoup(page, "lxml")
    except (ValueError, AssertionError, RecursionError) as error:  # what a hostile page may make of the parser
        raise Unreadable(text("这段内容读不了，请试试只粘贴文字（Ctrl+Shift+V）。")) from error
    walker = Walker(len(pictures))
    pieces = walker.read(soup)
    is_feed_article = walker.is_feed_article or any(sign in page for sign in _FEED)
    return Read(
        pieces=tuple(shaped(pieces, is_feed_article=is_feed_article)),
        pictures=tuple(
            Picture(data=each.data, suffix=each.suffix, words=walker.words.get(number, ""))
            for number, each in enumerate(pictures)
        ),
        left_out=LeftOut(pictures=walker.lost_pictures, objects=walker.lost_objects),
    )
