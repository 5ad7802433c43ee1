"""A program that calls the API as somebody whose token it bears."""

from typing import Any

from lms.accounts.actions import make_token
from lms.accounts.models import Person
from lms.core.db import transaction
from tests.support.make import as_actor


class Program:
    """Call it with method, path below /api/v1 and body; `actor` is whose token it bears."""

    def __init__(self, client: Any, person: Person) -> None:
        self.actor = as_actor(person)
        with transaction():
            self.headers = {"Authorization": f"Bearer {make_token(self.actor, label='脚本')}"}
        self.client = client

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers, **more)
