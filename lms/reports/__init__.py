"""Owns read-only tables over what the lower rooms hold."""
