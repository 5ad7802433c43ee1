"""Owns the append-only learning log, its hash chain and its one projection, Standing."""
