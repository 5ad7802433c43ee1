"""Passwords that are tried first are refused, wherever somebody chooses one; everything else is allowed as it is."""

import ast
from pathlib import Path
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher, Type
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import passwords
from lms.accounts.actions import sign_in as signing
from lms.accounts.actions.slips import hash_of
from lms.accounts.rules.guessing import WORDS, is_common, is_known_here, words_of
from lms.core.errors import Invalid
from tests.support.make import a_person, sign_in
from tests.support.pages import send

KNOWN = words_of("禾木生活", "A1001", "周敏", "zhou.min@example.com")


def test_the_list_is_longer_than_the_3000_that_are_asked_for():
    assert len(passwords.common()) > 3_000
    assert all(len(each) >= passwords.SHORTEST and each == each.casefold() for each in passwords.common())


@pytest.mark.parametrize("chosen", ["12345678", "password1", "qq123456", "a123456789", "PASSWORD1", "１２３４５６７８"])
def test_what_many_people_have_is_refused(chosen):
    assert is_common(chosen, passwords.common())


@pytest.mark.parametrize(
    "chosen",
    [
        "A1001A1001",
        "a1001-2026",
        "周敏12345678",
        "禾木生活2026!",
        "kefu-academy-1",
        "Kefu2026!!",
        "客服学院123456",
        "zhou.min1",
        "admin-admin",
    ],
)
def test_what_is_made_of_what_everybody_here_knows_is_refused(chosen):
    assert is_known_here(chosen, KNOWN)


@pytest.mark.parametrize(
    "chosen", ["richtig-1", "ein gutes wort", "周敏的第三只猫爱吃鱼", "kefu zebra lantern", "correct horse battery"]
)
def test_anything_else_is_allowed(chosen):
    assert not is_known_here(chosen, KNOWN)
    assert not is_common(chosen, passwords.common())


@given(st.text(min_size=8, max_size=200))
def test_no_text_is_too_odd_to_be_judged_and_without_a_known_word_nothing_is_refused(chosen):
    holds = any(word in normalize("NFKC", chosen).casefold() for word in WORDS)
    assert holds or not is_known_here(chosen, frozenset())


def test_where_one_is_chosen_both_are_asked(world):
    for chosen, words in (("password1", ()), ("A1001-2026", ("A1001", "周敏"))):
        with pytest.raises(Invalid) as refused:
            hash_of(chosen, chosen, of=words)
        assert "password" in refused.value.fields
    assert hash_of("ein-gutes-wort", "ein-gutes-wort", of=("A1001", "周敏"))


def test_the_page_says_so_at_its_field_and_the_old_one_stays(client):
    person = a_person(password="altes-wort-1", no="A1001")
    sign_in(client, person)
    for chosen in ("password1", "A1001-2026"):
        page = send(client, "/me/password", "/me", old="altes-wort-1", password=chosen, again=chosen)
        assert page.status_code == 422
    assert signing.judge("A1001", "altes-wort-1") is not None


@pytest.mark.parametrize(
    "chosen", ["x" * 64, "  mit leeren stellen ", "ＡＢＣ完全不同的字😀", "aaaaaaab cd", "Gr0ß und klein"]
)
def test_any_characters_are_good_up_to_200_and_count_as_they_are(world, chosen):
    a_person(password=chosen, no="A1002")
    assert signing.judge("A1002", chosen) is not None
    assert signing.judge("A1002", chosen.strip() + "x") is None
    assert signing.judge("A1002", chosen.swapcase()) is None or chosen.swapcase() == chosen


def test_a_password_is_kept_by_argon2id_as_strong_as_the_library_advises():
    """The suite hashes cheaply; what the program does is asked of the library itself."""
    made = PasswordHasher()
    assert (made.type, made.time_cost >= 2, made.memory_cost >= 19_456, made.salt_len >= 16) == (
        Type.ID,
        True,
        True,
        True,
    )
    tree = ast.parse(Path(passwords.__file__).read_text("utf-8"))
    assert "PasswordHasher()" in {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_the_words_of_the_page_are_those_of_the_rule():
    page = (Path(__file__).parents[2] / "docs/security.md").read_text("utf-8")
    table = page.partition("### Ways in")[2].partition("### Sessions")[0]
    assert [word for word in WORDS if word not in table] == []
