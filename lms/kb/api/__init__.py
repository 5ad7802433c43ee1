"""JSON of the knowledge base: `knowledge` is finding and reading, `care` keeps it right."""
