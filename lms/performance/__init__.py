"""Owns what is known of people's work: figures, the composite score, competencies, inspections, impact, profiles."""
