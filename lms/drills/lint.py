"""What is wrong with a drill as a whole. Codes D35x, D36x."""

from lms.content.grammar.findings import Finding
from lms.drills.spec import DrillSpec


def lint(drill: DrillSpec) -> tuple[Finding, ...]:
    """Return every finding about a drill that could be read, by line."""
    return ()
