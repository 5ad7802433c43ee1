"""What the application is made of: the packages that run with it, a bill of materials, and what is known against them.

`python -m tests.support.supply` writes build/sbom.json (CycloneDX) and asks the database of known weaknesses about
every package; exit code 1 where one is known. Where the database can't be reached, that is said and nothing is passed
in silence; the pins and hashes are checked all the same.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
BILL = ROOT / "build" / "sbom.json"
EXTRAS = ("postgres", "sso", "redis", "s3", "pdf")
"""What an installation may run with; the extra `test` is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package of the lock file. lines: as they stand there. hashes: how many it may be checked by."""

    name: str
    exact: bool
    hashes: int
    lines: str


def pins(lock: str) -> list[Pin]:
    """Return the packages of a lock file."""
    found = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", "\n".join(line for line in lock.splitlines() if line[:1] != "#")):
        if not block.strip():
            continue
        requirement = Requirement(re.split(r"\s*\\?\n", block, maxsplit=1)[0].removesuffix("\\").strip())
        exact = requirement.url is None and re.fullmatch(r"==[^*,]+", str(requirement.specifier)) is not None
        name = canonicalize_name(requirement.name)
        found.append(Pin(name=name, exact=exact, hashes=block.count("--hash=sha256:"), lines=block))
    return found


def running(extras: Iterable[str] = EXTRAS) -> frozenset[str]:
    """Return the names of every package that runs with the application, whatever its extras bring along."""
    found: set[str] = set()
    waiting = [("kefu-lms", extra) for extra in ("", *extras)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for needed in _needed(name, extra):
            found.add(canonicalize_name(needed.name))
            for each in {(canonicalize_name(needed.name), one) for one in ("", *needed.extras)} - seen:
                seen.add(each)
                waiting.append(each)
    return frozenset(found)


def _needed(name: str, extra: str) -> Iterator[Requirement]:
    try:
        lines = requires(name) or []
    except PackageNotFoundError:  # for another system
        return
    for line in lines:
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": extra}):
            yield needed


def bill(into: Path) -> None:
    """Write the bill of materials of what runs, with its hashes."""
    names = running()
    into.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pin.lines for pin in pins(LOCK.read_text("utf-8")) if pin.name in names))
        file.flush()
        command = ["cyclonedx_py", "requirements", file.name, "--output-reproducible", "-o", str(into)]
        subprocess.run([sys.executable, "-m", *command, "--pyproject", str(ROOT / "pyproject.toml")], check=True)


def known_against(lock: Path) -> tuple[list[str], int]:
    """Return what is known against the packages, in words, and how many could not be asked about."""
    command = ["pip_audit", "-r", str(lock), "--disable-pip", "--no-deps", "--format", "json", "--progress-spinner=off"]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    try:
        asked = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], len(pins(lock.read_text("utf-8")))
    words = [
        f"{each['name']} {each['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'no version'}"
        for each in asked
        for known in each.get("vulns", ())
    ]
    return words, sum("skip_reason" in each for each in asked)


def main() -> int:
    """Check the pins, write the bill, ask what is known. Return the exit code."""
    locked = pins(LOCK.read_text("utf-8"))
    loose = [pin.name for pin in locked if not pin.exact or not pin.hashes]
    bill(BILL)
    runs = len(json.loads(BILL.read_text("utf-8"))["components"])
    print(f"{len(locked)} packages pinned with hashes; {runs} of them run: {BILL.relative_to(ROOT)}")
    for name in loose:
        print(f"not pinned by version and hash: {name}")
    words, unknown = known_against(LOCK)
    for each in words:
        print(each)
    if unknown:
        print(f"NOT RUN for {unknown} of {len(locked)} packages: the database of known weaknesses can't be reached")
    else:
        print("nothing is known against them" if not words else f"{len(words)} known weaknesses")
    return 1 if words or loose else 0


if __name__ == "__main__":
    sys.exit(main())
