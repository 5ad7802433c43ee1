"""A small host: the service desk of an online shop, with its own people, sign-in, database and pages.

    python docs/examples/host/app.py            # http://127.0.0.1:8100, sign in as A1001 with "desk"
    flask --app docs/examples/host/app.py lms worker --once

Nothing here knows of the academy but the two lines marked with "academy"; what belongs to it is in academy.py.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from academy import mount_academy
from desk import create_desk
from people import fill

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("DESK_FOLDER", HERE / "instance"))
PORT = int(os.environ.get("DESK_PORT", "8100"))

app = create_desk(FOLDER)
academy = mount_academy(app, FOLDER / "academy", PORT)  # academy


def serve(worker: bool) -> None:
    """Serve the desk, the academy under /training, and one worker beside them, until Ctrl-C or SIGTERM."""
    environment = {**os.environ, "DESK_FOLDER": str(FOLDER), "DESK_PORT": str(PORT)}
    command = [sys.executable, "-m", "flask", "--app", str(HERE / "app.py"), "lms", "worker"]
    beside = subprocess.Popen(command, env=environment) if worker else None  # noqa: S603 - our own command
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        app.run(port=PORT, threaded=True)
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--no-worker", action="store_true", help="start the worker yourself")
    given = options.parse_args()
    fill(app)
    from first_day import prepare

    prepare(app, academy, PORT)  # academy: what people do once on its pages
    print(f"\n  http://127.0.0.1:{PORT}    A1001 · L1001 · ADMIN, password: desk\n", flush=True)
    serve(worker=not given.no_worker)
