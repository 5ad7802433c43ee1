"""Drills: scenarios with a simulated customer, their runs and debriefs, and team drills."""
