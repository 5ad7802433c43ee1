"""What the attributes of an element say: bold, hidden, a level of a list, an address worth keeping. Pure."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_WEIGHT = re.compile(r"(?:^|[;\s])font-weight:\s*([a-z0-9]+)")
_ITALIC = re.compile(r"(?:^|[;\s])font-style:\s*(italic|oblique)")
_HIDDEN = re.compile(r"display:\s*none|mso-hide:\s*(?:all|screen)|visibility:\s*hidden")
_BLOCK = re.compile(r"(?:^|[;\s])display:\s*(?:block|flex|grid|list-item)")
_MSO_LIST = re.compile(r"mso-list:\s*(?:l\d+\s+level(\d{1,2})|([^;]*level(\d{1,2})))")
_IGNORED = re.compile(r"mso-list:\s*ignore")
_OUTLINE = re.compile(r"mso-outline-level:\s*([1-9])")
_ELEMENT = re.compile(r"mso-element:\s*(comment-list|comment|header|footer|frame)")
_SIZE = re.compile(r"(?:^|;)\s*(?:width|height):\s*([0-2](?:\.\d+)?)(?:px)?\s*(?:;|$)")
_HEADING_CLASS = re.compile(r"(?:mso)?heading-?([1-6])", re.IGNORECASE)
_LETTERS = re.compile(r"list-style(?:-type)?:\s*upper-(?:alpha|latin)")

_SCHEMES = ("http://", "https://", "mailto:", "tel:")
_TRACKING = re.compile(
    r"utm_.*|spm|scm|pvid|gclid|fbclid|msclkid|yclid|mc_[ce]id|igshid|_hs\w+|share_\w+|from_source|vd_source"
    r"|chksm|scene|sessionid|isappinstalled|wechat_?\w*|tracker_?\w*|abbucket|ali_trackid|jd_pop"
)
_THROUGH = {
    ("www.google.com", "/url"): "q",
    ("link.zhihu.com", "/"): "target",
    ("link.juejin.cn", "/"): "target",
    ("link.jianshu.com", "/"): "t",
    ("gitee.com", "/link"): "target",
}
"""Pages that only lead elsewhere, and the parameter in which they say where."""
_MOST_ADDRESS = 1000
_UNSAFE = {ord(sign): f"%{ord(sign):02X}" for sign in ' ()<>"\\`|[]{}^'}


def attribute(tag: Any, name: str) -> str:
    """Return an attribute as one string, "" without it."""
    value = tag.attrs.get(name)
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else str(value)


def style(tag: Any) -> str:
    return attribute(tag, "style").lower()


def is_hidden(tag: Any) -> bool:
    return "hidden" in tag.attrs or bool(_HIDDEN.search(style(tag)))


def is_shown_as_block(tag: Any) -> bool:
    return bool(_BLOCK.search(style(tag)))


def strong_of(tag: Any, inherited: bool) -> bool:
    """Return whether text in this element is bold: Google Docs wraps everything in a `b` that is not."""
    weight = _WEIGHT.search(style(tag))
    if weight:
        return weight[1] in ("bold", "bolder") or (weight[1].isdigit() and int(weight[1]) >= 600)
    if attribute(tag, "ne-bold") == "true":
        return True
    return inherited or tag.name in ("b", "strong")


def emphasis_of(tag: Any, inherited: bool) -> bool:
    if tag.name in ("i", "em", "cite", "dfn", "var") or _ITALIC.search(style(tag)):
        return True
    return inherited


def heading_level(tag: Any) -> int:
    """Return 1 to 6 for a heading, however it is said; 0 for everything else."""
    name = tag.name.removeprefix("ne-")
    if len(name) == 2 and name[0] == "h" and name[1] in "123456":
        return int(name[1])
    if attribute(tag, "role") == "heading":
        level = attribute(tag, "aria-level")
        return min(6, int(level)) if level in "1234567" and level else 2
    if tag.name not in ("p", "div"):
        return 0
    classes = attribute(tag, "class")
    found = _HEADING_CLASS.search(classes)
    if found:
        return int(found[1])
    if "MsoTitle" in classes:
        return 1
    outline = _OUTLINE.search(style(tag))
    return min(6, int(outline[1])) if outline else 0


def word_list_level(tag: Any) -> int:
    """Return the level of a paragraph that Word counts as an item, 0 for one that it does not."""
    found = _MSO_LIST.search(style(tag))
    return max(1, min(9, int(found[1] or found[3]))) if found else 0


def is_word_marker(tag: Any) -> bool:
    """The number or bullet that Word wrote in front of an item."""
    return bool(_IGNORED.search(style(tag)))


def is_apart(tag: Any) -> bool:
    """Comments, page heads and feet of a Word document; its table of contents; what somebody has deleted."""
    classes = attribute(tag, "class")
    if _ELEMENT.search(style(tag)) or any(one in classes for one in ("MsoToc", "MsoComment", "msoDel")):
        return True
    return "mso-comment-" in style(tag) or "mso-special-character:comment" in style(tag)


def list_level(tag: Any, nested: int) -> int:
    """Return the level of a list: by nesting, or as 语雀 and 飞书 say it of lists that stand side by side."""
    for name, from_one in (("ne-level", 1), ("data-lake-indent", 1)):
        written = attribute(tag, name)
        if written.isdigit():
            return max(1, min(9, int(written) + from_one))
    side_by_side = re.search(r"list-(?:bullet|number|indent)-?(\d)", attribute(tag, "class"))
    return max(nested, int(side_by_side[1])) if side_by_side else nested


def counts_letters(tag: Any) -> bool:
    return attribute(tag, "type") == "A" or bool(_LETTERS.search(style(tag)))


def is_tiny(tag: Any) -> bool:
    """A picture of one or two pixels, which only counts its readers."""
    sides = [attribute(tag, name).removesuffix("px") for name in ("width", "height")]
    return any(side in ("0", "1", "2") for side in sides) or bool(_SIZE.search(style(tag)))


@lru_cache(maxsize=512)
def clean_address(written: str) -> str:
    """Return an address that may stand in a document, without what only follows people; "" for any other one."""
    address = re.sub(r"[\x00-\x20\x7f\u200b\ufeff]+", "", written)
    if not address.lower().startswith(_SCHEMES) or len(address) > 4 * _MOST_ADDRESS:
        return ""
    if not address.lower().startswith("http"):
        return address.translate(_UNSAFE)[:_MOST_ADDRESS]
    try:
        parts = urlsplit(address)
        through = _THROUGH.get((parts.hostname or "", parts.path or "/"))
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    if through:
        target = unquote(dict(query).get(through, ""))
        return clean_address(target) if target.lower().startswith(_SCHEMES) else ""
    if any(_TRACKING.fullmatch(name.lower()) for name, _ in query):
        kept = [(name, value) for name, value in query if not _TRACKING.fullmatch(name.lower())]
        parts = parts._replace(query=urlencode(kept))
    host = parts.netloc.rpartition("@")[2]  # no name and password of anybody
    whole = urlunsplit(parts._replace(netloc=host, scheme=parts.scheme.lower())).translate(_UNSAFE)
    return whole if len(whole) <= _MOST_ADDRESS else ""
