"""Tables of people's work, a module a part."""

from lms.performance.models.competencies import (
    Competency,
    CompetencyRating,
    ProfileLook,
    TrainingProof,
    TrainingProofPaper,
)
from lms.performance.models.formulas import CompositeSnapshot, Formula, FormulaReading, FormulaReview, ScoreExport
from lms.performance.models.inspections import (
    Inspection,
    InspectionAppeal,
    InspectionBatch,
    InspectionFinding,
    InspectionItem,
    InspectionLoop,
    InspectionSettings,
)
from lms.performance.models.kpi import KpiCorrection, KpiImport, KpiMapping, KpiValue, Metric

__all__ = [
    "Competency",
    "CompetencyRating",
    "CompositeSnapshot",
    "Formula",
    "FormulaReading",
    "FormulaReview",
    "Inspection",
    "InspectionAppeal",
    "InspectionBatch",
    "InspectionFinding",
    "InspectionItem",
    "InspectionLoop",
    "InspectionSettings",
    "KpiCorrection",
    "KpiImport",
    "KpiMapping",
    "KpiValue",
    "Metric",
    "ProfileLook",
    "ScoreExport",
    "TrainingProof",
    "TrainingProofPaper",
]
