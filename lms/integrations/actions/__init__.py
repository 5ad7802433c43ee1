"""Verbs of talking to other systems."""
