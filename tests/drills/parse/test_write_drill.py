"""What is written reads back as the same drill, in both languages of the keywords."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from lms.content.grammar.keywords import Language
from lms.drills.parse import parse
from lms.drills.spec import DrillSpec
from lms.drills.write import write
from tests.support.make_drills import drills

ROOT = Path(__file__).parents[3]
PATH = "courses/drills/this.md"
SHIPPED = [*sorted((ROOT / "courses" / "drills").glob("*.md")), ROOT / "tests" / "examples" / "drill.md"]


@pytest.mark.parametrize("language", Language)
@given(drill=drills())
@settings(max_examples=60, deadline=None)
def test_a_drill_that_is_written_reads_back_as_itself(language: Language, drill: DrillSpec):
    written = write(drill, language, PATH)
    parsed = parse(written, PATH)
    assert parsed.findings == ()
    assert parsed.spec == drill


@given(drill=drills())
@settings(max_examples=30, deadline=None)
def test_what_was_written_is_written_the_same_again(drill: DrillSpec):
    once = write(drill, path=PATH)
    again = parse(once, PATH).spec
    assert again is not None
    assert write(again, path=PATH) == once


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
@pytest.mark.parametrize("language", Language)
def test_a_shipped_drill_is_the_same_in_canonical_form(file: Path, language: Language):
    path = f"courses/drills/{file.name}"
    drill = parse(file.read_text("utf-8"), path).spec
    assert drill is not None
    assert parse(write(drill, language, path), path).spec == drill
