"""Verbs of other learning systems."""
