"""What the guides show to authors is right: every example parses without a word of complaint."""

import re
from pathlib import Path

import pytest

from lms.content.check import read_kind
from lms.content.kinds import kind_by_word, kinds, parsers

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("authoring.md", "authoring.zh-CN.md")


@pytest.mark.parametrize("guide", GUIDES)
def test_every_example_of_a_guide_is_a_right_document(app, guide):
    with app.app_context():
        examples = re.findall(r"```markdown\n(.*?)```", (DOCS / guide).read_text("utf-8"), re.DOTALL)
        assert examples
        for source in examples:
            kind = kind_by_word(read_kind(source, parsers()))
            parsed = kind.parse(source, f"{kind.folder}/guide/example.md")
            assert [str(finding.message) for finding in parsed.findings] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_every_kind_is_explained(app, guide):
    text = (DOCS / guide).read_text("utf-8")
    place = 1 if guide == "authoring.md" else 0
    with app.app_context():
        assert [kind.name for kind in kinds().values() if kind.words[place] not in text] == []


def test_every_call_of_the_api_is_in_the_guide(app):
    text = (DOCS / "authoring.md").read_text("utf-8")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("content_api."):
            assert re.sub(r"<(?:path:)?(\w+)>", r"<\1>", rule.rule) in text
