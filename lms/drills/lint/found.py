"""How a finding of this package is made."""

from lms.content.grammar.findings import Finding, Fix, Severity
from lms.core.texts import Text, text


def error(code: str, line: int, problem: Text, fix: Fix | None = None) -> Finding:
    return _finding(code, line, problem, Severity.ERROR, fix)


def warning(code: str, line: int, problem: Text, fix: Fix | None = None) -> Finding:
    return _finding(code, line, problem, Severity.WARNING, fix)


def _finding(code: str, line: int, problem: Text, severity: Severity, fix: Fix | None) -> Finding:
    line = max(line, 1)
    message = text("第 %(line)s 行：%(problem)s", line=line, problem=problem)
    return Finding(code=code, line=line, message=message, severity=severity, fix=fix)
