"""Readers that do what a hostile file makes a library do. Run by `core.confined` in a child process."""

import ctypes
import os
from pathlib import Path
from typing import Any

from lms.core.errors import TooLarge
from lms.core.texts import text


def plain(folder: Path, *, words: str) -> dict[str, Any]:
    (folder / "made.txt").write_text(words, "utf-8")
    print("what a library prints is no answer")
    return {"words": words, "settings": [name for name in os.environ if name.startswith(("LMS_", "SECRET"))]}


def refuse(folder: Path) -> None:
    raise TooLarge(text("有 %(n)s 页，最多 %(most)s 页，%(why)s", n=9, most=3, why=text("请拆开。")), code="pages")


def fail(folder: Path) -> None:
    raise KeyError("whatever the library says of a broken file")


def crash(folder: Path) -> None:
    ctypes.string_at(0)


def leave(folder: Path) -> None:
    os._exit(0)


def spin(folder: Path) -> None:
    while True:
        pass


def hold(folder: Path, *, size: int) -> int:
    return len(bytearray(size))


def fill(folder: Path, *, megabytes: int) -> None:
    with (folder / "large").open("wb") as file:
        for _ in range(megabytes):
            file.write(bytes(1_000_000))


def answer(folder: Path, *, size: int) -> str:
    return "x" * size


def unsayable(folder: Path) -> object:
    return object()
