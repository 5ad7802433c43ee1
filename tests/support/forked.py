"""Serve the academy by a process for each socket given: what takes long to import is imported once."""

import os
import signal
import sys
from types import FrameType

from werkzeug.serving import make_server

from lms import create_app


def main(numbers: list[int]) -> None:
    """numbers: of the sockets, which listen already. Ends with SIGTERM, and the processes with it."""
    children = []
    for number in numbers:
        child = os.fork()
        if child == 0:
            server = make_server("127.0.0.1", 0, create_app(), threaded=True, fd=number)
            server.serve_forever()
        children.append(child)

    def end(_number: int, _frame: FrameType | None) -> None:
        for child in children:
            os.kill(child, signal.SIGKILL)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.pause()


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]])
