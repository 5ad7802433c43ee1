"""Owns judging: appraisals, goals, awards, deductions, targets of the year, the review after a peak."""
