"""Stored bytes in a bucket of an S3-compatible store, under the same names as in the folder: `prefix/ab/ab12…`.

The store is asked for at most some seconds and rests for two after it could not be reached, so that pages that need
no file go on. What was sent is checked by the store against its digest, what came is checked here.
"""

import io
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lms.core import clock, optional
from lms.core.settings import Settings, SettingsError
from lms.core.stores.cache import Cache
from lms.core.stores.store import Damaged, Kept, Named, Unavailable

log = logging.getLogger("lms.files")

CONNECT, READ = 3, 15
"""Seconds to reach the store, and to wait for the next bytes."""
REST = 2.0
"""Seconds for which a store that could not be reached is not asked."""
SMALL = 8_000_000
"""Bytes up to which a file is copied to this machine before it is shown; what is larger is read where it lies."""
REFRESH = 3_600.0
"""Seconds after which a file that is kept again is written anew, so that `delete_unused` waits anew."""
PIECE = 1_000_000
_GONE = {"404", "NoSuchKey", "NotFound"}

Found = TypeVar("Found")


class S3:
    """See `Store`. One for a process; its client is made at the first call, so forked processes share nothing."""

    is_local = False

    def __init__(self, settings: Settings) -> None:
        if optional.boto3() is None:
            raise SettingsError("LMS_FILES_URL needs the extra s3: pip install 'kefu-lms[s3]'")
        bucket, _, prefix = settings.files_url.removeprefix("s3://").partition("/")
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._settings = settings
        self._lock = threading.Lock()
        self._made: Any = None
        self._rests_until = 0.0
        self._scratch = settings.uploads
        self.cache = Cache(settings.instance_path / "cache" / "files", settings.files_cache_bytes)

    def keep(self, source: Path, sha: bytes) -> None:
        there = self._head(self._key(sha))
        if there is not None and there["ContentLength"] == source.stat().st_size:
            if there["LastModified"].timestamp() < clock.now().timestamp() - REFRESH:
                self._touch(sha)
            return
        with source.open("rb") as body:
            self._ask(lambda s3: s3.put_object(Bucket=self._bucket, Key=self._key(sha), Body=body))
        if source.stat().st_size <= min(SMALL, self.cache.most):
            with suppress(OSError):  # whoever sent it looks at it next
                self._copy_in(source, sha)

    def size(self, sha: bytes) -> int | None:
        copy = self.cache.find(sha)
        if copy is not None:
            with suppress(FileNotFoundError):
                return copy.stat().st_size
        there = self._head(self._key(sha))
        return None if there is None else int(there["ContentLength"])

    def open(self, sha: bytes) -> BinaryIO:
        size = self.size(sha)
        if size is None:
            raise FileNotFoundError(sha.hex())
        if size <= min(SMALL, self.cache.most):
            for _ in range(2):
                with suppress(FileNotFoundError):  # somebody made room at this moment
                    return self._copy(sha).open("rb")
        return io.BufferedReader(_Far(self._part, self._key(sha), size), 256_000)

    @contextmanager
    def local(self, sha: bytes) -> Iterator[Path]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        own = self._scratch / f"{secrets.token_hex(8)}.part"
        try:
            try:
                os.link(self._copy(sha), own)  # stays, whoever makes room meanwhile
            except FileNotFoundError:
                if self._head(self._key(sha)) is None:
                    raise
                self._fetch(sha, own)
            except OSError:
                self._fetch(sha, own)
            yield own
        finally:
            own.unlink(missing_ok=True)

    def verify(self, sha: bytes) -> bool:
        """Past the copies of this machine: the store itself is asked."""
        size = self._head(self._key(sha))
        if size is None:
            return False
        try:
            with io.BufferedReader(_Far(self._part, self._key(sha), size["ContentLength"]), PIECE) as file:
                return file_digest(file, "sha256").digest() == sha
        except FileNotFoundError:
            return False

    def iterate(self) -> Iterator[Kept]:
        for each in self._listed(self._prefix):
            name = each["Key"].removeprefix(self._prefix)
            folder, _, rest = name.partition("/")
            if len(folder) == 2 and len(rest) == 64:
                with suppress(ValueError):
                    yield Kept(sha=bytes.fromhex(rest), size=each["Size"], at=each["LastModified"].timestamp())

    def delete(self, sha: bytes, before: float) -> bool:
        there = self._head(self._key(sha))  # as it is now: somebody may have kept it again
        if there is None or there["LastModified"].timestamp() >= before:
            return False
        self._ask(lambda s3: s3.delete_object(Bucket=self._bucket, Key=self._key(sha)))
        (self.cache.root / sha.hex()).unlink(missing_ok=True)
        return True

    def sweep(self, before: float) -> int:
        count = 0
        for part in (*self._scratch.glob("*.part"), *self.cache.root.glob("*.part")):
            with suppress(OSError):
                if part.stat().st_mtime < before:
                    part.unlink()
                    count += 1
        return count

    def write_named(self, name: str, data: bytes) -> None:
        self._ask(lambda s3: s3.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data))

    def read_named(self, name: str) -> bytes:
        def whole(s3: Any) -> bytes:
            found: bytes = s3.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
            return found

        return self._ask(whole)

    def named(self, folder: str) -> Iterator[Named]:
        for each in self._listed(f"{self._prefix}{folder}/"):
            name = each["Key"].removeprefix(self._prefix)
            yield Named(name=name, size=each["Size"], at=each["LastModified"].timestamp())

    def delete_named(self, name: str) -> None:
        self._ask(lambda s3: s3.delete_object(Bucket=self._bucket, Key=self._prefix + name))

    def check(self) -> None:
        self._ask(lambda s3: s3.head_bucket(Bucket=self._bucket))

    def _key(self, sha: bytes) -> str:
        name = sha.hex()
        return f"{self._prefix}{name[:2]}/{name}"

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                boto3, botocore = optional.boto3(), optional.botocore()
                assert boto3 is not None
                assert botocore is not None
                chosen = self._settings
                self._made = boto3.session.Session().client(
                    "s3",
                    endpoint_url=chosen.s3_endpoint or None,
                    aws_access_key_id=chosen.s3_key or None,
                    aws_secret_access_key=chosen.s3_secret or None,
                    region_name=chosen.s3_region or "us-east-1",
                    config=botocore.config.Config(
                        connect_timeout=CONNECT,
                        read_timeout=READ,
                        retries={"total_max_attempts": 2, "mode": "standard"},
                        s3={
                            "addressing_style": "path" if chosen.s3_path_style else "virtual",
                            "payload_signing_enabled": True,  # the store refuses what is not what was sent
                        },
                        # Older stores than Amazon's know nothing of the newer checksums.
                        request_checksum_calculation="when_required",
                        response_checksum_validation="when_required",
                    ),
                )
            return self._made

    def _ask(self, what: Callable[[Any], Found]) -> Found:
        """Do something with the client. Raises FileNotFoundError for what is not there, Unavailable for all else."""
        if time.monotonic() < self._rests_until:
            raise Unavailable()
        botocore = optional.botocore()
        assert botocore is not None
        try:
            return what(self._client())
        except botocore.exceptions.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise FileNotFoundError(code) from error
            log.error("the file store refuses: %s (bucket, key, secret and clock are as it expects?)", code)
            raise Unavailable() from error
        except botocore.exceptions.BotoCoreError as error:
            log.error("the file store can't be reached: %s", type(error).__name__)
            self._rests_until = time.monotonic() + REST
            raise Unavailable() from error

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            return self._ask(lambda s3: dict(s3.head_object(Bucket=self._bucket, Key=key)))
        except FileNotFoundError:
            return None

    def _listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            given = {"Bucket": self._bucket, "Prefix": prefix, **token}
            page = self._ask(lambda s3, given=given: dict(s3.list_objects_v2(**given)))  # type: ignore[misc]
            yield from page.get("Contents", ())
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def _touch(self, sha: bytes) -> None:
        """Have the store write a file over itself, so that it counts as kept now."""
        key = self._key(sha)
        self._ask(
            lambda s3: s3.copy_object(
                Bucket=self._bucket,
                Key=key,
                CopySource={"Bucket": self._bucket, "Key": key},
                MetadataDirective="REPLACE",
                Metadata={"kept": str(int(clock.now().timestamp()))},
            )
        )

    def _part(self, key: str, first: int) -> Any:
        """Return the body of a file from a byte on."""
        return self._ask(lambda s3: s3.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={first}-")["Body"])

    def _copy(self, sha: bytes) -> Path:
        """Return a copy on this machine, fetched where there is none."""
        found = self.cache.find(sha)
        if found is not None:
            return found
        part = self.cache.part()
        try:
            self._fetch(sha, part)
            return self.cache.take(part, sha)
        finally:
            part.unlink(missing_ok=True)

    def _copy_in(self, source: Path, sha: bytes) -> None:
        part = self.cache.part()
        try:
            source.replace(part)
            self.cache.take(part, sha)
        finally:
            part.unlink(missing_ok=True)

    def _fetch(self, sha: bytes, target: Path) -> None:
        """Write a whole file to this machine. Raises Damaged where what came is not what was kept."""
        botocore = optional.botocore()
        assert botocore is not None
        digest = sha256()
        body = self._ask(lambda s3: s3.get_object(Bucket=self._bucket, Key=self._key(sha))["Body"])
        try:
            with target.open("wb") as file:
                while piece := body.read(PIECE):
                    digest.update(piece)
                    file.write(piece)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.HTTPClientError) as error:
            log.error("the file store broke off: %s", type(error).__name__)
            raise Unavailable() from error
        finally:
            body.close()
        if digest.digest() != sha:
            log.error("the file store gave other bytes than were kept under %s", sha.hex())
            raise Damaged()


class _Far(io.RawIOBase):
    """A file in the store, read from any place: one request for each jump, however much is read from there on."""

    def __init__(self, part: Callable[[str, int], Any], key: str, size: int) -> None:
        self._part, self._key, self._size = part, key, size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        wanted = max(start + offset, 0)
        if wanted != self._at:
            self._drop()
        self._at = wanted
        return wanted

    def readinto(self, into: Any) -> int:
        if self._at >= self._size:
            return 0
        if self._body is None:
            self._body = self._part(self._key, self._at)
        botocore = optional.botocore()
        assert botocore is not None
        try:
            found = self._body.read(len(into))
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.HTTPClientError) as error:
            raise OSError("the file store broke off") from error
        into[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            body.close()
