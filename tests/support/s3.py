"""An S3-compatible store on loopback, in a process of its own that can be ended and started again."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config

from tests.support.shots import free_port, wait_for

KEY, SECRET = "AKIAEXAMPLEKEY000001", "a-secret-of-the-store"


class Bucket:
    """A bucket and its server. What lies in it is gone with the server's process, unless that is only paused."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "files_url": "s3://kefu/files",
            "s3_endpoint": self.endpoint,
            "s3_key": KEY,
            "s3_secret": SECRET,
            "s3_path_style": "1",
        }

    def client(self) -> Any:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )

    def start(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self.port)
        self.client().create_bucket(Bucket="kefu")

    def pause(self) -> None:
        """Take connections and answer nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def names(self) -> list[str]:
        return sorted(each["Key"] for each in self.client().list_objects_v2(Bucket="kefu").get("Contents", ()))


@contextlib.contextmanager
def a_bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    bucket.start()
    try:
        yield bucket
    finally:
        if bucket.process is not None:
            bucket.go_on()
        bucket.kill()
