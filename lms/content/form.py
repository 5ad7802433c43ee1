"""What a kind offers to the editor beside its source: the same document as a form.

The form has no state of its own. It is drawn from the text on the desk, and each thing done in it is a pure change of
that text: `apply(source, …)` returns the new text, in which only the touched block differs; what is not touched stays
byte for byte, comments and layout included. Preview, findings, autosave and undo are therefore those of the source.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A document that an item leads to. minutes: 0 = not said. state: draft | published | archived.

    days: of a course, the working days on which something in it falls due.
    """

    path: str
    kind: str
    slug: str
    title: str
    minutes: int
    state: str
    days: tuple[int, ...] = ()


TargetsOf = Callable[[Iterable[str]], Mapping[str, Target]]
"""Documents by their path in the repository; a path without a document is missing from the answer."""


class Values(Protocol):
    """The fields of one submitted form, as an editor asks for them."""

    def get(self, key: str, default: str = "") -> str: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a submitted form by the names of their inputs."""

    lists: Mapping[str, Sequence[str]]

    def get(self, key: str, default: str = "") -> str:
        found = self.lists.get(key)
        return found[0] if found else default

    def getlist(self, key: str) -> list[str]:
        return list(self.lists.get(key, ()))


def whole(written: str) -> int | None:
    """Return a whole number as it was typed, below a million; None for anything else: “²” is a digit and no number."""
    return int(written) if written.isdecimal() and len(written) < 7 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """source: the text after the change, the same text where nothing changed. focus: id of the element to go to.

    open: what of the form stands open with what is typed in it, for the template; None: nothing does. What it has as
    `pieces` is stored HTML that the template shows.
    """

    source: str
    focus: str = ""
    open: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEditor:
    """How a kind is edited as a form. `view` and `apply` are pure but for `targets`, which asks the store.

    template: shows what `view` returned, under the name `form`. view(source, path, targets): even of one with errors,
    as far as it can be read; what can't be read is shown as its lines, with a link to the source, and never lost.
    apply(source, path, do, values): one act, named by the button (`do`), with the fields of its form. Raises Invalid
    with the fields, by the names of their inputs, and the mend; the text then stays as it was.
    script: what the page loads for this form beside its own scripts, "js/….js".
    typed(source, path, values): what stood open when an act was refused, with what was typed; None: nothing did.
    beside(): what the template needs from the store beside the text itself, under that name; asked only while a card
    stands open.
    The template gets `form` (what `view` returned), `open`, `errors` (sentences by the name of the input), `show` (for
    stored HTML) and `work`; it is a part of the page's one <form>, its buttons are named `do`.
    """

    template: str
    view: Callable[[str, str, TargetsOf], Any]
    apply: Callable[[str, str, str, Values], Applied]
    typed: Callable[[str, str, Values], Any] | None = None
    beside: Callable[[], Any] | None = None
    script: str = ""
