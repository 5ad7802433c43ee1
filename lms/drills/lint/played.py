"""What only a search over all paths of a drill can tell. Codes D39x; what it could not prove it does not say."""

from collections.abc import Iterator

from lms.content.grammar.findings import Finding
from lms.core.texts import text
from lms.drills.lint.found import error, warning
from lms.drills.rules.paths import Verdict, search_paths
from lms.drills.spec import DrillSpec, Ending


def lint_paths(drill: DrillSpec) -> tuple[Finding, ...]:
    """Return the findings of a drill whose links are whole; of another one none."""
    return tuple(_findings(drill))


def _findings(drill: DrillSpec) -> Iterator[Finding]:
    report = search_paths(drill)
    if report is None or not any(scene.ending is Ending.PASS for scene in drill.scenes):
        return
    if report.complete:
        for title in report.unreached:
            scene = drill.scene(title)
            problem = text(
                "怎么选也到不了“%(scene)s”：通向它的回复，前提从来不成立。请改前提，或在前面的回复上写“记下”。",
                scene=title,
            )
            yield warning("D391" if scene.ending else "D390", scene.span.first, problem)
    if report.can_pass is Verdict.BROKEN and report.best is not None:
        best = int(report.best.result.total)
        problem = text(
            "没有一条路能通过：走得最好也只有 %(best)s 分。请放宽“通过”的条件，或补上得分的回复。", best=best
        )
        yield error("D392", 1, problem)
    if report.calm_wins is Verdict.BROKEN and report.angry and report.calm:
        problem = text(
            "惹怒顾客的一条路得 %(angry)s 分，比一直稳住顾客的最好的路（%(calm)s 分）还高：%(way)s。"
            "请给激怒之后的回复少加分，或给安抚的回复多加分。",
            angry=int(report.angry.result.total),
            calm=int(report.calm.result.total),
            way=" → ".join(report.angry.scenes),
        )
        yield warning("D393", drill.first.span.first, problem)
