"""All paths of a drill of sixty scenes, searched in this process: what the editor does while somebody writes."""

import time
from collections.abc import Callable

from lms.drills.rules.paths import search_paths
from tests.benchmarks.measure import Figures, Sample
from tests.support.a_long_drill import a_long_drill

NAMES = ("drill-paths",)
SCENES = 60
MOST_SECONDS = 1.0
"""Of CPU, for one search."""


def measure(rounds: int, hello_cpu: Callable[[], float]) -> dict[str, tuple[Figures, int]]:
    """Search a drill of another shape in each round. Raises AssertionError for a search over its limit."""
    figures = Figures()
    for seed in range(1, rounds + 1):
        drill = a_long_drill(SCENES, seed)
        one = hello_cpu()
        began, started = time.process_time(), time.perf_counter()
        report = search_paths.__wrapped__(drill)
        cpu, took = time.process_time() - began, time.perf_counter() - started
        assert report is not None
        assert cpu < MOST_SECONDS, f"{cpu:.2f} s for {SCENES} scenes of seed {seed}"
        figures.hello.append(one)
        figures.samples.append(Sample(cpu * 1000, [took * 1000]))
    return {"drill-paths": (figures, 0)}
