"""Published articles taken apart, kept in memory by the digest of what was published."""

from dataclasses import dataclass, replace
from functools import lru_cache

from lms.content.store import KEPT, spec_of
from lms.kb.rules.blocks import Script, Taken, taken
from lms.kb.spec import ArticleSection, ArticleSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """An article taken apart. parts: what stands above the first heading, then its sections.

    shown: the same as `spec.intro` and `spec.sections`, with a mark behind each copy button. slots: the places that its
    话术 leave to be filled in. dated: some section has days.
    """

    spec: ArticleSpec
    parts: tuple[Taken, ...]
    shown: tuple[ArticleSection, ...]
    scripts: tuple[Script, ...]
    slots: tuple[str, ...]
    dated: bool


@lru_cache(maxsize=KEPT)
def apart(compiled_sha: bytes) -> Apart:
    """Return the article that was published under this digest, taken apart."""
    spec: ArticleSpec = spec_of(compiled_sha)
    every = (spec.intro, *spec.sections)
    parts = tuple(
        taken(each.html, anchor=each.anchor if number else "", title=each.title if number else "", level=each.level)
        for number, each in enumerate(every)
    )
    scripts = tuple(script for part in parts for script in part.scripts)
    return Apart(
        spec=spec,
        parts=parts,
        shown=tuple(replace(each, html=part.html) for each, part in zip(every, parts, strict=True)),
        scripts=scripts,
        slots=tuple(dict.fromkeys(slot for script in scripts for slot in script.slots)),
        dated=any(each.validity for each in every),
    )
