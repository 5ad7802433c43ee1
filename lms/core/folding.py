"""When two texts count as the same: without differences of width, case, spacing and traditional writing."""

import re
import unicodedata
from functools import cache

import opencc

_SPACE = re.compile(r"\s+")
_SPACE_BY_HAN = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def folded(text: str) -> str:
    """Return the text without differences of width, case, spacing beside Chinese and traditional writing."""
    simple = simplified(unicodedata.normalize("NFKC", text)).casefold()
    return _SPACE_BY_HAN.sub("", _SPACE.sub(" ", simple).strip())


def simplified(text: str) -> str:
    """Return the text in simplified writing."""
    return str(_to_simplified().convert(text))
