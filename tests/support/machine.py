"""Gets what the suite needs from outside Python where it can be had: a Chromium with Chinese type, a PostgreSQL server.

Only as root on a Debian machine; elsewhere the tests that need them are reported as not run.
"""

import os
import shutil
import subprocess
from pathlib import Path


def main() -> None:
    wanted = []
    if not (shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")):
        wanted += ["chromium", "fonts-noto-cjk"]
    if not os.environ.get("TEST_DATABASE_URL") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        wanted += ["postgresql"]
    if not wanted or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    print("installing for the suite:", *wanted, flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted],
        env=environment,
        **quiet,  # type: ignore[call-overload]
    )


if __name__ == "__main__":
    main()
