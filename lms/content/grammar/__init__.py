"""Owns the Markdown that trainers write: line scanner, front matter, chips, links and the cross-check.

Pure: no database, no Flask, no clock.
"""
