"""Which elements of a page are read how, and what their attributes hold beside a look. Pure."""

import json
import re
from typing import Any
from urllib.parse import unquote

from lms.content.importers.looks import attribute


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


SKIPPED = _named(
    "script style template noscript nav aside footer button svg canvas map select textarea head title meta link xml"
    " datalist dialog rt rp ne-uli-i ne-oli-i del col colgroup"
)
OBJECTS = _named("iframe video audio object embed mp-common-videosnap mpvideosnap mp-common-profile")
BLOCKS = _named(
    "p div section article main header figure figcaption address dl dt dd center details summary fieldset form body"
    " html hgroup ne-p ne-uli ne-oli ne-hole ne-card ne-container-hole caption legend blockquote ne-quote"
)
ROLES = _named("navigation banner search complementary contentinfo menu toolbar tablist")
"""Parts of a page that are not its text."""
RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
SIMPLE = re.compile(r"[0-9+\-=()n]{1,4}")
_LANGUAGE = re.compile(r"(?:language|lang|brush)[-:]\s*([A-Za-z0-9+#_-]{1,20})")
_MEANINGLESS = re.compile(
    r"(?:img|image|图片|图像|picture|photo|screenshot|屏幕截图)?[\s_\-–()0-9a-fA-Fx]*(?:\.(?:png|jpe?g|gif|webp|bmp))?",
    re.IGNORECASE,
)
_MADE_UP = re.compile(r"\s*(?:描述已自动生成|AI ?生成的内容可能不正确。?|Description automatically generated.*)\s*$")
_LONGEST = 200


def said_of(alt: str) -> str:
    """Return what a picture shows, as somebody wrote it; "" for a file's name and for what a program guessed."""
    words = _MADE_UP.sub("", " ".join(alt.split()))
    return "" if words != " ".join(alt.split()) or _MEANINGLESS.fullmatch(words) else words[:_LONGEST]


def language_of_code(tag: Any) -> str:
    """Return the language of a `pre`, "" where nobody said."""
    code = tag.find("code")
    classes = attribute(tag, "class") + " " + (attribute(code, "class") if code else "")
    named = _LANGUAGE.search(classes)
    return attribute(tag, "data-language") or (named[1] if named else "")


def code_of_card(tag: Any) -> tuple[str, str] | None:
    """Return text and language of a block of code that 语雀 keeps in one attribute; None for any other card."""
    if attribute(tag, "name") != "codeblock":
        return None
    try:
        held = json.loads(unquote(attribute(tag, "value").removeprefix("data:")))
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict) or not isinstance(held.get("code"), str):
        return None
    return held["code"], str(held.get("mode", ""))[:20]
