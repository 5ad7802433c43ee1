"""Power cuts for a server on SQLite: what was not fsynced is gone, as on a disk that loses what it has not written.

power.c is preloaded under the server and keeps a copy of each file as it was at its last fsync. A cut stops the server,
puts these copies in the place of the files, and lets it go on.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("lms.sqlite3", "lms.sqlite3-wal")
SOURCE = Path(__file__).with_name("power.c")


@dataclass
class Power:
    """folder: of the database. shadow: what would be left of it."""

    folder: Path
    shadow: Path
    library: Path

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "SHADOW_FROM": str(self.folder), "SHADOW_TO": str(self.shadow)}

    def cut(self, server):
        """Take the power from the server's worker and its disk, and give it back; return the id of what was killed.

        Its master is held meanwhile, so that no new worker opens the files before they are what the cut left.
        """
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            killed = server.kill_worker()
            for name in NAMES:
                if (self.shadow / name).exists():
                    shutil.copyfile(self.shadow / name, self.folder / name)
            (self.folder / "lms.sqlite3-shm").unlink(missing_ok=True)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        return killed


def plugged_in(folder, scratch):
    """Return the power of a database that nothing has open now. Skips where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("not run: there is no C compiler to build what watches fsync")
    shadow, library = scratch / "shadow", scratch / "power.so"
    shadow.mkdir(parents=True)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl", "-lpthread"], check=True)
    for name in NAMES:
        if (folder / name).exists():
            shutil.copyfile(folder / name, shadow / name)
    return Power(folder=folder, shadow=shadow, library=library)
