"""Paths of files and public names: `kb_content/after-sales/return-7d.md` is the slug `after-sales/return-7d`."""

import re
import unicodedata

from lms.content.lint import FOLDERS, lint_slug
from lms.core.texts import Text, text

MAX_SLUG = 200
_FORBIDDEN = re.compile(r"[:*|\x00-\x1f\x7f]")


def split_path(path: str) -> tuple[str, str] | None:
    """Return folder and slug of a path in the repository; None where the path can be no document's."""
    folder, slash, rest = path.partition("/")
    if folder not in FOLDERS or not slash or not rest.endswith(".md") or not rest.removesuffix(".md"):
        return None
    return folder, rest.removesuffix(".md")


def path_of(folder: str, slug: str) -> str:
    return f"{folder}/{slug}.md"


def why_no_path(path: str) -> Text | None:
    """Return why a document can't be kept under this path, None for a good one."""
    parts = split_path(path)
    if parts is None:
        return lint_slug(path)[0].message if lint_slug(path) else text("文件路径不对。")
    slug = parts[1]
    if len(slug) > MAX_SLUG:
        return text("地址最多 %(most)s 个字符。", most=MAX_SLUG)
    if unicodedata.normalize("NFC", slug) != slug:
        return text("地址里有用两个符号拼成的字，请重新输入一遍。")
    if any(not part or part.startswith(".") or part.endswith(".") for part in slug.split("/")):
        return text("地址“%(slug)s”里有空的一段，或有一段以点开头或结尾。", slug=slug)
    if _FORBIDDEN.search(slug):
        return text("地址“%(slug)s”里不能有 : * | 和看不见的符号。", slug=slug)
    return next((finding.message for finding in lint_slug(path)), None)
