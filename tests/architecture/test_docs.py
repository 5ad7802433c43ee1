"""docs/ and the code say the same: nothing of either lacks in the other, and no link leads nowhere."""

import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import click
import pytest

from lms import create_app
from lms.cli import main
from lms.core.access import POLICY, Permission, Relation, Role
from lms.core.db import PRIVACY_CLASSES
from lms.core.settings import Settings
from lms.facts import FACTS
from lms.tables import metadata
from tests.architecture.test_house import ROWS

ROOT = Path(__file__).parents[2]
PAGES = (*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("README*.md")))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@cache
def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def everything() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in PAGES}


def rows_of(page: str, first: str) -> dict[str, list[str]]:
    """Return the rows of the table whose header begins with `first`, by their first cell without code marks."""
    found = {}
    inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and not set(cells[0]) <= {"-"}:
            found[cells[0].strip("`")] = cells[1:]
    return found


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    return create_app({"instance_path": folder, "database_url": f"sqlite:///{folder / 'x.sqlite3'}"})


# settings


def names_of_settings():
    return {f"LMS_{field.name.upper()}" for field in fields(Settings)}


def test_every_setting_has_its_row_with_meaning_default_and_example():
    rows = rows_of(text("settings.md"), "setting")
    assert set(rows) == names_of_settings()
    assert all(len(cells) == 3 and all(cells) for cells in rows.values())


def test_no_page_names_a_setting_that_does_not_exist():
    misspelt = {"LMS_TIMEZON"}  # shown as a mistake
    named = {name for page in everything().values() for name in re.findall(r"\bLMS_[A-Z_]+[A-Z]\b", page)}
    assert named - misspelt <= names_of_settings()


# commands


def walk(command, path=()):
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk(inner, (*path, name))
    else:
        yield " ".join(path), command


def commands():
    return dict(walk(main))


def sections(page: str) -> dict[str, str]:
    """Return the text under each `### `lms …`` heading, by the command's words."""
    found = {}
    for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        words = [word for word in head.strip("`").split() if re.fullmatch(r"[a-z][a-z-]*", word)]
        found[" ".join(words[1:])] = re.split(r"^## ", body, flags=re.MULTILINE)[0]
    return found


def test_every_command_has_its_section_with_an_example():
    found = sections(text("commands.md"))
    assert set(found) == set(commands())
    assert [name for name, body in found.items() if f"lms {name}" not in body] == []


def test_every_option_of_a_command_is_in_its_section_and_no_other():
    found = sections(text("commands.md"))
    for name, command in commands().items():
        real = {
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        table = "\n".join(line.split("|")[1] for line in found[name].splitlines() if line.startswith("| `-"))
        assert set(re.findall(r"`(--?[a-z-]+)", table)) == real, name


def test_no_page_names_a_command_that_does_not_exist():
    known = commands()
    starts = {" ".join(path.split()[:n]) for path in known for n in (1, 2)}
    wrong = []
    for page, words in everything().items():
        for one, two in re.findall(r"(?<!from )\blms ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", code_of(words)):
            if one not in starts or (two and f"{one} {two}" not in starts and one not in known):
                wrong.append(f"{page}: lms {one} {two}")
    assert wrong == []


def code_of(page: str) -> str:
    """Return only what is written as code: prose may say that `lms` is a word."""
    blocks = re.findall(r"^```.*?^```", page, flags=re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", rest)])


# roles and permissions


def scope_of(permission, who):
    scope = POLICY[permission].get(who)
    return scope.value if scope else "–"


def test_the_table_of_permissions_is_the_policy():
    columns = [*Role, *Relation]
    expected = {each.value: [scope_of(each, who) for who in columns] for each in Permission}
    assert "|".join(f" {who.value} " for who in columns) in text("roles.md")
    assert {name: cells[1:] for name, cells in rows_of(text("roles.md"), "permission").items()} == expected


def test_every_role_and_relation_is_explained():
    assert set(rows_of(text("roles.md"), "role")) == {role.value for role in Role}
    assert [each for each in Relation if f"**`{each.value}`**" not in text("roles.md")] == []


# the API


def api_calls(app):
    return {
        (method, re.sub(r"<\w+:", "<", rule.rule)): rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "openapi.spec"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_call_of_the_api_has_its_row_with_its_permission(app):
    rows = rows_of(text("api.md"), "call")
    expected = {
        f"{method} {path}": app.view_functions[rule.endpoint].__lms_gate__.value
        for (method, path), rule in api_calls(app).items()
    }
    assert {name: cells[0].strip("`") for name, cells in rows.items()} == expected


def test_every_call_is_described_beyond_its_row(app):
    described = text("api.md").split("## Me")[1]
    assert [call for call in api_calls(app) if f"`{call[0]} {call[1]}" not in described] == []


def test_no_page_names_a_call_that_does_not_exist(app):
    known = [
        re.sub(r"<[^>]+>", "[^ ?]+", path) + r"(\?.*)?"
        for _, path in [*api_calls(app), ("GET", "/api/v1/openapi.json")]
    ]
    wrong = []
    for page, words in everything().items():
        for path in re.findall(r"/api/v1(/[\w$./<>{}-]+[\w>}])", words):
            if not any(re.fullmatch(each, f"/api/v1{path}") for each in known):
                wrong.append(f"{page}: {path}")
    assert wrong == []


def test_every_resource_has_an_example_in_curl_and_in_python():
    parts = re.split(r"^## ", text("api.md").split("## All calls")[1], flags=re.MULTILINE)[1:]
    assert [part.split("\n")[0] for part in parts if "```\ncurl " not in part or "```python\n" not in part] == []


# facts


def test_every_fact_has_its_row_with_every_field():
    rows = rows_of(text("plugin.md"), "fact")
    assert set(rows) == {fact.__name__ for fact in FACTS}
    for fact in FACTS:
        assert {each.name for each in fields(fact)} <= set(re.findall(r"`(\w+)`", rows[fact.__name__][1]))


# privacy


def test_every_privacy_class_is_explained():
    assert set(rows_of(text("privacy.md"), "class")) == PRIVACY_CLASSES


def test_every_table_is_listed_with_its_columns_by_class():
    kinds = ("identity", "personal", "text", "pseudonym")
    listed, nothing = rows_of(text("privacy.md"), "table"), set()
    expected = {}
    for table in metadata.tables.values():
        by_class = [[c.name for c in table.columns if c.info["privacy"] == kind] for kind in kinds]
        if any(by_class):
            expected[table.name] = [", ".join(names) or "–" for names in by_class]
        else:
            nothing.add(table.name)
    assert {name: cells[1:] for name, cells in listed.items()} == expected
    line = re.search(r"Nothing about anybody: (.*?)\. A blob", text("privacy.md"), re.DOTALL)
    assert set(re.findall(r"`(\w+)`", line[1])) == nothing


# architecture and links


def test_the_rows_of_the_house_are_those_that_are_tested():
    block = re.search(r"## The rows.*?```\n(.*?)```", text("architecture.md"), re.DOTALL)
    assert [tuple(line.split()) for line in block[1].splitlines()] == ROWS


def test_every_relative_link_leads_to_a_file():
    wrong = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in PAGES
        for target in LINK.findall(re.sub(r"^```.*?^```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.M | re.S))
        if "://" not in target and not target.startswith("#") and not (path.parent / target.partition("#")[0]).exists()
    ]
    assert wrong == []
