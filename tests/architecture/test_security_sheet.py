"""docs/security.md: every requirement once, each with one of three words, each test that it names there, counts that are right."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHEET = (ROOT / "docs/security.md").read_text("utf-8")
STATES = ("met", "n.a.", "open")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")

# The last requirement of level 1 or 2 in each section of OWASP ASVS 5.0.0; all before it are of these levels, too.
LEVELS_1_AND_2 = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def lines(part: str) -> list[list[str]]:
    """Return the cells of every line of requirements in a part of the page."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in part.splitlines()
        if re.match(r"\| \d+\.\d+\.\d+ \|", line)
    ]
    assert all(len(row) == 5 for row in rows), [row for row in rows if len(row) != 5]
    return rows


SHOULD, BEYOND = (lines(part) for part in SHEET.split("## Beyond"))


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_of_levels_1_and_2_has_its_line():
    numbers = [f"{section}.{number}" for section, last in LEVELS_1_AND_2.items() for number in range(1, last + 1)]
    assert [row[0] for row in SHOULD] == numbers
    assert len(numbers) == 253


def test_every_line_says_met_or_not():
    assert {row[2] for row in SHOULD + BEYOND} <= set(STATES)
    assert [row[0] for row in SHOULD + BEYOND if not all(row[1:4])] == []


def test_what_is_met_is_shown_by_a_test():
    assert [row[0] for row in SHOULD + BEYOND if row[2] == "met" and not TEST.search(row[4])] == []


def test_every_test_that_is_named_is_there():
    named = TEST.findall(SHEET)
    assert len(named) > 200
    assert [
        f"{path}::{name}" for path, name in named if not (ROOT / path).is_file() or name not in named_in(path)
    ] == []


def test_the_counts_are_those_of_the_lines():
    said = {
        word: int(number)
        for word, number in re.findall(r"^\| (met|n\.a\.|open|together) \| (\d+) \|$", SHEET, re.MULTILINE)
    }
    found = {state: sum(row[2] == state for row in SHOULD) for state in STATES}
    assert said == {**found, "together": len(SHOULD)}


def test_what_is_open_and_named_above_is_open():
    above = SHEET.partition("What is open and matters most:")[2].partition("\n\n")[0]
    named = re.findall(r"\d+\.\d+(?:\.\d+)?", above)
    still = [row[0] for row in SHOULD if row[2] == "open"]
    assert named
    assert [
        each for each in named if not any(number == each or number.startswith(f"{each}.") for number in still)
    ] == []


def test_every_way_in_is_listed():
    """Who is signed in by which room: each has its row in the table of ways in."""
    rows = {"accounts": "sign-in slip", "signon": "OpenID Connect", "integrations": "chat platform", "lti": "LTI 1.3"}
    found = {
        path.relative_to(ROOT / "lms").parts[0]
        for path in (ROOT / "lms").rglob("*.py")
        if re.search(r"from lms\.web\.auth import [^\n]*\bsign_in\b", path.read_text("utf-8"))
    }
    assert found == set(rows)
    table = SHEET.partition("### Ways in")[2].partition("### Sessions")[0]
    assert all(words in table for words in rows.values())


def test_every_algorithm_of_the_code_is_in_the_inventory():
    used = set()
    for path in (ROOT / "lms").rglob("*.py"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r"\b(?:hashlib\.|import )(sha\d+|blake2\w|md5|scrypt|pbkdf2_hmac)\b", text))
        used |= set(re.findall(r'"((?:RS|PS|ES|HS)\d{3}|EdDSA|A\d+GCM)"', text)) if "jose" in text else set()
    table = SHEET.partition("### Keys and algorithms")[2].partition("### Levels of data")[0]
    names = {"sha256": "SHA-256"}
    assert used
    assert sorted(each for each in used if names.get(each, each) not in table) == []


def test_every_logger_is_in_the_inventory():
    used = set()
    for path in (ROOT / "lms").rglob("*.py"):
        used |= set(re.findall(r'getLogger\("(lms[\w.]*)"\)', path.read_text("utf-8")))
    table = SHEET.partition("### Logs")[2].partition("### Packages")[0]
    assert sorted(each for each in used if f"`{each}`" not in table) == []
