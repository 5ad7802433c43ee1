"""What is said to the author while a file is read. Everything is collected, never raised: all is told at once."""

import re
from collections.abc import Sequence

from lms.content.grammar.chips import ChipValue, Form, find_chips, read_chip, suggest_chip
from lms.content.grammar.findings import Finding, Fix, Severity
from lms.content.grammar.keywords import Language, Word, language_of
from lms.content.grammar.traps import one_line
from lms.core.texts import Text, text

MAX_FINDINGS = 1_000  # more than that is a file of another kind, and nobody reads on
_MAX_MEND = 4_000  # characters of a fix that is worth keeping


class Notes:
    """Collects findings, and in which language keywords and chips were written."""

    def __init__(self, lines: Sequence[str], language: Language) -> None:
        """language: of the file's first keyword, in which words are suggested."""
        self.lines = lines
        self.language = language
        self.findings: list[Finding] = []
        self.ids: list[tuple[str, int]] = []
        self._words: dict[Language, tuple[int, str]] = {}

    def error(self, code: str, line: int, problem: Text, fix: Fix | None = None) -> None:
        self._say(code, line, problem, Severity.ERROR, fix)

    def warn(self, code: str, line: int, problem: Text, fix: Fix | None = None) -> None:
        self._say(code, line, problem, Severity.WARNING, fix)

    def _say(self, code: str, line: int, problem: Text, severity: Severity, fix: Fix | None) -> None:
        if len(self.findings) >= MAX_FINDINGS:
            return
        if fix is not None and sum(map(len, fix.lines)) > _MAX_MEND:
            fix = None
        message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
        self.findings.append(Finding(code=code, line=line, message=message, severity=severity, fix=fix))

    def note_word(self, written: str, line: int) -> None:
        """Remember in which language a keyword was written: one file keeps to one."""
        language = language_of(written)
        if language is not None:
            self._words.setdefault(language, (line, written))

    def check_languages(self) -> None:
        if len(self._words) < 2:
            return
        line, written = self._words[Language.EN if self.language is Language.ZH else Language.ZH]
        self.warn("C109", line, text("“%(word)s”和别处语言不同，一个文件只用一种语言的关键字。", word=written))

    def chips(self, chip_lines: Sequence[tuple[int, str]], forms: Sequence[Form]) -> list[tuple[int, ChipValue]]:
        """Return the chips of the lines that are among the forms; an unknown one is an error."""
        found: list[tuple[int, ChipValue]] = []
        for line, written in chip_lines:
            for chip in find_chips(written):
                value = self.chip(line, chip.text, forms)
                if value:
                    found.append((line, value))
        return found

    def chip(self, line: int, written: str, forms: Sequence[Form]) -> ChipValue | None:
        value = read_chip(written, forms)
        if value is None:
            self.unknown_chip(line, written, forms)
        elif value.form.word not in (Word.TAG, Word.ID):
            # What follows the colon is the author's own: `需完成:Onboarding` is a Chinese chip.
            self.note_word(re.split("[:：]", written)[0], line)
        return value

    def unknown_chip(self, line: int, written: str, forms: Sequence[Form]) -> None:
        if len(self.findings) >= MAX_FINDINGS:
            return
        every = "、".join(form.sample(self.language) for form in forms)
        guess = suggest_chip(written, forms)
        if guess is None:
            self.error("C110", line, text("不认识“%(chip)s”。可用：%(every)s。", chip=written, every=every))
            return
        old = self.lines[line - 1]
        new = old.replace(f"`{written}`", f"`{guess}`").replace(f"【{written}】", f"`{guess}`")
        fix = (
            one_line(line, new, text("改为“%(guess)s”", guess=guess))
            if new != old and read_chip(guess, forms)
            else None
        )
        self.error(
            "C110",
            line,
            text("不认识“%(chip)s”，是否“%(guess)s”？可用：%(every)s。", chip=written, guess=guess, every=every),
            fix,
        )

    def note_id(self, found: tuple[str, int] | None) -> None:
        """Remember an id and its line; the same one twice in a file is an error."""
        if found is None:
            return
        id, line = found
        before = next((other for name, other in self.ids if name == id), None)
        if before is not None:
            self.error("C162", line, text("“id:%(id)s”在第 %(before)s 行已经用过，请删去一处。", id=id, before=before))
        self.ids.append(found)
