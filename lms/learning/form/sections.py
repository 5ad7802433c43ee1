"""A section of a lesson as a card: how much of its videos has to be watched is one field, not text. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from lms.content.form import whole
from lms.content.form_sections import new_section, read_section, write_section
from lms.content.form_text import Settings, TextCard, Texts
from lms.content.grammar.blocks import Block, scan
from lms.content.grammar.chips import WATCHED, Chip, read_chip
from lms.content.grammar.files import shown_file
from lms.content.grammar.keywords import Language
from lms.core.texts import Text, text

_FIELDS = Settings(names=("watched",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections(Texts):
    """path: of the lesson. language: of the chips behind its videos.

    The field `watched` is the percentage that stands behind every video of the section. Where they differ it is empty,
    and each stands in the body as written.
    """

    path: str
    language: Language
    settings: Settings = _FIELDS

    def read(self, written: str) -> TextCard | None:
        found = read_section(written)
        if any(read_chip(chip, (WATCHED,)) for chip in found.chips):
            return None  # the grammar has it behind the video
        share, body = self._share(found.body)
        return TextCard(title=found.title, body=body, extra={"watched": share})

    def written(self, written: str, card: TextCard) -> str:
        if self.read(written) == card:
            return written
        self._refuse(card)
        return write_section(written, title=card.title, chips=read_section(written).chips, body=self._body(card))

    def new(self, card: TextCard) -> str:
        self._refuse(card)
        return new_section(card.title, (), self._body(card), self.level)

    def _errors(self, card: TextCard) -> dict[str, Text]:
        errors = Texts._errors(self, card)
        share = card.extra.get("watched", "")
        if share and not (share.isascii() and 1 <= (whole(share) or 0) <= 100):
            errors["card-watched"] = text("请写 1 到 100 的整数。")
        elif share and not any(self._videos(card.body)):
            errors["card-watched"] = text("这一节里还没有视频或录音，先在正文里加上。")
        return errors

    def _videos(self, body: str) -> Iterator[tuple[Block, list[tuple[int, Chip, str]]]]:
        """Yield each paragraph that plays a file, with its chips 看完N%: line, chip, percentage."""
        for block in scan(body):
            file = shown_file(block, self.path)
            if file is None or not file.is_played:
                continue
            read = [(line, chip, read_chip(chip.text, (WATCHED,))) for line, chip in file.chips]
            yield block, [(line, chip, value.values["n"]) for line, chip, value in read if value]

    def _share(self, body: str) -> tuple[str, str]:
        """Return the percentage that all videos have in common, and the body without it; "" and the body as it is."""
        videos = [chips for _, chips in self._videos(body)]
        shares = {chips[0][2] if len(chips) == 1 else "" for chips in videos}
        if len(shares) != 1 or shares == {""}:
            return "", body
        lines = body.split("\n")
        for line, chip, _ in reversed([chips[0] for chips in videos]):
            left = lines[line - 1].replace(f"`{chip.text}`", "", 1).rstrip()
            lines[line - 1 : line] = [left] if left else []
        return shares.pop(), "\n".join(lines)

    def _body(self, card: TextCard) -> str:
        share, lines = card.extra.get("watched", ""), card.body.split("\n")
        for block, chips in self._videos(card.body) if share else ():
            if not chips:
                lines[block.last - 1] += f" `{WATCHED.written(self.language, n=int(share))}`"
        return "\n".join(lines)
