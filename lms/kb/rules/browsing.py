"""Browsing: categories by folder, tags by how many carry them. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A folder of articles. name: the tag that most of its articles have, else the folder's own name."""

    folder: str
    name: str
    count: int


def categories(articles: Iterable[tuple[str, Sequence[str]]]) -> list[Category]:
    """Return the folders of the articles, given as slug and tags, the fullest first."""
    tags: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    for slug, names in articles:
        folder = slug.rpartition("/")[0]
        counts[folder] += 1
        tags.setdefault(folder, Counter()).update(names)
    found = []
    used: set[str] = set()
    for folder, count in counts.most_common():
        name = next((tag for tag, _ in tags[folder].most_common() if tag not in used), folder)
        used.add(name)
        found.append(Category(folder=folder, name=name or folder, count=count))
    return found


def names(articles: Iterable[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Return what the folders are called, with all above them; "" = the top is not among them."""
    found = {each.folder: each.name for each in categories(articles) if each.folder}
    for folder in list(found):
        while folder := folder.rpartition("/")[0]:
            found.setdefault(folder, folder)
    return found


def tag_counts(articles: Iterable[tuple[str, Sequence[str]]], most: int) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for _slug, names in articles:
        counts.update(names)
    return counts.most_common(most)
