"""What can go wrong on a way out of the house, in one form for every way."""


class Trouble(Exception):
    """Something that was sent did not arrive, or nobody knows whether it did.

    word: what went wrong; detail: what the other side said of it, without secrets. lasting: trying again brings
    nothing. whole: it is the way's or the installation's affair, not this one message's, so others wait as well.
    wait: seconds that the other side asks for.
    """

    def __init__(
        self, word: str, detail: str = "", *, lasting: bool = False, whole: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(word)
        self.word = word
        self.detail = detail
        self.lasting = lasting
        self.whole = whole
        self.wait = wait

    @property
    def answer(self) -> str:
        """What is kept of it: the word and what the other side said, in at most 400 characters."""
        return f"{self.word} {self.detail}".strip()[:400]
