"""What is heavy to load and seldom needed, loaded when it is first asked for. The one place where that may be done."""

from functools import cache
from types import ModuleType


@cache
def pinyin() -> ModuleType:
    """Return pypinyin (0.3 s and 57 MB at the first call)."""
    import pypinyin

    return pypinyin
