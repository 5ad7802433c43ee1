"""Requests drawn from the description of the API by schemathesis, sent as several people, and what answers are held to."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from apiflask import APIFlask
from flask import g
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from lms.core.db import db
from tests.support.make_house import House, undone, values_of

HELD_TO = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""No 500; no status, type of content, header or body that the description does not promise."""


@dataclass
class Heard:
    """What came back. statuses: by who asked. wrong: what was not promised, by operation, status and reason."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, int, str], str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Return a line for each person: how many requests, and how many of each status."""
        return "\n".join(
            f"{who}: {counts.total()} requests, " + ", ".join(f"{n} × {status}" for status, n in sorted(counts.items()))
            for who, counts in self.statuses.items()
        )


def sent_by_schema(
    app: APIFlask,
    house: House,
    bearers: Mapping[str, str],
    rules: Mapping[tuple[str, str], Any],
    *,
    cases: int,
    number: int,
    only: Sequence[str] = (),
) -> Heard:
    """Send `cases` requests for each operation that fit its schema, and as many that break it, as each of these people.

    bearers: token by who. number: of the random source. only: paths; none = all. Where an address names a thing, half
    of the requests name a real one. Inside a `world`; everything that is written is taken back.
    """
    config = SchemathesisConfig()
    config.projects.default.generation.update(with_security_parameters=False)
    schema = schemathesis.openapi.from_dict(
        json.loads(app.test_client().get("/api/v1/openapi.json").data), config=config
    )
    schema.app = app
    heard = Heard(statuses={who: Counter() for who in bearers})
    operations = [found.ok() for found in schema.get_all_operations()]
    known = {each: values_of(house, rule) if "{" in each[1] else [] for each, rule in rules.items()}
    for operation in operations:
        if only and operation.path not in only:
            continue
        real = known[operation.method.lower(), operation.path]
        for mode in GenerationMode:
            with undone(app):
                _try(operation, mode, real, bearers, heard, cases, number)
    return heard


def _try(
    operation: Any,
    mode: GenerationMode,
    real: Sequence[Mapping[str, Any]],
    bearers: Mapping[str, str],
    heard: Heard,
    cases: int,
    number: int,
) -> None:
    @seed(number)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.integers(0, 2 * len(real)))
    def one(case: Any, which: int) -> None:
        if which < len(real):
            case.path_parameters = {**(case.path_parameters or {}), **real[which]}
        for who, bearer in bearers.items():
            g.__dict__.clear()  # as at the beginning of a request; here one context lives through all
            answer = case.call(headers={"Authorization": f"Bearer {bearer}"})
            db.session.rollback()
            heard.statuses[who][answer.status_code] += 1
            try:
                case.validate_response(answer, checks=HELD_TO)
            except FailureGroup as failures:
                for failure in failures.exceptions:
                    what = (operation.label, answer.status_code, f"{type(failure).__name__}: {failure.title}")
                    heard.wrong[what] += 1
                    heard.examples.setdefault(what, f"{who} {case.as_curl_command()[:600]}\n{str(failure)[:600]}")

    with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
        one()  # a call that takes nothing can't be given anything wrong
