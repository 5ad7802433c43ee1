"""Lessons, tasks, courses and curricula as forms: read from their source, written back into it line by line. Pure."""
