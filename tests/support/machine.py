"""Gets what the suite needs from outside Python where it can be had: a Chromium with Chinese type, PostgreSQL, nginx.

Only as root on a Debian machine; elsewhere the tests that need them are reported as not run. The headless shell is the
same Chromium without a window's furniture: a page in it costs a third.
"""

import os
import shutil
import subprocess
from pathlib import Path

SHELL = "chromium-headless-shell"
BROWSERS = (SHELL, "chromium", "google-chrome", "chromium-browser")
"""In the order in which they are taken."""


def a_browser() -> str | None:
    """Return the path of the Chromium that the suite opens pages in."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def a_proxy() -> str | None:
    """Return the path of an nginx, which is the proxy in front of the suite's cluster."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def main() -> None:
    wanted = []
    if shutil.which(SHELL) is None:
        wanted += [[SHELL, "fonts-noto-cjk"]]
    if not os.environ.get("TEST_DATABASE_URL") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        wanted += [["postgresql"]]
    if a_proxy() is None:
        wanted += [["nginx-light"]]
    if not wanted or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
    for packages in wanted:
        install(*packages)
    if a_browser() is None:  # an older Debian has no shell
        install("chromium", "fonts-noto-cjk")


def install(*packages: str) -> None:
    print("installing for the suite:", *packages, flush=True)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    main()
