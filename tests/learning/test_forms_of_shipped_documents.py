"""The laws of forms over everything that is shipped: open and send back is nothing; one change, its own lines."""

import difflib
from dataclasses import replace
from pathlib import Path

import pytest

from lms.content.form import Applied, Fields, FormEditor
from lms.content.wordlists.form import FORM as WORDS
from lms.kb.form import FORM as ARTICLE
from lms.learning.form.lesson import FORM as LESSON
from lms.learning.form.task import FORM as TASK
from lms.quizzes.form import FORM as QUIZ
from tests.support.make_forms import sent

KINDS = {"测验": QUIZ, "课时": LESSON, "任务": TASK, "知识": ARTICLE, "词表": WORDS}


def shipped() -> list[tuple[Path, FormEditor]]:
    found = []
    for folder in ("courses", "quizzes", "kb_content", "tests/examples"):
        for path in sorted(Path(folder).rglob("*.md")):
            kind = next(
                (form for word, form in KINDS.items() if f"类型: {word}\n" in path.read_text("utf-8")[:300]), None
            )
            if kind is not None:
                found.append((path, kind))
    return found


SHIPPED = shipped()
every_document = pytest.mark.parametrize(("path", "form"), SHIPPED, ids=[str(path) for path, _ in SHIPPED])


def refs(view: object) -> list[str]:
    """Return what can be opened: whatever has a ref and a card or a kind."""
    found = []
    if getattr(view, "ref", "") and (getattr(view, "card", None) is not None or getattr(view, "kind", "")):
        found.append(view.ref)  # type: ignore[attr-defined]
    for name in ("sections", "parts", "lines"):
        for inner in getattr(view, name, ()):
            found += refs(inner)
    return found


def some(found: list[str]) -> list[str]:
    """Return at most five of them, the first and last among them."""
    return found if len(found) < 6 else [*found[:: len(found) // 4][:4], found[-1]]


def act(form: FormEditor, source: str, path: Path, do: str, values: Fields | None = None) -> Applied:
    return form.apply(source, str(path), do, values or Fields({}))


@every_document
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_card_that_is_opened_and_sent_back_changes_no_byte(path, form, end):
    source = path.read_bytes().decode().replace("\n", end)
    opened = refs(form.view(source, str(path), dict))
    assert opened
    for ref in opened:
        card = act(form, source, path, f"open:{ref}").open
        assert act(form, source, path, "card:", sent(card)).source == source
        assert act(form, source, path, "keep", sent(card)).source == source


@every_document
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_new_title_of_a_card_changes_one_line(path, form, end):
    source = path.read_bytes().decode().replace("\n", end)
    for ref in some(refs(form.view(source, str(path), dict))):
        open = act(form, source, path, f"open:{ref}").open
        name = "stem" if hasattr(open.card, "stem") else "title"
        typed = replace(open, card=replace(open.card, **{name: f"改过{getattr(open.card, name)}"}))
        after = act(form, source, path, "card:", sent(typed)).source
        changed = [each for each in difflib.ndiff(source.splitlines(True), after.splitlines(True)) if each[0] in "+-"]
        assert len(changed) == 2, changed
        assert after.count("\r\n") == source.count("\r\n")


@every_document
def test_what_is_moved_down_and_up_again_changes_no_byte(path, form):
    source = path.read_bytes().decode()
    for ref in some(refs(form.view(source, str(path), dict))):
        index = int(ref.partition("-")[0])
        if form is TASK or index == 0:
            continue
        down = act(form, source, path, f"down:{ref}")
        if down.source == source:
            continue
        digest = ref.partition("-")[2]
        back = next(each for each in refs(form.view(down.source, str(path), dict)) if each.endswith(digest))
        assert act(form, down.source, path, f"up:{back}").source == source


@every_document
def test_a_copy_that_is_deleted_changes_no_byte(path, form):
    source = path.read_bytes().decode()
    for ref in some(refs(form.view(source, str(path), dict))):
        if form is TASK or int(ref.partition("-")[0]) == 0:
            continue
        copied = act(form, source, path, f"copy:{ref}")
        place = int(copied.focus.removeprefix("piece-"))
        now = refs(form.view(copied.source, str(path), dict))
        copy = next((each for each in now if each.startswith(f"{place}-")), None)
        assert copy is not None
        assert "id:" not in "".join(set(copied.source.split("`")) - set(source.split("`")))
        assert act(form, copied.source, path, f"delete:{copy}").source == source
