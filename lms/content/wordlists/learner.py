"""A word list in the editor's preview: who works with it sees what it says; learners never see it. Pure."""

from collections.abc import Iterator

from markupsafe import escape

from lms.content.learner import Facts, Piece, Words
from lms.content.sections import top_level
from lms.content.wordlists.spec import ListKind, WordEntry, WordListSpec
from lms.core.texts import text

_USE = {
    ListKind.BANNED: text("评分和演练时，说了左边的话会被标出"),
    ListKind.SYNONYMS: text("搜索时，同一行的说法都算找到"),
    ListKind.DICTIONARY: text("搜索时，这些词不会被拆开"),
}


def learner_pieces(spec: WordListSpec) -> tuple[Piece, ...]:
    return tuple(_pieces(spec))


def _pieces(spec: WordListSpec) -> Iterator[Piece]:
    count = sum(1 for _ in spec.entries)
    yield Facts(texts=(text("共 %(n)s 条", n=count), _USE[spec.list], text("学员看不到这份词表")))
    yield Words(html=spec.intro.html + _list(spec.intro.entries))
    top = top_level(spec.sections)
    for section in spec.sections:
        level = min(6, max(2, section.level - top + 2))
        yield Words(title=section.title, level=level, html=section.html + _list(section.entries))


def _list(entries: tuple[WordEntry, ...]) -> str:
    lines = "".join(f"<li>{_line(entry)}</li>" for entry in entries)
    return f"<ul>{lines}</ul>" if lines else ""


def _line(entry: WordEntry) -> str:
    first, *others = (str(escape(word)) for word in entry.words)
    line = f"<strong>{first}</strong>" + "".join(f" · {word}" for word in others)
    line = f"{line} → {escape(entry.instead)}" if entry.instead else line
    return f"{line} <small>{escape(entry.ground)}</small>" if entry.ground else line
