"""Every sentence that a person may see exists in English, with the same places to fill."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).parents[2]
KEYWORDS = {"text": None, "_": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [
    ("lms/core/migrations/**", "ignore"),
    ("lms/*/models.py", "ignore"),  # `text` is SQL there
    ("lms/*/models/*.py", "ignore"),
    ("lms/**.py", "python"),
    ("lms/templates/**.html", "jinja2"),
    ("lms/templates/**.md", "jinja2"),
]
OPTIONS = {"lms/templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
PLACE = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def found() -> list[tuple[str, int, str | tuple[str, ...]]]:
    """Return every sentence with its file and line. A counted one is a pair."""
    read = extract_from_dir(
        str(ROOT), METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=lambda folder: "/." not in folder
    )
    return [(name, line, message) for name, line, message, _comments, _context in read]


def used() -> dict[str, str]:
    """Return each sentence with the place where it is first used."""
    places: dict[str, str] = {}
    for name, line, message in found():
        singular = message[0] if isinstance(message, tuple) else message
        if singular:
            places.setdefault(singular, f"{name}:{line}")
    return places


def counted() -> set[str]:
    """Return the sentences of which somebody asks the form for a number."""
    return {message[0] for _name, _line, message in found() if isinstance(message, tuple)}


@cache
def english() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "lms" / "translations" / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in pofile.read_po(file, locale="en"):
                if not message.id or message.fuzzy:
                    continue
                key = message.id[0] if isinstance(message.id, tuple) else message.id
                texts = message.string if isinstance(message.string, tuple) else (message.string,)
                if all(texts):
                    found[key] = texts
    return found


def test_no_sentence_lacks_its_english():
    missing = {message: where for message, where in used().items() if message not in english()}
    assert missing == {}, f"{len(missing)} missing"


def test_what_is_counted_has_a_form_for_one_and_one_for_many():
    assert {message for message in counted() if len(english()[message]) != 2} == set()


def test_english_fills_the_same_places():
    wrong = {
        message: translated
        for message, texts in english().items()
        for translated in texts
        if not set(PLACE.findall(translated)) <= set(PLACE.findall(message))
        or (len(texts) == 1 and set(PLACE.findall(translated)) != set(PLACE.findall(message)))
    }
    assert wrong == {}


def test_english_is_english():
    quoted = re.compile(r"[“\"`‘「(（《【].*?[”\"`’」)）》】]|`[^`]*`", re.DOTALL)
    wrong = {
        message: text for message, texts in english().items() for text in texts if CHINESE.search(quoted.sub("", text))
    }
    assert wrong == {}


@pytest.mark.parametrize("folder", ["lms/templates"])
def test_no_chinese_stands_in_a_template_untranslated(folder):
    """Chinese outside of `_()` would be shown to a reader of English."""
    wrong = []
    for path in sorted((ROOT / folder).rglob("*.html")):
        source = path.read_text("utf-8")
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
        wrong += [f"{path.relative_to(ROOT)}: {found}" for found in CHINESE.findall(bare)]
    assert wrong == []
