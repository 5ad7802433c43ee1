"""Owns duties: who owes what by when, and for which reasons."""
