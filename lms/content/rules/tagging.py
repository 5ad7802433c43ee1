"""Tags of a source, added and taken away; nothing else of it changes."""

from collections.abc import Sequence

from lms.content.grammar.front import read_front
from lms.content.grammar.keywords import Word, find_word
from lms.content.rules import properties

NAME = f"front-{Word.TAGS.en}"


def tags_of(source: str) -> tuple[str, ...]:
    """Return the tags as the source has them."""
    front, _ = read_front(source)
    found = next((entry for entry in front.entries if find_word(entry.key, (Word.TAGS,))), None)
    return () if found is None or found.is_empty else tuple(found.texts)


def retagged(source: str, kind: Word, add: Sequence[str], remove: Sequence[str]) -> str:
    """Return the source with these tags; the same source where that changes nothing."""
    before = tags_of(source)
    after = [tag for tag in before if tag not in remove]
    after += [tag for tag in dict.fromkeys(add) if tag not in after]
    if tuple(after) == before:
        return source
    return properties.write(source, kind, {NAME: "，".join(after)})


def listed(written: str) -> tuple[str, ...]:
    """Return the tags of one input: commas of any kind between them, a leading # is not part of a tag."""
    parts = (part.strip().lstrip("#＃").strip() for part in properties.split_list(written))
    return tuple(dict.fromkeys(part for part in parts if part))
