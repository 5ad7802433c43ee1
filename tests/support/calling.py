"""Calling the API as people, each with a token of one's own."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from lms.accounts.actions import make_token
from lms.accounts.models import Person
from lms.core.db import transaction
from tests.support.make import as_actor


def caller(client: FlaskClient) -> Callable[..., tuple[int, Any]]:
    """Return what calls: call(person, method, path, body) answers the status and the JSON."""
    bearers: dict[int, str] = {}

    def call(person: Person, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        if person.id not in bearers:
            with transaction():
                bearers[person.id] = make_token(as_actor(person), label="")
        headers = {"Authorization": f"Bearer {bearers[person.id]}"}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        return answer.status_code, answer.get_json(silent=True)

    return call


def wrong(answer: Any) -> list[str]:
    """Return the inputs that were refused, in order."""
    return sorted(answer["error"]["fields"])
