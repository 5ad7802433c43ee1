"""Owns studying: courses, lessons, tasks, stages, their confirmation and sign-off."""
