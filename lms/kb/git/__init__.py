"""The knowledge base as a Git repository: its history written out, and a repository's history taken in."""
