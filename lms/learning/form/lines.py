"""The lines of a source while a form changes some of them; each keeps its own line end."""

from collections.abc import Sequence

from lms.core.lines import split_keeping_ends


class Lines:
    """Numbered from 1. What is added takes the line end of the file; a file without a last line end keeps none."""

    def __init__(self, source: str) -> None:
        self._lines = split_keeping_ends(source)
        self._end = "\r\n" if self._lines and self._lines[0].endswith("\r\n") else "\n"
        self._is_open = bool(self._lines) and not self._lines[-1].endswith(("\n", "\r"))

    def __len__(self) -> int:
        return len(self._lines)

    def taken(self, first: int, last: int) -> list[str]:
        """Return the lines `first..last` with their ends."""
        return self._lines[first - 1 : last]

    def text(self, first: int, last: int) -> str:
        """Return the lines `first..last` joined by \\n, without the end of the last one."""
        return "\n".join(line.rstrip("\r\n") for line in self._lines[first - 1 : last])

    def is_blank(self, number: int) -> bool:
        return 1 <= number <= len(self._lines) and not self._lines[number - 1].strip()

    def replace(self, first: int, last: int, lines: Sequence[str]) -> None:
        """Put these lines in place of `first..last`; an insertion before n has first=n, last=n-1."""
        self._lines[first - 1 : last] = lines

    def rewrite(self, first: int, last: int, text: str) -> None:
        """Write a text over the lines `first..last`; a line that stays the same keeps its end."""
        old = self.taken(first, last)
        new = text.split("\n")
        ends = [line[len(line.rstrip("\r\n")) :] for line in old]
        self.replace(
            first,
            last,
            [line + (ends[place] if place < len(ends) else self._end) for place, line in enumerate(new)],
        )

    def source(self) -> str:
        """Return the whole text."""
        lines = [line if line.endswith(("\n", "\r")) else line + self._end for line in self._lines]
        if lines and self._is_open:
            lines[-1] = lines[-1].rstrip("\r\n")
        return "".join(lines)
