"""What the reader of one part of a drill has to know of the rest of it."""

from dataclasses import dataclass, field

from lms.content.grammar.findings import Fix
from lms.content.grammar.inline import Link
from lms.content.grammar.keywords import Word, find_word, folded, nearest
from lms.content.grammar.reading import Reading
from lms.content.grammar.traps import one_line
from lms.core.markup_tree import heading_id
from lms.core.texts import Text, text


@dataclass(slots=True, kw_only=True)
class Frame:
    """customer: the name in the bubbles, "" where none is given. dimensions: declared names by their folded form.

    scenes: titles by the anchor that a link names. has_mood: 情绪 stands in the properties. mood_line: 0, or the first
    line that needs a mood all the same.
    """

    reading: Reading
    customer: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)
    scenes: dict[str, str] = field(default_factory=dict)
    has_mood: bool = False
    mood_line: int = 0

    def needs_mood(self, line: int) -> None:
        """Remember that something here rests on the customer's mood."""
        if not self.has_mood and not self.mood_line:
            self.mood_line = line

    def dimension(self, name: str, line: int) -> str | None:
        """Return the declared name; an undeclared one is reported."""
        found = self.dimensions.get(folded(name))
        if found is not None:
            return found
        names = list(self.dimensions.values())
        guess = nearest(name, [*names, Word.MOOD.written(self.reading.language)])
        every = "、".join(names)
        if not names:
            self.reading.error(
                "D310", line, text("“%(name)s”不是评分的维度：属性里还没有写“评分: {维度: 权重}”。", name=name)
            )
        elif guess is None:
            self.reading.error(
                "D310", line, text("“%(name)s”不是评分的维度。可用：%(every)s，或情绪。", name=name, every=every)
            )
        else:
            self.reading.error(
                "D310",
                line,
                text(
                    "“%(name)s”不是评分的维度，是否“%(guess)s”？可用：%(every)s，或情绪。",
                    name=name,
                    guess=guess,
                    every=every,
                ),
                self.mended(line, name, guess),
            )
        return None

    def scene_of(self, link: Link, line: int) -> str:
        """Return the title of the scene that a link leads to, "" where it leads to none; that is reported.

        A heading that is not there is reported by the reading of the whole file.
        """
        reading = self.reading
        if link.target or not link.anchor:
            problem = text("“%(target)s”不是场景，请写成 (#场景名称)。", target=link.target or link.label)
            guess = nearest(link.label, list(self.scenes.values()))
            fix = None
            if guess is not None:
                old = reading.lines[line - 1]
                new = old[: old.find("](")] + f"](#{heading_id(guess)})" + old[old.find(")", old.find("](")) + 1 :]
                fix = one_line(line, new, text("改为“%(guess)s”", guess=guess)) if old.count("](") == 1 else None
            reading.error("D304", line, problem, fix)
            return ""
        found = self.scenes.get(heading_id(link.anchor))
        if found is None and any(heading_id(each) == heading_id(link.anchor) for each in self._headings()):
            problem = text("“%(name)s”不是场景，只能走到用 ## 写的场景。", name=link.anchor)
            reading.error("D304", line, problem)
        return found or ""

    def mended(self, line: int, old: str, new: str, label: Text | None = None) -> Fix | None:
        """Return the fix that writes `new` for the one `old` on a line; None where it is not there just once."""
        written = self.reading.lines[line - 1]
        if written.count(old) != 1:
            return None
        return one_line(line, written.replace(old, new), label or text("改为“%(guess)s”", guess=new))

    def is_mood(self, name: str) -> bool:
        return find_word(name, (Word.MOOD,)) is not None

    def _headings(self) -> list[str]:
        return [block.text for block in self.reading.headings]
