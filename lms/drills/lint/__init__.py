"""What is wrong with a drill as a whole. Codes D35x to D37x; between documents: beside.py, D38x; over paths: D39x."""

from collections.abc import Iterator

from lms.content.grammar.findings import Finding, Severity
from lms.core.texts import text
from lms.drills.lint.found import warning
from lms.drills.lint.played import lint_paths
from lms.drills.lint.replies import lint_replies
from lms.drills.lint.scoring import lint_scoring
from lms.drills.lint.ways import lint_ways
from lms.drills.spec import DrillSpec


def lint(drill: DrillSpec) -> tuple[Finding, ...]:
    """Return every finding about a drill that could be read, by line."""
    found = [*lint_ways(drill), *lint_replies(drill), *lint_scoring(drill), *_frame(drill)]
    if not any(finding.severity is Severity.ERROR for finding in found):
        found += lint_paths(drill)  # what has to be mended first would be said again in other words
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.code)))


def _frame(drill: DrillSpec) -> Iterator[Finding]:
    for scene in drill.scenes:
        if scene.ending is None and not scene.bubbles:
            problem = text("“%(scene)s”里顾客没有说话，请写一句“> 顾客：…”。", scene=scene.title)
            yield warning("D371", scene.span.first, problem)
    if drill.debrief is None:
        yield warning("D370", 1, text("还没有复盘：在最后写一节“## 复盘”，列几个练完要问自己的问题。"))
