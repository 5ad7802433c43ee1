"""What a commit of ours says comes back as it was."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lms.kb.git.message import Told, person_of, read, signature, written

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NOTE = st.lists(LINE, max_size=4).map("\n".join).map(str.strip)
told = st.builds(
    Told,
    verb=st.sampled_from(["written", "renamed", "removed", "restored", "dropped", "added"]),
    path=st.just("kb_content/退货/七天.md"),
    at=st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    note=NOTE,
    number=st.integers(0, 5000),
    parent=st.integers(0, 5000),
    merge_parent=st.integers(0, 5000),
    kind=st.sampled_from(["", "draft", "publish", "sync", "restore", "fix"]),
    minor=st.booleans(),
    published=st.booleans(),
)


@given(told)
def test_what_is_written_is_read_again(said):
    assert read(written(said, "退货")) == said


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_message_of_somebody_else_says_nothing(message):
    assert read(message) is None


def test_trailers_in_the_middle_of_a_note_are_part_of_the_note():
    said = Told(
        verb="written", path="a.md", at=datetime(2026, 1, 1, tzinfo=UTC), note="改\n\nKefu-Verb: removed\nKefu-At: x"
    )
    assert read(written(said, "a")) == said


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.from_regex(r"[A-Z]\d{4}", fullmatch=True))
def test_a_signature_is_one_line_and_says_whose_number_it_is(name, number):
    line = signature(name, number)
    assert "\n" not in line
    assert line.count("<") == 1
    assert person_of(line)[1] == f"{number.lower()}@kefu.invalid"
