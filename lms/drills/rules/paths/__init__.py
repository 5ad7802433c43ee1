"""All paths of a drill: what can be reached, what the best, a typical and the worst one score, whether anger pays."""

from lms.drills.rules.paths.report import Path, PathStep, Report, Verdict, search_paths
from lms.drills.rules.paths.ways import Done

__all__ = ["Done", "Path", "PathStep", "Report", "Verdict", "search_paths"]
