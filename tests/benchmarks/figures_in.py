"""A file of 100,000 figures of 5,000 people is taken in, as page, worker and command do it; memory stays flat."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lms.accounts.queries import console
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.performance.actions import figures as actions
from tests.benchmarks import data
from tests.benchmarks.measure import Figures, Sample
from tests.benchmarks.ruling import PEOPLE, floor

NAMES = ("kpi-import-100k",)
METRICS = ("满意度", "首响", "一次解决率", "会话量", "差评数")
MONTHS = 4
"""Months of one file: 5,000 people × 5 metrics × 4 months."""


def measure(
    folder: Path, rounds: int, hello: Callable[[], float], counted: Callable[..., object]
) -> dict[str, tuple[Figures, int]]:
    """Take in other months in each round. hello: CPU of one, in ms."""
    figures, count = Figures(), 0
    app = data.open_app(folder)
    director = replace(console(), roles=frozenset({Role.DIRECTOR}))
    with app.app_context(), counted(app) as seen:  # type: ignore[attr-defined]
        db.create_all()
        floor()
        for number in range(rounds):
            content = a_file(number)
            one = hello()
            seen.clear()
            began, started = time.process_time(), time.perf_counter()
            with transaction():
                actions.apply_file(director, content, name="bench.csv")
            took = (time.perf_counter() - started) * 1000
            figures.hello.append(one)
            figures.samples.append(Sample((time.process_time() - began) * 1000, [took]))
            count = len(seen)
        db.session.remove()
    return {NAMES[0]: (figures, count)}


def a_file(number: int) -> bytes:
    """Return the figures of the four months of a round."""
    lines = ["工号,周期,指标,数值,样本数"]
    for month in range(MONTHS * number, MONTHS * number + MONTHS):
        written = f"{2010 + month // 12}-{month % 12 + 1:02}"
        for metric in METRICS:
            lines += [
                f"P{person:04},{written},{metric},{(person * 7 + month) % 99 + 0.5},{person % 400 + 1}"
                for person in range(PEOPLE)
            ]
    return "\n".join(lines).encode()
