"""The figures of an installation for Prometheus: what the web processes counted, and what stands in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from lms.core import clock
from lms.core.here import settings
from lms.health import queries
from lms.web import watch

CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the database says at this moment."""

    jobs: Sequence[queries.Job]
    queues: Sequence[queries.Queue]
    attempts: int


def measured() -> Measured:
    """Ask the database, in three short statements. Raises SQLAlchemyError."""
    return Measured(jobs=queries.jobs(), queues=queries.queues(), attempts=queries.open_attempts())


def exposition(found: Measured | None) -> bytes:
    """Return every figure as text. found: None where the database can't be reached, which is then said."""
    own = CollectorRegistry()
    own.register(_Own(found))
    return generate_latest(watch.registry()) + generate_latest(own)


class _Own:
    def __init__(self, found: Measured | None) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        found = self._found
        yield GaugeMetricFamily("lms_database_up", "Whether the database answers.", value=float(found is not None))
        free, total = queries.disk()
        if free is not None and total is not None:
            yield GaugeMetricFamily("lms_disk_free_bytes", "Free on the disk of the instance folder.", value=free)
            yield GaugeMetricFamily("lms_disk_bytes", "Size of the disk of the instance folder.", value=total)
        yield GaugeMetricFamily("lms_redis_configured", "Whether counts are shared.", value=bool(settings().redis_url))
        if found is None:
            return
        yield GaugeMetricFamily("lms_attempts_open", "Papers that are being written.", value=found.attempts)
        depth = GaugeMetricFamily("lms_outbox_open", "What waits in the outbox.", labels=["topic"])
        dead = GaugeMetricFamily("lms_outbox_dead", "What was tried in vain too often.", labels=["topic"])
        oldest = GaugeMetricFamily("lms_outbox_oldest_seconds", "For which the first is overdue.", labels=["topic"])
        for queue in found.queues:
            depth.add_metric([queue.topic], queue.open)
            dead.add_metric([queue.topic], queue.dead)
            oldest.add_metric([queue.topic], queue.oldest)
        yield from (depth, dead, oldest)
        last = GaugeMetricFamily("lms_job_age_seconds", "Since a job of the worker last ended.", labels=["job"])
        late = GaugeMetricFamily("lms_job_late_seconds", "For which a job has been due.", labels=["job"])
        failed = GaugeMetricFamily("lms_job_failed", "Whether its last run failed.", labels=["job"])
        now = clock.now()
        for job in found.jobs:
            if job.last is not None:
                last.add_metric([job.name], (now - job.last).total_seconds())
            late.add_metric([job.name], job.late)
            failed.add_metric([job.name], float(bool(job.error)))
        yield from (last, late, failed)
