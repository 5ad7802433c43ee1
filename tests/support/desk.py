"""Two editors at one document, each with a copy of their own for a while; every sentence carries a number."""

import random
import re

from lms.content.rules.merge import merge

SENTENCE = re.compile(r"〔\d+〕")


class Desk:
    """One document and two editors who each keep a copy for a while."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.count = 0
        self.head = self._blocks(6)
        self.copies = [(self.head, self.head), (self.head, self.head)]
        self.written = set(SENTENCE.findall(self.head))
        self.removed: set[str] = set()
        self.asked = 0

    def _sentence(self) -> str:
        self.count += 1
        return f"〔{self.count}〕" + self.dice.choice(["可以退。", "不能退。", "先核实。", "Ask first. "])

    def _blocks(self, count: int) -> str:
        return "\n".join(self._block() for _ in range(count))

    def _block(self) -> str:
        sentences = "".join(self._sentence() for _ in range(self.dice.randint(1, 4)))
        match self.dice.randrange(5):
            case 0:
                return f"## {self._sentence()}\n\n{sentences}\n"
            case 1:
                return "".join(f"- {self._sentence()}\n" for _ in range(3))
            case 2:
                return f"> 话术：{sentences}\n"
            case 3:
                return f"| {self._sentence()} | {self._sentence()} |\n|---|---|\n| {self._sentence()} | 7 |\n"
            case _:
                return f"{sentences}\n"

    def edit(self, who: int) -> None:
        base, text = self.copies[who]
        marks = list(SENTENCE.finditer(text))
        at = self.dice.choice(marks) if marks else None
        match self.dice.randrange(4):
            case 0 if at:
                text = text[: at.start()] + self._sentence() + text[at.start() :]
            case 1 if at:
                end = text.find("。", at.end())
                if end > 0 and "\n" not in text[at.start() : end]:
                    self.removed.update(SENTENCE.findall(text[at.start() : end]))
                    text = text[: at.start()] + self._sentence() + text[end + 1 :]
            case 2:
                text = text.rstrip("\n") + "\n\n" + self._block() if self.dice.random() < 0.5 else text
            case _:
                lines = text.split("\n\n")
                place = self.dice.randrange(len(lines) + 1)
                text = "\n\n".join([*lines[:place], self._block().rstrip("\n"), *lines[place:]])
        self.copies[who] = (base, text)
        self.written.update(SENTENCE.findall(text))

    def save(self, who: int) -> None:
        base, text = self.copies[who]
        found = merge(base, text, self.head)
        self.asked += len(found.conflicts)
        self.head = found.settled([each.both for each in found.conflicts])
        self.copies[who] = (self.head, self.head)
