"""Owns the HTTP shell: who is asking, errors, forms, tables, API scaffolding."""
