"""Verbs of the room that change state."""
