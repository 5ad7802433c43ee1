"""The version of the program, as its package says."""

from importlib.metadata import PackageNotFoundError, version

PACKAGE = "kefu-lms"


def program_version() -> str:
    """Return the version that is installed, `0` where the program runs without having been installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "0"
