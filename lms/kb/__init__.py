"""Owns the reading of the knowledge base and its search."""
