"""Owns every kind of document: its versions, its public name, its links and what an author is told about it."""
