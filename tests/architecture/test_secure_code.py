"""What the code never does, looked for in the code itself; each line of docs/security.md that says so names its test."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lms.core.settings import SettingsError, load

ROOT = Path(__file__).parents[2]
RUNS = {"eval", "exec", "compile", "__import__"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"}
BROKEN = {"md5", "sha1", "ripemd160"}
OWN_NAMES = {
    "lms/operations/loading.py",
    "lms/operations/snapshot.py",
    "lms/operations/writing.py",
    "lms/operations/moving.py",
    "lms/operations/schema.py",
    "lms/operations/restoring.py",
    "lms/core/migrations/env.py",
    "lms/core/appendonly.py",
    "lms/records/models.py",
}
"""Where statements are put together of constants and of the names of our own tables and columns."""


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8")))
        for path in sorted((ROOT / "lms").rglob("*.py"))
    )


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Give every call with what is called, as it is written."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, ast.unparse(node.func)


def imported() -> Iterator[tuple[str, str]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((name, each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((name, f"{node.module}.{each.name}") for each in node.names)


def test_nothing_runs_code_that_it_is_given():
    run = [place for place, _, called in calls() if called in RUNS or called in {"os.system", "os.popen"}]
    shells = [
        place
        for place, node, called in calls()
        if "subprocess" in called and any(each.arg == "shell" for each in node.keywords)
    ]
    unsafe = [(name, module) for name, module in imported() if module.split(".")[0] in UNSAFE]
    assert (run, shells, unsafe) == ([], [], [])


def test_no_statement_is_put_together_of_texts():
    raw = {"text", "exec_driver_sql", "execute", "DDL"}
    wrong = [
        place
        for place, node, called in calls()
        if called.rpartition(".")[2] in raw
        and place.rpartition(":")[0] not in OWN_NAMES
        and "migrations/versions" not in place
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
        and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|SET|LOCK)\b", ast.unparse(node.args[0]))
    ]
    assert wrong == []


def test_input_in_a_pattern_is_escaped():
    """A pattern made of anything but constants of its module (in capitals) escapes what it takes in."""
    wrong = []
    for place, node, called in calls():
        if not called.startswith("re.") or called == "re.escape" or not node.args:
            continue
        if isinstance(node.args[0], ast.JoinedStr):
            inner = [ast.unparse(each.value) for each in node.args[0].values if isinstance(each, ast.FormattedValue)]
            loose = [each for each in inner if not re.fullmatch(r"_?[A-Z_]+|re\.escape\(.*\)|chr\(.*\)", each)]
            if loose and place.rpartition(":")[0] not in ESCAPED_BEFORE:
                wrong.append((place, loose))
    assert wrong == []


ESCAPED_BEFORE = {
    "lms/content/lint.py",
    "lms/content/wordlists/banned.py",
    "lms/quizzes/importers/cells.py",
    "lms/quizzes/importers/keys.py",
}
"""Where words are escaped a line before they are put into the pattern, or constants are handed to a function."""


def test_no_broken_digest_is_used():
    used = [place for place, _, called in calls() if called.rpartition(".")[2] in BROKEN]
    named = [
        place
        for place, node, called in calls()
        if called in {"hashlib.new", "hmac.new"} and any(word in ast.unparse(node) for word in BROKEN)
    ]
    assert (used, named) == ([], [])


def test_chance_that_nobody_may_guess_is_the_systems():
    """`random` is for the sample company, for walks through a drill, and for tests that hold what chance draws."""
    takers = {name for name, module in imported() if module.split(".")[0] == "random"}
    assert {name for name in takers if not name.startswith("lms/demo/")} <= SEEDED


SEEDED = {"lms/core/chance.py", "lms/drills/rules/paths/report.py"}


def test_every_cookie_is_named_by_the_one_place():
    """A cookie that is set by its own name would have none that HTTPS keeps to itself."""
    set_by = [
        (place, ast.unparse(node.args[0]), {each.arg for each in node.keywords})
        for place, node, called in calls()
        if called.endswith(".set_cookie")
    ]
    assert set_by
    for place, name, said in set_by:
        assert re.fullmatch(r"_?cookie\(.*\)|name", name), place
        assert {"secure", "samesite"} <= said, place


def test_no_template_holds_a_script_or_a_handler():
    wrong = []
    for path in sorted((ROOT / "lms").rglob("templates/**/*.html")):
        text = path.read_text("utf-8")
        for tag in re.findall(r"<script\b[^>]*>", text):
            if "src=" not in tag and 'type="application/' not in tag:
                wrong.append(f"{path.name}: {tag}")
        wrong += [
            f"{path.name}: {each}"
            for each in re.findall(
                r"<[a-z][^>]*\son(?:click|load|error|change|input|submit|focus|blur|paste|key\w+|mouse\w+)\s*=", text
            )
        ]
        wrong += [f"{path.name}: {each}" for each in re.findall(r'href="javascript:', text)]
    assert wrong == []


def test_the_proxy_speaks_only_what_is_recommended():
    said = (ROOT / "docs/deploy/nginx.conf").read_text("utf-8")
    [protocols] = re.findall(r"ssl_protocols\s+([^;]+);", said)
    [ciphers] = re.findall(r"ssl_ciphers\s+([^;]+);", said)
    assert set(protocols.split()) == {"TLSv1.2", "TLSv1.3"}
    assert all(
        re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", each)
        for each in ciphers.split(":")
    )


PLACEHOLDERS = {"password", "secret", "key", "put-64-random-hexadecimal-digits-here", "kefu"}
"""What stands in the example of an environment where a company writes its own; the first start refuses such a key."""


def test_shipped_files_hold_no_password(tmp_path):
    held = []
    for path in sorted((ROOT / "docs/deploy").iterdir()):
        for line in path.read_text("utf-8").splitlines():
            said = re.sub(r"\$\{[^}]*\}", "", line.partition("#")[0])
            for _, word in re.findall(r"(?i)(?:^|[\s{,])\w*(password|secret|_key)\s*[:=]\s*([^\s,}]+)", said):
                if word.strip('"') not in {*PLACEHOLDERS, ""} and not word.startswith("/"):
                    held.append(f"{path.name}: {line.strip()}")
    assert held == []
    with pytest.raises(SettingsError, match="LMS_SECRET_KEY"):
        load({"instance_path": tmp_path}, {"LMS_SECRET_KEY": "put-64-random-hexadecimal-digits-here"})
