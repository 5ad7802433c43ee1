"""Who sees the runs of others."""

from lms.core.access import Actor, Permission, Scope, scopes


def oversees(actor: Actor) -> bool:
    """Say whether somebody sees the runs of others, of whomever."""
    return bool(scopes(actor, Permission.DRILL_RESULTS) - {Scope.OWN})
