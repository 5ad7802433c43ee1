"""What another system gets: a body, a signature of it. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

SIGNATURE = "X-LMS-Signature"
PING = "Ping"
"""The fact of the test button; every address gets it."""
REST = timedelta(seconds=30)
"""How long an address is left alone that does not answer."""


def body(fact_id: str, fact: str, at: datetime, data: Mapping[str, Any]) -> str:
    """Return what is sent of a fact, as JSON."""
    whole = {"id": fact_id, "fact": fact, "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), **data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def sign(secret: str, seconds: int, content: bytes) -> str:
    """Return the signature of a body that is sent at this moment (seconds since 1970): `t=…,v1=…`."""
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
