"""Owns attempts at knowledge checks: what may start, what was drawn, answered, graded and shown."""
