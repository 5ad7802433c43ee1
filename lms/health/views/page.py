"""The status page: in one line each what is wrong and what mends it, below it how everything stands."""

from flask import render_template

from lms.core.access import Permission
from lms.health import queries, rules
from lms.health.views.room import bp
from lms.web.auth import requires


@bp.get("/health")
@requires(Permission.HEALTH_READ)
def status() -> str:
    """Show how the installation is."""
    jobs, waiting = queries.jobs(), queries.queues()
    facts = queries.facts(jobs, waiting)
    return render_template(
        "lms/health/status.html",
        findings=rules.findings(facts),
        facts=facts,
        jobs=jobs,
        waiting=waiting,
        attempts=queries.open_attempts(),
    )
