"""Owns tokens and entries: how text is cut, kept and found. Knows no documents."""
