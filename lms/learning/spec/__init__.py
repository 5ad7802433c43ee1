"""Lessons, tasks, courses and curricula as their authors wrote them: reading and writing. Pure."""
