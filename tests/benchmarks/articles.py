"""Articles to search in, made from the sentences of the repository's own content, and what is asked of them."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lms.search.tokens import QueryWord, query_tokens

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("after-sales", "logistics", "presale", "orders", "products", "platform", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """title, headings and text of one made-up article of usual size (about 2 KB)."""

    id: int
    title: str
    headings: tuple[str, ...]
    text: str
    folder: str
    restricted: bool


@cache
def _words() -> tuple[list[str], list[str]]:
    """Return the headings and the sentences of the repository's content."""
    headings: list[str] = []
    sentences: list[str] = []
    for folder in ("kb_content", "courses"):
        for path in sorted((REPOSITORY / folder).rglob("*.md")):
            source = path.read_text("utf-8")
            headings += re.findall(r"^#+ ([^`\n]+?)(?: `.*)?$", source, re.MULTILINE)
            plain = re.sub(r"[#>*`|\[\]()]", " ", source)
            sentences += [each for part in re.split(r"[。\n]", plain) if 8 < len(each := part.strip()) < 80]
    return headings, sentences


def articles(count: int) -> Iterator[Article]:
    """Give so many articles, the same ones each time. Every tenth is meant for leads only."""
    headings, sentences = _words()
    chosen = random.Random(7)
    for number in range(1, count + 1):
        end = f" SKU{1000 + number}" if number % 5 == 0 else chosen.choice(["", "（一）", "说明", "规定"])
        yield Article(
            id=number,
            title=chosen.choice(headings) + end,
            headings=tuple(chosen.choice(headings) for _ in range(4)),
            text="。\n".join(chosen.choice(sentences) for _ in range(chosen.randint(12, 40))),
            folder=chosen.choice(FOLDERS),
            restricted=number % 10 == 0,
        )


def questions(words: int, count: int) -> list[tuple[QueryWord, ...]]:
    """Return so many queries of so many words each, from the words of headings."""
    headings, _ = _words()
    known = [word for heading in headings for word in query_tokens(heading) if not word.stop]
    chosen = random.Random(words)
    return [tuple(chosen.choice(known) for _ in range(words)) for _ in range(count)]
