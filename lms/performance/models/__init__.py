"""Tables of people's work, a module a part."""

from lms.performance.models.kpi import KpiCorrection, KpiImport, KpiMapping, KpiValue, Metric

__all__ = [
    "KpiCorrection",
    "KpiImport",
    "KpiMapping",
    "KpiValue",
    "Metric",
]
