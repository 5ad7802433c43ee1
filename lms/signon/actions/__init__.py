"""Verbs of signing on and of provisioning."""
